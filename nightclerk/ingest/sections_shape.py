"""What kind of document a text is, as far as its sections depend on it: filing or agreement, held together by numbers or by headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nightclerk.ingest.contents import FEWEST_ITEMS
from nightclerk.ingest.counts import Order
from nightclerk.ingest.marks import ARTICLE, CLAUSE, EXHIBIT, HEADING, LIST, Mark

FEWEST_HEADINGS = 3
# the numbered clauses of an agreement fill it; a list inside of it does not
NUMBERED_SHARE = 0.5
MOST_TITLE = 160
FIRST: Order = (1,)
MOST_PASSED, FARTHEST = 12, 1 << 62
PROSE = re.compile(r"^(?=[^\r\n]{120})[^\r\n]*[a-z][^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the marks of a text say about it as a whole. Headings before `front_end` are its title page, here and elsewhere."""

    is_filing: bool
    # where the last Item of a filing begins
    last_item: int
    by_headings: bool
    front_end: int
    titles: frozenset[str]


def shape_of(text: str, marks: Sequence[Mark]) -> Shape:
    """The shape of a text with these marks, tables of contents left out."""
    items = [mark for mark in marks if mark.kind == "item"]
    is_filing = len(items) >= FEWEST_ITEMS or any(mark.rank > CLAUSE for mark in items)
    by_headings = not is_filing and _by_headings(marks)
    first = next((mark.start for mark in marks if EXHIBIT < mark.rank < LIST), len(text))
    prose = PROSE.search(text)
    front_end = (prose.start() if prose else 0) if by_headings else first
    titles = frozenset(mark.label for mark in marks if mark.rank == HEADING and mark.start < front_end)
    return Shape(is_filing, items[-1].start if is_filing else 0, by_headings, front_end, titles)


def _by_headings(marks: Sequence[Mark]) -> bool:
    """Whether headings without numbers are the outline: there are some before and after all that is numbered, and more of them."""
    if any(ARTICLE <= mark.rank < LIST and mark.kind in {"article", "section"} for mark in marks):
        return False
    body_end = next((mark.start for mark in reversed(marks) if mark.kind == "signature"), marks[-1].end if marks else 0)
    numbered = [mark.start for mark in marks if mark.kind == "clause" and mark.start < body_end]
    headings = [mark.start for mark in marks if mark.rank == HEADING and mark.start < body_end]
    if not headings or (numbered and numbered[-1] - numbered[0] > NUMBERED_SHARE * (body_end - headings[0])):
        return False
    return sum(not numbered or not numbered[0] <= start <= numbered[-1] for start in headings) >= FEWEST_HEADINGS


class Series:
    """Where each scheme of counting goes on, to look ahead in constant time."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        self._orders: dict[str, list[Order]] = defaultdict(list)
        for mark in marks:
            for scheme, order in mark.readings:
                self._places[scheme].append(mark.start)
                self._orders[scheme].append(order)
        self._borders = [mark.start for mark in marks if mark.rank <= ARTICLE]
        self._last = {reading: mark.start for mark in marks for reading in mark.readings}

    def comes(self, scheme: str, order: Order, after: int) -> bool:
        """Whether a scheme still counts to that number behind a place."""
        return self._last.get((scheme, order), -1) > after

    def has_part(self, order: Order, after: int) -> bool:
        """Whether the next `7.1` behind a place is the first part of this `7`, and near enough to have only its title before it."""
        place = bisect_right(self._places["decimal2"], after)
        near = place < len(self._places["decimal2"]) and self._places["decimal2"][place] - after <= MOST_TITLE
        return near and self._orders["decimal2"][place] in {(*order, 0), (*order, 1)}

    def goes_on(self, scheme: str, order: Order, after: int, *, over_articles: bool = False) -> bool:
        """Whether the next count of a scheme behind a place is the one that follows `order`, and nothing greater begins before it."""
        places, orders = self._places[scheme], self._orders[scheme]
        border = bisect_right(self._borders, after)
        end = self._borders[border] if border < len(self._borders) and not over_articles else after + FARTHEST
        following = (*order[:-1], order[-1] + 1)
        first = bisect_right(places, after)
        for place in range(first, min(first + MOST_PASSED, len(places))):
            # what is neither is no count, as the letters of `z. B.`
            if places[place] > end or orders[place] in {following, FIRST}:
                return places[place] <= end and orders[place] == following
        return False
