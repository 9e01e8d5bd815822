"""A whole run in this process, without an orchestrator: what the command line does, and the same steps that the flows take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nightclerk.errors import StopRun
from nightclerk.pipeline.desk import Desk, Entry, Order, Outcome, Run
from nightclerk.pipeline.document import analyse_document
from nightclerk.pipeline.intake import list_sources
from nightclerk.pipeline.lifecycle import finish_run, start_run

Progress = Callable[[Outcome | None, int], None]


def _silent(_: Outcome | None, __: int) -> None:
    """No progress to show."""


async def execute(desk: Desk, order: Order, *, progress: Progress = _silent) -> tuple[Run, str]:
    """Run an order to its end; returns the run and its state.

    Args:
        progress: called with (None, how many documents) once they are known, then with each outcome as it comes.
    """
    run = await start_run(desk, order)
    try:
        entries = await list_sources(run)
        progress(None, len(entries))
        await asyncio.gather(*(_one(run, entry, progress, len(entries)) for entry in entries))
    except (asyncio.CancelledError, KeyboardInterrupt):
        await asyncio.shield(finish_run(run, interrupted=True))
        raise
    except StopRun as stop:
        # such as a source that went away before the walk: nobody else would ever end this run
        run.stopped = stop
        await finish_run(run)
        raise
    return run, await finish_run(run)


async def _one(run: Run, entry: Entry, progress: Progress, total: int) -> None:
    progress(await analyse_document(run, entry), total)
