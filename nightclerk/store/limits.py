"""One limit for all processes: who may send when, handed out in blocks from a row that everybody advances.

A row keeps two moments: until when the requests of the limit are handed out, and when its token bucket would be full again. A lease moves
both on and says when its holder may begin. It is a span of time, so one that nobody uses (its holder died) simply passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import sqlalchemy as sa

from nightclerk.records import utc_now
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

_limit = t.limits.c
_ROW = sa.select(t.limits).where(_limit.key == sa.bindparam("name")).with_for_update()
_MOVE_ON = sa.update(t.limits).where(_limit.key == sa.bindparam("name"))
_TIME = sa.select(sa.func.clock_timestamp())


@dataclass(frozen=True, slots=True)
class Wish:
    """A block that a process wants from a limit, and by how much its earlier blocks missed what they used.

    Args:
        requests: how many; 0 only settles what is owed.
        tokens: their tokens together.
        owed_tokens: used beyond earlier leases, or negative: leased and not used.
        requests_per_second: the limit as this process knows it; infinite is none.
        tokens_per_second: the same for tokens.
        slack_s: how much of the requests' time may be made up for when nobody took it.
        burst_s: how many seconds' worth of tokens may be taken at once.
        gap_s: time to leave unused before the block, where somebody else uses the limit right now.
    """

    requests: int
    tokens: int
    owed_tokens: int
    requests_per_second: float
    tokens_per_second: float
    slack_s: float
    burst_s: float
    gap_s: float = 0.0


def lease(conn: sa.Connection, key: str, wish: Wish, *, now: datetime | None = None) -> float:
    """Take a block out of the limit `key`; returns in how many seconds it begins, a little below 0 where time is made up for.

    From then on one request may leave every 1 / requests_per_second. `now` is the database's own clock, which all machines share.
    """
    row = _locked(conn, key, now)
    now = now or _time(conn)
    # a row from the future was written before the clock was set back
    ahead = max(timedelta(0), row.updated_at - now)
    # a limit that nobody has used yet was free before, too
    last = now - _seconds(wish.slack_s)
    free = max((row.requests_free_at or last) - ahead, last)
    free += _seconds(wish.gap_s) if free > last else timedelta(0)
    full = max((row.tokens_free_at or now) - ahead, now) + _span(wish.owed_tokens, wish.tokens_per_second)
    needs = min(_span(wish.tokens, wish.tokens_per_second), _seconds(wish.burst_s))
    begins = max(free, full + needs - _seconds(wish.burst_s))
    if wish.requests:
        free = begins + _span(wish.requests, wish.requests_per_second)
        # a bucket that would be full before the block begins holds no more then
        full = max(full, begins) + _span(wish.tokens, wish.tokens_per_second)
    moved = {"requests_free_at": free, "tokens_free_at": full, "updated_at": now}
    known = {"requests_per_second": wish.requests_per_second, "tokens_per_minute": _per_minute(wish.tokens_per_second)}
    conn.execute(_MOVE_ON, {"name": key, **moved, **known})
    wait: timedelta = begins - now
    return wait.total_seconds()


def hold(conn: sa.Connection, key: str, seconds: float, *, now: datetime | None = None) -> None:
    """Lease nothing out for so long: the provider refused somebody. Blocks that are out already run on; they are short."""
    row = _locked(conn, key, now)
    now = now or _time(conn)
    until = max(row.requests_free_at or now, now + _seconds(seconds))
    conn.execute(_MOVE_ON, {"name": key, "requests_free_at": until, "updated_at": now})


def _locked(conn: sa.Connection, key: str, now: datetime | None) -> sa.Row[Any]:
    """The row, made when it is missing, and nobody else's until the commit."""
    row = conn.execute(_ROW, {"name": key}).first()
    if row is None:
        new = {"key": key, "requests_per_second": 0.0, "tokens_per_minute": 0, "updated_at": now or _time(conn)}
        insert_new(conn, t.limits, [new])
        row = conn.execute(_ROW, {"name": key}).one()
    return row


def _time(conn: sa.Connection) -> datetime:
    """The clock that all holders go by: the server's, or with SQLite this machine's, since its file is on one machine."""
    if conn.dialect.name == "sqlite":
        return utc_now()
    moment: datetime = conn.execute(_TIME).scalar_one()
    return moment


def _span(units: float, per_second: float) -> timedelta:
    return _seconds(units / per_second)


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _per_minute(tokens_per_second: float) -> int:
    return round(tokens_per_second * 60) if isfinite(tokens_per_second) else 0
