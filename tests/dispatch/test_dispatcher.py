"""What becomes of every job, whatever the provider does."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import replace
from typing import Any

import pytest
from dispatch_office import PRICE, Office, QuickTime, Script, dispatcher, drain, reply

from nightclerk.dispatch import Concurrency, Limiter
from nightclerk.errors import (
    CallTimeout,
    ConnectFailed,
    ContentRefused,
    ContextTooLong,
    CutOff,
    ProviderStop,
    Refused,
    ServerFailed,
    Unauthorised,
    Unprocessable,
)
from nightclerk.records import Usage, utc_now
from nightclerk.store import ledger, processes
from nightclerk.store import tables as t

COST = 3_000 * 2_000 + 400 * 5_000
# 3,000 prompt tokens with their margin (300 and 64), and 1,000 output tokens
CEILING = 3_364 * 2_000 + 1_000 * 5_000


def test_every_job_is_answered_and_booked(any_office: Office) -> None:
    """Each question ends as answered, each call has its usage, cost and reply, and the budget holds exactly what was spent."""
    provider = Script()
    drain(any_office, provider, any_office.ask(30))
    assert any_office.states() == {"answered": 30}
    assert provider.most_in_flight <= 8
    for call in any_office.calls():
        assert (call["state"], call["mode"], call["cost_basis"], call["attempt"]) == ("answered", "realtime", "usage", 1)
        assert (call["cost_nano_usd"], call["reserved_nano_usd"], call["at_risk_nano_usd"]) == (COST, CEILING, 0)
        assert (call["prompt_tokens"], call["completion_tokens"], call["model_served"]) == (3_000, 400, "fake-1")
    assert len(any_office.rows(t.replies)) == 30
    budget = any_office.budget()
    assert (budget.spent_nano_usd, budget.reserved_nano_usd) == (30 * COST, 0)


def test_the_row_stands_before_the_bytes_leave(office: Office) -> None:
    """While a call is under way, its committed row says sent and its ceiling is reserved."""
    seen: list[Any] = []

    def look(_key: str, _attempt: int) -> Any:
        seen.append((office.calls()[0]["state"], office.budget().reserved_nano_usd))
        return reply()

    drain(office, Script(look), office.ask(1))
    assert seen == [("sent", CEILING)]


def test_a_stored_reply_answers_again_at_no_cost(any_office: Office) -> None:
    """The same request in a later drain is answered from the store: nothing sent, nothing spent, what it avoided is booked."""
    drain(any_office, Script(), any_office.ask(1, same=True))
    again = [*any_office.ask(1, prefix="other")]
    again = [type(again[0])(again[0].question_id, any_office.calls()[0]["request_hash"], {"key": "-"}, "ask", None, 3_000, 1_000)]
    provider = Script()
    drain(any_office, provider, again)
    hit = next(call for call in any_office.calls() if call["mode"] == "cache")
    assert provider.sent == []
    assert (hit["state"], hit["cost_nano_usd"], hit["avoided_nano_usd"], hit["cost_basis"]) == ("answered", 0, COST, "none")
    assert any_office.states() == {"answered": 2}
    assert any_office.budget().spent_nano_usd == COST


def test_the_same_request_asked_at_once_is_sent_once(office: Office) -> None:
    """Twenty questions with one wire body, in two drains at once, make one call and nineteen answers from the store."""
    provider = Script()
    jobs = office.ask(20, same=True)

    async def both() -> None:
        shared = dispatcher(office, provider)
        await asyncio.gather(shared.drain(office.terms, jobs[:10]), shared.drain(office.terms, jobs[10:]))

    asyncio.run(both())
    assert len(provider.sent) == 1
    assert office.states() == {"answered": 20}
    assert sorted(call["mode"] for call in office.calls()) == ["cache"] * 19 + ["realtime"]


def test_what_another_process_has_in_flight_is_waited_for(any_office: Office) -> None:
    """Two processes that ask the same at once send it once; a call that failed over there is sent here."""
    elsewhere = any_office.store.write_now(processes.register, "b" * 32, now=utc_now())
    other = replace(any_office.terms, process_id=elsewhere)
    [good, bad] = any_office.ask(2)
    sent: list[str] = []

    async def act(key: str) -> Any:
        sent.append(key)
        await asyncio.sleep(0.2)
        return ContextTooLong("no") if key == bad.body["key"] and sent.count(key) == 1 else reply()

    async def both() -> None:
        mine, theirs = (dispatcher(any_office, Script(lambda key, _: act(key))) for _ in range(2))
        first = asyncio.create_task(theirs.drain(other, [good, bad]))
        await asyncio.sleep(0.1)
        await asyncio.gather(first, mine.drain(any_office.terms, [good, bad]))

    asyncio.run(both())
    assert sorted(sent) == sorted([good.body["key"], bad.body["key"], bad.body["key"]])
    assert any_office.budget().reserved_nano_usd == 0
    assert any_office.states() == {"answered": 2}


@pytest.mark.parametrize("tokens", [10**30, 2**31, -1, True, 1.5, "7"])
def test_an_impossible_usage_in_a_cut_off_answer_is_none(office: Office, tokens: Any) -> None:
    """A figure that no call can have used does not reach the books: the call is booked by what arrived, and nothing stays open."""
    usage = json.dumps({"prompt_tokens": tokens, "completion_tokens": 1})
    body = f'{{"id":"1","usage":{usage},"choices":[{{"mess'
    script = Script(lambda _, n: CutOff("cut", http_status=200, billable=True, raw_body=body) if n == 1 else reply())
    drain(office, script, office.ask(1))
    assert [call["cost_basis"] for call in office.calls()] == ["estimate", "usage"]
    assert office.budget().reserved_nano_usd == 0


def test_a_failed_request_fails_for_all_who_asked_it(office: Office) -> None:
    """Who waits for a request that fails for good gets the same reason, and no second attempt."""
    provider = Script(lambda *_: ContextTooLong("too long", http_status=400))
    drain(office, provider, office.ask(5, same=True))
    assert len(provider.sent) == 1
    assert [row["reason"] for row in office.rows(t.questions)] == ["too long"] * 5


@pytest.mark.parametrize("finish_reason", ["length", "model_length", "error"])
def test_a_broken_off_answer_is_paid_kept_and_not_asked_again(office: Office, finish_reason: str) -> None:
    """A truncated answer is booked and stored as of no use, its question fails with the reason, and it is no cache hit."""
    provider = Script(lambda *_: reply(finish_reason=finish_reason))
    jobs = office.ask(1)
    drain(office, provider, jobs)
    stored = office.rows(t.replies)[0]
    assert (stored["usable"], office.states(), len(provider.sent)) == (False, {"failed": 1}, 1)
    assert finish_reason in stored["unusable_reason"]
    assert office.rows(t.questions)[0]["reason"] == stored["unusable_reason"]
    assert office.budget().spent_nano_usd == COST
    assert office.store.read(ledger.usable_reply, jobs[0].request_hash) is None


@pytest.mark.parametrize("error", [ContextTooLong, Unprocessable, ContentRefused])
def test_what_would_fail_again_is_given_up_at_once(office: Office, error: type[Exception]) -> None:
    """A request that the provider does not take fails its question with the reason after one attempt, at no cost."""
    drain(office, Script(lambda key, _: error("no") if key == "q1" else reply()), office.ask(3))
    assert office.states() == {"answered": 2, "failed": 1}
    failed = next(call for call in office.calls() if call["state"] == "failed")
    assert (failed["error_message"], failed["cost_nano_usd"], failed["at_risk_nano_usd"]) == ("no", 0, 0)


@pytest.mark.parametrize(
    ("error", "state", "basis", "at_risk"),
    [
        (ServerFailed("500", http_status=500), "failed", "none", 0),
        (ConnectFailed("refused"), "failed", "none", 0),
        (Refused("429", http_status=429, retry_after_s=2.0), "refused", "none", 0),
        (CallTimeout("late", billable=True), "cut_off", "at_risk", CEILING),
        (CutOff("reset", billable=True), "cut_off", "at_risk", CEILING),
        (ServerFailed("500 after work", billable=True), "failed", "at_risk", CEILING),
    ],
)
def test_what_may_work_a_moment_later_is_tried_again(office: Office, error: Exception, state: str, basis: str, at_risk: int) -> None:
    """Each attempt is a row of its own with what it cost or may have cost, and the question is answered by the next one."""
    clock = QuickTime()
    drain(office, Script(lambda _, attempt: error if attempt == 1 else reply()), office.ask(1), clock=clock)
    first, second = office.calls()
    assert (first["state"], first["cost_basis"], first["cost_nano_usd"], first["at_risk_nano_usd"]) == (state, basis, 0, at_risk)
    assert (first["attempt"], second["attempt"], second["state"]) == (1, 2, "answered")
    assert first["error_message"] == str(error)
    assert office.budget().spent_nano_usd == COST + at_risk
    assert office.budget().reserved_nano_usd == 0
    assert clock.now >= 0.5


def test_a_cut_off_answer_with_its_usage_costs_exactly_that(office: Office) -> None:
    """Where usage stands in the part that arrived, it is booked; nothing is at risk."""
    body = '{"id":"1","usage":{"prompt_tokens":3001,"completion_tokens":77,"prompt_tokens_details":{"cached_tokens":64}},"choices":[{"mess'
    drain(office, Script(lambda _, n: CutOff("cut", http_status=200, billable=True, raw_body=body) if n == 1 else reply()), office.ask(1))
    first = office.calls()[0]
    assert (first["cost_basis"], first["at_risk_nano_usd"]) == ("usage", 0)
    assert first["cost_nano_usd"] == (3_001 - 64) * 2_000 + 64 * 200 + 77 * 5_000


def test_a_cut_off_answer_without_usage_costs_at_least_what_arrived(office: Office) -> None:
    """What arrived is the floor of the cost, and the rest of the ceiling is at risk."""
    body = '{"choices":[{"message":{"content":"' + "words of an answer " * 60
    drain(office, Script(lambda _, n: CutOff("cut", http_status=200, billable=True, raw_body=body) if n == 1 else reply()), office.ask(1))
    first = office.calls()[0]
    assert first["cost_basis"] == "estimate"
    assert 3_000 * 2_000 < first["cost_nano_usd"] < 3_000 * 2_000 + 60 * 4 * 5_000
    assert first["cost_nano_usd"] + first["at_risk_nano_usd"] == CEILING


def test_usage_cannot_be_forged_by_the_answer(office: Office) -> None:
    """A usage that stands inside the answer's text, where its quotes are escaped, is not taken for the provider's."""
    body = r'{"choices":[{"message":{"content":"see \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\": 1} and'
    drain(office, Script(lambda _, n: CutOff("cut", http_status=200, billable=True, raw_body=body) if n == 1 else reply()), office.ask(1))
    assert office.calls()[0]["cost_basis"] == "estimate"


def test_a_reply_without_usage_is_estimated(office: Office) -> None:
    """An answer that comes without usage is used, and its cost is a floor with the rest at risk."""
    drain(office, Script(lambda *_: reply(usage=None, answer="x" * 600)), office.ask(1))
    call = office.calls()[0]
    assert (call["cost_basis"], call["cost_nano_usd"]) == ("estimate", 3_000 * 2_000 + 100 * 5_000)
    assert call["cost_nano_usd"] + call["at_risk_nano_usd"] == CEILING
    assert office.states() == {"answered": 1}


def test_a_poisoned_request_fails_alone(office: Office) -> None:
    """A request that always fails is given up after its attempts while the others are answered."""
    drain(office, Script(lambda key, _: ServerFailed("boom") if key == "q3" else reply()), office.ask(40), max_in_flight=2)
    assert office.states() == {"answered": 39, "failed": 1}
    failed = next(row for row in office.rows(t.questions) if row["state"] == "failed")
    assert "after 4 attempts" in failed["reason"]
    assert "boom" in failed["reason"]


def test_paid_attempts_are_capped_apart(office: Office) -> None:
    """Attempts that may be billed are not repeated as often as free ones."""
    provider = Script(lambda key, _: CallTimeout("late", billable=True) if key == "q0" else reply())
    drain(office, provider, office.ask(40), max_attempts=50, max_in_flight=2)
    assert provider.sent.count("q0") == 4
    assert office.states() == {"answered": 39, "failed": 1}


@pytest.mark.parametrize("error", [ConnectFailed("no route"), ServerFailed("503"), CallTimeout("late", billable=True)])
def test_a_dead_provider_stops_the_run_and_fails_no_question(office: Office, error: Exception) -> None:
    """When nobody gets an answer, the drain stops with one clear line; every question stays open for the next run."""
    with pytest.raises(ProviderStop, match="has answered none of the last"):
        drain(office, Script(lambda *_: error), office.ask(20))
    assert office.states()["open"] >= 19
    assert all(call["state"] != "sent" for call in office.calls())
    assert office.budget().reserved_nano_usd == 0


def test_a_lone_question_without_a_connection_stays_open(office: Office) -> None:
    """A refused connection is never the question's fault, even if there is only this question."""
    with pytest.raises(ProviderStop):
        drain(office, Script(lambda *_: ConnectFailed("refused")), office.ask(1))
    assert office.states() == {"open": 1}


