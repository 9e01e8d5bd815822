"""What an endpoint read of the picture of a page: its Markdown as text, judged as an engine's own reading is.

Runs in the reading process: the answer is made of a file that nobody trusts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from nightclerk.errors import SkipDocument
from nightclerk.ingest import ocr_image
from nightclerk.ingest.ocr import opened
from nightclerk.ingest.ocr_markdown import plain
from nightclerk.ingest.pdf_page import has_ink
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters


def read_answer(path: Path, *, page: int, answer: Mapping[str, Any], passwords: Sequence[str] = ()) -> Reading:
    """One page, counted from 0, from the answer about it: `ocr`, `blank`, or `needs_ocr` with the reason.

    `answer` is {model, markdown, confidence or None, tables by id, note}.
    """
    text = fold(plain(answer["markdown"], answer["tables"])).strip()
    sure = "" if answer["confidence"] is None else f", confidence {answer['confidence']:.2f}"
    note = f"; {answer['note']}" if answer["note"] else ""
    if has_letters(text):
        return Reading([PageText(text + "\n", status="ocr", reason=f"read by {answer['model']}{sure}{note}")])
    status = "blank" if not text and _is_inkless(path, page, passwords) else "needs_ocr"
    return Reading([PageText("", status=status, reason=f"{answer['model']} finds no text in it{note}")])


def _is_inkless(path: Path, page: int, passwords: Sequence[str]) -> bool:
    """Whether there is nothing on a page of a PDF or a picture; of what cannot be drawn, nobody knows."""
    try:
        return not has_ink(opened(path, passwords)[page], False)
    except pdfium.PdfiumError:
        with suppress(SkipDocument):
            return ocr_image.is_inkless(path, page)
        return False
