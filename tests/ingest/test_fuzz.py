"""Files that somebody or something has damaged: whatever the bytes, a file ends as a document or as a reason, within its limits."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.records import Document

GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS = ("docx", "html", "mail", "ods", "odt", "pdf", "rtf", "text", "xls", "xlsx")
FILES = sorted(path for kind in FORMATS for path in (GOLDEN / kind).iterdir() if not path.name.endswith((".json", ".py")))
STATUSES = {"encrypted", "needs_ocr", "damaged", "empty", "unsupported", "too_large", "failed"}
LIMITS = ingest.Limits(memory_mb=1_024, cpu_s=20, wall_s=60)
# bytes that mean something to one parser or another
LOADED = [
    b"\x00", b"\xff" * 8, b"\xff\xff\xff\x7f", b"<", b"&#0;", b"&#xFDD0;", b"<!DOCTYPE x [<!ENTITY y 'z'>]>", b"]]>",
    b"endobj", b"/Kids", b"\\u-1?", b"{\\", b"PK\x05\x06", "\ufdd0+0\ufdd0".encode(), b'w:val="999999999"', b"</w:p>",
]  # fmt: skip
Change = tuple[str, float, bytes]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["lose", "turn", "put", "twice"]), st.floats(0, 1), st.sampled_from(LOADED)), min_size=1, max_size=4
)


def changed(content: bytes, changes: list[Change]) -> bytes:
    """The content after a few changes at places given as shares of it: bytes lost, turned, put in, said twice."""
    for kind, share, loaded in changes:
        at = int(share * len(content))
        if kind == "lose":
            content = content[:at] + content[at + 40 * len(loaded) :]
        elif kind == "turn":
            content = content[:at] + bytes(byte ^ 0x55 for byte in content[at : at + 3]) + content[at + 3 :]
        else:
            content = content[:at] + loaded + content[at:] if kind == "put" else content[: at + 200] + content[at:]
    return content


def changed_inside(content: bytes, changes: list[Change], share: float) -> bytes:
    """A ZIP container with one of its parts changed, its checksums right, so that the damage reaches the parser behind them."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(copy, "w") as rewritten:
        entries = archive.infolist()
        struck = entries[min(int(share * len(entries)), len(entries) - 1)]
        for entry in entries:
            data = archive.read(entry)
            rewritten.writestr(entry.filename, changed(data, changes) if entry is struck else data)
    return copy.getvalue()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_damaged_file_ends_as_a_document_or_a_reason(path: Path, tmp_path: Path) -> None:
    """Every mutation of a golden file is read, or left with a status and a reason; its spans lie in its text."""
    original = path.read_bytes()

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(CHANGES)
    def check(changes: list[Change]) -> None:
        assert_told(tmp_path / path.name, changed(original, changes))

    check()


@pytest.mark.parametrize("path", [path for path in FILES if zipfile.is_zipfile(path)], ids=lambda path: path.name)
def test_a_damaged_part_ends_as_a_document_or_a_reason(path: Path, tmp_path: Path) -> None:
    """Damage inside a part of a container, behind right checksums, is read or told as well."""
    original = path.read_bytes()

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(CHANGES, st.floats(0, 1))
    def check(changes: list[Change], share: float) -> None:
        assert_told(tmp_path / path.name, changed_inside(original, changes, share))

    check()


def assert_told(path: Path, content: bytes) -> None:
    """The file of this content is read, or its reason is told."""
    path.write_bytes(content)
    found = outcome(path)
    if isinstance(found, SkipDocument):
        assert found.status in STATUSES
        assert found.reason
    else:
        assert_whole(found)


def outcome(path: Path) -> Document | SkipDocument:
    """What reading a file comes to; anything else that is raised fails the test."""
    try:
        return ingest.read(path, ingest.inspect(path).media_type, LIMITS)
    except SkipDocument as skip:
        return skip


def assert_whole(document: Document) -> None:
    """What holds of every document, however strange its file."""
    text = document.text
    text.encode()
    assert "\0" not in text
    assert "".join(text[page.char_start : page.char_end] for page in document.pages) == text
    assert document.status == "read" or document.reason
    for span in (*document.sections, *ingest.unpack(document.layout)):
        assert 0 <= span.char_start <= span.char_end <= len(text)
    for one in document.annotations:
        assert one.char_start is None or 0 <= one.char_start <= (one.char_end or 0) <= len(text)
