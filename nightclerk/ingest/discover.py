"""Finding files: walk what a person named, in a stable order, and say why something could not be opened."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nightclerk.errors import SkipDocument, SourceNotAllowed, SourceNotFound
from nightclerk.ingest.detect import detect
from nightclerk.ingest.places import shortened
from nightclerk.records import Source

LITTER = {"thumbs.db", "desktop.ini", "__macosx"}
LITTER_ENDINGS = (".tmp", ".part", ".crdownload", "~")
# larger blocks are fetched from the system and given back each time, which takes as long as the hash
BLOCK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """One place that was looked at. `status` and `reason` are empty where the file can be inspected."""

    path: Path
    uri: str
    status: str = ""
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is a file to inspect."""
        return not self.status

    @property
    def name(self) -> str:
        """Its name, as any database takes it."""
        return shown(Path(self.path.name))


def discover(paths: Sequence[Path], *, apart: Collection[Path] = ()) -> Iterator[Found]:
    """Every file under the given files and folders, once each, folders in the order of their names.

    Hidden files and litter are left out unless named themselves, and so is what lies `apart` (absolute paths): our own files, where the
    data folder lies in a source. Links are followed inside the folder they stand in, never out of it.

    Raises:
        SourceNotFound: a given path does not exist; raised before anything is yielded.
    """
    roots = [_existing(path) for path in paths]
    seen = {str(path.resolve()) for path in apart} - {str(root) for root in roots}
    for root in roots:
        yield from _walk(root, seen)


def allowed(path: Path, roots: Sequence[Path]) -> Path:
    """The resolved path, if it lies under one of the roots once links and `..` are resolved.

    Raises:
        SourceNotAllowed: it lies elsewhere. Whether it exists there is not said.
        SourceNotFound: it lies under a root and does not exist.
    """
    try:
        resolved = path.resolve()
        inside = any(resolved.is_relative_to(root.resolve()) for root in roots)
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceNotAllowed(f"{shown(path)} is not a path that can be resolved: {error}") from None
    if not inside:
        known = ", ".join(shown(root) for root in roots) or "none are set"
        raise SourceNotAllowed(f"{shown(path)} is outside the allowed source roots ({known}); add its folder to NIGHTCLERK_SOURCE_ROOTS")
    return _existing(resolved)


def inspect(path: Path) -> Source:
    """Read a file once and say what it is: sha256, size in bytes, media type by content, time of change in UTC.

    Raises:
        SkipDocument: `failed`, the file cannot be opened or is no regular file.
    """
    resolved = path.resolve()
    try:
        status = resolved.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SkipDocument("failed", "not a regular file")
        digest, size_bytes = _sha256(resolved)
        media_type = detect(resolved)
    except OSError as error:
        raise SkipDocument("failed", f"cannot be opened: {error.strerror or error}") from None
    return Source(
        uri=uri_of(resolved),
        path=resolved,
        name=shown(Path(resolved.name)),
        media_type=media_type,
        sha256=digest,
        size_bytes=size_bytes,
        modified_at=_moment(status.st_mtime),
    )


def shown(path: Path) -> str:
    """A path as text that any database takes; names that are no UTF-8 get replacement characters."""
    return os.fsencode(path).decode("utf-8", "replace")


def uri_of(path: Path) -> str:
    """The name of an absolute path in the store; a very long one is cut and told apart by a hash."""
    return shortened(path.as_uri())


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name is what systems and editors leave behind, or hidden."""
    return name.startswith((".", "~$")) or name.lower() in LITTER or name.lower().endswith(LITTER_ENDINGS)


def _moment(seconds: float) -> datetime | None:
    """A file's time; one before our era or after the year 9999 is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _existing(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise SourceNotFound(f"there is no file or folder at {shown(path)}") from None


def _walk(root: Path, seen: set[str]) -> Iterator[Found]:
    """Depth first with a stack of our own, since a tree may be deeper than Python's. Names wait as text: a folder may hold 100,000."""
    stack: list[tuple[Path, Iterator[str]]] = [(root.parent, iter([root.name]))]
    while stack:
        folder, names = stack[-1]
        name = next(names, None)
        if name is None:
            stack.pop()
            continue
        found = _resolved(folder / name, root)
        if not found.ok:
            yield found
            continue
        if str(found.path) in seen:
            continue
        seen.add(str(found.path))
        try:
            children = _children(found.path)
        except OSError as error:
            yield Found(found.path, found.uri, "failed", f"cannot be opened: {error.strerror or error}")
            continue
        if children is None:
            yield found
        else:
            stack.append((found.path, iter(children)))


def _resolved(path: Path, root: Path) -> Found:
    """The place that a path leads to; its folder is resolved already, so only a link has to be followed."""
    try:
        resolved = path.resolve(strict=True) if path.is_symlink() else path
    except (OSError, RuntimeError) as error:
        why = "the link points to nothing" if path.is_symlink() else f"cannot be opened: {getattr(error, 'strerror', None) or error}"
        return Found(path, uri_of(path.absolute()), "failed", why)
    if not resolved.is_relative_to(root):
        why = "a link that leads out of its folder is not followed; name its target as a source of its own"
        return Found(path, uri_of(path.absolute()), "failed", why)
    return Found(resolved, uri_of(resolved))


def _children(path: Path) -> list[str] | None:
    """The names in a folder, litter left out; None for a regular file. Raises OSError for what is neither."""
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return None
    if not stat.S_ISDIR(mode):
        raise OSError("not a regular file")
    return sorted(
        name
        for name in os.listdir(path)  # noqa: PTH208 - text, not paths: there may be 100,000
        if not is_litter(name)
    )


def _sha256(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    size_bytes = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            size_bytes += len(block)
    return digest.hexdigest(), size_bytes
