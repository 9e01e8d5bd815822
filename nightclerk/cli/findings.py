"""`nightclerk findings`: what stands in the documents, and where."""

from __future__ import annotations

import click

from nightclerk.cli.desk import json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.store import queries

COLUMNS = ["document", "category", "state", "clause_path", "page", "quote"]


@click.command()
@click.option("-c", "--category", help="Only this category, e.g. 'Uncapped Liability'.")
@click.option("-d", "--document", help="Only documents whose name contains this.")
@click.option("--state", help="present (default), not_present, no_match, unclear, contradicted, unverified or all.", default="present")
@click.option("--collection", help="Only this collection.")
@click.option("--limit", type=click.IntRange(min=1), default=500, show_default=True, help="At most so many rows.")
@json_option
def findings(category: str | None, document: str | None, state: str, collection: str | None, limit: int, as_json: bool) -> None:
    """List the current findings with clause, page and the source's own words."""
    with open_store() as store:
        rows = store.read(queries.findings, category=category, document=document, state=state, collection=collection, limit=limit)
    emit(
        rows,
        COLUMNS,
        as_json=as_json,
        title="Findings",
        empty="no findings: start a run with `nightclerk run PATH --profile contract_review`",
    )
