"""Rows about batch jobs: what is booked for one before it exists, how far it is, and who works on it.

A job's calls stand as `sent`, with their ceilings reserved, in the transaction that files the job's own row, before anything is sent. Its
states: `booked` (nothing was sent), `sending` (a job may exist), `submitted` (its id is known), `ended` (its results can be had),
`collected` (every call is settled), `released` (there never was a job; every call is settled). Functions may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nightclerk.store import ledger
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

LEASE = timedelta(minutes=10)
BLOCK = 500
OPEN = ("booked", "sending", "submitted", "ended")
# requests of which no job was made yet
UNSENT = ("booked", "sending")
_batch, _call, _listed = t.batches.c, t.calls.c, t.run_documents.c
# the requests that a call in flight will answer
_IN_FLIGHT = sa.select(_call.request_hash).where(_call.state == "sent")


def book(
    conn: sa.Connection, batch: Mapping[str, Any], calls: Sequence[Mapping[str, Any]], *, budget_ids: Sequence[str]
) -> tuple[int, ledger.NoRoom | None]:
    """File a batch with as many of the calls as fit under the budgets, from the first on, and reserve their ceilings.

    Left out are requests that the store has answered meanwhile, or that somebody else has in flight. Without any call no batch is filed.

    Returns:
        (calls that were booked, why the next one was not).
    """
    if conn.execute(sa.select(_batch.id).where(_batch.id == batch["id"])).first():
        return conn.execute(sa.select(sa.func.count()).where(_call.batch_id == batch["id"])).scalar_one(), None
    taken = _taken(conn, [call["request_hash"] for call in calls])
    left = [call for call in calls if call["request_hash"] not in taken]
    fitting, full = _fitting(conn, left, budget_ids)
    if fitting:
        insert_new(conn, t.batches, [{**batch, "requested": len(fitting)}])
        for start in range(0, len(fitting), BLOCK):
            insert_new(conn, t.calls, [{**call, "batch_id": batch["id"]} for call in fitting[start : start + BLOCK]])
        ledger.reserve(conn, budget_ids, sum(call["reserved_nano_usd"] for call in fitting))
    return len(fitting), full


def _taken(conn: sa.Connection, hashes: Sequence[str]) -> set[str]:
    """The requests that were answered, or that somebody has in flight."""
    # two processes must not both look before either has filed its calls
    ledger.take_turn(conn)
    found: set[str] = set()
    ordered = sorted(hashes)
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        found.update(conn.execute(_IN_FLIGHT.where(_call.request_hash.in_(block))).scalars())
        found.update(ledger.usable_replies(conn, block))
    return found


def _fitting(
    conn: sa.Connection, calls: Sequence[Mapping[str, Any]], budget_ids: Sequence[str]
) -> tuple[Sequence[Mapping[str, Any]], ledger.NoRoom | None]:
    budgets = [ledger.read_budget(conn, budget_id) for budget_id in sorted(budget_ids)]
    held = 0
    for place, call in enumerate(calls):
        ceiling = call["reserved_nano_usd"]
        for budget in budgets:
            cap = budget.cap_nano_usd
            if cap is not None and budget.reserved_nano_usd + budget.spent_nano_usd + held + ceiling > cap:
                return calls[:place], ledger.NoRoom(budget, ceiling)
        held += ceiling
    return calls, None


def to_tend(conn: sa.Connection) -> Sequence[str]:
    """The ids of the batches that are not over, or of which something is left with the provider; the oldest first."""
    query = sa.select(_batch.id).where(sa.or_(_batch.state.in_(OPEN), _batch.cleaned_at.is_(None))).order_by(_batch.created_at, _batch.id)
    return conn.execute(query).scalars().all()


def of_run(conn: sa.Connection, run_id: str) -> Sequence[str]:
    """The ids of a run's batches that are not over."""
    mine = sa.select(_batch.id).where(_batch.run_id == run_id, _batch.state.in_(OPEN)).order_by(_batch.created_at, _batch.id)
    return conn.execute(mine).scalars().all()


def read(conn: sa.Connection, batch_id: str) -> sa.Row[Any]:
    """A batch with what is to be known of its run: `cancelled_at`, `budget_ids`, and whether its collection is `confidential` by now."""
    r, k = t.runs.c, t.collections.c
    joined = t.batches.outerjoin(t.runs, _batch.run_id == r.id).outerjoin(t.collections, r.collection_id == k.id)
    query = sa.select(*t.batches.c, r.cancelled_at, r.budget_ids, k.confidential).select_from(joined)
    return conn.execute(query.where(_batch.id == batch_id)).one()


def take(conn: sa.Connection, batch_id: str, *, owner: str, now: datetime) -> bool:
    """Take the lease on a batch; False while another process has it."""
    free = sa.or_(_batch.lease_until.is_(None), _batch.lease_until < now, _batch.lease_owner == owner)
    taken = sa.update(t.batches).where(_batch.id == batch_id, free).values(lease_owner=owner, lease_until=now + LEASE)
    return conn.execute(taken).rowcount > 0


