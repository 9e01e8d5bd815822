"""`nightclerk reviews`: what people decided about findings, and what they should look at."""

from __future__ import annotations

import getpass

import click

from nightclerk.cli.desk import Name, json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.records import utc_now
from nightclerk.store import identities

STATUSES = ["unchanged", "changed since review", "no longer found"]
COLUMNS = ["finding", "document", "category", "status", "verdict", "reviewer", "reviewed_at", "state", "answer_seen", "corrected_answer"]
QUEUE = ["finding", "document", "category", "why", "clause_path", "page", "pdf_page", "quote", "claimed_quote"]
ID_SHOWN = 10


@click.group(invoke_without_command=True)
@click.option("--status", type=click.Choice(STATUSES), help="Only reviews of findings that stand like this now.")
@click.option("--collection", type=Name(), help="Only this collection.")
@json_option
@click.pass_context
def reviews(ctx: click.Context, status: str | None, collection: str | None, as_json: bool) -> None:
    """List what people decided, and whether it still holds; `queue` lists what wants a decision, `add` files one."""
    if ctx.invoked_subcommand is None:
        with open_store() as store:
            rows = store.read(identities.reviewed, collection=collection, status=status)
        emit(
            _named(rows),
            COLUMNS,
            as_json=as_json,
            title="Reviews",
            empty="no such reviews; `nightclerk reviews queue` lists what wants one",
        )


@reviews.command()
@click.option("--collection", type=Name(), help="Only this collection.")
@json_option
def queue(collection: str | None, as_json: bool) -> None:
    """List the findings that a person should look at: unverified, contradicted, unclear, or changed since their review."""
    with open_store() as store:
        rows = store.read(identities.queue, collection=collection)
    emit(_named(rows), QUEUE, as_json=as_json, title="To review", empty="nothing wants a review")


@reviews.command()
@click.argument("finding", type=Name())
@click.option("--verdict", type=click.Choice(identities.VERDICTS), required=True, help="What is true of it.")
@click.option("--answer", "corrected", help="The right answer, with --verdict corrected.")
@click.option("--note", default="", help="Why.")
@click.option("--by", "reviewer", help="Who decided; the user of this computer unless told otherwise.")
def add(finding: str, verdict: str, corrected: str | None, note: str, reviewer: str | None) -> None:
    """File what a person decided about FINDING, its id or the beginning of it.

    The review stays with the finding over reruns, new prompts, other models and new readings of the document. It is never changed: who
    thinks again adds another, and the newest one counts.
    """
    if (verdict == "corrected") != bool(corrected):
        raise click.UsageError("--answer gives the right answer, so it goes with --verdict corrected and with no other")
    decided = identities.Review(verdict, reviewer or getpass.getuser(), corrected, note)
    with open_store() as store:
        whole = store.write_now(identities.review, finding, decided, now=utc_now())
    click.echo(f"{verdict}: finding {whole[:ID_SHOWN]}")


def _named(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows with the beginning of the finding's id, as `add` takes it."""
    return [{"finding": str(row["finding_id"])[:ID_SHOWN], **row} for row in rows]
