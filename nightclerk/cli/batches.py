"""`nightclerk batches`: which batch jobs there are, and ending the runs that wait for them."""

from __future__ import annotations

import asyncio

import click

from nightclerk import settings, wiring
from nightclerk.cli.desk import Name, json_option, open_store
from nightclerk.cli.output import emit, say
from nightclerk.pipeline import cancel as cancel_run
from nightclerk.store import queries

COLUMNS = ["batch_id", "run_id", "collection", "model", "state", "provider_status", "requests", "answered", "failed", "in_flight"]
MONEY = ["reserved_usd", "cost_usd", "at_risk_usd", "saved_usd", "created_at", "collected_at", "reason"]
ON_SCREEN = ["run_id", "collection", "state", "provider_status", "requests", "answered", "failed", "in_flight", "cost_usd", "created_at"]


@click.group(invoke_without_command=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many, newest first.")
@json_option
@click.pass_context
def batches(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List the batch jobs, newest first; `cancel` ends a run that waits for some."""
    if ctx.invoked_subcommand is None:
        with open_store() as store:
            rows = store.read(queries.batch_jobs, limit=limit)
        shown = [column for column in [*ON_SCREEN, "reason"] if column != "reason" or any(row["reason"] for row in rows)]
        emit(rows, [*COLUMNS, *MONEY], as_json=as_json, title="Batch jobs", empty="no batch jobs yet", on_screen=shown)


@batches.command()
@click.argument("run", type=Name())
def cancel(run: str) -> None:
    """End RUN, the id of a run that waits or the beginning of one: its jobs are cancelled, and what they have run is still collected."""
    with open_store() as store:
        found = store.read(queries.runs_like, run)
    if len(found) != 1:
        raise click.UsageError(f"{len(found) or 'no'} runs begin with {run!r}; `nightclerk batches` lists them")
    if not asyncio.run(_cancel(found[0])):
        raise click.UsageError(f"run {found[0]} waits for no batch job")
    say("cancelled: `nightclerk collect` books what its jobs have run, and ends the run")


async def _cancel(run_id: str) -> bool:
    async with wiring.open_desk(wiring.batch_settings(settings.load())) as desk:
        return await cancel_run(desk, run_id)
