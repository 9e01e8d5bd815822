"""How answers travel out of a reading process: a line of words and two lengths, so much JSON, and so much text in UTF-8.

It is no pickle because a file that takes over a parser must not take over the program that asked. The lengths are checked, and so is the
id of the job, which nobody can know before the job is there: a process cannot answer for the next file in advance.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

# JSON, and apart from it the text, which may be long
Parcel = tuple[bytes | memoryview, bytes | memoryview]
BLOCK_BYTES = 1 << 16
# an id, a word, two lengths
LONGEST_LINE = 80
# what comes of the process: it goes on, it leaves, it leaves and what it says of the file is no document
STAYS, LEAVES, TROUBLED = "stays", "leaves", "troubled"


class Frame(NamedTuple):
    """An answer as it came out of the pipe."""

    word: str
    parcel: Parcel


def parcel(told: dict[str, Any], text: str = "") -> Parcel:
    """JSON and text as bytes."""
    return json.dumps(told).encode(), text.encode()


def skip(status: str, reason: str) -> Parcel:
    """The parcel that says why there is no document."""
    return parcel({"skip": [status, reason.encode("utf-8", "replace").decode().replace("\0", "")]})


def send(stream: int, answer: Parcel, *words: str) -> None:
    """Write a parcel behind a line of words and its two lengths."""
    head, text = answer
    write(stream, b"".join([" ".join([*words, f"{len(head)} {len(text)}\n"]).encode(), head]))
    write(stream, text)


def write(stream: int, data: bytes | memoryview) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(stream, view) :]


def missing(data: bytearray) -> int | None:
    """How many bytes a frame still lacks, less than none if there are too many; None while its line is not whole.

    A line that is none lacks nothing more, and `framed` says that it is none.
    """
    end = data.find(b"\n", 0, LONGEST_LINE)
    if end < 0:
        return None if len(data) < LONGEST_LINE else -1
    lengths = data[:end].split(b" ")[-2:]
    return end + 1 + sum(map(int, lengths)) - len(data) if all(map(bytearray.isdigit, lengths)) else -1


def framed(data: bytearray, job_id: str) -> Frame | None:
    """The one frame that these bytes are; None where they are anything else."""
    line, _, _ = data[:LONGEST_LINE].partition(b"\n")
    words = line.split(b" ")
    if missing(data) != 0 or len(words) != 4 or words[0] != job_id.encode():
        return None
    content = memoryview(data)[len(line) + 1 :]
    return Frame(words[1].decode("ascii", "replace"), (content[: int(words[2])], content[int(words[2]) :]))
