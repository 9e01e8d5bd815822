"""A budget holds whatever runs at once, and says clearly when it is used up."""

from __future__ import annotations

import asyncio
import itertools
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dispatch_office import PRICE, Office, QuickTime, Script, dispatcher, drain, open_office, reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightclerk.dispatch.charges import ceiling
from nightclerk.errors import CallTimeout, OverBudget
from nightclerk.records import Usage, new_id, utc_now
from nightclerk.store import Store, ledger, processes

COST = 3_000 * 2_000 + 400 * 5_000
CEILING = 3_364 * 2_000 + 1_000 * 5_000
NUMBERS = itertools.count()


def under(office: Office, *caps: int) -> Office:
    """The same office with budgets of its own."""
    subjects = [f"budget {next(NUMBERS)}" for _ in caps]
    ids = [office.store.write_now(ledger.create_budget, "run", subject, cap) for subject, cap in zip(subjects, caps, strict=True)]
    return Office(office.store, replace(office.terms, budget_ids=tuple(ids)))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cap_share=st.floats(0.1, 1.2),
    used_shares=st.lists(st.floats(0, 1), min_size=1, max_size=25),
    late=st.sets(st.integers(0, 24)),
    max_in_flight=st.integers(1, 12),
)
def test_spent_and_reserved_never_exceed_the_cap(
    office: Office, cap_share: float, used_shares: list[float], late: set[int], max_in_flight: int
) -> None:
    """With calls of any cost at once, reserved + spent stays under the cap at every moment, and nothing stays reserved."""
    prefix = f"budget{next(NUMBERS)}-"
    jobs = office.ask(len(used_shares), prefix=prefix)
    own = under(office, round(cap_share * sum(ceiling(PRICE, job) for job in jobs)))
    over: list[int] = []

    def act(key: str, attempt: int) -> Any:
        budget = own.budget()
        if budget.reserved_nano_usd + budget.spent_nano_usd > budget.cap_nano_usd:
            over.append(budget.spent_nano_usd)
        number = int(key.removeprefix(prefix))
        if number in late and attempt == 1:
            return CallTimeout("late", billable=True)
        return reply(usage=Usage(round(3_300 * used_shares[number]), round(1_000 * used_shares[number])))

    stopped = False
    try:
        drain(own, Script(act), jobs, max_in_flight=max_in_flight)
    except OverBudget:
        stopped = True
    budget = own.budget()
    calls = [call for call in own.calls() if call["question_id"] in {job.question_id for job in jobs}]
    assert not over
    assert budget.reserved_nano_usd == 0
    assert budget.spent_nano_usd == sum(call["cost_nano_usd"] + call["at_risk_nano_usd"] for call in calls) <= budget.cap_nano_usd
    answered = sum(call["state"] == "answered" for call in calls)
    assert answered == len(jobs) or stopped


def test_a_tight_budget_is_used_to_the_end(office: Office) -> None:
    """Calls wait for a true-up instead of giving up: a budget for ten costs and one ceiling answers ten although eight ask at once."""
    own = under(office, 10 * COST + CEILING - COST)
    with pytest.raises(OverBudget):
        drain(own, Script(), office.ask(20))
    assert office.states() == {"answered": 10, "open": 10}


def test_over_budget_names_what_is_needed(office: Office) -> None:
    """The message names the budget, its cap, what is spent, and what the next call may cost."""
    own = under(office, 12_000_000)
    with pytest.raises(OverBudget) as caught:
        drain(own, Script(), office.ask(3), max_in_flight=1)
    subject = own.budget().subject
    assert str(caught.value).startswith(f"the budget of the run {subject} is 0.012000 USD, with 0.008000 USD spent or at risk")
    assert "the next call may cost 0.011728 USD" in str(caught.value)


def test_raising_the_budget_goes_on_where_it_stopped(office: Office) -> None:
    """After the cap is raised, only what is open is asked; what was answered stays and is not paid again."""
    jobs = office.ask(6)
    with pytest.raises(OverBudget):
        drain(under(office, 3 * CEILING), Script(), jobs)
    answered = office.states()["answered"]
    provider = Script()
    # asked in full again, as after a crash: what is answered comes from the store
    drain(office, provider, jobs)
    assert office.states() == {"answered": 6}
    assert len(provider.sent) == 6 - answered


def test_the_smallest_of_several_budgets_decides(office: Office) -> None:
    """A call must fit under all of its budgets; where it does not, none of them keeps a reservation."""
    own = under(office, 100 * CEILING, 2 * CEILING)
    with pytest.raises(OverBudget):
        drain(own, Script(), office.ask(9))
    for budget_id in own.terms.budget_ids:
        budget = own.store.read(ledger.read_budget, budget_id)
        assert budget.reserved_nano_usd == 0
        assert budget.spent_nano_usd == office.states()["answered"] * COST


def test_a_budget_of_zero_asks_nothing(office: Office) -> None:
    """With a cap of zero nothing is sent."""
    provider = Script()
    with pytest.raises(OverBudget):
        drain(under(office, 0), provider, office.ask(2))
    assert provider.sent == []


