"""Finding files: a stable order, nothing twice, nothing out of the root, nothing in silence."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.errors import SkipDocument, SourceNotAllowed, SourceNotFound


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    (folder / "sub").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden", ".DS_Store", "~$a.docx", "Thumbs.db", "d.pdf.part"):
        (folder / name).write_text(name)
    return folder


def _names(paths: list[Path]) -> list[str]:
    return [found.path.name for found in ingest.discover(paths)]


def test_order_and_litter(inbox: Path) -> None:
    """Files come in the order of their names, each once, without hidden files and what editors leave behind."""
    assert _names([inbox]) == ["a.txt", "b.txt", "c.txt"]
    assert _names([inbox / "sub", inbox, inbox]) == ["c.txt", "a.txt", "b.txt"]


def test_what_is_named_is_taken(inbox: Path) -> None:
    """A hidden file that a person names is meant."""
    assert _names([inbox / ".hidden"]) == [".hidden"]


def test_nothing_there(tmp_path: Path) -> None:
    """A path that does not exist stops before anything is found."""
    with pytest.raises(SourceNotFound, match="no file or folder at"):
        list(ingest.discover([tmp_path, tmp_path / "none"]))


def test_links(inbox: Path, tmp_path: Path) -> None:
    """Links inside the folder bring nothing twice and cannot loop; one that leads out or nowhere is told."""
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    (inbox / "again").symlink_to(inbox / "sub")
    (inbox / "loop").symlink_to(inbox)
    (inbox / "out").symlink_to(outside)
    (inbox / "gone").symlink_to(inbox / "nowhere")
    (inbox / "round").symlink_to(inbox / "round")
    found = list(ingest.discover([inbox]))
    assert sorted(item.path.name for item in found if item.ok) == ["a.txt", "b.txt", "c.txt"]
    told = {item.path.name: item.reason for item in found if not item.ok}
    assert set(told) == {"out", "gone", "round"}
    assert "leads out" in told["out"]
    assert "points to nothing" in told["gone"]


def test_what_is_no_file(inbox: Path) -> None:
    """A named pipe would block for ever; it is told instead of opened."""
    os.mkfifo(inbox / "pipe")
    pipe = next(found for found in ingest.discover([inbox]) if found.path.name == "pipe")
    assert (pipe.status, pipe.reason) == ("failed", "cannot be opened: not a regular file")
    with pytest.raises(SkipDocument, match="not a regular file"):
        ingest.inspect(inbox / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(inbox: Path) -> None:
    """A folder without permission is told, and the rest is found."""
    (inbox / "sub").chmod(0)
    found = list(ingest.discover([inbox]))
    (inbox / "sub").chmod(0o700)
    assert [item.reason for item in found] == ["", "", "cannot be opened: Permission denied"]


def test_allowed(inbox: Path, tmp_path: Path) -> None:
    """Only what lies under a root once links and `..` are resolved is allowed."""
    (tmp_path / "other").mkdir()
    (tmp_path / "inbox-2").mkdir()
    (inbox / "out").symlink_to(tmp_path / "other")
    assert ingest.allowed(inbox / "sub" / ".." / "a.txt", [inbox]) == (inbox / "a.txt").resolve()
    for path in (inbox / ".." / "other", inbox / "out", tmp_path / "inbox-2", tmp_path / "none", Path("/etc/passwd"), inbox / "a\0b"):
        with pytest.raises(SourceNotAllowed):
            ingest.allowed(path, [inbox])
    with pytest.raises(SourceNotAllowed, match="none are set"):
        ingest.allowed(inbox, [])
    with pytest.raises(SourceNotFound):
        ingest.allowed(inbox / "none", [inbox])


def test_inspect(inbox: Path) -> None:
    """A source carries its hash, its size, its time in UTC and its type by content."""
    path = inbox / "a.txt"
    os.utime(path, (1_000_000_000, 1_000_000_000))
    source = ingest.inspect(path)
    assert source.sha256 == hashlib.sha256(b"a.txt").hexdigest()
    assert (source.size_bytes, source.media_type, source.name) == (5, "text/plain", "a.txt")
    assert source.modified_at == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert source.uri == path.resolve().as_uri()
    with pytest.raises(SkipDocument, match="failed: cannot be opened: No such file"):
        ingest.inspect(inbox / "vanished")


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    """A name in an old encoding gives a source that a database takes."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("words")
    found = next(iter(ingest.discover([tmp_path])))
    source = ingest.inspect(found.path)
    assert source.name == "caf\ufffd.txt"
    assert source.uri.endswith("caf%E9.txt")
    assert ingest.read(source.path, source.media_type, ingest.Limits()).text == "words"


def test_what_lies_apart(inbox: Path, tmp_path: Path) -> None:
    """Our own files in a source are passed over, also through a link, unless they are what was named."""
    (inbox / "z").symlink_to(inbox / "sub")
    names = [found.path.name for found in ingest.discover([inbox], apart=[inbox / "sub", inbox / "none"])]
    assert names == ["a.txt", "b.txt"]
    assert list(ingest.discover([inbox / "sub"], apart=[inbox / "sub"]))
