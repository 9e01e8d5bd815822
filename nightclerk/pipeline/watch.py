"""Looking at a run while it works, now and then, for whoever shows it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from nightclerk.pipeline.desk import Run
from nightclerk.records import utc_now
from nightclerk.report import Live
from nightclerk.report.live import WINDOW_S
from nightclerk.store import live as counting

log = logging.getLogger(__name__)
Show = Callable[[Live], Awaitable[None]]
# a look takes at most a twentieth of the time, however many calls there are to count
LEAST_PAUSES = 20
AFTER_TROUBLE_S = 60.0


@asynccontextmanager
async def watching(run: Run, show: Show, *, every_s: float) -> AsyncIterator[None]:
    """Show the run about every so many seconds while the block runs; and once more when it has ended in order, if it was shown at all."""
    looked = asyncio.Event()
    task = asyncio.create_task(_watch(run, show, every_s, looked))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    if looked.is_set():
        await _try(run, show)


async def _watch(run: Run, show: Show, every_s: float, looked: asyncio.Event) -> None:
    pause_s = every_s
    while True:
        await asyncio.sleep(pause_s)
        looked.set()
        began = time.monotonic()
        shown = await _try(run, show)
        pause_s = max(every_s, LEAST_PAUSES * (time.monotonic() - began)) if shown else max(every_s, AFTER_TROUBLE_S)


async def _try(run: Run, show: Show) -> bool:
    """Whether it could be shown: no picture of a run is worth the run, so trouble is only logged."""
    try:
        await show(await look(run))
    except Exception:  # trouble with the picture is logged with its trace
        log.warning("the progress of run %s cannot be shown", run.id, exc_info=True)
        return False
    return True


async def look(run: Run) -> Live:
    """Where a run stands."""
    now, settings = utc_now(), run.desk.settings
    paced = run.analyst == "model"
    return Live(
        counts=await run.desk.store.aread(counting.counts, run.id, since=now - timedelta(seconds=WINDOW_S)),
        now=now,
        started_at=run.started_at,
        budget_nano_usd=run.order.budget_nano_usd,
        requests_per_second=settings.requests_per_second if paced else None,
        tokens_per_minute=settings.tokens_per_minute if paced else None,
        zone=settings.zone,
    )