def test_a_reservation_that_nobody_frees_ends_the_wait(office: Office) -> None:
    """What another process has reserved is waited for only so long; then the message says what is reserved."""

    class Passing(QuickTime):
        def __call__(self) -> float:
            self.now += 10.0
            return self.now

    own = under(office, 2 * CEILING)
    office.store.write_now(ledger.reserve, own.terms.budget_ids, 2 * CEILING)
    with pytest.raises(OverBudget, match="reserved for calls in flight"):
        drain(own, Script(), office.ask(1), clock=Passing())


def test_two_processes_share_one_budget(database_url: str) -> None:
    """Two stores on one database, as of two processes, together never spend more than the cap."""
    with Store.open(database_url) as first, Store.open(database_url) as second:
        terms = first.write_now(open_office, 15 * COST + CEILING)
        offices = [Office(store, terms) for store in (first, second)]
        halves = [offices[0].ask(20, prefix=prefix) for prefix in ("a", "b")]

        async def both() -> list[Any]:
            work = [dispatcher(office, Script()).drain(terms, jobs) for office, jobs in zip(offices, halves, strict=True)]
            return await asyncio.gather(*work, return_exceptions=True)

        outcomes = asyncio.run(both())
        budget = offices[0].budget()
        assert {type(outcome) for outcome in outcomes} == {OverBudget}
        assert budget.reserved_nano_usd == 0
        assert offices[0].states()["answered"] * COST == budget.spent_nano_usd <= budget.cap_nano_usd
        assert offices[0].states()["answered"] >= 15


def test_the_cap_can_be_set_again(tmp_path: Path) -> None:
    """Making a budget again changes its cap and nothing else."""
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}") as store:
        identity = store.write_now(ledger.create_budget, "day", "2026-01-01", 5)
        store.write_now(ledger.reserve, [identity], 3)
        assert store.write_now(ledger.create_budget, "day", "2026-01-01", 9) == identity
        budget = store.read(ledger.read_budget, identity)
        assert (budget.cap_nano_usd, budget.reserved_nano_usd, budget.kind) == (9, 3, "day")


def test_over_budget_says_which_cap_and_what_to_do(office: Office) -> None:
    """A full day, month or collection is named as people call it, with the setting or the command that raises it."""
    told = {"day": "NIGHTCLERK_BUDGET_DAY_USD", "month": "NIGHTCLERK_BUDGET_MONTH_USD"}
    told["collection"] = "nightclerk collections set matter --budget-usd"
    jobs = office.ask(1)
    for kind, advice in told.items():
        subject = office.terms.collection_id if kind == "collection" else "2026-01"
        full = office.store.write_now(ledger.create_budget, kind, subject, 0)
        own = Office(office.store, replace(office.terms, budget_ids=(*office.terms.budget_ids, full)))
        with pytest.raises(OverBudget, match=f"the budget of the {kind} {'matter' if kind == 'collection' else subject}") as caught:
            drain(own, Script(), jobs)
        assert advice in str(caught.value)


ONE_USD = 1_000_000_000
WORKERS = 8


@settings(deadline=None, max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(used_share=st.floats(0.05, 1), late_every=st.integers(2, 9), max_output_tokens=st.integers(500, 16_000))
def test_eight_workers_never_exceed_a_cap_and_use_it(
    any_office: Office, used_share: float, late_every: int, max_output_tokens: int
) -> None:
    """Eight workers, each with its own way to the database, never hold more than 1 USD and use at least 0.9 of it while there is work."""
    cap = any_office.store.write_now(ledger.create_budget, "day", f"day {next(NUMBERS)}", ONE_USD)
    over: list[int] = []

    def act(key: str, attempt: int) -> Any:
        budget = any_office.store.read(ledger.read_budget, cap)
        if budget.reserved_nano_usd + budget.spent_nano_usd > ONE_USD:
            over.append(budget.reserved_nano_usd + budget.spent_nano_usd)
        if zlib.crc32(key.encode()) % late_every == 0 and attempt == 1:
            return CallTimeout("late", billable=True)
        return reply(usage=Usage(3_000, round(max_output_tokens * used_share)))

    def worker(prefix: str) -> bool:
        with Store.open(any_office.store.engine.url.render_as_string(hide_password=False)) as store:
            process_id = store.write_now(processes.register, new_id(), now=utc_now())
            terms = replace(any_office.terms, budget_ids=(*any_office.terms.budget_ids, cap), process_id=process_id)
            own = Office(store, terms)
            try:
                drain(own, Script(act), own.ask(25, prefix=prefix, max_output_tokens=max_output_tokens), max_in_flight=4)
            except OverBudget:
                return False
        return True

    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(worker, [f"worker {next(NUMBERS)}-" for _ in range(WORKERS)]))
    budget = any_office.store.read(ledger.read_budget, cap)
    assert not over
    assert budget.reserved_nano_usd == 0
    assert budget.spent_nano_usd <= ONE_USD
    assert budget.spent_nano_usd >= 0.9 * ONE_USD or all(done)
