"""The tables of a page as rows with cells: ruled ones by their lines, others where figures stand in columns over three rows or more.

A table that is none is worse than none: what is not certain stays in the order of the page's text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from nightclerk.ingest.pdf_grid import Grid
from nightclerk.ingest.pdf_layout import HYPHENS, Row, words

LEAST_ROWS = 3
# a cell of a table without lines is short, and nearly all of its columns' cells are filled
LONG_CELL = 60
FILLED = 0.6
# in a ruled table at least this share of the rows has several cells: what is framed and has none is running text
SEVERAL = 0.4
# and at least this share of the cells has words in it: lines of a drawing leave more of them empty
LEAST_FILLED = 0.25
# cells of as many lines, each shorter than this, side by side in one row of a grid: rows without lines between them
LIST_LINES = 4
LIST_LINE = 30
FIGURES = 0.6
FIGURE = re.compile(
    r"[-\u2013\u2014(]*\s*(?:US\$|[A-Z]{3}|[$\u20ac\u00a3\u00a5])?\s*[-\u2013\u2014(]*\d[\d.,'\u2019 ]*\s*[%)]*"
    r"|[-\u2013\u2014]+|\*+|[nN]/[aA]\.?"
)
# what begins a paragraph of a list, and no row of a table: (a), 1., 1.1, iv), a bullet
LABEL = re.compile(r"[(\[]?(?:[a-zA-Z]|[ivxlcIVXLC]+|\d{1,3}(?:\.\d{1,3})*)[.)\]]*|(?:Section|Article|Clause|\u00a7)\s*[\d.]+|[^\w\s$]")
BEFORE_FIGURE = re.compile(r"(?:US|CA|A)?[$\u20ac\u00a3\u00a5]|\(|[-\u2013]")
AFTER_FIGURE = re.compile(r"[)%]+")


class Table(NamedTuple):
    """The rows `first` to before `last` of a page, and the cells that they are."""

    first: int
    last: int
    rows: list[list[str]]


def find_tables(rows: Sequence[Row], grids: Sequence[Grid], text: str) -> list[Table]:
    """The tables among the rows of a page, from the first; they do not overlap."""
    ruled = [table for grid in grids if (table := _ruled(rows, grid, text))]
    taken = {place for table in ruled for place in range(table.first, table.last)}
    return sorted([*ruled, *_aligned(rows, taken, text)])


def _ruled(rows: Sequence[Row], grid: Grid, text: str) -> Table | None:
    """The table that stands in a grid, if all that is written from its first word to its last stands in it."""
    cells = [[grid.cell(piece.box) for piece in row] for row in rows]
    inside = [place for place, row in enumerate(cells) if any(row)]
    if not inside:
        return None
    first, last = inside[0], inside[-1] + 1
    if not all(cell for row in cells[first:last] for cell in row):
        return None
    lines: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row, places in zip(rows[first:last], cells[first:last], strict=True):
        for piece, place in zip(row, places, strict=True):
            assert place
            lines[place].append(words(text, piece))
    if _holds_rows(lines):
        return None
    content = {place: _joined(cell) for place, cell in lines.items()}
    columns = sorted({column for (_, column), cell in content.items() if cell})
    filled = [[content.get((line, column), "") for column in columns] for line in range(len(grid.across) - 1)]
    table = [row for row in filled if any(row)]
    several = [row for row in table if sum(map(bool, row)) > 1]
    is_full = sum(map(bool, content.values())) >= len(table) * len(columns) * LEAST_FILLED
    return Table(first, last, table) if is_full and len(several) > 1 and len(several) >= len(table) * SEVERAL else None


def _holds_rows(lines: Mapping[tuple[int, int], Sequence[str]]) -> bool:
    """Whether a row of a grid holds several rows of short words: lines are drawn around all of them, and not between them."""
    lists = Counter(row for (row, _), cell in lines.items() if len(cell) >= LIST_LINES and median(map(len, cell)) < LIST_LINE)
    return any(count > 1 for count in lists.values())


def _joined(lines: Sequence[str]) -> str:
    """The lines of a cell as one; a word that is broken at a line's end stays so, with its mark."""
    joined = ""
    for line in lines:
        joined += line if not joined or joined[-1] in HYPHENS else f" {line}"
    return joined