def test_a_stop_waits_for_calls_in_flight(office: Office) -> None:
    """A refused key stops the drain after the calls under way are answered and booked; what was not sent stays open."""
    gate = asyncio.Event()

    async def slow() -> Any:
        await gate.wait()
        return reply()

    def act(key: str, _attempt: int) -> Any:
        if key == "q2":
            asyncio.get_running_loop().call_later(0.05, gate.set)
            return Unauthorised("no such key")
        return slow()

    with pytest.raises(Unauthorised, match="no such key"):
        drain(office, Script(act), office.ask(50), max_in_flight=4)
    answered = office.states()["answered"]
    assert answered >= 2
    assert office.states() == {"answered": answered, "open": 50 - answered}
    assert sorted({call["state"] for call in office.calls()}) == ["answered", "refused"]
    assert office.budget().spent_nano_usd == answered * COST


def test_refusals_in_flight_together_make_one_pause(office: Office) -> None:
    """Eight calls refused at once with Retry-After 3 wait three seconds once, not eight times, and none of them is lost."""
    clock = QuickTime()
    together = asyncio.Barrier(8)

    async def refuse() -> Any:
        await together.wait()
        return Refused("429", retry_after_s=3.0)

    provider = Script(lambda _, attempt: refuse() if attempt == 1 else reply())
    drain(office, provider, office.ask(8), clock=clock)
    assert office.states() == {"answered": 8}
    assert 3.0 <= clock.now < 4.0
    assert len(provider.sent) == 16


