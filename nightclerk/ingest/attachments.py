"""The files in a file: which kinds hold any, who takes them out, and how they get into the spool.

They are taken out by the reading process with its limits. It writes no files: what it sends through a pipe is counted and kept here.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest import sandbox
from nightclerk.ingest.detect import ARCHIVES, BZIP2, GZIP, MAIL, OUTLOOK, PDF, TAR, XZ, ZIP, detect
from nightclerk.ingest.members import SKIPPED, too_large
from nightclerk.ingest.outlet import LENGTH
from nightclerk.ingest.readers import Options
from nightclerk.ingest.reading import storable
from nightclerk.ingest.sandbox import Limits
from nightclerk.ingest.spool import Spool

MOST_MEMBERS = 10_000
MOST_HEADER_BYTES, MOST_BLOCK_BYTES = 1 << 20, 1 << 28
LONGEST_NAME = 500


@dataclass(frozen=True, slots=True)
class Unpacker:
    """Who takes files out of a format. The fingerprint changes whenever the same file would give others."""

    fingerprint: str
    function: str
    takes: tuple[str, ...] = ()

    def fingerprint_with(self, limits: Limits, most_bytes: int) -> str:
        """The fingerprint and the limits, since greater ones may let more out: `zip-1/200/2000`."""
        return f"{self.fingerprint}/{limits.max_file_mb}/{most_bytes // 1_000_000}"


UNPACKERS = {
    ZIP: Unpacker("zip-1", "nightclerk.ingest.archive:send"),
    **dict.fromkeys([TAR, GZIP, BZIP2, XZ], Unpacker("tar-1", "nightclerk.ingest.tarball:send")),
    PDF: Unpacker("pdf-1", "nightclerk.ingest.pdf_attached:send", takes=("passwords",)),
    MAIL: Unpacker("eml-2", "nightclerk.ingest.mail_attached:send_eml"),
    OUTLOOK: Unpacker("msg-2", "nightclerk.ingest.mail_attached:send_msg"),
}


@dataclass(frozen=True, slots=True)
class Inner:
    """One file in another, its content in the spool; `status` and `reason` say why there is none."""

    ordinal: int
    name: str
    sha256: str = ""
    size_bytes: int = 0
    media_type: str = ""
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a file holds. `trouble` says why the list ends where it does, if that is not its end."""

    members: list[Inner]
    trouble: SkipDocument | None = None

    @property
    def is_final(self) -> bool:
        """Whether unpacking it again would give the same: nothing stood in the way that may be gone tomorrow, such as a full disk."""
        return self.trouble is None and all(member.status != "failed" for member in self.members)


def unpack(path: Path, media_type: str, spool: Spool, limits: Limits, options: Options, *, only: Collection[int] = ()) -> Listing:
    """Take the files out of a file, in a child process. Blocks.

    Args:
        path: the file.
        media_type: one of UNPACKERS.
        spool: where they go.
        limits: of the process; `max_file_mb` is that of each file in it, too.
        options: the passwords to try.
        only: the ordinals of those that are wanted; none for all.
    """
    unpacker = UNPACKERS[media_type]
    most_file_bytes = limits.max_file_mb * 1_000_000
    with spool.pipe() as pipe:
        wanted = {
            "pipe": os.fsencode(pipe).hex(),
            "only": list(only),
            "most_members": MOST_MEMBERS,
            "most_file_bytes": most_file_bytes,
            "most_bytes": spool.most_bytes,
            **{name: getattr(options, name) for name in unpacker.takes},
        }
        # opened for both ends, so that neither waits for the child, and the end comes when we say so
        with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as inlet, pipe.open("wb", buffering=0) as ours:
            os.set_blocking(inlet.fileno(), True)
            receiver = _Receiver(inlet, spool, most_file_bytes)
            receiver.start()
            trouble = _sent(path, unpacker.function, wanted, limits)
            ours.close()
            receiver.join()
    # a pipe that ends in the middle ended with its sender, who knows why
    return Listing(receiver.members, trouble if trouble and receiver.cut_off else receiver.trouble or trouble)


