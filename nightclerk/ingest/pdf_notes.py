"""What people wrote and drew over a page: notes, marked words with remarks, words struck out, stamps."""

from __future__ import annotations

import ctypes
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any

from pypdfium2 import raw

from nightclerk.ingest.pdf_objects import Box
from nightclerk.ingest.pdf_sheet import Sheet
from nightclerk.records import Annotation

# what each kind is called before the words written with it; links, fields and pop-up windows say nothing of their own
NAMES = {
    "Text": "",
    "FreeText": "",
    "Highlight": "highlight",
    "Underline": "underline",
    "Squiggly": "underline",
    "StrikeOut": "strike-out",
    "Caret": "insertion mark",
    "Stamp": "stamp",
    "Redact": "to be blacked out",
    "FileAttachment": "attached file",
    "Watermark": "watermark",
    **dict.fromkeys(("Line", "Square", "Circle", "Polygon", "PolyLine", "Ink"), "drawing"),
    **dict.fromkeys(("Sound", "Movie", "Screen", "RichMedia", "ThreeD"), "recording"),
}
# those that mean something without any words
SPEAK_FOR_THEMSELVES = {"StrikeOut", "Caret", "Stamp", "Redact"}
TAG = re.compile(r"<[^>]*>")
PARAGRAPH = re.compile(r"(?i)<br\s*/?>|</p>")
KINDS = {number: name for name in NAMES if (number := getattr(raw, f"FPDF_ANNOT_{name.upper()}", None)) is not None}
MOST_NOTES = 5_000
MOST_QUADS = 100
# what ends a string of UTF-16
END_BYTES = 2
DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Note:
    """One annotation of a page: its PDF kind, who wrote what and when, and the boxes around the words it is about."""

    kind: str
    contents: str
    author: str
    date: str
    boxes: tuple[Box, ...] = ()

    @property
    def annotation(self) -> Annotation:
        """The record of it, without its place."""
        name = NAMES[self.kind]
        text = ": ".join(part for part in (name, self.contents) if part)
        return Annotation("note", text, self.author, when(self.date))


def notes_of(sheet: Sheet) -> list[Note]:
    """The annotations of a page that say something, in the page's order, and of those the first MOST_NOTES."""
    return list(islice(_notes(sheet), MOST_NOTES))


def has_fields(sheet: Sheet) -> bool:
    """Whether fields of a form stand on a page."""
    for index in range(raw.FPDFPage_GetAnnotCount(sheet.page)):
        annotation = raw.FPDFPage_GetAnnot(sheet.page, index)
        if annotation:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            raw.FPDFPage_CloseAnnot(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET:
                return True
    return False


def says_something(kind: str, contents: str) -> bool:
    """Whether there are words in an annotation, or its kind is its meaning."""
    return bool(contents) or kind in SPEAK_FOR_THEMSELVES


def _notes(sheet: Sheet) -> Iterator[Note]:
    for index in range(raw.FPDFPage_GetAnnotCount(sheet.page)):
        annotation = raw.FPDFPage_GetAnnot(sheet.page, index)
        if not annotation:
            continue
        kind = KINDS.get(raw.FPDFAnnot_GetSubtype(annotation))
        contents = _contents(annotation, kind) if kind else ""
        if kind and says_something(kind, contents):
            author, date = _string(annotation, b"T"), _string(annotation, b"M") or _string(annotation, b"CreationDate")
            boxes = _frame(annotation) if kind == "Redact" else _boxes(annotation)
            yield Note(kind, contents, author, date, boxes)
        raw.FPDFPage_CloseAnnot(annotation)


def _contents(annotation: Any, kind: str) -> str:
    contents = _string(annotation, b"Contents") or _unformatted(_string(annotation, b"RC"))
    return contents or (_stamp(kind, _string(annotation, b"Name")) if kind == "Stamp" else "")


def _string(annotation: Any, key: bytes) -> str:
    size_bytes = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size_bytes <= END_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size_bytes + 2)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size_bytes)
    return buffer.raw[: max(size_bytes - 2, 0)].decode("utf-16-le", "replace").strip()


def _unformatted(rich: str) -> str:
    """The words of formatted text, which some programs write instead of plain ones."""
    return html.unescape(TAG.sub("", PARAGRAPH.sub("\n", rich))).strip()


def _stamp(kind: str, name: str) -> str:
    """What a stamp without words shows: `Draft`, `NotApproved`, or a number that a program gave it."""
    return name.lstrip("/") if kind == "Stamp" and name.lstrip("/").isalpha() else ""


def _boxes(annotation: Any) -> tuple[Box, ...]:
    boxes = []
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(annotation), MOST_QUADS)):
        quad = raw.FS_QUADPOINTSF()
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            boxes.append(Box(min(xs), min(ys), max(xs), max(ys)))
    return tuple(boxes)


def _frame(annotation: Any) -> tuple[Box, ...]:
    """The rectangle of an annotation whose words pdfium does not tell."""
    rectangle = raw.FS_RECTF()
    known = raw.FPDFAnnot_GetRect(annotation, rectangle)
    low, high = sorted((rectangle.bottom, rectangle.top))
    return (Box(rectangle.left, low, rectangle.right, high),) if known else ()


def note_of(annotation: Any) -> Note | None:
    """The annotation that a dictionary as pypdf reads it is; None where it says nothing."""
    kind = str(annotation.get("/Subtype", "")).lstrip("/")
    if kind not in NAMES:
        return None
    contents, author, rich, name = (str(annotation.get(key, "") or "").strip() for key in ("/Contents", "/T", "/RC", "/Name"))
    contents = contents or _unformatted(rich) or _stamp(kind, name)
    date = str(annotation.get("/M", "") or annotation.get("/CreationDate", "") or "")
    return Note(kind, contents, author, date) if says_something(kind, contents) else None


def when(date: str) -> datetime | None:
    """The time of a PDF's date, `D:20240229153000+01'00'`; UTC where it names no zone, None where it is none."""
    match = DATE.match(date.strip())
    if not match:
        return None
    parts = [int(part) if part else default for part, default in zip(match.groups()[:6], (1, 1, 1, 0, 0, 0), strict=True)]
    offset = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0)) if match[7] else timedelta()
    with suppress(ValueError):
        return datetime(*parts, tzinfo=timezone(-offset if match[7] == "-" else offset) if offset else UTC)  # type: ignore[misc, arg-type]
    return None
