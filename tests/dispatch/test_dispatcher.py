"""The dispatcher against providers that answer, fail, refuse and vanish."""

from __future__ import annotations

import asyncio
import math

from nightclerk.dispatch import Dispatcher, Limiter
from nightclerk.records import Reply, Usage


class Fake:
    name = "fake"

    def __init__(self, script=None):
        self.sent = []
        self.script = script or {}

    async def send(self, body, *, timeout_s):
        self.sent.append(body["key"])
        await asyncio.sleep(0)
        return Reply("{}", "yes", "", "stop", "fake-1", Usage(3000, 400))


def test_first(office):
    """x"""
    jobs = office.ask(20)
    async def main():
        d = Dispatcher(Fake(), office.store, Limiter(math.inf, math.inf), max_in_flight=8, call_timeout_s=5, max_attempts=4)
        await d.drain(office.terms, jobs)
    asyncio.run(main())
    assert office.states() == {"answered": 20}
    print(office.calls()[0], office.budget())
