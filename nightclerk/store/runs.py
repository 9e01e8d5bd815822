"""Rows about runs: one execution over many documents, and each document's place in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nightclerk.records import READABLE, derived_id
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

LEASE = timedelta(minutes=10)
COUNTED = {"complete": "documents_complete", "partial": "documents_partial", "unread": "documents_unread", "unfinished": "documents_open"}


def open_run(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """File a run as `running`."""
    insert_new(conn, t.runs, [{**row, "state": "running"}])


def add_documents(conn: sa.Connection, run_id: str, listed: Sequence[tuple[str, str, str]]) -> list[str]:
    """Put sources (id, state, reason) on the run's list; returns the ids of the `run_documents` rows."""
    rows = [
        {"id": derived_id("run_document", run_id, source_id), "run_id": run_id, "source_id": source_id, "state": state, "reason": reason}
        for source_id, state, reason in listed
    ]
    insert_new(conn, t.run_documents, rows)
    return [row["id"] for row in rows]


def claim(conn: sa.Connection, run_document_id: str, *, analysis_id: str, document_id: str, owner: str, now: datetime) -> bool:
    """Take the lease on an analysis; False while another run document works on the same one and its lease holds."""
    # the row lock makes the test and the claim one step on PostgreSQL; on SQLite BEGIN IMMEDIATE already does
    conn.execute(sa.select(t.analyses.c.id).where(t.analyses.c.id == analysis_id).with_for_update())
    r = t.run_documents.c
    busy = sa.select(r.id).where(r.analysis_id == analysis_id, r.id != run_document_id, r.state == "working", r.lease_until > now)
    if conn.execute(busy.limit(1)).first():
        return False
    conn.execute(
        sa.update(t.run_documents)
        .where(r.id == run_document_id)
        .values(state="working", analysis_id=analysis_id, document_id=document_id, lease_owner=owner, lease_until=now + LEASE)
    )
    return True


def renew_leases(conn: sa.Connection, owner: str, *, now: datetime) -> None:
    """Extend the leases of a living process."""
    r = t.run_documents.c
    conn.execute(sa.update(t.run_documents).where(r.lease_owner == owner, r.state == "working").values(lease_until=now + LEASE))


def finish_document(
    conn: sa.Connection,
    run_document_id: str,
    *,
    state: str,
    reason: str = "",
    document_id: str | None = None,
    analysis_id: str | None = None,
) -> None:
    """Say how a document of a run ended and give its lease back."""
    values: dict[str, Any] = {"state": state, "reason": reason, "lease_owner": None, "lease_until": None}
    if document_id:
        values["document_id"] = document_id
    if analysis_id:
        values["analysis_id"] = analysis_id
    conn.execute(sa.update(t.run_documents).where(t.run_documents.c.id == run_document_id).values(**values))


def add_estimate(conn: sa.Connection, run_id: str, *, low_nano_usd: int, high_nano_usd: int) -> None:
    """Add what one planned document is expected to cost."""
    r = t.runs.c
    conn.execute(
        sa.update(t.runs)
        .where(r.id == run_id)
        .values(
            estimate_low_nano_usd=sa.func.coalesce(r.estimate_low_nano_usd, 0) + low_nano_usd,
            estimate_high_nano_usd=sa.func.coalesce(r.estimate_high_nano_usd, 0) + high_nano_usd,
        )
    )


def count_documents(conn: sa.Connection, run_id: str) -> dict[str, int]:
    """How many documents of a run stand in which state."""
    r = t.run_documents.c
    rows = conn.execute(sa.select(r.state, sa.func.count().label("documents")).where(r.run_id == run_id).group_by(r.state))
    return {row.state: row.documents for row in rows}


def close_run(conn: sa.Connection, run_id: str, *, state: str, reason: str, now: datetime) -> dict[str, int]:
    """End a run: what was not finished is named so, the counts are filed, the state is final. Returns the counts."""
    r = t.run_documents.c
    conn.execute(
        sa.update(t.run_documents)
        .where(r.run_id == run_id, r.state.in_(["waiting", "working"]))
        .values(state="unfinished", reason=reason or "the run ended before this document", lease_owner=None, lease_until=None)
    )
    counts = count_documents(conn, run_id)
    columns = {column: counts.get(name, 0) for name, column in COUNTED.items()}
    conn.execute(
        sa.update(t.runs)
        .where(t.runs.c.id == run_id)
        .values(state=state, reason=reason, ended_at=now, documents=sum(counts.values()), **columns)
    )
    return counts


def documents_of(conn: sa.Connection, run_id: str) -> Sequence[sa.Row[Any]]:
    """(name, uri, state, reason, document id, analysis id, pages, pages readable, document status) of each document of a run."""
    r, s, d = t.run_documents.c, t.document_sources.c, t.documents.c
    readable = (
        sa.select(sa.func.count())
        .where(t.pages.c.document_id == d.id, t.pages.c.status.in_(READABLE))
        .correlate(t.documents)
        .scalar_subquery()
    )
    query = (
        sa.select(
            s.name,
            s.uri,
            r.state,
            r.reason,
            r.document_id,
            r.analysis_id,
            d.pages,
            readable.label("pages_readable"),
            d.status.label("document_status"),
        )
        .select_from(t.run_documents.join(t.document_sources, r.source_id == s.id).outerjoin(t.documents, r.document_id == d.id))
        .where(r.run_id == run_id)
        .order_by(s.uri)
    )
    return conn.execute(query).all()
