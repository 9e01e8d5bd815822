"""One order from its beginning to its report, as the flows share it."""

from __future__ import annotations

import asyncio

from prefect import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed

from flows.parameters import Request
from nightclerk import settings, wiring
from nightclerk.pipeline.desk import Trigger
from nightclerk.report import RunReport
from tasks.run import analyse_document, begin, report, take_in


async def work(request: Request) -> RunReport:
    """Run one order; every document is a task. A cancelled run is filed as interrupted before the cancellation goes on."""
    trigger, whom, flow_run_id = asked_by()
    order = request.order(trigger=trigger, triggered_by=whom, flow_run_id=flow_run_id)
    async with wiring.open_desk(settings.load()) as desk:
        run = await begin(desk, order)
        try:
            entries = await take_in(run)
            await asyncio.gather(*(analyse_document(run, entry) for entry in entries))
        except asyncio.CancelledError:
            await report.fn(run, interrupted=True)
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


def state_of(reports: list[RunReport]) -> State[None]:
    """How the flow run ends in Prefect: only a run that read and answered everything is called Completed there."""
    worst = next(
        (state for state in ("failed", "over_budget", "interrupted", "partial") if any(r.state == state for r in reports)), "complete"
    )
    message = "; ".join(
        f"{r.summary['collection']}: {r.state}" + (f", {r.summary['reason']}" if r.summary["reason"] else "") for r in reports
    )
    if worst == "complete":
        return Completed(message=message)
    if worst == "partial":
        return Completed(name="Partial", message=message)
    return Failed(name={"over_budget": "OverBudget"}.get(worst, "Failed"), message=message)
