"""The sandbox: whatever a reader does costs one file, is told with its cause, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import sandbox
from nightclerk.ingest.detect import TEXT
from nightclerk.ingest.readers import Reader
from nightclerk.records import Document

LIMITS = ingest.Limits(memory_mb=400, cpu_s=1, wall_s=20, output_mb=2)


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("plain words")
    return path


def _run(function: str, path: Path, limits: ingest.Limits = LIMITS) -> Document:
    return sandbox.run(Reader("hostile-1", f"ingest.hostile_readers:{function}"), path, TEXT, limits)


@pytest.mark.parametrize(
    ("function", "status", "reason"),
    [
        ("eat", "failed", "memory limit of 400 MB"),
        ("spin", "failed", "limit of 1 CPU seconds"),
        ("abort", "failed", "SIGABRT"),
        ("leave", "failed", "exit code 3"),
        ("flood", "failed", "memory limit of 400 MB"),
        ("stumble", "damaged", "ZeroDivisionError: in the parser"),
        ("dig", "damaged", "nested too deeply"),
        ("leave_file", "failed", "File too large"),
        ("pour", "failed", "text is larger than the limit of 2 MB"),
        ("answer_twice", "failed", "parser died (exit code 0)"),
        ("answer_nonsense", "failed", "an answer that is none"),
        ("not_there", "damaged", "AttributeError"),
    ],
)
def test_a_bad_reader_costs_its_file(function: str, status: str, reason: str, text_file: Path) -> None:
    """A reader that eats, spins, crashes or raises ends as a status with its cause, and the next file is read."""
    with pytest.raises(SkipDocument) as skipped:
        _run(function, text_file)
    assert (skipped.value.status, reason in skipped.value.reason) == (status, True), skipped.value.reason
    skipped.value.reason.encode()
    assert "\0" not in skipped.value.reason
    assert ingest.read(text_file, TEXT, LIMITS).text == "plain words"


def test_wall_clock_limit(text_file: Path) -> None:
    """A reader that waits without using the CPU is ended by the clock."""
    started = time.monotonic()
    with pytest.raises(SkipDocument, match=r"longer than the limit of 0\.5 s"):
        _run("wait", text_file, ingest.Limits(memory_mb=400, cpu_s=1, wall_s=0.5))
    assert time.monotonic() - started < 10


def test_a_reader_cannot_forge_an_answer(text_file: Path) -> None:
    """What a parser prints does not get into the stream of answers."""
    assert _run("chatter", text_file).text == "quiet"


def test_any_text_comes_over_whole(text_file: Path) -> None:
    """Line ends, quotes, digits in front, signs beyond the first plane: the text is the same on both sides of the pipe."""
    text = '12 34\n{"skip": 1}\r\n\u2028"\\\t第三条 \U0001f600 \x0b end'
    text_file.write_bytes(text.encode())
    assert ingest.read(text_file, TEXT, LIMITS).text == text


def test_a_parser_that_cannot_be_loaded_costs_its_files(text_file: Path) -> None:
    """A missing library is told of each file, and the same worker goes on reading others."""
    with pytest.raises(SkipDocument, match="ModuleNotFoundError"):
        sandbox.run(Reader("hostile-1", "ingest.no_such_reader:read"), text_file, TEXT, LIMITS)
    assert ingest.read(text_file, TEXT, LIMITS).text == "plain words"


def test_no_text_that_a_database_refuses(text_file: Path) -> None:
    """NULs and lone surrogates are replaced one for one, whatever a reader returns."""
    assert _run("surrogates", text_file).text == "a\ufffdb\ufffdc"


def test_secrets_stay_outside(text_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading process does not inherit keys and passwords."""
    monkeypatch.setenv("NIGHTCLERK_API_KEY", "secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    sandbox.close_idle()
    names = _run("environment", text_file).text.split()
    assert "PATH" in names
    assert not {"NIGHTCLERK_API_KEY", "PGPASSWORD"} & set(names)


def test_only_what_is_needed_is_loaded(text_file: Path, repository: Path) -> None:
    """A parser is loaded by the first file that needs it, into the worker itself: each fork has it, none loads it anew."""
    sandbox.close_idle()
    assert "pypdfium2" not in _run("modules", text_file).text.split()
    ingest.read(repository / "tests" / "golden" / "pdf" / "supply.pdf", "application/pdf", ingest.Limits())
    assert "pypdfium2" in _run("modules", text_file).text.split()


def test_many_threads_at_once(text_file: Path) -> None:
    """Threads read side by side, good files and bad ones, each getting its own answer."""

    def one(number: int) -> str:
        if number % 5 == 0:
            with pytest.raises(SkipDocument):
                _run("abort", text_file)
            return f"text {number}"
        path = text_file.with_name(f"{number}.txt")
        path.write_text(f"text {number}")
        return ingest.read(path, TEXT, LIMITS).text

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(40))) == [f"text {number}" for number in range(40)]


