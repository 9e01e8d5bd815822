"""Writing many rows at once, the same way on both databases.

Text must hold no NUL character: PostgreSQL refuses it, and stripping it here would move every offset behind it. The readers
guarantee that a document's text has none; other text (a provider's error message, a file name) is cleaned where it comes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, Any]


def insert_new(conn: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet, by primary key or any unique constraint, and return how many were new.

    Raises:
        ValueError: the rows do not all have the same columns.
    """
    if not rows:
        return 0
    return conn.execute(insertion(table, tuple(rows[0])), _checked(rows)).rowcount


@lru_cache(maxsize=64)
def insertion(table: sa.Table, columns: tuple[str, ...]) -> sa.TextClause:
    """The INSERT of these columns that passes over a row which is there already; its `rowcount` is how many were not.

    Written out once: both dialects' own `insert` with an ON CONFLICT is compiled anew at every execution (`inherit_cache = False`).
    """
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f":{name}" for name in columns)
    # the names are those of our own columns
    statement = sa.text(f'INSERT INTO "{table.name}" ({names}) VALUES ({values}) ON CONFLICT DO NOTHING')  # noqa: S608
    typed = statement.bindparams(*(sa.bindparam(name, type_=table.c[name].type) for name in columns))
    # psycopg forgets the count of an INSERT once its cursor is closed, which SQLAlchemy does at once
    return typed.execution_options(preserve_rowcount=True)


def _checked(rows: Sequence[Row]) -> list[dict[str, Any]]:
    # SQLAlchemy takes the columns from the first row and would drop what only a later one has
    if any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError("the rows of one insert do not all have the same columns")
    return [dict(row) for row in rows]
