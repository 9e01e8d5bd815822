"""Bytes that lie nowhere as a file: what was downloaded or unpacked, by the hash of its content, for as long as it is needed.

Each process has a folder of its own under `spool` in the data folder and takes it away at its end; what a killed process left is taken
away by the next one. The folder is bounded: what was not used for the longest is dropped, and fetched again should it be needed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from nightclerk.errors import SkipDocument
from nightclerk.records import new_id

LOCK = ".lock"
# what kinds of files are told apart by, where their content leaves it open
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Stored:
    """A content in the spool."""

    sha256: str
    size_bytes: int
    path: Path


class Spool:
    """The spool of this process. Thread-safe. Nothing is made on disk before something is put.

    Args:
        folder: `spool` in the data folder.
        most_bytes: what all its files may take together; one file alone may be larger.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._root = folder
        self._own = folder / new_id()
        self._lock = threading.RLock()
        self._held: IO[bytes] | None = None
        # in the order of their last use
        self._sizes: dict[Path, int] = {}
        self._used_bytes = 0
        self._pins: dict[Path, int] = {}
        # who cannot look there learns of it when something is put
        with suppress(OSError):
            if folder.is_dir():
                with _door(folder):
                    _sweep(folder)

    def put(self, blocks: Iterable[bytes], name: str, most_bytes: int) -> Stored:
        """Write a content; its file keeps the ending of `name`.

        Raises:
            SkipDocument: `too_large`, there are more than `most_bytes`; `failed`, the disk does not take them.
        """
        try:
            part = self._folder() / f"{new_id()}.part"
            try:
                sha256, size_bytes = _written(part, blocks, most_bytes)
                return self._keep(part, sha256, size_bytes, name)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise SkipDocument("failed", f"cannot be kept in {self._root} while it is read: {error.strerror or error}") from None

    @contextmanager
    def file(self, sha256: str, name: str, bring: Callable[[], object]) -> Iterator[Path]:
        """The file of a content, which stays while the block runs; `bring` puts it where it is not there (any more).

        Raises:
            SkipDocument: what `bring` raises; `failed`, what it put was another content.
        """
        path = self._own / (sha256 + _ending(name))
        for _ in range(ATTEMPTS):
            if self._pinned(path):
                break
            bring()
        else:
            raise SkipDocument("failed", "it changed or went away before it was read; the next run reads what is there then")
        try:
            yield path
        finally:
            with self._lock:
                self._pins[path] -= 1
                if not self._pins[path]:
                    del self._pins[path]

    def holds(self, sha256: str, name: str) -> bool:
        """Whether a content is there at this moment."""
        with self._lock:
            return self._own / (sha256 + _ending(name)) in self._sizes

    @contextmanager
    def pipe(self) -> Iterator[Path]:
        """A named pipe, which is gone afterwards; raises SkipDocument where none can be made."""
        try:
            path = self._folder() / f"{new_id()}.pipe"
            os.mkfifo(path, 0o600)
        except OSError as error:
            raise SkipDocument("failed", f"cannot be unpacked in {self._root}: {error.strerror or error}") from None
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Take the folder away."""
        with self._lock:
            if self._held is None:
                return
            with suppress(OSError), _door(self._root):
                shutil.rmtree(self._own, ignore_errors=True)
            self._held.close()
            self._held = None
            self._sizes.clear()
            self._used_bytes = 0

    def _folder(self) -> Path:
        with self._lock:
            if self._held is None:
                self._root.mkdir(parents=True, exist_ok=True)
                with _door(self._root):
                    self._own.mkdir(mode=0o700)
                    self._held = (self._own / LOCK).open("wb")
                    fcntl.flock(self._held, fcntl.LOCK_EX)
        return self._own

    def _keep(self, part: Path, sha256: str, size_bytes: int, name: str) -> Stored:
        path = self._own / (sha256 + _ending(name))
        with self._lock:
            part.replace(path)
            self._used_bytes += size_bytes - self._sizes.pop(path, 0)
            self._sizes[path] = size_bytes
            self._make_room(path)
        return Stored(sha256, size_bytes, path)

    def _make_room(self, newest: Path) -> None:
        if self._used_bytes <= self.most_bytes:
            return
        for path in [path for path in self._sizes if path != newest and not self._pins.get(path)]:
            self._used_bytes -= self._sizes.pop(path)
            path.unlink(missing_ok=True)
            if self._used_bytes <= self.most_bytes:
                return

    def _pinned(self, path: Path) -> bool:
        with self._lock:
            if path not in self._sizes or not path.exists():
                return False
            self._sizes[path] = self._sizes.pop(path)
            self._pins[path] = self._pins.get(path, 0) + 1
            return True


def _written(path: Path, blocks: Iterable[bytes], most_bytes: int) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("xb") as file:
        for block in blocks:
            size_bytes += len(block)
            if size_bytes > most_bytes:
                raise SkipDocument("too_large", f"more than the {most_bytes / 1e6:g} MB allowed (NIGHTCLERK_MAX_FILE_MB)")
            digest.update(block)
            file.write(block)
    return digest.hexdigest(), size_bytes


def _ending(name: str) -> str:
    found = ENDING.search(name)
    return found[0].lower() if found else ""


@contextmanager
def _door(folder: Path) -> Iterator[None]:
    """One process at a time makes, sweeps or removes folders."""
    with (folder / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(folder: Path) -> None:
    """Take away what processes left that are no more: their locks are free."""
    for own in folder.iterdir():
        if own.is_dir() and not own.is_symlink() and _is_free(own / LOCK):
            shutil.rmtree(own, ignore_errors=True)


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return True
    except OSError:
        return False
