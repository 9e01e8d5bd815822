"""Dispatcher, Mistral provider and store against the imitation server, over real sockets and real time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from dispatch_office import Office
from mistral_server import Faults, MistralServer
from pydantic import SecretStr

from nightclerk import tokens
from nightclerk.dispatch import Dispatcher, Job, Limiter
from nightclerk.providers.mistral import Mistral
from nightclerk.providers.prices import price
from nightclerk.store import analyses
from nightclerk.store import tables as t

MODEL = "mistral-medium-3-5"
PRICE = price("mistral", MODEL, date(2026, 11, 1))
SYSTEM = "Answer in JSON."


def jobs_of(office: Office, count: int, *, words: int = 200) -> tuple[Office, list[Job]]:
    """The office with the model's price, and jobs with chat bodies."""
    office.store.write_now(analyses.ensure_price, PRICE)
    terms = replace(office.terms, provider="mistral", model_asked=MODEL, model=MODEL, price=PRICE)
    return Office(office.store, terms), [_chat(job, words) for job in office.ask(count, max_output_tokens=3_000)]


def _chat(job: Job, words: int) -> Job:
    user = f"{job.body['key']}: " + "the tenant shall pay rent " * (words // 5)
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": user}]
    body = {"model": MODEL, "messages": messages, "max_tokens": 3_000, "stream": False, "reasoning_effort": "high"}
    return replace(job, body=body, prompt_tokens=tokens.count_messages(SYSTEM, user))


def work(office: Office, jobs: list[Job], server: MistralServer, limiter: Limiter, **options: Any) -> float:
    """Drain the jobs; returns the seconds it took."""
    options = {"max_in_flight": 64, "call_timeout_s": 1.0, "max_attempts": 8, **options}

    async def run() -> float:
        provider = Mistral(server.url, SecretStr(server.key), max_in_flight=64)
        try:
            begin = time.monotonic()
            await Dispatcher(provider, office.store, limiter, **options).drain(office.terms, jobs)
            return time.monotonic() - begin
        finally:
            await provider.aclose()

    return asyncio.run(run())


def answer(_body: dict[str, Any]) -> str:
    """An answer of a known kind."""
    return '{"findings": []}'


def used_of_limit(server: MistralServer, rate: float, amount: Callable[[Any], float]) -> float:
    """What was admitted between the first and the last request, as a share of what the limit allows in that time."""
    entries = server.account.billed
    span = entries[-1].received_at - entries[0].received_at
    return sum(amount(entry) for entry in entries[:-1]) / (rate * span)


def test_requests_bind(any_office: Office) -> None:
    """At 10 requests a second nothing is refused, over 95 % of the limit is used, and the books agree to the nano-dollar."""
    office, jobs = jobs_of(any_office, 40)
    with MistralServer(rps=10, answer=answer) as server:
        work(office, jobs, server, Limiter(10, 10_000_000))
        account = server.account
        assert account.refused == 0
        assert used_of_limit(server, 10, lambda _: 1) >= 0.95
        assert office.budget().spent_nano_usd == account.cost_nano_usd > 0
        assert account.paid_again == 0
    assert office.states() == {"answered": 40}


def test_tokens_bind(office: Office) -> None:
    """Where tokens are the narrower limit, nothing is refused and over 95 % of it is used."""
    office, jobs = jobs_of(office, 60, words=1_000)
    tpm = 960_000
    with MistralServer(tpm=tpm, answer=answer) as server:
        work(office, jobs, server, Limiter(1_000, tpm))
        account = server.account
        used = used_of_limit(server, tpm / 60, lambda entry: entry.prompt_tokens + entry.completion_tokens)
        assert account.refused == 0
        assert used >= 0.95
        assert office.budget().spent_nano_usd == account.cost_nano_usd
    assert office.states() == {"answered": 60}


@pytest.mark.parametrize("seed", [1, 2])
def test_faults_lose_nothing_and_the_books_bracket_the_bill(office: Office, seed: int) -> None:
    """With 30 % of attempts failing in every way, each question is answered once, and cost <= bill <= cost + at risk."""
    kinds = ("429", "429_bare", "429_ms", "500", "502", "503", "504", "529", "drop", "drop_mid_body", "truncated_body", "slow", "no_usage")
    faults = Faults({kind: 0.3 / len(kinds) for kind in kinds}, seed=seed)
    office, jobs = jobs_of(office, 120)
    with MistralServer(answer=answer, faults=faults, slow_s=1.5) as server:
        # pauses between attempts a tenth as long as they are meant to be
        work(office, jobs, server, Limiter(500, 100_000_000), sleep=lambda seconds: asyncio.sleep(seconds / 10))
        # answers that nobody waited for are billed as well
        time.sleep(0.6)
        bill = server.account.cost_nano_usd
        billed = len(server.account.billed)
    calls = office.calls()
    cost, at_risk = (sum(call[name] for call in calls) for name in ("cost_nano_usd", "at_risk_nano_usd"))
    assert office.states() == {"answered": 120}
    assert cost <= bill <= cost + at_risk
    # nothing is paid again but what was cut off or timed out
    assert billed - 120 <= sum(call["state"] == "cut_off" for call in calls)
    assert "sent" not in {call["state"] for call in calls}
    budget = office.budget()
    assert (budget.reserved_nano_usd, budget.spent_nano_usd) == (0, cost + at_risk)
    assert len(office.rows(t.replies)) == 120


def test_limits_are_learned_from_the_server(office: Office) -> None:
    """A limit that was set too high is corrected by the server's headers: after the first answers hardly anything is refused."""
    office, jobs = jobs_of(office, 60)
    with MistralServer(rps=20, answer=answer, latency=lambda *_: 0.01) as server:
        work(office, jobs, server, Limiter(200, 10_000_000), max_in_flight=4)
        assert server.account.refused <= 6
    assert office.states() == {"answered": 60}
