"""Several processes share one limit: nobody passes it, little of it is lost, and everybody gets a part."""

from __future__ import annotations

import asyncio
import heapq
import math
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from mistral_server.limits import Limits

from nightclerk.dispatch import Limiter, Share
from nightclerk.errors import StoreError
from nightclerk.store import Store, limits
from nightclerk.store import tables as t
from nightclerk.store.limits import Wish

START = datetime(2026, 1, 1, tzinfo=UTC)


def wish(requests: int = 10, tokens: int = 0, **changes: Any) -> Wish:
    """A block of a limit of 10 requests and 1,000 tokens a second."""
    return Wish(**{"requests": requests, "tokens": tokens, "owed_tokens": 0, "requests_per_second": 10.0, **REST, **changes})


REST: dict[str, Any] = {"tokens_per_second": 1_000.0, "slack_s": 0.0, "burst_s": 4.0}


def at(seconds: float) -> datetime:
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)


def test_blocks_follow_one_another(any_store: Store) -> None:
    """Whoever leases gets the span behind the last one, and after a pause begins at once; unused time is gone."""

    def lease(seconds: float) -> float:
        return any_store.write_now(limits.lease, "m/x", wish(), now=at(seconds))

    assert [lease(0), lease(0), lease(0.5), lease(10), lease(10)] == pytest.approx([0, 1, 1.5, 0, 1])


def test_a_limit_that_nobody_used_yet_was_free_before(any_store: Store) -> None:
    """The first block ever begins as far back as one after a pause: by the time that may be made up for, and only once."""

    def lease(seconds: float) -> float:
        return any_store.write_now(limits.lease, "m/x", wish(1, slack_s=0.05), now=at(seconds))

    assert [lease(0), lease(0), lease(10), lease(10)] == pytest.approx([-0.05, 0.05, -0.05, 0.05])


def test_who_joins_others_leaves_a_gap(any_store: Store) -> None:
    """A block with a gap begins that much behind those of others; where nobody uses the limit it begins at once."""

    def lease(seconds: float) -> float:
        return any_store.write_now(limits.lease, "m/x", wish(gap_s=0.05), now=at(seconds))

    assert [lease(0), lease(0), lease(10)] == pytest.approx([0, 1.05, 0])


def test_models_have_limits_of_their_own(any_store: Store) -> None:
    """A block of one model takes nothing from another."""
    assert [any_store.write_now(limits.lease, key, wish(), now=START) for key in ("m/x", "m/y")] == [0, 0]


def test_tokens_bind_together_with_requests(any_store: Store) -> None:
    """A block waits until its tokens fit into the bucket; one larger than the bucket waits for a full one, and is paid off behind it."""

    def lease(tokens: int, **changes: Any) -> float:
        return any_store.write_now(limits.lease, "m/x", wish(1, tokens, **changes), now=START)

    assert lease(4_000) == 0
    assert lease(1_000) == pytest.approx(1)
    assert lease(9_000) == pytest.approx(5)
    assert lease(0, owed_tokens=-10_000) == pytest.approx(5.1)


def test_what_was_not_used_is_settled(any_store: Store) -> None:
    """Tokens that a lease took and calls did not use are there for the next; used beyond it, they are missing."""

    def lease(owed: int) -> float:
        return any_store.write_now(limits.lease, "m/x", wish(1, 4_000, owed_tokens=owed, requests_per_second=math.inf), now=START)

    assert [lease(0), lease(-4_000), lease(-3_000)] == pytest.approx([0, 0, 1])


def test_a_pause_holds_every_process(any_store: Store) -> None:
    """After a refusal nothing is leased for as long as the provider asked, and a shorter pause shortens nothing."""
    any_store.write_now(limits.hold, "m/x", 5.0, now=START)
    any_store.write_now(limits.hold, "m/x", 1.0, now=START)
    assert any_store.write_now(limits.lease, "m/x", wish(), now=at(1)) == pytest.approx(4)


