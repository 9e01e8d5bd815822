"""What a tar archive holds, packed by gzip, bzip2 or xz or not at all, and the one file that these hold without tar.

Runs in the reading process. An archive is read from its beginning to its end and nothing is kept, so the bytes of a member are to be had
only while it is its turn.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

from nightclerk.errors import SkipDocument
from nightclerk.ingest import outlet
from nightclerk.ingest.container import BOMB_BYTES, BOMB_RATIO
from nightclerk.ingest.detect import TAR_AT
from nightclerk.ingest.discover import is_litter
from nightclerk.ingest.members import LINK, Member, below, too_large

BLOCK_BYTES = 1 << 20
DAMAGED = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError)
PACKERS: tuple[tuple[bytes, Any], ...] = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open))


class _Entry(tarfile.TarInfo):
    """A header that makes no sense is an error in the middle, too, where tarfile takes it for the end."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            entry = super().fromtarfile(archive)
        except (tarfile.EOFHeaderError, tarfile.EmptyHeaderError):  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from None
        if entry.size < 0:
            raise tarfile.ReadError("a file of a negative size")
        return entry


def members(path: Path, *, most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The files of an archive, litter left out; arguments as those of `archive.members`.

    Raises:
        SkipDocument: `damaged`, also in the middle.
    """
    left_bytes = min(most_bytes, max(BOMB_BYTES, path.stat().st_size * BOMB_RATIO))
    packer = _packer(path)
    try:
        if packer and not _is_tar(path, packer):
            yield Member("content", partial(_alone, path, packer, min(left_bytes, most_file_bytes)))
            return
        # tarfile's own unpacking takes a packed file that was cut off for one that ends there
        with (packer or open)(path, "rb") as file, tarfile.open(fileobj=file, mode="r|", tarinfo=_Entry) as archive:
            for entry in archive:
                name = below(entry.name)
                if entry.isdir() or any(map(is_litter, name.split("/"))):
                    continue
                trouble = _trouble(entry, most_file_bytes, left_bytes)
                left_bytes -= 0 if trouble else entry.size
                yield Member(name, None, *trouble) if trouble else Member(name, partial(_content, archive.extractfile(entry)))
    except DAMAGED as error:
        raise _damaged(error) from None


def _trouble(entry: tarfile.TarInfo, most_file_bytes: int, left_bytes: int) -> tuple[str, str] | None:
    if not entry.isreg():
        return LINK
    if entry.size > most_file_bytes:
        return "too_large", too_large(entry.size, most_file_bytes).reason
    if entry.size > left_bytes:
        return "too_large", "the archive expands further than is allowed (NIGHTCLERK_SPOOL_MB): unpack it into the folder"
    return None


def _content(file: IO[bytes] | None) -> Iterator[bytes]:
    try:
        while file and (block := file.read(BLOCK_BYTES)):
            yield block
    except DAMAGED as error:
        raise _damaged(error) from None


def _packer(path: Path) -> Any:
    with path.open("rb") as file:
        head = file.read(8)
    return next((opener for signature, opener in PACKERS if head.startswith(signature)), None)


def _is_tar(path: Path, opener: Any) -> bool:
    with opener(path, "rb") as file:
        head = file.read(TAR_AT + 5)
    return bool(head[TAR_AT:] == b"ustar")


def _alone(path: Path, opener: Any, most_bytes: int) -> Iterator[bytes]:
    """The one file that was packed; how large it is shows only on the way."""
    size_bytes = 0
    try:
        with opener(path, "rb") as file:
            while block := file.read(BLOCK_BYTES):
                size_bytes += len(block)
                if size_bytes > most_bytes:
                    raise SkipDocument("too_large", f"it expands beyond the {most_bytes / 1e6:g} MB that such a file may")
                yield block
    except DAMAGED as error:
        raise _damaged(error) from None


def _damaged(error: Exception) -> SkipDocument:
    said = str(error)[:200] or type(error).__name__
    return SkipDocument("damaged", f"the archive is damaged ({said}): ask for it again")


send = partial(outlet.send, members)
