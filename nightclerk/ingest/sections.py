"""The sections of a text, as a tree of spans: what a lawyer cites as `Article VII > 7.2 > (b)`, an analyst as `Item 7`.

The marks are accepted in sequence: `5.` opens a section where 4 is open, and is a figure elsewhere. Sections cover the text: each begins
with its mark and ends where the next of its own or a lower depth begins, and what stands before the first mark is the preamble.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from nightclerk.ingest.contents import split_contents
from nightclerk.ingest.counts import Order
from nightclerk.ingest.marks import CLAUSE, EXHIBIT, HEADING, LIST, MARK, Mark, find_marks
from nightclerk.records import Section

CONTENTS = "Table of Contents"
MOST_TITLE = 160
# how many numbers may be missing: repealed, reserved, or lost by a reader
LEAPS = {"item": 99, "statute": 50, "article": 5, "part": 5, "section": 5, "note": 5}
CLAUSE_LEAP, LIST_LEAP = 3, 1
# after its last article a text may go on with the first of an agreement that is attached
RESTARTING = frozenset({"article", "section"})
MOST_TITLE_WORDS, SHORT_TITLE_WORDS, LONG_WORD = 14, 3, 4
FIGURES = frozenset({"decimal2", "decimal3", "decimal4"})
DEFINITIONS = ("definition", "certain definition", "defined term", "begriffsbestimmung", "définition", "definicion")
UNNUMBERED, TITLE_DISTANCE = frozenset({"definitions", "capitals"}), 6
TITLE_GAP = re.compile(r"[\s.:–—|)*_-]+")
TITLE_END = re.compile(r"[.:](?=[\s”\"\[]|$)|\s?[–—]|\s{3,}|\n|\s\|\s|$")


@dataclass(slots=True)
class _Open:
    """A section on the way: the mark, how it was read, and the depth it got."""

    mark: Mark
    scheme: str
    order: Order
    rank: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A section without its end."""

    start: int
    depth: int
    kind: str
    path: str
    title: str


def find_sections(text: str) -> list[Section]:
    """The sections of a text in the order in which they begin, a section before its parts."""
    if not text:
        return []
    marks, contents = split_contents(text, list(find_marks(text)))
    opened: list[_Opened] = []
    events = sorted([(mark.start, 1, mark) for mark in marks] + [(start, 0, None) for start, _ in contents], key=lambda event: event[:2])
    ends = dict(contents)
    stack: list[_Open] = []
    for start, _, mark in events:
        if mark is None:
            stack.clear()
            opened += [_Opened(start, 0, "contents", CONTENTS, CONTENTS), _Opened(ends[start], 0, "preamble", "", "")]
        elif _accept(mark, stack):
            path = " > ".join(entry.mark.label for entry in stack)
            title = _title(text, mark)
            opened.append(_Opened(start, len(stack) - 1, _kind(mark, title), path, title))
    return _spans(text, [entry for place, entry in enumerate(opened) if not _is_blank(text, opened, place)])


def clause_path_at(sections: Sequence[Section], offset: int) -> str:
    """The path of the deepest section at an offset, for sections in the order in which they begin; empty outside of them all."""
    place = bisect_right(sections, offset, key=lambda section: section.char_start) - 1
    return sections[place].clause_path if place >= 0 and offset < sections[place].char_end else ""


def _is_blank(text: str, opened: list[_Opened], place: int) -> bool:
    """Whether nothing stands between a table of contents and the section after it."""
    following = opened[place + 1].start if place + 1 < len(opened) else len(text)
    return opened[place].kind == "preamble" and not text[opened[place].start : following].strip()


def _spans(text: str, opened: list[_Opened]) -> list[Section]:
    """Give each its end: where the next of its own or a lower depth begins."""
    if not opened or opened[0].start > 0:
        opened.insert(0, _Opened(0, 0, "preamble", "", ""))
    ends = [len(text)] * len(opened)
    waiting: list[int] = []
    for place, section in enumerate(opened):
        while waiting and opened[waiting[-1]].depth >= section.depth:
            ends[waiting.pop()] = section.start
        waiting.append(place)
    spans = [(section, end) for section, end in zip(opened, ends, strict=True) if end > section.start]
    return [
        Section(ordinal, section.kind, section.path, section.title, section.depth, section.start, end)
        for ordinal, (section, end) in enumerate(spans)
    ]


def _accept(mark: Mark, stack: list[_Open]) -> bool:
    """Put a mark on the stack of open sections if it continues or begins a sequence there."""
    if not mark.readings[0][1]:
        return _accept_named(mark, stack)
    if any(entry.scheme == "item" for entry in stack) and (mark.rank >= LIST or mark.readings[0][0] in FIGURES):
        # in a filing these are footnotes and exhibit numbers
        return False
    continued = [
        (place, scheme, order)
        for scheme, order in mark.readings
        for place, entry in enumerate(stack)
        if entry.scheme == scheme and _follows(entry.order, order, scheme)
    ]
    if continued:
        place, scheme, order = max(continued)
        return _push(stack, mark, scheme, order, stack[place].rank)
    if any(entry.scheme == scheme and entry.order == order for scheme, order in mark.readings for entry in stack):
        # a running header, or a reference to the section that is open
        return False
    return any(_begin(mark, stack, scheme, order) for scheme, order in mark.readings)


