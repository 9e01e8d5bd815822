"""Rows about what sources hold and which versions of them were seen, so that nothing is downloaded or unpacked to learn it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new
from nightclerk.store.sources import source_id

# the ordinal of the row of a content that holds nothing
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Known:
    """What lay at a place when it was last seen."""

    version: str
    sha256: str
    size_bytes: int
    media_type: str
    modified_at: datetime | None


def known(conn: sa.Connection, collection_id: str, uri: str) -> Known | None:
    """The version of a remote file whose content is known; None where it has to be downloaded to tell."""
    s, c = t.document_sources.c, t.contents.c
    query = (
        sa.select(s.version, c.sha256, c.size_bytes, c.media_type, s.modified_at)
        .join(t.contents, c.sha256 == s.sha256)
        .where(s.id == source_id(collection_id, uri), s.version.is_not(None))
    )
    row = conn.execute(query).one_or_none()
    return Known(*row) if row else None


def held(conn: sa.Connection, parent_sha256: str, unpacker: str) -> Sequence[sa.Row[Any]] | None:
    """(ordinal, name, sha256, size in bytes, media type, reason) of each file that a content holds; None where nobody has looked yet."""
    a, c = t.attachments.c, t.contents.c
    query = (
        sa.select(a.ordinal, a.name, a.sha256, c.size_bytes, c.media_type, a.reason)
        .select_from(t.attachments.outerjoin(t.contents, a.sha256 == c.sha256))
        .where(a.parent_sha256 == parent_sha256, a.unpacker == unpacker)
        .order_by(a.ordinal)
    )
    rows = conn.execute(query).all()
    return [row for row in rows if row.ordinal != NOTHING] if rows else None


def remember(
    conn: sa.Connection,
    parent: Mapping[str, Any],
    contents: Sequence[Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
    *,
    unpacker: str,
    now: datetime,
) -> None:
    """File what a content holds.

    Args:
        parent: sha256, size_bytes and media_type of the content.
        contents: the same of each file in it that could be taken out.
        members: ordinal, name, sha256 (None where it could not) and reason of each file in it.
    """
    insert_new(conn, t.contents, [{**content, "first_seen_at": now} for content in [parent, *contents]])
    rows = members or [{"ordinal": NOTHING, "name": "", "sha256": None, "reason": ""}]
    insert_new(conn, t.attachments, [{"parent_sha256": parent["sha256"], "unpacker": unpacker, **row} for row in rows])


def names_beside(conn: sa.Connection, document_id: str) -> list[str]:
    """Names and titles of the files that belong to a document: what it holds, what came with it, and its family as it is known so far."""
    s, d, f = t.document_sources.c, t.documents.c, t.family_members.c
    own = sa.select(s.id, s.parent_id).where(s.document_id == document_id).subquery().c
    holders = sa.union(sa.select(own.id), sa.select(own.parent_id).where(own.parent_id.is_not(None)))
    lineage = sa.select(d.lineage_id).where(d.id == document_id)
    family = sa.select(f.document_id).where(f.family_id.in_(sa.select(f.family_id).where(f.lineage_id.in_(lineage))))
    query = (
        sa.select(s.name, d.title)
        .select_from(t.document_sources.outerjoin(t.documents, d.id == s.document_id))
        .where(sa.or_(s.parent_id.in_(holders), s.document_id.in_(family)), sa.or_(s.document_id.is_(None), s.document_id != document_id))
        .order_by(s.name)
    )
    return [name for row in conn.execute(query) for name in row if name]
