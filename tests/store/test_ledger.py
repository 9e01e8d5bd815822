"""The ledger's functions, one by one: repeated, out of order, and after a process was taken for dead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from dispatch_office import PRICE, Office, open_office

from nightclerk.errors import StoreError
from nightclerk.records import new_id, utc_now
from nightclerk.store import Store, ledger, processes
from nightclerk.store import tables as t


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """A store with one run."""
    with Store.open(database_url) as store:
        yield Office(store, store.write_now(open_office))


def call_row(office: Office, request_hash: str, **changes: Any) -> dict[str, Any]:
    """A `calls` row that is about to be sent."""
    terms = office.terms
    row = {"id": new_id(), "run_id": terms.run_id, "collection_id": terms.collection_id, "request_hash": request_hash, "purpose": "ask"}
    row |= {"attempt": 1, "provider": "fake", "model_asked": "fake", "mode": "realtime", "state": "sent", "price_id": PRICE.id}
    return {**row, "reserved_nano_usd": 700, "cost_basis": "none", "sent_at": utc_now(), "process_id": terms.process_id, **changes}


def open_one(office: Office, row: dict[str, Any]) -> bool:
    """Open a call under the run's budget."""
    options = {"price": PRICE, "budget_ids": office.terms.budget_ids, "question_id": None, "now": utc_now()}
    return office.store.write_now(ledger.open_call, row, **options)


def settle_one(office: Office, call_id: str, *, cost: int, at_risk: int = 0) -> bool:
    """Settle a call with a cost."""
    values = {"state": "answered", "cost_nano_usd": cost, "at_risk_nano_usd": at_risk, "cost_basis": "usage"}
    options = {"reserved_nano_usd": 700, "budget_ids": office.terms.budget_ids}
    return office.store.write_now(ledger.settle_call, call_id, values, **options)


def test_opening_and_settling_twice_changes_nothing(office: Office) -> None:
    """A write that is repeated after its commit reserves, spends and files once."""
    row = call_row(office, "h" * 64)
    assert [open_one(office, row), open_one(office, row)] == [True, True]
    assert office.budget().reserved_nano_usd == 700
    assert [settle_one(office, row["id"], cost=300), settle_one(office, row["id"], cost=300)] == [True, False]
    budget = office.budget()
    assert (budget.reserved_nano_usd, budget.spent_nano_usd) == (0, 300)
    assert len(office.calls()) == 1


def test_a_call_that_does_not_fit_leaves_no_row(office: Office) -> None:
    """What does not fit is refused whole: no row, no reservation on any of its budgets."""
    small = office.store.write_now(ledger.create_budget, "day", "2026-01-01", 500)
    options = {"price": PRICE, "budget_ids": (*office.terms.budget_ids, small), "question_id": None, "now": utc_now()}
    with pytest.raises(ledger.NoRoom) as caught:
        office.store.write_now(ledger.open_call, call_row(office, "h" * 64), **options)
    assert (caught.value.budget.kind, caught.value.needed_nano_usd, caught.value.for_good) == ("day", 700, True)
    assert office.calls() == []
    assert office.budget().reserved_nano_usd == 0


def test_an_unknown_budget_is_an_error(office: Office) -> None:
    """A budget that does not exist is never taken for an unlimited one."""
    with pytest.raises(StoreError, match="no budget with the id nowhere"):
        office.store.write_now(ledger.reserve, ["nowhere"], 0)


def test_a_dead_process_leaves_its_calls_at_risk(office: Office) -> None:
    """What was in flight when a process died is lost at its ceiling, counts as spent, and its run is interrupted."""
    row = call_row(office, "h" * 64)
    open_one(office, row)
    later = utc_now() + timedelta(minutes=2)
    recovered = office.store.write_now(processes.recover, now=later)
    assert recovered == processes.Recovered(1, 700, 1)
    call = office.calls()[0]
    assert (call["state"], call["cost_basis"], call["cost_nano_usd"], call["at_risk_nano_usd"]) == ("lost", "at_risk", 0, 700)
    budget = office.budget()
    assert (budget.reserved_nano_usd, budget.spent_nano_usd) == (0, 700)
    assert office.rows(t.runs)[0]["state"] == "interrupted"
    assert office.store.write_now(processes.recover, now=later) == processes.Recovered(0, 0, 0)


