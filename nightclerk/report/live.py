"""A run while it works: how fast, how far, how much, and when and at what it will end if it goes on like this."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nightclerk.report.plain import usd
from nightclerk.store.live import Counts

# rates are those of the last minute: a run slows down and speeds up
WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Live:
    """One look at a run.

    Args:
        counts: where it stands; its recent counts are of the last `WINDOW_S` seconds.
        now: the time of the look.
        started_at: when the run began.
        budget_nano_usd: what it may spend.
        requests_per_second, tokens_per_minute: the limits that are set; None where nobody sets any, as for the rules.
        zone: in which the projected finish is told.
    """

    counts: Counts
    now: datetime
    started_at: datetime
    budget_nano_usd: int
    requests_per_second: float | None
    tokens_per_minute: float | None
    zone: ZoneInfo

    @property
    def calls_per_s(self) -> float:
        """Calls sent a second."""
        return self.counts.recent_calls / self._window_s

    @property
    def tokens_per_min(self) -> float:
        """Tokens of prompts and answers a minute."""
        return self.counts.recent_tokens * 60 / self._window_s

    @property
    def limit_used(self) -> float | None:
        """Of the limit that is nearer, 0 to 1; None where there is none."""
        if not self.requests_per_second or not self.tokens_per_minute:
            return None
        return max(self.calls_per_s / self.requests_per_second, self.tokens_per_min / self.tokens_per_minute)

    @property
    def spent_nano_usd(self) -> int:
        """What was paid, and what may have been."""
        return self.counts.cost_nano_usd + self.counts.at_risk_nano_usd

    @property
    def questions_left(self) -> float | None:
        """Questions that are open, and those that the documents which nobody has begun will put if they are like the others."""
        begun = self.counts.documents - self.counts.documents_waiting
        if not begun:
            return None
        put = self._questions_ended + self.counts.open_questions
        return self.counts.open_questions + self.counts.documents_waiting * put / begun

    @property
    def share(self) -> float:
        """How much is done, 0 to 1: of the questions, or of the documents where none has put any yet."""
        ended, left = self._questions_ended, self.questions_left
        if ended and left is not None:
            return ended / (ended + left)
        return self._documents_done / self.counts.documents if self.counts.documents else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will take from now on at the rate of the last minute; None where nothing tells."""
        if self.questions_left:
            return self.questions_left * self._window_s / self.counts.recent_answers if self.counts.recent_answers else None
        if not self._documents_done:
            return None
        elapsed_s = (self.now - self.started_at).total_seconds()
        return (self.counts.documents - self._documents_done) * elapsed_s / self._documents_done

    @property
    def projected_nano_usd(self) -> int | None:
        """What the run will have cost at its end; None before the first answer."""
        if not self._questions_ended or self.questions_left is None:
            return None
        return round(self.spent_nano_usd * (1 + self.questions_left / self._questions_ended))

    @property
    def _documents_done(self) -> int:
        """As far as they can be now: ended, or planned for a batch job."""
        return self.counts.documents_ended + self.counts.documents_in_batch

    @property
    def _questions_ended(self) -> int:
        return self.counts.answered + self.counts.from_store

    @property
    def _window_s(self) -> float:
        first = self.counts.first_sent_at or self.now
        return min(WINDOW_S, max(1.0, (self.now - first).total_seconds()))


def facts(live: Live) -> Iterator[str]:
    """What is worth a place on one line, the most important first."""
    yield f"{live.counts.documents_ended} of {live.counts.documents} documents"
    if live.counts.documents_in_batch:
        yield f"{live.counts.documents_in_batch} more planned for batch jobs, {live.counts.in_batch} questions in them"
    if live.limit_used is not None:
        end = live.projected_nano_usd
        yield f"{usd(live.spent_nano_usd)} of {usd(live.budget_nano_usd)} USD" + ("" if end is None else f", about {usd(end)} at the end")
    if live.seconds_left:
        finish = (live.now + timedelta(seconds=live.seconds_left)).astimezone(live.zone)
        yield f"{span(live.seconds_left)} left, done at {finish:%H:%M}"
    if live.limit_used is not None:
        yield f"{live.limit_used:.0%} of the limit"
        yield f"{live.calls_per_s:.3g} calls/s, {live.tokens_per_min:,.0f} tokens/min"
        yield f"{live.counts.in_flight} in flight"


def line(live: Live) -> str:
    """A run on one line."""
    return " | ".join(facts(live))


def span(seconds: float) -> str:
    """A duration as a person says it: 40 s, 3 min 20 s, 2 h 5 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
