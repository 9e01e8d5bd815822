"""Rows of a table as they are found: which columns their cells fill, and what the cells of the rows above take from them.

Cells are placed by counting columns, so a span of ten million costs no more than one of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# HTML allows no greater spans (4.9.11); nobody lays out more columns
MOST_SPAN, MOST_ROWSPAN, MOST_PENDING = 1_000, 65_534, 100
LINE, BLANK, PAGE, OPEN, SEP, CELL, CLOSE = "\ufdd1", "\ufdd1\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5", "\ufdd6"
# what is no word of a cell
EDGES = f"{LINE} \u200b"
# columns, rows, whether it is a header
Span = tuple[int, int, bool]
# columns that a row above has taken: from, to, for how many rows
Taken = tuple[int, int, int]


class Cell(NamedTuple):
    """A filled cell over the columns from `start` up to `end`; `facts` are the tags of the facts in it."""

    start: int
    end: int
    text: str
    is_header: bool = False
    facts: tuple[str, ...] = ()


@dataclass(slots=True)
class Row:
    """A row as it is found. `pending` are the columns that cells of the rows above have taken, `taken` those that it leaves so.

    `cells` are (start, end, parts of the text, header, facts); `empty` columns follow on the last of them.
    """

    pending: Sequence[Taken] = ()
    cells: list[tuple[int, int, list[str], bool, tuple[str, ...]]] = field(default_factory=list)
    empty: int = 0
    has_table: bool = False
    taken: list[Taken] = field(default_factory=list)
    _column: int = 0

    def add(self, parts: list[str], span: Span, facts: tuple[str, ...]) -> None:
        """Place the next cell that is not empty or that reaches down into other rows."""
        columns, rows, is_header = span
        start = self._column + self.empty if not self.pending else _free(_past(self._column, self.empty, self.pending), self.pending)
        self._column, self.empty = start + columns, 0
        if rows > 1 and len(self.taken) < MOST_PENDING:
            self.taken.append((start, start + columns, rows - 1))
        self.cells.append((start, start + columns, parts, is_header, facts))


@dataclass(slots=True)
class Table:
    """A table as it is found: its rows, and words between them."""

    rows: list[Row | str] = field(default_factory=list)
    pending: list[Taken] = field(default_factory=list)

    def begin(self) -> Row:
        """The next row, which is not one of the table's before it is whole."""
        return Row(self.pending, taken=[(start, end, rows - 1) for start, end, rows in self.pending if rows > 1])

    def end(self, row: Row) -> None:
        """Take a row that is whole."""
        self.pending = row.taken
        self.rows.append(row)

    def filled(self) -> Iterator[tuple[str | Row, list[Cell]]]:
        """Each row with its cells that have words in them; rows with a table in them have none, their words are in lines already."""
        rows = [row for row in self.rows if not isinstance(row, str) and not row.has_table]
        # all at once: calls for each cell would take longer than what they do
        words = CELL.join(["".join(parts) for row in rows for _, _, parts, _, _ in row.cells])
        texts = iter(" ".join(words.split()).split(CELL))
        for row in self.rows:
            cells: list[Cell] = []
            if not isinstance(row, str) and not row.has_table:
                for start, end, _, is_header, facts in row.cells:
                    text = next(texts).strip(EDGES)
                    if text:
                        cells.append(Cell(start, end, text, is_header, facts))
            yield row, cells


def _past(column: int, empty: int, pending: Sequence[Taken]) -> int:
    """The column behind so many empty ones, taken ones not counted."""
    if empty <= MOST_SPAN:
        for _ in range(empty):
            column = _free(column, pending) + 1
        return column
    return column + empty


def _free(column: int, pending: Sequence[Taken]) -> int:
    for start, end, _ in sorted(pending):
        if start <= column < end:
            column = end
    return column
