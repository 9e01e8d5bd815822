"""The spool: content by its hash, bounded, and gone afterwards."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.errors import SkipDocument

Make = Callable[[int], ingest.Spool]


@pytest.fixture
def make_spool(tmp_path: Path) -> Iterator[Make]:
    """Spools in one folder, closed at the end."""
    with ExitStack() as stack:
        yield lambda most_bytes: stack.enter_context(closing(ingest.Spool(tmp_path / "spool", most_bytes)))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]


def test_contents_and_their_end(tmp_path: Path, make_spool: Make) -> None:
    """What is put is found under its hash with its ending, and nothing is left when the spool is closed."""
    spool = make_spool(1_000)
    assert not (tmp_path / "spool").exists()
    stored = spool.put([b"wor", b"ds"], "A letter.TXT", 100)
    assert (stored.sha256, stored.size_bytes) == (hashlib.sha256(b"words").hexdigest(), 5)
    assert stored.path.suffix == ".txt"
    with spool.file(stored.sha256, "x.txt", lambda: pytest.fail("it is there")) as path:
        assert path.read_bytes() == b"words"
    spool.close()
    assert not _files(tmp_path)


def test_too_much_leaves_nothing(tmp_path: Path, make_spool: Make) -> None:
    """A content that is larger than allowed is refused while it comes, and its part is taken away."""
    spool = make_spool(1_000_000)
    with pytest.raises(SkipDocument, match="too_large"):
        spool.put((b"x" * 100 for _ in range(100)), "a", 5_000)
    assert not _files(tmp_path)


def test_the_bound(tmp_path: Path, make_spool: Make) -> None:
    """What was not used for the longest goes first, never what is being read; it is brought again when it is needed."""
    spool = make_spool(250)
    first, second = (spool.put([name * 100], "a", 1_000) for name in (b"1", b"2"))
    with spool.file(first.sha256, "a", lambda: pytest.fail("it is there")):
        third = spool.put([b"3" * 200], "a", 1_000)
        assert sorted(path.name for path in _files(tmp_path)) == sorted([first.sha256, third.sha256])
    brought = []

    def bring() -> None:
        brought.append(spool.put([b"2" * 100], "a", 1_000))

    with spool.file(second.sha256, "a", bring) as path:
        assert path.read_bytes() == b"2" * 100
    assert len(brought) == 1


def test_other_bytes_than_those_asked_for(make_spool: Make) -> None:
    """A place that holds something else by now is not read as what it held."""
    spool = make_spool(250)
    with pytest.raises(SkipDocument, match="changed"), spool.file("0" * 64, "a", lambda: spool.put([b"new"], "a", 10)):
        pass


def test_what_a_killed_process_left(tmp_path: Path) -> None:
    """The next spool takes away what a killed process left, and nothing of one that lives."""
    program = (
        "import sys, time; from pathlib import Path; from nightclerk.ingest.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]), 1000); print(spool.put([b'secret'], 'a', 100).path, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    ingest.Spool(tmp_path, 1_000)
    assert left.exists()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    ingest.Spool(tmp_path, 1_000)
    assert not _files(tmp_path)


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    """A spool that cannot be written costs the file and says where."""
    (tmp_path / "spool").write_text("no folder")
    with pytest.raises(SkipDocument, match="cannot be kept in"):
        ingest.Spool(tmp_path / "spool", 1_000).put([b"x"], "a", 10)
