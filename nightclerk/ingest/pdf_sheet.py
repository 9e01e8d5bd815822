"""One page of a PDF, open in pdfium: its text and where the pieces of it stand, by as few calls as will do.

pdfium is called without the wrappers' objects where a page asks for hundreds of them: they cost more than what is asked for.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from ctypes import c_int, c_void_p
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

# objects of a page that are looked at; drawings have hundreds of thousands
MOST_OBJECTS = 20_000


class Box(NamedTuple):
    """A rectangle on a page in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float


def _bare(function: Any, *arguments: Any, returns: Any = c_int) -> Any:
    """The same function with plain addresses for pointers, which saves an object for each call."""
    address = ctypes.cast(function, c_void_p).value
    assert address
    return ctypes.CFUNCTYPE(returns, *arguments)(address)


_object = _bare(raw.FPDFPage_GetObject, c_void_p, c_int, returns=c_void_p)
_object_in = _bare(raw.FPDFFormObj_GetObject, c_void_p, ctypes.c_ulong, returns=c_void_p)
_count_in = _bare(raw.FPDFFormObj_CountObjects, c_void_p)
kind_of = _bare(raw.FPDFPageObj_GetType, c_void_p)
render_mode = _bare(raw.FPDFTextObj_GetTextRenderMode, c_void_p)
_get_rect = _bare(raw.FPDFText_GetRect, c_void_p, c_int, *[c_void_p] * 4)
# a rectangle's corners go to their place among the others', and all are taken out at once
MOST_AT_ONCE = 512
_numbers = (ctypes.c_double * (4 * MOST_AT_ONCE))()
_CORNERS = [(index, *(ctypes.addressof(_numbers) + 8 * (4 * index + place) for place in range(4))) for index in range(MOST_AT_ONCE)]
_fill_color = _bare(raw.FPDFPageObj_GetFillColor, c_void_p, *[c_void_p] * 4)
_colors = (ctypes.c_uint * 4)()
_red, _green, _blue, _alpha = (ctypes.addressof(_colors) + 4 * place for place in range(4))
_bounds = _bare(raw.FPDFPageObj_GetBounds, c_void_p, *[c_void_p] * 4)
# left, bottom, right and top, in this order
_sides = (ctypes.c_float * 4)()
_SIDES = [ctypes.addressof(_sides) + 4 * place for place in range(4)]
BLACK = (0, 0, 0, 255)
_BLACK = bytes((ctypes.c_uint * 4)(*BLACK))
_buffer = ctypes.create_string_buffer(1 << 16)


