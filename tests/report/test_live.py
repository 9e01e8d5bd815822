"""What is told of a run while it works."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.report import Live
from nightclerk.report.live import line, span
from nightclerk.store.live import Counts

NOW = datetime(2026, 1, 1, 22, 0, tzinfo=UTC)
COUNTS = Counts(
    documents=40,
    documents_waiting=20,
    documents_ended=10,
    calls=104,
    in_flight=4,
    answered=90,
    from_store=10,
    open_questions=20,
    cost_nano_usd=450_000_000,
    at_risk_nano_usd=50_000_000,
    recent_calls=60,
    recent_answers=60,
    recent_tokens=300_000,
    first_sent_at=NOW - timedelta(minutes=5),
)
LIVE = Live(
    counts=COUNTS,
    now=NOW,
    started_at=NOW - timedelta(minutes=6),
    budget_nano_usd=5_000_000_000,
    requests_per_second=2.0,
    tokens_per_minute=400_000,
    zone=ZoneInfo("Europe/Berlin"),
)


def test_rates_are_of_the_last_minute_and_projections_of_what_is_left() -> None:
    """60 calls and 300,000 tokens a minute; 20 open questions and 120 of 20 documents like the first 20, at 1 a second and 0.005 USD."""
    assert (LIVE.calls_per_s, LIVE.tokens_per_min, LIVE.limit_used) == (1.0, 300_000, 0.75)
    assert (LIVE.questions_left, LIVE.seconds_left, LIVE.share) == (140, 140, 100 / 240)
    assert LIVE.projected_nano_usd == 500_000_000 + 140 * 5_000_000
    assert line(LIVE) == (
        "10 of 40 documents | 0.5000 of 5.00 USD, about 1.20 at the end | 2 min 20 s left, done at 23:02 | 75% of the limit | "
        "1 calls/s, 300,000 tokens/min | 4 in flight"
    )


def test_a_run_that_has_just_begun_promises_nothing() -> None:
    """Before anything was sent or answered there is no rate, no end and no cost to project; and a window is at least a second."""
    empty = Counts(40, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None)
    begun = replace(LIVE, counts=empty)
    assert (begun.calls_per_s, begun.seconds_left, begun.projected_nano_usd, begun.share) == (0, None, None, 0)
    assert line(begun) == "0 of 40 documents | 0.00 of 5.00 USD | 0% of the limit | 0 calls/s, 0 tokens/min | 0 in flight"
    first = replace(LIVE, counts=replace(COUNTS, first_sent_at=NOW, recent_calls=1))
    assert first.calls_per_s == 1


def test_the_free_analyst_has_neither_limit_nor_cost() -> None:
    """For the rules only documents and the finish are told, by the pace of documents once no question is left."""
    counts = replace(COUNTS, open_questions=0, documents_waiting=0, documents_ended=30)
    free = replace(LIVE, counts=counts, requests_per_second=None, tokens_per_minute=None)
    assert line(free) == "30 of 40 documents | 2 min 0 s left, done at 23:02"


@given(
    st.builds(
        Counts,
        **{name: st.integers(0, 10**6) for name in Counts.__dataclass_fields__ if name != "first_sent_at"},
        first_sent_at=st.none() | st.integers(0, 10**5).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    )
)
def test_any_counts_can_be_told(counts: Counts) -> None:
    """Whatever stands in the books, a line comes of it, and what is done is a share."""
    counts = replace(
        counts,
        documents_waiting=min(counts.documents_waiting, counts.documents),
        documents_ended=min(counts.documents_ended, counts.documents),
        documents_in_batch=max(0, min(counts.documents_in_batch, counts.documents - counts.documents_ended)),
    )
    live = replace(LIVE, counts=counts)
    assert "\n" not in line(live)
    assert 0 <= live.share <= 1


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (61, "1 min 1 s"), (7_500, "2 h 5 min")])
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    """Seconds, minutes with seconds, hours with minutes."""
    assert span(seconds) == said