def test_a_process_taken_for_dead_may_still_settle(office: Office) -> None:
    """When the answer comes after all, e.g. on a machine that was asleep, the budget is corrected to what it cost."""
    row = call_row(office, "h" * 64)
    open_one(office, row)
    office.store.write_now(processes.recover, now=utc_now() + timedelta(hours=1))
    assert settle_one(office, row["id"], cost=300)
    budget = office.budget()
    assert (budget.reserved_nano_usd, budget.spent_nano_usd) == (0, 300)
    assert office.calls()[0]["state"] == "answered"


def test_a_living_process_is_left_alone(office: Office) -> None:
    """A process that beats keeps its calls, runs and leases."""
    open_one(office, call_row(office, "h" * 64))
    office.store.write_now(processes.beat, office.terms.process_id, now=utc_now() + timedelta(minutes=2))
    assert office.store.write_now(processes.recover, now=utc_now() + timedelta(minutes=2)) == processes.Recovered(0, 0, 0)
    assert office.calls()[0]["state"] == "sent"


@pytest.mark.parametrize(
    ("host", "pid", "silent", "dead"),
    [
        ("", 2**22 + 1, timedelta(0), True),
        ("", 0, timedelta(0), False),
        ("elsewhere", 2**22 + 1, timedelta(minutes=4), False),
        ("elsewhere", 2**22 + 1, timedelta(minutes=6), True),
    ],
)
def test_who_counts_as_dead(office: Office, host: str, pid: int, silent: timedelta, dead: bool) -> None:
    """Here a process is dead once its id is gone; elsewhere only its silence tells, and that takes five minutes."""
    now = utc_now()
    other = office.store.write_now(processes.register, new_id(), now=now - silent, host=host, pid=pid)
    open_one(office, call_row(office, "h" * 64, process_id=other))
    assert office.store.write_now(processes.recover, now=now).calls == int(dead)


def test_a_reused_process_id_does_not_keep_the_dead_alive(office: Office) -> None:
    """A row with our own process id from before we started belongs to an earlier process, as after a container's restart."""
    before = utc_now() - timedelta(seconds=50)
    process = office.store.write_now(processes.register, new_id(), now=before - timedelta(days=1))
    office.store.write_now(processes.beat, process, now=utc_now())
    open_one(office, call_row(office, "h" * 64, process_id=process))
    assert office.store.write_now(processes.recover, now=utc_now()).calls == 1


def test_a_process_that_ended_leaves_nothing_behind(office: Office) -> None:
    """Calls that a process left in flight when it ended in good order are booked as well."""
    open_one(office, call_row(office, "h" * 64))
    office.store.write_now(processes.end, office.terms.process_id, now=utc_now())
    assert office.store.write_now(processes.recover, now=utc_now()).calls == 1


def test_what_cannot_be_used_is_no_cache_hit(office: Office) -> None:
    """A reply that is marked as of no use keeps its text and its reason and answers nothing any more."""
    row = call_row(office, "h" * 64)
    open_one(office, row)
    reply = {
        "call_id": row["id"],
        "request_hash": "h" * 64,
        "raw_body": "{}",
        "answer": "a",
        "finish_reason": "stop",
        "created_at": utc_now(),
    }
    values = {"state": "answered", "cost_nano_usd": 1, "at_risk_nano_usd": 0, "prompt_tokens": 10, "completion_tokens": 2}
    options = {"reserved_nano_usd": 700, "budget_ids": office.terms.budget_ids, "reply": reply}
    office.store.write_now(ledger.settle_call, row["id"], values, **options)
    assert office.store.read(ledger.usable_reply, "h" * 64).usage.prompt_tokens == 10
    assert set(office.store.read(ledger.usable_replies, ["h" * 64, "x" * 64])) == {"h" * 64}
    assert office.store.write_now(ledger.mark_unusable, "h" * 64, "not JSON") == 1
    assert office.store.read(ledger.usable_reply, "h" * 64) is None
    assert office.store.read(ledger.usable_replies, ["h" * 64]) == {}
    assert open_one(office, call_row(office, "h" * 64))
