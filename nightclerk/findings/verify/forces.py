"""A claim in words of its own: what it binds, permits or negates, and who does it, is looked up verb by verb in the source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nightclerk.findings.verify.copies import opposite
from nightclerk.findings.verify.languages.model import BOUNDS, MODALS, NEGATIONS
from nightclerk.findings.verify.lexicon import AUXILIARY, PASSIVE
from nightclerk.findings.verify.names import roles
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.reading import Reading, Token
from nightclerk.records import Check

# how far a modal reaches in tokens
_REACH = 12
# of the words of a claim that stand in a passage for a verb in both to be about the same
_ABOUT = 0.6
# letters of a word that says something by itself
_LITTLE = 3


@dataclass(frozen=True, slots=True)
class Force:
    """What governs a word: a modal (`may`, `must`, `should`, `will`, or none) and whether it is negated. `words` is how it is said."""

    modal: str
    negated: bool
    words: str


def by_words(claim: Reading, passage: Passage) -> Iterator[Check]:
    """Each verb that the claim binds, permits or negates, looked up in the source."""
    mine, theirs = claim.tokens, passage.tokens
    yield from _opposed(claim, passage)
    yield from swapped(claim, passage)
    for place in _verbs(claim):
        at = [number for number, token in enumerate(theirs) if token.kind == "word" and token.key == mine[place].key]
        if not at:
            continue
        force = governed(mine, place, claim.text)
        others = [governed(theirs, each, passage.reading.text) for each in at]
        if any(_agree(force, other, claim, passage) for other in others):
            yield from _subjects(place, at, claim, passage)
            continue
        other = others[0]
        name = "negation" if force.negated != other.negated else "modality"
        sure = name == "negation" and _about(claim, passage) >= _ABOUT
        yield Check(
            name,
            "contradicted" if sure else "unverified",
            force.words,
            other.words,
            f"the answer says {force.words!r}, the source {other.words!r}",
        )


def _opposed(claim: Reading, passage: Passage) -> Iterator[Check]:
    """Words that the source has only with a prefix that says no, or only without."""
    assert claim.language
    theirs = {passage.reading.text[token.start : token.end] for token in passage.core_tokens if token.kind == "word"}
    for token in claim.tokens:
        word = claim.text[token.start : token.end]
        if token.kind == "word" and word not in theirs:
            other = next((each for each in theirs if opposite(word, each, claim.language)), None)
            if other and not any(operator.key in NEGATIONS for operator in claim.operators):
                yield Check("negation", "contradicted", word, other, f"the answer says {word!r}, the source {other!r}")


def _skipped(token: Token, reading: Reading) -> bool:
    """Whether a word may stand between a modal and its verb: be, have, an adverb."""
    word = reading.text[token.start : token.end]
    return token.kind == "word" and (word in AUXILIARY or word.endswith(("ly", "mente", "ment", "weise")))


def _verbs(reading: Reading) -> Iterator[int]:
    """Where the verbs after modals and negations stand."""
    tokens = reading.tokens
    little = reading.language.function_words if reading.language else frozenset()
    for number, token in enumerate(tokens):
        if token.kind == "operator" and token.key in (*MODALS, "not"):
            verb = next((at for at in range(number + 1, min(number + 5, len(tokens))) if not _skipped(tokens[at], reading)), None)
            if verb is not None and tokens[verb].kind == "word" and reading.text[tokens[verb].start : tokens[verb].end] not in little:
                yield verb


def governed(tokens: Sequence[Token], place: int, text: str) -> Force:
    """What governs the token at a place: the nearest modal before it, and whether that is negated, within its sentence."""
    modal, negated, start = "", False, tokens[place].start
    for number in range(place - 1, max(-1, place - _REACH), -1):
        token = tokens[number]
        if stops(text[token.end : tokens[number + 1].start]):
            break
        if token.kind != "operator" or token.key in ("unless", "if", *BOUNDS):
            continue
        if token.key in MODALS and modal:
            break
        start = token.start
        modal = modal or MODALS.get(token.key, "")
        negated = negated or token.key in NEGATIONS
    return Force(modal, negated, text[start : tokens[place].end])


def stops(between: str) -> bool:
    return any(mark in between for mark in ".;!?。؛")


def _subjects(place: int, at: Sequence[int], claim: Reading, passage: Passage) -> Iterator[Check]:
    """Whether somebody else does it: the last party before the verb in the claim and in the source."""
    one = _subject(claim.tokens, place, claim)
    others = [_subject(passage.tokens, each, passage.reading) for each in at]
    if one and all(others) and one not in others:
        yield Check("party", "contradicted", one, others[0], f"the answer says that {one!r} does it, the source {others[0]!r}")


def _subject(tokens: Sequence[Token], place: int, reading: Reading) -> str:
    """The only party named before a verb in its sentence; empty where several are, or none, or the verb is passive."""
    start = next(
        (number + 1 for number in range(place - 1, -1, -1) if stops(reading.text[tokens[number].end : tokens[number + 1].start])), 0
    )
    named = roles(tokens[start:place], reading)
    passive = any(reading.text[token.start : token.end] in PASSIVE for token in tokens[max(start, place - 2) : place])
    return named.pop() if len(named) == 1 and not passive else ""


def swapped(claim: Reading, passage: Passage) -> Iterator[Check]:
    """Two parties that a claim exchanges around the same verb: the licensee grants the licensor."""
    mine, theirs = _around(claim, claim.tokens), _around(passage.reading, passage.tokens)
    for first, verb, second in mine - theirs:
        if (second, verb, first) in theirs:
            says = f"the answer has {first!r} before and {second!r} behind the same verb, the source the reverse"
            yield Check("party", "contradicted", first, second, says)


def _around(reading: Reading, tokens: Sequence[Token]) -> set[tuple[str, str, str]]:
    """(party, stem of a word, party) for neighbouring parties with words between them, none of which makes it passive."""
    named = [(number, names.pop()) for number, token in enumerate(tokens) if len(names := roles([token], reading)) == 1]
    found = set()
    for (start, first), (end, second) in pairwise(named):
        between = tokens[start + 1 : end]
        words = [reading.text[token.start : token.end] for token in between]
        if first != second and len(between) <= _REACH and not PASSIVE & set(words):
            found |= {(first, token.key, second) for token in between if token.kind == "word" and len(token.key) > _LITTLE}
    return found


def _about(claim: Reading, passage: Passage) -> float:
    """The share of the claim's longer words that the passage has, too."""
    mine = {token.key for token in claim.tokens if token.kind == "word" and len(token.key) > 3}
    return len(mine & {token.key for token in passage.tokens}) / len(mine) if mine else 0.0


def _agree(force: Force, other: Force, claim: Reading, passage: Passage) -> bool:
    if force.negated != other.negated:
        return turned(claim, passage)
    if force.negated or not force.modal or not other.modal:
        return True
    return force.modal == other.modal or {force.modal, other.modal} == {"must", "will"}


def turned(claim: Reading, passage: Passage) -> bool:
    """Whether "only with consent" stands for "not without consent", or "only for this" for "not other than for this"."""
    mine = {token.key for token in claim.operators}
    others = {token.key for token in passage.reading.operators}
    free = {"if", "only"}
    return bool((mine & free and "unless" in others) or ("unless" in mine and others & free))
