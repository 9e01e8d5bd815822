"""How the pieces of a page stand: which share a row, and columns that were written across and are read one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from nightclerk.ingest.pdf_objects import Box, Corners, turned
from nightclerk.ingest.pdf_sheet import Sheet

# pieces of a row that stand further apart than a line is high are not words of one sentence
WIDE = 1.0
# lines with glyphs of no height (dots, dashes) are taken for this high, in points
LEAST_HEIGHT = 6.0
# columns of running text are long and wide; those of tables and signature blocks are not, and are read row by row
COLUMN_ROWS = 8
COLUMNS = {2, 3}
# parts of what a column's share of the page would be: half of its lines are this wide, and this a first look asks for
COLUMN_WIDTH = 0.6
NARROW = 0.4
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


def wide_gaps(boxes: Sequence[Corners]) -> int:
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

    def __init__(self, boxes: Sequence[Corners]) -> None:
        self._rows = _rows(boxes)
        # from the last line of a cell to the first of the next one
        self._jumps = sum(left > right and bottom > top for (_, _, right, top), (left, bottom, _, _) in pairwise(boxes))
        self._breadth = max(right for _, _, right, _ in boxes) - min(left for left, _, _, _ in boxes)

    @property
    def may_be_columns(self) -> bool:
        """Whether rows lie across columns of running text."""
        across = [row for row in self._rows if len(row) in COLUMNS]
        wide = sum(min(right - left for left, _, right, _ in row) > self._breadth * NARROW / len(row) for row in across)
        return len(across) >= COLUMN_ROWS and wide >= COLUMN_ROWS / 2

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

    def _has_cells(self, row: list[Corners]) -> bool:
        return len(row) > 2 or (len(row) == 2 and (self._is_narrow(row[-1]) or row[0][2] - row[0][0] > LABEL_WIDTH))

    def _is_narrow(self, box: Corners) -> bool:
        return box[2] - box[0] < self._breadth * LAST_CELL


def _rows(boxes: Sequence[Corners]) -> list[list[Corners]]:
    """Boxes that follow each other in one row, those of one sentence as one."""
    rows: list[list[Corners]] = []
    # plain comparisons as in _beside, in which min and max would take most of the time
    begin, low, end, high = 0.0, 0.0, 0.0, 0.0
    for box in boxes:
        left, bottom, right, top = box
        shared = (top if top < high else high) - (bottom if bottom > low else low)  # noqa: FURB136 - see above
        height, height_before = top - bottom, high - low
        if rows and left > begin and shared > (height if height < height_before else height_before) / 2:  # noqa: FURB136 - see above
            if left - end > WIDE * max(height, height_before, LEAST_HEIGHT):
                rows[-1].append(box)
            else:
                rows[-1][-1] = rows[-1][-1][0], bottom, right, top
        else:
            rows.append([box])
        begin, low, end, high = left, bottom, right, top
    return rows


def find_pieces(sheet: Sheet, text: str, boxes: Sequence[Corners]) -> list[Piece]:
    """The pieces of a page, as it is shown; none where their places in the text are not certain."""
    joined = _joined(turned(boxes, sheet.rotation, sheet.box))
    starts = [0, *(_word_start(text, sheet.text_index_at(boxes[first])) for _, first in joined[1:])]
    if not joined or any(after <= before for before, after in pairwise(starts)):
        return []
    return [Piece(box, start, end) for (box, _), start, end in zip(joined, starts, [*starts[1:], len(text)], strict=True)]


def _joined(boxes: Sequence[Box]) -> list[tuple[Box, int]]:
    """Boxes, those that are the words of one line as one, each with the number of the first box of it."""
    joined: list[tuple[Box, int]] = []
    for number, box in enumerate(boxes):
        if joined and _continues(joined[-1][0], box):
            before, first = joined[-1]
            joined[-1] = Box(before.left, min(before.bottom, box.bottom), box.right, max(before.top, box.top)), first
        else:
            joined.append((box, number))
    return joined


def _height(box: Box) -> float:
    return max(box.top - box.bottom, LEAST_HEIGHT)


def _beside(one: Box, other: Box) -> bool:
    """Whether two boxes stand in one row."""
    # plain comparisons: min and max take most of the time of a page
    _, low, _, high = one
    _, bottom, _, top = other
    shared = (top if top < high else high) - (bottom if bottom > low else low)  # noqa: FURB136 - see above
    height, height_before = top - bottom, high - low
    return shared > (height if height < height_before else height_before) / 2  # noqa: FURB136 - see above


def _continues(before: Box, box: Box) -> bool:
    gap = box[0] - before[2]
    return box[0] > before[0] and _beside(before, box) and -_height(box) < gap < WIDE * max(_height(before), _height(box))


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


def column_runs(rows: Sequence[Row]) -> Iterator[tuple[int, int, list[float]]]:
    """Runs of rows that are written across two or three columns of running text: (first row, row after the last, where the gutters are)."""
    first = 0 if sum(len(row) in COLUMNS for row in rows) >= COLUMN_ROWS else len(rows)
    while first < len(rows):
        last, gutters = _column_run(rows, first)
        if gutters:
            yield first, last, gutters
        first = max(last, first + 1)


def _column_run(rows: Sequence[Row], first: int) -> tuple[int, list[float]]:
    """How far rows from the first one leave the gutters free between them; no gutters if they are no columns."""
    if len(rows[first]) not in COLUMNS:
        return first, []
    gutters = [(left.box.right, right.box.left) for left, right in pairwise(rows[first])]
    last = first
    while last < len(rows):
        fitted = _narrowed(rows[last], gutters)
        if fitted is None:
            break
        gutters = fitted
        last += 1
    # a line that stands by itself below the columns, a page number say, is in none
    while last - first > 1 and len(rows[last - 1]) == 1 and _apart(rows[last - 2][-1].box, rows[last - 1][0].box):
        last -= 1
    middles = [(low + high) / 2 for low, high in gutters]
    return (last, middles) if _are_columns(rows[first:last], middles) else (first + 1, [])


def _apart(upper: Box, lower: Box) -> bool:
    return upper.bottom - lower.top > 1.5 * _height(lower)


def _narrowed(row: Row, gutters: Sequence[tuple[float, float]]) -> list[tuple[float, float]] | None:
    """The gutters that are free beside the earlier rows and this one."""
    middles = [(low + high) / 2 for low, high in gutters]
    fitted = list(gutters)
    before = -1
    for (left, _, right, _), _, _ in row:
        column = bisect_right(middles, left)
        if column <= before:
            return None
        before = column
        if column:
            low, high = fitted[column - 1]
            fitted[column - 1] = low, min(high, left)
        if column < len(fitted):
            low, high = fitted[column]
            fitted[column] = max(low, right), high
    for low, high in fitted:
        if high - low <= LEAST_HEIGHT:
            return None
    return fitted


def _column(piece: Piece, middles: Sequence[float]) -> int:
    return bisect_right(middles, piece.box.left)


def _are_columns(run: Sequence[Row], middles: Sequence[float]) -> bool:
    count = len(middles) + 1
    if sum(len(row) == count for row in run) < COLUMN_ROWS:
        return False
    pieces = [piece for row in run for piece in row]
    width = max(piece.box.right for piece in pieces) - min(piece.box.left for piece in pieces)
    for column in range(count):
        widths = [piece.box.right - piece.box.left for piece in pieces if _column(piece, middles) == column]
        if len(widths) < COLUMN_ROWS or median(widths) < width * COLUMN_WIDTH / count:
            return False
    return True


def read_down(run: Sequence[Row], middles: Sequence[float]) -> list[Piece]:
    """The pieces of columns, one column after the other."""
    return sorted((piece for row in run for piece in row), key=lambda piece: _column(piece, middles))
