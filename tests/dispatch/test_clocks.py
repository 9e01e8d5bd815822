"""Clocks that are set, step or run apart from others': waits, books and leases go on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count, cycle
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from dispatch_office import Office, QuickTime, Script, dispatcher, drain, open_office, reply
from pydantic import SecretStr

from nightclerk.dispatch import Terms, books
from nightclerk.errors import Refused, ServerFailed
from nightclerk.providers.exchange import Exchange
from nightclerk.records import utc_now
from nightclerk.store import Store, processes, runs
from nightclerk.store import tables as t

COST = 3_000 * 2_000 + 400 * 5_000


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_a_date_to_wait_for_is_on_the_providers_clock(status: int, hours: int) -> None:
    """However wrong our clock or theirs is, a wait that is told as a date lasts as long as it was meant to."""
    theirs = utc_now() + timedelta(hours=hours)
    headers = {"date": format_datetime(theirs, usegmt=True), "retry-after": format_datetime(theirs + timedelta(seconds=7), usegmt=True)}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers))

    async def ask() -> Any:
        exchange = Exchange("http://localhost", SecretStr("k" * 20), max_in_flight=1, transport=transport)
        return exchange.problem(await exchange.post("/x", {}, timeout_s=5))

    error = asyncio.run(ask())
    assert isinstance(error, Refused if status == 429 else ServerFailed)
    assert error.retry_after_s == 7.0


def test_a_clock_that_jumps_while_calls_are_in_flight(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall clock that goes back and forth by hours between any two looks changes neither waits nor outcomes nor the budget."""
    jumps = cycle([timedelta(0), timedelta(hours=-7), timedelta(days=40)])
    monkeypatch.setattr(books, "utc_now", lambda: utc_now() + next(jumps))
    clock, numbers = QuickTime(), count()
    drain(office, Script(lambda *_: ServerFailed("503") if next(numbers) % 3 == 0 else reply()), office.ask(30), clock=clock)
    assert office.states() == {"answered": 30}
    assert (office.budget().reserved_nano_usd, office.budget().spent_nano_usd) == (0, 30 * COST)
    assert {call["latency_ms"] >= 0 for call in office.calls()} == {True}
    assert clock.now < 60


def test_a_living_process_that_is_taken_for_dead(any_office: Office) -> None:
    """Where the clock leaps ahead and another process clears up after us, our answers still come in and the books end up right."""

    async def while_they_clear_up() -> Any:
        await any_office.store.write(processes.recover, now=utc_now() + timedelta(hours=9))
        assert {call["state"] for call in any_office.calls()} == {"lost"}
        return reply()

    asyncio.run(dispatcher(any_office, Script(lambda *_: while_they_clear_up())).drain(any_office.terms, any_office.ask(1)))
    assert [call["state"] for call in any_office.calls()] == ["answered"]
    assert (any_office.budget().reserved_nano_usd, any_office.budget().spent_nano_usd) == (0, COST)
    assert any_office.states() == {"answered": 1}


def test_a_lease_from_the_future_is_freed_with_its_holder(any_store: Store) -> None:
    """A lease that a dead process took before the clock was set back does not lock its document for hours."""
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    office = Office(any_store, any_store.write_now(a_lease_of_the_dead, now + timedelta(hours=9)))
    any_store.write_now(processes.recover, now=now)
    [row] = office.rows(t.run_documents)
    assert (row["state"], row["lease_owner"], row["lease_until"]) == ("unfinished", None, None)


def a_lease_of_the_dead(conn: sa.Connection, now: datetime) -> Terms:
    """A run of a process that is gone, with a document in work."""
    terms = open_office(conn)
    # a number that no process can have
    conn.execute(sa.update(t.processes).values(pid=2**22 + 1, heartbeat_at=now))
    [analysis, document] = conn.execute(sa.select(t.analyses.c.id, t.analyses.c.document_id)).one()
    source = {"id": "5" * 32, "collection_id": terms.collection_id, "uri": "file:///x", "name": "x", "status": "seen"}
    times = dict.fromkeys(("first_seen_at", "last_seen_at"), now)
    conn.execute(sa.insert(t.document_sources), {**source, **times})
    [listed] = runs.add_documents(conn, terms.run_id, [("5" * 32, "waiting", "")])
    assert runs.claim(conn, listed, analysis_id=analysis, document_id=document, owner=terms.process_id, now=now)
    return terms
