"""A writer of compound files (OLE, [MS-CFB] version 3) for the documents of tests: storages and streams in, bytes out."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
SECTOR, MINI_SECTOR, MINI_LIMIT = 512, 64, 4096
FREE, END, FAT_SECTOR, NOBODY = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    children: list[int] = field(default_factory=list)
    start: int = END
    size: int = 0
    right: int = NOBODY


def compound_file(tree: Tree) -> bytes:
    """The bytes of a compound file; small streams go to the mini stream as the format wants it."""
    entries = [_Entry("Root Entry", ROOT)]
    _add(tree, 0, entries)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = b"", []
    for entry in entries:
        if entry.kind == STREAM:
            entry.size = len(entry.content)
            if entry.size >= MINI_LIMIT:
                entry.start = _store(entry.content, sectors, fat)
            elif entry.size:
                entry.start = len(mini_fat)
                mini += _padded(entry.content, MINI_SECTOR)
                mini_fat += [*range(entry.start + 1, len(mini) // MINI_SECTOR), END]
    entries[0].size = len(mini)
    entries[0].start = _store(mini, sectors, fat) if mini else END
    mini_start = _store(struct.pack(f"<{len(mini_fat)}I", *mini_fat), sectors, fat, fill=b"\xff") if mini_fat else END
    directory_start = _store(b"".join(map(_directory_entry, entries)), sectors, fat)
    fat_start, count = len(sectors), 1
    while len(fat) + count > count * (SECTOR // 4):
        count += 1
    fat += [FAT_SECTOR] * count
    table = _padded(struct.pack(f"<{len(fat)}I", *fat), SECTOR, fill=b"\xff")
    difat = [*range(fat_start, fat_start + count)]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory_start, 0, MINI_LIMIT,
        mini_start, -(-len(mini_fat) * 4 // SECTOR), END, 0,
    )  # fmt: skip
    return header + struct.pack("<109I", *difat, *[FREE] * (109 - count)) + b"".join(sectors) + table


def _add(tree: Tree, parent: int, entries: list[_Entry]) -> None:
    previous = -1
    # a chain to the right is a search tree, too, if it is in order: by length, then by upper case
    for name, content in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
        index = len(entries)
        is_stream = isinstance(content, bytes)
        entries.append(_Entry(name, STREAM if is_stream else STORAGE, content if is_stream else b""))
        if previous < 0:
            entries[parent].children = [index]
        else:
            entries[previous].right = index
        previous = index
        if not isinstance(content, bytes):
            _add(content, index, entries)


def _store(content: bytes, sectors: list[bytes], fat: list[int], *, fill: bytes = b"\0") -> int:
    start = len(sectors)
    padded = _padded(content, SECTOR, fill=fill)
    sectors += [padded[place : place + SECTOR] for place in range(0, len(padded), SECTOR)]
    fat += [*range(start + 1, len(sectors)), END]
    return start


def _padded(content: bytes, size: int, *, fill: bytes = b"\0") -> bytes:
    return content + fill * (-len(content) % size)


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    child = entry.children[0] if entry.children else NOBODY
    return struct.pack("<64sHBBIII36xIQ", name, len(name) + 2, entry.kind, 1, NOBODY, entry.right, child, entry.start, entry.size)
