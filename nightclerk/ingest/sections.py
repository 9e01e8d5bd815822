"""The sections of a text, as a tree of spans: what a lawyer cites as `Article VII > 7.2 > (b)`, an analyst as `Item 7`.

The marks are accepted in sequence: `5.` opens a section where 4 is open, and is a figure elsewhere. Sections cover the text: each begins
with its mark and ends where the next of its own or a lower depth begins, or where the sentence ends that a list is. What stands before the
first mark is the preamble.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from nightclerk.ingest.contents import HEADING as HEADING_OF_CONTENTS
from nightclerk.ingest.contents import split_contents
from nightclerk.ingest.counts import Order
from nightclerk.ingest.marks import CLAUSE, EXHIBIT, HEADING, LIST, Mark, find_marks
from nightclerk.ingest.marks_runs import find_runs
from nightclerk.ingest.sections_ends import end_of_list, end_of_recitals
from nightclerk.ingest.sections_shape import FIRST, MOST_TITLE, Series, shape_of
from nightclerk.ingest.sections_titles import title_of
from nightclerk.records import Section

CONTENTS = "Table of Contents"
# how many numbers may be missing: repealed, reserved, or lost by a reader
LEAPS = {
    "item": 99,
    "statute": 50,
    # from the laws to the regulations of a code: L. 123-4, R. 210-1
    "code": 99,
    "条": 50,
    "條": 50,
    "章": 5,
    "節": 5,
    "节": 5,
    "編": 5,
    "编": 5,
    "article": 5,
    "part": 5,
    "section": 5,
    "note": 5,
}
CLAUSE_LEAP, LIST_LEAP = 3, 1
# after its last article a text may go on with the first of an agreement that is attached
RESTARTING = frozenset({"article", "section"})
FIGURES = frozenset({"decimal2", "decimal3", "decimal4"})
DEFINITIONS = ("definition", "certain definition", "defined term", "begriffsbestimmung", "définition", "definicion")
# `7.9` may be the first mark of a text that was cut from another, `30.4.98` is a day
MOST_LOST = (99, 3)
# how a name begins that somebody signed with: `/s/`, `By: /s/`
SIGNS = frozenset("/\\Bb")
UNNUMBERED = frozenset({"definitions", "capitals"})


@dataclass(slots=True)
class _Open:
    """A section on the way: the mark, how it was read, and the depth it got."""

    mark: Mark
    scheme: str
    order: Order
    rank: int
    # behind the last item of a list: where the clause around the list goes on
    list_end: int
    # of it and of what it stands in
    path: str

    @property
    def ends_at_numbers(self) -> bool:
        """Whether numbered clauses cannot be parts of it: signatures, recitals, and headings without a number."""
        return not self.order and (self.rank >= CLAUSE or self.scheme == "signature")


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
    outline = _Outline(text, marks)
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


class _Outline:
    """The sections that are open where the reader of a text is now, the outermost first."""

    def __init__(self, text: str, marks: Sequence[Mark]) -> None:
        self.stack: list[_Open] = []
        # by the start of an item: where it ends, if its list ended before the next section began
        self.ends: dict[int, int] = {}
        self._text = text
        self._shape = shape_of(text, marks)
        self._series = Series(marks)
        self._signed = False
        self._unsigned: list[_Open] = []
        # the lists whose items have had parts with numbers, each by its scheme and the start of what it stands in
        self._numbered: set[tuple[str, int]] = set()

    @property
    def is_filing(self) -> bool:
        """Whether the text is cited by Items."""
        return self._shape.is_filing

    @property
    def is_numbered(self) -> bool:
        """Whether a numbered section is open."""
        return any(entry.order for entry in self.stack)

    @property
    def path(self) -> str:
        """What is open, as people cite it."""
        return self.stack[-1].path

    def accept(self, mark: Mark) -> bool:
        """Put a mark on the stack if it continues or begins a sequence there."""
        if not mark.inline or mark.run_end is not None:
            self._leave_runs(mark.start)
        ended = self._ended(mark.start)
        if not ended:
            return self._accept(mark)
        before = list(self.stack)
        goes_on = bool(self._continued(mark, before))
        if not goes_on:
            self.stack = before[:-ended]
        if not self._accept(mark):
            self.stack = before
            return False
        # the list that goes on has not ended, those inside of it have
        first = len(before) - ended
        self._end(before[max(len(self.stack), first) if goes_on else first :], before[-1].list_end)
        return True

    def _leave_runs(self, start: int) -> None:
        """Close the lists inside sentences that ended before a place."""
        while len(self.stack) > 1 and 0 < (self.stack[-1].mark.run_end or 0) <= start:
            left = self.stack.pop()
            self.ends[left.mark.start] = left.list_end

    def clear(self, start: int) -> None:
        """Close all that is open."""
        if ended := self._ended(start):
            self._end(self.stack[-ended:], self.stack[-1].list_end)
        self.stack.clear()

    def _ended(self, start: int) -> int:
        """How many of the innermost sections are the last items of lists that ended before a place."""
        if not self.stack or not 0 < self.stack[-1].list_end < start:
            return 0
        return next((count for count, entry in enumerate(reversed(self.stack[1:])) if not entry.list_end), len(self.stack) - 1)

    def _end(self, entries: list[_Open], end: int) -> None:
        self.ends.update((entry.mark.start, end) for entry in entries)

    def _accept(self, mark: Mark) -> bool:
        if not mark.readings[0][1]:
            return self._accept_named(mark)
        if self._is_footnote(mark) or self._is_before_its_article(mark):
            return False
        if self.stack and self.stack[0].scheme == "signature" and self._continued(mark, self._unsigned):
            # a reader put the end of the last page before its beginning: the clauses go on behind the signatures
            self.stack = self._unsigned
        continued = self._continued(mark, self.stack)
        if continued:
            _, place, scheme, order = max(continued)
            return self._push(mark, scheme, order, self.stack[place].rank)
        if any(self._is_open(scheme, order) for scheme, order in mark.readings) and not self._begins_list(mark):
            # a running header, or a reference to the section that is open
            return False
        return any(self._begin(mark, scheme, order) for scheme, order in mark.readings)

    def _accept_named(self, mark: Mark) -> bool:
        scheme = mark.readings[0][0]
        if scheme in UNNUMBERED and self._is_title(mark):
            return False
        if mark.rank == HEADING:
            return self._accept_heading(mark, scheme)
        if self._is_open(scheme) and mark.kind != "heading":
            return False
        if mark.kind == "heading" and mark.rank == EXHIBIT and not self.stack:
            # the title of the whole text is no part of a citation
            return False
        if mark.kind == "signature" and mark.start < self._shape.last_item and self._text[mark.start] in SIGNS:
            # the auditor's or an officer's, in an Item of a filing that goes on
            return False
        if mark.kind == "signature":
            self._signed, self._unsigned = True, list(self.stack)
        return self._push(mark, scheme, (), mark.rank)

    def _accept_heading(self, mark: Mark, scheme: str) -> bool:
        # the lines of a title page and the names above signatures are no headings
        if mark.start < self._shape.front_end or mark.label in self._shape.titles or self._signed:
            return False
        return self._push(mark, scheme, (), CLAUSE if self._shape.by_headings else HEADING)

    def _is_title(self, mark: Mark) -> bool:
        """Whether a line in capitals is the title of what was opened last: only the rest of that one's line stands between."""
        if not self.stack or self.stack[-1].rank >= LIST or (not self.stack[-1].order and self.stack[-1].rank > EXHIBIT):
            return False
        start = self.stack[-1].mark.end
        return mark.start - start <= MOST_TITLE and "\n" not in self._text[start : mark.start].strip()

    def _is_footnote(self, mark: Mark) -> bool:
        """Whether a mark is a footnote or the number of an exhibit in a filing."""
        if not self._shape.is_filing or any(entry.mark.label.startswith("Exhibit") for entry in self.stack):
            return False
        return mark.rank >= LIST or mark.readings[0][0] in FIGURES

    def _is_before_its_article(self, mark: Mark) -> bool:
        """Whether `8.1` stands in Article I, and Article VIII is still to come: a table of defined terms names where each is defined."""
        scheme, order = mark.readings[0]
        if not scheme.startswith("decimal") or len(order) < 2:
            return False
        early = any(entry.scheme == "article" and entry.order < order[:1] for entry in self.stack)
        return early and self._series.comes("article", order[:1], mark.start)

    def _is_open(self, scheme: str, order: Order | None = None) -> bool:
        return any(entry.scheme == scheme and order in {None, entry.order} for entry in self.stack)

    def _begins_list(self, mark: Mark) -> bool:
        """Whether `(i)` below an open `(i)` is the first Roman number and not the ninth letter again."""
        return mark.rank >= LIST and any(order == (1,) and not self._is_open(scheme) for scheme, order in mark.readings)

    def _continued(self, mark: Mark, stack: list[_Open]) -> list[tuple[bool, int, str, Order]]:
        """The open sections that a mark may follow, those it follows without a gap as the greatest."""
        return [
            (order == (*entry.order[:-1], entry.order[-1] + 1), place, scheme, order)
            for scheme, order in mark.readings
            for place, entry in enumerate(stack)
            if entry.scheme == scheme and entry.order and _follows(entry.order, order, scheme) and not self._is_ahead(entry.order, mark)
        ]

    def _is_ahead(self, before: Order, mark: Mark) -> bool:
        """Whether what is missing before an Article follows soon: a line began with its name."""
        scheme, order = mark.readings[0]
        return scheme in RESTARTING and order[0] - before[0] > 1 and self._series.goes_on(scheme, before, mark.start, over_articles=True)

    def _begin(self, mark: Mark, scheme: str, order: Order) -> bool:
        """Whether a count begins a sequence where the text is now; if so, put it on the stack."""
        if scheme in LEAPS and mark.readings[0] != (scheme, order):
            return False
        if scheme in LEAPS:
            return (not self._is_open(scheme) or (order == (1,) and scheme in RESTARTING)) and self._push(mark, scheme, order, mark.rank)
        if scheme.startswith("decimal") and len(order) > 1:
            return self._begin_part(mark, scheme, order)
        if scheme == "decimal1" and order > (1,) and self._series.has_part(order, mark.start):
            return not any(entry.scheme == scheme and entry.order > order for entry in self.stack) and self._push(
                mark, scheme, order, CLAUSE
            )
        if order not in {(0,), (1,)} and not (scheme == "項" and order == (2,)):
            # the first paragraph of a Japanese article has no number
            return False
        if scheme == "decimal1":
            return self._push(mark, scheme, order, self._rank_of_numbers(mark))
        place = next((place for place, entry in enumerate(self.stack) if entry.scheme == scheme), None)
        if place is not None and (mark.run_end is None or (self._is_last_run(place))):
            # the same list begins anew in a paragraph without a number, or in the same sentence
            return self._push(mark, scheme, order, self.stack[place].rank)
        if self.stack and self.stack[-1].scheme == "recitals" and 0 < self.stack[-1].list_end < mark.start:
            self.stack.pop()
        return self._push(mark, scheme, order, self._below())

    def _is_last_run(self, place: int) -> bool:
        """Whether an open list is one inside a sentence that has no other such list open inside of it."""
        inside = self.stack[place + 1 :]
        return self.stack[place].mark.run_end is not None and (not inside or any(entry.mark.run_end is None for entry in inside))

    def _rank_of_numbers(self, mark: Mark) -> int:
        """`1.` begins the clauses of a text, unless clauses or headings are open already or a list is that goes on behind it."""
        if self._shape.by_headings or any(entry.order and CLAUSE <= entry.rank < LIST for entry in self.stack):
            return self._below()
        if self._list_here() in self._numbered:
            # the item before had such parts, too
            return self._below()
        going_on = [
            entry
            for entry in self.stack
            if entry.rank >= LIST and entry.order and self._series.goes_on(entry.scheme, entry.order, mark.start)
        ]
        return going_on[-1].rank + 1 if going_on else CLAUSE

    def _list_here(self) -> tuple[str, int] | None:
        """The list whose item is open last, if it is no list inside of another."""
        if not self.stack or self.stack[-1].rank < LIST or not self.stack[-1].order:
            return None
        if len(self.stack) > 1 and self.stack[-2].rank >= LIST:
            return None
        return self.stack[-1].scheme, self.stack[-2].mark.start if len(self.stack) > 1 else 0

    def _below(self) -> int:
        return max(LIST, self.stack[-1].rank + 1) if self.stack else LIST

    def _begin_part(self, mark: Mark, scheme: str, order: Order) -> bool:
        """`7.2` below an open 7, in whatever scheme that is written; without one, where 7.1 would be."""
        parents = [
            place
            for place, entry in enumerate(self.stack)
            if entry.order == order[:-1] and not entry.scheme.startswith(("roman", "letter", "double"))
        ]
        if parents:
            if any(entry.scheme == scheme and entry.order >= order for entry in self.stack[parents[-1] :]):
                # 2.3 in the text of 2.4
                return False
            del self.stack[parents[-1] + 1 :]
            return self._push(mark, scheme, order, max(mark.rank, self.stack[-1].rank + 1))
        if order[-1] == 0 < order[0] - 1 and not self._is_open(scheme):
            # the release of a program or of a licence
            return False
        if order[-1] > (1 if self._is_open(scheme) else MOST_LOST[len(order) > 2]):
            return False
        return self._push(mark, scheme, order, mark.rank)

    def _push(self, mark: Mark, scheme: str, order: Order, rank: int) -> bool:
        while self.stack and (self.stack[-1].rank >= rank or (order and rank < LIST and self.stack[-1].ends_at_numbers)):
            self.stack.pop()
        self._signed &= rank > EXHIBIT
        if scheme == "decimal1" and (above := self._list_here()):
            self._numbered.add(above)
        list_end = end_of_list(self._text, mark) if order > FIRST else end_of_recitals(self._text, mark)
        path = f"{self.stack[-1].path} > {mark.label}" if self.stack else mark.label
        self.stack.append(_Open(mark, scheme, order, rank, list_end, path))
        return True


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


def _kind(mark: Mark, title: str) -> str:
    return "definitions" if title.lower().startswith(DEFINITIONS) and mark.rank < HEADING else mark.kind
