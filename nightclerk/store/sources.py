"""Rows about files: where they were seen, what bytes they hold, and what was read in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from nightclerk.records import Annotation, Document, Page, Section, Source, derived_id
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A `documents` row without its text."""

    id: str
    lineage_id: str
    status: str
    reason: str
    characters: int
    readable_share: float


def collection_id(name: str) -> str:
    """The id of the collection of that name."""
    return derived_id("collection", name)


def ensure_collection(conn: sa.Connection, name: str, *, root_uri: str, profile: str, now: datetime) -> None:
    """File a collection when it is new."""
    row = {"id": collection_id(name), "name": name, "root_uri": root_uri, "profile": profile, "created_at": now}
    insert_new(conn, t.collections, [row])


def scope_of(conn: sa.Connection, collection: str) -> str:
    """What a collection shares its readings and replies under: nothing (`''`) is shared by all, a confidential one is on its own."""
    flag = conn.execute(sa.select(t.collections.c.confidential).where(t.collections.c.id == collection)).scalar()
    return collection if flag else ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place as a run met it. `source` is None where its bytes could not be had, with a status (`failed`, ...) and a reason.

    `parent_uri` is the mail, archive or PDF that it is in, `version` what a remote store says of this version of it.
    """

    uri: str
    name: str
    source: Source | None
    status: str = ""
    reason: str = ""
    parent_uri: str = ""
    version: str = ""


def see_sources(conn: sa.Connection, collection_id: str, sightings: Sequence[Sighting], *, now: datetime) -> list[str]:
    """Record places as they were met, what holds others before these; returns the ids of their sources."""
    found = [sighting.source for sighting in sightings if sighting.source]
    insert_new(conn, t.contents, [_content_row(source.sha256, source.size_bytes, source.media_type, now) for source in found])
    rows = {source_id(collection_id, sighting.uri): _seen_row(collection_id, sighting, now) for sighting in sightings}
    s = t.document_sources.c
    known = set(conn.execute(sa.select(s.id).where(s.id.in_(rows))).scalars())
    new = [{"id": identity, "first_seen_at": now, **row} for identity, row in rows.items() if identity not in known]
    insert_new(conn, t.document_sources, new)
    for has_content in (True, False):
        met = [(identity, row) for identity, row in rows.items() if identity in known and bool(row["sha256"]) is has_content]
        if met:
            values = [{"_id": identity, "_now": now, **{f"_{name}": row[name] for name in SEEN}} for identity, row in met]
            conn.execute(_seen_again(has_content), values)
    return [source_id(collection_id, sighting.uri) for sighting in sightings]


SEEN = ("name", "sha256", "modified_at", "last_seen_at", "status", "reason", "parent_id", "version")


def _seen_row(collection_id: str, sighting: Sighting, now: datetime) -> dict[str, object]:
    source, status = sighting.source, sighting.status
    return {
        "collection_id": collection_id,
        "uri": sighting.uri,
        "name": sighting.name,
        "sha256": source.sha256 if source else None,
        "modified_at": source.modified_at if source else None,
        "last_seen_at": now,
        "status": "seen" if source else "unreadable" if status in {"", "failed"} else status,
        "reason": sighting.reason,
        "parent_id": source_id(collection_id, sighting.parent_uri) if sighting.parent_uri else None,
        "version": sighting.version or None,
    }


@lru_cache
def _seen_again(has_content: bool) -> sa.Update:
    """The UPDATE of a place that was met before, built once: that costs more than running it."""
    s = t.document_sources.c
    values: dict[str, Any] = {name: sa.bindparam(f"_{name}", type_=s[name].type) for name in SEEN}
    return sa.update(t.document_sources).where(s.id == sa.bindparam("_id")).values(**values, **(_change() if has_content else {}))


def source_id(collection_id: str, uri: str) -> str:
    """The id of a place in a collection."""
    return derived_id("source", collection_id, uri)


def _change() -> dict[str, Any]:
    """What to write where other bytes lay at this place when it was last read or seen."""
    s = t.document_sources.c
    read = sa.select(t.documents.c.sha256).where(t.documents.c.id == s.document_id).correlate(t.document_sources).scalar_subquery()
    before, after = sa.func.coalesce(s.sha256, read), sa.bindparam("_sha256", type_=s.sha256.type)
    return {
        "previous_sha256": sa.case((before != after, before), else_=s.previous_sha256),
        "changed_at": sa.case((before != after, sa.bindparam("_now", type_=t.UtcDateTime)), else_=s.changed_at),
    }


def _content_row(sha256: str, size_bytes: int, media_type: str, now: datetime) -> dict[str, object]:
    return {"sha256": sha256, "size_bytes": size_bytes, "media_type": media_type, "first_seen_at": now}


def mark_vanished(
    conn: sa.Connection,
    collection_id: str,
    run_id: str,
    *,
    root_uris: Sequence[str],
    hidden_uris: Sequence[str] = (),
    before: datetime,
    now: datetime,
) -> int:
    """Mark the sources at or under these roots, but not under the hidden places, that this walk did not meet any more; returns how many.

    One whose bytes the walk met at a place where nothing was before is marked renamed, with that place. The run's list says what was met
    and not the time alone: clocks are set. What another run saw since is not gone; what was seen in the future was so by a wrong clock.
    """
    s = t.document_sources.c
    met = sa.select(t.run_documents.c.source_id).where(t.run_documents.c.run_id == run_id)
    missing = sa.select(s.id, s.uri, s.sha256).where(
        s.collection_id == collection_id,
        s.status.not_in(["vanished", "renamed"]),
        sa.or_(s.last_seen_at < before, s.last_seen_at > now),
        s.id.not_in(met),
    )
    # compared here: LIKE takes /Inbox and /inbox for the same folder on SQLite
    gone = [row for row in conn.execute(missing) if _under(row.uri, root_uris) and not _under(row.uri, hidden_uris)]
    if not gone:
        return 0
    arrived = sa.select(s.sha256, s.uri).where(s.collection_id == collection_id, s.first_seen_at >= before, s.status == "seen")
    # the first of several copies, in the order of their places
    now_at = {row.sha256: row.uri for row in conn.execute(arrived.order_by(s.uri.desc()))}
    values = [
        {"_id": row.id, "status": "renamed", "reason": f"now at {now_at[row.sha256]}"}
        if row.sha256 in now_at
        else {"_id": row.id, "status": "vanished", "reason": "the file is no longer at this place"}
        for row in gone
    ]
    these = sa.update(t.document_sources).where(s.id == sa.bindparam("_id"))
    conn.execute(these.values(status=sa.bindparam("status"), reason=sa.bindparam("reason")), values)
    return len(gone)


def _under(uri: str, places: Sequence[str]) -> bool:
    """Whether something lies at one of the places, below a folder or inside of a file."""
    return any(uri == place or uri.startswith((place.rstrip("/") + "/", place + "#")) for place in places)


def document_id(sha256: str, view: str, reader: str, scope: str) -> str:
    """The id of one reading of one content."""
    return derived_id("document", sha256, view, reader, scope)


def find_document(conn: sa.Connection, sha256: str, *, view: str, reader: str, scope: str) -> StoredDocument | None:
    """The reading of this content by this reader, if it was read before and neither ran into a limit nor lacked a password."""
    identity = document_id(sha256, view, reader, scope)
    row = conn.execute(_summary().where(t.documents.c.id == identity, t.documents.c.status.not_in(TRY_AGAIN))).one_or_none()
    return StoredDocument(*row) if row else None


def stored_document(conn: sa.Connection, document: str) -> StoredDocument:
    """The document of that id."""
    return StoredDocument(*conn.execute(_summary().where(t.documents.c.id == document)).one())


def _summary() -> sa.Select[tuple[str, str, str, str, int, float]]:
    d = t.documents.c
    return sa.select(d.id, d.lineage_id, d.status, d.reason, d.characters, d.readable_share)


def file_document(conn: sa.Connection, sha256: str, document: Document, *, scope: str, now: datetime) -> StoredDocument:
    """File one reading with its pages and sections; filing it again changes nothing."""
    identity = document_id(sha256, document.view, document.reader, scope)
    row = {
        "id": identity,
        "sha256": sha256,
        "view": document.view,
        "reader": document.reader,
        "scope": scope,
        "lineage_id": derived_id("lineage", sha256, scope),
        "title": document.title,
        "language": document.language[:20] or None,
        "pages": len(document.pages),
        "characters": len(document.text),
        "text": document.text,
        "text_sha256": hashlib.sha256(document.text.encode()).hexdigest(),
        "layout": document.layout or None,
        "status": document.status,
        "reason": document.reason,
        "readable_share": document.readable_share,
        "read_at": now,
    }
    if insert_new(conn, t.documents, [row]) or _replace_failed(conn, identity, row):
        insert_new(conn, t.pages, [_page_row(identity, page) for page in document.pages])
        insert_new(conn, t.sections, [_section_row(identity, section) for section in document.sections])
        insert_new(conn, t.document_annotations, [_annotation_row(identity, *counted) for counted in enumerate(document.annotations)])
    return StoredDocument(*conn.execute(_summary().where(t.documents.c.id == identity)).one())


# a reading that ran into a limit or lacked a password says nothing about the file: it is tried again, and the row is overwritten
TRY_AGAIN = ("failed", "too_large", "encrypted")


def _replace_failed(conn: sa.Connection, identity: str, row: Mapping[str, object]) -> bool:
    d = t.documents.c
    again = sa.update(t.documents).where(d.id == identity, d.status.in_(TRY_AGAIN)).values(**row)
    return conn.execute(again).rowcount > 0


def _page_row(document: str, page: Page) -> dict[str, object]:
    return {
        "document_id": document,
        "page_index": page.index,
        "label": page.label,
        "char_start": page.char_start,
        "char_end": page.char_end,
        "status": page.status,
        "reason": page.reason,
    }


def _section_row(document: str, section: Section) -> dict[str, object]:
    return {
        "document_id": document,
        "ordinal": section.ordinal,
        "kind": section.kind,
        "clause_path": section.clause_path,
        "title": section.title,
        "depth": section.depth,
        "char_start": section.char_start,
        "char_end": section.char_end,
    }


def _annotation_row(document: str, ordinal: int, annotation: Annotation) -> dict[str, object]:
    return {
        "document_id": document,
        "ordinal": ordinal,
        "kind": annotation.kind,
        "author": annotation.author,
        "made_at": annotation.made_at,
        "text": annotation.text,
        "char_start": annotation.char_start,
        "char_end": annotation.char_end,
    }


def link_source(conn: sa.Connection, source_id: str, document: str) -> None:
    """Say which document a source holds, and which document that is a part of, and which are parts of it, where these are filed."""
    s, d = t.document_sources.c, t.documents.c
    conn.execute(sa.update(t.document_sources).where(s.id == source_id).values(document_id=document))
    outer = t.document_sources.alias()
    held_in = sa.select(outer.c.document_id).join(t.document_sources, s.parent_id == outer.c.id).where(s.id == source_id)
    parent = conn.execute(held_in).scalar()
    if parent and parent != document:
        # the first that was seen: the same file may be attached to many
        conn.execute(sa.update(t.documents).where(d.id == document, d.parent_id.is_(None)).values(parent_id=parent))
    held = sa.select(s.document_id).where(s.parent_id == source_id, s.document_id.is_not(None), s.document_id != document)
    conn.execute(sa.update(t.documents).where(d.id.in_(held), d.parent_id.is_(None)).values(parent_id=document))


def document_parts(conn: sa.Connection, document: str) -> tuple[str, tuple[Page, ...], tuple[Section, ...]]:
    """The text, pages and sections of a document."""
    text = conn.execute(sa.select(t.documents.c.text).where(t.documents.c.id == document)).scalar_one()
    p, s = t.pages.c, t.sections.c
    page_rows = conn.execute(
        sa.select(p.page_index, p.label, p.char_start, p.char_end, p.status, p.reason)
        .where(p.document_id == document)
        .order_by(p.page_index)
    )
    section_rows = conn.execute(
        sa.select(s.ordinal, s.kind, s.clause_path, s.title, s.depth, s.char_start, s.char_end)
        .where(s.document_id == document)
        .order_by(s.ordinal)
    )
    return text, tuple(Page(*row) for row in page_rows), tuple(Section(*row) for row in section_rows)


def said_about(conn: sa.Connection, document: str) -> tuple[Annotation, ...]:
    """What was done to a document or said about it, in its order."""
    n = t.document_annotations.c
    query = sa.select(n.kind, n.text, n.author, n.made_at, n.char_start, n.char_end).where(n.document_id == document).order_by(n.ordinal)
    return tuple(Annotation(*row) for row in conn.execute(query))


def called(conn: sa.Connection, document: str) -> tuple[str, tuple[str, ...]]:
    """(the title of a document, the names of the files that hold it)."""
    title: str = conn.execute(sa.select(t.documents.c.title).where(t.documents.c.id == document)).scalar_one()
    s = t.document_sources.c
    names = conn.execute(sa.select(s.name).where(s.document_id == document).distinct().order_by(s.name)).scalars()
    return title, tuple(names)


def layout(conn: sa.Connection, document: str) -> bytes | None:
    """The blocks of a document as `ingest.blocks` packs them."""
    packed: bytes | None = conn.execute(sa.select(t.documents.c.layout).where(t.documents.c.id == document)).scalar_one()
    return packed
