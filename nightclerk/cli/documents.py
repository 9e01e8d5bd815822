"""`nightclerk documents`: what was read, and what was not and why."""

from __future__ import annotations

import click

from nightclerk.cli.desk import Name, json_option, open_store
from nightclerk.cli.output import emit
from nightclerk.store import queries

DOCUMENTS = ["document", "status", "pages", "characters", "language", "uri"]
PROBLEMS = ["document", "page", "pdf_page", "status", "reason", "uri"]


@click.command()
@click.option("--problems", is_flag=True, help="Only what was not read, or not whole, with the reason.")
@click.option("--collection", type=Name(), help="Only this collection.")
@json_option
def documents(problems: bool, collection: str | None, as_json: bool) -> None:
    """List the documents that were seen, with the files that others hold: `mail.eml > contract.pdf`."""
    with open_store() as store:
        rows = store.read(queries.problems if problems else queries.documents, collection=collection)
    columns = PROBLEMS if problems else DOCUMENTS
    # a screen has room for the place only where the name alone does not tell
    alike = len({row["document"] for row in rows}) < len({row["uri"] for row in rows})
    emit(
        rows,
        columns,
        on_screen=columns if alike else columns[:-1],
        as_json=as_json,
        title="Not read" if problems else "Documents",
        empty="no problems" if problems else "no documents yet",
    )
