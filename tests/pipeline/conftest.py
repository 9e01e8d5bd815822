"""A small inbox, and runs over it with a store of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nightclerk import wiring
from nightclerk.pipeline import Order, Run, execute
from nightclerk.settings import Settings

AGREEMENT = """SERVICES AGREEMENT

This Services Agreement (the "Agreement") is entered into as of March 3, 2025 by and between Alderbrook Works Ltd., a Delaware
corporation ("Provider"), and Quillmark Stores Inc., a New York corporation ("Customer").

1. Governing Law. This Agreement shall be governed by and construed in accordance with the laws of the State of New York.

2. Assignment. Neither party may assign this Agreement without the prior written consent of the other party.

3. Limitation of Liability. In no event shall the aggregate liability of either party exceed the fees paid in the twelve (12) months
before the claim.
"""
NOTE = "MEMORANDUM\n\nThe audit committee met on Tuesday and discussed the weather.\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A contract, a copy of it, a memorandum, an empty file and a file of no known kind."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "agreement.txt").write_text(AGREEMENT, encoding="utf-8")
    (folder / "copy of agreement.txt").write_text(AGREEMENT, encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "memo.md").write_text(NOTE, encoding="utf-8")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 8)
    return folder


@pytest.fixture
def make_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings with a data folder of the test's own and nothing from the environment of the machine."""
    monkeypatch.chdir(tmp_path)
    return lambda **values: Settings(**{"data_dir": tmp_path / "data", **values})


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database without rows, for tests that would spend most of their time on making one."""
    folder = tmp_path_factory.mktemp("empty")
    with wiring.open_store(Settings(data_dir=folder)):
        pass
    return (folder / "nightclerk.db").read_bytes()


@pytest.fixture
def made_already(tmp_path: Path, empty_database: bytes) -> None:
    """The database of `make_settings` is there."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nightclerk.db").write_bytes(empty_database)


@pytest.fixture
def run_order() -> Callable[..., tuple[Run, str]]:
    """Run an order from settings to its end: (run, state)."""

    def run(settings: Settings, *sources: Path, **order: Any) -> tuple[Run, str]:
        async def go() -> tuple[Run, str]:
            async with wiring.open_desk(settings) as desk:
                fields = {"profile": "contract_review", "collection": "inbox", "budget_nano_usd": settings.budget_nano_usd, **order}
                return await execute(desk, Order(sources=sources, **fields))

        return asyncio.run(go())

    return run


@pytest.fixture
def query() -> Callable[..., list[dict[str, Any]]]:
    """Rows of a SQL query on the store of settings."""

    def rows(settings: Settings, statement: str, **values: Any) -> list[dict[str, Any]]:
        import sqlalchemy as sa

        with wiring.open_store(settings) as store:
            return store.read(lambda conn: [dict(row) for row in conn.execute(sa.text(statement), values).mappings()])

    return rows