def test_refusals_without_a_hint_wait_longer_each_time(office: Office) -> None:
    """Without Retry-After the pauses double."""
    clock = QuickTime()
    drain(office, Script(lambda _, attempt: Refused("429") if attempt <= 5 else reply()), office.ask(1), clock=clock)
    assert 0.5 * 31 <= clock.now <= 1.5 * 31
    assert office.states() == {"answered": 1}


def test_an_endless_refusal_stops_the_run(office: Office) -> None:
    """A provider that refuses everything for a quarter of an hour stops the run; no question fails for it."""
    with pytest.raises(ProviderStop, match="refused every call"):
        drain(office, Script(lambda *_: Refused("quota", retry_after_s=30.0)), office.ask(3))
    assert office.states() == {"open": 3}


def test_a_wait_of_a_day_stops_the_run(office: Office) -> None:
    """Nobody sleeps a day in a run: a Retry-After of hours is a reason to stop."""
    clock = QuickTime()
    with pytest.raises(ProviderStop, match="86400"):
        drain(office, Script(lambda *_: Refused("month", retry_after_s=86_400.0)), office.ask(2), clock=clock)
    assert clock.now < 60


def test_a_fault_of_the_provider_code_is_booked_and_raised(office: Office) -> None:
    """An error that no contract names leaves no call in flight: it is booked as lost at its ceiling, and raised."""
    with pytest.raises(ZeroDivisionError):
        drain(office, Script(lambda *_: ZeroDivisionError("bug")), office.ask(1))
    call = office.calls()[0]
    assert (call["state"], call["at_risk_nano_usd"]) == ("lost", CEILING)
    assert office.budget().reserved_nano_usd == 0


