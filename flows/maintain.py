"""Maintenance: stale leases and calls of dead processes, the schema, and the life of the model that the schedule relies on."""

from __future__ import annotations

from prefect import State, flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.states import Completed, Failed

from nightclerk.errors import StopRun
from nightclerk.report.markdown import harmless
from tasks.upkeep import check_database, check_model


@flow(name="maintain", persist_result=False)
async def maintain() -> State[None]:
    """Tidy up after crashed runs and say before the night what would go wrong in it."""
    notes: list[str] = []
    problems: list[str] = []
    try:
        # first, since it opens the desk, which makes the database where there is none yet
        notes = await check_model()
        problems = check_database()
    except StopRun as stop:
        problems.append(str(stop))
    lines = [f"- problem: {harmless(problem)}" for problem in problems] + [f"- model: {harmless(note)}" for note in notes]
    await acreate_markdown_artifact("# Maintenance\n\n" + ("\n".join(lines) or "Nothing to report."), key="maintenance")
    return Failed(message="; ".join(problems)) if problems else Completed(message="; ".join(notes) or "nothing to report")
