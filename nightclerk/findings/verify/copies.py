"""A claim that repeats its source nearly word for word: every difference between the two is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from nightclerk.findings.verify.align import Difference
from nightclerk.findings.verify.dates import Dated
from nightclerk.findings.verify.figures import day_agrees, same_value
from nightclerk.findings.verify.languages import Language
from nightclerk.findings.verify.languages.model import BOUNDS, MODALS, NEGATIONS
from nightclerk.findings.verify.names import changed_names
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.quantities import Quantity
from nightclerk.findings.verify.reading import Reading, Token, words_pattern
from nightclerk.records import Check

# tokens that may stand in the place of one another; more than these left out is a clause of its own
_NEAR = 3
# words over which a negation may move: in no event shall X be / X shall in no event be
_MOVES = 8
# of the letters of two words, that agree in forms of one word
_SAME_WORD = 0.6


def beside(differences: Sequence[Difference], claim: Reading, source: Reading, what: str) -> list[Check]:
    """What is wrong in all places where a copy differs. A negation may stand elsewhere in the sentence, as long as it stands there."""
    moved = _moved(differences, claim)
    return [check for each in differences for check in differing(each, claim, source, what, moved=each in moved)]


def _moved(differences: Sequence[Difference], claim: Reading) -> list[Difference]:
    """Neighbours of which one has a negation of the claim and the other one of the source, a few words apart."""
    found: list[Difference] = []
    for one, other in pairwise(differences):
        counts = [[len(operators(side, NEGATIONS)) % 2 for side in (each.claimed, each.source)] for each in (one, other)]
        if counts in ([[1, 0], [0, 1]], [[0, 1], [1, 0]]) and one.after and other.before:
            between = claim.text[one.after.start : other.before.end]
            if between.count(" ") <= _MOVES and not any(mark in between for mark in ",.;:"):
                found += [one, other]
    return found


def differing(difference: Difference, claim: Reading, source: Reading, what: str, *, moved: bool = False) -> Iterator[Check]:
    """What is wrong where a copy differs from its source."""
    ours, theirs = difference.claimed, difference.source
    left_out = not ours and len(theirs) > _NEAR and not _resumes_negated(theirs)
    behind = not ours and difference.after is None and bool(theirs) and apart(source.text, theirs[0].start)
    if left_out or behind:
        # a whole clause was left out, with its own force
        return
    if not moved:
        yield from _negation(ours, theirs, claim, source, what)
    if not ours and not (difference.before and difference.after):
        # where the claim begins or ends, the source may go on with what the claim is not about
        return
    yield from _modality(ours, theirs, claim, source, what)
    yield from _exceptions(ours, theirs, claim, source, what)
    yield from _figures(ours, theirs, claim, source, what)
    yield from _opposites(ours, theirs, claim, source, what)
    yield from changed_names(ours, theirs, claim, source, what)


def apart(text: str, start: int) -> bool:
    """Whether a mark separates a place from what stands before it."""
    return text[:start].rstrip()[-1:] in (",", ";", ".", ":", "、", "،", "؛", "。")


def _resumes_negated(theirs: Sequence[Token]) -> bool:
    """Whether what was left out ends in a negation, which then governs what follows."""
    return any(token.kind == "operator" and token.key in NEGATIONS for token in theirs[-2:])


def operators(tokens: Sequence[Token], names: frozenset[str] | None = None) -> list[Token]:
    return [token for token in tokens if token.kind == "operator" and (names is None or token.key in names)]


def _negation(ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Iterator[Check]:
    mine, others = operators(ours, NEGATIONS), operators(theirs, NEGATIONS)
    both = {token.key for token in operators([*ours, *theirs])}
    if {"only", "also"} <= both or {"anyhow", "cause"} <= both:
        yield _check("negation", "contradicted", ours, theirs, claim, source, what)
    if len(mine) % 2 == len(others) % 2:
        return
    if _freed(ours) != _freed(theirs) and operators(ours) and operators(theirs):
        # "is not required to" for "need not": the same in one operator and in two
        return
    if not mine and says_no(ours, claim):
        return
    if not others and says_no(theirs, source):
        return
    yield _check("negation", "contradicted", ours, theirs, claim, source, what)


def _freed(tokens: Sequence[Token]) -> bool:
    keys = [token.key for token in operators(tokens)]
    return "duty" in keys and "not" in keys


def says_no(tokens: Sequence[Token], reading: Reading) -> bool:
    """Whether a word among these says no by itself: prohibited, void."""
    if not reading.language or not tokens:
        return False
    part = reading.text[tokens[0].start : tokens[-1].end]
    return bool(words_pattern(reading.language.negatives, spaced=reading.language.spaced).search(part))


def _modality(ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Iterator[Check]:
    mine = {MODALS[token.key] for token in operators(ours) if token.key in MODALS}
    others = {MODALS[token.key] for token in operators(theirs) if token.key in MODALS}
    # may not, shall not and must not forbid alike; should not does not
    denied = all(any(token.key in NEGATIONS for token in operators(side)) for side in (ours, theirs)) and "should" not in mine ^ others
    if not mine or mine == others or denied:
        return
    if others:
        yield _check("modality", "contradicted", ours, theirs, claim, source, what)
    elif mine & {"may", "should"}:
        yield _check("modality", "unverified", ours, theirs, claim, source, what)


def _exceptions(ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Iterator[Check]:
    mine = {token.key for token in operators(ours, frozenset({"unless", "if"}))}
    others = {token.key for token in operators(theirs, frozenset({"unless", "if"}))}
    if mine == others or ("unless" in mine) == ("unless" in others):
        return
    yield _check("exception", "contradicted" if "if" in mine | others else "unverified", ours, theirs, claim, source, what)


def _figures(ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Iterator[Check]:
    for kind in ("quantity", "date"):
        mine = [token for token in ours if token.kind == kind]
        others = [token for token in theirs if token.kind == kind]
        if mine and others and not any(same_thing(one, other) for one in mine for other in others):
            yield _check("figure" if kind == "quantity" else "date", "contradicted", ours, theirs, claim, source, what)
    bounds = [{BOUNDS[token.key] for token in operators(side) if token.key in BOUNDS} for side in (ours, theirs)]
    if bounds[0] != bounds[1] and (bounds[0] or bounds[1]):
        yield _check("figure", "contradicted" if bounds[0] and bounds[1] else "unverified", ours, theirs, claim, source, what)


def same_thing(one: Token, other: Token) -> bool:
    """Whether two figures or two dates say the same, as far as both say it: a unit or a year may be missing on one side."""
    if isinstance(one.thing, Dated) and isinstance(other.thing, Dated):
        return any(day_agrees(mine, its) is not False for mine in one.thing.days for its in other.thing.days)
    if isinstance(one.thing, Quantity) and isinstance(other.thing, Quantity):
        return same_value(one.thing, other.thing)
    return one.kind == other.kind and one.key == other.key


def _opposites(ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Iterator[Check]:
    """Words that differ by nothing but a prefix that says no: exclusive and non-exclusive."""
    if not claim.language:
        return
    mine, others = [
        [reading.text[t.start : t.end] for t in side if t.kind == "word"] for side, reading in ((ours, claim), (theirs, source))
    ]
    for one in mine:
        for other in others:
            if opposite(one, other, claim.language):
                yield Check("negation", "contradicted", one, other, f"the {what} says {one!r}, the source {other!r}")


def opposite(one: str, other: str, language: Language) -> bool:
    """Whether one of two folded words is the other with a prefix that says no."""
    short, long = sorted((one, other), key=len)
    return len(short) >= (4 if language.spaced else 1) and any(
        long == prefix + short or long == prefix.rstrip("- ") + "-" + short for prefix in language.prefixes
    )


def other_words(differences: Sequence[Difference], claim: Reading, passage: Passage) -> list[Check]:
    """Words that a claim has in the place of others although it is word for word the source's elsewhere: monthly for annual."""
    theirs = {token.key for token in passage.reading.tokens}
    found = []
    for each in differences:
        ours = [token for token in each.claimed if token.key not in theirs and _telling(token, claim)]
        others = [token for token in each.source if token.kind == "word"]
        few = len(each.claimed) <= _NEAR and len(each.source) <= _NEAR + _NEAR
        if ours and others and few and not any(_alike(ours[0], other, claim, passage.reading) for other in others):
            found.append(_check("term", "unverified", ours, others, claim, passage.reading, "answer"))
    return found


