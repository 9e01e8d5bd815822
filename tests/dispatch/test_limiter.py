"""The limiter never passes a limit, leaves little of it unused, and is fair."""

from __future__ import annotations

import asyncio
import heapq
import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mistral_server.limits import Limits

from nightclerk.dispatch import Concurrency
from nightclerk.dispatch.limiter import TOKEN_BURST_S, Limiter, Limiters


class Time:
    """A clock that moves only when somebody sleeps; every sleep ends late by what `lag` says. Events happen at their time."""

    def __init__(self, lag: Callable[[], float] = lambda: 0.0) -> None:
        self.now = 1_000.0
        self._lag = lag
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        # those who were admitted at this moment go on before it passes
        await asyncio.sleep(0)
        end = self.now + seconds + self._lag()
        while self._events and self._events[0][0] <= end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = end
        await asyncio.sleep(0)

    def later(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, len(self._events), event))


def admissions(limiter: Limiter, clock: Time, sizes: list[int]) -> list[float]:
    """When calls of these sizes are admitted that all ask at once."""
    times: list[float] = []

    async def call(tokens: int) -> None:
        await limiter.acquire(tokens)
        times.append(clock.now)

    async def everybody() -> None:
        await asyncio.gather(*(call(size) for size in sizes))

    asyncio.run(everybody())
    return times


@settings(deadline=None, max_examples=60)
@given(
    rps=st.floats(0.05, 500),
    tpm=st.integers(600, 10_000_000),
    sizes=st.lists(st.integers(1, 60_000), min_size=2, max_size=60),
    lags=st.lists(st.floats(0, 0.2), min_size=1, max_size=20),
)
def test_no_window_exceeds_a_limit(rps: float, tpm: int, sizes: list[int], lags: list[float]) -> None:
    """In every span of time at most rate * seconds + burst requests and tokens pass, however late the timers are."""
    late = iter(lags * 10_000)
    clock = Time(lambda: next(late))
    times = admissions(Limiter(rps, tpm, clock=clock, sleep=clock.sleep), clock, sizes)
    rate, burst = tpm / 60, tpm / 60 * TOKEN_BURST_S
    for first in range(len(sizes)):
        for last in range(first, len(sizes)):
            seconds = times[last] - times[first]
            assert last - first + 1 <= rps * seconds + 1 + 0.05 * rps + 1e-6
            # a request that is larger than the bucket passes alone, from a full bucket
            larger = max(0.0, sizes[last] - burst)
            assert sum(sizes[first : last + 1]) - larger <= rate * seconds + burst + 1e-3


@settings(deadline=None, max_examples=40)
@given(rps=st.floats(0.1, 200), lag_s=st.floats(0, 0.04))
def test_requests_use_the_limit(rps: float, lag_s: float) -> None:
    """While there is work, at least 98 % of the request limit is used, with timers up to 40 ms late."""
    clock = Time(lambda: lag_s)
    times = admissions(Limiter(rps, math.inf, clock=clock, sleep=clock.sleep), clock, [1] * 200)
    assert 199 / (times[-1] - times[0]) >= 0.98 * rps


@settings(deadline=None, max_examples=40)
@given(tpm=st.integers(60_000, 5_000_000), sizes=st.lists(st.integers(500, 4_000), min_size=10, max_size=30))
def test_tokens_use_the_limit(tpm: int, sizes: list[int]) -> None:
    """While there is work, at least 98 % of the token limit is used."""
    clock = Time(lambda: 0.001)
    times = admissions(Limiter(math.inf, tpm, clock=clock, sleep=clock.sleep), clock, sizes * 20)
    used = sum(sizes) * 20 - sizes[-1]
    assert used >= 0.98 * tpm / 60 * (times[-1] - times[0])


