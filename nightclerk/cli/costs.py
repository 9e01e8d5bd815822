"""`nightclerk costs`: what was spent, on what."""

from __future__ import annotations

import click

from nightclerk.cli.desk import json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.store import queries


@click.command()
@click.option("--by", type=click.Choice(list(queries.COSTS)), default="run", show_default=True, help="One row per what.")
@json_option
def costs(by: str, as_json: bool) -> None:
    """Sum the cost records: every attempt is one, answered or not."""
    with open_store() as store:
        rows = store.read(queries.costs, by)
    emit(rows, queries.COSTS[by], as_json=as_json, title=f"Costs by {by}", empty="no calls yet")