def _telling(token: Token, reading: Reading) -> bool:
    word = reading.text[token.start : token.end]
    little = reading.language.function_words if reading.language else frozenset[str]()
    return token.kind == "word" and word not in little and len(word) > _NEAR


def _alike(one: Token, other: Token, claim: Reading, source: Reading) -> bool:
    words = claim.text[one.start : one.end], source.text[other.start : other.end]
    return SequenceMatcher(None, *words, autojunk=False).ratio() >= _SAME_WORD


def _check(name: str, result: str, ours: Sequence[Token], theirs: Sequence[Token], claim: Reading, source: Reading, what: str) -> Check:
    mine, others = _shown(ours, claim), _shown(theirs, source)
    says = f"the {what} says {mine!r}" if mine else f"the {what} leaves something out"
    says += f", the source {others!r}" if others else ", the source says nothing of it"
    return Check(name, "contradicted" if result == "contradicted" else "unverified", mine, others, says)


def _shown(tokens: Sequence[Token], reading: Reading) -> str:
    """The words of some tokens with one or two around them."""
    if not tokens:
        return ""
    start, end = tokens[0].start, tokens[-1].end
    before = reading.text.rfind(" ", 0, max(0, start - 1)) + 1 if start else 0
    after = reading.text.find(" ", end + 1)
    return reading.text[before : after if after >= 0 else len(reading.text)].strip()[:200]
