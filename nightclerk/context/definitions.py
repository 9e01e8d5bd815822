"""The defined terms of a text: `"Term" means`, `(the "Term")`, `referred to as the "Term"`, and the items of a list of definitions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Literal

from nightclerk.context import wording
from nightclerk.context.model import Term
from nightclerk.context.outline import Outline

BEFORE, AFTER = 200, 260
# of a definition, from the beginning of its sentence or item
LONGEST = 6_000
LONGEST_SENTENCE, LONGEST_LEAD = 2_500, 700
# between the beginning of an item and its term: its number
MOST_LABEL = 40
_LINE = re.compile(r"\n")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE_START = re.compile(r"(?:[.;:!?。]|\n[ \t]*\n)[”\"’)]?\s{1,80}(?=[A-ZÄÖÜÉ“\"«(„])|。|\n(?=[A-Z][^\n]{0,400}[a-z])")
# it begins with one set of characters, so that all others are passed over
_SENTENCE_END = re.compile(
    r"[.。\n](?:(?<=\.)(?<!\b[A-Z]\.)(?<!\bInc\.)(?<!\bCorp\.)(?<!\bLtd\.)(?<!\bCo\.)(?<!\bNo\.)(?<!\bSec\.)[”\"’)]?(?:\s{1,80}(?=[A-ZÄÖÜ“\"«„(])|\s{0,80}\Z)"
    r"|(?<=。)|(?<=\n)[ \t]{0,80}\n)"
)


@dataclass(frozen=True, slots=True)
class _Named:
    """Names in quotation marks that stand together, and how they are defined."""

    spans: tuple[tuple[int, int, str], ...]
    how: Literal["means", "called", "points"]
    leads: bool

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


def find_terms(text: str, outline: Outline) -> list[Term]:
    """Every definition in a text, in the order in which their names stand; a term that is defined twice stands twice."""
    found = sorted([*_in_quotes(text, outline), *_unquoted(text, outline)], key=lambda named: named.start)
    leaders = [named.start for named in found if named.leads]
    terms = [term for named in found for term in _terms(text, outline, named, leaders)]
    return sorted({(term.name_start, term.name): term for term in terms}.values(), key=lambda term: term.name_start)


def _in_quotes(text: str, outline: Outline) -> Iterator[_Named]:
    for spans in _groups(text):
        leads = _leads(text, outline, spans[0][0])
        how = _how(text, outline, spans, leads=leads)
        names = tuple((start, end, name) for start, end, raw in spans if (name := wording.name_of(raw)))
        if how and names:
            yield _Named(names, how, leads and how != "called")


def _groups(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """Quoted words with their places, those together that only an `and` or a comma parts."""
    group: list[tuple[int, int, str]] = []
    for match in wording.QUOTED.finditer(text):
        between = text[group[-1][1] : match.start()] if group else None
        if group and not (between is not None and len(between) < 20 and wording.BETWEEN.match(between)):
            yield group
            group = []
        raw = match[match.lastgroup or 0]
        group.append((match.start(), match.end(), "" if "\n\n" in raw else raw))
    if group:
        yield group


def _how(text: str, outline: Outline, spans: Sequence[tuple[int, int, str]], *, leads: bool) -> Literal["means", "called", "points", ""]:
    start, end = spans[0][0], spans[-1][1]
    before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    if _in_brackets(before, after, spans[0][2]):
        return "called"
    if wording.POINTS.match(after):
        return "points"
    if wording.MEANS.match(after) or (not after.startswith(")") and wording.MEANS_LATER.match(after)):
        return "means"
    if wording.CALLED.search(before) or wording.MEANT_BY.search(before):
        return "called"
    if leads and wording.ITEM_MEANS.match(after) and _in_definitions(text, outline, start):
        return "means"
    return ""


def _in_brackets(before: str, after: str, raw: str) -> bool:
    """Whether names stand in brackets by which they are given: `(the "Term")`, `(each, a "Party")`."""
    opening = _opening(before)
    if opening < 0:
        return False
    closing = min((place for sign in ")）]" if (place := after.find(sign)) >= 0), default=-1)
    lead = before[opening + 1 :]
    if closing < 0 or wording.NO_LEAD.search(lead):
        return False
    if not wording.TAIL.match(after):
        return False
    if lead.strip():
        return wording.LEAD.search(lead) is not None
    # a word in brackets and quotation marks is a name where it is written like one
    return not raw[:1].islower()


def _opening(before: str) -> int:
    """Where a bracket was opened that is open still; -1 where none is."""
    opening = max(before.rfind("("), before.rfind("（"), before.rfind("["))
    return -1 if opening < 0 or any(sign in before[opening:] for sign in ")）]") else opening


def _leads(text: str, outline: Outline, start: int) -> bool:
    """Whether words stand first in their section or paragraph."""
    place = outline.at(start)
    begin = outline.sections[place].char_start if place is not None else 0
    line = text.rfind("\n", max(0, start - 60), start) + 1
    starts = [first for first in (begin, max(line, begin)) if 0 <= start - first <= MOST_LABEL]
    return any(wording.LABEL.fullmatch(text, first, start) for first in starts)


def _in_definitions(text: str, outline: Outline, start: int) -> bool:
    """Whether one of the sections around a place is headed as definitions."""
    return any(_is_definitions(text, outline, place) for place in outline.ancestors(outline.at(start)))


def _is_definitions(text: str, outline: Outline, place: int) -> bool:
    section = outline.sections[place]
    if section.kind == "definitions" or wording.DEFINITIONS.search(section.title):
        return True
    return not section.title and wording.DEFINITIONS.search(text[section.char_start : section.char_start + 40]) is not None


def _unquoted(text: str, outline: Outline) -> Iterator[_Named]:
    """Items of lists of definitions that begin with their term and no quotation mark."""
    done = 0
    for place in range(len(outline.sections)):
        section = outline.sections[place]
        if section.char_start < done or not _is_definitions(text, outline, place):
            continue
        done = section.char_end
        for start in _item_starts(text, outline, place):
            label = wording.LABEL.match(text, start)
            match = wording.UNQUOTED.match(text, label.end() if label else start)
            name = wording.name_of(match["name"]) if match else ""
            if match and name and not name[0].islower() and name.count(" ") < 9:
                yield _Named(((match.start("name"), match.end("name"), name),), "means", leads=True)


def _item_starts(text: str, outline: Outline, place: int) -> list[int]:
    """Where the sections and lines inside of a section begin."""
    section = outline.sections[place]
    inside = takewhile(lambda other: other.char_start < section.char_end, islice(outline.sections, place, None))
    lines = (match.end() for match in _LINE.finditer(text, section.char_start, section.char_end))
    return sorted({*(other.char_start for other in inside), *lines})


def _terms(text: str, outline: Outline, named: _Named, leaders: Sequence[int]) -> Iterator[Term]:
    start, end = _extent(text, outline, named, leaders)
    path = outline.path(named.start)
    for first, last, name in named.spans:
        yield Term(name, first, last, start, end, path, named.how, named.start)


def _extent(text: str, outline: Outline, named: _Named, leaders: Sequence[int]) -> tuple[int, int]:
    """From the beginning of the item or sentence that defines to its end, at most LONGEST characters."""
    if named.leads:
        return named.start, max(_end_of_item(text, outline, named, leaders), named.end)
    start = _sentence_start(text, outline, named.start)
    if named.how == "called" and _opening(text[max(0, named.start - BEFORE) : named.start]) >= 0:
        closing = min((place for sign in ")）" if (place := text.find(sign, named.end, named.end + AFTER)) >= 0), default=named.end - 1)
        return start, closing + 1
    furthest = min(len(text), named.end + LONGEST_SENTENCE)
    stop = _SENTENCE_END.search(text, named.end, furthest)
    return start, _trimmed(text, named.end, stop.end() if stop else furthest)


def _end_of_item(text: str, outline: Outline, named: _Named, leaders: Sequence[int]) -> int:
    """Where the next definition begins, else where the section ends that the item is, else where the paragraph ends."""
    after = bisect_right(leaders, named.end - 1)
    following = leaders[after] if after < len(leaders) else len(text)
    place = outline.at(named.start)
    section = outline.sections[place] if place is not None else None
    section_end = section.char_end if section else len(text)
    line = text.rfind("\n", named.end, following) + 1
    if line and wording.LABEL.fullmatch(text, line, following):
        # the number of the next one
        following = line
    end = min(following, section_end, named.start + LONGEST)
    if section is None or named.start - section.char_start > MOST_LABEL:
        stop = _PARAGRAPH.search(text, named.end, end)
        while stop and text[stop.start() - 1] not in '.;。]”"' and stop.end() < end:
            stop = _PARAGRAPH.search(text, stop.end(), end)
        end = stop.start() if stop else end
    return _trimmed(text, named.end, end)


def _sentence_start(text: str, outline: Outline, at: int) -> int:
    place = outline.at(at)
    first = max(at - LONGEST_LEAD, outline.sections[place].char_start if place is not None else 0, 0)
    ends = [match.end() for match in _SENTENCE_START.finditer(text, first, at)]
    start = ends[-1] if ends else first
    return start + len(text[start:at]) - len(text[start:at].lstrip())


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())
