"""`nightclerk findings`: what stands in the documents, and where."""

from __future__ import annotations

import click

from nightclerk.cli.desk import Name, json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.store import queries

STATES = ["present", "not_present", "no_match", "unclear", "contradicted", "unverified", "all"]
COLUMNS = ["document", "category", "state", "clause_path", "page", "pdf_page", "quote"]


@click.command()
@click.option("-c", "--category", type=Name(), help="Only this category, e.g. 'Uncapped Liability'.")
@click.option("-d", "--document", type=Name(), help="Only documents whose name contains this.")
@click.option("--state", type=click.Choice(STATES), default="present", show_default=True, help="Only findings of this state.")
@click.option("--collection", type=Name(), help="Only this collection.")
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
        empty="no such findings; `nightclerk run PATH --profile contract_review` makes some",
    )
