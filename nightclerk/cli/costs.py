"""`nightclerk costs`: what was spent, on what."""

from __future__ import annotations

import click

from nightclerk.cli.desk import json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.store import queries

# of these a terminal has no room; they are in the piped lines
DETAILS = {"run_id", "answered", "refused", "failed", "prompt_tokens", "completion_tokens"}
# shown where any row has some
WHERE_ANY = {"at_risk_usd", "avoided_usd", "wasted_usd", "batch_cost_usd"}


@click.command()
@click.option("--by", type=click.Choice(list(queries.COSTS)), default="run", show_default=True, help="One row per what.")
@json_option
def costs(by: str, as_json: bool) -> None:
    """Sum the cost records: every attempt is one, answered or not.

    `avoided_usd` is what answers from the store would have cost, `wasted_usd` what was paid for attempts and answers of no use,
    `batch_cost_usd` the part of the cost that was paid in batch jobs. By run the estimate stands beside the cost; its error is 0.1 where
    the middle of its range was a tenth too high.
    """
    with open_store() as store:
        rows = store.read(queries.costs, by)
    columns = queries.COSTS[by]
    on_screen = [column for column in columns if column not in DETAILS and (column not in WHERE_ANY or any(row[column] for row in rows))]
    emit(rows, columns, as_json=as_json, title=f"Costs by {by}", empty="no calls yet", on_screen=on_screen)
