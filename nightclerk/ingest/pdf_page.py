"""Judging one PDF page that has hardly any text: is there anything to read?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDFPage_CountObjects

from nightclerk.ingest.pdf_objects import MOST_OBJECTS, Box, turned

INK_SHARE = 0.005
PAGE_IMAGE_SHARE = 0.5
RENDER_SCALE = 0.4
# a small page is drawn larger, else its letters are blots
LEAST_PIXELS = 300
RENDER_PIXELS = 1_000
# accents and slanted letters stand out of their boxes
MARGIN = 0.15
DARKER_BY = 48
SAMPLE = 37


def whole_page_image(page: Any) -> bool:
    """Whether one image covers half of the page; it need not be rendered, which for scans takes most of the time."""
    if FPDFPage_CountObjects(page) > MOST_OBJECTS:
        return False
    page_area = page.get_width() * page.get_height()
    for item in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= page_area * PAGE_IMAGE_SHARE:
            return True
    return False


def has_ink(page: Any, has_text: bool, *, annotations: bool = True) -> bool:
    """Whether more than 0.5% of the page, drawn small, differs from its background; the few characters that were read do not count.

    Nor do fields and notes, if `annotations` is false: what was typed into them was read.
    """
    side = max(page.get_width(), page.get_height(), 1)
    scale = min(max(RENDER_SCALE, LEAST_PIXELS / side), RENDER_PIXELS / side)
    bitmap = page.render(scale=scale, grayscale=True, draw_annots=annotations)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    raw = bytes(bitmap.buffer)
    rows = [bytearray(raw[row * stride : row * stride + width]) for row in range(height)]
    if has_text:
        _blank_text(page, rows, scale)
    pixels = b"".join(rows)
    # a look at every few pixels tells the commonest shade
    background, _ = Counter(pixels[::SAMPLE]).most_common(1)[0]
    paper = bytes(shade for shade in range(256) if abs(shade - background) <= DARKER_BY)
    return len(pixels.translate(None, paper)) > len(pixels) * INK_SHARE


def _blank_text(page: Any, rows: list[bytearray], scale: float) -> None:
    textpage = page.get_textpage()
    boxes = [Box(*textpage.get_charbox(index, loose=True)) for index in range(textpage.count_chars())]
    textpage.close()
    top_of_page = page.get_height()
    for left, bottom, right, top in turned(boxes, page.get_rotation() // 90, Box(*page.get_bbox())):
        margin = (top - bottom) * MARGIN
        columns = slice(max(int((left - margin) * scale), 0), max(int((right + margin) * scale) + 1, 0))
        upper, lower = top_of_page - top - margin, top_of_page - bottom + margin
        for row in rows[max(int(upper * scale), 0) : max(int(lower * scale) + 1, 0)]:
            row[columns] = b"\xff" * len(row[columns])