@settings(deadline=None, max_examples=25)
@given(rps=st.floats(1, 60), tpm=st.integers(100_000, 3_000_000), seed=st.integers(0, 1_000))
def test_a_server_with_its_own_buckets_refuses_nothing(rps: float, tpm: int, seed: int) -> None:
    """Prompts are charged at once and completions when they are known, as a server does it: it never has to refuse a call."""
    chance = random.Random(seed)
    clock = Time(lambda: chance.uniform(0, 0.02))
    server = Limits(rps=rps, burst=max(5, math.ceil(rps / 5)), tpm=tpm, clock=clock)
    limiter = Limiter(rps, tpm, clock=clock, sleep=clock.sleep)
    refused: list[float] = []

    def complete(prompt: int, reserved: int) -> None:
        completion = round(chance.lognormvariate(6, 0.6))
        server.charge(completion)
        limiter.saw(prompt, prompt + completion)
        limiter.settle(reserved, prompt + completion)

    async def call() -> None:
        prompt = chance.randint(200, 6_000)
        reserved = limiter.estimate(prompt, 4_000)
        await limiter.acquire(reserved)
        if server.admit(prompt):
            refused.append(clock.now)
        clock.later(chance.lognormvariate(0, 0.8), lambda: complete(prompt, reserved))

    async def work() -> None:
        for _ in range(150):
            await call()

    asyncio.run(work())
    assert not refused


def test_what_is_larger_than_the_bucket_still_passes() -> None:
    """A call that needs more tokens than the bucket holds waits for a full one, passes, and is paid off by those behind it."""
    clock = Time()
    # 1,000 tokens a second, 4,000 in the bucket
    times = admissions(Limiter(math.inf, 60_000, clock=clock, sleep=clock.sleep), clock, [20_000, 1_000])
    assert times == pytest.approx([1_000.0, 1_017.0])


def test_first_come_first_served_and_retries_first() -> None:
    """New work keeps its order; a retry passes before everything that waits."""
    clock, order = Time(), []
    limiter = Limiter(1, math.inf, clock=clock, sleep=clock.sleep)

    async def call(name: str, retry: bool) -> None:
        await limiter.acquire(1, retry=retry)
        order.append(name)

    async def everybody() -> None:
        names = [("a", False), ("b", False), ("c", False), ("again", True)]
        await asyncio.gather(*(call(name, retry) for name, retry in names))

    asyncio.run(everybody())
    assert order == ["a", "again", "b", "c"]


def test_a_large_call_is_not_overtaken() -> None:
    """A call that has to wait for many tokens keeps its place before small ones."""
    clock, order = Time(), []
    limiter = Limiter(math.inf, 60_000, clock=clock, sleep=clock.sleep)

    async def call(tokens: int) -> None:
        await limiter.acquire(tokens)
        order.append(tokens)

    async def everybody() -> None:
        await asyncio.gather(*(call(tokens) for tokens in (4_000, 4_500, 10, 20)))

    asyncio.run(everybody())
    assert order == [4_000, 4_500, 10, 20]


def test_a_pause_holds_everybody_once() -> None:
    """Refusals that come together make one pause, as long as the longest of them, and afterwards the pace is a little lower."""
    clock = Time()
    limiter = Limiter(10, math.inf, clock=clock, sleep=clock.sleep)
    for seconds in (3, 2, 3):
        limiter.pause(seconds)
    times = admissions(limiter, clock, [1] * 19)
    assert times[0] == pytest.approx(1_003.0)
    assert 1.81 < times[-1] - times[0] < 1.9


def test_the_pace_recovers() -> None:
    """A quarter of a minute after a refusal the whole limit is used again."""
    clock = Time()
    limiter = Limiter(10, math.inf, clock=clock, sleep=clock.sleep)
    limiter.pause(1)
    clock.now += 16
    times = admissions(limiter, clock, [1] * 101)
    assert times[-1] - times[0] == pytest.approx(10.0, rel=0.01)


