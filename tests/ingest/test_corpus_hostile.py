"""Odd, damaged, locked and oversized files of public projects: each ends as a document or with a reason, within its limits."""

from __future__ import annotations

import time
from pathlib import Path

from nightclerk import ingest
from nightclerk.chunk import cut
from nightclerk.errors import SkipDocument
from nightclerk.records import Document

STATUSES = {"read", "partial", "encrypted", "needs_ocr", "damaged", "empty", "unsupported", "too_large", "failed"}
LIMITS = ingest.Limits(memory_mb=1_500, cpu_s=15, wall_s=45)


def test_every_file_ends_well(corpus: Path) -> None:
    """A tenth of them, and every one that was made to do harm."""
    files = sorted(path for path in (corpus / "hostile").glob("*/*.*") if path.parent.name != "licences")
    chosen = [path for place, path in enumerate(files) if place % 10 == 0 or path.name.startswith("made_")]
    for path in chosen:
        started = time.monotonic()
        _check(path)
        assert time.monotonic() - started < LIMITS.wall_s + 5, path.name


def _check(path: Path) -> None:
    document, status, reason = _read(path)
    assert status in STATUSES, path.name
    assert bool(reason) == (status != "read"), path.name
    if document:
        assert "".join(document.text[page.char_start : page.char_end] for page in document.pages) == document.text, path.name
        assert "\0" not in document.text
        document.text.encode()
        chunks = cut(document.text, document.sections, max_tokens=20_000, count=len)
        assert "".join(chunk.text for chunk in chunks) == document.text, path.name


def _read(path: Path) -> tuple[Document | None, str, str]:
    try:
        source = ingest.inspect(path)
        document = ingest.read(source.path, source.media_type, LIMITS)
    except SkipDocument as skipped:
        return None, skipped.status, skipped.reason
    return document, document.status, document.reason
