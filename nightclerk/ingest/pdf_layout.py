"""How the pieces of a page stand: which share a row, and two columns that were written across and are read one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from nightclerk.ingest.pdf_sheet import Box, Sheet, turned

# pieces of a row that stand further apart than a line is high are not words of one sentence
WIDE = 1.0
# lines with glyphs of no height (dots, dashes) are taken for this high, in points
LEAST_HEIGHT = 6.0
# columns of running text are long and wide; those of tables and signature blocks are not, and are read row by row
COLUMN_ROWS = 8
COLUMN_WIDTH = 0.3
NARROW = 0.2
# rows of several pieces that follow each other in a table
TABLE_ROWS = 3
# the last cell of a row is narrow; a wide one is the text beside a label, which is no wider than this, in points
LAST_CELL = 0.45
LABEL_WIDTH = 40.0
HYPHENS = "\ufffe\x02"


class Piece(NamedTuple):
    """Words that stand together: where on the page, and where in its text; each piece begins where the one before ends."""

    box: Box
    start: int
    end: int


Row = list[Piece]


def wide_gaps(boxes: Sequence[Box]) -> int:
    """How often the text of a page jumps to the right, in a row or up to another: what tables and columns do, and running text does not."""
    count = 0
    if boxes:
        _, low, reached, _ = boxes[0]
        for left, bottom, right, top in boxes:
            if top > low and left - reached > LEAST_HEIGHT and left - reached > WIDE * (top - bottom):
                count += 1
            low, reached = bottom, right
    return count


class Shape:
    """A first look at the boxes of a page, which costs less than finding their words: what may they be?"""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._rows = _rows(boxes)
        # from the last line of a cell to the first of the next one
        self._jumps = sum(after.left > before.right and after.bottom > before.top for before, after in pairwise(boxes))
        self._breadth = max(box.right for box in boxes) - min(box.left for box in boxes)

    @property
    def may_be_columns(self) -> bool:
        """Whether rows lie across two columns of running text."""
        pairs = [row for row in self._rows if len(row) == 2]
        wide = sum(min(box.right - box.left for box in row) > self._breadth * NARROW for row in pairs)
        return len(pairs) >= COLUMN_ROWS and wide >= COLUMN_ROWS / 2

    @property
    def may_be_table(self) -> bool:
        """Whether three rows are more than a label and the text beside it, or cells of several lines follow each other."""
        return sum(self._has_cells(row) for row in self._rows) + self._jumps >= TABLE_ROWS

    @property
    def may_be_aligned(self) -> bool:
        """Whether three such rows end in narrow cells and follow each other, one line between them or none."""
        run = 0
        for row, after in zip(self._rows, [*self._rows[1:], []], strict=True):
            if len(row) > 1 and self._is_narrow(row[-1]):
                run += 1
                if run == TABLE_ROWS:
                    return True
            elif len(row) > 1 or len(after) < 2:
                run = 0
        return False

    def _has_cells(self, row: list[Box]) -> bool:
        return len(row) > 2 or (len(row) == 2 and (self._is_narrow(row[-1]) or row[0].right - row[0].left > LABEL_WIDTH))

    def _is_narrow(self, box: Box) -> bool:
        return box.right - box.left < self._breadth * LAST_CELL


def _rows(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes that follow each other in one row, those of one sentence as one."""
    rows: list[list[Box]] = []
    before = Box(0.0, 0.0, 0.0, 0.0)
    for box in boxes:
        if rows and box.left > before.left and _beside(before, box):
            if box.left - before.right > WIDE * max(_height(before), _height(box)):
                rows[-1].append(box)
            else:
                rows[-1][-1] = Box(rows[-1][-1].left, box.bottom, box.right, box.top)
        else:
            rows.append([box])
        before = box
    return rows


def find_pieces(sheet: Sheet, text: str, boxes: Sequence[Box]) -> list[Piece]:
    """The pieces of a page, as it is shown; none where their places in the text are not certain."""
    joined: list[tuple[Box, int]] = []
    shown = turned(boxes, sheet.rotation, sheet.box)
    for box, seen in zip(boxes, shown, strict=True):
        if joined and _continues(joined[-1][0], seen):
            before, start = joined[-1]
            joined[-1] = Box(before.left, min(before.bottom, seen.bottom), seen.right, max(before.top, seen.top)), start
            continue
        start = _word_start(text, sheet.text_index_at(box)) if joined else 0
        if joined and start <= joined[-1][1]:
            return []
        joined.append((seen, start))
    ends = [start for _, start in joined[1:]] + [len(text)]
    return [Piece(box, start, end) for (box, start), end in zip(joined, ends, strict=True)]


