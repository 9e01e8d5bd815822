"""One order from its beginning to its report, as the flows share it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from prefect import State
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.parameters import Request
from nightclerk import pipeline, settings, wiring
from nightclerk.errors import StopRun
from nightclerk.pipeline.desk import Trigger
from nightclerk.report import RunReport
from tasks.run import analyse_document, begin, report, take_in


@dataclass(frozen=True, slots=True)
class Ending:
    """How one order ended: complete, partial, over_budget or failed, and a line about it."""

    state: str
    message: str


async def work(request: Request) -> Ending:
    """Run one order; every document is a task. What makes it impossible ends it with one line, and the next order may still run."""
    try:
        report = await run_order(request)
    except StopRun as stop:
        get_run_logger().error("%s", stop)
        return Ending("failed", str(stop))
    row = report.summary
    return Ending(report.state, f"{row['collection']}: {report.state}" + (f", {row['reason']}" if row["reason"] else ""))


async def run_order(request: Request) -> RunReport:
    """Begin, take in, analyse, report. A cancelled run is filed as interrupted before the cancellation goes on."""
    trigger, whom, flow_run_id = asked_by()
    order = request.order(trigger=trigger, triggered_by=whom, flow_run_id=flow_run_id)
    async with wiring.open_desk(settings.load()) as desk:
        run = await begin(desk, order)
        try:
            entries = await take_in(run)
            await asyncio.gather(*(analyse_document(run, entry) for entry in entries))
        except asyncio.CancelledError:
            await pipeline.finish_run(run, interrupted=True)
            raise
        return await report(run)


def asked_by() -> tuple[Trigger, str, str | None]:
    """(schedule or ui, by whom, flow run id) of the flow run that we are in."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return "ui", "", None
    flow_run = context.flow_run
    whom = flow_run.created_by.display_value if flow_run.created_by else None
    return ("schedule" if flow_run.auto_scheduled else "ui"), whom or "", str(flow_run.id)


def state_of(endings: list[Ending]) -> State[None]:
    """How the flow run ends in Prefect: only what read and answered everything is plainly called Completed there."""
    message = "; ".join(ending.message for ending in endings)
    states = {ending.state for ending in endings}
    if states <= {"complete"}:
        return Completed(message=message)
    if states <= {"complete", "partial"}:
        return Completed(name="Partial", message=message)
    return Failed(name="OverBudget" if "failed" not in states else "Failed", message=message)
