"""Stores to dispatch against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dispatch_office import Office, open_office

from nightclerk.store import Store


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A store with one run under a budget of 100 USD."""
    with Store.open(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        yield Office(store, store.write_now(open_office))


@pytest.fixture
def any_office(database_url: str) -> Iterator[Office]:
    """The same, once on SQLite and once on PostgreSQL."""
    with Store.open(database_url) as store:
        yield Office(store, store.write_now(open_office))


@pytest.fixture
def any_store(database_url: str) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    with Store.open(database_url) as store:
        yield store
