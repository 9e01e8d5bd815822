"""What a run's sources hold: every file, and every file in a file, each with its bytes known or the reason why they are not.

Nothing is downloaded that a store says is of the version seen before, and nothing is unpacked whose content was unpacked before.
Everything here blocks; it is called from threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import Access, Found, Inner, Inside, Listing, Origin, Place, Remote, Url
from nightclerk.pipeline.memory import Memory
from nightclerk.records import Document, Source

# archives in archives, mails attached to mails: a person stops sooner
MOST_DEPTH = 5
# in one file, in all its depth
MOST_INSIDE = 10_000
# in the data folder: what is being read, and the database with what SQLite puts beside it
OURS = ("spool", "nightclerk.db", "nightclerk.db-wal", "nightclerk.db-shm", "nightclerk.db-journal")


@dataclass(frozen=True, slots=True)
class Seen:
    """One place that was looked at. `source` is None where its bytes are not known, with a status and a reason.

    `document` is what an archive is as a document of its own: what it holds, and no text. Where `hides` is set, what lay at or below the
    place before is out of sight and not gone.
    """

    uri: str
    name: str
    origin: Origin
    source: Source | None = None
    status: str = ""
    reason: str = ""
    parent_uri: str = ""
    version: str = ""
    document: Document | None = None
    hides: bool = False


@dataclass(slots=True)
class _Room:
    """How many files and bytes may still come out of one source."""

    files: int
    size_bytes: int


def walk(places: Sequence[Place], data_dir: Path) -> Iterator[Found | Url | Remote]:
    """Every file of the sources but those that are ours, once each; raises SourceNotFound at once where a path does not exist."""
    ours = [data_dir.expanduser() / name for name in OURS]
    yield from ingest.discover([place for place in places if isinstance(place, Path)], apart=ours)
    seen: set[str] = set()
    for url in (place for place in places if isinstance(place, Url)):
        for found in [url] if url.is_web else ingest.walk_store(url):
            uri = found.uri if isinstance(found, Url) else found.url.uri
            if uri not in seen:
                seen.add(uri)
                yield found


class Gatherer:
    """Looks at what `walk` found, and into it."""

    def __init__(self, access: Access, memory: Memory) -> None:
        self._access = access
        self._memory = memory
        # what could not be unpacked whole costs its limits once in a run, however many hold a copy; the next run tries again
        self._troubled: dict[tuple[str, str], Listing] = {}

    def look(self, found: Found | Url | Remote) -> list[Seen]:
        """The file itself, then the files in it, in their order."""
        seen = self._at(found)
        if seen.source is None:
            return [seen]
        return list(self._with_inside(seen, (), _Room(MOST_INSIDE, self._access.spool.most_bytes)))

    def _at(self, found: Found | Url | Remote) -> Seen:
        if isinstance(found, Found):
            return _local(found)
        url = found if isinstance(found, Url) else found.url
        seen = Seen(url.uri, ingest.clean_name(_last(url)), found)
        if isinstance(found, Remote) and found.status:
            return replace(seen, status=found.status, reason=found.reason, hides=True)
        try:
            return self._fetched(seen, found)
        except SkipDocument as skip:
            return replace(seen, status=skip.status, reason=skip.reason, hides=True)

    def _fetched(self, seen: Seen, origin: Url | Remote) -> Seen:
        known = self._memory.known(seen.uri)
        arrived = self._access.download(origin, known.version if known else "")
        if arrived is not None:
            stored = arrived.stored
            kind = ingest.detect(stored.path)
            source = Source(seen.uri, stored.path, seen.name, kind, stored.sha256, stored.size_bytes, arrived.modified_at)
            return replace(seen, source=source, version=arrived.version)
        assert known is not None
        source = Source(seen.uri, Path(), seen.name, known.media_type, known.sha256, known.size_bytes, known.modified_at)
        return replace(seen, source=source, version=known.version)

    def _with_inside(self, seen: Seen, around: tuple[str, ...], room: _Room) -> Iterator[Seen]:
        """A source and what it holds; `around` are the contents that it lies in."""
        source = seen.source
        unpacker = self._access.unpacker(source.media_type) if source else ""
        if source is None or not unpacker:
            yield seen
            return
        if source.sha256 in around:
            yield replace(seen, source=None, status="unsupported", reason="it holds itself, again and again", hides=True)
            return
        is_container = ingest.is_container(source.media_type)
        if len(around) >= MOST_DEPTH or room.size_bytes <= 0:
            why = "too deep inside of other files, or behind too many bytes of them, to look what it holds: take it out of them"
            yield replace(seen, source=None, status="unsupported", reason=why, hides=True) if is_container else seen
            if not is_container:
                yield _untold(seen, "unsupported", why)
            return
        members, trouble = self._members(seen, source, unpacker)
        members = [member for member in members if not ingest.is_skipped(member)]
        document = _container(unpacker, source.media_type, members, trouble) if is_container else None
        yield replace(seen, document=document, hides=trouble is not None)
        yield from self._inside(seen, source, members, (*around, source.sha256), room)
        if trouble and not is_container and (members or trouble.status in {"failed", "too_large"}):
            yield _untold(seen, trouble.status, trouble.reason)

    def _members(self, seen: Seen, source: Source, unpacker: str) -> tuple[list[Inner], SkipDocument | None]:
        """What a source holds, from the store where it was unpacked before; and why that is not all."""
        key = (source.sha256, unpacker)
        known = self._memory.members(*key)
        if known is not None:
            return known, None
        listing = self._troubled.get(key)
        if listing is None:
            try:
                listing = self._access.unpack(seen.origin, source.sha256, seen.name, source.media_type)
            except SkipDocument as skip:
                return [], skip
            if listing.is_final:
                self._memory.remember(source, unpacker, listing.members)
            else:
                self._troubled[key] = listing
        return listing.members, listing.trouble

    def _inside(self, seen: Seen, source: Source, members: Iterable[Inner], around: tuple[str, ...], room: _Room) -> Iterator[Seen]:
        names: dict[str, int] = {}
        for member in members:
            if room.files <= 0:
                yield _untold(seen, "too_large", f"it holds more than {MOST_INSIDE:,} files in all: unpack it into the folder")
                return
            room.files -= 1
            room.size_bytes -= member.size_bytes
            name = member.name or f"file {member.ordinal + 1}"
            names[name] = names.get(name, 0) + 1
            inner = _inner(seen, source, member, name, names[name])
            yield from self._with_inside(inner, around, room)


def _local(found: Found) -> Seen:
    seen = Seen(found.uri, found.name or ingest.shown(found.path), found.path, status=found.status, reason=found.reason, hides=not found.ok)
    if not found.ok:
        return seen
    try:
        return replace(seen, source=ingest.inspect(found.path))
    except SkipDocument as skip:
        return replace(seen, status=skip.status, reason=skip.reason, hides=True)


def _last(url: Url) -> str:
    """The name of what a URL leads to."""
    name = url.path.rstrip("/").rpartition("/")[2]
    return (unquote(name) if url.is_web else name) or url.host


def _inner(seen: Seen, source: Source, member: Inner, name: str, nth: int) -> Seen:
    """A member as a source of its own, called by the way to it; the second of the same name gets a number."""
    uri = ingest.shortened(f"{seen.uri}#{quote(name, safe='/')}" + (f";{nth}" if nth > 1 else ""))
    shown = f"{seen.name} > {name}"
    origin = Inside(seen.origin, seen.name, source.sha256, source.media_type, member.ordinal)
    inner = Seen(uri, shown, origin, status=member.status, reason=member.reason, parent_uri=seen.uri, hides=bool(member.status))
    if member.status:
        return inner
    return replace(inner, source=Source(uri, Path(), shown, member.media_type, member.sha256, member.size_bytes, source.modified_at))


def _untold(seen: Seen, status: str, reason: str) -> Seen:
    """A row for what could not even be named."""
    uri = ingest.shortened(f"{seen.uri}#")
    return Seen(uri, f"{seen.name} > …", seen.origin, status=status, reason=reason, parent_uri=seen.uri, hides=True)


def _container(unpacker: str, media_type: str, members: Sequence[Inner], trouble: SkipDocument | None) -> Document:
    """An archive as a document: no text, and how many files it holds."""
    count = f"{len(members)} file{'' if len(members) == 1 else 's'}"
    if trouble:
        status, reason = trouble.status, trouble.reason + (f"; {count} before that are listed by themselves" if members else "")
    elif not members:
        status, reason = "empty", "an archive that holds no file"
    else:
        status, reason = "read", f"an archive that holds {count}, listed by themselves"
    return Document("", (), (), unpacker, media_type, status=status, reason=reason)
