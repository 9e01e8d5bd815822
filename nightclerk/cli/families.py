"""`nightclerk families` and `nightclerk terms`: which documents belong together, and what they say on a day."""

from __future__ import annotations

from datetime import date, datetime

import click

from nightclerk.cli.desk import Name, json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.store import families as rows

CHAIN = ["family", "place", "document", "relation", "number", "effective_on", "changes", "named", "basis", "supersedes"]
TERMS = ["family", "category", "document", "starts_on", "ends_on", "clause_path", "pdf_page", "quote", "reason"]


@click.command()
@click.option("--collection", type=Name(), help="Only this collection.")
@json_option
def families(collection: str | None, as_json: bool) -> None:
    """List base agreements with their amendments, restatements, side letters and exhibits, and what each link stands on."""
    with open_store() as store:
        found = store.read(rows.chains, collection=collection)
    emit(found, CHAIN, as_json=as_json, title="Families", empty="no document of the collections changes or belongs to another")


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day; today unless told otherwise.")
@click.option("-c", "--category", type=Name(), help="Only this category.")
@click.option("--collection", type=Name(), help="Only this collection.")
@json_option
def terms(as_of: datetime | None, category: str | None, collection: str | None, as_json: bool) -> None:
    """List what the documents of each family say on a day, with what an amendment has put in the place of what."""
    with open_store() as store:
        found = store.read(rows.terms, as_of.date() if as_of else date.today(), collection=collection, category=category)  # noqa: DTZ011 - the person's own day
    emit(found, TERMS, as_json=as_json, title="Terms", empty="no such terms; `nightclerk families` lists which documents belong together")
