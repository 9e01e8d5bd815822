"""Words in a PDF that nobody sees on its pages: without ink, in the colour of what is behind them, tiny, or beside the page.

They stay in the text, since they are in the file, and are named, since a person who read the page did not read them.
"""

from __future__ import annotations

from typing import Any

from pypdfium2 import raw

from nightclerk.ingest.pdf_layout import Piece, find_pieces, words
from nightclerk.ingest.pdf_page import whole_page_image
from nightclerk.ingest.pdf_sheet import BLACK, Box, Sheet, fill_color, render_mode
from nightclerk.ingest.reading import has_letters

INVISIBLE_MODES = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}
# paper is seldom darker than this, ink is seldom lighter; and what lets more light through than this is not seen
PALE = 230
LEAST_OPACITY = 26
# letters lower than this, in points, are a speck
TINY = 1.5
SCALE = 1.0
MOST_SIDE = 2_000
# words that leave less contrast than this, of 255, leave none
CONTRAST = 12


def is_suspicious(sheet: Sheet) -> bool:
    """Whether a page draws words without ink or in a pale colour: a cheap first look, at what is not inside of forms."""
    for kind, item in sheet.objects():
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if render_mode(item) in INVISIBLE_MODES:
                return True
            color = fill_color(item)
            if color is not BLACK and (color[3] < LEAST_OPACITY or min(color[:3]) > PALE):
                return True
    return False


def hidden_words(sheet: Sheet, page: Any, text: str) -> list[tuple[int, int, str]]:
    """(begin and end in the text, why nobody sees them) of words on a suspicious page; `page` is the same page to be drawn.

    The text layer over a scan is invisible by design, and is not looked at.
    """
    pieces = find_pieces(sheet, text, sheet.pieces())
    if not pieces or whole_page_image(page):
        return []
    picture = _Picture(page)
    found = ((piece, _why(piece, picture)) for piece in pieces)
    return [(piece.start, piece.end, why) for piece, why in found if why and has_letters(words(text, piece))]


def _why(piece: Piece, picture: _Picture) -> str:
    left, bottom, right, top = piece.box
    if right < 0 or top < 0 or left > picture.width or bottom > picture.height:
        return "beside the page"
    if top - bottom < TINY:
        return "too small to read"
    return "" if picture.has_contrast(piece.box) else "no ink"


class _Picture:
    """A page drawn in shades of grey; sizes in points."""

    def __init__(self, page: Any) -> None:
        self.width, self.height = page.get_size()
        self._scale = min(SCALE, MOST_SIDE / max(self.width, self.height, 1))
        bitmap = page.render(scale=self._scale, grayscale=True)
        self._stride, self._columns, self._lines = bitmap.stride, bitmap.width, bitmap.height
        self._pixels = bytes(bitmap.buffer)

    def has_contrast(self, box: Box) -> bool:
        """Whether anything can be told from its background in a box."""
        first, last = (
            max(int((self.height - box.top) * self._scale), 0),
            min(int((self.height - box.bottom) * self._scale) + 1, self._lines),
        )
        left, right = max(int(box.left * self._scale), 0), min(int(box.right * self._scale) + 1, self._columns)
        stretch = b"".join(self._pixels[line * self._stride + left : line * self._stride + right] for line in range(first, last))
        return bool(stretch) and max(stretch) - min(stretch) >= CONTRAST
