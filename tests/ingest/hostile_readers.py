"""Readers that misbehave, to be named where a format's reader is named."""

from __future__ import annotations

import contextlib
import ctypes
import inspect
import os
import sys
import threading
import time
from pathlib import Path

from nightclerk.ingest.reading import PageText, Reading

FORGED = b'{"skip": ["read", "forged"]}'
# the files that this process has read, and what it has kept of them
_seen: list[Path] = []
_left: list[object] = []


def eat(path: Path) -> Reading:
    """Take memory for ever."""
    hoard = []
    while True:
        hoard.append(bytearray(64 << 20))


def spin(path: Path) -> Reading:
    """Take CPU for ever."""
    while True:
        pass


def wait(path: Path) -> Reading:
    """Take wall-clock time for ever."""
    while True:
        time.sleep(60)


def abort(path: Path) -> Reading:
    """Crash as a C library does that finds its heap broken."""
    ctypes.CDLL(None).abort()
    raise AssertionError


def leave(path: Path) -> Reading:
    """Exit without a word."""
    os._exit(3)


def flood(path: Path) -> Reading:
    """Answer with more than the memory limit."""
    return Reading([PageText("x" * (100 << 20)) for _ in range(4)])


def chatter(path: Path) -> Reading:
    """Write to the stream that answers travel on."""
    os.write(1, b'{"skip": ["read", "forged"]}\n')
    print("noise", flush=True)
    return Reading([PageText("quiet")])


def stumble(path: Path) -> Reading:
    """Raise something with characters in it that no database takes."""
    raise ZeroDivisionError("in the parser\0 \ud800")


def dig(path: Path) -> Reading:
    """Nest without end."""
    return dig(path)


def leave_file(path: Path) -> Reading:
    """Leave a file behind."""
    (path.parent / "left-behind").write_text("x")
    raise AssertionError


def environment(path: Path) -> Reading:
    """Tell the names in the environment."""
    return Reading([PageText(" ".join(os.environ))])


def modules(path: Path) -> Reading:
    """Tell the modules that are loaded."""
    return Reading([PageText(" ".join(sys.modules))])


def surrogates(path: Path) -> Reading:
    """Return characters that no database takes."""
    return Reading([PageText("a\0b\ud800c")])


def tell_and_wait(path: Path) -> Reading:
    """Tell who reads, by a named pipe, and take for ever."""
    with path.open("w") as told:
        told.write(f"{os.getpid()} {os.getppid()}")
    return wait(path)


def pour(path: Path) -> Reading:
    """Answer with more than the output limit, within the memory limit."""
    return Reading([PageText("x" * (3 << 20))])


def _write_everywhere(words: bytes) -> None:
    """Write to whatever is open, as a parser could that a file has taken over."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(number, words)


def _job_id() -> str:
    """The id of the job, as a parser that was taken over could find it."""
    return next(frame.frame.f_locals["job"]["id"] for frame in inspect.stack() if "job" in frame.frame.f_locals)


def _parcel(head: bytes, text: bytes = b"") -> bytes:
    return f"{_job_id()} stays {len(head)} {len(text)}\n".encode() + head + text


def answer_twice(path: Path) -> Reading:
    """Answer for this file and, in advance, for the next, and end."""
    _write_everywhere(_parcel(FORGED) * 2)
    os._exit(0)


def answer_ahead(path: Path) -> Reading:
    """Answer for another job in advance, and then rightly."""
    _write_everywhere(b"0123456789abcdef stays %d 0\n" % len(FORGED) + FORGED)
    return Reading([PageText("late")])


def answer_nonsense(path: Path) -> Reading:
    """Answer with a parcel of the right length that holds no document."""
    _write_everywhere(_parcel(b'{"document": {"pages": 7}}', b"\xff\xfe"))
    os._exit(0)


def answer_later(path: Path) -> Reading:
    """Leave a process behind that answers for the next file."""
    if os.fork() == 0:
        time.sleep(0.1)
        _write_everywhere(_parcel(FORGED))
        os._exit(0)
    return Reading([PageText(str(os.getpid()))])


def tell_pid(path: Path) -> Reading:
    """Tell which process reads."""
    _seen.append(path)
    return Reading([PageText(f"{os.getpid()} {os.getppid()}")])


def abort_if_used(path: Path) -> Reading:
    """Crash where another file was read before, as over a heap that it has broken."""
    return abort(path) if _seen else tell_pid(path)


def raise_if_used(path: Path) -> Reading:
    """Raise where another file was read before, as over a table that it has filled."""
    return stumble(path) if _seen else tell_pid(path)


def starve_if_used(path: Path) -> Reading:
    """Have no memory where another file was read before."""
    return eat(path) if _seen else tell_pid(path)


def tell_what_is_left(path: Path) -> Reading:
    """Tell what a file before may have left."""
    kept = [Path.cwd(), os.environ.get("LEFT", ""), sys.getrecursionlimit(), len(list(Path("/dev/fd").iterdir())), len(_seen)]
    return Reading([PageText(" ".join(map(str, kept)))])


def leave_open(path: Path) -> Reading:
    """Leave a file open."""
    _left.append(path.open())
    return tell_pid(path)


def leave_folder(path: Path) -> Reading:
    """Go elsewhere."""
    os.chdir("/")
    return tell_pid(path)


def leave_variable(path: Path) -> Reading:
    """Set a variable of the environment."""
    os.environ["LEFT"] = "behind"
    return tell_pid(path)


def leave_depth(path: Path) -> Reading:
    """Allow deeper recursion."""
    sys.setrecursionlimit(sys.getrecursionlimit() + 1)
    return tell_pid(path)


def leave_thread(path: Path) -> Reading:
    """Leave a thread at work."""
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return tell_pid(path)


def leave_memory(path: Path) -> Reading:
    """Keep a lot of memory."""
    _left.append(bytearray(200 << 20))
    return tell_pid(path)


def work_a_while(path: Path) -> Reading:
    """Take half of a CPU second."""
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    return tell_pid(path)


def doze(path: Path) -> Reading:
    """Take a quarter of a second by the wall clock."""
    time.sleep(0.25)
    return Reading([PageText("awake")])


def name_pid(path: Path) -> str:
    """Tell which process works, where no document is asked for."""
    return str(os.getpid())
