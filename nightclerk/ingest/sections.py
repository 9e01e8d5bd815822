"""The sections of a text, as a tree of spans: what a lawyer cites as `Article VII > 7.2 > (b)`, an analyst as `Item 7`.

The marks are accepted in sequence: `5.` opens a section where 4 is open, and is a figure elsewhere. Sections cover the text: each begins
with its mark and ends where the next of its own or a lower depth begins, or where the sentence ends that a list is. What stands before the
first mark is the preamble.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from nightclerk.ingest.contents import HEADING as HEADING_OF_CONTENTS
from nightclerk.ingest.contents import split_contents
from nightclerk.ingest.marks import HEADING, Mark, find_marks
from nightclerk.ingest.marks_runs import find_runs
from nightclerk.ingest.sections_outline import Outline
from nightclerk.ingest.sections_titles import title_of
from nightclerk.records import Section

CONTENTS = "Table of Contents"
DEFINITIONS = ("definition", "certain definition", "defined term", "begriffsbestimmung", "définition", "definicion")


class _Opened(NamedTuple):
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
    outline = Outline(text, marks)
    if not outline.is_filing:
        marks = _with_runs(text, marks, contents)
    opened: list[_Opened] = []
    ends = dict(contents)
    events = sorted([(mark.start, 1, mark) for mark in marks] + [(start, 0, None) for start, _ in contents], key=lambda event: event[:2])
    for start, _, mark in events:
        if mark is None and outline.is_numbered and not HEADING_OF_CONTENTS.match(text, start):
            # a table of what is defined where, in the middle of a clause
            continue
        if mark is None:
            outline.clear(start)
            opened += [_Opened(start, 0, "contents", CONTENTS, CONTENTS), _Opened(ends[start], 0, "preamble", "", "")]
        elif outline.accept(mark):
            title = title_of(text, mark) if mark.run_end is None else ""
            if outline.is_filing and mark.kind == "part" and not title.isupper() and "\n" in text[mark.end : mark.end + 2]:
                # the first heading in the Part
                title = ""
            opened.append(_Opened(start, len(outline.stack) - 1, _kind(mark, title), outline.path, title))
    outline.clear(len(text))
    return _spans(text, [entry for place, entry in enumerate(opened) if not _is_blank(text, opened, place)], outline.ends)


def _with_runs(text: str, marks: Sequence[Mark], contents: Sequence[tuple[int, int]]) -> list[Mark]:
    """The marks, and among them the items of lists inside sentences, which say more of an item than the mark that was found there."""
    runs = {mark.start: mark for mark in find_runs(text) if not any(start <= mark.start < end for start, end in contents)}
    return [*(mark for mark in marks if mark.start not in runs), *runs.values()]


def clause_path_at(sections: Sequence[Section], offset: int) -> str:
    """The path of the deepest section at an offset, for sections in the order in which they begin; empty outside of them all."""
    place = bisect_right(sections, offset, key=lambda section: section.char_start) - 1
    while place > 0 and sections[place].depth and offset >= sections[place].char_end:
        # behind the end of a list, in the clause around it
        place -= 1
    return sections[place].clause_path if place >= 0 and offset < sections[place].char_end else ""


def _is_blank(text: str, opened: list[_Opened], place: int) -> bool:
    """Whether nothing stands between a table of contents and the section after it."""
    following = opened[place + 1].start if place + 1 < len(opened) else len(text)
    return opened[place].kind == "preamble" and not text[opened[place].start : following].strip()


def _spans(text: str, opened: list[_Opened], list_ends: dict[int, int]) -> list[Section]:
    """Give each its end: where the next of its own or a lower depth begins, or where its list ends."""
    if not opened or opened[0].start > 0:
        opened.insert(0, _Opened(0, 0, "preamble", "", ""))
    ends = [len(text)] * len(opened)
    waiting: list[int] = []
    for place, section in enumerate(opened):
        while waiting and opened[waiting[-1]].depth >= section.depth:
            ends[waiting.pop()] = section.start
        waiting.append(place)
    ends = [list_ends.get(section.start, end) for section, end in zip(opened, ends, strict=True)]
    spans = [(section, end) for section, end in zip(opened, ends, strict=True) if end > section.start]
    return [
        Section(ordinal, section.kind, section.path, section.title, section.depth, section.start, end)
        for ordinal, (section, end) in enumerate(spans)
    ]


def _kind(mark: Mark, title: str) -> str:
    return "definitions" if title.lower().startswith(DEFINITIONS) and mark.rank < HEADING else mark.kind
