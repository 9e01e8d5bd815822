"""What is drawn on a page of a PDF, asked of pdfium by as few calls as will do, and the boxes around it.

pdfium is called without the wrappers' objects where a page asks for hundreds of them: they cost more than what is asked for.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from ctypes import c_int, c_void_p
from itertools import repeat
from typing import Any, NamedTuple

from pypdfium2 import raw

# objects of a page that are looked at; drawings have hundreds of thousands
MOST_OBJECTS = 20_000
# what is asked for is asked of so many at once
MOST_AT_ONCE = 512

Corners = tuple[float, float, float, float]
NOWHERE: Corners = (0.0, 0.0, -1.0, -1.0)


class Box(NamedTuple):
    """A rectangle on a page in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float


def bare(function: Any, *arguments: Any, returns: Any = c_int) -> Any:
    """The same function with plain addresses for pointers, which saves an object for each call, and without letting other threads run.

    A number from 0 up may be handed on as an address, too: ctypes converts these fastest, and they go into the same registers.
    """
    address = ctypes.cast(function, c_void_p).value
    assert address
    return ctypes.PYFUNCTYPE(returns, *arguments)(address)


def addresses(room: Any, size_bytes: int) -> list[list[int]]:
    """Where the first, second, third and fourth numbers of many go to in a room: map() calls pdfium with them faster than a loop does."""
    return [[ctypes.addressof(room) + size_bytes * (4 * index + place) for index in range(MOST_AT_ONCE)] for place in range(4)]


_object = bare(raw.FPDFPage_GetObject, *[c_void_p] * 2, returns=c_void_p)
_object_in = bare(raw.FPDFFormObj_GetObject, *[c_void_p] * 2, returns=c_void_p)
_count_on = bare(raw.FPDFPage_CountObjects, c_void_p)
_count_in = bare(raw.FPDFFormObj_CountObjects, c_void_p)
kind_of = bare(raw.FPDFPageObj_GetType, c_void_p)
render_mode = bare(raw.FPDFTextObj_GetTextRenderMode, c_void_p)
_count_marks = bare(raw.FPDFPageObj_CountMarks, c_void_p)
_draw_mode = bare(raw.FPDFPath_GetDrawMode, c_void_p, c_void_p, c_void_p)
_fill_color = bare(raw.FPDFPageObj_GetFillColor, c_void_p, *[c_void_p] * 4)
# colours, too, are asked for one after the other and looked at together
_colors = (ctypes.c_uint * (4 * MOST_AT_ONCE))()
_COLORS = addresses(_colors, 4)
TEXT, PATH, IMAGE, FORM = raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM
_bounds = bare(raw.FPDFPageObj_GetBounds, c_void_p, *[c_void_p] * 4)
# left, bottom, right and top, in this order
_sides = (ctypes.c_float * (4 * MOST_AT_ONCE))()
_SIDES = addresses(_sides, 4)
_room_of_sides = memoryview(_sides).cast("B")
CORNERS = struct.Struct("4f")
_mode = (c_int * 2)()
_MODE = ctypes.addressof(_mode)
LAYER = "OC".encode("utf-16-le")
LONGEST_NAME = 128
Color = tuple[int, int, int, int]
BLACK: Color = (0, 0, 0, 255)
_BLACK = bytes((ctypes.c_uint * 4)(*BLACK))


def objects_on(page: int) -> list[tuple[int, int]]:
    """What is drawn on a page: (kind, address of the object), without what stands inside of forms."""
    items = list(map(_object, repeat(page), range(min(_count_on(page), MOST_OBJECTS))))
    return list(zip(map(kind_of, items), items, strict=True))


def objects_in(form: int) -> list[tuple[int, int]]:
    """What is drawn in a form: (kind, address of the object)."""
    items = list(map(_object_in, repeat(form), range(min(_count_in(form), MOST_OBJECTS))))
    return list(zip(map(kind_of, items), items, strict=True))


def bounds(items: Sequence[int]) -> list[Corners]:
    """The boxes around objects, in the directions of what they are drawn in; NOWHERE where an object has none."""
    boxes: list[Corners] = []
    for first in range(0, len(items), MOST_AT_ONCE):
        some = items[first : first + MOST_AT_ONCE]
        known = list(map(_bounds, some, *_SIDES))
        found = CORNERS.iter_unpack(_room_of_sides[: CORNERS.size * len(some)])
        boxes += found if all(known) else (box if is_known else NOWHERE for box, is_known in zip(found, known, strict=True))
    return boxes


def is_filled(path: int) -> bool:
    """Whether what a path goes around is painted."""
    return bool(_draw_mode(path, _MODE, _MODE + 4)) and bool(_mode[0])


def layered(items: Sequence[int]) -> list[int]:
    """Those of some objects that belong to a layer, which may be switched off."""
    marked = [item for item in items if _count_marks(item)]
    return [item for item in marked if any(_mark_name(item, index) == LAYER for index in range(_count_marks(item)))]


def _mark_name(item: int, index: int) -> bytes:
    size_bytes = ctypes.c_ulong()
    name = ctypes.create_string_buffer(2 * LONGEST_NAME)
    mark = raw.FPDFPageObj_GetMark(pointer(item), index)
    raw.FPDFPageObjMark_GetName(mark, ctypes.cast(name, ctypes.POINTER(raw.FPDF_WCHAR)), len(name), size_bytes)
    return name.raw[: max(size_bytes.value - 2, 0)]


def pointer(item: int) -> Any:
    """An address as pdfium's own functions take it."""
    return ctypes.cast(item, raw.FPDF_PAGEOBJECT)


def fill_colors(items: Sequence[int]) -> list[Color]:
    """Red, green, blue and opacity, 0 to 255, that objects are filled with; opaque black where one says nothing."""
    found: list[Color] = []
    for first in range(0, len(items), MOST_AT_ONCE):
        some = items[first : first + MOST_AT_ONCE]
        known = list(map(_fill_color, some, *_COLORS))
        if all(known) and ctypes.string_at(_colors, len(_BLACK) * len(some)) == _BLACK * len(some):
            found += [BLACK] * len(some)
            continue
        numbers = iter(_colors[: 4 * len(some)])
        colors = zip(numbers, numbers, numbers, numbers, strict=True)
        found += colors if all(known) else (color if is_known else BLACK for color, is_known in zip(colors, known, strict=True))
    return found


def turned(boxes: Sequence[Corners], rotation: int, page: Box) -> list[Box]:
    """Boxes as they are seen on a page that is shown turned, counted from its lower left corner."""
    if rotation == 1:
        return [Box(bottom - page.bottom, page.right - right, top - page.bottom, page.right - left) for left, bottom, right, top in boxes]
    if rotation == 2:
        return [Box(page.right - right, page.top - top, page.right - left, page.top - bottom) for left, bottom, right, top in boxes]
    if rotation == 3:
        return [Box(page.top - top, left - page.left, page.top - bottom, right - page.left) for left, bottom, right, top in boxes]
    x, y = page.left, page.bottom
    return [Box(left - x, bottom - y, right - x, top - y) for left, bottom, right, top in boxes] if x or y else [Box(*box) for box in boxes]
