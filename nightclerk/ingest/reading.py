"""What a format reader hands over, and how it becomes a Document: one text, its pages, its sections, its status."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from nightclerk.ingest.blocks import pack
from nightclerk.ingest.language import language_of
from nightclerk.ingest.sections import find_sections
from nightclerk.records import Annotation, Block, Document, Page

# NBSP, ogham, the quads and thin spaces, narrow NBSP, mathematical and ideographic space
BLANKS = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
EDGES = re.compile(r" *\n *")
BLANK_LINES = re.compile(r"\n{3,}")
LINE_END_SIGNS = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
COMMON_BLANKS = ("\t", "\u00a0")
BLANK_SIGNS = (*COMMON_BLANKS, "\u1680", *map(chr, range(0x2000, 0x200B)), "\u202f", "\u205f", "\u3000")
REFUSED = re.compile(r"[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"
MOST_PAGES_NAMED = 20
UNREADABLE = {"needs_ocr": "no text on {}: {}", "garbled": "no readable text on {}: {}"}


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as a reader found it. The pages' texts, joined without anything between them, are the document's text."""

    text: str
    label: str = ""
    status: str = "text"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a file. `gaps` names parts that are in the file and not in the text."""

    pages: list[PageText]
    title: str = ""
    language: str = ""
    gaps: list[str] = field(default_factory=list)
    # spans of the joined text; a reader that has nothing to say of plain paragraphs says nothing
    blocks: list[Block] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)


FOLDS = ((LINE_ENDS, "\n"), (INVISIBLE, ""), (BLANKS, " "), (EDGES, "\n"), (BLANK_LINES, "\n\n"))


def fold(text: str) -> str:
    """Fold layout: one blank for a run of blanks and tabs, no blanks at line edges, at most one blank line, no invisible characters.

    The same as substituting FOLDS one after the other, four times as fast.
    """
    for sign in COMMON_BLANKS:
        text = text.replace(sign, " ")
    # neither the other blanks nor line ends nor what is invisible can be printed, and most texts have none of them
    if not text.replace("\n", "").isprintable():
        for sign in LINE_END_SIGNS:
            text = text.replace(sign, "\n")
        text = INVISIBLE.sub("", text)
        for sign in BLANK_SIGNS:
            text = text.replace(sign, " ")
    text = _squeezed(text, "  ")
    return _squeezed(text.replace(" \n", "\n").replace("\n ", "\n"), "\n\n\n")


def _squeezed(text: str, run: str) -> str:
    """The text with runs of a sign made one sign shorter than `run`; each pass at least shortens them by a third."""
    while run in text:
        text = text.replace(run, run[1:])
    return text


def storable(text: str) -> str:
    """The text with what no database takes (NUL, lone surrogates) replaced one for one, so that offsets stay."""
    try:
        # encoding finds surrogates in a tenth of the time that the pattern takes
        text.encode()
    except UnicodeEncodeError:
        return REFUSED.sub(REPLACEMENT, text)
    return text.replace("\0", REPLACEMENT)


def has_letters(text: str) -> bool:
    """Whether there is a letter or a digit in a text."""
    return any(character.isalnum() for character in text)


def compose(reading: Reading, reader: str, media_type: str, *, advice: str, view: str = "as_is") -> Document:
    """Join the pages into one text, find its sections, and say what of it could be read.

    `advice` is for the pages that could not. Without one, as where no page of a format is read by OCR, the reader's own words say what to
    do.
    """
    pages: list[Page] = []
    position = 0
    for index, page in enumerate(reading.pages):
        end = position + len(page.text)
        pages.append(Page(index, storable(page.label), position, end, page.status, storable(page.reason)))
        position = end
    text = storable("".join(page.text for page in reading.pages))
    status, reason = _status(text, pages, reading.gaps, advice)
    return Document(
        text=text,
        pages=tuple(pages),
        sections=tuple(find_sections(text)),
        reader=reader,
        media_type=media_type,
        view=view,
        title=" ".join(storable(reading.title).split())[:300],
        language=language_of(text, reading.language),
        status=status,
        reason=storable(reason),
        annotations=tuple(replace(one, text=storable(one.text), author=storable(one.author)[:300]) for one in reading.annotations),
        layout=pack(reading.blocks),
    )


def _status(text: str, pages: list[Page], gaps: list[str], advice: str) -> tuple[str, str]:
    unread = {status: [page for page in pages if page.status == status] for status in UNREADABLE}
    reasons = [
        words.format(_named(unread[status]), advice or unread[status][0].reason)
        for status, words in UNREADABLE.items()
        if unread[status] and (advice or not gaps)
    ]
    if not has_letters(text):
        if any(page.status == "needs_ocr" for page in pages):
            return "needs_ocr", "; ".join(reasons + gaps)
        return ("damaged" if reasons or gaps else "empty"), "; ".join(reasons + gaps) or "there are no letters in it"
    return ("partial" if reasons or gaps else "read"), "; ".join(reasons + gaps)


def _named(pages: list[Page]) -> str:
    numbers = [str(page.index + 1) for page in pages]
    listed = ", ".join(numbers[:MOST_PAGES_NAMED])
    more = f" and {len(numbers) - MOST_PAGES_NAMED} more" if len(numbers) > MOST_PAGES_NAMED else ""
    return f"page {listed}" if len(numbers) == 1 else f"pages {listed}{more}"
