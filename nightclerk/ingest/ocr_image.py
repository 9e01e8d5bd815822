"""Pictures as documents: PNG, JPEG, and each page of a TIFF. They hold no text; OCR reads them as it reads the pages of a scanned PDF.

Runs in the reading process, one page to a fork.
"""

from __future__ import annotations

import base64
import io
import math
import pkgutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageOps

from nightclerk.errors import SkipDocument
from nightclerk.ingest.ocr import MOST_PIXELS, TURNS, Image, best, judged
from nightclerk.ingest.pdf_page import DARKER_BY, INK_SHARE
from nightclerk.ingest.reading import PageText, Reading

FORMATS = ("PNG", "JPEG", "TIFF")
# what a damaged picture raises, in whichever of its parts the damage is
FAILURES = (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError, struct.error, ZeroDivisionError)
PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
MOST_TIMES_LARGER = 4.0
# a stated resolution counts where it makes the longer side a sheet of paper, A6 to A2; cameras and screens state 72 or 96 dpi
SHEET_INCHES = (5.0, 25.0)
A4_INCHES = 11.69
SMALL = 600


def read(path: Path) -> Reading:
    """The pages of a picture, none of them read yet; raises SkipDocument where it cannot be opened."""
    with _opened(path) as picture:
        # the second picture of a JPEG or PNG is a preview or moves
        count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    return Reading([PageText("", status="needs_ocr", reason="a picture") for _ in range(count)])


def read_page(path: Path, *, page: int, module: str, languages: str) -> Reading:
    """Read one page, counted from 0, by the engine of `module`; as `ocr.read_page` reads one of a PDF."""
    engine = pkgutil.resolve_name(module)
    sheet, dpi = _sheet(path, page)
    blank = is_blank(sheet)
    turns = TURNS[:1] if blank else TURNS
    found = best(lambda turn: engine.recognise(_drawn(sheet, dpi, engine.DPI, turn), languages=languages), turns, engine.SURE)
    return Reading([judged(found, module.rpartition("_")[2], blank=blank, sure=engine.SURE)])


def is_inkless(path: Path, page: int) -> bool:
    """Whether there is nothing on a page; raises SkipDocument where it cannot be drawn."""
    return is_blank(_sheet(path, page)[0])


def is_blank(sheet: Pillow.Image) -> bool:
    """Whether less than 0.5% of a picture in shades of grey, made small, differs from its background."""
    small = sheet.copy()
    small.thumbnail((SMALL, SMALL))
    counts = small.histogram()
    background = counts.index(max(counts))
    inked = sum(count for shade, count in enumerate(counts) if abs(shade - background) > DARKER_BY)
    return inked <= small.width * small.height * INK_SHARE


@contextmanager
def _opened(path: Path) -> Iterator[Pillow.Image]:
    try:
        with Pillow.open(path, formats=FORMATS) as picture:
            yield picture
    except Pillow.DecompressionBombError as error:
        raise SkipDocument("too_large", f"a picture of too many points ({error})") from None
    except FAILURES as error:
        raise SkipDocument(
            "damaged", f"the picture cannot be opened; ask for it again ({type(error).__name__}: {str(error)[:200]})"
        ) from None


def _sheet(path: Path, page: int) -> tuple[Pillow.Image, float]:
    """A page in shades of grey, the way up that its file says, and its dots per inch."""
    with _opened(path) as picture:
        picture.seek(page)
        sheet = _grey(ImageOps.exif_transpose(picture))
        return sheet, _dpi(picture.info.get("dpi"), max(sheet.size))


def _grey(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode.startswith("I"):
        # 16 bits of grey, which a plain conversion would cut off instead of scaling
        return picture.convert("I").point(lambda shade: shade / 256).convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        solid = picture.convert("RGBA")
        picture = Pillow.alpha_composite(Pillow.new("RGBA", solid.size, "white"), solid)
    return picture.convert("L")


def _dpi(stated: object, longer_side: int) -> float:
    dpi = float(stated[0]) if isinstance(stated, tuple) and stated else 0.0
    is_sheet = dpi > 0 and SHEET_INCHES[0] <= longer_side / dpi <= SHEET_INCHES[1]
    return dpi if is_sheet else max(longer_side / A4_INCHES, 1.0)


def _drawn(sheet: Pillow.Image, dpi: float, wanted_dpi: int, turn: int) -> Image:
    """The page at the resolution that an engine wants, or as finely as the bound on pixels allows."""
    area = max(sheet.width * sheet.height, 1)
    scale = min(wanted_dpi / dpi, MOST_TIMES_LARGER, math.sqrt(MOST_PIXELS / area))
    size = (max(round(sheet.width * scale), 1), max(round(sheet.height * scale), 1))
    drawn = sheet.resize(size, Pillow.Resampling.BICUBIC).rotate(turn, expand=True)
    return Image(drawn.tobytes(), drawn.width, drawn.height, max(round(dpi * scale), 1))


def cut(path: Path, *, page: int) -> str:
    """A page as a PNG, the way up that its file says, in base64; raises SkipDocument where it cannot be drawn."""
    buffer = io.BytesIO()
    with _opened(path) as picture:
        picture.seek(page)
        sheet = ImageOps.exif_transpose(picture)
        (sheet if sheet.mode in PNG_MODES else sheet.convert("RGB")).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