def give_back(conn: sa.Connection, batch_id: str, *, owner: str) -> None:
    """Let go of the lease on a batch."""
    held = sa.update(t.batches).where(_batch.id == batch_id, _batch.lease_owner == owner)
    conn.execute(held.values(lease_owner=None, lease_until=None))


def renew_leases(conn: sa.Connection, owner: str, *, now: datetime) -> None:
    """Extend the leases of a living process."""
    conn.execute(sa.update(t.batches).where(_batch.lease_owner == owner).values(lease_until=now + LEASE))


def free(conn: sa.Connection, owners: Sequence[str]) -> None:
    """Free what dead processes held: batches, and documents of runs that wait for one, which go on waiting."""
    conn.execute(sa.update(t.batches).where(_batch.lease_owner.in_(owners)).values(lease_owner=None, lease_until=None))
    waiting = sa.select(t.runs.c.id).where(t.runs.c.state == "waiting")
    held = sa.update(t.run_documents).where(_listed.lease_owner.in_(owners), _listed.state == "working", _listed.run_id.in_(waiting))
    conn.execute(held.values(state="waiting", lease_owner=None, lease_until=None))


def change(conn: sa.Connection, /, batch_id: str, *, owner: str, **values: Any) -> bool:
    """Set columns of a batch that this owner has the lease on; False where it has not."""
    return conn.execute(sa.update(t.batches).where(_batch.id == batch_id, _batch.lease_owner == owner).values(**values)).rowcount > 0


def note(conn: sa.Connection, batch_id: str, reason: str) -> None:
    """Say what is in the way of a batch; what was said of the results of one that is over stays."""
    conn.execute(sa.update(t.batches).where(_batch.id == batch_id, _batch.state.in_(OPEN)).values(reason=reason))


def reasons(conn: sa.Connection) -> list[str]:
    """What is in the way of the batches that are not over."""
    told = sa.select(_batch.id, _batch.reason).where(_batch.state.in_(OPEN), _batch.reason != "").order_by(_batch.created_at, _batch.id)
    return [f"batch {row.id[:8]}: {row.reason}" for row in conn.execute(told)]


def calls_in_flight(conn: sa.Connection, batch_id: str) -> Sequence[sa.Row[Any]]:
    """The calls of a batch that are not settled, each with what its request allowed, in a steady order."""
    r = t.requests.c
    columns = (_call.id, _call.question_id, _call.request_hash, _call.purpose, _call.document_id, _call.reserved_nano_usd)
    query = (
        sa.select(*columns, _call.collection_id, _call.model_asked, _call.price_id, _call.process_id, r.prompt_tokens, r.max_output_tokens)
        .select_from(t.calls.outerjoin(t.requests, _call.request_hash == r.hash))
        .where(_call.batch_id == batch_id, _call.state == "sent")
        .order_by(_call.id)
    )
    return conn.execute(query).all()


def settled_calls(conn: sa.Connection, batch_id: str) -> set[str]:
    """The ids of the calls of a batch that are settled."""
    return set(conn.execute(sa.select(_call.id).where(_call.batch_id == batch_id, _call.state != "sent")).scalars())


def bodies(conn: sa.Connection, batch_id: str, *, after: str, limit: int = BLOCK) -> Sequence[sa.Row[Any]]:
    """(call id, body) of the calls of a batch that are not settled, by call id, from behind the one that is named on."""
    query = (
        sa.select(_call.id, t.requests.c.body)
        .select_from(t.calls.join(t.requests, _call.request_hash == t.requests.c.hash))
        .where(_call.batch_id == batch_id, _call.state == "sent", _call.id > after)
        .order_by(_call.id)
        .limit(limit)
    )
    return conn.execute(query).all()


def body(conn: sa.Connection, call_id: str) -> Mapping[str, Any] | None:
    """What a call asked; None where that was deleted."""
    query = sa.select(t.requests.c.body).join(t.calls, _call.request_hash == t.requests.c.hash).where(_call.id == call_id)
    found: Mapping[str, Any] | None = conn.execute(query).scalar()
    return found


def size(conn: sa.Connection, batch_id: str) -> int:
    """About the characters of all bodies of a batch."""
    total = sa.func.sum(sa.func.length(sa.cast(t.requests.c.body, sa.Text)))
    query = sa.select(total).select_from(t.calls.join(t.requests, _call.request_hash == t.requests.c.hash))
    return int(conn.execute(query.where(_call.batch_id == batch_id)).scalar() or 0)


def price(conn: sa.Connection, price_id: str) -> sa.Row[Any]:
    """The price row that a call was booked at."""
    return conn.execute(sa.select(t.prices).where(t.prices.c.id == price_id)).one()
