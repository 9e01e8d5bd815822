"""The steps of batch mode: hand a run over to jobs, fetch what jobs have answered, report on a run that ended so."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from nightclerk import pipeline
from nightclerk.pipeline import Collected, Desk, Run
from nightclerk.report import RunReport, markdown, text
from nightclerk.report.markdown import harmless


@task(name="hand over to batch jobs", cache_policy=NO_CACHE, persist_result=False)
async def hand_over(run: Run) -> None:
    """Put a run's open questions into batch jobs; in `auto`, where they are few, ask them now."""
    await pipeline.hand_over(run)


@task(name="fetch answers", cache_policy=NO_CACHE, persist_result=False)
async def fetch(desk: Desk) -> Collected:
    """Collect every batch job that has ended, and go on with every run that waits."""
    return await pipeline.collect(desk)


@task(name="report a collected run", cache_policy=NO_CACHE, persist_result=False)
async def report_collected(desk: Desk, run_id: str) -> RunReport:
    """Leave a summary of a run for people."""
    done = await desk.store.aread(RunReport.read, run_id)
    get_run_logger().info(text(done, wide=False))
    await acreate_markdown_artifact(markdown(done), key="run-summary", description=harmless(done.summary["collection"]))
    return done
