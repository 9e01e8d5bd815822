"""`nightclerk collect`: fetch what batch jobs have answered, and go on with the runs that wait for them."""

from __future__ import annotations

import asyncio

import click

from nightclerk import settings, wiring
from nightclerk.cli.desk import json_option
from nightclerk.cli.output import on_terminal, say, say_json
from nightclerk.pipeline import Collected, collect_all
from nightclerk.pipeline import collect as collect_once
from nightclerk.report import RunReport, one_line, text
from nightclerk.settings import Settings

# what ended worst decides
EXIT_CODES = {"failed": 1, "over_budget": 4, "partial": 3}


@click.command()
@click.option("--wait", is_flag=True, help="Look again until no job is out; ends with the last one.")
@json_option
def collect(wait: bool, as_json: bool) -> int:
    """Fetch the answers of batch jobs, file their findings, ask what is still open, and end the runs that are whole by then.

    May be started at any time and as often as you like, also twice at once. Exit codes: 0 in order (also where jobs are still out), 1 a run
    failed or something was in the way, 3 a run ended partial, 4 over budget.
    """
    given = settings.load()
    if not wiring.batches_out(given):
        return _told(Collected(), [], as_json=as_json)
    result, reports = asyncio.run(_collect(wiring.batch_settings(given), wait=wait))
    return _told(result, reports, as_json=as_json)


async def _collect(given: Settings, *, wait: bool) -> tuple[Collected, list[RunReport]]:
    async with wiring.open_desk(given) as desk:
        total = Collected()
        if wait:
            async for result in collect_all(desk):
                total = total.then(result)
                _tell_of_wait(result)
        else:
            total = await collect_once(desk)
        return total, [await desk.store.aread(RunReport.read, run_id) for run_id, _ in total.ended]


def _told(result: Collected, reports: list[RunReport], *, as_json: bool) -> int:
    if as_json:
        counts = {"waiting": result.waiting, "jobs": result.jobs, "problems": result.problems, "delays": result.delays}
        say_json({"ended": [report.as_dict() for report in reports], **counts})
    else:
        for report in reports:
            say(text(report, wide=on_terminal()))
        for told in (*result.problems, *result.delays):
            click.echo(f"nightclerk: {one_line(told)}", err=True)
        say(summary(result))
    states = {state for _, state in result.ended}
    worst = next((code for state, code in EXIT_CODES.items() if state in states), 0)
    return 1 if result.problems else worst


def summary(result: Collected) -> str:
    """What is left, on one line."""
    if not result.waiting and not result.jobs:
        return "no batch job is out" if result.ended else "no batch job is out and no run waits"
    return f"{standing(result)}: run `nightclerk collect` again later, or with --wait"


def standing(result: Collected) -> str:
    """How many runs wait and jobs are out."""
    runs = "1 run waits" if result.waiting == 1 else f"{result.waiting} runs wait"
    jobs = "1 batch job is out" if result.jobs == 1 else f"{result.jobs} batch jobs are out"
    return f"{runs} and {jobs}"


def _tell_of_wait(result: Collected) -> None:
    """While somebody waits: how things stand, and what keeps them."""
    for told in result.delays:
        click.echo(f"nightclerk: {one_line(told)}", err=True)
    if result.waiting or result.jobs:
        click.echo(f"{standing(result)}; waiting (Ctrl-C ends the wait, nothing is lost)", err=True)
