"""Memory is given back to the system."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from nightclerk.ingest import heap


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(heap._trim is None or not Path("/proc/self/statm").exists(), reason="a C library that does this by itself")
def test_what_files_left_unused_is_given_back() -> None:
    """What was freed below something that is kept goes back after so many files."""
    pieces = [bytes([number % 7]) * 1_000 for number in range(60_000)]
    kept = pieces[-1]
    del pieces
    before = _resident_bytes()
    for _ in range(heap.FILES_BETWEEN):
        heap.file_done()
    assert before - _resident_bytes() > 20 << 20
    assert len(kept) == 1_000
