"""Stores that are not this machine: listed in order, downloaded within limits, told where they cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import fsspec
import pytest

from nightclerk import ingest
from nightclerk.errors import BadUsage, SkipDocument
from nightclerk.ingest import remote
from nightclerk.ingest.access import Access


@pytest.fixture
def store() -> Iterator[Any]:
    """fsspec's store in memory, empty before and after."""
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def _url(text: str) -> ingest.Url:
    found = ingest.place(text)
    assert isinstance(found, ingest.Url)
    return found


def _access(folder: Path) -> Access:
    return Access(ingest.Spool(folder / "spool", 10_000_000), ingest.Web(), ingest.Limits(max_file_mb=1), ingest.Options())


def test_a_folder(store: Any) -> None:
    """Everything below a folder comes once, in the order of names, without litter; a name may hold any character."""
    for name in ("b.txt", "a.txt", "sub/c d#1?.txt", "sub/deep/e.txt", ".hidden", "sub/~$x.docx"):
        store.pipe_file(f"/inbox/{name}", name.encode())
    found = list(ingest.walk_store(_url("memory://inbox")))
    assert [one.url.uri for one in found] == [
        "memory://inbox/a.txt",
        "memory://inbox/b.txt",
        "memory://inbox/sub/c%20d%231%3F.txt",
        "memory://inbox/sub/deep/e.txt",
    ]
    assert b"".join(remote.blocks(found[2])) == b"sub/c d#1?.txt"
    [one] = ingest.walk_store(_url("memory://inbox/b.txt"))
    assert (one.url.uri, one.size_bytes) == ("memory://inbox/b.txt", 5)


def test_nothing_there_and_no_way_in(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, and a folder that cannot be listed, are told; a password in what a store says is not."""
    [gone] = ingest.walk_store(_url("memory://inbox/none"))
    assert (gone.status, gone.reason) == ("failed", "there is no such file or folder")
    store.pipe_file("/inbox/locked/a.txt", b"x")
    store.pipe_file("/inbox/open.txt", b"x")
    real = type(store).ls

    def ls(self: Any, path: str, **kwargs: Any) -> Any:
        if path.endswith("locked"):
            raise PermissionError("403 for clerk with tulip-7")
        return real(self, path, **kwargs)

    monkeypatch.setattr(type(store), "ls", ls)
    locked, there = ingest.walk_store(_url("memory://inbox"))
    assert there.url.uri == "memory://inbox/open.txt"
    assert (locked.url.uri, locked.reason) == ("memory://inbox/locked", "cannot be listed: 403 for clerk with tulip-7")
    assert (
        remote._said(PermissionError("403 for clerk with tulip-7"), _url("sftp://clerk:tulip-7@files.example/in"))
        == "403 for clerk with ***"
    )


def test_the_listing_is_bounded(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most files the rest is named as not read."""
    monkeypatch.setattr(remote, "MOST_FILES", 3)
    for number in range(5):
        store.pipe_file(f"/inbox/{number}.txt", b"x")
    found = list(ingest.walk_store(_url("memory://inbox")))
    assert [one.status for one in found] == ["", "", "", "failed"]
    assert "more than 3 files" in found[-1].reason


def test_versions(store: Any, tmp_path: Path) -> None:
    """An object of an hour ago is known by its time and size, a newer one is downloaded again to be sure."""
    store.pipe_file("/inbox/a.txt", b"words")
    with closing(_access(tmp_path).spool) as spool:
        access = Access(spool, ingest.Web(), ingest.Limits(max_file_mb=1), ingest.Options())
        [new] = ingest.walk_store(_url("memory://inbox/a.txt"))
        assert new.version == ""
        store.store["/inbox/a.txt"].created = dt.datetime(2025, 3, 3, tzinfo=dt.UTC)
        [old] = ingest.walk_store(_url("memory://inbox/a.txt"))
        arrived = access.download(old)
        assert arrived is not None
        assert arrived.stored.path.read_bytes() == b"words"
        assert access.download(old, arrived.version) is None


def test_what_changes_while_it_comes(store: Any, tmp_path: Path) -> None:
    """Bytes of two versions are not filed as one, and what is too large is not even begun."""
    store.pipe_file("/inbox/a.txt", b"words")
    [one] = ingest.walk_store(_url("memory://inbox/a.txt"))
    store.pipe_file("/inbox/a.txt", b"other words")
    with pytest.raises(SkipDocument, match="changed while it was downloaded"):
        list(remote.blocks(one))
    store.pipe_file("/inbox/large.bin", bytes(1_000_001))
    [large] = ingest.walk_store(_url("memory://inbox/large.bin"))
    with closing(_access(tmp_path).spool) as spool, pytest.raises(SkipDocument, match="too_large"):
        Access(spool, ingest.Web(), ingest.Limits(max_file_mb=1), ingest.Options()).download(large)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nosuch://x/y", "nothing is known that reads nosuch://"),
        ("dvc://x/y", "needs a package"),
        ("zip://x/y", "no place that is read from"),
        ("simplecache://x/y", "no place that is read from"),
        ("reference://x/y", "no place that is read from"),
    ],
)
def test_schemes(text: str, said: str) -> None:
    """An unknown scheme, one whose package is not installed and one that only wraps others are refused, and say what to do."""
    with pytest.raises(BadUsage, match=said):
        ingest.check_url(_url(text))
