"""The order in which people read the pieces of text that an engine found on a page: columns one after the other, rows from the left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import median

# a line this wide, as a share of the width of all text, stands above or below columns and not in one
ACROSS = 0.6
# columns of running text are long and wide; those of tables and signature blocks are not, and are read row by row
COLUMN_ROWS = 8
COLUMN_WIDTH = 0.3


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of text and the rectangle around it, in pixels from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def in_reading_order(boxes: list[Box]) -> list[str]:
    """The lines of a page; pieces that stand side by side in a row are one line."""
    if not boxes:
        return []
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    bands = groupby(_rows(boxes), key=lambda row: any(box.right - box.left >= width * ACROSS for box in row))
    return [_line(row) for across, band in bands for row in (band if across else _in_columns(band, width))]


def _in_columns(band: Iterable[list[Box]], width: float) -> list[list[Box]]:
    return [row for column in _columns([box for row in band for box in row], width) for row in _rows(column)]


def _columns(band: list[Box], width: float) -> list[list[Box]]:
    """The columns of a band; the band itself where it has none."""
    for place in _gutters(band):
        sides = [box for box in band if box.right <= place], [box for box in band if box.left >= place]
        if all(_is_column(side, width) for side in sides):
            return [column for side in sides for column in _columns(side, width)]
    return [band]


def _gutters(band: list[Box]) -> Iterable[float]:
    """Where a vertical line crosses no box, from the left."""
    reached = float("-inf")
    for box in sorted(band, key=lambda box: box.left):
        if box.left > reached > float("-inf"):
            yield (box.left + reached) / 2
        reached = max(reached, box.right)


def _is_column(boxes: list[Box], width: float) -> bool:
    return len(boxes) >= COLUMN_ROWS and median(box.right - box.left for box in boxes) >= width * COLUMN_WIDTH


def _rows(boxes: list[Box]) -> list[list[Box]]:
    """The boxes that stand side by side, from the top."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.top):
        # a page that lies askew lets neighbours in a row begin a little higher or lower
        row = next((row for row in rows[-3:] if any(_side_by_side(box, other) for other in row)), None)
        if row is None:
            rows.append(row := [])
        row.append(box)
    return rows


def _line(row: list[Box]) -> str:
    return " ".join(box.text.strip() for box in sorted(row, key=lambda box: box.left))


def _side_by_side(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    apart = one.right <= other.left or other.right <= one.left
    return apart and shared > min(one.bottom - one.top, other.bottom - other.top) / 2
