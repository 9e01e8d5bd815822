"""The table of formats. A new one is a module with `read(path) -> Reading`, a line here and a golden pair under tests/golden.

Functions are named and not imported: only the child process that reads a file loads the parsers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nightclerk.errors import SkipDocument
from nightclerk.ingest import office
from nightclerk.ingest.detect import (
    ARCHIVES,
    DOC,
    DOCX,
    EMPTY,
    ENCRYPTED_OFFICE,
    HTML,
    JPEG,
    KNOWN,
    MAIL,
    MARKDOWN,
    ODS,
    ODT,
    OUTLOOK,
    PDF,
    PNG,
    RTF,
    TEXT,
    TIFF,
    XLS,
    XLSB,
    XLSX,
    ZIP,
    files_inside,
)
from nightclerk.ingest.ocr_engines import LACKING, MARK, REMOTE, Answers, Engine, find_engine


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read.

    Whether pages that are pictures are read by OCR, the passwords to try on a PDF that needs one, who reads PDFs, and which view of a
    file with tracked changes is its text: as if they were all accepted, as it was before them, or with both and marks around them.
    With `mistral` no engine here reads pictures: a run has an endpoint read them, and hands its `answers` to a second reading.
    """

    ocr: Literal["auto", "off", "mistral"] = "off"
    passwords: tuple[str, ...] = field(default=(), repr=False)
    pdf_reader: Literal["auto", "pdfium", "pypdf"] = "auto"
    view: Literal["accepted", "original", "marked_up"] = "accepted"
    answers: Answers | None = field(default=None, repr=False)

    @property
    def engine(self) -> Engine | None:
        """The engine in use, if OCR is on and there is one."""
        return find_engine() if self.ocr == "auto" else None

    @property
    def advice(self) -> str:
        """What is to be said of a page that is a picture."""
        if self.ocr == "off":
            return "needs OCR, which is off (NIGHTCLERK_OCR)"
        if self.ocr == "mistral":
            return "none by OCR either" if self.answers else "needs OCR, which Mistral's endpoint does in a run (NIGHTCLERK_OCR)"
        return "none by OCR either" if self.engine else "needs OCR: install tesseract or the extra `ocr`"