def test_a_provider_that_never_returns_is_timed_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that does not keep its deadline is ended from outside, and the attempt is booked as at risk."""
    monkeypatch.setattr("nightclerk.dispatch.attempts.GRACE_S", 0.0)

    async def for_ever() -> Any:
        await asyncio.sleep(3_600)

    drain(office, Script(lambda _, attempt: for_ever() if attempt == 1 else reply()), office.ask(1), call_timeout_s=0.05)
    assert [call["state"] for call in office.calls()] == ["cut_off", "answered"]


def test_a_cancelled_drain_books_what_was_in_flight(office: Office) -> None:
    """Cancelling leaves no call in state sent and no reservation; questions stay open."""

    async def for_ever() -> Any:
        await asyncio.sleep(3_600)

    async def cancel_soon() -> None:
        work = asyncio.create_task(dispatcher(office, Script(lambda *_: for_ever())).drain(office.terms, office.ask(20)))
        await asyncio.sleep(0.2)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(cancel_soon())
    assert {call["state"] for call in office.calls()} == {"lost"}
    assert len(office.calls()) == 8
    budget = office.budget()
    assert (budget.reserved_nano_usd, budget.spent_nano_usd) == (0, 8 * CEILING)
    assert office.states() == {"open": 20}


def test_cancelling_at_any_moment_leaks_no_reservation_and_no_slot(office: Office) -> None:
    """Wherever a drain is cancelled, nothing stays reserved, and the dispatcher goes on to work for the next drain."""

    async def cancel_often() -> None:
        shared = dispatcher(office, Script(), max_in_flight=3)
        jobs = office.ask(60)
        for turns in range(1, 60, 3):
            work = asyncio.create_task(shared.drain(office.terms, jobs))
            for _ in range(turns):
                await asyncio.sleep(0.0002)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await shared.drain(office.terms, jobs)

    asyncio.run(asyncio.wait_for(cancel_often(), 30))
    assert office.states() == {"answered": 60}
    assert office.budget().reserved_nano_usd == 0
    assert "sent" not in {call["state"] for call in office.calls()}


def test_text_that_no_database_takes_does_not_lose_a_paid_answer(any_office: Office) -> None:
    """NUL and lone surrogates in an answer, an id or an error are replaced; overlong names are cut; the answer is kept."""
    odd = reply(answer="a\x00b\ud800c", thinking="\udfff", raw_body="\x00", finish_reason="f" * 90, provider_request_id="r" * 900)
    error = ServerFailed("bad \x00", code="c" * 500)
    drain(any_office, Script(lambda _, attempt: error if attempt == 1 else odd), any_office.ask(1))
    assert any_office.rows(t.replies)[0]["answer"] == "a\ufffdb\ufffdc"
    assert any_office.states() == {"answered": 1}


def test_many_drains_share_the_slots_fairly(office: Office) -> None:
    """A small document that comes after a large one does not wait until the large one is through."""
    order: list[str] = []
    provider = Script(lambda key, _: (order.append(key), reply())[1])
    large, small = office.ask(200, prefix="large"), office.ask(5, prefix="small")

    async def both() -> None:
        shared = dispatcher(office, provider, max_in_flight=4)
        await asyncio.gather(shared.drain(office.terms, large), shared.drain(office.terms, small))

    asyncio.run(both())
    assert max(place for place, key in enumerate(order) if key.startswith("small")) < 40


def test_prices_are_those_of_the_terms(office: Office) -> None:
    """Each call names the price it was costed with."""
    drain(office, Script(lambda *_: reply(usage=Usage(1_000, 10, cached_tokens=640))), office.ask(1))
    call = office.calls()[0]
    assert call["price_id"] == PRICE.id
    assert call["cost_nano_usd"] == 360 * 2_000 + 640 * 200 + 10 * 5_000


def test_a_stop_does_not_wait_for_turns_and_pauses(office: Office) -> None:
    """Jobs that wait for the limiter or between two attempts end at once when their drain stops."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(3_600)

    def act(key: str, _attempt: int) -> Any:
        return Unauthorised("no") if key == "q0" else ServerFailed("503")

    limiter = Limiter(0.001, 1_000_000_000, sleep=sleep)

    async def run() -> None:
        await asyncio.wait_for(dispatcher(office, Script(act), limiter=limiter, sleep=sleep).drain(office.terms, office.ask(20)), 10)

    with pytest.raises(Unauthorised):
        asyncio.run(run())
    assert waits
    assert office.states() == {"open": 20}


