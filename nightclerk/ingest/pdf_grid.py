"""The ruled tables of a page: where lines are drawn across and down, and which words stand between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pypdfium2 import raw

from nightclerk.ingest.pdf_sheet import Box, Sheet, bounds, objects_in, pointer, turned

# a drawn box thinner than this is a line; two lines nearer than this are one
THIN = 3.0
# and one shorter is a dash or the dot of a leader
SHORT = 6.0
# a box that covers this share of the page is its frame or its background
FRAME_SHARE = 0.6
MOST_LINES = 4_000
MOST_DEPTH = 3

HOLDS_PATHS = {raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM}
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Grid(NamedTuple):
    """The lines of one ruled table: `across` from the top down, `down` from the left."""

    across: list[float]
    down: list[float]

    def cell(self, box: Box) -> tuple[int, int] | None:
        """(row, column) in which a piece of text begins; None outside of the table."""
        height = (box.top + box.bottom) / 2
        row = bisect_right([-place for place in self.across], -height) - 1
        column = bisect_right(self.down, box.left + THIN) - 1
        inside = 0 <= row < len(self.across) - 1 and 0 <= column < len(self.down) - 1
        return (row, column) if inside else None


def find_grids(sheet: Sheet) -> list[Grid]:
    """The ruled tables of a page, from the top; each has two columns and two rows at least."""
    boxes = turned([box for _, box in zip(range(MOST_LINES), _drawn(sheet), strict=False)], sheet.rotation, sheet.box)
    page = sheet.box
    most = (page.right - page.left) * (page.top - page.bottom) * FRAME_SHARE
    across, down = _lines([box for box in boxes if (box.right - box.left) * (box.top - box.bottom) < most])
    grids = [_grid(low, high, across, down) for low, high in _extents([(box.bottom, box.top) for box in down])]
    return [grid for grid in reversed(grids) if len(grid.across) > 2 and len(grid.down) > 2]


def _grid(low: float, high: float, across: Sequence[Box], down: Sequence[Box]) -> Grid:
    rows = [(box.bottom + box.top) / 2 for box in across if low - THIN <= box.bottom and box.top <= high + THIN]
    columns = [(box.left + box.right) / 2 for box in down if low - THIN <= box.bottom and box.top <= high + THIN]
    return Grid(_merged(rows)[::-1], _merged(columns))


def _lines(boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
    """Lines across and lines down, the edges of drawn boxes among them."""
    across: list[Box] = []
    down: list[Box] = []
    for box in boxes:
        left, bottom, right, top = box
        wide, high = right - left, top - bottom
        if high <= THIN < SHORT < wide:
            across.append(box)
        elif wide <= THIN < SHORT < high:
            down.append(box)
        elif wide > SHORT and high > SHORT:
            across += [Box(left, bottom, right, bottom), Box(left, top, right, top)]
            down += [Box(left, bottom, left, top), Box(right, bottom, right, top)]
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


def _drawn(sheet: Sheet) -> Iterator[Box]:
    """The boxes around what is drawn on a page, forms and all."""
    for kind, item in sheet.objects():
        if kind in HOLDS_PATHS:
            yield from _paths(kind, item, IDENTITY, 0)


def _paths(kind: int, item: int, matrix: Matrix, depth: int) -> Iterator[Box]:
    if kind == raw.FPDF_PAGEOBJ_PATH:
        if box := bounds(item):
            yield _moved(box, matrix)
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MOST_DEPTH:
        inside = [(kind, part) for kind, part in objects_in(item) if kind in HOLDS_PATHS]
        if inside:
            inner = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(pointer(item), inner)
            whole = _product((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), matrix)
            for kind, part in inside:
                yield from _paths(kind, part, whole, depth + 1)


def _product(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, x, y = other
    product = a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + x, e * q + f * s + y
    return IDENTITY if product == IDENTITY else product


def _moved(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    if matrix is IDENTITY:
        return box
    if b == c == 0 and a > 0 and d > 0:
        return Box(a * box.left + e, d * box.bottom + f, a * box.right + e, d * box.top + f)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box.left, box.right) for y in (box.bottom, box.top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))
