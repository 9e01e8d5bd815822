"""Lists inside a sentence: `either (i) by notice or (ii) at the end of the term`, found as whole runs that begin with the first count.

A single `(b)` in running text is a reference. What is a list has its first item, its second in the same sentence, and no word before the
first that refers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nightclerk.ingest.counts import Order, letter, roman
from nightclerk.ingest.marks import LIST, Mark
from nightclerk.ingest.numerals import ONES, TENS
from nightclerk.ingest.sections_ends import LONGEST_ITEM, is_sentence, sentence_end

ITEM = re.compile(
    r"\((?<=\s\()(?P<count>(?P<sign>[a-z])(?P=sign){0,5}|[ivx]{2,6}|[A-H]|[IVX]{1,5}|\d{1,2})\)"
    r"(?=\s{1,9}[\w“\"$\[(])(?!\s{1,9}(?:and|or|through|above|below|hereof|thereof|of\s{1,9}this)\b)"
)
REFERRING = re.compile(
    r"(?:sub-?)?(?:sections?|articles?|clauses?|paragraphs?|items?|parts?|exhibits?|schedules?|annex(?:es)?|rules?|notes?|§+)\Z",
    re.IGNORECASE,
)
LAST_WORD, LOOK_BACK = re.compile(r"[\w§-]*\Z"), 24
PARAGRAPH_START = re.compile(r"\n[ \t\r]*\n\s*\Z")
NUMBERS = frozenset([*ONES, *TENS, "hundred"])
FEWEST = 2
DEEPEST = 6


@dataclass(slots=True)
class _Run:
    """A list on the way: how it counts, and its items as (start, end) so far."""

    scheme: str
    count: int = 1
    items: list[tuple[int, int]] = field(default_factory=list)


def find_runs(text: str) -> Iterator[Mark]:
    """The items of lists in running text, each list's when it has ended; time linear in the text."""
    runs: list[_Run] = []
    before = 0
    for item in ITEM.finditer(text):
        begins = PARAGRAPH_START.search(text, max(0, item.start() - LOOK_BACK), item.start()) is not None
        if runs and (begins or not is_sentence(text, before, item.start())):
            yield from _marks(text, runs)
            runs = []
        if begins:
            # an item of its own
            continue
        before = item.end()
        place = len(runs) - 1
        while place >= 0 and _order(item["count"], runs[place].scheme) != (runs[place].count + 1,):
            place -= 1
        if place >= 0:
            yield from _marks(text, runs[place + 1 :])
            del runs[place + 1 :]
            runs[place].count += 1
            runs[place].items.append(item.span())
        elif (scheme := _first(item["count"])) and not _is_referred_to(text, item.start()) and len(runs) < DEEPEST:
            if runs and runs[-1].scheme == scheme:
                # the next list of the same sentence
                yield from _marks(text, [runs.pop()])
            runs.append(_Run(scheme, items=[item.span()]))
    yield from _marks(text, runs)


def _first(count: str) -> str:
    return {"i": "roman lower()", "a": "letter lower()", "A": "letter upper()", "I": "roman upper()", "1": "1()"}.get(count, "")


def _order(count: str, scheme: str) -> Order:
    if scheme == "1()":
        return (int(count),) if count.isdecimal() else ()
    if count.isdecimal() or count.isupper() != ("upper" in scheme):
        return ()
    return roman(count) if scheme.startswith("roman") else letter(count)


def _is_referred_to(text: str, start: int) -> bool:
    """Whether the word before names what is referred to, as in `clause (i)`, or is the number again, as in `one (1)`."""
    word = LAST_WORD.search(text[max(0, start - LOOK_BACK) : start].rstrip())
    assert word is not None
    return word[0].lower() in NUMBERS or REFERRING.match(word[0]) is not None


def _marks(text: str, runs: list[_Run]) -> Iterator[Mark]:
    for run in runs:
        if len(run.items) < FEWEST:
            continue
        for count, (start, end) in enumerate(run.items, start=1):
            run_end = (sentence_end(text, end) or min(len(text), end + LONGEST_ITEM)) if count == len(run.items) else 0
            yield Mark(start, end, LIST, text[start:end], "paragraph", ((run.scheme, (count,)),), inline=True, run_end=run_end)
