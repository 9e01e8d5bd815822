"""The flow that ends runs in batch: fetch what jobs have answered, settle it, ask what is still open."""

from __future__ import annotations

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.work import Ending, state_of
from nightclerk import settings, wiring
from nightclerk.errors import StopRun
from nightclerk.pipeline import Collected
from nightclerk.report import one_line
from tasks.collect import fetch, report_collected


@flow(name="collect", persist_result=False)
async def collect() -> State[None]:
    """Collect finished batch jobs and end the runs that waited for them. Without any it looks once and does nothing."""
    given = settings.load()
    try:
        if not wiring.batches_out(given):
            return Completed(message="no batch job is out and no run waits")
        async with wiring.open_desk(wiring.batch_settings(given)) as desk:
            found = await fetch(desk)
            reports = [await report_collected(desk, run_id) for run_id, _ in found.ended]
    except StopRun as stop:
        return Failed(message=one_line(stop))
    endings = [Ending(report.state, f"{report.summary['collection']}: {report.state}") for report in reports]
    return state_of([*endings, *_left(found)])


def _left(found: Collected) -> list[Ending]:
    """What is not over yet, and what was in the way."""
    left = f"runs that wait: {found.waiting}, batch jobs that are out: {found.jobs}"
    waiting = [Ending("waiting", left)] if found.waiting or found.jobs else []
    delayed = [Ending("waiting", one_line(delay)) for delay in found.delays]
    return waiting + delayed + [Ending("failed", one_line(problem)) for problem in found.problems]
