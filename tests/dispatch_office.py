"""What tests of dispatch and ledger work with: a store with one run and open questions, a provider by script, a clock without waiting."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from nightclerk.dispatch import Dispatcher, Job, Limiter, Terms
from nightclerk.records import Price, Reply, Usage, derived_id, new_id, utc_now
from nightclerk.store import Store, ledger, processes
from nightclerk.store import tables as t

PRICE = Price("fake", "fake-1", date(2026, 1, 1), 2_000, 200, 5_000, 50, 0, "made for the tests", date(2026, 1, 1))


@dataclass
class Office:
    """A store and what a drain needs from it."""

    store: Store
    terms: Terms

    def ask(
        self, count: int, *, prefix: str = "q", same: bool = False, prompt_tokens: int = 3_000, max_output_tokens: int = 1_000
    ) -> list[Job]:
        """File so many open questions; with `same` all of them put the same request."""
        return self.store.write_now(_ask, self.terms, count, prefix, same, prompt_tokens, max_output_tokens)

    @classmethod
    def reopen(cls, store: Store) -> Office:
        """The office of a process that is gone, for one that goes on with its run."""
        return cls(store, store.read(_terms_again))

    def jobs_again(self) -> list[Job]:
        """All questions as jobs, answered ones too."""
        return self.store.read(_jobs_again)

    def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        """All rows of a table."""
        return self.store.read(lambda conn: [dict(row) for row in conn.execute(sa.select(table)).mappings()])

    def calls(self) -> list[dict[str, Any]]:
        """The calls in the order in which they were sent."""
        return sorted(self.rows(t.calls), key=lambda row: (row["sent_at"], row["attempt"]))

    def states(self) -> dict[str, int]:
        """How many questions are in which state."""
        found = [row["state"] for row in self.rows(t.questions)]
        return {state: found.count(state) for state in sorted(set(found))}

    def budget(self) -> ledger.Budget:
        """The budget of the run."""
        return self.store.read(ledger.read_budget, self.terms.budget_ids[0])


def _ask(conn: sa.Connection, terms: Terms, count: int, prefix: str, same: bool, prompt_tokens: int, max_output_tokens: int) -> list[Job]:
    analysis = conn.execute(sa.select(t.analyses.c.id)).scalar_one()
    jobs = []
    for number in range(count):
        request_hash = derived_id(prefix, 0 if same else number) * 2
        body = {"key": f"{prefix}{0 if same else number}"}
        sizes = {"prompt_tokens": prompt_tokens, "max_output_tokens": max_output_tokens}
        if not same or number == 0:
            request = {"hash": request_hash, "scope": "", "provider": terms.provider, "model": terms.model, "sample": 0, "body": body}
            conn.execute(sa.insert(t.requests), {**request, **sizes, "created_at": utc_now()})
        question = {"id": derived_id(prefix, "question", number), "analysis_id": analysis, "kind": "ask", "request_hash": request_hash}
        conn.execute(sa.insert(t.questions), {**question, "state": "open", "created_at": utc_now()})
        jobs.append(Job(question["id"], request_hash, body, "ask", None, **sizes))
    return jobs


def open_office(conn: sa.Connection, cap_nano_usd: int = 100_000_000_000) -> Terms:
    """File a run under a budget, with everything that its calls refer to."""
    now, collection, run, process = utc_now(), new_id(), new_id(), new_id()
    conn.execute(sa.insert(t.collections), {"id": collection, "name": "matter", "created_at": now})
    processes.register(conn, process, now=now)
    run_row = {"id": run, "collection_id": collection, "trigger": "cli", "profile": "p", "profile_version": "1", "provider": "fake"}
    run_row |= {"model_asked": "fake", "model": "fake-1", "mode": "realtime", "parameters": {}, "state": "running", "started_at": now}
    conn.execute(sa.insert(t.runs), {**run_row, "process_id": process})
    price = {name: getattr(PRICE, name) for name in [column.name for column in t.prices.c]}
    conn.execute(sa.insert(t.prices), price)
    content = {"sha256": "0" * 64, "size_bytes": 1, "media_type": "text/plain", "first_seen_at": now}
    conn.execute(sa.insert(t.contents), content)
    document = {"id": new_id(), "sha256": "0" * 64, "view": "as_is", "reader": "r", "scope": "", "lineage_id": new_id()}
    conn.execute(sa.insert(t.documents), {**document, "text": "x", "status": "read", "readable_share": 1.0, "read_at": now})
    prompt = {"id": new_id(), "name": "p", "version": "1", "sha256": "0" * 64, "content": {}, "first_used_at": now}
    conn.execute(sa.insert(t.prompt_versions), prompt)
    analysis = {"id": new_id(), "collection_id": collection, "document_id": document["id"], "prompt_version_id": prompt["id"]}
    analysis |= {"provider": "fake", "model": "fake-1", "chunking": "c", "parameters_sha256": "0" * 64, "settle_version": "1"}
    conn.execute(sa.insert(t.analyses), {**analysis, "parameters": {}, "state": "open", "created_at": now})
    budget = ledger.create_budget(conn, "run", run, cap_nano_usd)
    return Terms(run, collection, "fake", "fake", "fake-1", PRICE, (budget,), process)


def _terms_again(conn: sa.Connection) -> Terms:
    run = conn.execute(sa.select(t.runs)).one()
    budgets = ledger.budgets_of(conn, run.id)
    return Terms(run.id, run.collection_id, "fake", "fake", "fake-1", PRICE, tuple(budgets), run.process_id)


def _jobs_again(conn: sa.Connection) -> list[Job]:
    r, q = t.requests.c, t.questions.c
    rows = conn.execute(sa.select(q.id, r.hash, r.body, r.prompt_tokens, r.max_output_tokens).join(t.requests, r.hash == q.request_hash))
    return [Job(row.id, row.hash, row.body, "ask", None, row.prompt_tokens, row.max_output_tokens) for row in rows]


class Script:
    """A provider that does what a test says: `act(key, attempt)` returns a reply or an error to raise, or is a coroutine of one."""

    name = "fake"

    def __init__(self, act: Callable[[str, int], Any] = lambda _key, _attempt: reply()) -> None:
        self.act = act
        self.sent: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        self.sent.append(body["key"])
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            outcome = self.act(body["key"], self.sent.count(body["key"]))
            outcome = await outcome if asyncio.iscoroutine(outcome) else outcome
        finally:
            self.in_flight -= 1
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


class QuickTime:
    """A clock in which sleeping takes no time but counts; `slept` keeps how long."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def reply(**changes: Any) -> Reply:
    """A reply that used 3,000 and 400 tokens, with changes."""
    fields = {"raw_body": '{"id": 1}', "answer": "yes", "thinking": "", "finish_reason": "stop", "model_served": "fake-1"}
    return Reply(**{**fields, "usage": Usage(3_000, 400), **changes})


def dispatcher(office: Office, provider: Any, *, clock: QuickTime | None = None, store: Any = None, **options: Any) -> Dispatcher:
    """A dispatcher without limits whose waits take no time."""
    clock = clock or QuickTime()
    limiter = options.pop("limiter", None) or Limiter(math.inf, math.inf, clock=clock, sleep=clock.sleep)
    settings = {"max_in_flight": 8, "call_timeout_s": 5.0, "max_attempts": 4, "sleep": clock.sleep, "clock": clock, **options}
    return Dispatcher(provider, store or office.store, limiter, **settings)


def drain(office: Office, provider: Any, jobs: Sequence[Job], **options: Any) -> None:
    """Drain the jobs to the end."""
    asyncio.run(dispatcher(office, provider, **options).drain(office.terms, jobs))
