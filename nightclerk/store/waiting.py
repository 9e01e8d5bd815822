"""What waits for batch jobs: the open questions of runs that wait, their documents, and the attempts that jobs have lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from nightclerk.store import tables as t

BLOCK = 500
_call, _question, _listed = t.calls.c, t.questions.c, t.run_documents.c
# the requests that a call in flight will answer
_IN_FLIGHT = sa.select(_call.request_hash).where(_call.state == "sent")
_IN_A_BATCH = _IN_FLIGHT.where(_call.mode == "batch")


@dataclass(frozen=True, slots=True)
class Wish:
    """An open question, ready for a job. `size` is about the characters of its request's body."""

    question_id: str
    request_hash: str
    purpose: str
    document_id: str | None
    prompt_tokens: int
    max_output_tokens: int
    size: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document of a run that waits for a job."""

    run_document_id: str
    name: str
    analysis_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class Tries:
    """The attempts at a request that a run's jobs made and lost: free ones, ones that were or may have been billed, and the last error."""

    free: int
    paid: int
    last: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands at one moment.

    `elsewhere` is how many of its documents others work on, `ready` how many can go on, `wishes` how many open requests nobody has asked,
    `awaited` how many somebody in flight will answer, mostly a job.
    """

    elsewhere: int
    ready: int
    wishes: int
    awaited: int


def standing(conn: sa.Connection, run_id: str, *, owner: str) -> Standing:
    """How a run stands, as its process sees it that owns those leases."""
    others = sa.select(sa.func.count()).where(_listed.run_id == run_id, _listed.state == "working", _listed.lease_owner != owner)
    elsewhere = conn.execute(others).scalar_one()
    return Standing(elsewhere, len(ready(conn, run_id)), len(wishes(conn, run_id)), awaited(conn, run_id))


def wishes(conn: sa.Connection, run_id: str) -> list[Wish]:
    """The open questions of a run's waiting documents that nobody in flight will answer, one for each request, in a steady order."""
    r = t.requests.c
    size = sa.func.length(sa.cast(r.body, sa.Text)).label("size")
    query = (
        sa.select(_question.id, _question.request_hash, _question.kind, _listed.document_id, r.prompt_tokens, r.max_output_tokens, size)
        .select_from(
            t.run_documents.join(t.questions, _question.analysis_id == _listed.analysis_id).join(
                t.requests, _question.request_hash == r.hash
            )
        )
        .where(_listed.run_id == run_id, _listed.state == "waiting", _question.state == "open", r.hash.not_in(_IN_FLIGHT))
        .order_by(_question.created_at, _question.id)
    )
    found: dict[str, Wish] = {}
    for row in conn.execute(query):
        found.setdefault(row.request_hash, Wish(*row))
    return list(found.values())


def tries(conn: sa.Connection, run_id: str, hashes: Sequence[str]) -> dict[str, Tries]:
    """What became of the attempts at these requests in a run's jobs, where any brought no reply."""
    paid = _call.cost_nano_usd + _call.at_risk_nano_usd > 0
    found: dict[str, Tries] = {}
    for start in range(0, len(hashes), BLOCK):
        query = (
            sa.select(_call.request_hash, paid.label("paid"), _call.error_message)
            .where(_call.run_id == run_id, _call.mode == "batch", _call.state.not_in(["sent", "answered"]))
            .where(_call.request_hash.in_(hashes[start : start + BLOCK]))
            .order_by(_call.completed_at)
        )
        for row in conn.execute(query):
            so_far = found.get(row.request_hash, Tries(0, 0, ""))
            found[row.request_hash] = Tries(so_far.free + (not row.paid), so_far.paid + bool(row.paid), row.error_message)
    return found


def give_up(conn: sa.Connection, run_id: str, request_hash: str, reason: str, *, now: datetime) -> None:
    """End the questions of a run's waiting documents that put a request."""
    mine = sa.select(_listed.analysis_id).where(_listed.run_id == run_id, _listed.state == "waiting")
    open_ones = sa.update(t.questions).where(
        _question.request_hash == request_hash, _question.state == "open", _question.analysis_id.in_(mine)
    )
    conn.execute(open_ones.values(state="failed", reason=reason, answered_at=now))


def waiting_runs(conn: sa.Connection) -> Sequence[str]:
    """The ids of the runs that wait for batch jobs, the oldest first."""
    return conn.execute(sa.select(t.runs.c.id).where(t.runs.c.state == "waiting").order_by(t.runs.c.started_at)).scalars().all()


def ready(conn: sa.Connection, run_id: str) -> list[Waiting]:
    """The waiting documents of a run of whose open questions no job will answer any."""
    pending = sa.select(_question.id).where(
        _question.analysis_id == _listed.analysis_id, _question.state == "open", _question.request_hash.in_(_IN_A_BATCH)
    )
    query = (
        sa.select(_listed.id, t.document_sources.c.name, _listed.analysis_id, _listed.document_id)
        .select_from(t.run_documents.join(t.document_sources, _listed.source_id == t.document_sources.c.id))
        .where(_listed.run_id == run_id, _listed.state == "waiting", _listed.analysis_id.is_not(None), ~pending.exists())
        .order_by(_listed.id)
    )
    return [Waiting(*row) for row in conn.execute(query)]


def awaited(conn: sa.Connection, run_id: str) -> int:
    """How many of the requests that a run's waiting documents have open somebody in flight will answer, mostly a job."""
    return int(conn.execute(_awaiting(run_id, _IN_FLIGHT)).scalar_one())


def unsent(conn: sa.Connection, run_id: str) -> tuple[int, str]:
    """How many of those are in jobs that are booked and not created yet, and why not, as far as anything is in the way."""
    b = t.batches.c
    booked = t.calls.join(t.batches, _call.batch_id == b.id)
    out = sa.select(_call.request_hash).select_from(booked).where(_call.state == "sent", b.state.in_(["booked", "sending"]))
    query = sa.select(b.reason).select_from(booked)
    mine = _call.request_hash.in_(_awaiting(run_id, out).with_only_columns(_question.request_hash))
    why = query.where(_call.state == "sent", b.state.in_(["booked", "sending"]), b.reason != "", mine).limit(1)
    return int(conn.execute(_awaiting(run_id, out)).scalar_one()), conn.execute(why).scalar() or ""


def _awaiting(run_id: str, answering: sa.Select[tuple[str]]) -> sa.Select[tuple[int]]:
    """The open requests of a run's waiting documents that are among these."""
    return (
        sa.select(sa.func.count(_question.request_hash.distinct()))
        .select_from(t.run_documents.join(t.questions, _question.analysis_id == _listed.analysis_id))
        .where(_listed.run_id == run_id, _listed.state == "waiting", _question.state == "open", _question.request_hash.in_(answering))
    )
