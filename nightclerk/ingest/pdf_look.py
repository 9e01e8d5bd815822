"""What each reader finds on a page: its words in order, and what people typed and wrote over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdf.generic import DictionaryObject

from nightclerk.ingest.marked import plain
from nightclerk.ingest.pdf_arrange import arranged
from nightclerk.ingest.pdf_fields import field_lines
from nightclerk.ingest.pdf_file import FAILURES, File
from nightclerk.ingest.pdf_gate import is_garbled
from nightclerk.ingest.pdf_hidden import find_suspects, has_pictures, has_words, hidden_words
from nightclerk.ingest.pdf_notes import MOST_NOTES, Note, has_fields, note_of, notes_of
from nightclerk.ingest.pdf_objects import Corners
from nightclerk.ingest.pdf_sheet import Sheet
from nightclerk.ingest.pdf_spans import Spans
from nightclerk.records import Annotation

# of words whose place in the text is not certain, as many characters are told in the note
LONGEST_QUOTE = 200
# a text that is longer is hardly a stamp's, and what is drawn with it is not looked at
MOST_STAMPED = 1_000
NOT_ASKED = "pdfium is not asked"


@dataclass(slots=True)
class Look:
    """A page as one reader sees it: its words, the same with marks around them, the notes on it, and why it could not be read."""

    words: str = ""
    marked: str = ""
    notes: list[Note] = field(default_factory=list)
    trouble: str = ""
    # whether fields of a form may stand on it
    has_fields: bool = True
    # whether words are drawn on it and none was found: pdfium passes over those whose size it cannot tell
    lacks_words: bool = False
    # whether words, if they are few, may stand over a picture
    may_be_stamped: bool = True

    is_garbled: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_garbled = is_garbled(self.words)

    @property
    def is_good(self) -> bool:
        """Whether it was read and passes the gate."""
        return not self.trouble and not self.is_garbled


class _Place(NamedTuple):
    start: int
    end: int
    annotation: Annotation


def fast_look(file: File, index: int, spans: Spans) -> Look:
    """The page as pdfium reads it."""
    if not file.fast:
        return Look(trouble=file.trouble or NOT_ASKED)
    try:
        sheet = Sheet(file.fast, index)
    except pdfium.PdfiumError as error:
        return Look(trouble=str(error))
    try:
        text = plain(sheet.text())
        look = Look(text, text, notes_of(sheet), has_fields=file.has_form and has_fields(sheet))
        look.lacks_words = file.may_be_careful and not text.strip() and has_words(sheet)
        if len(look.notes) == MOST_NOTES:
            file.gaps.append(f"page {index + 1} has more notes than the first {MOST_NOTES}, which are read")
        if look.is_good and not look.lacks_words:
            look.marked = _marked(sheet, file, look, spans)
            look.may_be_stamped = len(text) > MOST_STAMPED or has_pictures(sheet)
        return look
    finally:
        sheet.close()


def _marked(sheet: Sheet, file: File, look: Look, spans: Spans) -> str:
    """The page's words in order, with marks around what was said about them; notes that are about no words are kept without a place."""
    boxes = sheet.pieces()
    places = list(_unseen(sheet, file, look.words, boxes))
    places += _about_words(sheet, look.notes, spans)
    text = arranged(sheet, look.words, boxes, spans)
    if not places:
        return text
    return _around(text, places, spans) if text is look.words else _around_again(text, look.words, places, spans)


def _unseen(sheet: Sheet, file: File, text: str, boxes: Sequence[Corners]) -> Iterator[_Place]:
    if suspects := find_suspects(sheet, text, boxes, layers=file.layers):
        for start, end, why in hidden_words(sheet, text, suspects):
            yield _Place(start, end, Annotation("note", f"not seen on the page: {why}"))


def _about_words(sheet: Sheet, notes: Sequence[Note], spans: Spans) -> Iterator[_Place]:
    for note in notes:
        if note.kind == "FreeText":
            continue
        place = sheet.span_of(note.boxes)
        if place:
            yield _Place(*place, note.annotation)
        else:
            spans.note_without_place(note.annotation)


def _around(text: str, places: Sequence[_Place], spans: Spans) -> str:
    """The text with marks, which may cross each other."""
    signs: list[tuple[int, str]] = []
    for place in places:
        begin, end = spans.note(place.annotation, "\n").split("\n")
        signs += [(place.start, begin), (place.end, end)]
    pieces: list[str] = []
    done = 0
    for position, sign in sorted(signs, key=lambda one: one[0]):
        pieces += [text[done:position], sign]
        done = position
    return "".join([*pieces, text[done:]])


def _around_again(text: str, words: str, places: Sequence[_Place], spans: Spans) -> str:
    """The same for a text that was put in another order: by the lines themselves, where they stand there once."""
    for place in places:
        said = [line.strip() for line in words[place.start : place.end].splitlines() if line.strip()]
        if all(text.count(line) == 1 for line in said):
            for line in said:
                text = text.replace(line, spans.note(place.annotation, line))
        else:
            note = place.annotation
            spans.note_without_place(replace(note, text=f"{note.text} ({' '.join(said)[:LONGEST_QUOTE]})"))
    return text


def careful_look(file: File, index: int, spans: Spans) -> Look:
    """The page as pypdf reads it."""
    if not file.may_be_careful:
        return Look(trouble="no other reader is allowed (NIGHTCLERK_PDF_READER)")
    try:
        with file.watched():
            page = file.careful.pages[index]
            text = plain(page.extract_text())
    except FAILURES as error:
        return Look(trouble=f"{type(error).__name__}: {str(error)[:100]}")
    look = Look(text, text, _careful_notes(file, index, page))
    for note in look.notes:
        if note.kind != "FreeText":
            spans.note_without_place(note.annotation)
    return look


def _careful_notes(file: File, index: int, page: Any) -> list[Note]:
    try:
        with file.watched():
            annotations = page.get("/Annots")
            found = [one.get_object() for one in (annotations.get_object() if annotations is not None else [])[:MOST_NOTES]]
            return [note for one in found if isinstance(one, DictionaryObject) and (note := note_of(one))]
    except FAILURES as error:
        file.gaps.append(f"notes on page {index + 1} could not be read ({type(error).__name__})")
        return []


def typed_fields(file: File, index: int) -> list[str]:
    """What people typed into the form fields of a page, a line for each; only pypdf tells."""
    if not file.has_form:
        return []
    if not file.may_be_careful:
        gap = "what was typed into its form is not read: NIGHTCLERK_PDF_READER leaves pypdf out"
        file.gaps += [] if gap in file.gaps else [gap]
        return []
    try:
        with file.watched():
            return [plain(line) for line in field_lines(file.careful.pages[index])]
    except FAILURES as error:
        file.gaps.append(f"form fields of page {index + 1} could not be read ({type(error).__name__})")
        return []
