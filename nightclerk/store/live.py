"""How far a run is: what a person wants to see while it works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.store import tables as t

_call, _listed, _question = t.calls.c, t.run_documents.c, t.questions.c


@dataclass(frozen=True, slots=True)
class Counts:
    """A run so far, over all processes that work on it.

    `answered` and `from_store` are questions, `open_questions` those that are filed and not answered yet, of documents that are worked on.
    `recent_*` are of realtime calls since the moment that was asked for, and `first_sent_at` is when the first call left.
    `documents_in_batch` wait for batch jobs, which hold `in_batch` calls; neither is among those that wait for their turn or are in flight.
    """

    documents: int
    documents_waiting: int
    documents_ended: int
    calls: int
    in_flight: int
    answered: int
    from_store: int
    open_questions: int
    cost_nano_usd: int
    at_risk_nano_usd: int
    recent_calls: int
    recent_answers: int
    recent_tokens: int
    first_sent_at: datetime | None
    documents_in_batch: int = 0
    in_batch: int = 0


def counts(conn: sa.Connection, run_id: str, *, since: datetime) -> Counts:
    """Where a run stands; `since` is the beginning of what counts as recent."""
    documents = conn.execute(_DOCUMENTS, {"run": run_id}).mappings().one()
    calls = conn.execute(_CALLS, {"run": run_id, "since": since}).mappings().one()
    open_questions = conn.execute(_OPEN, {"run": run_id}).scalar_one()
    # PostgreSQL adds integers up to a Decimal
    sums: dict[str, Any] = {name: int(calls[name] or 0) for name in calls if name != "first_sent_at"}
    return Counts(**documents, **sums, open_questions=open_questions, first_sent_at=calls["first_sent_at"])


def _number(*which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(*which)


_SINCE = sa.bindparam("since", type_=t.UtcDateTime)
_UNBEGUN, _IN_BATCH = (
    sa.and_(_listed.state == "waiting", known) for known in (_listed.analysis_id.is_(None), _listed.analysis_id.is_not(None))
)
_SENT, _NOW, _ANSWERED = _call.mode != "cache", _call.mode == "realtime", sa.and_(_call.mode != "cache", _call.state == "answered")
_DOCUMENTS = sa.select(
    sa.func.count().label("documents"),
    _number(_UNBEGUN).label("documents_waiting"),
    _number(_IN_BATCH).label("documents_in_batch"),
    _number(_listed.state.not_in(["waiting", "working"])).label("documents_ended"),
).where(_listed.run_id == sa.bindparam("run"))
_CALLS = sa.select(
    _number(_SENT).label("calls"),
    _number(_NOW, _call.state == "sent").label("in_flight"),
    _number(_call.mode == "batch", _call.state == "sent").label("in_batch"),
    _number(_ANSWERED).label("answered"),
    _number(_call.mode == "cache").label("from_store"),
    sa.func.sum(_call.cost_nano_usd).label("cost_nano_usd"),
    sa.func.sum(_call.at_risk_nano_usd).label("at_risk_nano_usd"),
    _number(_NOW, _call.sent_at >= _SINCE).label("recent_calls"),
    _number(_call.state == "answered", _call.completed_at >= _SINCE).label("recent_answers"),
    sa.func.sum(_call.prompt_tokens + _call.completion_tokens).filter(_NOW, _call.completed_at >= _SINCE).label("recent_tokens"),
    sa.func.min(_call.sent_at).label("first_sent_at"),
).where(_call.run_id == sa.bindparam("run"))
_OPEN = (
    sa.select(sa.func.count())
    .select_from(t.questions.join(t.run_documents, _listed.analysis_id == _question.analysis_id))
    .where(_listed.run_id == sa.bindparam("run"), _listed.state == "working", _question.state == "open")
)
