"""The forks that read: several files to one, none of which can tell, pay for or answer for another."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import sandbox
from nightclerk.ingest.detect import TEXT
from nightclerk.ingest.readers import READERS, Reader
from nightclerk.ingest.worker_frames import framed, missing
from nightclerk.ingest.worker_reader import MOST_FILES
from nightclerk.records import Document

LIMITS = ingest.Limits(memory_mb=800, cpu_s=1, wall_s=20, output_mb=2)
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def text_file(tmp_path: Path) -> Iterator[Path]:
    """A file for readers that need none, and a worker that has read nothing."""
    sandbox.close_idle()
    path = tmp_path / "a.txt"
    path.write_text("plain words")
    yield path
    sandbox.close_idle()


def _run(function: str, path: Path, limits: ingest.Limits = LIMITS, fallback: str = "") -> Document:
    return sandbox.run(Reader("hostile-1", f"ingest.hostile_readers:{function}", fallback), path, TEXT, limits)


def _pid(path: Path, function: str = "tell_pid") -> str:
    return _run(function, path).text.split()[0]


def _state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"


def test_one_fork_reads_several_files(text_file: Path) -> None:
    """A fork goes on to the next file, and leaves after so many."""
    pids = [_pid(text_file) for _ in range(MOST_FILES + 2)]
    assert len(set(pids[:MOST_FILES])) == 1
    assert pids[MOST_FILES] == pids[MOST_FILES + 1] != pids[0]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("spin", "limit of 1 CPU seconds"),
        ("wait", r"longer than the limit of 0\.5 s"),
        ("eat", "memory limit of 800 MB"),
        ("pour", "text is larger than the limit of 2 MB"),
        ("abort", "SIGABRT"),
        ("leave", "exit code 3"),
        ("dig", "nested too deeply"),
        ("answer_twice", "the parser died"),
        ("answer_ahead", "an answer that is none"),
    ],
)
def test_a_limit_in_the_fifth_file_costs_that_file(function: str, reason: str, text_file: Path) -> None:
    """Whatever a file does, those that the same fork has read before and those behind it are read, and it has the limits of its own."""
    before = [_pid(text_file) for _ in range(4)]
    with pytest.raises(SkipDocument, match=reason):
        _run(function, text_file, replace(LIMITS, wall_s=0.5) if function == "wait" else LIMITS)
    after = [_pid(text_file) for _ in range(2)]
    assert len(set(before)) == len(set(after)) == 1
    assert before[0] != after[0]
    assert _state(before[0]) == "gone"


def test_limits_of_cpu_are_not_added_up(text_file: Path) -> None:
    """Files that each take less than the limit are read, however much they take together."""
    pids = {_pid(text_file, "work_a_while") for _ in range(4)}
    assert len(pids) == 1


@pytest.mark.parametrize("function", ["abort_if_used", "raise_if_used", "starve_if_used"])
def test_no_file_pays_for_one_before_it(function: str, text_file: Path) -> None:
    """A file that fails in a fork that has read others is read by a fresh one, before a second reader is asked."""
    first = _pid(text_file)
    assert _run(function, text_file, fallback="ingest.hostile_readers:chatter").text.split()[0] not in {first, "quiet"}


def test_a_fork_that_died_while_it_waited_is_replaced(text_file: Path) -> None:
    """What kills a waiting fork costs no file."""
    pid = _pid(text_file)
    os.kill(int(pid), signal.SIGKILL)
    assert _pid(text_file) != pid


@pytest.mark.parametrize("function", ["leave_open", "leave_folder", "leave_variable", "leave_depth", "leave_thread", "leave_memory"])
def test_nothing_is_left_for_the_next_file(function: str, text_file: Path) -> None:
    """A fork in which a file has changed anything that others would meet reads no other."""
    found = _run("tell_what_is_left", text_file).text
    pid = _pid(text_file, function)
    assert _state(pid) == "gone"
    assert _run("tell_what_is_left", text_file).text == found


def test_a_working_folder_that_is_gone(text_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read although somebody has removed the folder that the worker was started in."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    pid = _pid(text_file)
    folder.rmdir()
    monkeypatch.chdir(tmp_path)
    assert _pid(text_file) == pid
    assert _run("tell_pid", text_file, replace(LIMITS, cpu_s=2)).text.split()[0] != pid


def test_another_limit_another_fork(text_file: Path) -> None:
    """Limits on memory cannot be raised again, so a file with others gets a fork of its own."""
    pid = _pid(text_file)
    assert _run("tell_pid", text_file, ingest.Limits(memory_mb=801, cpu_s=1)).text.split()[0] != pid


def test_what_unpacks_has_a_fork_to_itself(text_file: Path) -> None:
    """A job that gives no document is done by a fork that ends with it, beside the one that waits."""
    pid = _pid(text_file)
    own = [sandbox.call("ingest.hostile_readers:name_pid", text_file, {}, LIMITS) for _ in range(2)]
    assert len({pid, *own}) == 3
    assert _pid(text_file) == pid


def test_no_process_answers_for_the_next_file(text_file: Path) -> None:
    """What a reader left behind writes into the pipe while its fork waits, or is asked, is never taken for an answer."""
    _run("answer_later", text_file)
    time.sleep(0.3)
    assert _run("chatter", text_file).text == "quiet"
    _run("answer_later", text_file)
    assert _run("doze", text_file).text == "awake"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"id stays 1 1",
        b"id stays 1 1\na",
        b"id stays 1 1\nabc",
        b"no stays 1 1\nab",
        b"id 1 1\nab",
        b"id stays -1 1\n",
        b"9" * 90,
    ],
)
def test_nothing_but_a_frame_is_one(data: bytes) -> None:
    """Bytes that are too few, too many, for another job or no frame at all are none."""
    assert framed(bytearray(data), "id") is None
    assert missing(bytearray(data)) != 0 or data.startswith((b"no", b"id 1"))


def test_a_frame() -> None:
    """A line of words and two lengths, JSON, text."""
    frame = framed(bytearray(b"id stays 1 2\nabc"), "id")
    assert frame
    assert (frame.word, *map(bytes, frame.parcel)) == ("stays", b"a", b"bc")


def test_the_order_of_files_does_not_matter() -> None:
    """Every golden file gives the same from a fresh fork and from one that has read all others, in any order."""
    files = [(path, ingest.inspect(path).media_type) for path in sorted(GOLDEN.glob("*/*")) if path.suffix != ".json"]
    files = [(path, kind) for path, kind in files if kind in READERS and not READERS[kind].through_office]
    # one with other limits gets another fork
    fresh = {path: _read(path, kind, ingest.Limits(cpu_s=60 + number % 2)) for number, (path, kind) in enumerate(files)}
    for order in (files, files[::-1], random.Random(1).sample(files, len(files))):
        for path, kind in order:
            assert _read(path, kind, ingest.Limits()) == fresh[path], path.name


def _read(path: Path, kind: str, limits: ingest.Limits) -> Document | tuple[str, str]:
    try:
        return ingest.read(path, kind, limits)
    except SkipDocument as skip:
        return skip.status, skip.reason


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_a_waiting_fork_ends_with_its_worker(end: signal.Signals | None, text_file: Path) -> None:
    """However a worker ends, nothing of it stays."""
    fork, worker = _run("tell_pid", text_file).text.split()
    if end is None:
        sandbox.close_idle()
    else:
        os.kill(int(worker), end)
    deadline = time.monotonic() + 10
    while {_state(fork), _state(worker)} - {"gone", "Z"}:
        assert time.monotonic() < deadline, "a process outlived its worker"
        time.sleep(0.02)
