"""Words in a PDF that nobody sees on its pages: without ink, in the colour of what is behind them, in a layer that is switched off, painted
over, tiny, or beside the page.

They stay in the text, since they are in the file, and are named, since a person who read the page did not read them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from math import ceil
from operator import sub
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from nightclerk.ingest.pdf_file import Layers
from nightclerk.ingest.pdf_objects import (
    FORM,
    IMAGE,
    PATH,
    TEXT,
    Box,
    Corners,
    bounds,
    fill_colors,
    is_filled,
    layered,
    render_mode,
    turned,
)
from nightclerk.ingest.pdf_page import PAGE_IMAGE_SHARE
from nightclerk.ingest.pdf_sheet import Sheet
from nightclerk.ingest.reading import has_letters

INVISIBLE_MODES = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}
# paper is seldom darker than this, ink is seldom lighter; and what lets more light through than this is not seen
PALE = 230
LEAST_OPACITY = 26
# letters lower than this, in points, are a speck
TINY = 1.5
# what is painted over words is no thinner than this, and no larger share of the page
THIN = 4.0
COVER_SHARE = 0.6
MOST_COVERS = 100
COVERS = {PATH, IMAGE, FORM}
MOST_DEPTH = 3
SCALE = 1.0
MOST_SIDE = 2_000
WHITE = (255, 255, 255, 255)
# words that leave less contrast than this, of 255, leave none
CONTRAST = 12
# the ink of the words beside does not count
EDGE = 1.0
BESIDE, SPECK, NO_INK, COVERED = "beside the page", "too small to read", "no ink", "painted over"


@dataclass(frozen=True, slots=True)
class Suspects:
    """What of a page is to be looked at: objects that may leave no ink, boxes painted after words, the size and place of all words."""

    faint: set[int]
    covers: list[Box]
    is_odd: bool


def find_suspects(sheet: Sheet, text: str, boxes: Sequence[Corners], *, layers: Layers) -> Suspects | None:
    """A cheap first look at how the words of a page are drawn, and at the boxes in which they stand; None where all seem to be seen."""
    drawn = [item for kind, item in sheet.objects if kind == TEXT]
    inner = _in_forms(sheet, sheet.objects, TEXT)
    words = [*drawn, *inner]
    faint = {*_faint(words), *(layered(words) if layers.of_words else ()), *(inner if layers.of_forms else ())}
    covers = _covers(sheet) if drawn and drawn[-1:] != [item for _, item in sheet.objects[-1:]] else []
    is_odd = bool(boxes) and _is_odd(boxes, sheet, text)
    return Suspects(faint, covers, is_odd) if faint or covers or is_odd else None


def has_words(sheet: Sheet) -> bool:
    """Whether words are drawn on a page."""
    return any(kind == TEXT for kind, _ in sheet.objects) or bool(_in_forms(sheet, sheet.objects, TEXT))


def has_pictures(sheet: Sheet) -> bool:
    """Whether there are pictures on a page."""
    return any(kind == IMAGE for kind, _ in sheet.objects) or bool(_in_forms(sheet, sheet.objects, IMAGE))


def _in_forms(sheet: Sheet, objects: Sequence[tuple[int, int]], wanted: int, depth: int = 0) -> list[int]:
    """The objects of a kind that are drawn in forms, and in forms within these."""
    found: list[int] = []
    for form in [item for kind, item in objects if kind == FORM] if depth < MOST_DEPTH else ():
        inside = sheet.objects_in(form)
        found += [item for kind, item in inside if kind == wanted]
        found += _in_forms(sheet, inside, wanted, depth + 1)
    return found


def _faint(words: Sequence[int]) -> Iterator[int]:
    modes = list(map(render_mode, words))
    if not INVISIBLE_MODES.isdisjoint(modes):
        yield from (item for item, mode in zip(words, modes, strict=True) if mode in INVISIBLE_MODES)
    colors = fill_colors(words)
    pale = {color for color in set(colors) if color[3] < LEAST_OPACITY or min(color[:3]) > PALE}
    if pale:
        yield from (item for item, color in zip(words, colors, strict=True) if color in pale)


def _covers(sheet: Sheet) -> list[Box]:
    """Boxes of what is painted over words that were drawn before it."""
    kinds = [kind for kind, _ in sheet.objects]
    first = kinds.index(TEXT)
    places = [place for place, kind in enumerate(kinds[first:], first) if kind in COVERS]
    page = sheet.box
    most = (page.right - page.left) * (page.top - page.bottom) * COVER_SHARE
    areas = bounds([sheet.objects[place][1] for place in places])
    found = [(place, area) for place, area in zip(places, areas, strict=True) if _is_cover(sheet.objects[place], area, most)]
    if not found:
        return []
    written = [place for place, kind in enumerate(kinds) if kind == TEXT]
    words = bounds([sheet.objects[place][1] for place in written])
    over = (area for place, area in found if any(_is_over(area, box) for box in islice(words, bisect_left(written, place))))
    return [Box(*area) for area in islice(over, MOST_COVERS)]


def _is_cover(item: tuple[int, int], area: Corners, most: float) -> bool:
    """Whether what is drawn may hide words, by its size and whether it is painted."""
    left, bottom, right, top = area
    is_wide = right - left > THIN and top - bottom > THIN and (right - left) * (top - bottom) < most
    return is_wide and (item[0] != PATH or is_filled(item[1]))


def _is_over(cover: Corners, words: Corners) -> bool:
    """Whether a box lies over the middle line of words, and not only beside its end."""
    left, bottom, right, top = words
    return cover[1] < (bottom + top) / 2 < cover[3] and cover[0] + THIN < right and left < cover[2] - THIN


def _is_odd(boxes: Sequence[Corners], sheet: Sheet, text: str) -> bool:
    """Whether words stand beside the page or are tiny; dots, dashes and lines to write on are, and are no words."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    page = sheet.box
    if min(rights) < page.left or min(tops) < page.bottom or max(lefts) > page.right or max(bottoms) > page.top:
        return True
    heights = list(map(sub, rights, lefts) if sheet.rotation % 2 else map(sub, tops, bottoms))
    if min(heights) >= TINY:
        return False
    places = (sheet.text_index_at(box) for box, height in zip(boxes, heights, strict=True) if height < TINY)
    return any(place >= 0 and text[place : place + 1].isalnum() for place in places)


