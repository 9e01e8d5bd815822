"""`nightclerk run`: analyse files and folders now, in this process."""

from __future__ import annotations

import asyncio
import getpass
import sys
from decimal import Decimal

import click

from nightclerk import wiring
from nightclerk.cli.desk import (
    budget_option,
    collection_option,
    json_option,
    mode_option,
    model_option,
    profile_option,
    provider_option,
    settings_with,
    sources_argument,
)
from nightclerk.cli.output import on_terminal, say, say_json
from nightclerk.cli.progress import Bar
from nightclerk.pipeline import Order, default_collection, execute
from nightclerk.report import RunReport, text
from nightclerk.settings import Settings

EXIT_CODES = {"complete": 0, "waiting": 0, "failed": 1, "interrupted": 1, "partial": 3, "over_budget": 4}


@click.command()
@sources_argument
@profile_option
@collection_option
@provider_option
@model_option
@mode_option
@budget_option
@json_option
def run(
    sources: tuple[str, ...],
    profile: str,
    collection: str,
    provider: str | None,
    model: str | None,
    mode: str | None,
    budget_usd: Decimal | None,
    as_json: bool,
) -> int:
    """Analyse SOURCES (files, folders or URLs) with a profile and file the findings.

    With --mode batch the questions go into batch jobs at half the price: the run then ends as `waiting`, and `nightclerk collect` goes on
    with it.

    Exit codes: 0 complete or waiting, 1 failed, 2 bad usage, 3 partial, 4 over budget, 130 interrupted.
    """
    settings = settings_with(provider=provider, model=model, mode=mode, budget_usd=budget_usd)
    places = wiring.existing(sources)
    order = Order(
        sources=places,
        profile=profile,
        collection=collection or default_collection(places),
        budget_nano_usd=settings.budget_nano_usd,
        triggered_by=_user(),
    )
    report = asyncio.run(_run(settings, order, quiet=as_json))
    if as_json:
        say_json(report.as_dict())
    else:
        say(text(report, wide=on_terminal()))
    return EXIT_CODES[report.state]


async def _run(settings: Settings, order: Order, *, quiet: bool) -> RunReport:
    async with wiring.open_desk(settings) as desk:
        with Bar(shown=not quiet and sys.stderr is not None, in_place=sys.stderr is not None and sys.stderr.isatty()) as bar:
            done, _ = await execute(desk, order, show=bar.show)
        return await desk.store.aread(RunReport.read, done.id)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container's user id may have no name
        return ""
