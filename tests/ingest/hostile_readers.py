"""Readers that misbehave, to be named where a format's reader is named."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path

from nightclerk.ingest.reading import PageText, Reading


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


def _answered(*parcels: bytes) -> None:
    """Answer by hand, as a parser could that a file has taken over, and end before the worker does."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(number, b"".join(parcels))
    os._exit(0)


def answer_twice(path: Path) -> Reading:
    """Answer for this file and, in advance, for the next."""
    skip = b'{"skip": ["read", "forged"]}'
    parcel = b"%d 0\n" % len(skip) + skip
    _answered(parcel, parcel)
    raise AssertionError


def answer_nonsense(path: Path) -> Reading:
    """Answer with a parcel of the right length that holds no document."""
    head = b'{"document": {"pages": 7}}'
    _answered(b"%d 2\n" % len(head) + head + b"\xff\xfe")
    raise AssertionError
