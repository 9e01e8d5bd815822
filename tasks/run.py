"""The steps of a run: begin, take in, analyse one document, report.

One task per document and not per chunk: Prefect keeps states, events and logs of every task run. Nothing is cached or persisted by Prefect,
since our own database is the record; what was answered before is answered from there.
"""

from __future__ import annotations

import logging

from prefect import State, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.states import Completed

from nightclerk import pipeline
from nightclerk.pipeline import Desk, Entry, Order, Run
from nightclerk.report import RunReport, markdown, text
from nightclerk.report.markdown import harmless


@task(name="begin", cache_policy=NO_CACHE, persist_result=False)
async def begin(desk: Desk, order: Order) -> Run:
    """Check profile, model, price and key, and file the run."""
    return await pipeline.start_run(desk, order)


@task(name="take in", cache_policy=NO_CACHE, persist_result=False)
async def take_in(run: Run) -> list[Entry]:
    """Find the files and put them on the run's list."""
    return await pipeline.list_sources(run)


@task(name="analyse document", task_run_name="{entry.name}", cache_policy=NO_CACHE, persist_result=False)
async def analyse_document(run: Run, entry: Entry) -> State[None]:
    """Read one document, ask about it and file its findings."""
    outcome = await pipeline.analyse_document(run, entry)
    if outcome.state != "complete":
        # to wait for a batch job is nothing to warn of
        level = logging.INFO if outcome.state == "waiting" else logging.WARNING
        get_run_logger().log(level, "%s: %s: %s", outcome.name, outcome.state, outcome.reason)
    return Completed(name="Completed" if outcome.state == "complete" else outcome.state.capitalize(), message=outcome.reason or None)


@task(name="report", cache_policy=NO_CACHE, persist_result=False)
async def report(run: Run) -> RunReport:
    """Give the run its state and leave a summary for people."""
    await pipeline.finish_run(run)
    done = await run.desk.store.aread(RunReport.read, run.id)
    get_run_logger().info(text(done, wide=False))
    await acreate_markdown_artifact(markdown(done), key="run-summary", description=harmless(done.summary["collection"]))
    return done
