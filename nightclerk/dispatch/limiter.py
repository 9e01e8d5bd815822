"""Pacing: requests a second and tokens a minute, first come first served, retries first.

Each limit is a generic cell rate algorithm, a token bucket that keeps one number: the moment from which it would be full again
(ITU-T I.371). A call is charged its estimate on admission and trued up when its usage is known, so a minute's worth of tokens is
neither sent at once nor left unused.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

# A bucket of one request and of what falls due in 50 ms: lost to a late timer, a request is made up for, and no more.
REQUEST_SLACK_S = 0.05
# a second under the five that a server is taken to allow: what is given back of a reservation may have been lost to a full bucket there
TOKEN_BURST_S = 4.0
FIRST_COMPLETION_TOKENS = 500
MEAN_OVER = 64
SLOWER = 0.95
SLOWEST = 0.5
RECOVERY_S = 300.0


class Bucket:
    """One limit: never more than `rate * seconds + rate * burst_s` units in any span of time.

    Args:
        rate: units a second; may be infinite.
        burst_s: how many seconds' worth may come at once after a pause.
    """

    def __init__(self, rate: float, *, burst_s: float) -> None:
        self.rate = rate
        self.burst_s = burst_s
        self._full_at = -math.inf

    def wait_s(self, units: float, now: float) -> float:
        """How long until so many units may pass; what is larger than the bucket waits for a full one, and then passes."""
        return max(0.0, max(self._full_at, now) + min(units / self.rate, self.burst_s) - self.burst_s - now)

    def charge(self, units: float, now: float) -> None:
        """Take units out, or put back negative ones; the bucket may go into debt."""
        self._full_at = max(self._full_at, now) + units / self.rate


class Limiter:
    """Admits calls at the pace that the provider allows, for everybody in this process.

    Args:
        requests_per_second: the limit on requests; a fraction is fine, infinity is no limit.
        tokens_per_minute: the limit on prompt and completion tokens together.
        clock: seconds that never go back.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        requests_per_second: float,
        tokens_per_minute: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._requests = Bucket(requests_per_second, burst_s=1 / requests_per_second + REQUEST_SLACK_S)
        self._tokens = Bucket(tokens_per_minute / 60, burst_s=TOKEN_BURST_S)
        # admitted calls wait for their row to be committed; a slow disk lets many of them go at once, and this spaces them out again
        self._departures = Bucket(requests_per_second, burst_s=1 / requests_per_second + REQUEST_SLACK_S)
        self._limits = (requests_per_second, tokens_per_minute / 60)
        self._retries: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._new: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._pump_task: asyncio.Task[None] | None = None
        self._paused_until = -math.inf
        self._slowed_at = -math.inf
        self._slowed_to = 1.0
        self._seen = 0
        self._mean_beyond = float(FIRST_COMPLETION_TOKENS)

    def estimate(self, prompt_tokens: int, max_output_tokens: int) -> int:
        """The tokens that a call will probably use: its prompt as counted here, and the running mean of what came on top of that."""
        return max(1, prompt_tokens + min(max_output_tokens, round(self._mean_beyond)))

    async def acquire(self, tokens: int, *, retry: bool = False) -> None:
        """Wait for the turn of a call that will use so many tokens; a retry goes before what has not been tried yet."""
        if not self._retries and not self._new and self._delay_s(tokens) <= 0:
            self._admit(tokens)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._retries if retry else self._new).append((tokens, turn))
        if self._pump_task is None or self._pump_task.done():
            self._pump_task = asyncio.create_task(self._pump())
        await turn

    async def depart(self) -> None:
        """Wait, if calls that were admitted one after the other are about to leave together."""
        now = self._clock()
        delay_s = self._departures.wait_s(1, now)
        self._departures.charge(1, now)
        if delay_s > 0:
            await self._sleep(delay_s)

    def settle(self, reserved_tokens: int, used_tokens: int) -> None:
        """True up the tokens of a call that was admitted with an estimate."""
        self._tokens.charge(used_tokens - reserved_tokens, self._clock())

    def give_back(self, tokens: int) -> None:
        """Undo an admission that was not used."""
        self.settle(tokens, 0)
        self._requests.charge(-1, self._clock())

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
            delay_s = 0.0 if turn.done() else self._delay_s(tokens)
            if delay_s > 0:
                await self._sleep(delay_s)
                continue
            queue.popleft()
            if not turn.done():
                self._admit(tokens)
                turn.set_result(None)

    def _delay_s(self, tokens: int) -> float:
        now = self._clock()
        pace = self._pace(now)
        self._tokens.rate = self._limits[1] * pace
        for bucket in (self._requests, self._departures):
            bucket.rate = self._limits[0] * pace
            bucket.burst_s = 1 / bucket.rate + REQUEST_SLACK_S
        return max(self._paused_until - now, self._requests.wait_s(1, now), self._tokens.wait_s(tokens, now))

    def _admit(self, tokens: int) -> None:
        now = self._clock()
        self._requests.charge(1, now)
        self._tokens.charge(tokens, now)

    def _pace(self, now: float) -> float:
        """The share of the limits to use now, 0.5 to 1; each refusal takes 5 %, which come back in 15 s."""
        return min(1.0, self._slowed_to + max(0.0, now - self._slowed_at) / RECOVERY_S)


def _positive(text: str | None) -> float:
    """A header's number, infinite where there is none that makes sense."""
    try:
        number = float(text or "")
    except ValueError:
        return math.inf
    return number if 0 < number < math.inf else math.inf
