"""Plain text and Markdown: the text stays exactly the file's, line ends and all, because others count its characters too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.reading import PageText, Reading, has_letters
from nightclerk.ingest.text_tables import TypedRow, markdown_tables, typed_tables
from nightclerk.records import Block

# a form feed ends a page; the text filings of EDGAR begin one with <PAGE>
PAGE_ENDS = re.compile(r"\f|(?=^<PAGE>)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}[ \t]+\S[^\r\n]*", re.MULTILINE)
MARKDOWN = frozenset([".md", ".markdown"])


def read(path: Path) -> Reading:
    """Read a text file; raises SkipDocument where its bytes are no text in a known encoding."""
    text = decoded(path.read_bytes())
    ends = [match.end() for match in PAGE_ENDS.finditer(text) if 0 < match.end() < len(text)]
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    pages = [PageText(part, status="text" if has_letters(part) else "blank") for part in parts]
    return Reading(pages, blocks=list(_blocks(text, is_markdown=path.suffix.lower() in MARKDOWN)))


def _blocks(text: str, *, is_markdown: bool) -> Iterator[Block]:
    """The rows of typed tables; of Markdown the headings too."""
    if "<C>" in text or "<c>" in text:
        yield from _table_rows(typed_tables(text))
    if is_markdown:
        headings = [Block("heading", match.start(), match.end()) for match in HEADING.finditer(text)]
        yield from sorted([*headings, *_table_rows(markdown_tables(text))], key=lambda block: block.char_start)


def _table_rows(tables: Iterable[list[TypedRow]]) -> Iterator[Block]:
    for table, rows in enumerate(tables):
        for number, row in enumerate(rows):
            # the columns of a line are counted from its beginning
            line = row.char_start - row.cells[0].start
            cells = tuple(line + cell.start for cell in row.cells)
            yield Block("table_row", row.char_start, row.char_end, "", table, number, cells, note=row.note)
