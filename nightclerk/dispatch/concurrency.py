"""How many calls to have in flight: as many as are allowed, fewer while the provider slows down under them."""

from __future__ import annotations

import math

LEAST = 4
WINDOW = 16
# against the long-term mean: a server that works on many calls together is some times slower for each, and still does more in all
SLOWED = 4.0
FEWER = 0.75
MEMORY = 10
# slow windows change what is usual as well, so that a provider which stays slow is not held down for ever
SLOW_MEMORY = 40


class Concurrency:
    """A cap on calls in flight that follows the latency.

    Latency is taken per completion token, since a longer answer takes longer anywhere. After each window of replies: four times as slow as
    usual lowers the cap by a quarter; a cap that was reached and did no harm rises by a quarter, up to the most that is allowed. It begins
    with the most, since the pace of a limit lets calls in one by one anyway.

    Args:
        most: the most calls that may ever be in flight.
    """

    def __init__(self, most: float = math.inf) -> None:
        self._most = most
        self.limit = most
        self.in_flight = 0
        self._usual = 0.0
        self._restart()

    @property
    def full(self) -> bool:
        """Whether the next call has to wait for the end of another."""
        if self.in_flight < self.limit:
            return False
        self._reached = True
        return True

    def enter(self) -> None:
        """A call is on its way."""
        self.in_flight += 1

    def leave(self, *, latency_s: float = 0.0, completion_tokens: int = 0) -> None:
        """A call has ended; one that ran into its deadline counts as slow with no tokens, one that failed at once not at all."""
        self.in_flight -= 1
        if latency_s <= 0:
            return
        self._calls += 1
        self._seconds += latency_s
        self._tokens += completion_tokens
        if self._calls >= max(WINDOW, min(self.limit, 2 * self.in_flight)):
            self._adapt(self._seconds / max(1, self._tokens))
            self._restart()

    def _adapt(self, seconds_per_token: float) -> None:
        usual = self._usual or seconds_per_token
        slowed = seconds_per_token > SLOWED * usual
        if slowed:
            self.limit = max(LEAST, math.floor(min(self.limit, self.in_flight + 1) * FEWER))
        elif self._reached:
            self.limit = min(self._most, self.limit + max(1, self.limit // 4))
        self._usual = usual + (seconds_per_token - usual) / (SLOW_MEMORY if slowed else MEMORY)

    def _restart(self) -> None:
        self._calls = self._tokens = 0
        self._seconds = 0.0
        self._reached = False
