"""A PDF under two readers, each opened when it is needed."""

from __future__ import annotations

import logging
import mmap
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdfium2.raw import FORMTYPE_XFA_FULL, FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from nightclerk.errors import SkipDocument

JUNK_TITLE = re.compile(r"^(?:untitled|microsoft word\b|document\d*$|\S+\.(?:docx?|pdf|indd|qxd|rtf)$)", re.IGNORECASE)
DESCRIPTIONS = ("Subject", "Keywords")
# in letters, and in characters
LEAST_DESCRIPTION, LONGEST_DESCRIPTION = 20, 2_000
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
# what pypdf says when it leaves something out because a file asks for too much
LEFT_OUT = re.compile(r"exceed|limiting", re.IGNORECASE)
# an entry of a dictionary that names a layer, by its number
LAYERED = re.compile(rb"/OC\s+\d")
MOST_TITLES = 2_000


class Layers(NamedTuple):
    """Whether words, and whether forms, as drawings within drawings are called, may be in layers."""

    of_words: bool
    of_forms: bool


class File:
    """One PDF; raises SkipDocument where no reader can open it. `fast` is pdfium's document, None where pdfium is not to read it."""

    def __init__(self, path: Path, passwords: Sequence[str], reader: str) -> None:
        self.path = path
        # most files that are encrypted only forbid printing and open with the empty password
        self.passwords = ["", *passwords]
        self.fast: pdfium.PdfDocument | None = None
        # what pdfium said; nothing where it was not asked
        self.trouble = ""
        self.locked = False
        self.may_be_careful = reader != "pdfium"
        self.gaps: list[str] = []
        if reader != "pypdf":
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
        """The document as pypdf reads it; raises one of FAILURES."""
        with self.watched():
            reader = pypdf.PdfReader(self.path)
            if reader.is_encrypted and not any(reader.decrypt(password) for password in self.passwords):
                raise FileNotDecryptedError
        return reader

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While pypdf works: what it says that it leaves out is a gap."""
        handler = _Listener(self.gaps)
        logger = logging.getLogger("pypdf")
        before = logging.root.manager.disable
        logging.disable(logging.NOTSET)
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logging.disable(before)

    def _careful_page_count(self) -> int:
        if not self.may_be_careful:
            if self.locked:
                raise SkipDocument("encrypted", self._no_password)
            raise SkipDocument("damaged", f"pdfium cannot open it, and NIGHTCLERK_PDF_READER allows no other reader ({self.trouble})")
        try:
            with self.watched():
                return len(self.careful.pages)
        except FileNotDecryptedError:
            raise SkipDocument("encrypted", self._no_password) from None
        except FAILURES as error:
            if self.locked:
                raise SkipDocument("encrypted", "it needs a password or a kind of encryption that is not supported") from None
            said = "; ".join(filter(None, (self.trouble.rstrip("."), f"{type(error).__name__}: {str(error)[:200]}")))
            raise SkipDocument("damaged", f"no reader can open it; ask for the file again ({said})") from None

    @property
    def _no_password(self) -> str:
        tried = len(self.passwords) - 1
        which = f", and none of the {tried} in NIGHTCLERK_PDF_PASSWORDS opens it" if tried else ": add it to NIGHTCLERK_PDF_PASSWORDS"
        return f"it needs a password{which}, or save a copy without it"

    def label(self, index: int) -> str:
        """The number that is printed for a page, as the file says."""
        if self.fast:
            return self.fast.get_page_label(index) or ""
        return self._careful_labels[index] if index < len(self._careful_labels) else ""

    @cached_property
    def _careful_labels(self) -> list[str]:
        try:
            # pypdf counts the pages of a file that labels none of them
            return self.careful.page_labels if "/PageLabels" in self.careful.root_object else []
        except FAILURES:
            return []

    @cached_property
    def has_form(self) -> bool:
        """Whether there are fields in which people type."""
        return bool(self.fast.get_formtype()) if self.fast else True

    @property
    def is_xfa(self) -> bool:
        """Whether its pages are made by a program in it when it is opened, and those in the file only say so."""
        if self.fast:
            return bool(self.fast.get_formtype() == FORMTYPE_XFA_FULL)
        try:
            return bool(self.careful.root_object.get("/NeedsRendering"))
        except FAILURES:
            return False

    @cached_property
    def layers(self) -> Layers:
        """What may be in layers that are switched off, which pdfium does not tell."""
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            # the list of layers may be packed away with others, the dictionary of a form never is
            may_have_any = any(content.find(name) >= 0 for name in (b"/OCProperties", b"/ObjStm"))
            return Layers(may_have_any, may_have_any and bool(LAYERED.search(content)))

    @property
    def title(self) -> str:
        """The title that somebody gave it; programs give file names and worse."""
        try:
            metadata = None if self.fast else self.careful.metadata
            title = self.fast.get_metadata_value("Title") if self.fast else metadata.title if metadata else ""
        except FAILURES:
            return ""
        return "" if not title or JUNK_TITLE.match(str(title).strip()) else str(title)

    @property
    def descriptions(self) -> Iterator[str]:
        """What its properties say of it beside the title: `subject: ...`, where they say more than a name."""
        for name in DESCRIPTIONS:
            try:
                metadata = None if self.fast else self.careful.metadata
                said = self.fast.get_metadata_value(name) if self.fast else metadata.get(f"/{name}") if metadata else ""
            except FAILURES:
                continue
            words = " ".join(str(said or "").split())[:LONGEST_DESCRIPTION]
            if sum(1 + (one >= "\u2e80") for one in words if one.isalpha()) >= LEAST_DESCRIPTION:
                yield f"{name.lower()}: {words}"

    @property
    def outline(self) -> list[tuple[str, int]]:
        """The titles of the outline and the pages, counted from 0, that they lead to."""
        try:
            return list(self._fast_outline() if self.fast else self._careful_outline(self.careful.outline))
        except (*FAILURES, pdfium.PdfiumError):
            # it names parts of the text; without it nothing is lost
            return []

    def _fast_outline(self) -> Iterator[tuple[str, int]]:
        assert self.fast
        for _, item in zip(range(MOST_TITLES), self.fast.get_toc(), strict=False):
            target: Any = item.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                yield item.get_title(), page

    def _careful_outline(self, items: Any) -> Iterator[tuple[str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from self._careful_outline(item)
            elif (page := self.careful.get_destination_page_number(item)) is not None:
                yield str(item.title), page

    @property
    def is_portfolio(self) -> bool:
        """Whether it is the cover of the files that are attached to it."""
        if not (self.fast.count_attachments() if self.fast else self.may_be_careful) or not self.may_be_careful:
            return False
        try:
            return "/Collection" in self.careful.root_object
        except FAILURES:
            return False


class _Listener(logging.Handler):
    """Keeps of what is logged what says that something was left out, once each."""

    def __init__(self, gaps: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.gaps = gaps

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        said = record.getMessage()
        gap = f"the second reader left something out ({said.strip()[:200]})"
        if LEFT_OUT.search(said) and gap not in self.gaps:
            self.gaps.append(gap)
