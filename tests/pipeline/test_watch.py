"""A run is looked at while it works, and however it ends it is filed with a state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from mistral_server import MistralServer

from nightclerk import wiring
from nightclerk.pipeline import Order, execute
from nightclerk.report import Live
from nightclerk.settings import Settings

Make = Callable[..., Settings]
Query = Callable[..., list[dict[str, Any]]]


def run_watched(settings: Settings, inbox: Path, show: Any, every_s: float = 0.02) -> str:
    """Run the inbox, shown every so often; its state."""

    async def go() -> str:
        async with wiring.open_desk(settings) as desk:
            order = Order((inbox,), "contract_review", "inbox", settings.budget_nano_usd)
            return (await execute(desk, order, show=show, every_s=every_s))[1]

    return asyncio.run(go())


@pytest.fixture
def reach() -> Any:
    """Settings that reach an imitation server that takes its time."""
    with MistralServer(latency=lambda *_: 0.8) as server:
        limits = {"requests_per_second": 50, "tokens_per_minute": 10**8, "chunk_tokens": 1_000, "max_in_flight": 1}
        yield {"provider": "mistral", "endpoint": server.url, "api_key": server.key, **limits}


def test_what_is_shown_grows_and_ends_with_the_books(
    database_url: str, make_settings: Make, query: Query, inbox: Path, reach: dict[str, Any]
) -> None:
    """Each look counts at least what the one before did; the last one is of the whole run: every document, call and dollar."""
    looks: list[Live] = []

    async def show(live: Live) -> None:
        looks.append(live)

    settings = make_settings(database_url=database_url, **reach)
    run_watched(settings, inbox, show)
    seen = [(live.counts.calls, live.counts.documents_ended, live.spent_nano_usd) for live in looks]
    assert all(earlier[place] <= later[place] for earlier, later in pairwise(seen) for place in range(3))
    [books] = query(settings, "SELECT COUNT(*) AS calls, SUM(cost_nano_usd) AS cost FROM calls WHERE mode <> 'cache'")
    assert seen[-1] == (books["calls"], 5, books["cost"])
    assert any(live.counts.in_flight for live in looks)
    assert (looks[-1].share, looks[-1].questions_left, looks[-1].projected_nano_usd) == (1.0, 0, books["cost"])


def test_a_picture_that_cannot_be_shown_costs_no_run(
    make_settings: Make, inbox: Path, reach: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever shows the run may fail; the run goes on, and the log says why there is no picture."""

    async def show(_: Live) -> None:
        raise ConnectionError("the server of pictures is gone")

    assert run_watched(make_settings(**reach), inbox, show) == "partial"
    assert "cannot be shown" in caplog.text
    assert "the server of pictures is gone" in caplog.text


def test_a_short_run_is_not_shown(make_settings: Make, inbox: Path) -> None:
    """A run that is over before the first look needs no picture."""
    looks: list[Live] = []

    async def show(live: Live) -> None:
        looks.append(live)

    run_watched(make_settings(), inbox, show, every_s=60)
    assert looks == []


def test_an_error_that_nobody_foresaw_closes_the_run(
    make_settings: Make, query: Query, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of our own outside of any document ends the run as failed, with the error as its reason, and goes on to the caller."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("nightclerk.pipeline.listing.walk", broken)
    settings = make_settings()
    with pytest.raises(ZeroDivisionError):
        run_watched(settings, inbox, None)
    assert query(settings, "SELECT state, reason FROM runs") == [{"state": "failed", "reason": "unexpected ZeroDivisionError: a fault"}]
