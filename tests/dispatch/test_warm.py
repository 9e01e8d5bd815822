"""Connections are made before the first call is paced, once, and never at the cost of a call."""

from __future__ import annotations

import asyncio

from dispatch_office import Office, Script, dispatcher


class Warming(Script):
    """A provider that notes what it was asked to warm, and how many calls it had been sent by then."""

    def __init__(self) -> None:
        super().__init__()
        self.warmed: list[tuple[int, int]] = []

    async def warm(self, connections: int) -> None:
        """Note it."""
        self.warmed.append((connections, len(self.sent)))


def test_connections_are_warmed_once_and_first(office: Office) -> None:
    """The first drain that has something to send warms no more connections than it has calls or places, and no later one does."""
    provider = Warming()
    jobs = office.ask(5)

    async def run() -> None:
        shared = dispatcher(office, provider, max_in_flight=3)
        await shared.drain(office.terms, [])
        await asyncio.gather(shared.drain(office.terms, jobs[:4]), shared.drain(office.terms, jobs[4:]))

    asyncio.run(run())
    assert provider.warmed == [(3, 0)]
    assert office.states() == {"answered": 5}


def test_what_the_store_answers_warms_nothing(office: Office) -> None:
    """No connection is made for questions that need no call."""
    jobs = office.ask(3)
    for warmed in ([(3, 0)], []):
        provider = Warming()
        asyncio.run(dispatcher(office, provider).drain(office.terms, jobs))
        assert provider.warmed == warmed