def test_a_prompt_that_no_limit_lets_pass_fails_with_the_reason(office: Office) -> None:
    """Such a question ends at once, without a call and without holding up the others."""
    provider = Script()
    jobs = [*office.ask(1, prefix="huge", prompt_tokens=9_000), *office.ask(2)]
    clock = QuickTime()
    drain(office, provider, jobs, limiter=Limiter(math.inf, 8_000, clock=clock, sleep=clock.sleep), clock=clock)
    assert len(provider.sent) == 2
    assert office.states() == {"answered": 2, "failed": 1}
    assert ["9,000 tokens" in row["reason"] for row in office.rows(t.questions) if row["state"] == "failed"] == [True]


def test_a_place_in_flight_is_free_again_however_a_call_ends(office: Office) -> None:
    """Answers, refusals, failures and jobs that the store answered give their place back: one place is enough for all of them."""
    ends = iter([Refused("slow down", retry_after_s=1.0), ConnectFailed("no"), CutOff("cut", billable=True), reply(), ContextTooLong("no")])
    provider = Script(lambda *_: next(ends, None) or reply())
    clock = QuickTime()
    limiter = Limiter(math.inf, math.inf, concurrency=Concurrency(1), clock=clock, sleep=clock.sleep)
    drain(office, provider, [*office.ask(4), *office.ask(2, prefix="same", same=True)], clock=clock, limiter=limiter)
    assert office.states() == {"answered": 5, "failed": 1}
    assert provider.most_in_flight == 1
