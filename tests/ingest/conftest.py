"""What the tests of reading share."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.records import Document


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., Document]:
    """Write bytes under a name and read them as any file is read; raises SkipDocument where that does."""
    number = itertools.count()

    def read(name: str, content: bytes, limits: ingest.Limits | None = None, options: ingest.Options | None = None) -> Document:
        path = tmp_path / str(next(number)) / name
        path.parent.mkdir()
        path.write_bytes(content)
        return ingest.read(path, ingest.inspect(path).media_type, limits or ingest.Limits(), options or ingest.Options())

    return read
