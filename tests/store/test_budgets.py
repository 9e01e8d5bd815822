"""Budgets of days, months and collections: what was spent before they were there counts, and recovery finds them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from dispatch_office import PRICE, Office, open_office

from nightclerk.records import new_id, utc_now
from nightclerk.store import Store, budgets, collections, ledger, processes
from nightclerk.store import tables as t

Put = Callable[..., dict[str, Any]]
MONTH = budgets.Span("month", "2026-01", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
DAY = budgets.Span("day", "2026-01-02", datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))


def spent(store: Store, budget_id: str) -> int:
    """What is spent under a budget."""
    return store.read(ledger.read_budget, budget_id).spent_nano_usd


@pytest.fixture
def history(put: Put) -> None:
    """A run that began on the second of January and went on over midnight, one of December, and a call whose run is gone."""
    put(t.collections, id="deal", name="The Deal")
    put(t.runs, id="late", collection_id="deal", started_at=datetime(2026, 1, 2, 23, tzinfo=UTC))
    put(t.runs, id="old", collection_id="deal", started_at=datetime(2025, 12, 31, tzinfo=UTC))
    calls = {
        "answered": {"run_id": "late", "state": "answered", "cost_nano_usd": 100, "sent_at": datetime(2026, 1, 3, 1, tzinfo=UTC)},
        "cut off": {"run_id": "late", "state": "cut_off", "cost_nano_usd": 10, "at_risk_nano_usd": 30},
        "in flight": {"run_id": "late", "state": "sent", "reserved_nano_usd": 500},
        "december": {"run_id": "old", "state": "answered", "cost_nano_usd": 7_000, "sent_at": datetime(2026, 1, 2, tzinfo=UTC)},
        "no run": {"state": "answered", "cost_nano_usd": 4, "sent_at": datetime(2026, 1, 2, 5, tzinfo=UTC)},
    }
    for name, call in calls.items():
        put(t.calls, id=name, collection_id="deal", mode="realtime", **call)


@pytest.mark.usefixtures("history")
def test_a_new_cap_knows_what_was_spent(store: Store) -> None:
    """Cost, what is at risk and the ceilings of calls in flight count, by the day on which the run began; setting it again adds nothing."""
    for _ in range(2):
        assert spent(store, store.write_now(budgets.open_span, DAY, 10**9)) == 100 + 40 + 500 + 4
        assert spent(store, store.write_now(budgets.open_span, MONTH, None)) == 100 + 40 + 500 + 4
        assert spent(store, store.write_now(budgets.cap_collection, "deal", 10**9)) == 100 + 40 + 500 + 7_000 + 4


@pytest.mark.usefixtures("history")
def test_what_a_person_says_of_a_collection_stays(store: Store) -> None:
    """A run that opens the budget of its collection leaves the cap; only what was said changes; no cap is no refusal."""
    made = [store.write_now(collections.change, "The Deal", collections.Change(cap_nano_usd=9_000), now=utc_now())]
    # the collection of the fixture has an id of its own
    identity = store.write_now(budgets.open_collection, collections.collection_id("The Deal"))
    assert store.read(ledger.read_budget, identity).cap_nano_usd == 9_000
    made.append(store.write_now(collections.change, "New", collections.Change(confidential=True, retention_days=30), now=utc_now()))
    made.append(store.write_now(collections.change, "New", collections.Change(cap_nano_usd="none"), now=utc_now()))
    assert made == [False, True, False]
    [new] = store.read(collections.listed, name="New")
    assert (new["confidential"], new["retention_days"], new["cap_usd"], new["left_usd"]) == (True, 30, None, None)
    store.write_now(ledger.reserve, [ledger.budget_id("collection", collections.collection_id("New"))], 10**15)


def test_recovery_finds_every_budget_of_a_run(database_url: str) -> None:
    """A call that was in flight when its process died is released and booked as spent under exactly the budgets that the run names."""
    with Store.open(database_url) as store:
        office = Office(store, store.write_now(open_office))
        ids = [*office.terms.budget_ids]
        ids += [store.write_now(ledger.create_budget, kind, "x", 10**9) for kind in ("day", "month", "collection")]
        other = store.write_now(ledger.create_budget, "day", "another day", 10**9)
        named = sa.update(t.runs).values(budget_ids=ids)
        store.write_now(lambda conn: conn.execute(named))
        row = {"id": new_id(), "run_id": office.terms.run_id, "collection_id": office.terms.collection_id, "request_hash": "h" * 64}
        row |= {"purpose": "ask", "attempt": 1, "provider": "fake", "model_asked": "fake", "mode": "realtime", "state": "sent"}
        row |= {"price_id": PRICE.id, "reserved_nano_usd": 700, "cost_basis": "none", "sent_at": utc_now()}
        row |= {"process_id": office.terms.process_id}
        store.write_now(ledger.open_call, row, price=PRICE, budget_ids=ids, question_id=None, now=utc_now())
        assert [store.read(ledger.read_budget, one).reserved_nano_usd for one in ids] == [700] * 4
        store.write_now(processes.recover, now=utc_now() + timedelta(hours=1))
        found = [store.read(ledger.read_budget, one) for one in [*ids, other]]
    assert [(one.reserved_nano_usd, one.spent_nano_usd) for one in found] == [(0, 700)] * 4 + [(0, 0)]


def test_of_several_full_budgets_one_that_stays_full_is_named(store: Store) -> None:
    """A budget that is only reserved may have room again; one that is spent will not, and that is the one to tell about."""
    waiting, full = (store.write_now(ledger.create_budget, "day", name, 100) for name in ("waiting", "full"))
    store.write_now(ledger.reserve, [waiting], 90)
    spent_up = sa.update(t.budgets).where(t.budgets.c.id == full).values(spent_nano_usd=90)
    store.write_now(lambda conn: conn.execute(spent_up))
    with pytest.raises(ledger.NoRoom) as caught:
        store.write_now(ledger.reserve, [waiting, full], 20)
    assert (caught.value.budget.subject, caught.value.for_good) == ("full", True)
    assert store.read(ledger.read_budget, waiting).reserved_nano_usd == 90
