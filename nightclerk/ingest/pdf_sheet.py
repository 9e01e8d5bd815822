"""One page of a PDF, open in pdfium: its text and where the pieces of it stand, by as few calls as will do.

pdfium is called without the wrappers' objects where a page asks for hundreds of them: they cost more than what is asked for.
"""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from collections.abc import Container, Iterator, Sequence
from ctypes import c_void_p
from functools import cached_property
from itertools import repeat
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from nightclerk.ingest.pdf_objects import MOST_AT_ONCE, Box, Corners, addresses, bare, objects_in, objects_on

# how far from the edge of a box its first and last character are looked for, in points: the edge may lie between two words
INWARDS = (1.0, 3.0, 5.0, 8.0)
# forms of a page that are looked into
MOST_FORMS = 5_000


_char_at = bare(raw.FPDFText_GetCharIndexAtPos, c_void_p, *[ctypes.c_double] * 4)
_text_index = bare(raw.FPDFText_GetTextIndexFromCharIndex, *[c_void_p] * 2)
_drawn_by = bare(raw.FPDFText_GetTextObject, *[c_void_p] * 2, returns=c_void_p)
_char_box = bare(raw.FPDFText_GetCharBox, *[c_void_p] * 6)
_get_rect = bare(raw.FPDFText_GetRect, *[c_void_p] * 6)
# a rectangle's corners go to their place among the others', and all are taken out at once
_numbers = (ctypes.c_double * (4 * MOST_AT_ONCE))()
_LEFTS, _BOTTOMS, _RIGHTS, _TOPS = addresses(_numbers, 8)
_room_of_numbers = memoryview(_numbers).cast("B")
CORNERS = struct.Struct("4d")
_buffer = ctypes.create_string_buffer(1 << 16)


class Sheet:
    """An open page; `close` it. Raises PdfiumError if it cannot be loaded."""

    def __init__(self, document: pdfium.PdfDocument, index: int) -> None:
        self._inside: dict[int, list[tuple[int, int]]] = {}
        self.page = raw.FPDF_LoadPage(document.raw, index)
        if not self.page:
            raise pdfium.PdfiumError("Failed to load page.")
        self.words = raw.FPDFText_LoadPage(self.page)
        if not self.words:
            raw.FPDF_ClosePage(self.page)
            raise pdfium.PdfiumError("Failed to load text page.")
        # the same as a plain number
        self._words = ctypes.cast(self.words, c_void_p).value
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

    def pieces(self) -> list[Corners]:
        """The rectangles that the text stands in, in its order: one for each run of a line; plain, since most are only counted."""
        count = max(raw.FPDFText_CountRects(self.words, 0, -1), 0)
        words = self._words
        boxes: list[Corners] = []
        for first in range(0, count, MOST_AT_ONCE):
            some = min(count - first, MOST_AT_ONCE)
            # pdfium names left, top, right and bottom in this order
            deque(map(_get_rect, repeat(words), range(first, first + some), _LEFTS, _TOPS, _RIGHTS, _BOTTOMS), maxlen=0)
            boxes += CORNERS.iter_unpack(_room_of_numbers[: CORNERS.size * some])
        return boxes

    def text_index_at(self, box: Corners) -> int:
        """Where in `text` the character stands that is at the edge of a piece where it begins; -1 where there is none."""
        left, bottom, right, top = box
        x, y = (left + right) / 2, (bottom + top) / 2
        across, along = min(right - left, top - bottom) / 2 + 1, 2.0
        if self.rotation:
            # the left edge as the page is shown
            x, y = ((left + 0.1, y), (x, bottom + 0.1), (right - 0.1, y), (x, top - 0.1))[self.rotation]
            along, across = (across, along) if self.rotation % 2 else (along, across)
        else:
            x = left + 0.1
        index = _char_at(self._words, x, y, 0.0, 0.0)
        if index < 0:
            # what lies around the place is asked for apart: it would be looked for beside every character before the one that is there
            index = _char_at(self._words, x, y, along, across)
        return int(_text_index(self._words, index)) if index >= 0 else -1

    def span_of(self, boxes: Sequence[Box]) -> tuple[int, int] | None:
        """The stretch of `text` that begins in the first of some boxes and ends in the last; None where there are no words."""
        found = []
        for box in boxes:
            found.append(self._first_at(box, [box.left + step for step in INWARDS]))
            found.append(self._first_at(box, [box.right - step for step in INWARDS]))
        places = [place for place in found if place >= 0]
        return (min(places), max(places) + 1) if places else None

    def _first_at(self, box: Box, across: Sequence[float]) -> int:
        """Where in `text` the first character stands that is met at the middle of a box; -1 where none is."""
        middle = (box.bottom + box.top) / 2
        for x in across:
            index = _char_at(self._words, x, middle, 3.0, (box.top - box.bottom) / 3) if box.left < x < box.right else -1
            place = int(_text_index(self._words, index)) if index >= 0 else -1
            if place >= 0:
                return place
        return -1

    def edges(self, places: Sequence[int]) -> list[tuple[float, float]]:
        """Where the characters at places of `text` begin and end from left to right, in the page's own directions."""
        found = []
        for place in places:
            index = raw.FPDFText_GetCharIndexFromTextIndex(self.words, place)
            left, right, bottom, top = (ctypes.c_double() for _ in range(4))
            known = index >= 0 and raw.FPDFText_GetCharBox(self.words, index, left, right, bottom, top)
            found.append((left.value, right.value) if known else (0.0, 0.0))
        return found

    @cached_property
    def objects(self) -> list[tuple[int, int]]:
        """What is drawn on the page: (kind, address of the object), without what stands inside of forms."""
        return objects_on(ctypes.cast(self.page, c_void_p).value or 0)

    def objects_in(self, form: int) -> list[tuple[int, int]]:
        """What is drawn in a form: (kind, address of the object)."""
        if form not in self._inside:
            self._inside[form] = objects_in(form) if len(self._inside) < MOST_FORMS else []
        return self._inside[form]

    def characters(self, among: Container[int] | None = None) -> Iterator[tuple[int, int, Corners]]:
        """The characters of the text that are drawn, all or those of some objects: (where in `text`, address of the object, box)."""
        left, bottom, right, top = _LEFTS[0], _BOTTOMS[0], _RIGHTS[0], _TOPS[0]
        for index in range(raw.FPDFText_CountChars(self.words)):
            item = _drawn_by(self._words, index)
            if not item or (among is not None and item not in among):
                continue
            place = _text_index(self._words, index)
            # pdfium names left, right, bottom and top in this order
            if place >= 0 and _char_box(self._words, index, left, right, bottom, top):
                yield place, item, (_numbers[0], _numbers[1], _numbers[2], _numbers[3])

    @property
    def box(self) -> Box:
        """What of the page is shown, in the page's own directions."""
        rectangle = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(self.page, rectangle)
        return Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _room(size_bytes: int) -> Any:
    """The shared buffer, grown to a size."""
    global _buffer
    if len(_buffer) < size_bytes:
        _buffer = ctypes.create_string_buffer(size_bytes)
    return ctypes.cast(_buffer, ctypes.POINTER(ctypes.c_ushort))
