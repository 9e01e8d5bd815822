"""Quoted stretches of an amendment: what stands in quotation marks is new or former wording, never an instruction."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

# one character of the private use area for each one of quoted wording, so that places stay what they are
HIDDEN = "\ue000"
_MARKS = re.compile(r"[“”„«»‘’\"]|\n\s*\n|\n(?=[ \t]*(?:\(?\w{1,3}[.)]|\d+(?:\.\d+)+\.?|§)[ \t])")
_PARTNER = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"'}
# wording without an end is no wording: so much of a document is never hidden by one mark
LONGEST = 20_000
Span = tuple[int, int]
Mark = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text with its quoted wording hidden: `frame` has the length of `text`; `spans` are the quoted stretches without their marks.

    The stop at the end of a quotation is not hidden: it ends the sentence around it as well.
    """

    text: str
    frame: str
    spans: Sequence[Span]

    def within(self, start: int, end: int) -> list[Span]:
        """The quoted stretches between two places."""
        first = bisect_left(self.spans, (start + 1, 0))
        return list(takewhile(lambda span: span[1] < end, islice(self.spans, first, None)))


def quoted(text: str) -> Quoted:
    """Hide what stands in quotation marks, in one pass; a mark that nobody closes hides nothing beyond its paragraph."""
    marks = [(match.start(), match[0]) for match in _MARKS.finditer(text)]
    spans: list[Span] = []
    at = 0
    while at < len(marks):
        place, mark = marks[at]
        if mark in _PARTNER and _opens(text, place, mark):
            at, found = _walk(text, marks, at)
            spans += found
        else:
            at += 1
    return Quoted(text, _hidden(text, spans), spans)


def _walk(text: str, marks: Sequence[Mark], opened: int) -> tuple[int, list[Span]]:
    """From an opening mark to the one that closes it, or to where it is given up: (the mark to go on from, stretches without marks)."""
    start, mark = marks[opened]
    still_open, inner, number = [start], [], opened + 1
    for number in range(opened + 1, len(marks)):
        place, other = marks[number]
        if place - start > LONGEST or (other[0] == "\n" and not _goes_on(text, marks, number, mark)):
            break
        if other in _PARTNER[mark] and _closes(text, place, other):
            begun = still_open.pop()
            if not still_open:
                return number + 1, [(begun + 1, place)]
            inner.append((begun + 1, place))
        elif other == mark and _opens(text, place, other) and not _heads_paragraph(marks, number, text):
            still_open.append(place)
    else:
        number = len(marks)
    return max(number, opened + 1), _widest(inner)


def _widest(spans: Sequence[Span]) -> list[Span]:
    """Those that stand in no other one, in their order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one[0], -one[1])):
        if not found or span[0] > found[-1][1]:
            found.append(span)
    return found


def _heads_paragraph(marks: Sequence[Mark], number: int, text: str) -> bool:
    """Whether a mark stands at the head of a paragraph: quoted wording of several paragraphs may have one at each."""
    place, before = marks[number][0], marks[number - 1]
    return before[1][0] == "\n" and not text[before[0] : place].strip()


def _goes_on(text: str, marks: Sequence[Mark], number: int, mark: str) -> bool:
    """Whether a quotation goes on in the next paragraph: there, it closes before another one opens that does not close at once."""
    depth = 0
    repeated = number + 1 < len(marks) and marks[number + 1][1] == mark and _heads_paragraph(marks, number + 1, text)
    for at in range(number + 1, min(len(marks), number + 60)):
        place, other = marks[at]
        if other in _PARTNER[mark] and _closes(text, place, other):
            depth -= 1
        elif other == mark and _opens(text, place, other):
            if not _heads_paragraph(marks, at, text):
                depth += 1
            elif not repeated:
                return False
        if depth < 0:
            return True
        if other[0] == "\n" and depth > 0:
            return False
    return False


def _opens(text: str, place: int, mark: str) -> bool:
    if mark in "“„«":
        return True
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return (not before or before.isspace() or before in '([—–-/"“‘') and bool(after) and not after.isspace()


def _closes(text: str, place: int, mark: str) -> bool:
    if mark in "”»":
        return True
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if mark == '"':
        return not before.isspace() and not _opens(text, place, mark)
    return not before.isspace() and not (after.isalnum() and before.isalnum())


def _hidden(text: str, spans: Sequence[Span]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        stop = text[end - 1 : end] if end - start > 1 and text[end - 1] in ".;" else ""
        pieces += [text[at:start], HIDDEN * (end - start - len(stop)), stop]
        at = end
    return "".join([*pieces, text[at:]])
