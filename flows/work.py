"""One order from its beginning to its report, as the flows share it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from prefect import State
from prefect.context import FlowRunContext
from prefect.exceptions import CancelledRun, TerminationSignal
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.parameters import Request
from nightclerk import pipeline, settings, wiring
from nightclerk.errors import StopRun
from nightclerk.pipeline.desk import Trigger
from nightclerk.report import RunReport, one_line
from tasks.collect import hand_over
from tasks.live import EVERY_S, Card
from tasks.run import analyse_document, begin, report, take_in


@dataclass(frozen=True, slots=True)
class Ending:
    """How one order ended: complete, partial, over_budget, failed, or waiting for batch jobs; and a line about it."""

    state: str
    message: str


async def work(request: Request) -> Ending:
    """Run one order; every document is a task. What makes it impossible ends it with one line, and the next order may still run."""
    try:
        report = await run_order(request)
    except StopRun as stop:
        get_run_logger().error("%s", one_line(stop))
        return Ending("failed", one_line(stop))
    except Exception as error:  # noqa: BLE001 - a fault in one inbox must not take the night from the others; it is logged with its trace
        get_run_logger().exception("unexpected error over %s", request.sources)
        return Ending("failed", one_line(f"unexpected {type(error).__name__} over {', '.join(request.sources)}: {error}"))
    row = report.summary
    return Ending(report.state, one_line(f"{row['collection']}: {report.state}" + (f", {row['reason']}" if row["reason"] else "")))


async def run_order(request: Request) -> RunReport:
    """Begin, take in, analyse, report. However a run that has begun ends, it is filed with a state, and the error then goes on."""
    trigger, whom, flow_run_id = asked_by()
    order = request.order(trigger=trigger, triggered_by=whom, flow_run_id=flow_run_id)
    async with wiring.open_desk(settings.load()) as desk:
        run = await begin(desk, order)
        try:
            async with pipeline.watching(run, Card().show, every_s=EVERY_S):
                await pipeline.together(analyse_document(run, entry) for entry in await take_in(run))
                if run.defers:
                    await hand_over(run)
        except Exception as error:
            if cancelled(error):
                await pipeline.finish_run(run, interrupted=True)
                raise
            pipeline.stop(run, error)
            await pipeline.finish_run(run)
            raise
        except BaseException:
            # cancelled: asyncio's CancelledError, or Prefect's TerminationSignal, which may rise in any of the tasks
            await pipeline.finish_run(run, interrupted=True)
            raise
        return await report(run)


def cancelled(error: BaseException | None) -> bool:
    """Whether a cancellation stands behind an error: Prefect's engines and the libraries below them may wrap the signal in their own."""
    while error is not None:
        if isinstance(error, asyncio.CancelledError | TerminationSignal | CancelledRun):
            return True
        error = error.__cause__ or error.__context__
    return False


def asked_by() -> tuple[Trigger, str, str | None]:
    """(schedule or ui, by whom, flow run id) of the flow run that we are in."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return "ui", "", None
    flow_run = context.flow_run
    whom = flow_run.created_by.display_value if flow_run.created_by else None
    return ("schedule" if flow_run.auto_scheduled else "ui"), whom or "", str(flow_run.id)


def state_of(endings: list[Ending]) -> State[None]:
    """How the flow run ends in Prefect: only what read and answered everything is plainly called Completed there.

    What waits for batch jobs is Waiting: the flow `collect` ends those runs.
    """
    message = "; ".join(ending.message for ending in endings)
    states = {ending.state for ending in endings}
    if states <= {"complete"}:
        return Completed(message=message)
    if states <= {"complete", "waiting"}:
        return Completed(name="Waiting", message=message)
    if states <= {"complete", "waiting", "partial"}:
        return Completed(name="Partial", message=message)
    return Failed(name="OverBudget" if "failed" not in states else "Failed", message=message)
