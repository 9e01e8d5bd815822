"""Draining open questions: each job ends as an answered or a failed question, each attempt as a row of the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from nightclerk.dispatch.attempts import Attempts
from nightclerk.dispatch.books import Books
from nightclerk.dispatch.jobs import Drain, Job, Terms
from nightclerk.dispatch.limiter import Limiter, Limiters
from nightclerk.errors import ProviderStop
from nightclerk.providers.protocol import Sender, Warm
from nightclerk.store import Store

# as many as leave while a connection is made, at the highest paces; later ones are made one by one
MOST_WARM = 8


class Dispatcher:
    """Sends calls for everybody in this process: one pace, one cap on calls in flight, one view of how the provider is doing.

    Args:
        provider: how to reach the model.
        store: where attempts and replies are kept.
        limiter: the provider's limits, for all models together or for each of them.
        max_in_flight: how many calls may be open at once.
        call_timeout_s: the deadline of one whole call.
        max_attempts: how often one request is tried.
        sleep: waits for seconds.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        provider: Sender,
        store: Store,
        limiter: Limiter | Limiters,
        *,
        max_in_flight: int,
        call_timeout_s: float,
        max_attempts: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._books = Books(store, sleep=sleep)
        self._attempts = Attempts(
            provider, limiter, self._books, call_timeout_s=call_timeout_s, max_attempts=max_attempts, sleep=sleep, clock=clock
        )
        # a job waits here, in one queue for everybody, and never in the HTTP client's pool
        self._slots = asyncio.Semaphore(max_in_flight)
        self._asking: dict[str, asyncio.Future[str]] = {}
        self._drains: set[Drain] = set()
        self._cold = provider if isinstance(provider, Warm) else None
        self._max_in_flight = max_in_flight

    async def drain(self, terms: Terms, jobs: Sequence[Job]) -> None:
        """Answer every job: from the store, by a job that asks the same right now, or by a call.

        Raises:
            OverBudget: the next call does not fit under a budget.
            ProviderStop: nothing that could be sent would be answered.
            StoreError: the database failed.
                In each case calls in flight were waited for and booked first; what was not answered stays open for the next run.
        """
        drain = Drain(terms)
        tasks: set[asyncio.Task[None]] = set()
        self._drains.add(drain)
        try:
            left = await self._books.answer_from_store(terms, jobs)
            await self._warm(len(left))
            for job in left:
                if drain.stopped:
                    break
                # one task a slot, not one a job: ten thousand waiting tasks would cost more than they bring
                await self._slots.acquire()
                self._start(drain, job, tasks)
            await _end(tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            # each one books what it has in flight before it ends
            await _end(tasks)
            raise
        finally:
            self._drains.discard(drain)
        drain.go_on()

    async def answer_from_store(self, terms: Terms, jobs: Sequence[Job]) -> list[Job]:
        """Answer what a stored reply answers, and send nothing; returns the jobs that are left."""
        return await self._books.answer_from_store(terms, jobs)

    async def _warm(self, calls: int) -> None:
        """Before the first call of all: calls that were paced one by one would bunch up while their connections are made."""
        cold = self._cold
        if cold is not None and calls:
            self._cold = None
            await cold.warm(min(calls, self._max_in_flight, MOST_WARM))

    def _start(self, drain: Drain, job: Job, tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(self._work(drain, job))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        # not inside the task: one that is cancelled before its first step runs no line of its own
        task.add_done_callback(lambda _: self._slots.release())

    async def _work(self, drain: Drain, job: Job) -> None:
        """Answer one job; what stops it stops its drain, and where the provider stops us, every drain that asks the same model."""
        try:
            await self._answer(drain, job)
        except Exception as error:  # noqa: BLE001 - kept, and raised by `drain` once its other calls are booked
            drain.stop(error)
            if isinstance(error, ProviderStop):
                for other in self._drains:
                    if other.terms.model == drain.terms.model:
                        other.stop(error)

    async def _answer(self, drain: Drain, job: Job) -> None:
        """Of several that ask the same at once the first one asks, and the others take what it got."""
        while (other := self._asking.get(job.request_hash)) is not None:
            with drain.idling():
                reason = await asyncio.shield(other)
            if reason:
                await self._books.fail(job, reason)
                return
            if not await self._books.answer_from_store(drain.terms, [job]):
                return
        own = self._asking[job.request_hash] = asyncio.get_running_loop().create_future()
        reason = ""
        try:
            reason = await self._attempts.ask(drain, job)
        finally:
            del self._asking[job.request_hash]
            own.set_result(reason)


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    if tasks:
        await asyncio.wait(tasks)
