"""A section that is open, and which count may follow its own."""

from __future__ import annotations

from typing import NamedTuple

from nightclerk.ingest.counts import Order
from nightclerk.ingest.marks import CLAUSE, Mark

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


class Open(NamedTuple):
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


def follows(before: Order, order: Order, scheme: str) -> bool:
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
