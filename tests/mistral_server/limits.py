"""Request and token limits, enforced exactly: two token buckets, and the five headers that report them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

BURST_S = 5.0  # of the token limit


class Bucket:
    """Holds up to `capacity`, fills at `rate` a second, and may go into debt."""

    def __init__(self, rate: float, capacity: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.capacity, self._clock = rate, capacity, clock
        self._level, self._then = capacity, clock()

    def wait_s(self, amount: float) -> float:
        """How long until it holds this much (or is full, for what is larger than itself); 0 if it does now."""
        now = self._clock()
        self._level = min(self.capacity, self._level + (now - self._then) * self.rate)
        self._then = now
        missing = min(amount, self.capacity) - self._level
        return 0.0 if missing <= 1e-9 else missing / self.rate

    def take(self, amount: float) -> None:
        """Take this much, whether it is there or not."""
        self._level -= amount


class Limits:
    """Requests per second with a burst, and tokens per minute: the prompt at admission, the completion when it is made."""

    def __init__(
        self, *, rps: float | None = None, burst: int = 5, tpm: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rps, self.tpm, self._clock = rps, tpm, clock
        self._requests = Bucket(rps, burst, clock) if rps else None
        self._tokens = Bucket(tpm / 60, tpm / 60 * BURST_S, clock) if tpm else None
        self._minute: deque[tuple[float, int]] = deque()

    def admit(self, prompt_tokens: int) -> float:
        """0 and the prompt is charged, or the seconds to wait and nothing is."""
        waits = [bucket.wait_s(need) for bucket, need in ((self._requests, 1), (self._tokens, prompt_tokens)) if bucket]
        if any(waits):
            return max(waits)
        if self._requests:
            self._requests.take(1)
        self.charge(prompt_tokens)
        return 0.0

    def charge(self, tokens: int) -> None:
        """Take tokens that were spent."""
        if self._tokens:
            self._tokens.take(tokens)
            self._minute.append((self._clock(), tokens))

    def headers(self, query_tokens: int) -> dict[str, str]:
        """The five headers of an answer; without a limit there is nothing to say about it."""
        said = {"x-ratelimit-tokens-query-cost": query_tokens}
        if self._requests and self.rps:
            said["x-ratelimit-limit-req-minute"] = max(1, int(self.rps * 60))
            held = self._requests.capacity - self._requests.wait_s(self._requests.capacity) * self.rps
            said["x-ratelimit-remaining-req-minute"] = max(0, int(held))
        if self.tpm:
            said["x-ratelimit-limit-tokens-minute"] = self.tpm
            said["x-ratelimit-remaining-tokens-minute"] = max(0, self.tpm - self._used_this_minute())
        return {name: str(value) for name, value in said.items()}

    def _used_this_minute(self) -> int:
        while self._minute and self._minute[0][0] < self._clock() - 60:
            self._minute.popleft()
        return sum(tokens for _, tokens in self._minute)
