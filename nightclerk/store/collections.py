"""Rows about collections: what a person says of one, and what it has spent of its cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from nightclerk.store import budgets
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new
from nightclerk.store.sources import collection_id


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be said of a collection; None leaves what stands, a cap of "none" lifts it."""

    cap_nano_usd: int | Literal["none"] | None = None
    confidential: bool | None = None
    retention_days: int | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of its row that change."""
        said = {"confidential": self.confidential, "retention_days": self.retention_days}
        return {name: value for name, value in said.items() if value is not None}


def change(conn: sa.Connection, name: str, wanted: Change, *, now: datetime) -> bool:
    """Say this of a collection, which is made where there is none of that name; True if it was made."""
    identity = collection_id(name)
    made = insert_new(conn, t.collections, [{"id": identity, "name": name, "created_at": now}]) > 0
    if wanted.columns():
        conn.execute(sa.update(t.collections).where(t.collections.c.id == identity).values(**wanted.columns()))
    if wanted.cap_nano_usd is not None:
        budgets.cap_collection(conn, identity, None if wanted.cap_nano_usd == "none" else wanted.cap_nano_usd)
    return made


def listed(conn: sa.Connection, *, name: str | None = None) -> Sequence[Mapping[str, Any]]:
    """Collections with their caps and what is spent of them, by name; `name` takes only the one."""
    query = """
        SELECT k.name AS collection, k.root_uri AS root, k.profile, k.confidential, k.retention_days,
               b.cap_usd, b.spent_usd, b.reserved_usd, b.left_usd
        FROM collections k LEFT JOIN budget_use b ON b.kind = 'collection' AND b.subject = k.id
        WHERE CAST(:name AS TEXT) IS NULL OR k.name = :name ORDER BY k.name"""
    rows = [dict(row) for row in conn.execute(sa.text(query), {"name": name}).mappings()]
    # SQLite knows no booleans
    return [{**row, "confidential": bool(row["confidential"])} for row in rows]


def has_documents(conn: sa.Connection, name: str) -> bool:
    """Whether anything was seen in a collection yet."""
    query = sa.select(t.document_sources.c.id).where(t.document_sources.c.collection_id == collection_id(name))
    return conn.execute(query.limit(1)).first() is not None
