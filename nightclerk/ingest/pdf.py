"""PDF: pdfium first, since it is 15 times as fast; pypdf for what only it gives and for each page that pdfium cannot read.

A page's text must pass a quality gate, whoever read it: text layers of broken fonts are long, and are garbage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from nightclerk.errors import SkipDocument
from nightclerk.ingest.pdf_file import File
from nightclerk.ingest.pdf_furniture import headings, page_edges
from nightclerk.ingest.pdf_gate import visible
from nightclerk.ingest.pdf_look import NOT_ASKED, Look, careful_look, fast_look, typed_fields
from nightclerk.ingest.pdf_page import has_ink, whole_page_image
from nightclerk.ingest.pdf_spans import Spans
from nightclerk.ingest.pdf_words import rejoined
from nightclerk.ingest.reading import PageText, Reading
from nightclerk.records import Annotation

# a page with fewer visible characters than this is looked at: blank, or a picture that needs OCR; a redacted page is full of stars
FEW_CHARACTERS = 20
# and one with fewer than this whose picture holds ink beside the letters may be a scan with a stamp or a page number over it
STAMP_CHARACTERS = 200
# enough of a page to hold as many characters nearly always
BEGINNING = 300
CRASHED = "the first reader crashed on it; the second may have left out what is drawn in an unusual way"
DAMAGED = "the page is damaged"
XFA = "it is a form whose pages only Adobe's programs can show (XFA): open it there, print it as a PDF, and file that"
PORTFOLIO = "it is the cover of a portfolio: its documents are the files attached to it"


def read(path: Path, *, passwords: Sequence[str] = (), pdf_reader: str = "auto") -> Reading:
    """Read a PDF page by page, by both readers or by the one that is named.

    Raises:
        SkipDocument: it needs another password than these, or no reader can open it or any of its pages.
    """
    return _read(File(path, passwords, pdf_reader))


def read_carefully(path: Path, *, passwords: Sequence[str] = (), pdf_reader: str = "auto") -> Reading:
    """Read a PDF that pdfium dies of by pypdf alone, which has limits of its own and may leave text out beyond them."""
    if pdf_reader == "pdfium":
        raise SkipDocument("failed", "pdfium crashed on it, and NIGHTCLERK_PDF_READER allows no other reader")
    file = File(path, passwords, "pypdf")
    if pdf_reader == "auto":
        file.gaps.append(CRASHED)
    return _read(file)


def _read(file: File) -> Reading:
    spans = Spans()
    pages = [_page(file, index, spans) for index in range(file.page_count)]
    if all(page.reason.startswith(DAMAGED) for page in pages):
        raise SkipDocument("damaged", f"none of its pages can be read; ask for the file again ({pages[0].reason})")
    done = spans.assemble(rejoined([page.text for page in pages]))
    whole = [replace(page, text=text) for page, text in zip(pages, done.pages, strict=True)]
    blocks = [*done.blocks, *page_edges(done.pages, done.blocks), *headings(done.pages, file.outline)]
    gaps = [*file.gaps, *([PORTFOLIO] if file.is_portfolio else []), *([XFA] if file.is_xfa else [])]
    notes = [*done.annotations, *(Annotation("note", words) for words in file.descriptions)]
    return Reading(whole, file.title, gaps=gaps, blocks=sorted(blocks, key=lambda block: block.char_start), annotations=notes)


def _page(file: File, index: int, spans: Spans) -> PageText:
    """The page's text, with marks, from the first reader whose text passes the gate, and its status."""
    label = file.label(index)
    look = fast_look(file, index, spans)
    if not look.is_good or look.lacks_words:
        look, reason = _second_look(file, index, spans, look)
        if reason:
            # never hand garbage on: a model would read something into it
            return PageText("", label, "garbled", reason)
    fields = typed_fields(file, index) if look.has_fields else []
    notes = [note for note in look.notes if note.kind == "FreeText"]
    typed = [*fields, *(note.contents for note in notes)]
    status, reason = _judge(file, index, look, "".join(typed))
    lines = [spans.block("form_field", line) for line in fields]
    lines += [spans.note(note.annotation, spans.block("text_box", note.contents)) for note in notes]
    return PageText("\n".join([look.marked.replace("\r\n", "\n"), *lines]), label, status, reason)


def _second_look(file: File, index: int, spans: Spans, first: Look) -> tuple[Look, str]:
    """(the look at the page that is to be believed, why none is); a page without text may be right, or a picture."""
    second = careful_look(file, index, spans)
    if second.is_good and visible(second.words):
        return second, ""
    if first.lacks_words and second.trouble:
        # what is not seen in it is left to the look at its ink
        for note in first.notes:
            if note.kind != "FreeText":
                spans.note_without_place(note.annotation)
        return first, ""
    if first.trouble and second.trouble:
        said = (second.trouble,) if first.trouble == NOT_ASKED else (first.trouble, second.trouble)
        return first, f"{DAMAGED} ({'; '.join(said)})"
    if first.is_garbled or second.is_garbled:
        return first, "its text layer is not readable: needs OCR"
    return (second if first.trouble else first), ""


def _judge(file: File, index: int, look: Look, typed: str) -> tuple[str, str]:
    text = look.words + typed
    if visible(text[:BEGINNING]) >= STAMP_CHARACTERS:
        return "text", ""
    count = visible(text)
    if count >= STAMP_CHARACTERS or (count >= FEW_CHARACTERS and not (look.may_be_stamped and _is_stamped(file, index))):
        return "text", ""
    if count >= FEW_CHARACTERS:
        return "needs_ocr", "a picture with a few words over it"
    if not file.fast:
        drawn = not count and file.careful.pages[index].get_contents() is not None
        return ("needs_ocr", "no text, and it cannot be drawn to see whether it is blank") if drawn else ("text" if count else "blank", "")
    try:
        page: Any = file.fast[index]
        is_drawn_on = raw.FPDFPage_CountObjects(page) or raw.FPDFPage_GetAnnotCount(page)
        inked = is_drawn_on and (whole_page_image(page) or has_ink(page, bool(count), annotations=not typed))
        page.close()
    except pdfium.PdfiumError as error:
        return ("text", "") if count else ("garbled", f"{DAMAGED} ({error})")
    if inked:
        return "needs_ocr", "a picture without a text layer"
    return ("text", "") if count else ("blank", "")


def _is_stamped(file: File, index: int) -> bool:
    if not file.fast:
        return False
    try:
        page: Any = file.fast[index]
        stamped = whole_page_image(page) and has_ink(page, True)
        page.close()
    except pdfium.PdfiumError:
        return False
    return bool(stamped)