def _sent(path: Path, function: str, wanted: dict[str, Any], limits: Limits) -> SkipDocument | None:
    """Have the child send; what stopped it, if anything did."""
    if path.stat().st_size > limits.max_file_mb * 1_000_000:
        return too_large(path.stat().st_size, limits.max_file_mb * 1_000_000)
    try:
        sandbox.call(function, path, wanted, limits)
    except SkipDocument as skip:
        return skip
    return None


class _Receiver(threading.Thread):
    """Keeps what comes out of the pipe. Nothing that it says is believed further than its own limits."""

    def __init__(self, inlet: IO[bytes], spool: Spool, most_file_bytes: int) -> None:
        super().__init__(name="nightclerk-unpack", daemon=True)
        self.members: list[Inner] = []
        self.trouble: SkipDocument | None = None
        self.cut_off = False
        self._inlet = inlet
        self._spool = spool
        self._most_file_bytes = most_file_bytes
        self._left_bytes = spool.most_bytes

    def run(self) -> None:
        """Receive members until the pipe ends, or makes no sense."""
        try:
            while (header := self._frame(MOST_HEADER_BYTES)) is not None:
                self._member(json.loads(header))
        except (EOFError, ValueError, KeyError, TypeError, OSError) as error:
            self.cut_off = isinstance(error, EOFError)
            said = str(error) or type(error).__name__
            self.trouble = SkipDocument("failed", f"unpacking it broke off ({said}); nothing behind that was read")
        finally:
            # a child that still writes learns that nobody listens
            self._inlet.close()

    def _member(self, header: dict[str, Any]) -> None:
        if len(self.members) > MOST_MEMBERS:
            raise ValueError("more members than there may be")
        ordinal, name = int(header["ordinal"]), clean_name(str(header["name"]))
        blocks = self._blocks()
        refused: SkipDocument | None = None
        kept = None
        try:
            kept = self._spool.put(blocks, name, self._most_file_bytes)
        except SkipDocument as skip:
            refused = skip
        for _ in blocks:
            pass
        trailer = json.loads(self._frame(MOST_HEADER_BYTES) or b"")
        status, reason = str(trailer["status"])[:20], storable(str(trailer["reason"]))[:1_000]
        if refused:
            status, reason = refused.status, refused.reason
        if status or kept is None:
            self.members.append(Inner(ordinal, name, status=status, reason=reason))
        else:
            self.members.append(Inner(ordinal, name, kept.sha256, kept.size_bytes, detect(kept.path)))

    def _blocks(self) -> Iterator[bytes]:
        while block := self._frame(MOST_BLOCK_BYTES):
            self._left_bytes -= len(block)
            if self._left_bytes < 0:
                raise ValueError("more bytes than NIGHTCLERK_SPOOL_MB allows")
            yield block

    def _frame(self, most_bytes: int) -> bytes | None:
        """The next frame, empty at the end of blocks; None at the end of the pipe."""
        head = self._inlet.read(LENGTH.size)
        if not head:
            return None
        [size_bytes] = LENGTH.unpack(head) if len(head) == LENGTH.size else [most_bytes + 1]
        if size_bytes > most_bytes:
            raise ValueError("a frame that is longer than any may be")
        content = self._inlet.read(size_bytes)
        if len(content) < size_bytes:
            raise EOFError
        return content


def clean_name(name: str) -> str:
    """A name as any database takes it; a very long one without its middle."""
    name = storable(name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 60]}…{name[-50:]}"


def is_container(media_type: str) -> bool:
    """Whether such a file is nothing but what it holds: there is no text of its own."""
    return media_type in ARCHIVES


def is_skipped(inner: Inner) -> bool:
    """Whether it is no document, and belongs on no list of what was to be read."""
    return inner.status == SKIPPED
