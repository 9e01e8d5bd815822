"""When to try again, when to give a question up, and when to stop because nobody gets an answer."""

from __future__ import annotations

import random
from collections.abc import Callable

from nightclerk.errors import CallError, ConnectFailed, ProviderStop, Refused, RetryCall

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
# what a failed attempt may have cost is paid again by the next one, so these are capped apart from the free ones
PAID_ATTEMPTS = 4
REFUSAL_PATIENCE_S = 900.0


class Tries:
    """The attempts at one request that failed so far; refusals are not among them, they are nobody's fault.

    `refused_since` is when it was refused first, with nothing but refusals since.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.free = 0
        self.paid = 0
        self.refused_since: float | None = None

    @property
    def failed(self) -> int:
        """How many attempts failed."""
        return self.free + self.paid


class Patience:
    """What the whole dispatcher knows about how the provider is doing.

    Args:
        max_attempts: how often one request is tried.
        clock: seconds that never go back.
    """

    def __init__(self, max_attempts: int, *, clock: Callable[[], float]) -> None:
        self._max_attempts = max_attempts
        self._clock = clock
        self._failed_in_a_row = 0
        self._refused_since: float | None = None
        self._paused_at = float("-inf")
        self._waves = 0

    def answered(self) -> None:
        """The provider answered somebody: it is there."""
        self._failed_in_a_row = 0
        self._refused_since = None
        self._waves = 0

    def may_retry(self, tries: Tries, error: CallError) -> bool:
        """Count a failed attempt; False when its question is to be given up.

        Raises:
            ProviderStop: this request has used up its attempts, and meanwhile nobody else got an answer either.
        """
        if error.billable:
            tries.paid += 1
        else:
            tries.free += 1
        tries.refused_since = None
        self._failed_in_a_row += 1
        if tries.failed < self._max_attempts and tries.paid < PAID_ATTEMPTS and asked_s(error) <= REFUSAL_PATIENCE_S:
            return True
        others_fail = self._failed_in_a_row > tries.failed
        nobody_there = isinstance(error, ConnectFailed) and self._failed_in_a_row == tries.failed
        if others_fail or nobody_there:
            raise ProviderStop(
                f"the provider has answered none of the last {self._failed_in_a_row} attempts (the last: {error}); "
                "what is open stays open for the next run"
            )
        return False

    def outlasted(self, tries: Tries) -> bool:
        """Whether one request has been refused for so long, while others were answered, that it is to be given up.

        Such as one that is larger than a limit which we do not know. Asked after each of its refusals, and after `refused`.
        """
        now = self._clock()
        tries.refused_since = now if tries.refused_since is None else tries.refused_since
        others_answered = self._refused_since is None or tries.refused_since < self._refused_since
        return others_answered and now - tries.refused_since > REFUSAL_PATIENCE_S

    def refused(self, error: Refused, *, sent_at: float) -> float:
        """How long everybody has to wait, in seconds, after a refusal of a call that was sent at that time.

        Calls that were in flight together are refused together, and that is one reason to wait longer, not many.

        Raises:
            ProviderStop: it has refused everything for a quarter of an hour, or asks for a longer wait than that.
        """
        now = self._clock()
        self._refused_since = now if self._refused_since is None else self._refused_since
        wait_s = asked_s(error)
        if max(now - self._refused_since, wait_s) > REFUSAL_PATIENCE_S:
            raise ProviderStop(
                f"the provider has refused every call for {now - self._refused_since:.0f} s and asks to wait {wait_s:.0f} s ({error}); "
                "its limit may be used up for a longer time; what is open stays open for the next run"
            )
        if sent_at > self._paused_at:
            self._waves += 1
            self._paused_at = now
        # the first wave trusts the provider's own word; whoever is refused again and again waits longer than asked
        asked = error.retry_after_s is not None
        return wait_s if asked and self._waves <= 2 else max(wait_s, backoff_s(self._waves))


def pause_s(failed: int, error: CallError) -> float:
    """The pause of a request after so many failures: what the provider asked for with the last one, if that is longer than our own."""
    return max(backoff_s(failed), asked_s(error))


def asked_s(error: CallError) -> float:
    """How long the provider asked to wait, in seconds; 0 where it did not."""
    return (error.retry_after_s or 0.0) if isinstance(error, RetryCall) else 0.0


def backoff_s(failed: int) -> float:
    """The pause after so many failures: doubling up to a minute, with jitter of a half either way so that nobody marches in step."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (failed - 1)) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
