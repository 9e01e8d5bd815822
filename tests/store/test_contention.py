"""Two processes that write the same rows of one PostgreSQL database, in whatever order: nobody fails, nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa

from nightclerk.store import Store, ledger
from nightclerk.store import tables as t

CEILING = 7


@pytest.fixture
def two(postgres_url: str) -> Iterator[list[Store]]:
    """Two stores on one database, each with a writer of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(Store.open(postgres_url)) for _ in range(2)]


def at_once(*works: Callable[[], Any]) -> None:
    """Do these in threads, and wait for all."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def deadlocks(store: Store) -> int:
    """How many PostgreSQL has counted on this database."""
    query = sa.text("SELECT pg_stat_force_next_flush(), deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(store.read(lambda conn: conn.execute(query).one().deadlocks))


def test_groups_that_touch_budgets_in_any_order_never_deadlock(two: list[Store]) -> None:
    """Groups of reservations and true-ups on budgets in opposite orders are committed without one deadlock, and the sums are exact."""
    budgets = [two[0].write_now(ledger.create_budget, "collection", f"c{number}", None) for number in range(4)]
    day = two[0].write_now(ledger.create_budget, "day", "2026-11-23", None)

    def reserve(store: Store, order: list[str]) -> None:
        pairs = [(order[number % len(order)], day) for number in range(600)]
        done = [store.writer.submit(lambda conn, ids=ids: ledger.reserve(conn, ids, CEILING)) for ids in pairs]
        assert [future.result(60) for future in done] == [None] * 600

    at_once(lambda: reserve(two[0], budgets), lambda: reserve(two[1], budgets[::-1]))
    held = [two[0].read(ledger.read_budget, budget).reserved_nano_usd for budget in [*budgets, day]]
    assert held == [300 * CEILING] * 4 + [1_200 * CEILING]
    assert deadlocks(two[0]) == 0


def test_a_deadlock_all_the_same_is_tried_again_as_a_whole(two: list[Store]) -> None:
    """Where two groups do lock rows against each other, the one that PostgreSQL ends runs again: each change is there once."""
    names = [two[0].write_now(ledger.create_budget, "collection", name, None) for name in ("a", "b")]
    both_hold = threading.Barrier(2)
    tries: list[int] = []

    def change(conn: sa.Connection, order: list[str]) -> None:
        tries.append(1)
        for place, name in enumerate(order):
            row = sa.update(t.budgets).where(t.budgets.c.id == name)
            conn.execute(row.values(spent_nano_usd=t.budgets.c.spent_nano_usd + 1))
            if place == 0 and len(tries) <= 2:
                both_hold.wait(10)

    at_once(lambda: two[0].write_now(change, names), lambda: two[1].write_now(change, names[::-1]))
    assert [two[0].read(ledger.read_budget, name).spent_nano_usd for name in names] == [2, 2]
    assert len(tries) == 3
