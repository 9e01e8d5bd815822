"""Writing many rows at once, the same way on both databases.

Text must hold no NUL character: PostgreSQL refuses it, and stripping it here would move every offset behind it. The readers
guarantee that a document's text has none; other text (a provider's error message, a file name) is cleaned where it comes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def insert_new(conn: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet, by primary key or any unique constraint, and return how many were new.

    Raises:
        ValueError: the rows do not all have the same columns.
    """
    if not rows:
        return 0
    # psycopg forgets the count of an INSERT once its cursor is closed, which SQLAlchemy does at once
    statement = _insert(conn, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return conn.execute(statement, _checked(rows)).rowcount


def _insert(conn: sa.Connection, table: sa.Table) -> Any:
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


def _checked(rows: Sequence[Row]) -> list[dict[str, Any]]:
    # SQLAlchemy takes the columns from the first row and would drop what only a later one has
    if any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError("the rows of one insert do not all have the same columns")
    return [dict(row) for row in rows]