def _accept_named(mark: Mark, stack: list[_Open]) -> bool:
    scheme = mark.readings[0][0]
    if stack and scheme in UNNUMBERED and stack[-1].mark.rank < LIST and mark.start - stack[-1].mark.end <= TITLE_DISTANCE:
        # the line below `ARTICLE II` is its title
        return False
    if mark.rank == HEADING:
        # the names above signature lines are no headings
        return not any(entry.scheme == "signature" for entry in stack) and _push(stack, mark, scheme, (), HEADING)
    if any(entry.scheme == scheme for entry in stack) and mark.kind != "heading":
        return False
    if mark.kind == "heading" and mark.rank == EXHIBIT and not stack:
        # the title of the whole text is no part of a citation
        return False
    return _push(stack, mark, scheme, (), mark.rank)


def _follows(before: Order, order: Order, scheme: str) -> bool:
    """Whether a count continues a sequence: the next one, or a later one where numbers may be missing."""
    if scheme in LEAPS:
        return before < order and order[0] - before[0] <= LEAPS[scheme]
    if len(order) != len(before):
        return before < order and order[0] - before[0] <= LIST_LEAP
    leap = CLAUSE_LEAP if scheme.startswith("decimal") else LIST_LEAP
    if order[:-1] == before[:-1]:
        return 1 <= order[-1] - before[-1] <= leap
    # 7.4 is followed by 8.1, if 8 has no heading of its own
    return before < order and order[-1] <= 1 and order[0] - before[0] <= leap


def _begin(mark: Mark, stack: list[_Open], scheme: str, order: Order) -> bool:
    """Whether a count begins a sequence where the text is now; if so, put it on the stack."""
    is_open = any(entry.scheme == scheme for entry in stack)
    if scheme in LEAPS:
        return (not is_open or (order == (1,) and scheme in RESTARTING)) and _push(stack, mark, scheme, order, mark.rank)
    if scheme.startswith("decimal") and len(order) > 1:
        return _begin_part(mark, stack, scheme, order)
    if order not in {(0,), (1,)}:
        return False
    if scheme == "decimal1" and not any(entry.order and CLAUSE <= entry.rank < LIST for entry in stack):
        return _push(stack, mark, scheme, order, CLAUSE)
    place = next((place for place, entry in enumerate(stack) if entry.scheme == scheme), None)
    if place is not None and scheme != "decimal1":
        # the same list begins anew in a paragraph without a number
        return _push(stack, mark, scheme, order, stack[place].rank)
    return _push(stack, mark, scheme, order, max(LIST, stack[-1].rank + 1) if stack else LIST)


def _begin_part(mark: Mark, stack: list[_Open], scheme: str, order: Order) -> bool:
    """`7.2` below an open 7, in whatever scheme that is written; without one, where 7.1 would be."""
    parents = [
        place
        for place, entry in enumerate(stack)
        if entry.order == order[:-1] and not entry.scheme.startswith(("roman", "letter", "double"))
    ]
    if parents:
        del stack[parents[-1] + 1 :]
        return _push(stack, mark, scheme, order, max(mark.rank, stack[-1].rank + 1))
    if order[-1] > 1 and any(entry.scheme == scheme for entry in stack):
        return False
    return _push(stack, mark, scheme, order, mark.rank)


def _push(stack: list[_Open], mark: Mark, scheme: str, order: Order, rank: int) -> bool:
    # recitals and other headings without a number end where numbered clauses begin
    while stack and (stack[-1].rank >= rank or (order and rank < LIST and not stack[-1].order and stack[-1].rank >= CLAUSE)):
        stack.pop()
    stack.append(_Open(mark, scheme, order, rank))
    return True


def _title(text: str, mark: Mark) -> str:
    """The words of a heading: up to the end of its line, or up to the stop or dash before the text of a clause."""
    if not mark.readings[0][1] and mark.kind != "exhibit":
        return mark.label
    gap = TITLE_GAP.match(text, mark.end)
    start = gap.end() if gap else mark.end
    window = text[start : start + MOST_TITLE]
    end = TITLE_END.search(window)
    if end is None or (end.start() == len(window) == MOST_TITLE) or MARK.match(window):
        return ""
    words = window[: end.start()].split()
    return " ".join(words) if _is_heading(words, mark.rank) else ""


def _is_heading(words: list[str], rank: int) -> bool:
    """Whether words are a heading and not the beginning of a sentence."""
    if not words or words[0][0].islower():
        return False
    if rank < CLAUSE or len(words) <= SHORT_TITLE_WORDS:
        return True
    long_words = [word for word in words if len(word) >= LONG_WORD] or words
    return len(words) <= MOST_TITLE_WORDS and sum(word[0].isupper() for word in long_words) * 2 > len(long_words)


def _kind(mark: Mark, title: str) -> str:
    return "definitions" if title.lower().startswith(DEFINITIONS) and mark.rank < HEADING else mark.kind
