"""Booking for batch jobs: the price, the budgets, who asks what, and leases; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from dispatch_office import PRICE, Office, Script, drain, reply
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.dispatch import Job, Terms, charges
from nightclerk.dispatch.batch_book import parts
from nightclerk.dispatch.batch_send import told
from nightclerk.dispatch.books import call_row
from nightclerk.errors import CallTimeout, CutOff
from nightclerk.providers.batch_wire import BatchJob
from nightclerk.providers.mistral_batch import MOST_FILE_CHARACTERS
from nightclerk.providers.prices import cost_nano_usd
from nightclerk.records import Price, Usage, new_id
from nightclerk.store import batches, ledger, processes, waiting
from nightclerk.store import tables as t
from nightclerk.store.waiting import Wish

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def booked(office: Office, jobs: list[Job], *, batch_id: str = "", cap_nano_usd: int | None = None) -> tuple[int, ledger.NoRoom | None]:
    """Book these jobs as one batch, under a cap on the run if there is to be one."""
    if cap_nano_usd is not None:
        office.store.write_now(ledger.create_budget, "run", office.terms.run_id, cap_nano_usd)
    terms = replace(office.terms, mode="batch")
    batch = {
        "id": batch_id or new_id(),
        "provider": "fake",
        "model": "fake-1",
        "state": "booked",
        "run_id": terms.run_id,
        "created_at": NOW,
    }
    calls = [{**call_row(new_id(), terms, job), "reserved_nano_usd": charges.ceiling_under(terms, job)} for job in jobs]
    return office.store.write_now(batches.book, batch, calls, budget_ids=terms.budget_ids)


def test_a_ceiling_in_batch_is_half(any_office: Office) -> None:
    """What is booked stands as sent, in mode batch, with half the realtime ceiling reserved; doing it again books nothing more."""
    jobs = any_office.ask(3)
    assert booked(any_office, jobs, batch_id="b" * 32) == (3, None)
    assert booked(any_office, jobs, batch_id="b" * 32) == (3, None)
    half = -(-charges.ceiling(PRICE, jobs[0]) // 2)
    assert {(call["mode"], call["state"], call["reserved_nano_usd"]) for call in any_office.calls()} == {("batch", "sent", half)}
    assert any_office.budget().reserved_nano_usd == 3 * half
    [batch] = any_office.rows(t.batches)
    assert batch["requested"] == 3


def test_what_does_not_fit_is_left_out(any_office: Office) -> None:
    """Calls are booked from the first on until the next one does not fit, and the cap is not passed."""
    jobs = any_office.ask(5)
    half = -(-charges.ceiling(PRICE, jobs[0]) // 2)
    count, full = booked(any_office, jobs, cap_nano_usd=2 * half + half // 2)
    assert count == 2
    assert full is not None
    assert (full.needed_nano_usd, full.budget.kind) == (half, "run")
    assert any_office.budget().reserved_nano_usd == 2 * half
    assert booked(any_office, jobs[2:])[0] == 0
    assert len(any_office.rows(t.batches)) == 1


def test_nobody_asks_what_is_asked_or_answered(any_office: Office) -> None:
    """A request that is in a job, or has an answer, goes into no other job; one in a job is not sent in real time either."""
    jobs = any_office.ask(4)
    provider = Script()
    drain(any_office, provider, jobs[:1])
    assert booked(any_office, jobs[:3])[0] == 2
    assert booked(any_office, jobs)[0] == 1
    drain(any_office, provider, jobs)
    assert provider.sent == [jobs[0].body["key"]]
    assert any_office.states() == {"answered": 1, "open": 3}


def test_a_job_outlives_its_process(any_office: Office) -> None:
    """When the process that booked it is dead, a job's calls stay as they are, and its lease is free again."""
    booked(any_office, any_office.ask(2), batch_id="b" * 32)
    store, owner = any_office.store, any_office.terms.process_id
    assert store.write_now(batches.take, "b" * 32, owner=owner, now=NOW)
    assert not store.write_now(batches.take, "b" * 32, owner="x" * 32, now=NOW)
    gone = sa.update(t.processes).where(t.processes.c.id == owner).values(ended_at=NOW)
    store.write_now(lambda conn: conn.execute(gone))
    assert store.write_now(processes.recover, now=NOW).calls == 0
    assert [call["state"] for call in any_office.calls()] == ["sent", "sent"]
    assert store.write_now(batches.take, "b" * 32, owner="x" * 32, now=NOW)
    assert store.write_now(batches.take, "b" * 32, owner=owner, now=NOW + timedelta(hours=1))