class _Run(NamedTuple):
    """Characters of one object in a row: the stretch of the text, their box, and why they may not be seen."""

    start: int
    end: int
    box: Box
    why: str


def hidden_words(sheet: Sheet, text: str, suspects: Suspects) -> list[tuple[int, int, str]]:
    """(begin and end in the text, why nobody sees them) of words on a suspicious page.

    The text layer over a scan is invisible by design, and is not looked at.
    """
    if _is_scan(sheet):
        return []
    picture = _Picture(sheet)
    found: list[tuple[int, int, str]] = []
    for run in _runs(sheet, suspects):
        why = _why(run, picture)
        if why and has_letters(text[run.start : run.end]):
            if found and found[-1][2] == why and not text[found[-1][1] : run.start].strip(" \xa0"):
                found[-1] = found[-1][0], run.end, why
            else:
                found.append((run.start, run.end, why))
    return found


def _is_scan(sheet: Sheet) -> bool:
    images = [item for kind, item in sheet.objects if kind == IMAGE]
    page = sheet.box
    least = (page.right - page.left) * (page.top - page.bottom) * PAGE_IMAGE_SHARE
    boxes = bounds([*images, *_in_forms(sheet, sheet.objects, IMAGE)])
    return any((right - left) * (top - bottom) >= least for left, bottom, right, top in boxes if right > left)


def _runs(sheet: Sheet, suspects: Suspects) -> Iterator[_Run]:
    def key(character: tuple[int, int, Corners]) -> tuple[int, str]:
        _, item, box = character
        return item, COVERED if covers and _is_covered(box, covers) else NO_INK if item in faint else ""

    faint, covers = suspects.faint, suspects.covers

    for (_, why), characters in groupby(sheet.characters(None if suspects.is_odd or covers else faint), key):
        places, _, boxes = zip(*characters, strict=True)
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        [box] = turned([(min(lefts), min(bottoms), max(rights), max(tops))], sheet.rotation, sheet.box)
        yield _Run(min(places), max(places) + 1, box, why)


def _is_covered(box: Corners, covers: Sequence[Box]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(cover.left < x < cover.right and cover.bottom < y < cover.top for cover in covers)


def _why(run: _Run, picture: _Picture) -> str:
    left, bottom, right, top = run.box
    if right < 0 or top < 0 or left > picture.width or bottom > picture.height:
        return BESIDE
    if top - bottom < TINY:
        return SPECK
    return run.why if run.why and not picture.has_contrast(run.box) else ""


class _Picture:
    """A page, drawn in shades of grey when it is first looked at; sizes in points."""

    def __init__(self, sheet: Sheet) -> None:
        self._page = sheet.page
        self.width, self.height = raw.FPDF_GetPageWidthF(sheet.page), raw.FPDF_GetPageHeightF(sheet.page)
        self._scale = min(SCALE, MOST_SIDE / max(self.width, self.height, 1))
        self._pixels = b""
        self._stride = self._columns = self._lines = 0

    def _draw(self) -> None:
        self._columns, self._lines = ceil(self.width * self._scale), ceil(self.height * self._scale)
        bitmap = pdfium.PdfBitmap.new_native(self._columns, self._lines, raw.FPDFBitmap_Gray)
        bitmap.fill_rect(WHITE, 0, 0, self._columns, self._lines)
        flags = raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE
        raw.FPDF_RenderPageBitmap(bitmap, self._page, 0, 0, self._columns, self._lines, 0, flags)
        self._stride, self._pixels = bitmap.stride, bytes(bitmap.buffer)

    def has_contrast(self, box: Box) -> bool:
        """Whether anything can be told from its background in a box."""
        if not self._pixels:
            self._draw()
        edge = min(EDGE, (box.right - box.left) / 4)
        first, last = (
            max(int((self.height - box.top) * self._scale), 0),
            min(int((self.height - box.bottom) * self._scale) + 1, self._lines),
        )
        left, right = max(int((box.left + edge) * self._scale), 0), min(int((box.right - edge) * self._scale) + 1, self._columns)
        stretch = b"".join(self._pixels[line * self._stride + left : line * self._stride + right] for line in range(first, last))
        return bool(stretch) and max(stretch) - min(stretch) >= CONTRAST