def _aligned(rows: Sequence[Row], taken: set[int], text: str) -> Iterator[Table]:
    """Tables without lines: rows in succession whose pieces stand in the same columns."""
    first = 0
    while first < len(rows):
        if first in taken or len(rows[first]) < 2:
            first += 1
            continue
        last = first
        while last < len(rows) and last not in taken and _in_run(rows, last):
            last += 1
        end = last if len(rows[last - 1]) > 1 else last - 1
        if end - first >= LEAST_ROWS and (table := _table(rows, first, end, text)):
            yield table
        first = last


def _in_run(rows: Sequence[Row], place: int) -> bool:
    """A row of several pieces, or a single one between two of them: a title, or the second line of a cell."""
    around = [rows[other] for other in (place - 1, place + 1) if 0 <= other < len(rows)]
    return len(rows[place]) > 1 or (len(around) == 2 and all(len(row) > 1 for row in around))


def _table(rows: Sequence[Row], first: int, last: int, text: str) -> Table | None:
    """The table in a run of rows; a heading that spans several columns may stand above them."""
    for begin in range(first, min(first + 3, last - LEAST_ROWS + 1)):
        cells = [_figures_whole([(piece.box.left, piece.box.right, words(text, piece)) for piece in row]) for row in rows[begin:last]]
        bands = _bands([cell for row in cells if len(row) > 1 for cell in row])
        table = [_placed(row, bands) for row in cells]
        if all(table) and _is_table([row for row in table if row]):
            return Table(begin, last, [row for row in table if row])
    return None


Cell = tuple[float, float, str]


def _figures_whole(row: list[Cell]) -> list[Cell]:
    """A row in which `$`, `(`, `)` and `%` belong to the figure beside them."""
    whole: list[Cell] = []
    for left, right, cell in row:
        if whole and (BEFORE_FIGURE.fullmatch(whole[-1][2]) or AFTER_FIGURE.fullmatch(cell)):
            before = whole.pop()
            whole.append((before[0], right, f"{before[2]} {cell}"))
        else:
            whole.append((left, right, cell))
    return whole


def _bands(cells: Sequence[Cell]) -> list[tuple[float, float]]:
    """The columns: stretches from left to right that hold cells, with nothing in any row between them."""
    bands: list[tuple[float, float]] = []
    for left, right, _ in sorted(cells):
        if bands and left <= bands[-1][1]:
            bands[-1] = bands[-1][0], max(bands[-1][1], right)
        else:
            bands.append((left, right))
    return bands


def _placed(row: Sequence[Cell], bands: Sequence[tuple[float, float]]) -> list[str]:
    """The cells of a row by columns; none if two of them stand in one column."""
    cells = [""] * len(bands)
    for left, _, cell in row:
        column = max((place for place, band in enumerate(bands) if band[0] <= left + 1), default=0)
        if cells[column]:
            return []
        cells[column] = cell
    return cells


def _is_table(table: Sequence[Sequence[str]]) -> bool:
    full = [row for row in table if sum(map(bool, row)) > 1]
    columns = [[row[place] for row in full if row[place]] for place in range(len(table[0]) if table else 0)]
    # labels of a list are no column
    real = [column for column in columns if not _are_labels(column)]
    if len(full) < LEAST_ROWS or len(real) < 2 or any(len(column) < len(full) * FILLED for column in real[1:]):
        return False
    # names of blanks and what was filled in
    if any(sum(cell.endswith(":") for cell in column) >= len(column) * FIGURES for column in real):
        return False
    if median(len(cell) for row in full for cell in row if cell) > LONG_CELL or _is_contents(columns):
        return False
    return sum(_are_figures(column) for column in real) >= 1


def _are_labels(column: Sequence[str]) -> bool:
    return all(LABEL.fullmatch(cell) for cell in column) and not _are_plain_numbers(column)


def _are_plain_numbers(column: Sequence[str]) -> bool:
    return all(cell.isdigit() for cell in column) and column != sorted(column, key=int)


def _are_figures(column: Sequence[str]) -> bool:
    return sum(bool(FIGURE.fullmatch(cell)) for cell in column) >= len(column) * FIGURES


def _is_contents(columns: Sequence[Sequence[str]]) -> bool:
    """Whether a run of rows is a table of contents: its last column is page numbers that never fall."""
    numbers = [int(cell) for cell in columns[-1] if cell.isdecimal() and len(cell) < 5]
    return len(numbers) >= LEAST_ROWS and len(numbers) >= len(columns[-1]) * FIGURES and numbers == sorted(numbers) and len(columns) < 4
