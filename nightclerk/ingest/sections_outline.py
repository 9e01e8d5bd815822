"""Which marks open sections: those that continue or begin a sequence where the reader of a text is."""

from __future__ import annotations

from collections.abc import Sequence

from nightclerk.ingest.counts import Order
from nightclerk.ingest.marks import CLAUSE, EXHIBIT, HEADING, LIST, Mark
from nightclerk.ingest.sections_ends import end_of_list, end_of_recitals
from nightclerk.ingest.sections_open import LEAPS, Open, follows
from nightclerk.ingest.sections_shape import FIRST, MOST_TITLE, Series, shape_of

# after its last article a text may go on with the first of an agreement that is attached
RESTARTING = frozenset({"article", "section"})
FIGURES = frozenset({"decimal2", "decimal3", "decimal4"})
# `7.9` may be the first mark of a text that was cut from another, `30.4.98` is a day
MOST_LOST = (99, 3)
# how a name begins that somebody signed with: `/s/`, `By: /s/`
SIGNS = frozenset("/\\Bb")
UNNUMBERED = frozenset({"definitions", "capitals"})


class Outline:
    """The sections that are open where the reader of a text is now, the outermost first."""

    def __init__(self, text: str, marks: Sequence[Mark]) -> None:
        self.stack: list[Open] = []
        # by the start of an item: where it ends, if its list ended before the next section began
        self.ends: dict[int, int] = {}
        self._text = text
        self._shape = shape_of(text, marks)
        self._series = Series(marks)
        self._signed = False
        self._unsigned: list[Open] = []
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

    def _end(self, entries: list[Open], end: int) -> None:
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

    def _continued(self, mark: Mark, stack: list[Open]) -> list[tuple[bool, int, str, Order]]:
        """The open sections that a mark may follow, those it follows without a gap as the greatest."""
        return [
            (order == (*entry.order[:-1], entry.order[-1] + 1), place, scheme, order)
            for scheme, order in mark.readings
            for place, entry in enumerate(stack)
            if entry.scheme == scheme and entry.order and follows(entry.order, order, scheme) and not self._is_ahead(entry.order, mark)
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
        self.stack.append(Open(mark, scheme, order, rank, list_end, path))
        return True