class Sheet:
    """An open page; `close` it. Raises PdfiumError if it cannot be loaded."""

    def __init__(self, document: pdfium.PdfDocument, index: int) -> None:
        self.page = raw.FPDF_LoadPage(document.raw, index)
        if not self.page:
            raise pdfium.PdfiumError("Failed to load page.")
        self.words = raw.FPDFText_LoadPage(self.page)
        if not self.words:
            raw.FPDF_ClosePage(self.page)
            raise pdfium.PdfiumError("Failed to load text page.")
        # by how many quarter turns to the right the page is shown
        self.rotation = raw.FPDFPage_GetRotation(self.page) % 4

    def close(self) -> None:
        """Give the page's memory back."""
        raw.FPDFText_ClosePage(self.words)
        raw.FPDF_ClosePage(self.page)

    def text(self) -> str:
        """The text of the page as pdfium orders it, lines ended by `\\r\\n`."""
        last = raw.FPDFText_CountChars(self.words) - 1
        first = 0
        # characters that are not in the text at either end lead pdfium astray (crbug.com/pdfium/2079)
        while first <= last and raw.FPDFText_GetTextIndexFromCharIndex(self.words, first) < 0:
            first += 1
        while first <= last and raw.FPDFText_GetTextIndexFromCharIndex(self.words, last) < 0:
            last -= 1
        if first > last:
            return ""
        # a character may take two units, and one ends the text
        room = _room(4 * (raw.FPDFText_GetTextIndexFromCharIndex(self.words, last) + 2))
        units = raw.FPDFText_GetText(self.words, first, last - first + 1, room)
        return ctypes.string_at(room, max(2 * units - 2, 0)).decode("utf-16-le", "replace")

    def pieces(self) -> list[Box]:
        """The rectangles that the text stands in, in its order: one for each run of a line."""
        count = max(raw.FPDFText_CountRects(self.words, 0, -1), 0)
        words = ctypes.cast(self.words, c_void_p).value
        boxes: list[Box] = []
        for first in range(0, count, MOST_AT_ONCE):
            some = min(count - first, MOST_AT_ONCE)
            for index, left, bottom, right, top in _CORNERS[:some]:
                # pdfium names left, top, right and bottom in this order
                _get_rect(words, first + index, left, top, right, bottom)
            numbers = iter(_numbers[: 4 * some])
            boxes += map(Box, numbers, numbers, numbers, numbers)
        return boxes

    def text_index_at(self, box: Box) -> int:
        """Where in `text` the character stands that is at the edge of a piece where it begins; -1 where there is none."""
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        # the left edge as the page is shown
        x, y = ((box.left + 0.1, y), (x, box.bottom + 0.1), (box.right - 0.1, y), (x, box.top - 0.1))[self.rotation]
        across, along = min(box.right - box.left, box.top - box.bottom) / 2 + 1, 2.0
        index = raw.FPDFText_GetCharIndexAtPos(self.words, x, y, *((across, along) if self.rotation % 2 else (along, across)))
        return int(raw.FPDFText_GetTextIndexFromCharIndex(self.words, index)) if index >= 0 else -1

    def span_of(self, boxes: Sequence[Box]) -> tuple[int, int] | None:
        """The stretch of `text` that begins in the first of some boxes and ends in the last; None where there are no words."""
        found = []
        for box in boxes:
            middle = (box.bottom + box.top) / 2
            for x in (box.left + 1, box.right - 1):
                index = raw.FPDFText_GetCharIndexAtPos(self.words, x, middle, 3.0, (box.top - box.bottom) / 3)
                found.append(raw.FPDFText_GetTextIndexFromCharIndex(self.words, index) if index >= 0 else -1)
        places = [place for place in found if place >= 0]
        return (min(places), max(places) + 1) if places else None

    def edges(self, places: Sequence[int]) -> list[tuple[float, float]]:
        """Where the characters at places of `text` begin and end from left to right, in the page's own directions."""
        found = []
        for place in places:
            index = raw.FPDFText_GetCharIndexFromTextIndex(self.words, place)
            left, right, bottom, top = (ctypes.c_double() for _ in range(4))
            known = index >= 0 and raw.FPDFText_GetCharBox(self.words, index, left, right, bottom, top)
            found.append((left.value, right.value) if known else (0.0, 0.0))
        return found

    def objects(self) -> Iterator[tuple[int, int]]:
        """What is drawn on the page: (kind, address of the object), without what stands inside of forms."""
        page = ctypes.cast(self.page, c_void_p).value
        for index in range(min(raw.FPDFPage_CountObjects(self.page), MOST_OBJECTS)):
            item = _object(page, index)
            yield kind_of(item), item

    @property
    def box(self) -> Box:
        """What of the page is shown, in the page's own directions."""
        rectangle = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(self.page, rectangle)
        return Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def objects_in(form: int) -> Iterator[tuple[int, int]]:
    """What is drawn in a form: (kind, address of the object)."""
    for index in range(min(_count_in(form), MOST_OBJECTS)):
        item = _object_in(form, index)
        yield kind_of(item), item


def bounds(item: int) -> Box | None:
    """The box around an object, in the directions of what it is drawn in."""
    return Box(*_sides) if _bounds(item, *_SIDES) else None


def pointer(item: int) -> Any:
    """An address as pdfium's own functions take it."""
    return ctypes.cast(item, raw.FPDF_PAGEOBJECT)


def fill_color(item: int) -> tuple[int, ...]:
    """Red, green, blue and opacity, 0 to 255, that an object is filled with; opaque black where it says nothing."""
    known = _fill_color(item, _red, _green, _blue, _alpha)
    return BLACK if not known or bytes(_colors) == _BLACK else tuple(_colors)


def turned(boxes: Sequence[Box], rotation: int, page: Box) -> list[Box]:
    """Boxes as they are seen on a page that is shown turned, counted from its lower left corner."""
    if rotation == 1:
        return [Box(bottom - page.bottom, page.right - right, top - page.bottom, page.right - left) for left, bottom, right, top in boxes]
    if rotation == 2:
        return [Box(page.right - right, page.top - top, page.right - left, page.top - bottom) for left, bottom, right, top in boxes]
    if rotation == 3:
        return [Box(page.top - top, left - page.left, page.top - bottom, right - page.left) for left, bottom, right, top in boxes]
    x, y = page.left, page.bottom
    return [Box(left - x, bottom - y, right - x, top - y) for left, bottom, right, top in boxes] if x or y else list(boxes)


def _room(size_bytes: int) -> Any:
    """The shared buffer, grown to a size."""
    global _buffer
    if len(_buffer) < size_bytes:
        _buffer = ctypes.create_string_buffer(size_bytes)
    return ctypes.cast(_buffer, ctypes.POINTER(ctypes.c_ushort))
