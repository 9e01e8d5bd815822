"""Promise of the reference pages: they name all that is there."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa

from nightclerk.store import Store
from nightclerk.store.tables import metadata


def named(page: Path) -> set[str]:
    """The names that a page sets in code type or as a heading."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^## (.+)$", text)
    return set(re.findall(r"`(\w+)`", text)) | {name for heading in headings for name in heading.split(", ")}


def test_every_view_and_each_of_its_columns_is_documented(repository: Path, tmp_path: Path) -> None:
    """Nobody has to guess what a view or a column of one means."""

    def columns(conn: sa.Connection) -> set[str]:
        inspector = sa.inspect(conn)
        views = inspector.get_view_names()
        return {column["name"] for view in views for column in inspector.get_columns(view)} | set(views)

    with Store.open(f"sqlite:///{tmp_path}/night.db") as store:
        assert store.read(columns) - named(repository / "docs" / "reference" / "views.md") == set()


def test_every_table_is_documented_and_no_other(repository: Path) -> None:
    """Each table has its row in the page of tables, and what is gone from the code is gone from the page."""
    page = (repository / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", page)) == set(metadata.tables)
