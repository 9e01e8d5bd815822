"""A paid answer is not lost because the database is away for a moment; and if it is away for long, it is said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from dispatch_office import Office, QuickTime, Script, drain, reply

from nightclerk.errors import StoreError
from nightclerk.store import Store, ledger


class Failing:
    """A store whose writes of one kind fail so many times."""

    def __init__(self, store: Store, function: Callable[..., Any], times: int) -> None:
        self.store = store
        self.function = function
        self.times = times

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if fn is self.function and self.times:
            self.times -= 1
            raise StoreError("disk is full")
        return await self.store.write(fn, *args, **kwargs)


def test_an_answer_waits_for_the_database(office: Office) -> None:
    """The write that completes a call is tried again until the database is back; the answer is asked and paid once."""
    clock, provider = QuickTime(), Script()
    drain(office, provider, office.ask(1), clock=clock, store=Failing(office.store, ledger.settle_call, 3))
    assert (office.states(), len(provider.sent)) == ({"answered": 1}, 1)
    assert clock.slept == [1.0, 2.0, 4.0]


def test_an_answer_that_cannot_be_stored_is_named(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """When the database stays away, the drain stops with run, call and request id, in the error and in the log."""
    clock = QuickTime()
    provider = Script(lambda *_: reply(provider_request_id="req-77"))
    with caplog.at_level(logging.ERROR), pytest.raises(StoreError) as caught:
        drain(office, provider, office.ask(1), clock=clock, store=Failing(office.store, ledger.settle_call, 100))
    call = office.calls()[0]
    for part in (call["id"], office.terms.run_id, "req-77", "disk is full"):
        assert part in str(caught.value)
        assert part in caplog.text
    assert call["state"] == "sent"
    assert 50 < clock.now < 70


def test_nothing_is_sent_when_its_row_cannot_be_written(office: Office) -> None:
    """A call whose row does not stand is not sent."""
    provider = Script()
    with pytest.raises(StoreError, match="disk is full"):
        drain(office, provider, office.ask(5), store=Failing(office.store, ledger.open_call, 100))
    assert provider.sent == []
    assert office.states() == {"open": 5}