@pytest.mark.parametrize("jump_s", [-3_600, 3_600])
def test_a_clock_that_jumps_stops_nobody(any_store: Store, jump_s: float) -> None:
    """When the shared clock is set back or forth by an hour, the next block begins as soon as it would have, or at once."""
    any_store.write_now(limits.lease, "m/x", wish(), now=START)
    begins = any_store.write_now(limits.lease, "m/x", wish(), now=at(jump_s))
    assert 0 <= begins <= 1


@settings(deadline=None, max_examples=100)
@given(
    rps=st.floats(0.05, 500),
    asks=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 40), st.integers(0, 5_000)), min_size=2, max_size=30),
)
def test_no_two_blocks_overlap(rps: float, asks: list[tuple[float, int, int]]) -> None:
    """Whatever is asked for and when, each block begins after the end of the one before, and tokens keep to their bucket."""
    engine = sa.create_engine("sqlite://")
    t.limits.create(engine)
    now, free, taken = 0.0, -math.inf, []
    with engine.begin() as conn:
        for wait_s, requests, tokens in asks:
            now += wait_s
            begins = now + limits.lease(conn, "m/x", wish(requests, tokens, requests_per_second=rps), now=at(now))
            assert begins >= max(free, now) - 1e-3
            free = begins + requests / rps
            taken.append((begins, tokens))
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            allowed = 1_000 * (taken[last][0] - taken[first][0]) + 4_000
            larger = max(0, taken[last][1] - 4_000)
            assert sum(tokens for _, tokens in taken[first : last + 1]) - larger <= allowed + 5
    engine.dispose()


