"""Whether what an answer states has the force that the source gives it: negated or not, bound or free, with or without an exception.

Three ways, by how near the answer's wording is to the source's. A copy is laid beside it and every difference is looked at (`copies`).
In other words of the same language, each verb that the answer binds, permits or negates is looked up in the source (`forces`). In
another language, or where no verb is the same, only the forces themselves are compared (`coarse`).
"""

from __future__ import annotations

from collections.abc import Sequence

from nightclerk.findings.verify.align import align
from nightclerk.findings.verify.coarse import coarse, cue
from nightclerk.findings.verify.copies import apart, beside, other_words
from nightclerk.findings.verify.forces import by_words, stops
from nightclerk.findings.verify.languages.model import NEGATIONS
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.reading import Reading, Token
from nightclerk.records import Check
from nightclerk.text import clean_span

# characters from which on a claim may break off in the middle of a word
_LONG = 190
# of the tokens of a claim, from which on it repeats the source word for word
_WORD_FOR_WORD = 0.85
# words between a negation and the quote that it governs
_NEAR = 3


def check_statement(claim: Reading, passages: Sequence[Passage], *, what: str = "answer") -> list[Check]:
    """What is wrong with the force of a claim, as far as the passages tell; empty where nothing is."""
    same = [passage for passage in passages if passage.language and passage.language == claim.language]
    for passage in same:
        if _verbatim(claim, passage):
            return []
    alignments = [(align(claim.tokens, passage.tokens), passage) for passage in same]
    copies = [(alignment, passage) for alignment, passage in alignments if alignment.copied]
    if copies:
        alignment, passage = max(copies, key=lambda pair: pair[0].share)
        found = beside(alignment.differences, claim, passage.reading, what)
        return found or (other_words(alignment.differences, claim, passage) if alignment.share >= _WORD_FOR_WORD else [])
    found = [check for passage in same for check in by_words(claim, passage)] if same else []
    return found or list(coarse(claim, passages, same_language=bool(same)))


def shortened(claim: Reading, passages: Sequence[Passage]) -> bool:
    """Whether a long claim is the beginning of a passage word for word, cut off wherever it was long enough."""
    wanted = claim.text.strip()
    return len(wanted) >= _LONG and any(passage.core.lstrip().startswith(wanted) for passage in passages)


def _verbatim(claim: Reading, passage: Passage) -> bool:
    wanted = claim.text.strip(" .;,:\"'")
    at = passage.core.find(wanted)
    if at < 0 or not wanted:
        return False
    begin, end = passage.core_start + at, passage.core_start + at + len(wanted)
    if not clean_span(passage.reading.text, begin, end):
        return False
    return not any(_cut_by(operator, begin, end, passage) for operator in passage.reading.operators)


def _cut_by(operator: Token, begin: int, end: int, passage: Passage) -> bool:
    """Whether an operator is cut in two by a border of the claim, or is a negation right beside it."""
    if operator.start < end < operator.end or operator.start < begin < operator.end:
        return True
    text = passage.reading.text
    behind = 0 <= operator.start - end <= 1 and not text[end : operator.start].strip() and end < passage.core_end
    before = (
        operator.end <= begin
        and begin > passage.core_start
        and text[operator.end : begin].count(" ") <= _NEAR
        and not stops(text[operator.end : begin])
    )
    return operator.key in NEGATIONS and (behind or before)


def check_cut(passage: Passage, answer: Reading | None) -> Check | None:
    """Whether a quote was cut so that a negation that governs it stands outside: `assign` out of `shall not assign`."""
    if answer and ({token.key for token in answer.operators} & (NEGATIONS | {"unless"}) or cue(answer, "not")):
        return None
    tokens, text = passage.tokens, passage.reading.text
    first = next((number for number, token in enumerate(tokens) if token.end > passage.core_start), len(tokens))
    before = [token for token in tokens[max(0, first - _NEAR) : first] if token.kind == "operator" and token.key in NEGATIONS]
    if before and not any(mark in text[before[-1].end : passage.core_start] for mark in ",.;:()"):
        cut = text[before[-1].start : passage.core_end].strip()[:200]
        return Check("negation", "unverified", passage.core.strip()[:200], cut, f"the quote begins behind a negation: {cut!r}")
    for operator in passage.reading.operators:
        if apart(text, passage.core_end):
            break
        inside = operator.start < passage.core_end < operator.end
        behind = (
            0 <= operator.start - passage.core_end <= 1 and operator.key == "not" and not text[passage.core_end : operator.start].strip()
        )
        if (
            (inside or behind)
            and operator.key in NEGATIONS
            and text[operator.start : operator.end] not in ("nor", "no", "neither", "weder", "ni")
        ):
            cut = text[max(0, operator.start - 60) : operator.end].strip()
            return Check("negation", "unverified", passage.core.strip()[-200:], cut, f"the quote ends before a negation: {cut!r}")
    return None