def test_from_an_event_loop(text_file: Path) -> None:
    """Reading off the loop leaves the loop free."""

    async def main() -> tuple[list[str], int]:
        ticks = 0
        work = asyncio.gather(*(asyncio.to_thread(ingest.read, text_file, TEXT, LIMITS) for _ in range(8)))
        while not work.done():
            await asyncio.sleep(0.001)
            ticks += 1
        return [document.text for document in await work], ticks

    texts, ticks = asyncio.run(main())
    assert texts == ["plain words"] * 8
    assert ticks > 0


def test_a_killed_worker_is_replaced(text_file: Path) -> None:
    """A worker that something killed while it waited is replaced without anybody noticing."""
    ingest.read(text_file, TEXT, LIMITS)
    for worker in list(sandbox._idle):
        os.kill(worker._process.pid, signal.SIGKILL)
    assert ingest.read(text_file, TEXT, LIMITS).text == "plain words"


def test_a_forked_program_has_its_own_workers(text_file: Path) -> None:
    """A fork of the program does not talk to the workers of its parent."""
    ingest.read(text_file, TEXT, LIMITS)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if not sandbox._idle and ingest.read(text_file, TEXT, LIMITS).text == "plain words" else 1)
        finally:
            sandbox.close_idle()
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert ingest.read(text_file, TEXT, LIMITS).text == "plain words"


SCRIPT = """
import sys, pathlib
from nightclerk import ingest
print(ingest.read(pathlib.Path(sys.argv[1]), "text/plain", ingest.Limits()).text, flush=True)
print(*[worker._process.pid for worker in ingest.sandbox._idle], flush=True)
sys.stdin.read()
"""


def _gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("how", ["script", "command"])
@pytest.mark.parametrize("end", [None, signal.SIGKILL, signal.SIGTERM])
def test_no_orphans(how: str, end: signal.Signals | None, text_file: Path, tmp_path: Path) -> None:
    """Read from a script without a main guard or from `python -c`; when that program ends or is killed, its workers end."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    arguments = [str(script)] if how == "script" else ["-c", SCRIPT]
    with subprocess.Popen(
        [sys.executable, *arguments, str(text_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "plain words\n"
        workers = [int(pid) for pid in program.stdout.readline().split()]
        assert workers
        assert not any(_gone(pid) for pid in workers)
        if end:
            program.send_signal(end)
    deadline = time.monotonic() + 10
    while not all(_gone(pid) for pid in workers):
        assert time.monotonic() < deadline, "a worker outlived its program"
        time.sleep(0.02)


BUSY_SCRIPT = """
import pathlib, sys
from nightclerk import ingest
from nightclerk.ingest import sandbox
from nightclerk.ingest.readers import Reader
sandbox.run(Reader("hostile-1", "ingest.hostile_readers:tell_and_wait"), pathlib.Path(sys.argv[1]), "text/plain", ingest.Limits())
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("killed", ["program", "worker"])
def test_no_orphan_in_the_middle_of_a_file(killed: str, text_file: Path) -> None:
    """Kill the program, or its worker, while a file is read: the process that reads it ends, too."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    told = text_file.with_name("told")
    os.mkfifo(told)
    with subprocess.Popen([sys.executable, "-c", BUSY_SCRIPT, str(told)], env=environment, stdout=subprocess.PIPE, text=True) as program:
        reader, worker = map(int, told.read_text().split())
        os.kill(program.pid if killed == "program" else worker, signal.SIGKILL)
        if killed == "worker":
            # the file is tried once more, by a new worker, which tells its pids in turn
            _, worker = map(int, told.read_text().split())
            program.kill()
    deadline = time.monotonic() + 10
    while not (_gone(reader) and _gone(worker)):
        assert time.monotonic() < deadline, "a process outlived its program"
        time.sleep(0.02)


def test_size_and_disappearance(text_file: Path) -> None:
    """A file over the limit is not opened, and one that has vanished says so."""
    text_file.write_bytes(b"x" * 1_000_001)
    with pytest.raises(SkipDocument, match=r"too_large: 1\.0 MB"):
        ingest.read(text_file, TEXT, ingest.Limits(max_file_mb=1))
    with pytest.raises(SkipDocument, match="failed: cannot be opened: No such file"):
        ingest.read(text_file.with_name("none"), TEXT, LIMITS)


def test_overhead(text_file: Path) -> None:
    """A warm worker adds no more than 30 ms to a file (5 ms on an idle machine)."""
    ingest.read(text_file, TEXT, LIMITS)
    times = []
    for _ in range(15):
        started = time.perf_counter()
        ingest.read(text_file, TEXT, LIMITS)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.03


def test_a_crash_has_a_second_reader(repository: Path) -> None:
    """Where the process of the first reader of a PDF crashes, the second reads it, and the document says so."""
    reader = Reader("hostile-1", "ingest.hostile_readers:abort", "nightclerk.ingest.pdf:read_carefully")
    document = sandbox.run(reader, repository / "tests" / "golden" / "pdf" / "supply.pdf", "application/pdf", LIMITS)
    assert "2.1 Delivery." in document.text
    assert document.status == "partial"
    assert "the first reader crashed" in document.reason
    assert [page.status for page in document.pages] == ["text", "text", "needs_ocr", "needs_ocr", "text"]
