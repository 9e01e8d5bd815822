"""Pacing: requests a second and tokens a minute, first come first served, retries first.

A call is charged its estimate on admission and trued up when its usage is known, so a minute's worth of tokens is neither sent at once
nor left unused. Where other processes use the same limit, a call also needs a place in a block that this one has leased (`share`).
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from itertools import chain, islice

from nightclerk.dispatch.bucket import Bucket
from nightclerk.dispatch.concurrency import Concurrency
from nightclerk.dispatch.share import BLOCK_S, SLACK_S, Share
from nightclerk.errors import StoreError

log = logging.getLogger(__name__)

# a second under the five that a server is taken to allow: what is given back of a reservation may have been lost to a full bucket there
TOKEN_BURST_S = 4.0
FIRST_COMPLETION_TOKENS = 500
MEAN_OVER = 64
SLOWER = 0.95
SLOWEST = 0.5
RECOVERY_S = 300.0


class Limiter:
    """Admits calls at the pace that the provider allows, for everybody in this process.

    Args:
        requests_per_second: the limit on requests; a fraction is fine, infinity is no limit.
        tokens_per_minute: the limit on prompt and completion tokens together.
        concurrency: how many calls may be in flight; without it as many as come.
        share: this process's part of the limit, where others use it too.
        clock: seconds that never go back.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        requests_per_second: float,
        tokens_per_minute: float,
        *,
        concurrency: Concurrency | None = None,
        share: Share | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._concurrency = concurrency or Concurrency()
        self._share = share
        # A bucket of one request and of what falls due in 50 ms: lost to a late timer, a request is made up for, and no more.
        self._requests = Bucket(requests_per_second, burst_s=1 / requests_per_second + SLACK_S)
        self._tokens = Bucket(tokens_per_minute / 60, burst_s=TOKEN_BURST_S)
        # admitted calls wait for their row to be committed; a slow disk lets many of them go at once, and this spaces them out again
        self._departures = Bucket(requests_per_second, burst_s=1 / requests_per_second + SLACK_S)
        self._limits = (requests_per_second, tokens_per_minute / 60)
        self._retries: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._new: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._pump_task: asyncio.Task[None] | None = None
        self._woken: asyncio.Future[None] | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._paused_until = -math.inf
        self._slowed_at = -math.inf
        self._slowed_to = 1.0
        self._seen = 0
        self._mean_beyond = float(FIRST_COMPLETION_TOKENS)

    def of(self, _model: str) -> Limiter:
        """The limiter of a model: this one for all of them. `Limiters` has one for each."""
        return self

    def estimate(self, prompt_tokens: int, max_output_tokens: int) -> int:
        """The tokens that a call will probably use: its prompt as counted here, and the running mean of what came on top of that."""
        return max(1, prompt_tokens + min(max_output_tokens, round(self._mean_beyond)))

    def never(self, prompt_tokens: int) -> str:
        """Why a call of this size can never pass, empty when it can: one larger than the bucket passes alone, from a full one."""
        if prompt_tokens <= self._limits[1] * 60:
            return ""
        return (
            f"the prompt of {prompt_tokens:,} tokens is larger than the whole limit of {self._limits[1] * 60:,.0f} tokens a minute: "
            "use smaller chunks, or set NIGHTCLERK_TOKENS_PER_MINUTE to what the provider allows"
        )

    async def acquire(self, tokens: int, *, retry: bool = False) -> None:
        """Wait for the turn of a call that will use so many tokens; a retry goes before what has not been tried yet.

        What is admitted has to end by `give_back` or `ended`.

        Raises:
            StoreError: the limit is shared, and the database failed.
        """
        if not self._retries and not self._new and self._delay_s(tokens) <= 0:
            self._admit(tokens)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._retries if retry else self._new).append((tokens, turn))
        if self._pump_task is None or self._pump_task.done():
            self._pump_task = asyncio.create_task(self._pump())
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(tokens)
            raise

    async def depart(self) -> None:
        """Wait, if calls that were admitted one after the other are about to leave together."""
        now = self._clock()
        delay_s = self._departures.wait_s(1, now)
        self._departures.charge(1, now)
        if delay_s > 0:
            await self._sleep(delay_s)

    def ended(self, *, latency_s: float = 0.0, completion_tokens: int = 0) -> None:
        """An admitted call is no longer in flight; see `Concurrency.leave`."""
        self._concurrency.leave(latency_s=latency_s, completion_tokens=completion_tokens)
        self._wake()

    def settle(self, reserved_tokens: int, used_tokens: int) -> None:
        """True up the tokens of a call that was admitted with an estimate."""
        self._tokens.charge(used_tokens - reserved_tokens, self._clock())
        if self._share:
            self._share.owed_tokens += used_tokens - reserved_tokens
            # nobody waits who would lease and settle it on the way
            if not self._retries and not self._new and abs(self._share.owed_tokens) > self._limits[1] * BLOCK_S:
                self._aside(self._lease())

    def give_back(self, tokens: int) -> None:
        """Undo an admission that was not used."""
        now = self._clock()
        self._tokens.charge(-tokens, now)
        self._requests.charge(-1, now)
        if self._share:
            self._share.give_back(tokens, now)
        self.ended()

    def saw(self, prompt_tokens: int, used_tokens: int) -> None:
        """Learn what calls take beyond the prompt as it was counted here: the completion, and what the count missed."""
        self._seen = min(self._seen + 1, MEAN_OVER)
        self._mean_beyond += (used_tokens - prompt_tokens - self._mean_beyond) / self._seen

    def pause(self, seconds: float) -> None:
        """Let nobody pass for a while, and go on a little slower afterwards: the limit is tighter than we took it for."""
        now = self._clock()
        if now >= self._paused_until:
            self._slowed_to = max(SLOWEST, self._pace(now) * SLOWER)
            self._slowed_at = now + seconds
        if self._share and now + seconds > self._paused_until:
            self._aside(self._hold(seconds))
        self._paused_until = max(self._paused_until, now + seconds)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Lower a limit to the one that the provider names in its headers (per minute); never raise one that a person set."""
        requests = _positive(headers.get("x-ratelimit-limit-req-minute"))
        tokens = _positive(headers.get("x-ratelimit-limit-tokens-minute"))
        self._limits = (min(self._limits[0], requests / 60), min(self._limits[1], tokens / 60))

    async def _pump(self) -> None:
        """Admit one waiting call after the other. There is one pump, however many wait."""
        while queue := self._retries or self._new:
            tokens, turn = queue[0]
            if turn.done():
                queue.popleft()
                continue
            delay_s = self._delay_s(tokens)
            if delay_s <= 0:
                queue.popleft()
                self._admit(tokens)
                turn.set_result(None)
                continue
            if self._share and self._share.wants(len(self._retries) + len(self._new), self._clock()):
                self._aside(self._lease())
            await self._wait(delay_s)

    async def _wait(self, seconds: float) -> None:
        """Sleep; for ever means until the end of a call or a new block makes it worth to look again."""
        if seconds < math.inf:
            return await self._sleep(seconds)
        self._woken = asyncio.get_running_loop().create_future()
        return await self._woken

    def _wake(self) -> None:
        if self._woken and not self._woken.done():
            self._woken.set_result(None)

    async def _lease(self) -> None:
        """Lease the next block for those who wait first; where that fails, nobody can be admitted, and everybody is told."""
        assert self._share
        limits = {"requests_per_second": self._requests.rate, "tokens_per_second": self._tokens.rate, "burst_s": TOKEN_BURST_S}
        first = int(min(1_000, self._requests.rate * BLOCK_S + 1))
        sizes = [tokens for tokens, turn in islice(chain(self._retries, self._new), first) if not turn.done()]
        try:
            await self._share.lease(sizes, **limits)
        except Exception as error:  # noqa: BLE001 - told to everybody who waits: without a block they would wait for ever
            for _, turn in chain(self._retries, self._new):
                if not turn.done():
                    turn.set_exception(error)
        self._wake()

    async def _hold(self, seconds: float) -> None:
        assert self._share
        try:
            await self._share.hold(seconds)
        except StoreError as error:
            log.warning("the other processes were not told of a pause of %g s: %s", seconds, error)

    def _aside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _delay_s(self, tokens: int) -> float:
        """How long until a call may pass; infinite while that hangs on others and not on the time."""
        now = self._clock()
        self._set_rates(now)
        leased_s = self._share.delay_s(now) if self._share else 0.0
        paced_s = max(self._paused_until - now, self._requests.wait_s(1, now), self._tokens.wait_s(tokens, now), leased_s)
        return math.inf if self._concurrency.full else paced_s

    def _set_rates(self, now: float) -> None:
        pace = self._pace(now)
        self._tokens.rate = self._limits[1] * pace
        for bucket in (self._requests, self._departures):
            bucket.rate = self._limits[0] * pace
            bucket.burst_s = 1 / bucket.rate + SLACK_S

    def _admit(self, tokens: int) -> None:
        now = self._clock()
        self._requests.charge(1, now)
        self._tokens.charge(tokens, now)
        if self._share:
            self._share.use(tokens)
        self._concurrency.enter()

    def _pace(self, now: float) -> float:
        """The share of the limits to use now, 0.5 to 1; each refusal takes 5 %, which come back in 15 s."""
        return min(1.0, self._slowed_to + max(0.0, now - self._slowed_at) / RECOVERY_S)


class Limiters:
    """One limiter for each model, as providers count; `make` makes the limiter of a model."""

    def __init__(self, make: Callable[[str], Limiter]) -> None:
        self._make = make
        self._made: dict[str, Limiter] = {}

    def of(self, model: str) -> Limiter:
        """The limiter of a model."""
        if model not in self._made:
            self._made[model] = self._make(model)
        return self._made[model]


def _positive(text: str | None) -> float:
    """A header's number, infinite where there is none that makes sense."""
    try:
        number = float(text or "")
    except ValueError:
        return math.inf
    return number if 0 < number < math.inf else math.inf
