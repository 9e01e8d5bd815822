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


def read(conn: sa.Connection, run_id: str) -> sa.Row[Any]:
    """A run, with the name of its collection as `collection`."""
    r, c = t.runs.c, t.collections.c
    query = sa.select(*t.runs.c, c.name.label("collection")).select_from(t.runs.join(t.collections, r.collection_id == c.id))
    return conn.execute(query.where(r.id == run_id)).one()


def prompt_content(conn: sa.Connection, prompt_version_id: str) -> Mapping[str, str]:
    """The files of a profile version, as they were filed with a run."""
    content: Mapping[str, str] = conn.execute(
        sa.select(t.prompt_versions.c.content).where(t.prompt_versions.c.id == prompt_version_id)
    ).scalar_one()
    return content


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


def resume(conn: sa.Connection, run_document_id: str, *, analysis_id: str, owner: str, now: datetime) -> bool:
    """Take the lease on a document that waits for a batch job; False while somebody else has it, or works on the same analysis."""
    r, other = t.run_documents.c, t.run_documents.alias()
    conn.execute(sa.select(t.analyses.c.id).where(t.analyses.c.id == analysis_id).with_for_update())
    busy = sa.select(other.c.id).where(
        other.c.analysis_id == analysis_id, other.c.id != run_document_id, other.c.state == "working", other.c.lease_until > now
    )
    if conn.execute(busy.limit(1)).first():
        return False
    # a write may be repeated, so what we hold already is ours
    free = sa.or_(r.state == "waiting", sa.and_(r.state == "working", r.lease_owner == owner))
    mine = sa.update(t.run_documents).where(r.id == run_document_id, free)
    return conn.execute(mine.values(state="working", lease_owner=owner, lease_until=now + LEASE)).rowcount > 0


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


def wait_for_batches(conn: sa.Connection, run_id: str) -> None:
    """Say that a run waits for batch jobs, before any is booked: from here on whoever collects goes on with it, whatever becomes of us."""
    r = t.runs.c
    conn.execute(sa.update(t.runs).where(r.id == run_id, r.state == "running").values(state="waiting"))


def suspend_run(conn: sa.Connection, run_id: str, *, reason: str) -> None:
    """File a run as waiting, with its counts so far; what it had not begun is named as unfinished."""
    r = t.run_documents.c
    unbegun = sa.update(t.run_documents).where(r.run_id == run_id, r.state == "waiting", r.analysis_id.is_(None))
    conn.execute(unbegun.values(state="unfinished", reason="the run went on without this document"))
    counts = count_documents(conn, run_id)
    columns = {column: counts.get(name, 0) for name, column in COUNTED.items()}
    columns["documents_open"] += counts.get("waiting", 0) + counts.get("working", 0)
    values = {"state": "waiting", "reason": reason, "documents": sum(counts.values()), **columns}
    # a `collect` may have ended it meanwhile; one that was taken for dead goes on
    open_still = t.runs.c.state.in_(["running", "waiting", "interrupted"])
    conn.execute(sa.update(t.runs).where(t.runs.c.id == run_id, open_still).values(**values))


def change_mode(conn: sa.Connection, run_id: str, *, mode: str, reason: str) -> None:
    """Say that a run's questions are sent in another way than it began, and why."""
    r = t.runs.c
    parameters = conn.execute(sa.select(r.parameters).where(r.id == run_id)).scalar_one()
    changed = sa.update(t.runs).where(r.id == run_id)
    conn.execute(changed.values(mode=mode, parameters={**parameters, "mode_reason": reason}))


def cancel(conn: sa.Connection, run_id: str, *, now: datetime) -> bool:
    """Ask for the end of a run that waits; False where it does not."""
    r = t.runs.c
    asked = sa.update(t.runs).where(r.id == run_id, r.state == "waiting").values(cancelled_at=sa.func.coalesce(r.cancelled_at, now))
    return conn.execute(asked).rowcount > 0


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
