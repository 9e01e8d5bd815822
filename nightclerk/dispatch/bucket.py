"""A token bucket that keeps one number, the moment from which it would be full again (the generic cell rate algorithm, ITU-T I.371)."""

from __future__ import annotations

import math


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
