"""Whether a quote that stands in the source only nearly, or in pieces, says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from nightclerk.findings.verify.align import LONGEST, Difference, align
from nightclerk.findings.verify.copies import differing, same_thing
from nightclerk.findings.verify.facts import Facts
from nightclerk.findings.verify.figures import Sources, check_date, check_quantities
from nightclerk.findings.verify.languages.model import NEGATIONS
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.reading import Reading, Token, read
from nightclerk.records import Check

# of the letters of two words, that must agree for one to be a misread form of the other
_ALIKE = 0.75
_LITTLE = 2


def check_near(claimed: str, passage: Passage, facts: Facts) -> list[Check]:
    """What a quote says that its place in the source does not, or leaves out of it. Stricter than an answer is checked: word by word."""
    claim = read(claimed, passage.language, passage.reading.day_first)
    core = passage.core_tokens
    sources = Sources([passage], facts, 0)
    figures = check_quantities(claim, sources) + [check_date(each, sources) for each in claim.dates]
    found = [problem for problem in figures if problem]
    if len(claim.tokens) > LONGEST:
        return [*found, Check("quote", "unverified", "", "", f"only the first {LONGEST:,} words of a quote can be compared")]
    for difference in align(claim.tokens, core).differences:
        if _elided(difference, claim):
            continue
        found += list(differing(difference, claim, passage.reading, "quote"))
        found += list(_wording(difference, claim, passage.reading))
    return found


def _elided(difference: Difference, claim: Reading) -> bool:
    """Whether the quote says by dots that it leaves something out here, and what it leaves out does not turn what follows."""
    if difference.claimed or not difference.before or not difference.after:
        return False
    between = claim.text[difference.before.end : difference.after.start]
    return ("..." in between or "<omitted>" in between) and not any(token.key in NEGATIONS for token in difference.source[-2:])


def _wording(difference: Difference, claim: Reading, source: Reading) -> Iterator[Check]:
    """Words and figures that only one side has. Misread letters, little words and a figure said twice are no difference."""
    mine, theirs = _telling(difference.claimed, claim), _telling(difference.source, source)
    beside = {token.key for token in (difference.before, difference.after) if token}
    for said, others, has in ((mine, theirs, "quote"), (theirs, mine, "source")):
        for token, word in said:
            if token.key in beside or any(_alike(token, word, other, its) for other, its in others):
                continue
            says = f"only the {has} has {word!r} there"
            yield Check("quote", "unverified", word if has == "quote" else "", word if has == "source" else "", says)


def _telling(tokens: Sequence[Token], reading: Reading) -> list[tuple[Token, str]]:
    words = [(token, reading.text[token.start : token.end]) for token in tokens]
    if reading.language and not reading.language.spaced:
        return _runs(words)
    little = reading.language.function_words if reading.language else frozenset()
    return [(token, word) for token, word in words if token.kind != "word" or (word not in little and len(word) > _LITTLE)]


def _runs(words: Sequence[tuple[Token, str]]) -> list[tuple[Token, str]]:
    """Where no blanks stand between words: all characters of a difference as one word, if there are more than a few."""
    things = [(token, word) for token, word in words if token.kind != "word"]
    run = "".join(word for token, word in words if token.kind == "word")
    if len(run) <= _LITTLE:
        return things
    first = next(token for token, _ in words if token.kind == "word")
    return [*things, (Token("word", run, first.start, first.end), run)]


def _alike(token: Token, word: str, other: Token, its: str) -> bool:
    if token.kind != other.kind:
        # an enumerator may lose its point
        return word.strip("(). ") == its.strip("(). ")
    if token.kind != "word":
        return same_thing(token, other) or (token.kind == "operator" and {token.key, other.key} <= NEGATIONS)
    return SequenceMatcher(None, word, its, autojunk=False).ratio() >= _ALIKE
