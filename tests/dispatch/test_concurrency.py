"""The cap on calls in flight follows how the provider copes."""

from __future__ import annotations

import asyncio
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightclerk.dispatch import Concurrency, Limiter
from nightclerk.dispatch.concurrency import LEAST


def rounds(cap: Concurrency, count: int, seconds_per_token: float, *, spread: float = 0.0, seed: int = 0) -> None:
    """So many calls by whoever keeps every free place busy."""
    chance = random.Random(seed)
    for _ in range(count):
        while not cap.full:
            cap.enter()
        tokens = chance.randint(50, 2_000)
        cap.leave(latency_s=tokens * seconds_per_token * chance.lognormvariate(0, spread), completion_tokens=tokens)


def test_a_server_that_breaks_down_gets_fewer_calls() -> None:
    """When each token takes ten times as long, the cap falls to a fraction; when that is over, it comes back to the whole."""
    cap = Concurrency(64)
    rounds(cap, 500, 0.01)
    assert cap.limit == 64
    rounds(cap, 200, 0.1)
    assert LEAST <= cap.limit <= 20
    rounds(cap, 5_000, 0.01)
    assert cap.limit == 64


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_latencies_change_nothing(seed: int) -> None:
    """Latencies as widely spread as a reasoning model's, and answers of any length, leave the cap alone."""
    cap = Concurrency(64)
    rounds(cap, 3_000, 0.01, spread=0.8, seed=seed)
    assert cap.limit == 64


def test_calls_that_run_into_their_deadline_lower_the_cap() -> None:
    """A provider that answers nobody in time is sent less."""
    cap = Concurrency(64)
    rounds(cap, 200, 0.01)
    for _ in range(200):
        while not cap.full:
            cap.enter()
        cap.leave(latency_s=300.0)
    assert cap.limit < 64


def test_calls_that_fail_at_once_say_nothing() -> None:
    """Refusals and lost connections are no sign of how fast the provider is."""
    cap = Concurrency(64)
    for _ in range(500):
        while not cap.full:
            cap.enter()
        cap.leave()
    assert cap.limit == 64


@settings(deadline=None, max_examples=50)
@given(most=st.integers(1, 500), steps=st.lists(st.tuples(st.booleans(), st.floats(0, 100), st.integers(0, 1_000)), max_size=300))
def test_never_more_in_flight_than_allowed(most: int, steps: list[tuple[bool, float, int]]) -> None:
    """Whatever happens, who asks before entering never has more than `most` in flight, and somebody may always go on."""
    cap = Concurrency(most)
    for enters, latency_s, tokens in steps:
        if enters and not cap.full:
            cap.enter()
        elif cap.in_flight:
            cap.leave(latency_s=latency_s, completion_tokens=tokens)
        assert cap.in_flight <= most
        assert min(most, LEAST) <= cap.limit <= most


def test_the_limiter_waits_for_the_end_of_a_call() -> None:
    """With every place taken nobody is admitted until a call ends, however much of the limit is left."""

    async def work() -> list[str]:
        limiter, said = Limiter(math.inf, math.inf, concurrency=Concurrency(1)), []
        await limiter.acquire(1)
        waiting = asyncio.create_task(limiter.acquire(1))
        await asyncio.sleep(0.01)
        said.append("admitted" if waiting.done() else "waits")
        limiter.ended()
        await waiting
        return [*said, "admitted"]

    assert asyncio.run(work()) == ["waits", "admitted"]
