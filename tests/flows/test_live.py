"""The picture of a working run in Prefect: one artifact, however often the run is looked at."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import tasks.live
from nightclerk.report import Live
from nightclerk.store.live import Counts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIVE = Live(Counts(8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None), NOW, NOW, 0, None, None, ZoneInfo("UTC"))


def test_a_run_has_one_artifact_that_is_updated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look makes it, each further one changes it; Prefect is told percents and the line that a terminal shows."""
    told: list[tuple[Any, ...]] = []

    async def create(progress: float, *, key: str, description: str) -> str:
        told.append(("new", key, progress, description))
        return "its id"

    async def update(artifact_id: str, progress: float, *, description: str) -> None:
        told.append((artifact_id, progress, description))

    monkeypatch.setattr(tasks.live, "acreate_progress_artifact", create)
    monkeypatch.setattr(tasks.live, "aupdate_progress_artifact", update)

    async def look_three_times() -> None:
        card = tasks.live.Card()
        for ended in (0, 4, 8):
            await card.show(replace(LIVE, counts=replace(LIVE.counts, documents_ended=ended)))

    asyncio.run(look_three_times())
    assert told == [
        ("new", "run-progress", 0.0, "0 of 8 documents"),
        ("its id", 50.0, "4 of 8 documents"),
        ("its id", 100.0, "8 of 8 documents"),
    ]
