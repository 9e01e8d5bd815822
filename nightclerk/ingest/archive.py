"""What a ZIP archive holds, member by member, in the order of its directory. Runs in the reading process.

Names are only names here: nothing is ever written under one. What expands too far is left out by what the directory says of it, and
Python's reader gives no more bytes than that.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from nightclerk.errors import SkipDocument
from nightclerk.ingest import outlet
from nightclerk.ingest.container import BOMB_BYTES, BOMB_RATIO, DAMAGED
from nightclerk.ingest.detect import MOST_DIRECTORY_BYTES, directory_bytes
from nightclerk.ingest.discover import is_litter
from nightclerk.ingest.members import LINK, Member, below, too_large

BLOCK_BYTES = 1 << 20
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1


def members(path: Path, *, most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The files of an archive, litter left out.

    Args:
        path: the archive.
        most_file_bytes: what one of them may expand to.
        most_bytes: what all of them together may.

    Raises:
        SkipDocument: `damaged` or `too_large`.
    """
    size_bytes = path.stat().st_size
    if directory_bytes(path) > MOST_DIRECTORY_BYTES:
        raise SkipDocument("too_large", "its list of files is longer than any that a person would make: unpack it into the folder")
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise SkipDocument("damaged", f"the ZIP archive cannot be opened ({str(error)[:200]}): ask for it again") from None
    left_bytes = min(most_bytes, max(BOMB_BYTES, size_bytes * BOMB_RATIO))
    for entry in archive.infolist():
        name = _name(entry)
        if entry.filename.endswith(("/", "\\")) or any(map(is_litter, name.split("/"))):
            continue
        trouble = _trouble(entry, most_file_bytes, left_bytes)
        left_bytes -= 0 if trouble else entry.file_size
        yield Member(name, None, *trouble) if trouble else Member(name, partial(_content, archive, entry))


def _name(entry: zipfile.ZipInfo) -> str:
    """Where the member lies below the archive."""
    name = entry.filename
    if not entry.flag_bits & UTF8_FLAG:
        # many programs write UTF-8 and do not say so
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return below(name)


def _trouble(entry: zipfile.ZipInfo, most_file_bytes: int, left_bytes: int) -> tuple[str, str] | None:
    """(status, reason) of a member that is not to be unpacked."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return LINK
    if entry.flag_bits & ENCRYPTED_FLAG:
        return "encrypted", "it needs a password: unpack the archive into the folder"
    size_bytes = entry.file_size
    if size_bytes > most_file_bytes:
        return "too_large", too_large(size_bytes, most_file_bytes).reason
    if size_bytes > BOMB_BYTES and size_bytes > entry.compress_size * BOMB_RATIO:
        return "too_large", f"it expands from {entry.compress_size / 1e6:.1f} to {size_bytes / 1e6:.0f} MB, as no document does"
    if size_bytes > left_bytes:
        return "too_large", "the archive expands further than is allowed (NIGHTCLERK_SPOOL_MB): unpack it into the folder"
    return None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except NotImplementedError as error:
        raise SkipDocument("unsupported", f"packed in a way that is not read ({error}): pack it again as a plain ZIP") from None
    except DAMAGED as error:
        raise SkipDocument("damaged", f"it cannot be unpacked ({str(error)[:200]}): ask for the archive again") from None


send = partial(outlet.send, members)