class Day:
    """A clock for several tasks: it moves to the next end of a sleep when nobody has anything to do."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def __call__(self) -> float:
        return self.now

    def today(self) -> datetime:
        """The same moment as everybody's date."""
        return at(self.now)

    async def sleep(self, seconds: float) -> None:
        """Wait for seconds of this clock."""
        end = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleeping, (self.now + max(0.0, seconds), self._count, end))
        await end

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end."""

        async def moving() -> None:
            task = asyncio.ensure_future(work)
            while not task.done():
                for _ in range(20):
                    await asyncio.sleep(0)
                if self._sleeping and not task.done():
                    self.now, _, end = heapq.heappop(self._sleeping)
                    if not end.done():
                        end.set_result(None)
            await task

        asyncio.run(moving())


@dataclass
class Database:
    """A store with nothing but limits, whose writes take `lag_s`."""

    day: Day
    lag_s: float = 0.01
    writes: int = 0
    away: bool = False
    engine: sa.Engine = field(default_factory=lambda: sa.create_engine("sqlite://"))

    def __post_init__(self) -> None:
        t.limits.create(self.engine)

    async def write_alone(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self.day.sleep(self.lag_s / 2)
        if self.away:
            raise StoreError("the database is away")
        self.writes += 1
        with self.engine.begin() as conn:
            result = fn(conn, *args, **kwargs)
        await self.day.sleep(self.lag_s / 2)
        return result


@dataclass
class Fleet:
    """Processes that share a limit, and when which of them was admitted."""

    day: Day
    database: Database
    rps: float
    tpm: float
    late_s: Callable[[], float] = lambda: 0.0
    sent: list[tuple[float, int]] = field(default_factory=list)

    def limiter(self) -> Limiter:
        share = Share(self.database, "m/x", clock=self.day, today=self.day.today)  # type: ignore[arg-type]
        return Limiter(self.rps, self.tpm, share=share, clock=self.day, sleep=lambda seconds: self.day.sleep(seconds + self.late_s()))

    async def work(self, number: int, calls: int, *, after: Callable[[Limiter, int], Coroutine[Any, Any, None]] | None = None) -> None:
        """One process with so many calls, at most 64 at a time."""
        limiter, slots = self.limiter(), asyncio.Semaphore(64)

        async def call() -> None:
            tokens = limiter.estimate(1_000, 1_000)
            await limiter.acquire(tokens)
            self.sent.append((self.day.now, number))
            if after:
                await after(limiter, tokens)
            limiter.ended()
            slots.release()

        tasks = []
        for _ in range(calls):
            await slots.acquire()
            tasks.append(asyncio.create_task(call()))
        await asyncio.gather(*tasks)

    @property
    def span_s(self) -> float:
        """From the first to the last admission."""
        return max(self.sent)[0] - min(self.sent)[0]


def refusals(fleet: Fleet) -> int:
    """How many a server would refuse that has the same limit and a burst of 5."""
    clock = Day()
    server = Limits(rps=fleet.rps, burst=5, clock=clock)
    refused = 0
    for moment, _ in sorted(fleet.sent):
        clock.now = moment
        refused += server.admit(1) > 0
    return refused


@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize("rps", [0.4, 3, 50])
def test_processes_use_the_limit_together_and_fairly(processes: int, rps: float) -> None:
    """1, 2 and 4 processes use at least 97 % of one limit together, no server with a burst of 5 refuses one, and each gets its part."""
    day = Day()
    fleet = Fleet(day, Database(day), rps, math.inf)
    calls = max(20, int(8 * rps))

    async def all_of_them() -> None:
        await asyncio.gather(*(fleet.work(number, calls) for number in range(processes)))

    day.run(all_of_them())
    assert not refusals(fleet)
    assert len(fleet.sent) / (1 + rps * fleet.span_s) >= 0.97
    lasts = [max(moment for moment, number in fleet.sent if number == process) for process in range(processes)]
    assert min(lasts) >= 0.8 * max(lasts) - 2 * processes / rps
    assert fleet.database.writes <= 5 * day.now + 5 * processes


def test_a_late_process_gets_its_part_at_once() -> None:
    """A process that begins while others use the whole limit sends within two seconds, and from then on as much as they."""
    day = Day()
    fleet = Fleet(day, Database(day), 50, math.inf)

    async def late() -> None:
        await day.sleep(5)
        await fleet.work(9, 100)

    async def all_of_them() -> None:
        await asyncio.gather(fleet.work(0, 400), fleet.work(1, 400), late())

    day.run(all_of_them())
    own = sorted(moment for moment, number in fleet.sent if number == 9)
    assert own[0] < 7
    assert own[-1] - own[0] <= 100 / (50 / 3) * 1.2


@pytest.mark.parametrize("processes", [2, 4])
def test_a_machine_without_time_does_not_make_refusals(processes: int) -> None:
    """When timers come up to 0.3 s late, what is late is lost and not sent into the time of the others: at most 1 in 300 is refused."""
    chance = random.Random(7)
    day = Day()
    late_s = lambda: chance.uniform(0, 0.3) if chance.random() < 0.1 else chance.uniform(0, 0.01)  # noqa: E731
    fleet = Fleet(day, Database(day, lag_s=0.05), 50, math.inf, late_s=late_s)

    async def all_of_them() -> None:
        await asyncio.gather(*(fleet.work(number, 900 // processes) for number in range(processes)))

    day.run(all_of_them())
    assert refusals(fleet) <= 3


@pytest.mark.parametrize("late_s", [0.005, 0.02, 0.04])
def test_a_process_alone_makes_up_for_late_timers(late_s: float) -> None:
    """Its blocks follow one another, so what is late at the end of one goes at the beginning of the next, and the limit is used."""
    day = Day()
    fleet = Fleet(day, Database(day, lag_s=0.05), 50, math.inf, late_s=lambda: late_s)
    day.run(fleet.work(0, 600))
    assert len(fleet.sent) / (1 + 50 * fleet.span_s) >= 0.98
    assert not refusals(fleet)


def test_processes_take_short_turns() -> None:
    """Nobody has the limit for himself for longer than a second, however many calls he has waiting."""
    day = Day()
    fleet = Fleet(day, Database(day), 50, math.inf)

    async def both() -> None:
        await asyncio.gather(*(fleet.work(number, 200) for number in range(2)))

    day.run(both())
    for process in range(2):
        own = sorted(moment for moment, number in fleet.sent if number == process)
        assert max(after - before for before, after in pairwise(own)) < 1


def test_a_dead_holder_costs_its_blocks_and_no_more() -> None:
    """What a process leased before it died is over within a second; the others go on with the whole limit."""
    day = Day()
    fleet = Fleet(day, Database(day), 50, math.inf)

    async def one_dies() -> None:
        doomed = asyncio.ensure_future(fleet.work(0, 1_000))
        other = asyncio.ensure_future(fleet.work(1, 500))
        await day.sleep(3)
        doomed.cancel()
        await asyncio.gather(doomed, return_exceptions=True)
        await other

    day.run(one_dies())
    after = sum(moment > 4 for moment, _ in fleet.sent)
    assert after / (50 * (fleet.span_s - 4)) >= 0.97


def test_true_ups_reach_the_others() -> None:
    """When calls take less than was reserved for them, the processes together send as much as the tokens that were used allow."""
    day = Day()
    fleet = Fleet(day, Database(day), math.inf, 600_000)

    async def half(limiter: Limiter, tokens: int) -> None:
        await day.sleep(0.5)
        limiter.settle(tokens, 750)

    async def both() -> None:
        await asyncio.gather(*(fleet.work(number, 300, after=half) for number in range(2)))

    day.run(both())
    used = 750 * len(fleet.sent)
    assert 0.9 * 10_000 * fleet.span_s <= used <= 10_000 * (fleet.span_s + 5)


def test_a_database_that_is_away_is_told_to_those_who_wait() -> None:
    """Nobody waits for ever for a block that cannot be leased."""
    day = Day()
    fleet = Fleet(day, Database(day, away=True), 50, math.inf)

    async def one() -> None:
        with pytest.raises(StoreError, match="away"):
            await fleet.limiter().acquire(1)

    day.run(one())


def test_an_admission_that_is_given_back_goes_to_the_next() -> None:
    """A request that was admitted and not sent is not lost for the limit."""
    day = Day()
    fleet = Fleet(day, Database(day), 1, math.inf)

    async def twice() -> None:
        limiter = fleet.limiter()
        await limiter.acquire(10)
        limiter.give_back(10)
        before = day.now
        await limiter.acquire(10)
        assert day.now == before

    day.run(twice())


def test_a_refusal_pauses_the_other_processes() -> None:
    """Retry-After that one process was told holds the others as soon as their short blocks are used up."""
    day = Day()
    fleet = Fleet(day, Database(day), 10, math.inf)

    async def refused() -> None:
        await day.sleep(2)
        limiter = fleet.limiter()
        await limiter.acquire(1)
        limiter.pause(10)
        await day.sleep(0.1)

    async def both() -> None:
        await asyncio.gather(fleet.work(0, 60), refused())

    day.run(both())
    assert not [moment for moment, _ in fleet.sent if 4 < moment < 12]
    assert [moment for moment, _ in fleet.sent if moment > 12]


def test_a_block_that_was_not_used_in_time_is_gone() -> None:
    """What a process leased and could not send is not sent later, when its time belongs to others; its tokens go back."""
    day = Day()
    share = Share(Database(day), "m/x", clock=day, today=day.today)  # type: ignore[arg-type]

    async def late() -> None:
        await share.lease([100] * 5, requests_per_second=50, tokens_per_second=math.inf, burst_s=4.0)
        assert share.delay_s(day.now) <= 0
        await day.sleep(2)
        assert share.delay_s(day.now) == math.inf
        assert share.owed_tokens == -500

    day.run(late())
