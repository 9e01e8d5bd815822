"""Files in a store that is not this machine (s3, gs, az, sftp, ftp, ...): listed in a stable order and downloaded, through fsspec.

fsspec finds the package for a scheme and that package finds its credentials in the environment. What such a package raises is its own
affair, so everything it raises costs the file or folder in question and is told with it, without passwords.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from nightclerk.errors import BadUsage, SkipDocument
from nightclerk.ingest.discover import is_litter
from nightclerk.ingest.places import MASK, WEB, Url

BLOCK_BYTES = 1 << 20
MOST_FILES, MOST_DEPTH = 100_000, 60
# they wrap other stores, reach into this machine, or run what they are told
REFUSED = frozenset(
    ["arrow_hdfs", "async_wrapper", "asynclocal", "asyncwrapper", "blockcache", "cached", "dask", "data", "dir", "file", "filecache",
     "generic", "git", "jlab", "jupyter", "libarchive", "local", "pyscript", "reference", "simplecache", "tar", "zip"]
)  # fmt: skip
# what the stores call the time of an object's last change, and the name of its version
TIMES = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")
TAGS = ("ETag", "etag", "generation", "md5Hash")
# a time that is younger may stand for two versions
SETTLED_S = 3_600


@dataclass(frozen=True, slots=True)
class Remote:
    """One object of a store; `status` and `reason` are empty where it can be downloaded.

    `key` is the store's own name for it, `tag` what it calls this version of it. `version` is empty where nothing is to be relied on.
    """

    url: Url
    key: str = ""
    tag: str = ""
    version: str = ""
    size_bytes: int | None = None
    modified_at: datetime | None = None
    status: str = ""
    reason: str = ""


def check(url: Url) -> None:
    """Raises BadUsage where a URL's scheme is not read, or needs a package that is not installed."""
    if url.scheme in WEB:
        return
    import fsspec

    if url.scheme in REFUSED:
        raise BadUsage(f"{url.uri}: {url.scheme}:// is no place that is read from; name the files themselves")
    try:
        fsspec.get_filesystem_class(url.scheme)
    except ValueError:
        raise BadUsage(f"{url.uri}: nothing is known that reads {url.scheme}://") from None
    except ImportError as error:
        raise BadUsage(f"{url.uri}: {url.scheme}:// needs a package that is not installed ({error}); install it with pip") from None


def walk(url: Url) -> Iterator[Remote]:
    """The objects at and below a URL, folders in the order of their names, litter left out as on a disk; at most MOST_FILES.

    A folder that cannot be listed, and what is no file, come with a status and a reason.
    """
    for count, found in enumerate(_walk(url)):
        if count >= MOST_FILES:
            reason = f"there are more than {MOST_FILES:,} files; name folders below it as sources of their own"
            yield Remote(url, status="failed", reason=reason)
            return
        yield found


def blocks(remote: Remote) -> Iterator[bytes]:
    """The bytes of an object; raises SkipDocument `failed`, also where it changed while it was downloaded."""
    try:
        store, _ = _open(remote.url)
        with closing(store.open(remote.key, "rb")) as file:
            while block := file.read(BLOCK_BYTES):
                yield block
        store.invalidate_cache()
        after = _remote(remote.url, remote.key, store.info(remote.key))
    except Exception as error:  # noqa: BLE001 - every store has errors of its own; the row carries what this one says
        raise SkipDocument("failed", f"cannot be downloaded: {_said(error, remote.url)}") from None
    if (after.tag, after.size_bytes, after.modified_at) != (remote.tag, remote.size_bytes, remote.modified_at):
        raise SkipDocument("failed", "it changed while it was downloaded; the next run reads what is there then")


def _walk(url: Url) -> Iterator[Remote]:
    try:
        store, path = _open(url, anew=True)
        info = store.info(path)
    except FileNotFoundError:
        yield Remote(url, status="failed", reason="there is no such file or folder")
        return
    except Exception as error:  # noqa: BLE001 - as above
        yield Remote(url, status="failed", reason=f"cannot be opened: {_said(error, url)}")
        return
    if info.get("type") == "file":
        yield _remote(url, path, info)
        return
    stack = [(url, iter(_listed(store, url, path)))]
    while stack:
        found = next(stack[-1][1], None)
        if found is None:
            stack.pop()
        elif not isinstance(found, _Folder):
            yield found
        elif len(stack) >= MOST_DEPTH:
            yield Remote(found.url, status="failed", reason=f"a folder deeper than {MOST_DEPTH} others")
        else:
            stack.append((found.url, iter(_listed(store, found.url, found.path))))


@dataclass(frozen=True, slots=True)
class _Folder:
    url: Url
    path: str


def _listed(store: Any, url: Url, path: str) -> list[Remote | _Folder]:
    """What a folder holds, in the order of its names."""
    try:
        entries = sorted(store.ls(path, detail=True), key=lambda entry: str(entry["name"]))
    except Exception as error:  # noqa: BLE001 - as above
        return [Remote(url, status="failed", reason=f"cannot be listed: {_said(error, url)}")]
    found: list[Remote | _Folder] = []
    for entry in entries:
        name = PurePosixPath(str(entry["name"])).name
        # some stores list a folder as its own first entry, and a server may say anything
        if str(entry["name"]).rstrip("/") == path.rstrip("/") or not name or name in {".", ".."} or is_litter(name):
            continue
        here = url.at(f"{url.path.rstrip('/')}/{name}")
        kind = entry.get("type")
        if kind == "directory":
            found.append(_Folder(here, str(entry["name"])))
        elif kind == "file":
            found.append(_remote(here, str(entry["name"]), entry))
        else:
            found.append(Remote(here, status="failed", reason="no regular file; where it is a link, name its target"))
    return found


def _open(url: Url, *, anew: bool = False) -> tuple[Any, str]:
    """(store, the object's own name in it); connections are kept by fsspec, `anew` forgets those of last night."""
    import fsspec

    if anew:
        fsspec.get_filesystem_class(url.scheme).clear_instance_cache()
    store, path = fsspec.core.url_to_fs(url.location)
    return store, path


def _remote(url: Url, key: str, info: Mapping[str, Any]) -> Remote:
    size = info.get("size")
    modified_at = _moment(next((info[key] for key in TIMES if info.get(key)), None))
    tag = next((str(info[key]) for key in TAGS if info.get(key)), "")
    settled = modified_at is not None and size is not None and (datetime.now(UTC) - modified_at).total_seconds() > SETTLED_S
    version = f"etag:{tag}"[:200] if tag else f"time:{modified_at.isoformat()} size:{size}" if settled and modified_at else ""
    return Remote(url, key, tag, version, int(size) if isinstance(size, int | float) else None, modified_at)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, int | float):
        try:
            value = datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _said(error: Exception, url: Url) -> str:
    """What an error says on one line, without the password that it may repeat."""
    said = " ".join(str(error).split())[:300] or type(error).__name__
    return said.replace(url.password, MASK) if url.password else said
