"""Caps of days, months and collections over whole runs, and which day a run belongs to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import MistralServer

from nightclerk import wiring
from nightclerk.pipeline.caps import spans
from nightclerk.records import utc_now
from nightclerk.settings import Settings
from nightclerk.store import collections

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Africa/Cairo"]


def served(server: MistralServer, **more: Any) -> dict[str, Any]:
    """Settings that reach the imitation server."""
    limits = {"requests_per_second": 200, "tokens_per_minute": 100_000_000, "chunk_tokens": 1_000}
    return {"provider": "mistral", "endpoint": server.url, "api_key": server.key, **limits, **more}


@given(st.integers(0, 15 * 366 * 86_400), st.sampled_from(ZONES))
def test_a_moment_lies_in_its_day_and_its_month(seconds: int, zone: str) -> None:
    """In every zone, also when clocks change, a moment lies in the day and month that a calendar there shows; the next day follows."""
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    there = at.astimezone(ZoneInfo(zone))
    day, month = spans(at, ZoneInfo(zone))
    assert (day.subject, month.subject) == (f"{there:%Y-%m-%d}", f"{there:%Y-%m}")
    assert month.begins_at <= day.begins_at <= at < day.ends_at <= month.ends_at
    assert timedelta(hours=23) <= day.ends_at - day.begins_at <= timedelta(hours=25)
    assert spans(day.ends_at, ZoneInfo(zone))[0].begins_at == day.ends_at


def test_a_days_cap_holds_over_runs_and_knows_what_was_spent(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path
) -> None:
    """A cap that is set after a run counts what that run spent; at the cap the run names the setting; raised, it goes on."""
    with MistralServer() as server:
        reach = served(server, database_url=database_url, max_in_flight=1)
        run_order(make_settings(**reach), inbox / "agreement.txt")
        bill = server.account.cost_nano_usd
        capped = make_settings(**reach, budget_day_usd=Decimal(bill) / 10**9)
        run, state = run_order(capped, inbox / "memo.md", collection="another")
        assert state == "over_budget"
        assert server.account.cost_nano_usd == bill
        [told] = query(capped, "SELECT reason FROM runs WHERE id = :run", run=run.id)
        assert "the budget of the day" in told["reason"]
        assert "NIGHTCLERK_BUDGET_DAY_USD" in told["reason"]
        assert run_order(make_settings(**reach, budget_day_usd=Decimal(5)), inbox / "memo.md", collection="another")[1] == "complete"
        bill_in_all = server.account.cost_nano_usd
    found = query(capped, "SELECT kind, spent_nano_usd AS spent FROM budgets WHERE kind <> 'run' AND reserved_nano_usd = 0")
    assert sorted((row["kind"], row["spent"]) for row in found) == sorted(
        [("day", bill_in_all), ("month", bill_in_all), ("collection", bill), ("collection", bill_in_all - bill)]
    )


def test_a_collections_cap_is_raised_and_lowered(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path
) -> None:
    """Lowered below what is spent it refuses the next call; raised or lifted the run goes on, and other collections never notice."""
    with MistralServer() as server:
        settings = make_settings(**served(server, database_url=database_url))

        def cap(nano_usd: Any) -> None:
            with wiring.open_store(settings) as store:
                store.write_now(collections.change, "inbox", collections.Change(cap_nano_usd=nano_usd), now=utc_now())

        assert run_order(settings, inbox / "agreement.txt")[1] == "complete"
        cap(1)
        run, state = run_order(settings, inbox / "memo.md")
        assert state == "over_budget"
        [told] = query(settings, "SELECT reason FROM runs WHERE id = :run", run=run.id)
        assert "nightclerk collections set inbox --budget-usd" in told["reason"]
        assert run_order(settings, inbox / "memo.md", collection="other")[1] == "complete"
        cap("none")
        assert run_order(settings, inbox / "memo.md")[1] == "complete"
        cap(10**9)
        assert run_order(settings, inbox / "agreement.txt", collection="other")[1] == "complete"


def test_a_cap_of_nothing_sends_nothing(make_settings: Make, run_order: RunOrder, inbox: Path) -> None:
    """A month whose cap is zero asks no model anything; the rules, which are free, still answer."""
    with MistralServer() as server:
        settings = served(server, budget_month_usd=Decimal(0))
        assert run_order(make_settings(**settings), inbox / "memo.md")[1] == "over_budget"
        assert server.account.entries == []
    assert run_order(make_settings(budget_month_usd=Decimal(0)), inbox / "memo.md", collection="free")[1] == "complete"


@pytest.mark.parametrize("kind", ["day", "month", "collection", "run"])
def test_every_call_is_booked_under_all_four(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path, kind: str) -> None:
    """With no cap set, what is spent is counted all the same, so that a cap that is set later knows it."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        run_order(settings, inbox)
        bill = server.account.cost_nano_usd
    assert query(settings, f"SELECT spent_nano_usd, reserved_nano_usd FROM budgets WHERE kind = '{kind}'") == [
        {"spent_nano_usd": bill, "reserved_nano_usd": 0}
    ]
