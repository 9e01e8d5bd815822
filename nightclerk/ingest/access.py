"""Getting at the bytes of a source, wherever it lies: on this machine, in a store, on the web, or inside of another source.

What lies elsewhere comes into the spool, and comes again should it have been dropped there before it was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nightclerk.ingest import attachments, remote
from nightclerk.ingest.attachments import UNPACKERS, Listing
from nightclerk.ingest.detect import BZIP2, GZIP, TAR, XZ
from nightclerk.ingest.members import too_large
from nightclerk.ingest.places import Url
from nightclerk.ingest.readers import Options
from nightclerk.ingest.remote import Remote
from nightclerk.ingest.sandbox import Limits
from nightclerk.ingest.spool import Spool, Stored
from nightclerk.ingest.web import Web

# what is read from its beginning to its end to get at any member
STREAMED = frozenset([TAR, GZIP, BZIP2, XZ])


@dataclass(frozen=True, slots=True)
class Inside:
    """A source that is the member `ordinal` of another one."""

    parent: Origin
    parent_name: str
    parent_sha256: str
    parent_media_type: str
    ordinal: int


# a file of this machine, a URL of the web, an object of a store, a member of another source
Origin = Path | Url | Remote | Inside


@dataclass(frozen=True, slots=True)
class Arrived:
    """A content that was downloaded, which version of its place it is, and when that was changed."""

    stored: Stored
    name: str
    version: str
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Access:
    """How the sources of a run are reached."""

    spool: Spool
    web: Web
    limits: Limits
    options: Options

    @property
    def most_bytes(self) -> int:
        """What one file may hold."""
        return self.limits.max_file_mb * 1_000_000

    @contextmanager
    def file(self, origin: Origin, sha256: str, name: str) -> Iterator[Path]:
        """The file of a source whose content is known, for as long as the block runs; raises SkipDocument."""
        if isinstance(origin, Path):
            yield origin
        else:
            with self.spool.file(sha256, name, lambda: self._bring(origin, sha256, name)) as path:
                yield path

    def download(self, origin: Url | Remote, version: str = "") -> Arrived | None:
        """Download a source into the spool; None where it is still of that version. Raises SkipDocument."""
        if isinstance(origin, Url):
            return self._from_web(origin, version)
        if version and origin.version == version:
            return None
        if origin.size_bytes is not None and origin.size_bytes > self.most_bytes:
            raise too_large(origin.size_bytes, self.most_bytes)
        name = origin.url.path.rstrip("/").rpartition("/")[2]
        return Arrived(self.spool.put(remote.blocks(origin), name, self.most_bytes), name, origin.version, origin.modified_at)

    def unpack(self, origin: Origin, sha256: str, name: str, media_type: str, only: Collection[int] = ()) -> Listing:
        """Put the files that a source holds into the spool; raises SkipDocument where the source cannot be got at."""
        with self.file(origin, sha256, name) as path:
            return attachments.unpack(path, media_type, self.spool, self.limits, self.options, only=only)

    def unpacker(self, media_type: str) -> str:
        """The fingerprint of who takes files out of a format, empty where nobody does."""
        found = UNPACKERS.get(media_type)
        return found.fingerprint_with(self.limits, self.spool.most_bytes) if found else ""

    def _from_web(self, url: Url, version: str) -> Arrived | None:
        with self.web.get(url, version) as download:
            if download is None:
                return None
            stored = self.spool.put(download.blocks, download.name, self.most_bytes)
            return Arrived(stored, download.name, download.version, download.modified_at)

    def _bring(self, origin: Url | Remote | Inside, sha256: str, name: str) -> None:
        if not isinstance(origin, Inside):
            self.download(origin)
            return
        parent = (origin.parent, origin.parent_sha256, origin.parent_name, origin.parent_media_type)
        if origin.parent_media_type in STREAMED:
            # it has to be gone through as a whole, so its neighbours, which are wanted next, come with it
            self.unpack(*parent)
        if not self.spool.holds(sha256, name):
            self.unpack(*parent, only=(origin.ordinal,))
