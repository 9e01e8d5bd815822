"""The ledger: each attempt at a call, what it cost or may have cost, and what is left under every budget.

A call's row stands, with its ceiling reserved on every budget, before its bytes leave. Settling it is one step with the reply, the
true-up of the budgets and the state of the question. All functions run inside the caller's transaction and may be repeated: a row
that is there already, or settled already, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.errors import StoreError
from nightclerk.providers.prices import cost_nano_usd
from nightclerk.records import Price, Usage, derived_id
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

Values = Mapping[str, Any]

# Statements of the hot path are made once: SQLAlchemy then finds their compiled form without walking them again.
_call, _reply, _budget = t.calls.c, t.replies.c, t.budgets.c
_INSERT_REPLY = sa.insert(t.replies)
_OF_THESE = _budget.id.in_(sa.bindparam("budgets", expanding=True))
_CEILING = sa.bindparam("ceiling", type_=sa.BigInteger)
# any number that nobody else uses on this database
_TAKE_TURN = sa.select(sa.func.pg_advisory_xact_lock(0x4E69676874))
_RESERVE = (
    sa.update(t.budgets)
    .where(_OF_THESE)
    .where(sa.or_(_budget.cap_nano_usd.is_(None), _budget.reserved_nano_usd + _budget.spent_nano_usd + _CEILING <= _budget.cap_nano_usd))
    .values(reserved_nano_usd=_budget.reserved_nano_usd + _CEILING)
    .returning(_budget.id)
)
_TRUE_UP = (
    sa.update(t.budgets)
    .where(_OF_THESE)
    .values(
        reserved_nano_usd=_budget.reserved_nano_usd - sa.bindparam("released", type_=sa.BigInteger),
        spent_nano_usd=_budget.spent_nano_usd + sa.bindparam("spent", type_=sa.BigInteger),
    )
)
_SETTLE = sa.update(t.calls).where(_call.id == sa.bindparam("call"), _call.state == sa.bindparam("from_state"))
_END_QUESTION = sa.update(t.questions).where(t.questions.c.id == sa.bindparam("question"))
_USABLE = (
    sa.select(_call.id, _call.request_hash, _call.model_served)
    .add_columns(_call.prompt_tokens, _call.cached_tokens, _call.completion_tokens, _call.thinking_tokens, _call.pages)
    .join(t.replies, _reply.call_id == _call.id)
    .where(_reply.usable.is_(True))
    .order_by(_reply.created_at.desc())
)
_USABLE_MANY = _USABLE.where(_reply.request_hash.in_(sa.bindparam("hashes", expanding=True)))
# the newest usable reply to a request, or else its call that another process or a batch job has in flight: one look for both
_ELSEWHERE = sa.or_(_call.mode == "batch", _call.process_id != sa.bindparam("process"))
_FOUND = (
    sa.select(_call.id, _call.request_hash, _call.model_served, _reply.call_id, _call.mode)
    .add_columns(_call.prompt_tokens, _call.cached_tokens, _call.completion_tokens, _call.thinking_tokens, _call.pages)
    .outerjoin(t.replies, sa.and_(_reply.call_id == _call.id, _reply.usable.is_(True)))
    .where(_call.request_hash == sa.bindparam("request_hash"))
    .where(sa.or_(_reply.call_id.is_not(None), sa.and_(_call.state == "sent", _ELSEWHERE)))
    .order_by(_reply.created_at.desc().nulls_last())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class UsableReply:
    """A stored reply that answers a request: the call that brought it, who served it, and what it used."""

    call_id: str
    model_served: str | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget row; `kind` is run, day, month or collection, `subject` which one, `name` what a person calls it. None is no cap."""

    id: str
    kind: str
    subject: str
    cap_nano_usd: int | None
    reserved_nano_usd: int
    spent_nano_usd: int
    name: str = ""


class NoRoom(Exception):
    """A call does not fit under a budget now. Raised inside the write, so that its savepoint takes back what was done before."""

    def __init__(self, budget: Budget, needed_nano_usd: int) -> None:
        super().__init__(f"budget {budget.kind} {budget.subject}")
        self.budget = budget
        self.needed_nano_usd = needed_nano_usd

    @property
    def for_good(self) -> bool:
        """Whether it would not fit even if every call in flight turned out to cost nothing."""
        cap = self.budget.cap_nano_usd
        return cap is not None and self.budget.spent_nano_usd + self.needed_nano_usd > cap


