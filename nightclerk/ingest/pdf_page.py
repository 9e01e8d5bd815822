"""Judging one PDF page: is its text readable, and if there is none, is there anything to read?"""

from __future__ import annotations

import re
from typing import Any

from pypdfium2.raw import (
    FPDF_ANNOT_FREETEXT,
    FPDF_PAGEOBJ_IMAGE,
    FPDFAnnot_GetSubtype,
    FPDFPage_CloseAnnot,
    FPDFPage_GetAnnot,
    FPDFPage_GetAnnotCount,
)

# thresholds measured on 4,933 pages of public test files: 16 were garbage
BAD_SHARE = 0.05
GLYPH_NAME_SHARE = 0.20
INK_SHARE = 0.005
PAGE_IMAGE_SHARE = 0.5
RENDER_SCALE = 0.4
RENDER_PIXELS = 1_000
# control characters, U+FFFD, private use; pdfium's hyphen marks and line ends are none of them
BAD = re.compile(r"[\x00\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
# what a reader prints of a font without a character map: /C50, /0/1/2, /g17, (cid:12)
GLYPH_NAME = re.compile(r"/[A-Za-z]{0,3}\d{1,5}\b|/uni[0-9A-F]{4}\b|\(cid:\d+\)")
DARKER_BY = 48


def visible(text: str) -> int:
    """How many characters of a text leave ink."""
    return sum(not character.isspace() for character in text)


def is_garbled(text: str) -> bool:
    """Whether a page's text is the garbage of a broken text layer."""
    bad = len(BAD.findall(text))
    named = sum(len(match) for match in GLYPH_NAME.findall(text))
    return bad > visible(text) * BAD_SHARE or named > visible(text) * GLYPH_NAME_SHARE


def has_free_text(page: Any) -> bool:
    """Whether somebody typed a note over the page."""
    for index in range(FPDFPage_GetAnnotCount(page)):
        annotation = FPDFPage_GetAnnot(page, index)
        found = FPDFAnnot_GetSubtype(annotation) == FPDF_ANNOT_FREETEXT
        FPDFPage_CloseAnnot(annotation)
        if found:
            return True
    return False


def whole_page_image(page: Any) -> bool:
    """Whether one image covers half of the page; it need not be rendered, which for scans takes most of the time."""
    page_area = page.get_width() * page.get_height()
    for item in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= page_area * PAGE_IMAGE_SHARE:
            return True
    return False


def has_ink(page: Any, has_text: bool) -> bool:
    """Whether more than 0.5% of the page, drawn small, differs from its background; the few characters that were read do not count."""
    scale = min(RENDER_SCALE, RENDER_PIXELS / max(page.get_width(), page.get_height(), 1))
    bitmap = page.render(scale=scale, grayscale=True)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    raw = bytes(bitmap.buffer)
    rows = [bytearray(raw[row * stride : row * stride + width]) for row in range(height)]
    if has_text:
        _blank_text(page, rows, scale)
    pixels = b"".join(rows)
    counts = [pixels.count(shade) for shade in range(256)]
    background = counts.index(max(counts))
    inked = sum(count for shade, count in enumerate(counts) if abs(shade - background) > DARKER_BY)
    return inked > len(pixels) * INK_SHARE


def _blank_text(page: Any, rows: list[bytearray], scale: float) -> None:
    textpage = page.get_textpage()
    top_of_page = page.get_height()
    for index in range(textpage.count_chars()):
        left, bottom, right, top = textpage.get_charbox(index, loose=True)
        columns = slice(max(int(left * scale), 0), max(int(right * scale) + 1, 0))
        for row in rows[max(int((top_of_page - top) * scale), 0) : max(int((top_of_page - bottom) * scale) + 1, 0)]:
            row[columns] = b"\xff" * len(row[columns])
    textpage.close()
