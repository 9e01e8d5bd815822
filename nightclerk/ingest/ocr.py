"""Reading the picture of a page: draw it, have an engine read it, and believe the engine only if it is sure enough.

Runs in the reading process, one page to a fork, so that a page that takes too long or too much costs that page.
"""

from __future__ import annotations

import base64
import io
import math
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2 as pdfium

from nightclerk.errors import SkipDocument
from nightclerk.ingest.pdf_page import has_ink
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters

# A4 at 300 dpi has 8.7 million; posters and pages that state their size in pixels are drawn more coarsely
MOST_PIXELS = 18_000_000
POINTS_PER_INCH = 72
# upright, upside down, on either side
TURNS = (0, 180, 90, 270)


@dataclass(frozen=True, slots=True)
class Image:
    """A page drawn in shades of grey: rows of `width` bytes, 0 black to 255 white."""

    pixels: bytes
    width: int
    height: int
    dpi: int


class Recognised(NamedTuple):
    """What an engine read, lines in reading order, and how sure it was: the mean over its characters, 0 to 1."""

    text: str
    confidence: float


def read_page(path: Path, *, page: int, module: str, languages: str, passwords: Sequence[str] = (), pdf_reader: str = "auto") -> Reading:
    """Read one page, counted from 0, by the engine of `module`; its status is `ocr`, `blank`, or `needs_ocr` with the reason.

    Raises:
        SkipDocument: the page cannot be drawn, or the engine failed.
    """
    try:
        file = opened(path, passwords)
        sheet: Any = file[page]
    except pdfium.PdfiumError as error:
        raise SkipDocument("damaged", f"the page cannot be drawn ({error})") from None
    engine = pkgutil.resolve_name(module)
    name = module.rpartition("_")[2]
    # the empty back of a sheet that went through a scanner is a picture, too
    blank = not has_ink(sheet, False)
    turns = TURNS[:1] if blank else TURNS
    found = best(lambda turn: engine.recognise(draw(sheet, dpi=engine.DPI, turn=turn), languages=languages), turns, engine.SURE)
    return Reading([judged(found, name, blank=blank, sure=engine.SURE)])


def opened(path: Path, passwords: Sequence[str]) -> pdfium.PdfDocument:
    """The PDF, opened without a password or with the first that fits; raises pdfium's error where none does."""
    for password in passwords:
        try:
            return pdfium.PdfDocument(path, password=password)
        except pdfium.PdfiumError:
            continue
    return pdfium.PdfDocument(path)


def best(recognise: Callable[[int], Recognised], turns: Sequence[int], sure: float) -> Recognised:
    """The reading of the page the right way up: the first turn that the engine is sure of, else the surest."""
    best = Recognised("", 0.0)
    for turn in turns:
        found = recognise(turn)
        if has_letters(found.text) and found.confidence > best.confidence:
            best = found
        if best.confidence >= sure:
            break
    return best


def draw(sheet: Any, *, dpi: int, turn: int = 0) -> Image:
    """Draw a page with everything that stands on it, at `dpi` or as finely as the bound on pixels allows."""
    area = max(sheet.get_width() * sheet.get_height(), 1)
    scale = min(dpi / POINTS_PER_INCH, math.sqrt(MOST_PIXELS / area))
    bitmap = sheet.render(scale=scale, grayscale=True, rotation=turn)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    raw = bytes(bitmap.buffer)
    pixels = raw if stride == width else b"".join(raw[row * stride : row * stride + width] for row in range(height))
    return Image(pixels[: width * height], width, height, max(round(scale * POINTS_PER_INCH), 1))


def judged(found: Recognised, name: str, *, blank: bool, sure: float) -> PageText:
    """What an engine read of a page, if there is something on it and the engine was sure enough."""
    if not found.text:
        return PageText("", status="blank" if blank else "needs_ocr", reason=f"{name} finds no text in it")
    if found.confidence < sure:
        reason = f"{name} cannot read it with certainty (confidence {found.confidence:.2f})"
        return PageText("", status="needs_ocr", reason=reason)
    return PageText(fold(found.text).strip() + "\n", status="ocr", reason=f"read by {name}, confidence {found.confidence:.2f}")


def cut(path: Path, *, pages: Sequence[int], passwords: Sequence[str] = ()) -> str:
    """A PDF of these pages alone, without a password, in base64; raises SkipDocument where they cannot be copied."""
    buffer = io.BytesIO()
    try:
        whole, part = opened(path, passwords), pdfium.PdfDocument.new()
        part.import_pages(whole, list(pages))
        part.save(buffer)
    except pdfium.PdfiumError as error:
        raise SkipDocument("damaged", f"the pages cannot be cut out of the file ({error})") from None
    return base64.b64encode(buffer.getvalue()).decode()
