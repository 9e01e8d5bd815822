"""PDF: pdfium first, since it is 15 times as fast; pypdf for what only it gives and for each page that pdfium cannot read.

A page's text must pass a quality gate, whoever read it: text layers of broken fonts are long, and are garbage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from nightclerk.errors import SkipDocument
from nightclerk.ingest.pdf_fields import field_lines
from nightclerk.ingest.pdf_page import has_free_text, has_ink, is_garbled, visible, whole_page_image
from nightclerk.ingest.pdf_words import rejoined
from nightclerk.ingest.reading import PageText, Reading, fold

# a page with fewer visible characters than this is looked at: blank, or a picture that needs OCR; a redacted page is full of stars
FEW_CHARACTERS = 20
# and one with fewer than this whose picture holds ink beside the letters may be a scan with a stamp or a page number over it
STAMP_CHARACTERS = 200
JUNK_TITLE = re.compile(r"^(?:untitled|microsoft word\b|document\d*$|\S+\.(?:docx?|pdf|indd|qxd|rtf)$)", re.IGNORECASE)
FAILURES = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OSError,
    ArithmeticError,
    NotImplementedError,
)


def read(path: Path, *, passwords: Sequence[str] = (), pdf_reader: str = "auto") -> Reading:
    """Read a PDF page by page; raises SkipDocument where it needs another password than these or no reader can open it."""
    return _read(_File(path, passwords))


def read_carefully(path: Path, *, passwords: Sequence[str] = (), pdf_reader: str = "auto") -> Reading:
    """Read a PDF that pdfium dies of by pypdf alone, which has limits of its own and may leave text out beyond them."""
    file = _File(path, passwords, with_pdfium=False)
    file.gaps.append("the first reader crashed on it; the second may have left out what is drawn in an unusual way")
    return _read(file)


def _read(file: _File) -> Reading:
    pages = [_page(file, index) for index in range(file.page_count)]
    texts = rejoined([page.text for page in pages])
    read_pages = [PageText(_ended(fold(text)), page.label, page.status, page.reason) for text, page in zip(texts, pages, strict=True)]
    return Reading(read_pages, file.title, gaps=file.gaps)


class _File:
    """One PDF under two readers, each opened when it is needed."""

    def __init__(self, path: Path, passwords: Sequence[str], *, with_pdfium: bool = True) -> None:
        self.path = path
        # most files that are encrypted only forbid printing and open with the empty password
        self.passwords = ["", *passwords]
        self.fast: pdfium.PdfDocument | None = None
        self.trouble = "not asked"
        self.locked = False
        self.noted: set[int] = set()
        if with_pdfium:
            self._open()
        self.page_count = len(self.fast) if self.fast else self._careful_page_count()
        if not self.page_count:
            raise SkipDocument("damaged", "it has no pages")

    def _open(self) -> None:
        for password in self.passwords:
            try:
                self.fast = pdfium.PdfDocument(self.path, password=password)
                return
            except pdfium.PdfiumError as error:
                self.trouble = str(error)
                self.locked = error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}
            if not self.locked:
                return

    @cached_property
    def careful(self) -> pypdf.PdfReader:
        reader = pypdf.PdfReader(self.path)
        if reader.is_encrypted and not any(reader.decrypt(password) for password in self.passwords):
            raise FileNotDecryptedError
        return reader

    def _careful_page_count(self) -> int:
        try:
            return len(self.careful.pages)
        except FileNotDecryptedError:
            tried = len(self.passwords) - 1
            which = f", and none of the {tried} in NIGHTCLERK_PDF_PASSWORDS opens it" if tried else ": add it to NIGHTCLERK_PDF_PASSWORDS"
            raise SkipDocument("encrypted", f"it needs a password{which}, or save a copy without it") from None
        except FAILURES as error:
            if self.locked:
                raise SkipDocument("encrypted", "it needs a password or a kind of encryption that is not supported") from None
            said = f"{self.trouble.rstrip('.')}; {type(error).__name__}: {str(error)[:200]}"
            raise SkipDocument("damaged", f"no reader can open it; ask for the file again ({said})") from None

    def label(self, index: int) -> str:
        return self.fast.get_page_label(index) or "" if self.fast else ""

    def typed(self, index: int) -> list[str]:
        """What people typed over a page: it stands in form fields and notes, and not in the page's text."""
        if self.fast and not (self.has_form or index in self.noted):
            return []
        try:
            return field_lines(self.careful.pages[index])
        except FAILURES as error:
            self.gaps.append(f"form fields of page {index + 1} could not be read ({type(error).__name__})")
            return []

    @cached_property
    def has_form(self) -> bool:
        return bool(self.fast and self.fast.get_formtype())

    @cached_property
    def title(self) -> str:
        try:
            metadata = None if self.fast else self.careful.metadata
            title = self.fast.get_metadata_value("Title") if self.fast else metadata.title if metadata else ""
        except FAILURES:
            return ""
        return "" if not title or JUNK_TITLE.match(str(title).strip()) else str(title)

    @cached_property
    def gaps(self) -> list[str]:
        attached = self.fast.count_attachments() if self.fast else 0
        return [f"{attached} attached file{'s are' if attached > 1 else ' is'} not read"] if attached else []


