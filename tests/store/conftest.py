"""Fixtures of the store's tests: an open store on each kind of database, and rows with every column that must be filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from nightclerk.store import Store
from nightclerk.store.tables import UtcDateTime

Put = Callable[..., dict[str, Any]]
FILLING = {str: "", int: 0, float: 0.0, bool: False, datetime: datetime(2026, 1, 1, tzinfo=UTC), date: date(2026, 1, 1), dict: {}}


def neutral(kind: sa.types.TypeEngine[Any]) -> Any:
    """A value that says nothing."""
    return FILLING[datetime if isinstance(kind, UtcDateTime) else kind.python_type]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on a fresh database of each kind."""
    with Store.open(database_url) as opened:
        yield opened


@pytest.fixture
def put(store: Store) -> Put:
    """Insert one row: `put(table, column=value, ...)`; columns that must not be empty get a neutral value."""

    def insert(table: sa.Table, **values: Any) -> dict[str, Any]:
        needed = [column for column in table.columns if not column.nullable and column.server_default is None]
        row = {column.name: neutral(column.type) for column in needed} | values
        store.write_now(lambda conn: conn.execute(sa.insert(table), row))
        return row

    return insert
