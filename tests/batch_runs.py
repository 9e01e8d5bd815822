"""Runs in batch mode against the imitation server, each step with a desk of its own, as different days would have it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from mistral_server import MistralServer

from nightclerk import wiring
from nightclerk.dispatch import Batches
from nightclerk.pipeline import Collected, Desk, Order, collect, execute
from nightclerk.records import utc_now
from nightclerk.settings import Settings

Make = Callable[..., Settings]
LAWS = ("Oregon", "Utah", "Texas", "Maine", "Ohio", "Iowa", "Idaho", "Nevada")


def contracts(folder: Path, count: int) -> Path:
    """A folder with so many contracts of one chunk, no two alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        law = f"This Agreement shall be governed by the laws of the State of {LAWS[number % len(LAWS)]}."
        (folder / f"contract {number:02}.txt").write_text(f"AGREEMENT No. {number}\n\n1. Governing Law. {law}\n", encoding="utf-8")
    return folder


def served(server: MistralServer, **more: Any) -> dict[str, Any]:
    """Settings that reach the imitation server, in batch."""
    limits = {"requests_per_second": 500, "tokens_per_minute": 100_000_000, "chunk_tokens": 1_000}
    return {"provider": "mistral", "endpoint": server.url, "api_key": server.key, "mode": "batch", **limits, **more}


def start(settings: Settings, *sources: Path, **order: Any) -> tuple[str, str]:
    """(run id, state) of a run to where its process ends."""

    async def go() -> tuple[str, str]:
        async with wiring.open_desk(settings) as desk:
            run, state = await execute(desk, _order(settings, sources, **order))
            return run.id, state

    return asyncio.run(go())


def _order(settings: Settings, sources: tuple[Path, ...], **order: Any) -> Order:
    fields = {"profile": "contract_review", "collection": "inbox", "budget_nano_usd": settings.budget_nano_usd, **order}
    return Order(sources=sources, **fields)


def look(settings: Settings, *, hours: float = 0.0) -> Collected:
    """Collect once, so many hours later by the clock of the batch jobs."""

    async def go() -> Collected:
        async with wiring.open_desk(settings) as desk:
            later(desk, hours)
            return await collect(desk)

    return asyncio.run(go())


def later(desk: Desk, hours: float) -> None:
    """Give a desk's batch jobs a clock that is ahead, and pauses that take no time."""
    given = desk.settings

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    desk.batches = Batches(
        desk.store,
        desk.provider.batches(),  # type: ignore[attr-defined]
        owner=desk.process_id,
        folder=given.data_dir / "batches",
        timeout_hours=given.batch_timeout_hours,
        max_attempts=given.max_attempts,
        sleep=at_once,
        now=lambda: utc_now() + timedelta(hours=hours),
    )


def finish(settings: Settings, *, looks: int = 25) -> list[tuple[str, str]]:
    """Collect, every look three hours after the one before, until nothing is out; (run id, state) of the runs that ended."""

    async def go() -> list[tuple[str, str]]:
        ended: list[tuple[str, str]] = []
        async with wiring.open_desk(settings) as desk:
            for number in range(looks):
                later(desk, 3.0 * number)
                found = await collect(desk)
                ended += found.ended
                if not found.waiting and not found.jobs:
                    return ended
        raise AssertionError(f"still {found} after {looks} looks")

    return asyncio.run(go())
