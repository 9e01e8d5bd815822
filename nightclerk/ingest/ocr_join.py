"""The reading of a whole file after some of its pages were read again, with what the reader said of the other parts in its new place."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from nightclerk.ingest.blocks import unpack
from nightclerk.ingest.pdf_words import rejoined
from nightclerk.ingest.reading import PageText, Reading
from nightclerk.records import Annotation, Block


def join(path: Path, *, reading: dict[str, Any]) -> Reading:
    """The reading, words broken at line ends made whole in the pages that were read again.

    `reading` is {pages: [text, label, status, reason], spans: where each page stood before, title, language, gaps, layout, annotations}.
    """
    pages = [PageText(*values) for values in reading["pages"]]
    whole = rejoined([page.text for page in pages])
    joined = [replace(page, text=text) if page.status == "ocr" else page for text, page in zip(whole, pages, strict=True)]
    moves = _Moves(reading["spans"], joined)
    blocks = [moved for block in unpack(base64.b64decode(reading["layout"])) if (moved := moves.block(block))]
    annotations = [moves.annotation(_annotation(values)) for values in reading["annotations"]]
    return Reading(joined, reading["title"], reading["language"], reading["gaps"], blocks, annotations)


class _Moves:
    """Where a place of the old text stands in the new one: pages that have the same text have moved as a whole."""

    def __init__(self, spans: Sequence[tuple[int, int]], pages: Sequence[PageText]) -> None:
        self._starts = [start for start, _ in spans]
        new_starts = accumulate((len(page.text) for page in pages), initial=0)
        self._by = [None if page.status == "ocr" else new - old for page, new, old in zip(pages, new_starts, self._starts, strict=False)]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The span now; None where an end of it stood on a page that has another text now."""
        first, last = self._moved(start), self._moved(max(start, end - 1))
        return None if first is None or last is None else (start + first, end + last)

    def block(self, block: Block) -> Block | None:
        """The block at its new place; what it described is gone where that page was read again."""
        span = self.span(block.char_start, block.char_end)
        if span is None:
            return None
        by = span[0] - block.char_start
        return replace(block, char_start=span[0], char_end=span[1], cells=tuple(cell + by for cell in block.cells))

    def annotation(self, note: Annotation) -> Annotation:
        """The annotation at its new place, or without one: what somebody wrote is not lost with the page's text."""
        if note.char_start is None or note.char_end is None:
            return note
        start, end = self.span(note.char_start, note.char_end) or (None, None)
        return replace(note, char_start=start, char_end=end)

    def _moved(self, offset: int) -> int | None:
        page = bisect_right(self._starts, offset) - 1
        return self._by[page] if page >= 0 else None


def _annotation(values: list[Any]) -> Annotation:
    kind, text, author, made_at, start, end = values
    return Annotation(kind, text, author, datetime.fromisoformat(made_at) if made_at else None, start, end)
