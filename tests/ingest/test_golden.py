"""Golden pairs: a document and what reading it gives. `NIGHTCLERK_UPDATE_GOLDENS=1 pytest tests/ingest` writes them anew."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from nightclerk import ingest
from nightclerk.ingest.readers import READERS
from nightclerk.records import Annotation, Block, Document

GOLDEN = Path(__file__).parents[1] / "golden"
ENDING = ".expected.json"
# gold of another kind; and what LibreOffice makes of a file differs from one release to the next (test_office)
OTHER = {"sections", "context", "doc", "__pycache__"}
DOCUMENTS = sorted(path for path in GOLDEN.glob("*/*") if path.parent.name not in OTHER and not path.name.endswith(ENDING))


def _read(path: Path) -> Document:
    return ingest.read(path, ingest.inspect(path).media_type, ingest.Limits())


def _as_json(document: Document) -> dict[str, Any]:
    """What was looked at: all that reading gives, blocks and annotations only where there are some."""
    blocks = [_block(block, document.text) for block in ingest.unpack(document.layout)]
    annotations = [_annotation(one) for one in document.annotations]
    return _parts(document) | ({"blocks": blocks} if blocks else {}) | ({"annotations": annotations} if annotations else {})


def _block(block: Block, text: str) -> dict[str, Any]:
    """The fields of a block that say something, with the text they are about."""
    named = {name: value for name, value in asdict(block).items() if value not in ("", None, ())}
    return named | {"text": text[block.char_start : block.char_end]}


def _annotation(one: Annotation) -> dict[str, Any]:
    return asdict(one) | {"made_at": one.made_at.isoformat() if one.made_at else None}


def _parts(document: Document) -> dict[str, Any]:
    return {
        "reader": document.reader,
        "status": document.status,
        "reason": document.reason,
        "title": document.title,
        "language": document.language,
        "pages": [[page.label, page.status, document.text[page.char_start : page.char_end]] for page in document.pages],
        "sections": [
            [section.depth, section.kind, section.clause_path, section.title, section.char_start, section.char_end]
            for section in document.sections
        ],
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_golden(path: Path) -> None:
    """Reading a golden document gives the text, pages and sections that were looked at and found right."""
    found = _as_json(_read(path))
    expected = path.with_name(path.name + ENDING)
    if os.environ.get("NIGHTCLERK_UPDATE_GOLDENS"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(found)) == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("media_type", [media_type for media_type, reader in READERS.items() if not reader.through_office])
def test_every_reader_has_a_golden_pair(media_type: str) -> None:
    """A format without a golden document is not finished."""
    assert media_type in {ingest.inspect(path).media_type for path in DOCUMENTS}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_parts_are_spans_of_the_text(path: Path) -> None:
    """Pages and top sections cover the text without a gap; sections nest, and each begins where its parent or the last one allows.

    Blocks and annotations lie in the text, and a block with a number begins with it.
    """
    document = _read(path)
    text = document.text
    for block in ingest.unpack(document.layout):
        assert 0 <= block.char_start <= block.char_end <= len(text)
        assert text[block.char_start : block.char_end].startswith(block.number)
        assert all(block.char_start <= cell <= block.char_end for cell in block.cells)
    for one in document.annotations:
        assert one.char_start is None or 0 <= one.char_start <= (one.char_end or 0) <= len(text)
    assert "".join(text[page.char_start : page.char_end] for page in document.pages) == text
    tops = [section for section in document.sections if section.depth == 0]
    assert "".join(text[section.char_start : section.char_end] for section in tops) == text
    open_ends = [len(text)]
    for section in document.sections:
        del open_ends[section.depth + 1 :]
        assert section.char_start < section.char_end <= open_ends[-1]
        open_ends.append(section.char_end)