def _page(file: _File, index: int) -> PageText:
    """The page's text from the first reader whose text passes the gate, and its status."""
    text, trouble = _fast_text(file, index)
    if trouble or is_garbled(text):
        second, second_trouble = _careful_text(file, index)
        if not second_trouble and visible(second) and not is_garbled(second):
            text, trouble = second, ""
        elif trouble and second_trouble:
            return PageText("", file.label(index), "garbled", f"the page is damaged ({trouble}; {second_trouble})")
        elif is_garbled(text) or is_garbled(second):
            # never hand garbage on: a model would read something into it
            return PageText("", file.label(index), "garbled", "its text layer is not readable: needs OCR")
    text += "".join(f"\n{line}" for line in file.typed(index))
    status, reason = _judge(file, index, text)
    return PageText(text, file.label(index), status, reason)


def _fast_text(file: _File, index: int) -> tuple[str, str]:
    if not file.fast:
        return "", file.trouble
    try:
        page = file.fast[index]
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        textpage.close()
        if has_free_text(page):
            file.noted.add(index)
        page.close()
    except pdfium.PdfiumError as error:
        return "", str(error)
    return text.replace("\r\n", "\n"), ""


def _careful_text(file: _File, index: int) -> tuple[str, str]:
    try:
        return file.careful.pages[index].extract_text(), ""
    except FAILURES as error:
        return "", f"{type(error).__name__}: {str(error)[:100]}"


def _judge(file: _File, index: int, text: str) -> tuple[str, str]:
    count = visible(text)
    if count >= STAMP_CHARACTERS or (count >= FEW_CHARACTERS and not _is_stamped(file, index)):
        return "text", ""
    if count >= FEW_CHARACTERS:
        return "needs_ocr", "a picture with a few words over it"
    if not file.fast:
        drawn = not count and file.careful.pages[index].get_contents() is not None
        return ("needs_ocr", "no text, and it cannot be drawn to see whether it is blank") if drawn else ("text" if count else "blank", "")
    try:
        page: Any = file.fast[index]
        inked = whole_page_image(page) or has_ink(page, bool(count))
        page.close()
    except pdfium.PdfiumError as error:
        return ("text", "") if count else ("garbled", f"the page is damaged ({error})")
    if inked:
        return "needs_ocr", "a picture without a text layer"
    return ("text", "") if count else ("blank", "")


def _is_stamped(file: _File, index: int) -> bool:
    if not file.fast:
        return False
    try:
        page: Any = file.fast[index]
        stamped = whole_page_image(page) and has_ink(page, True)
        page.close()
    except pdfium.PdfiumError:
        return False
    return bool(stamped)


def _ended(text: str) -> str:
    return text.strip("\n ") + "\n" if text.strip() else ""
