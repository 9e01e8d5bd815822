"""Handing the files in a file out of the reading process, which writes no files: through a named pipe, frame by frame.

A member is a header (JSON), its blocks, an empty frame, and a trailer (JSON) that says how it went. Each frame begins with its length,
4 bytes, the greatest first.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest.members import SKIPPED, Member

Unpack = Callable[..., Iterable[Member]]
LENGTH = struct.Struct(">I")


def send(
    members: Callable[..., Iterable[Member]], path: Path, *, pipe: str, only: Collection[int], most_members: int, **options: Any
) -> None:
    """Unpack a file into a pipe.

    Args:
        members: what unpacks it.
        path: the file.
        pipe: where to write, as hexadecimal bytes.
        only: the members to send the bytes of, counted from 0; none for all.
        most_members: how many there may be; one more says that there are more.
        options: for `members`.
    """
    with open(os.fsdecode(bytes.fromhex(pipe)), "wb", buffering=0) as file:  # noqa: PTH123 - a name that is no UTF-8
        for ordinal, member in enumerate(islice(members(path, **options), most_members + 1)):
            if ordinal == most_members:
                member = Member("", None, "too_large", f"it holds more than {most_members:,} files: unpack it into the folder")
            _send(file.fileno(), ordinal, member, with_bytes=not only or ordinal in only)


def _send(outlet: int, ordinal: int, member: Member, *, with_bytes: bool) -> None:
    _frame(outlet, json.dumps({"ordinal": ordinal, "name": member.name}).encode())
    status, reason = member.status, member.reason
    try:
        if member.content and with_bytes:
            for block in member.content():
                _frame(outlet, block)
        elif member.content:
            status = SKIPPED
    except SkipDocument as skip:
        status, reason = skip.status, skip.reason
    except (BrokenPipeError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a decoder raises on one strange member costs this member and is told with it
        status, reason = "damaged", f"it cannot be unpacked ({type(error).__name__}: {str(error)[:200]})"
    _write(outlet, LENGTH.pack(0))
    _frame(outlet, json.dumps({"status": status, "reason": reason}).encode())


def _frame(outlet: int, content: bytes) -> None:
    if content:
        _write(outlet, LENGTH.pack(len(content)))
        _write(outlet, content)


def _write(outlet: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(outlet, view) :]
