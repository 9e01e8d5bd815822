"""A process that is killed in the middle: what it had in flight is booked, what it had answered is not paid again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from dispatch_office import Office, Script, drain

from nightclerk.dispatch import heartbeat
from nightclerk.records import utc_now
from nightclerk.store import Store, processes
from nightclerk.store import tables as t

COST = 3_000 * 2_000 + 400 * 5_000
CEILING = 3_364 * 2_000 + 1_000 * 5_000

# answers the first twelve at once and hangs on the others, until somebody kills it
CHILD = """
import asyncio, sys
from dispatch_office import Office, Script, drain, open_office, reply
from nightclerk.store import Store

async def for_ever():
    await asyncio.sleep(3600)

with Store.open(sys.argv[1]) as store:
    office = Office(store, store.write_now(open_office))
    jobs = office.ask(40)
    first = {job.body["key"] for job in jobs[:12]}
    drain(office, Script(lambda key, _: reply() if key in first else for_ever()), jobs)
"""


def killed_in_the_middle(url: str) -> None:
    """Run the child until eight calls hang, then kill it without warning."""
    with Store.open(url) as store:
        child = subprocess.Popen([sys.executable, "-c", CHILD, url], cwd=Path(__file__).parent.parent)
        deadline = time.monotonic() + 30
        while not _in_the_middle(store):
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        child.wait()


def _in_the_middle(store: Store) -> bool:
    states = store.read(lambda conn: conn.execute(sa.select(t.calls.c.state)).scalars().all())
    return (states.count("sent"), states.count("answered")) == (8, 12)


def test_kill_and_run_again(database_url: str) -> None:
    """After kill -9 the calls in flight are at risk at their ceiling, only what is open is asked again, and all budgets add up."""
    killed_in_the_middle(database_url)
    with Store.open(database_url) as store:
        recovered = store.write_now(processes.recover, now=utc_now())
        assert recovered == processes.Recovered(calls=8, at_risk_nano_usd=8 * CEILING, runs=1)
        office = Office.reopen(store)
        budget = office.budget()
        assert (budget.reserved_nano_usd, budget.spent_nano_usd) == (0, 12 * COST + 8 * CEILING)
        provider = Script()
        drain(office, provider, office.jobs_again())
        assert len(provider.sent) == 28
        assert office.states() == {"answered": 40}


def test_a_living_process_tidies_up_after_a_dead_one(database_url: str) -> None:
    """What was in flight in a process that was killed is booked by the next heartbeat of one that works, without a new start."""
    killed_in_the_middle(database_url)
    with Store.open(database_url) as store:
        process_id = store.write_now(processes.register, "a" * 32, now=utc_now())

        async def live_a_little() -> None:
            beating = asyncio.create_task(heartbeat(store, process_id, every_s=0.05))
            await asyncio.sleep(0.5)
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

        asyncio.run(live_a_little())
        office = Office.reopen(store)
        assert [call["state"] for call in office.calls()].count("lost") == 8
        assert office.budget().reserved_nano_usd == 0


def test_the_heart_beats(office: Office) -> None:
    """The heartbeat renews the process's row until it is cancelled, and a database that is away for a moment does not end it."""
    old = utc_now() - timedelta(hours=1)
    office.store.write_now(processes.beat, office.terms.process_id, now=old)

    async def live_a_little() -> None:
        beating = asyncio.create_task(heartbeat(office.store, office.terms.process_id, every_s=0.01))
        await asyncio.sleep(0.1)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)

    asyncio.run(live_a_little())
    assert office.rows(t.processes)[0]["heartbeat_at"] > old + timedelta(minutes=59)
