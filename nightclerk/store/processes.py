"""Working processes, and what is left to clean up after one that died."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nightclerk.records import utc_now
from nightclerk.store import batches, ledger, runs
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

BEAT_S = 5.0
SILENT_HERE = timedelta(seconds=60)
SILENT_ELSEWHERE = timedelta(minutes=5)
LOST = "the process that sent it ended before the answer came"
INTERRUPTED = "the process that worked on it ended; the next run goes on where this one stopped"

# A row with our own pid from before this moment is an earlier process's: containers often reuse a small pid.
_LOADED_AT = utc_now()


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was cleaned up: how many calls are booked as at risk, for how much, and how many runs were marked interrupted."""

    calls: int
    at_risk_nano_usd: int
    runs: int


def register(conn: sa.Connection, process_id: str, *, now: datetime, host: str = "", pid: int = 0) -> str:
    """File this process as alive; returns its id."""
    row = {"id": process_id, "host": host or socket.gethostname(), "pid": pid or os.getpid(), "started_at": now, "heartbeat_at": now}
    insert_new(conn, t.processes, [row])
    return process_id


def beat(conn: sa.Connection, process_id: str, *, now: datetime) -> None:
    """Say that a process is alive, and keep its leases."""
    conn.execute(sa.update(t.processes).where(t.processes.c.id == process_id).values(heartbeat_at=now))
    runs.renew_leases(conn, process_id, now=now)
    batches.renew_leases(conn, process_id, now=now)


def end(conn: sa.Connection, process_id: str, *, now: datetime) -> None:
    """Say that a process ended in good order."""
    conn.execute(sa.update(t.processes).where(t.processes.c.id == process_id).values(heartbeat_at=now, ended_at=now))


def recover(conn: sa.Connection, *, now: datetime, host: str = "") -> Recovered:
    """Clean up after processes that died: book their calls in flight, mark their runs, free their leases.

    A call in state `sent` whose process is gone becomes `lost`: nobody knows whether the provider billed it, so its whole ceiling is
    at risk and counts as spent under its budgets (conservatively; a budget holds in the worst case). Doing this twice changes nothing.

    Args:
        conn: the transaction.
        now: the time, UTC.
        host: this machine; empty means its own name. Only here can a process id be looked up.
    """
    dead = _dead(conn, now, host or socket.gethostname())
    lost = [row for row in _in_flight(conn, dead) if _lose(conn, row, now)]
    r, d = t.runs.c, t.run_documents.c
    batches.free(conn, dead)
    conn.execute(
        sa.update(t.run_documents)
        .where(d.lease_owner.in_(dead), d.state == "working")
        .values(state="unfinished", reason=INTERRUPTED, lease_owner=None, lease_until=None)
    )
    running = sa.update(t.runs).where(r.process_id.in_(dead), r.state == "running")
    stopped = conn.execute(running.values(state="interrupted", reason=INTERRUPTED, ended_at=now)).rowcount
    ended = sa.update(t.processes).where(t.processes.c.id.in_(dead), t.processes.c.ended_at.is_(None))
    conn.execute(ended.values(ended_at=t.processes.c.heartbeat_at))
    return Recovered(len(lost), sum(row.reserved_nano_usd for row in lost), stopped)


def _dead(conn: sa.Connection, now: datetime, host: str) -> list[str]:
    """The processes that ended, or cannot be alive any more, and still own something that is in progress."""
    owners = sa.union(
        sa.select(t.calls.c.process_id).where(t.calls.c.state == "sent", t.calls.c.mode != "batch"),
        sa.select(t.runs.c.process_id).where(t.runs.c.state == "running"),
        sa.select(t.run_documents.c.lease_owner).where(t.run_documents.c.state == "working"),
        sa.select(t.batches.c.lease_owner).where(t.batches.c.lease_owner.is_not(None)),
    ).subquery()
    rows = conn.execute(sa.select(t.processes).where(t.processes.c.id.in_(sa.select(owners.c[0])))).all()
    return [row.id for row in rows if not _alive(row, now, host)]


def _alive(process: sa.Row[Any], now: datetime, host: str) -> bool:
    if process.ended_at is not None:
        return False
    silent: timedelta = now - process.heartbeat_at
    if process.host != host:
        return silent < SILENT_ELSEWHERE
    if silent >= SILENT_HERE or (process.pid == os.getpid() and process.started_at < _LOADED_AT):
        return False
    return _exists(process.pid)


def _exists(pid: int) -> bool:
    """Whether a process of that id runs on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _in_flight(conn: sa.Connection, process_ids: Sequence[str]) -> Sequence[sa.Row[Any]]:
    c = t.calls.c
    columns = (c.id, c.run_id, c.reserved_nano_usd)
    # what is in a batch job outlives the process that created it
    return conn.execute(sa.select(*columns).where(c.state == "sent", c.mode != "batch", c.process_id.in_(process_ids))).all()


def _lose(conn: sa.Connection, call: sa.Row[Any], now: datetime) -> bool:
    values = {
        "state": "lost",
        "error_message": LOST,
        "cost_nano_usd": 0,
        "cost_basis": "at_risk",
        "at_risk_nano_usd": call.reserved_nano_usd,
        "completed_at": now,
    }
    budgets = ledger.budgets_of(conn, call.run_id)
    return ledger.settle_call(conn, call.id, values, reserved_nano_usd=call.reserved_nano_usd, budget_ids=budgets)
