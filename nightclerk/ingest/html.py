"""HTML, XHTML and inline XBRL filings: what a person who opens the page sees, and what its tables mean.

selectolax parses, and writes the page down again in perfect order; one pass over its tags makes the text (`html_walk`). A table row is
one line, its cells divided by ` | `, with its headers, scale and facts as a note (`html_tables`, `html_facts`). Numbers of lists, which
browsers print and files do not hold, stand before their items. Hidden words are left out and named. Pages are CSS page breaks where the
file has them, else there is one.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.html_beside import beside
from nightclerk.ingest.html_facts import Facts
from nightclerk.ingest.html_pieces import Page
from nightclerk.ingest.html_rows import CELL, CLOSE, LINE, OPEN, PAGE, SEP
from nightclerk.ingest.html_styles import prepared, white_characters
from nightclerk.ingest.html_submission import unpacked
from nightclerk.ingest.html_walk import Walk
from nightclerk.ingest.html_writer import Known
from nightclerk.ingest.reading import INVISIBLE, PageText, Reading, has_letters
from nightclerk.ingest.text_tables import as_markup
from nightclerk.records import Block

MARKS = (LINE, PAGE, OPEN, SEP, CELL, CLOSE)
# the marks as a source may spell them
SPELLED = re.compile(r"&#(?:[xX]0*[fF][dD][dD][0-9a-fA-F]|0*649[78]\d);?")


def read(path: Path) -> Reading:
    """Read an HTML file; raises SkipDocument where its bytes are no text in a known encoding."""
    return parsed(decoded(path.read_bytes(), declared=True))


def parsed(source: str) -> Reading:
    """Read the source of an HTML document."""
    single, gaps = unpacked(_unmarked(source))
    page = Page(single)
    if "c" in page.names:
        # the columns of a typed table
        page = Page(as_markup(single))
    walk, text = _walked(page, gaps)
    pages, blocks = _finished(text, walk.known)
    notes = beside(source, walk.hidden)
    return Reading(pages or [PageText("", status="blank")], page.title, page.language[:20], gaps, blocks, notes)


def _unmarked(source: str) -> str:
    """A source without what could be taken for our marks."""
    for mark in MARKS:
        if mark in source:
            source = source.replace(mark, "\ufffd")
    return SPELLED.sub("\ufffd", source)


def _walked(page: Page, gaps: list[str]) -> tuple[Walk, str]:
    """The pass over a page, and the marked text that it gave."""
    white = white_characters(page)
    if prepared(page.tree, page.names, page.tags):
        page.part()
    walk = Walk(Facts(page.header))
    text = walk.text(page.pieces, page.parts)
    if walk.hidden_characters:
        gaps.append(f"{walk.hidden_characters} characters of hidden text were left out")
    if white:
        gaps.append(f"{white} characters are written in white on white: they stand in the text, and nobody sees them on the page")
    return walk, text


def _finished(marked: str, known: list[Known]) -> tuple[list[PageText], list[Block]]:
    """The pages as they are stored, and the blocks with their spans."""
    folded = " ".join(INVISIBLE.sub("", marked).split())
    lines = [line.strip(" ") for line in folded.split(LINE)]
    # at most one blank line between two others
    text = "\n".join([line for line, before in zip(lines, ["", *lines], strict=False) if line or before])
    text = text.replace(f" {CLOSE}", CLOSE).replace(f"{SEP} ", SEP)
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    pages: list[PageText] = []
    blocks: list[Block] = []
    position = 0
    for page in text.split(PAGE):
        stripped = page.strip("\n ")
        # a break before the first word and after the last makes no page
        if stripped:
            plain = _located(stripped, position, known, blocks) + "\n"
            pages.append(PageText(plain, status="text" if has_letters(plain) else "blank"))
            position += len(plain)
    return pages, blocks


def _located(page: str, position: int, known: list[Known], blocks: list[Block]) -> str:
    """A page without its marks; the blocks that stand on it are added with their spans."""
    first, *pieces = page.split(OPEN)
    plain = [first]
    position += len(first)
    for piece in pieces:
        number, _, rest = piece.partition(SEP)
        content, closed, tail = rest.partition(CLOSE)
        cells: list[int] = []
        end = position
        if closed:
            for cell in content.split(CELL):
                cells.append(end)
                end += len(cell)
            rest = content.replace(CELL, "") + tail
        else:
            line_end = rest.find("\n")
            end += len(rest.rstrip() if line_end < 0 else rest[:line_end])
        kind, label, table, row, note = known[int(number)]
        blocks.append(Block(kind, position, end, label, table, row, tuple(cells), note=unescape(note)))
        plain.append(rest)
        position += len(rest)
    return "".join(plain)