AS_IS = Options()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a format, and who is asked if that reader's process crashes.

    The fingerprint changes whenever the same file would get another text, other pages or other sections.
    """

    fingerprint: str
    function: str
    fallback: str = ""
    # what reads one of its pages by OCR
    page_function: str = ""
    # which of the options its functions take
    takes: tuple[str, ...] = ()
    # whether LibreOffice makes a DOCX of the file first
    through_office: bool = False

    def fingerprint_with(self, options: Options) -> str:
        """The fingerprint and, where an OCR engine may be used, that of the engine: `pdf-2+tesseract-5.3.0-eng`."""
        engine = (options.answers or options.engine) if self.page_function else None
        chosen = "pdf_reader" in self.takes and options.pdf_reader != "auto"
        name = f"{self.fingerprint}-{options.pdf_reader}" if chosen else self.fingerprint
        return f"{name}{MARK}{engine.fingerprint}" if engine else name

    def advice_with(self, options: Options) -> str:
        """What is to be said of a page that is a picture: nothing of OCR where no page of the format is read by it."""
        return options.advice if self.page_function else ""

    def view_with(self, options: Options) -> str:
        """The view that its text is: `as_is` where the format knows no tracked changes."""
        return options.view if "view" in self.takes else "as_is"


PICTURE = Reader("image-2", "nightclerk.ingest.ocr_image:read", page_function="nightclerk.ingest.ocr_image:read_page")
READERS = {
    PDF: Reader(
        "pdf-2",
        "nightclerk.ingest.pdf:read",
        "nightclerk.ingest.pdf:read_carefully",
        page_function="nightclerk.ingest.ocr:read_page",
        takes=("passwords", "pdf_reader"),
    ),
    DOCX: Reader("docx-2", "nightclerk.ingest.docx:read", takes=("view",)),
    HTML: Reader("html-2", "nightclerk.ingest.html:read"),
    TEXT: Reader("text-2", "nightclerk.ingest.text:read"),
    MARKDOWN: Reader("text-2", "nightclerk.ingest.text:read"),
    XLSX: Reader("xlsx-2", "nightclerk.ingest.xlsx:read"),
    XLS: Reader("xls-2", "nightclerk.ingest.spreadsheet:read"),
    XLSB: Reader("xls-2", "nightclerk.ingest.spreadsheet:read"),
    ODS: Reader("ods-2", "nightclerk.ingest.ods:read"),
    ODT: Reader("odt-2", "nightclerk.ingest.odt:read", takes=("view",)),
    RTF: Reader("rtf-2", "nightclerk.ingest.rtf:read"),
    MAIL: Reader("eml-2", "nightclerk.ingest.eml:read"),
    OUTLOOK: Reader("msg-2", "nightclerk.ingest.msg:read"),
    DOC: Reader("doc-2", "nightclerk.ingest.docx:read", takes=("view",), through_office=True),
    PNG: PICTURE,
    JPEG: PICTURE,
    TIFF: PICTURE,
}


def reader_for(media_type: str, path: Path) -> Reader:
    """The reader of a media type; the path is looked into only for what a person wants to know of a file that is not read.

    Raises:
        SkipDocument: `unsupported`, `encrypted` or `empty`, with what the file is and what to do about it.
    """
    if _is_read(media_type):
        return READERS[media_type]
    if media_type == EMPTY:
        raise SkipDocument("empty", "the file has no bytes")
    if media_type == ENCRYPTED_OFFICE:
        raise SkipDocument("encrypted", "an Office document that needs a password: save a copy without it")
    if media_type == DOC:
        raise SkipDocument("unsupported", "a Word 97-2003 document: needs LibreOffice on the PATH, or save it as DOCX")
    what = KNOWN.get(media_type, f"a file of type {media_type[:80]}")
    if media_type in ARCHIVES:
        # a run takes it apart; whoever wants its text must not think that what it holds was read
        count = files_inside(path) if media_type == ZIP else ""
        raise SkipDocument("unsupported", f"{what} {count}".rstrip() + ": a run reads each file in it by itself")
    advice = "unpack it into the folder" if what.endswith("archive") else "convert it to PDF, DOCX, HTML or text"
    raise SkipDocument("unsupported", f"{what}: {advice}")


def _is_read(media_type: str) -> bool:
    """Whether there is a reader and, where it needs LibreOffice, that too."""
    return media_type in READERS and (not READERS[media_type].through_office or bool(office.program()))


def reader_fingerprint(media_type: str, options: Options = AS_IS) -> str:
    """The name and version of the reader of a media type, e.g. `pdf-2`; `none` where there is no reader."""
    return READERS[media_type].fingerprint_with(options) if _is_read(media_type) else "none"


def view_of(media_type: str, options: Options = AS_IS) -> str:
    """The view that a reading of a media type is, whether or not what it takes to read it is installed here."""
    return READERS[media_type].view_with(options) if media_type in READERS else "as_is"


def gains_ocr(earlier: str, now: str, options: Options = AS_IS) -> bool:
    """Whether pictures of pages that the reading `earlier` lacks may be read now, by the reader `now` or by an endpoint."""
    if options.ocr == "mistral":
        return LACKING in earlier or REMOTE not in earlier
    return MARK in now and MARK not in earlier


def same_reader(earlier: str, now: str, options: Options = AS_IS) -> bool:
    """Whether two fingerprints stand for one way to read; what an endpoint read of it is a part of only some files of that way."""
    return (earlier.partition(f"{MARK}{REMOTE}")[0] if options.ocr == "mistral" else earlier) == now
