"""A claim of which no verb is the source's, or in another language: only the forces themselves are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightclerk.findings.verify.forces import turned
from nightclerk.findings.verify.languages.model import NEGATIONS
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.reading import Reading, words_pattern
from nightclerk.records import Check


def coarse(claim: Reading, passages: Sequence[Passage], *, same_language: bool) -> Iterator[Check]:
    """The forces that a claim has and no passage has, or the other way round."""
    known = [passage for passage in passages if passage.language]
    if not claim.language or not known:
        return
    mine = {token.key for token in claim.operators}
    theirs = {token.key for passage in known for token in passage.tokens if token.kind == "operator"}
    says_no = bool(mine & NEGATIONS)
    refusing = says_no or cue(claim, "not")
    open_exception = "unless" in theirs and "unless" not in mine
    refused = bool(theirs & (NEGATIONS | {"unless"})) or any(cue(passage.reading, "not") or _prefixed(passage) for passage in known)
    if "cause" in mine and "anyhow" in theirs and "cause" not in theirs:
        yield _lacking("negation", claim, known)
    if says_no and not refused:
        yield _lacking("negation", claim, known)
    if (
        mine & {"may", "must", "duty"}
        and not refusing
        and theirs & NEGATIONS
        and not open_exception
        and not _mixed(known)
        and not _turned_any(claim, known)
    ):
        yield _lacking("negation", claim, known)
    for modal, enough in (("may", {"may", "never"}), ("must", {"must", "duty", "will", "never"}), ("should", {"should"})):
        if modal in mine and not theirs & enough and not any(cue(passage.reading, modal) for passage in known):
            yield _lacking("modality", claim, known)


def _turned_any(claim: Reading, passages: Sequence[Passage]) -> bool:
    return any(turned(claim, passage) for passage in passages)


def _mixed(passages: Sequence[Passage]) -> bool:
    """Whether some modal of the passages is not negated, so that the claim may be about that one."""
    for passage in passages:
        for number, token in enumerate(passage.core_tokens):
            if token.kind == "operator" and token.key in ("may", "must", "duty", "will"):
                near = passage.core_tokens[max(0, number - 4) : number + 8]
                if not any(each.kind == "operator" and each.key in NEGATIONS for each in near):
                    return True
    return False


def cue(reading: Reading, force: str) -> bool:
    if not reading.language:
        return False
    phrases = reading.language.negatives if force == "not" else reading.language.cues.get(force, "")
    return bool(phrases) and bool(words_pattern(phrases, spaced=reading.language.spaced).search(reading.text))


def _prefixed(passage: Passage) -> bool:
    assert passage.language
    prefixes = tuple(prefix.rstrip("- ") for prefix in passage.language.prefixes if len(prefix.rstrip("- ")) > 1)
    words = (passage.reading.text[token.start : token.end] for token in passage.core_tokens if token.kind == "word")
    return any(word.startswith(prefixes) and len(word) > 6 for word in words)


def _lacking(name: str, claim: Reading, passages: Sequence[Passage]) -> Check:
    said, source = claim.text.strip()[:200], passages[0].core.strip()[:200]
    force = {
        "negation": "negates what the source does not, or the other way round",
        "modality": "binds or permits where the source does not",
    }
    return Check(name, "unverified", said, source, f"the answer {force[name]}: {said!r} against {source!r}")
