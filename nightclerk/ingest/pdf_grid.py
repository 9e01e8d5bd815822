"""The ruled tables of a page: where lines are drawn across and down, and which words stand between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import neg
from typing import NamedTuple

from pypdfium2 import raw

from nightclerk.ingest.pdf_objects import FORM, PATH, Box, Corners, bounds, pointer, turned
from nightclerk.ingest.pdf_sheet import Sheet

# a drawn box thinner than this is a line; two lines nearer than this are one
THIN = 3.0
# and one shorter is a dash or the dot of a leader
SHORT = 6.0
# a box that covers this share of the page is its frame or its background
FRAME_SHARE = 0.6
MOST_LINES = 4_000
# two rows, or two columns, have as many lines around them
LEAST_LINES = 3
MOST_DEPTH = 3

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Grid(NamedTuple):
    """The lines of one ruled table: `across` from the top down, `down` from the left."""

    across: list[float]
    down: list[float]

    def cell(self, box: Box) -> tuple[int, int] | None:
        """(row, column) in which a piece of text begins; None outside of the table."""
        height = (box.top + box.bottom) / 2
        row = bisect_right(self.across, -height, key=neg) - 1
        column = bisect_right(self.down, box.left + THIN) - 1
        inside = 0 <= row < len(self.across) - 1 and 0 <= column < len(self.down) - 1
        return (row, column) if inside else None


def find_grids(sheet: Sheet) -> list[Grid]:
    """The ruled tables of a page, from the top; each has two columns and two rows at least."""
    page = sheet.box
    most = (page.right - page.left) * (page.top - page.bottom) * FRAME_SHARE
    drawn = _drawn(sheet, sheet.objects, IDENTITY, 0)[:MOST_LINES]
    flat, upright = _lines([box for box in drawn if (box[2] - box[0]) * (box[3] - box[1]) < most])
    across, down = (turned(lines, sheet.rotation, page) for lines in ((upright, flat) if sheet.rotation % 2 else (flat, upright)))
    if len(across) < LEAST_LINES or len(down) < LEAST_LINES:
        return []
    grids = [_grid(low, high, across, down) for low, high in _extents([(box.bottom, box.top) for box in down])]
    return [grid for grid in reversed(grids) if len(grid.across) >= LEAST_LINES and len(grid.down) >= LEAST_LINES]


def _grid(low: float, high: float, across: Sequence[Box], down: Sequence[Box]) -> Grid:
    rows = [(box.bottom + box.top) / 2 for box in across if low - THIN <= box.bottom and box.top <= high + THIN]
    columns = [(box.left + box.right) / 2 for box in down if low - THIN <= box.bottom and box.top <= high + THIN]
    return Grid(_merged(rows)[::-1], _merged(columns))


def _lines(boxes: Sequence[Corners]) -> tuple[list[Corners], list[Corners]]:
    """Lines across and lines down, the edges of drawn boxes among them."""
    across: list[Corners] = []
    down: list[Corners] = []
    for box in boxes:
        left, bottom, right, top = box
        wide, high = right - left, top - bottom
        if high <= THIN < SHORT < wide:
            across.append(box)
        elif wide <= THIN < SHORT < high:
            down.append(box)
        elif wide > SHORT and high > SHORT:
            across += [(left, bottom, right, bottom), (left, top, right, top)]
            down += [(left, bottom, left, top), (right, bottom, right, top)]
    return across, down


def _extents(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that touch, made one."""
    extents: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if extents and low <= extents[-1][1] + THIN:
            extents[-1] = extents[-1][0], max(extents[-1][1], high)
        else:
            extents.append((low, high))
    return extents


def _merged(places: list[float]) -> list[float]:
    """Places that are nearly the same, made one, in ascending order."""
    merged: list[float] = []
    for place in sorted(places):
        if not merged or place - merged[-1] > THIN:
            merged.append(place)
    return merged


def _drawn(sheet: Sheet, objects: Sequence[tuple[int, int]], matrix: Matrix, depth: int) -> list[Corners]:
    """The boxes around the paths among objects, and in the forms among them."""
    boxes = bounds([item for kind, item in objects if kind == PATH][:MOST_LINES])
    if matrix is not IDENTITY:
        boxes = [_moved(box, matrix) for box in boxes]
    if depth < MOST_DEPTH:
        for kind, item in objects:
            if kind == FORM and len(boxes) < MOST_LINES:
                boxes += _drawn(sheet, sheet.objects_in(item), _product(_matrix(item), matrix), depth + 1)
    return boxes


def _matrix(form: int) -> Matrix:
    inner = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(pointer(form), inner)
    return inner.a, inner.b, inner.c, inner.d, inner.e, inner.f


def _product(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, x, y = other
    product = a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + x, e * q + f * s + y
    return IDENTITY if product == IDENTITY else product


def _moved(box: Corners, matrix: Matrix) -> Corners:
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    if b == c == 0 and a > 0 and d > 0:
        return a * left + e, d * bottom + f, a * right + e, d * top + f
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
