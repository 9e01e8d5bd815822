"""Finding room for a call under its budgets, and waiting for it while calls in flight hold more than they will use."""

from __future__ import annotations

import asyncio
import shlex
from collections import defaultdict
from collections.abc import Callable

from nightclerk.dispatch.books import Books, Call
from nightclerk.dispatch.jobs import Drain, Job
from nightclerk.dispatch.limiter import Limiter, Limiters
from nightclerk.errors import OverBudget
from nightclerk.records import NANO
from nightclerk.store.ledger import NoRoom

# how often to look for room that another process has made
POLL_S = 1.0
# what a person can do about it
_RAISE = {
    "run": "raise the budget of a run (--budget-usd, the form, or NIGHTCLERK_BUDGET_USD) and run again",
    "day": "raise NIGHTCLERK_BUDGET_DAY_USD and run again, or run again on another day",
    "month": "raise NIGHTCLERK_BUDGET_MONTH_USD and run again, or run again in another month",
    "collection": "raise it with `nightclerk collections set {name} --budget-usd AMOUNT` and run again",
}


class Room:
    """Opens calls under their budgets.

    Args:
        books: where calls are opened.
        limiters: to which a call gives its admission back while it waits for room.
        patience_s: how long to wait for reservations of which this process sees no end, e.g. those of another process.
        clock: seconds that never go back.
    """

    def __init__(self, books: Books, limiters: Limiter | Limiters, *, patience_s: float, clock: Callable[[], float]) -> None:
        self._books = books
        self._limiters = limiters
        self._patience_s = patience_s
        self._clock = clock
        self._freed = asyncio.Event()
        self._queues: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    def freed(self) -> None:
        """A call was settled, so there may be room again."""
        self._freed.set()
        self._freed = asyncio.Event()

    async def open(self, drain: Drain, job: Job, *, attempt: int, tokens: int) -> Call | None:
        """Open a call that the limiter admitted with so many tokens; None when the store answered its question instead.

        Where no call comes of it, by None or by an error, its admission has been given back.

        Raises:
            OverBudget: it does not fit, and no call in flight could make room for it.
            Underway: another process has sent the same request.
        """
        try:
            return await self._try(drain, job, attempt=attempt, tokens=tokens)
        except NoRoom:
            pass
        # one at a time and in turn: otherwise everybody would try again at every true-up, and the smallest call would win
        async with self._queues[drain.terms.budget_ids]:
            return await self._wait_and_open(drain, job, attempt=attempt, tokens=tokens)

    async def _wait_and_open(self, drain: Drain, job: Job, *, attempt: int, tokens: int) -> Call | None:
        waiting_since = self._clock()
        limiter = self._limiters.of(drain.terms.model)
        while True:
            with drain.idling():
                await limiter.acquire(tokens, retry=True)
            # taken before the question is put, so that a true-up meanwhile is not missed
            freed = self._freed
            try:
                return await self._try(drain, job, attempt=attempt, tokens=tokens)
            except NoRoom as full:
                if full.for_good or self._clock() - waiting_since > self._patience_s:
                    raise over_budget(full) from None
            with drain.idling():
                happened = await _happens(freed, within_s=POLL_S)
            if happened:
                waiting_since = self._clock()

    async def _try(self, drain: Drain, job: Job, *, attempt: int, tokens: int) -> Call | None:
        call = None
        try:
            call = await self._books.open(drain.terms, job, attempt=attempt)
        finally:
            if call is None:
                self._limiters.of(drain.terms.model).give_back(tokens)
        return call


async def _happens(event: asyncio.Event, *, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            return await event.wait()
    except TimeoutError:
        return False


def over_budget(full: NoRoom) -> OverBudget:
    """The error that names the budget, what is spent and reserved, what the next call may cost, and what to do."""
    budget = full.budget
    held = f" and {_usd(budget.reserved_nano_usd)} reserved for calls in flight" if budget.reserved_nano_usd else ""
    return OverBudget(
        f"the budget of the {budget.kind} {budget.name} is {_usd(budget.cap_nano_usd or 0)}, with {_usd(budget.spent_nano_usd)} spent or "
        f"at risk{held}; the next call may cost {_usd(full.needed_nano_usd)}: "
        f"{_RAISE[budget.kind].format(name=shlex.quote(budget.name))}; what is answered stays"
    )


def _usd(nano_usd: int) -> str:
    return f"{nano_usd / NANO:.6f} USD"
