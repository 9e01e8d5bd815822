"""How long to wait between attempts, and when a request, or the whole run, has been tried for long enough."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from dispatch_office import Office, QuickTime, Script, dispatcher, drain, reply

from nightclerk.errors import CallTimeout, CutOff, ProviderStop, Refused, RetryCall, ServerFailed, Unauthorised
from nightclerk.store import tables as t


@pytest.mark.parametrize("error", [ServerFailed, CallTimeout, CutOff, Refused], ids=lambda kind: kind.__name__)
def test_what_the_provider_asks_to_wait_is_waited(office: Office, error: type[RetryCall]) -> None:
    """A wait that comes with any failure, a 503 as well as a 429, is kept before the request is sent again."""
    clock, sent_at = QuickTime(), []

    def act(_key: str, attempt: int) -> object:
        sent_at.append(clock.now)
        return error("not now", retry_after_s=47.0) if attempt == 1 else reply()

    drain(office, Script(act), office.ask(1), clock=clock)
    assert sent_at[1] - sent_at[0] >= 47.0
    assert office.states() == {"answered": 1}


def test_a_wait_that_is_too_long_is_not_waited(office: Office) -> None:
    """One request that is told to come back in hours is given up with that reason, while the others are answered."""
    clock = QuickTime()
    provider = Script(lambda key, _: ServerFailed("maintenance", retry_after_s=7_200.0) if key == "q3" else reply())
    drain(office, provider, office.ask(20), clock=clock, max_in_flight=2)
    assert office.states() == {"answered": 19, "failed": 1}
    [reason] = [row["reason"] for row in office.rows(t.questions) if row["state"] == "failed"]
    assert "7200 s" in reason
    assert (provider.sent.count("q3"), clock.now) == (1, 0.0)


def test_maintenance_of_hours_stops_the_run(office: Office) -> None:
    """When everybody is told to come back in hours the run stops at once, and the questions are left to the next one."""
    clock = QuickTime()
    with pytest.raises(ProviderStop, match="answered none of the last"):
        drain(office, Script(lambda *_: ServerFailed("maintenance", retry_after_s=7_200.0)), office.ask(20), clock=clock)
    assert office.states()["open"] >= 19
    assert clock.now < 10


def test_a_request_that_is_always_refused_is_given_up(office: Office) -> None:
    """A request that the provider refuses for a quarter of an hour while it answers others fails alone, and cost nothing."""
    clock = QuickTime()
    provider = Script(lambda key, _: Refused("too many tokens", retry_after_s=5.0) if key == "q0" else reply())
    jobs = office.ask(400)
    # one place, so that others are answered between its attempts
    drain(office, provider, jobs, clock=clock, max_in_flight=2)
    assert office.states() == {"answered": 399, "failed": 1}
    [reason] = [row["reason"] for row in office.rows(t.questions) if row["state"] == "failed"]
    assert "refused for 15 minutes while others were answered" in reason
    assert {call["cost_basis"] for call in office.calls() if call["state"] == "refused"} == {"none"}
    assert 900 < clock.now < 1_300


def test_who_is_stopped_by_the_provider_stops_all_who_ask_it(office: Office) -> None:
    """What ends one drain ends all that ask the same model, before each has found out for itself, and no drain of another model."""
    jobs = [office.ask(10, prefix=f"document-{number}-") for number in range(30)]
    other_model, others = replace(office.terms, model="other-1"), office.ask(5, prefix="other")

    async def act(key: str) -> object:
        await asyncio.sleep(0.01)
        return reply() if key.startswith("other") else Unauthorised("no such key")

    provider = Script(lambda key, _: act(key))

    async def run() -> list[object]:
        shared = dispatcher(office, provider, max_in_flight=4)
        drains = [shared.drain(office.terms, some) for some in jobs]
        return await asyncio.gather(*drains, shared.drain(other_model, others), return_exceptions=True)

    *ends, other = asyncio.run(run())
    assert {type(end) for end in ends} == {Unauthorised}
    assert other is None
    assert sum(key.startswith("document") for key in provider.sent) <= 8
    assert office.states() == {"answered": 5, "open": 300}
