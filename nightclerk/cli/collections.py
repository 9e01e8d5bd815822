"""`nightclerk collections`: matters, deals and inboxes, what they may cost and who may read them."""

from __future__ import annotations

from decimal import Decimal

import click

from nightclerk.cli.desk import Name, Usd, json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.pipeline.lifecycle import check_name
from nightclerk.records import NANO, utc_now
from nightclerk.store import Store
from nightclerk.store import collections as kept

COLUMNS = ["collection", "root", "profile", "confidential", "retention_days", "cap_usd", "spent_usd", "reserved_usd", "left_usd"]
SHARED = "what was read and answered before stays shared with other collections; what comes from now on is not"


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def collections(ctx: click.Context, as_json: bool) -> None:
    """List the collections with their caps and what is spent; `set` changes one."""
    if ctx.invoked_subcommand is None:
        with open_store() as store:
            _show(store, None, as_json=as_json)


@collections.command(name="set")
@click.argument("name", type=Name())
@click.option("--budget-usd", type=Usd(), help="What all its runs together may spend; what was spent already counts.")
@click.option("--no-budget", is_flag=True, help="Lift its cap.")
@click.option("--confidential/--not-confidential", default=None, help="Shares nothing with others; no third party and no batch job.")
@click.option("--retention-days", type=click.IntRange(min=1), help="How long its texts are kept.")
@json_option
def change(
    name: str, budget_usd: Decimal | None, no_budget: bool, confidential: bool | None, retention_days: int | None, as_json: bool
) -> None:
    """Say what holds for the collection NAME, as `run --collection NAME` calls it; it is made where there is none.

    A cap holds at once, for runs that are under way as well. Raising it lets the next run go on.
    """
    if budget_usd is not None and no_budget:
        raise click.UsageError("--budget-usd sets a cap and --no-budget lifts it: one of them")
    check_name(name)
    cap = None if budget_usd is None else int(budget_usd * NANO)
    wanted = kept.Change(cap_nano_usd="none" if no_budget else cap, confidential=confidential, retention_days=retention_days)
    with open_store() as store:
        made = store.write_now(kept.change, name, wanted, now=utc_now())
        _note(made, shared=bool(confidential) and store.read(kept.has_documents, name))
        _show(store, name, as_json=as_json)


def _note(made: bool, *, shared: bool) -> None:
    """What a person should know of; on stderr, since stdout is for rows."""
    if made:
        click.echo("a new collection", err=True)
    if shared:
        click.echo(SHARED, err=True)


def _show(store: Store, name: str | None, *, as_json: bool) -> None:
    emit(store.read(kept.listed, name=name), COLUMNS, as_json=as_json, title="Collections", empty="no collections yet")
