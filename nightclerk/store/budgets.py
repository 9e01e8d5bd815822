"""Budgets as a run opens them: its own, its day's, its month's and its collection's, each with what was spent before it was there.

Every call is booked under all four, capped or not, so that a cap that is set later knows what was spent and holds for runs that are
under way. Nothing is ever spent under a budget before its row is committed, so its `spent` is exact from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from nightclerk.store import ledger
from nightclerk.store import tables as t

_call, _run, _budget = t.calls.c, t.runs.c, t.budgets.c
# a call in flight counts as its ceiling: whoever sent it knows nothing of a budget that is made now
_SPENT = sa.func.coalesce(
    sa.func.sum(_call.cost_nano_usd + _call.at_risk_nano_usd + sa.case((_call.state == "sent", _call.reserved_nano_usd), else_=0)), 0
)


@dataclass(frozen=True, slots=True)
class Span:
    """A day or a month in some time zone: its name, such as 2026-11-23 or 2026-11, and the moments from which and before which it is."""

    kind: str
    subject: str
    begins_at: datetime
    ends_at: datetime


def open_span(conn: sa.Connection, span: Span, cap_nano_usd: int | None) -> str:
    """The budget of a day or month under this cap, made where there is none yet; returns its id."""
    spent = _spent_before(conn, span.kind, span.subject, lambda: _spent_in(conn, span))
    return ledger.create_budget(conn, span.kind, span.subject, cap_nano_usd, spent_nano_usd=spent)


def open_collection(conn: sa.Connection, collection_id: str) -> str:
    """The budget of a collection under the cap that it has, made without one where there is none yet; returns its id."""
    identity = ledger.budget_id("collection", collection_id)
    there = conn.execute(sa.select(_budget.id).where(_budget.id == identity)).first()
    return identity if there else cap_collection(conn, collection_id, None)


def cap_collection(conn: sa.Connection, collection_id: str, cap_nano_usd: int | None) -> str:
    """Set or lift the cap of a collection; what was spent on it counts. Returns the id of the budget."""
    spent = _spent_before(conn, "collection", collection_id, lambda: _sum(conn, _call.collection_id == collection_id))
    return ledger.create_budget(conn, "collection", collection_id, cap_nano_usd, spent_nano_usd=spent)


def _spent_before(conn: sa.Connection, kind: str, subject: str, work_out: Callable[[], int]) -> int:
    """What was spent before there was such a budget; not worked out where there is one."""
    there = conn.execute(sa.select(_budget.id).where(_budget.id == ledger.budget_id(kind, subject))).first()
    return 0 if there else work_out()


def _spent_in(conn: sa.Connection, span: Span) -> int:
    """What the runs that began in a span have spent; calls whose run is gone count by the time they were sent."""
    began = sa.select(_run.id).where(_run.started_at >= span.begins_at, _run.started_at < span.ends_at)
    orphaned = sa.and_(_call.run_id.is_(None), _call.sent_at >= span.begins_at, _call.sent_at < span.ends_at)
    return _sum(conn, _call.run_id.in_(began)) + _sum(conn, orphaned)


def _sum(conn: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    return int(conn.execute(sa.select(_SPENT).where(which)).scalar_one())