class Underway(Exception):
    """Another process has sent the same request and waits for the answer: whoever sends it too pays for it twice.

    Args:
        in_batch: it is in a batch job, whose answer may come tomorrow.
    """

    def __init__(self, *, in_batch: bool) -> None:
        super().__init__("the same request is in flight")
        self.in_batch = in_batch


def budget_id(kind: str, subject: str) -> str:
    """The id of a budget; `kind` is run, day, month or collection."""
    return derived_id("budget", kind, subject)


def create_budget(conn: sa.Connection, kind: str, subject: str, cap_nano_usd: int | None, *, spent_nano_usd: int = 0) -> str:
    """Make a budget with what was spent before, or set the cap of the one that is there to this; returns its id. What was spent stays."""
    take_turn(conn)
    identity = budget_id(kind, subject)
    row = {"id": identity, "kind": kind, "subject": subject, "cap_nano_usd": cap_nano_usd, "spent_nano_usd": spent_nano_usd}
    insert_new(conn, t.budgets, [row])
    changed = sa.update(t.budgets).where(_budget.id == identity, _budget.cap_nano_usd.is_distinct_from(cap_nano_usd))
    conn.execute(changed.values(cap_nano_usd=cap_nano_usd))
    return identity


def read_budget(conn: sa.Connection, budget_id: str) -> Budget:
    """A budget as it stands; raises `StoreError` where there is none of that id."""
    named = sa.func.coalesce(t.collections.c.name, _budget.subject).label("name")
    joined = t.budgets.outerjoin(t.collections, sa.and_(_budget.kind == "collection", t.collections.c.id == _budget.subject))
    row = conn.execute(sa.select(*t.budgets.c, named).select_from(joined).where(_budget.id == budget_id)).mappings().first()
    if row is None:
        raise StoreError(f"there is no budget with the id {budget_id}")
    return Budget(**row)


def open_call(
    conn: sa.Connection, call: Values, *, price: Price, budget_ids: Sequence[str], question_id: str | None, now: datetime
) -> bool:
    """File a call as `sent` and reserve its ceiling on every budget; True when it may be sent.

    False when the store already holds a usable reply to this request: then the question is answered from it, at no cost.

    Raises:
        Underway: another process, or a batch job, has the same request in flight.
        NoRoom: the ceiling does not fit under one of the budgets.
    """
    # two processes must not both look before either has filed its call
    take_turn(conn)
    found = conn.execute(_FOUND, {"request_hash": call["request_hash"], "process": call["process_id"]}).first()
    if found is not None:
        if found.call_id is None:
            raise Underway(in_batch=found.mode == "batch")
        book_cache_hit(conn, call, reply=_stored(found), price=price, question_id=question_id, now=now)
        return False
    if insert_new(conn, t.calls, [call]):
        _reserve(conn, budget_ids, call["reserved_nano_usd"])
    return True


def reserve(conn: sa.Connection, budget_ids: Iterable[str], ceiling_nano_usd: int) -> None:
    """Reserve a ceiling on every budget by one conditional update, so that two writers never both take the last of it.

    Raises:
        NoRoom: it does not fit under one of them; of several one that will never have room, if there is such a one.
    """
    take_turn(conn)
    _reserve(conn, budget_ids, ceiling_nano_usd)


def _reserve(conn: sa.Connection, budget_ids: Iterable[str], ceiling_nano_usd: int) -> None:
    ids = sorted(budget_ids)
    taken = set(conn.execute(_RESERVE, {"budgets": ids, "ceiling": ceiling_nano_usd}).scalars())
    full = [NoRoom(read_budget(conn, budget_id), ceiling_nano_usd) for budget_id in ids if budget_id not in taken]
    if full:
        raise max(full, key=lambda one: one.for_good)


