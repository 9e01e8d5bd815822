"""What of a file is sent to an OCR endpoint: the file itself where that can be read there, else the pages in question, cut out of it.

Cut out are pages of a TIFF, of a PDF that needs a password, and of one that is too large to be sent as a whole.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nightclerk.errors import SkipDocument
from nightclerk.ingest import sandbox
from nightclerk.ingest.detect import PDF, PNG, TIFF
from nightclerk.ingest.readers import Options

CUT_PDF = "nightclerk.ingest.ocr:cut"
CUT_PICTURE = "nightclerk.ingest.ocr_image:cut"
# pages of one file differ in size
FILLED = 0.5


@dataclass(frozen=True, slots=True)
class OcrForm:
    """The form in which pages of a file are sent: the media type of what is sent, the most pages at once, whether they are cut out."""

    media_type: str
    most_pages: int
    cut: bool = False


def ocr_form(path: Path, media_type: str, *, pages: int, most_pages: int, most_bytes: int) -> OcrForm:
    """How `pages` pages of a file are sent, decided by its bytes alone; at most so many pages and bytes at once. Raises OSError."""
    if media_type == TIFF:
        return OcrForm(PNG, 1, cut=True)
    if media_type != PDF:
        return OcrForm(media_type, 1)
    size_bytes = path.stat().st_size
    if size_bytes > most_bytes:
        return OcrForm(PDF, max(1, min(most_pages, int(FILLED * most_bytes * pages / size_bytes))), cut=True)
    return OcrForm(PDF, most_pages, cut=_is_encrypted(path))


def ocr_content(
    path: Path, form: OcrForm, *, pages: Sequence[int], sha256: str, most_bytes: int, limits: sandbox.Limits, options: Options
) -> bytes:
    """The bytes to send for these pages, counted from 0.

    Raises:
        SkipDocument: the file is not the one of that hash any more, or what there is to send cannot be made or is too large.
    """
    try:
        whole = path.read_bytes()
    except OSError:
        whole = b""
    if hashlib.sha256(whole).hexdigest() != sha256:
        raise SkipDocument("failed", "the file changed or went away before it was sent; the next run reads what is there then")
    sent = _cut(path, form, pages, limits, options) if form.cut else whole
    if len(sent) > most_bytes:
        raise SkipDocument("too_large", f"{len(sent) / 1e6:.1f} MB to send, more than the {most_bytes / 1e6:g} MB that are taken")
    return sent


def _cut(path: Path, form: OcrForm, pages: Sequence[int], limits: sandbox.Limits, options: Options) -> bytes:
    if form.media_type == PDF:
        asked = {"pages": list(pages), "passwords": list(options.passwords)}
        return base64.b64decode(sandbox.call(CUT_PDF, path, asked, limits))
    return base64.b64decode(sandbox.call(CUT_PICTURE, path, {"page": pages[0]}, limits))


def _is_encrypted(path: Path) -> bool:
    """Whether a PDF names an encryption: in its trailer, which is never compressed. One that only speaks of it is cut out for nothing."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        return whole.find(b"/Encrypt") >= 0
