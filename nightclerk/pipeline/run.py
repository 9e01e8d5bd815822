"""A whole run in this process, without an orchestrator: what the command line does, and the same steps that the flows take."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from nightclerk.errors import StopRun
from nightclerk.pipeline.batch_run import hand_over
from nightclerk.pipeline.desk import Desk, Order, Run
from nightclerk.pipeline.document import analyse_document
from nightclerk.pipeline.lifecycle import finish_run, start_run
from nightclerk.pipeline.listing import list_sources
from nightclerk.pipeline.watch import Show, watching
from nightclerk.report import Live


async def _unseen(_: Live) -> None:
    """Nobody looks."""


async def execute(desk: Desk, order: Order, *, show: Show = _unseen, every_s: float = 1.0) -> tuple[Run, str]:
    """Run an order to its end; returns the run and its state. However a run that has begun ends, it is filed with a state.

    Args:
        show: handed a look at the run about every so many seconds.
    """
    run = await start_run(desk, order)
    try:
        async with watching(run, show, every_s=every_s):
            await together(analyse_document(run, entry) for entry in await list_sources(run))
            await hand_over(run)
    except Exception as error:
        # such as a source that went away before the walk: nobody else would ever end this run
        stop(run, error)
        await finish_run(run)
        raise
    except BaseException:
        # cancelled, or Ctrl-C
        await asyncio.shield(finish_run(run, interrupted=True))
        raise
    return run, await finish_run(run)


def stop(run: Run, error: Exception) -> None:
    """Keep the error that ended a run as its reason."""
    run.stopped = error if isinstance(error, StopRun) else StopRun(f"unexpected {type(error).__name__}: {error}")


async def together(work: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Do all of it at once; what ends one of them before its time ends the others, too, while the desk is still open."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
