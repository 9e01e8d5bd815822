"""Tables of contents: marks that only list the sections of the text below, and must not open any."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from nightclerk.ingest.counts import Order
from nightclerk.ingest.marks import CLAUSE, LIST, Mark

# an entry is a line or two; a section that short, four times in a row and once more further down, is an entry
ENTRY_CHARACTERS = 250
FEWEST_ENTRIES, FEWEST_ITEMS = 4, 3
LISTED_SHARE = 0.6
EXHIBIT_LIST_SHARE = 0.25
EXHIBIT_LINES = 2
HEAD_SHARE, HEAD_CHARACTERS = 0.05, 100
HEADING_CHARACTERS = 500
HEADING = re.compile(
    r"^[ \t#*]*(?:table of contents|contents|index|inhalt(?:sverzeichnis|sübersicht)?|table des matières|sommaire|índice|indice|目次)\b",
    re.IGNORECASE | re.MULTILINE,
)
PAGE_NUMBER = re.compile(r"(?:(?:\s*\.){3,}|…|[ \t|]{2,}|[^\d\W][ \t|]+)\s*(?:[A-Z]-)?\d{1,3}[ \t\r|]*$", re.MULTILINE)

Key = tuple[tuple[str, Order], str]


def split_contents(text: str, marks: list[Mark]) -> tuple[list[Mark], list[tuple[int, int]]]:
    """(marks that may open sections, spans of tables of contents)."""
    keys = _keys(marks)
    last_place = {key: place for place, key in enumerate(keys)}
    # an entry with a page number that is named again further down is listed, however far apart the entries are
    dropped = {
        place for place, mark in enumerate(marks) if mark.rank < LIST and last_place[keys[place]] > place and _numbered(text, marks, place)
    }
    spans = []
    in_filing = sum(mark.kind == "item" for mark in marks) >= FEWEST_ITEMS
    for first, last in _runs(marks, keys):
        listed = _listed(text, marks, range(first, last), keys, last_place, in_filing)
        if listed:
            start, end = _span(text, marks, listed[0], listed[-1] + 1)
            spans.append((start, end))
            dropped.update(range(listed[0], listed[-1] + 1))
    dropped.update(_exhibit_lists(text, marks, keys, last_place))
    kept = [mark for place, mark in enumerate(marks) if place not in dropped and not any(start <= mark.start < end for start, end in spans)]
    return kept, spans


def _keys(marks: list[Mark]) -> list[Key]:
    """What each mark names. Items are named within their part, since a 10-Q has an Item 1 in either."""
    keys: list[Key] = []
    part = ""
    for mark in marks:
        part = mark.label if mark.kind == "part" else part
        keys.append((mark.readings[0], part if mark.kind == "item" else ""))
    return keys


def _runs(marks: list[Mark], keys: list[Key]) -> Iterator[tuple[int, int]]:
    """Stretches of marks that follow each other closely and name nothing twice."""
    first = 0
    seen: set[Key] = set()
    for place, mark in enumerate(marks):
        close = place > first and mark.start - marks[place - 1].start <= ENTRY_CHARACTERS
        if not close or keys[place] in seen:
            yield first, place
            first, seen = place, set()
        if mark.rank < LIST:
            seen.add(keys[place])
    yield first, len(marks)


def _numbered(text: str, marks: list[Mark], place: int) -> bool:
    """Whether a page number ends the mark's line, or what there is of the line before the next mark."""
    start = marks[place].end
    line_end = text.find("\n", start)
    end = min(line_end if line_end >= 0 else len(text), start + ENTRY_CHARACTERS)
    if place + 1 < len(marks) and marks[place + 1].inline:
        end = min(end, marks[place + 1].start)
    return PAGE_NUMBER.search(text, start, end) is not None


def _listed(text: str, marks: list[Mark], run: range, keys: list[Key], last_place: dict[Key, int], in_filing: bool) -> list[int]:
    """The entries of a table of contents among the marks of a run; none if it is no such table, as the list of a filing's exhibits."""
    entries = [place for place in run if marks[place].rank < LIST and not (in_filing and marks[place].kind == "clause")]
    if len(entries) < FEWEST_ENTRIES:
        return []
    headed = HEADING.search(text, max(0, marks[run.start].start - HEADING_CHARACTERS), marks[run.start].start) is not None
    recurring = [place for place in entries if last_place[keys[place]] >= run.stop]
    numbered = [place for place in entries if _numbered(text, marks, place)] if headed or len(recurring) * 2 >= len(entries) else []
    # lists begin with 1, 2, 3 all over a text: a bare number counts only under a heading that says what it is
    again = [place for place in recurring if headed or marks[place].rank != CLAUSE or marks[place].kind != "clause"]
    listed = max(numbered, again, key=len)
    return listed if len(listed) >= max(len(entries) * LISTED_SHARE, FEWEST_ENTRIES) else []


def _span(text: str, marks: list[Mark], first: int, last: int) -> tuple[int, int]:
    start = marks[first].start
    heading = HEADING.search(text, max(0, start - HEADING_CHARACTERS), start)
    line_end = text.find("\n", marks[last - 1].end)
    following = marks[last].start if last < len(marks) else len(text)
    end = min(line_end + 1 if line_end >= 0 else len(text), following, marks[last - 1].end + ENTRY_CHARACTERS)
    return (heading.start() if heading else start), end


def _exhibit_lists(text: str, marks: list[Mark], keys: list[Key], last_place: dict[Key, int]) -> set[int]:
    """Exhibits that are only named: at the head of the text, early with a heading far down, or one after the other with nothing between."""
    places = [place for place, mark in enumerate(marks) if mark.kind == "exhibit"]
    early = len(text) * EXHIBIT_LIST_SHARE
    # exhibits listed before the signatures stand behind them
    signed = next((mark.start for mark in marks if mark.kind == "signature"), 0)
    listed = {
        place
        for place in places
        if marks[place].start < max(len(text) * HEAD_SHARE, HEAD_CHARACTERS)
        or (marks[place].start < early < marks[last_place[keys[place]]].start)
    }
    for place, following in itertools.pairwise(places):
        between = text[marks[place].start : min(marks[following].start, marks[place].start + 2 * ENTRY_CHARACTERS)]
        if len(between) <= ENTRY_CHARACTERS and sum(bool(line.strip()) for line in between.splitlines()) <= EXHIBIT_LINES:
            listed.add(place)
            if marks[following].start < early or marks[following].start < signed:
                listed.add(following)
    return listed