def test_who_has_lost_the_lease_changes_nothing(any_office: Office) -> None:
    """A process that was suspended for longer than its lease cannot say anything about a batch that another one tends by then."""
    booked(any_office, any_office.ask(1), batch_id="b" * 32)
    store, owner = any_office.store, any_office.terms.process_id
    assert store.write_now(batches.take, "b" * 32, owner=owner, now=NOW)
    assert store.write_now(batches.change, "b" * 32, owner=owner, state="sending")
    assert store.write_now(batches.take, "b" * 32, owner="x" * 32, now=NOW + timedelta(hours=1))
    assert not store.write_now(batches.change, "b" * 32, owner=owner, state="booked")
    assert {row["state"] for row in any_office.rows(t.batches)} == {"sending"}


def test_what_a_job_says_is_told_without_the_document(any_office: Office) -> None:
    """The errors that a job lists are told without the words of the requests that they quote."""
    jobs = any_office.ask(2)
    text = "a clause of the document that nobody else should read"
    body = {"messages": [{"role": "user", "content": f"Read this: {text}."}]}
    any_office.store.write_now(lambda conn: conn.execute(sa.update(t.requests).values(body=body)))
    booked(any_office, jobs, batch_id="b" * 32)
    batch = any_office.store.read(batches.read, "b" * 32)
    message = asyncio.run(told(any_office.store, batch, BatchJob("j", "FAILED", errors=f"cannot parse {text} (2 times)")))
    assert message.startswith("cannot parse")
    assert "nobody else" not in message


def test_what_was_lost_is_counted_by_what_it_may_have_cost(office: Office) -> None:
    """The attempts at a request are told apart by whether they were perhaps billed, with the last error."""
    jobs = office.ask(1)
    booked(office, jobs)
    rows = sa.update(t.calls).values(state="lost", at_risk_nano_usd=5, error_message="gone", completed_at=NOW)
    office.store.write_now(lambda conn: conn.execute(rows))
    booked(office, jobs)
    rows = sa.update(t.calls).where(t.calls.c.state == "sent")
    office.store.write_now(
        lambda conn: conn.execute(rows.values(state="failed", error_message="oh", completed_at=NOW + timedelta(hours=1)))
    )
    found = office.store.read(waiting.tries, office.terms.run_id, [jobs[0].request_hash])
    assert found == {jobs[0].request_hash: waiting.Tries(free=1, paid=1, last="oh")}


TOKENS = st.integers(0, 200_000)


@given(TOKENS, TOKENS, st.integers(0, 10_000), st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 100))
def test_a_charge_in_batch_brackets_the_bill(prompt: int, completion: int, cached: int, fresh: int, output: int, percent: int) -> None:
    """By usage a charge is the bill to the nano-dollar; without it the bill lies between the cost and the ceiling that was reserved."""
    price = Price("p", "m", date(2026, 1, 1), fresh, fresh // 10, output, percent, 0, "s", date(2026, 1, 1))
    job = Job("q", "h", {}, "ask", None, prompt, completion)
    terms = Terms("r", "c", "p", "m", "m", price, (), "x", mode="batch")
    usage = Usage(prompt, completion, cached_tokens=min(cached, prompt))
    bill = cost_nano_usd(price, usage, batch=True)
    assert charges.under(terms, charges.of_reply(price, job, reply(usage=usage))).cost_nano_usd == bill
    ceiling = charges.ceiling_under(terms, job)
    unknown = charges.under(terms, charges.of_error(price, job, CallTimeout("late", billable=True)))
    assert (unknown.cost_nano_usd, unknown.at_risk_nano_usd) == (0, ceiling)
    assert bill <= ceiling
    floor = charges.under(terms, charges.of_error(price, job, CutOff("broke off", billable=True, raw_body='{"usage": ')))
    assert floor.cost_nano_usd + floor.at_risk_nano_usd == ceiling


@given(st.lists(st.integers(1, 300_000_000), max_size=12))
def test_parts_are_small_enough_and_leave_nothing_out(sizes: list[int]) -> None:
    """Cut into jobs, every question is in exactly one, in order, and no job is larger than a file may be unless it is one question."""
    wishes = [Wish(f"q{number}", f"h{number}", "ask", None, 1, 1, size) for number, size in enumerate(sizes)]
    made = list(parts(wishes))
    assert [wish for part in made for wish in part] == wishes
    assert all(len(part) == 1 or sum(wish.size for wish in part) <= MOST_FILE_CHARACTERS for part in made)
