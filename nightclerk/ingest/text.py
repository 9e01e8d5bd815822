"""Plain text and Markdown: the text stays exactly the file's, line ends and all, because others count its characters too."""

from __future__ import annotations

import re
from pathlib import Path

from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.reading import PageText, Reading, has_letters

# a form feed ends a page; the text filings of EDGAR begin one with <PAGE>
PAGE_ENDS = re.compile(r"\f|(?=^<PAGE>)", re.MULTILINE)


def read(path: Path) -> Reading:
    """Read a text file; raises SkipDocument where its bytes are no text in a known encoding."""
    text = decoded(path.read_bytes())
    ends = [match.end() for match in PAGE_ENDS.finditer(text) if 0 < match.end() < len(text)]
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return Reading([PageText(part, status="text" if has_letters(part) else "blank") for part in parts])