def _height(box: Box) -> float:
    return max(box.top - box.bottom, LEAST_HEIGHT)


def _beside(one: Box, other: Box) -> bool:
    """Whether two boxes stand in one row."""
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > min(one.top - one.bottom, other.top - other.bottom) / 2


def _continues(before: Box, box: Box) -> bool:
    gap = box.left - before.right
    return _beside(before, box) and -_height(box) < gap < WIDE * max(_height(before), _height(box)) and box.left > before.left


def _word_start(text: str, place: int) -> int:
    """Where the word at a place begins: the glyph that was hit may be its second one."""
    if place < 0:
        return -1
    while place > 0 and not text[place - 1].isspace() and text[place - 1] not in HYPHENS:
        place -= 1
    return place


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces that follow each other from left to right in one row."""
    rows: list[Row] = []
    for piece in pieces:
        if rows and _beside(rows[-1][-1].box, piece.box) and piece.box.left >= rows[-1][-1].box.right - LEAST_HEIGHT:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def words(text: str, piece: Piece) -> str:
    """The text of a piece without the blanks around it."""
    return text[piece.start : piece.end].strip()


def column_runs(rows: Sequence[Row]) -> Iterator[tuple[int, int, float]]:
    """Runs of rows that are written across two columns of running text: (first row, row after the last, where the gutter is)."""
    first = 0 if sum(len(row) == 2 for row in rows) >= COLUMN_ROWS else len(rows)
    while first < len(rows):
        last, gutter = _column_run(rows, first)
        if gutter:
            yield first, last, gutter
        first = max(last, first + 1)


def _column_run(rows: Sequence[Row], first: int) -> tuple[int, float]:
    """How far rows from the first one leave a gutter free between them; 0.0 if they are no two columns."""
    if len(rows[first]) != 2:
        return first, 0.0
    low, high = rows[first][0].box.right, rows[first][1].box.left
    last = first
    while last < len(rows):
        fitted = _narrowed(rows[last], low, high)
        if fitted is None:
            break
        low, high = fitted
        last += 1
    # a line that stands by itself below the columns, a page number say, is in neither
    while last - first > 1 and len(rows[last - 1]) == 1 and _apart(rows[last - 2][-1].box, rows[last - 1][0].box):
        last -= 1
    run = rows[first:last]
    gutter = (low + high) / 2
    return (last, gutter) if _are_columns(run, gutter) else (first + 1, 0.0)


def _apart(upper: Box, lower: Box) -> bool:
    return upper.bottom - lower.top > 1.5 * _height(lower)


def _narrowed(row: Row, low: float, high: float) -> tuple[float, float] | None:
    """The gutter that is free beside the earlier rows and this one."""
    if len(row) > 2:
        return None
    middle = (low + high) / 2
    sides = [piece.box.left >= middle for piece in row]
    if len(row) == 2 and sides != [False, True]:
        return None
    for piece, on_right in zip(row, sides, strict=True):
        low, high = (low, min(high, piece.box.left)) if on_right else (max(low, piece.box.right), high)
    return (low, high) if high - low > LEAST_HEIGHT else None


def _are_columns(run: Sequence[Row], gutter: float) -> bool:
    pairs = [row for row in run if len(row) == 2]
    if len(pairs) < COLUMN_ROWS:
        return False
    boxes = [piece.box for row in run for piece in row]
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    for side in ([box for box in boxes if box.left < gutter], [box for box in boxes if box.left >= gutter]):
        if len(side) < COLUMN_ROWS or median(box.right - box.left for box in side) < width * COLUMN_WIDTH:
            return False
    return True


def read_down(run: Sequence[Row], gutter: float) -> list[Piece]:
    """The pieces of two columns, the left column first."""
    pieces = [piece for row in run for piece in row]
    return [piece for piece in pieces if piece.box.left < gutter] + [piece for piece in pieces if piece.box.left >= gutter]