def test_a_cancelled_call_does_not_block_the_queue() -> None:
    """Who stops waiting loses the turn to the next one and takes nothing out of the bucket."""
    clock = Time()
    limiter = Limiter(1, math.inf, clock=clock, sleep=clock.sleep)

    async def everybody() -> None:
        await limiter.acquire(1)
        first, second = (asyncio.create_task(limiter.acquire(1)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await second

    asyncio.run(everybody())
    assert clock.now == pytest.approx(1_000.95)


def test_an_admission_can_be_given_back() -> None:
    """What was admitted and not used is there for the next one."""
    clock = Time()
    limiter = Limiter(1, 60_000, clock=clock, sleep=clock.sleep)

    async def twice() -> None:
        await limiter.acquire(5_000)
        limiter.give_back(5_000)
        await limiter.acquire(5_000)

    asyncio.run(twice())
    assert clock.now == 1_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 10.0),
        ({"x-ratelimit-limit-req-minute": "300"}, 20.0),
        ({"x-ratelimit-limit-req-minute": "6000"}, 10.0),
        ({"x-ratelimit-limit-req-minute": "0"}, 10.0),
        ({"x-ratelimit-limit-req-minute": "many", "x-ratelimit-limit-tokens-minute": "nan"}, 10.0),
        ({"x-ratelimit-limit-tokens-minute": "150000"}, 36.4),
    ],
)
def test_limits_are_learned_and_only_lowered(headers: dict[str, str], seconds: float) -> None:
    """A lower limit in the headers is kept to; a higher one, or one that makes no sense, changes nothing."""
    clock = Time()
    limiter = Limiter(10, 600_000, clock=clock, sleep=clock.sleep)
    limiter.learn(headers)
    times = admissions(limiter, clock, [1_000] * 101)
    assert times[-1] - times[0] == pytest.approx(seconds, rel=0.01)


def test_the_estimate_follows_what_completions_take() -> None:
    """The expected use beyond the prompt is the mean of what was seen, never more than a call may produce."""
    limiter = Limiter(1, 1_000)
    for _ in range(200):
        limiter.saw(3_000, 5_000)
    assert limiter.estimate(3_000, 4_000) == 5_000
    assert limiter.estimate(3_000, 300) == 3_300


def test_calls_that_were_held_up_together_leave_one_by_one() -> None:
    """Ten admitted calls that a slow disk lets go at once are spaced out again, at the pace of the limit."""
    clock = Time()
    limiter = Limiter(10, math.inf, clock=clock, sleep=clock.sleep)
    left: list[float] = []

    async def go() -> None:
        for _ in range(10):
            await limiter.depart()
            left.append(clock.now)

    asyncio.run(go())
    assert left[-1] - left[0] == pytest.approx(0.85)


def test_a_turn_that_comes_too_late_is_given_back() -> None:
    """Who is cancelled in the moment of being admitted leaves the place to the next one."""

    async def cancelled() -> None:
        limiter = Limiter(math.inf, math.inf, concurrency=Concurrency(1))
        await limiter.acquire(1)
        waiting = asyncio.create_task(limiter.acquire(1))
        await asyncio.sleep(0.01)
        limiter.ended()
        await asyncio.sleep(0)
        # admitted by now, and not told yet
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.cancelled()
        await asyncio.wait_for(limiter.acquire(1), 5)

    asyncio.run(cancelled())


def test_a_prompt_above_a_whole_minute_is_refused_by_name() -> None:
    """A call that the limit can never let pass is told so, with both figures and the setting; all others are not."""
    limiter = Limiter(1, 60_000)
    assert "NIGHTCLERK_TOKENS_PER_MINUTE" in limiter.never(60_001)
    assert "60,001" in limiter.never(60_001)
    assert limiter.never(60_000) == ""
    limiter.learn({"x-ratelimit-limit-tokens-minute": "30000"})
    assert "30,000" in limiter.never(30_001)


def test_each_model_has_its_own_limiter() -> None:
    """The same model gets the same limiter, another one another."""
    limiters = Limiters(lambda _model: Limiter(1, 60_000))
    assert limiters.of("a") is limiters.of("a")
    assert limiters.of("a") is not limiters.of("b")
    assert limiters.of("a").of("b") is limiters.of("a")