def take_turn(conn: sa.Connection) -> None:
    """Wait until no other process writes the ledger, and keep them waiting until the commit; SQLite has one writer at a time anyway.

    Nearly every call changes the rows of the same few budgets, so nothing is lost by it. Without it the groups of two processes, which
    lock the rows of their calls in whatever order these came, deadlock again and again, for a second each.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(_TAKE_TURN)


def settle_call(
    conn: sa.Connection,
    call_id: str,
    values: Values,
    *,
    reserved_nano_usd: int,
    budget_ids: Iterable[str],
    reply: Values | None = None,
    question: Values | None = None,
) -> bool:
    """Say what came of a call: its columns, its reply, its budgets and its question, in one step.

    Cost and what is at risk both count as spent: a budget holds even if the provider bills everything that it might.

    Args:
        conn: the transaction.
        call_id: the call.
        values: the columns that are known now, `cost_nano_usd` and `at_risk_nano_usd` among them.
        reserved_nano_usd: what `open_call` reserved for it.
        budget_ids: where it was reserved.
        reply: the `replies` row, where there is one.
        question: the arguments of `end_question`, where this ends it.

    Returns:
        False when the call was settled before; then nothing changes.
    """
    take_turn(conn)
    released = _leave_state(conn, call_id, values, reserved_nano_usd)
    if released is None:
        return False
    spent = values["cost_nano_usd"] + values["at_risk_nano_usd"]
    # a call that was given up as lost has been booked as spent in full: its true-up takes that back
    change = {"released": reserved_nano_usd, "spent": spent} if released else {"released": 0, "spent": spent - reserved_nano_usd}
    conn.execute(_TRUE_UP, {"budgets": sorted(budget_ids), **change})
    if reply:
        conn.execute(_INSERT_REPLY, reply)
    if question:
        end_question(conn, **question)
    return True


def _leave_state(conn: sa.Connection, call_id: str, values: Values, reserved_nano_usd: int) -> bool | None:
    """Move a call out of `sent` (True) or out of `lost` (False: another process took this one for dead); None if it was settled."""
    for state in ("sent", "lost"):
        if conn.execute(_SETTLE, {"call": call_id, "from_state": state, **values}).rowcount:
            return state == "sent"
    return None


def end_question(conn: sa.Connection, question_id: str, *, state: str, reason: str = "", now: datetime) -> None:
    """Close a question as `answered`, or as `failed` with the reason."""
    conn.execute(_END_QUESTION, {"question": question_id, "state": state, "reason": reason, "answered_at": now})


def usable_reply(conn: sa.Connection, request_hash: str) -> UsableReply | None:
    """The newest stored reply to this request that is of use."""
    return usable_replies(conn, [request_hash]).get(request_hash)


def usable_replies(conn: sa.Connection, request_hashes: Sequence[str]) -> dict[str, UsableReply]:
    """The stored replies to these requests that are of use, by request hash."""
    rows = conn.execute(_USABLE_MANY, {"hashes": list(request_hashes)}).all()
    return {row.request_hash: _stored(row) for row in reversed(rows)}


def _stored(row: sa.Row[Any]) -> UsableReply:
    usage = Usage(row.prompt_tokens, row.completion_tokens, row.cached_tokens, row.thinking_tokens, row.pages)
    return UsableReply(call_id=row.id, model_served=row.model_served, usage=usage)


def book_cache_hit(conn: sa.Connection, call: Values, *, reply: UsableReply, price: Price, question_id: str | None, now: datetime) -> None:
    """File a call that the store answered: it cost nothing, and avoided what the same tokens cost today."""
    row = {
        **call,
        "mode": "cache",
        "state": "answered",
        "model_served": reply.model_served,
        "reserved_nano_usd": 0,
        "cost_basis": "none",
        "avoided_nano_usd": cost_nano_usd(price, reply.usage),
        "completed_at": now,
        "latency_ms": 0,
    }
    insert_new(conn, t.calls, [row])
    if question_id:
        end_question(conn, question_id, state="answered", now=now)


def mark_unusable(conn: sa.Connection, request_hash: str, reason: str) -> int:
    """Take the stored replies to a request out of the cache, e.g. because they cannot be parsed; returns how many it were."""
    useless = sa.update(t.replies).where(_reply.request_hash == request_hash, _reply.usable.is_(True))
    return conn.execute(useless.values(usable=False, unusable_reason=reason)).rowcount


def budgets_of(conn: sa.Connection, run_id: str | None) -> list[str]:
    """The ids of the budgets that the calls of a run were reserved under: those that it says, or its own where it is older than that."""
    said = conn.execute(sa.select(t.runs.c.budget_ids).where(t.runs.c.id == run_id)).scalar()
    return list(said) if said else [budget_id("run", run_id)] if run_id else []
