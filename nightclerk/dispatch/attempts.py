"""One request, attempt by attempt: admitted, filed, sent, booked, and perhaps tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nightclerk.dispatch.books import Books, Call
from nightclerk.dispatch.jobs import Drain, Job
from nightclerk.dispatch.limiter import Limiter, Limiters
from nightclerk.dispatch.patience import REFUSAL_PATIENCE_S, Patience, Tries, asked_s, pause_s
from nightclerk.dispatch.room import POLL_S, Room
from nightclerk.errors import CallError, CallTimeout, GiveUpCall, ProviderStop, Refused
from nightclerk.providers.protocol import Sender
from nightclerk.records import Reply
from nightclerk.store.ledger import Underway

# a provider keeps the deadline itself; this much later it is ended from outside
GRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call on its way: the limiter and the tokens it was admitted with, and when its bytes left."""

    call: Call
    limiter: Limiter
    tokens: int
    sent_at: float


class Attempts:
    """Gets one request answered. The parts are those of the one dispatcher of the process."""

    def __init__(
        self,
        provider: Sender,
        limiter: Limiter | Limiters,
        books: Books,
        *,
        call_timeout_s: float,
        max_attempts: int,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._provider = provider
        self._limiters = limiter
        self._books = books
        self._call_timeout_s = call_timeout_s
        self._sleep = sleep
        self._clock = clock
        self._patience = Patience(max_attempts, clock=clock)
        self._room = Room(books, limiter, patience_s=call_timeout_s + GRACE_S, clock=clock)

    async def ask(self, drain: Drain, job: Job) -> str:
        """Try until the question ends; returns the reason why it failed, empty when it was answered.

        Raises:
            StopRun: see `Dispatcher.drain`. The attempt that brought it is booked.
        """
        tries = Tries()
        never = self._limiters.of(drain.terms.model).never(job.prompt_tokens)
        if never:
            return await self._give_up(job, never)
        while True:
            attempt = await self._start(drain, job, tries)
            if attempt is None:
                return ""
            try:
                reply = await self._send(attempt)
            except Refused as error:
                reason = await self._refused(attempt, error, tries)
                if reason:
                    return await self._give_up(job, reason)
            except CallError as error:
                reason = await self._failed(attempt, error, tries)
                if reason:
                    return await self._give_up(job, reason)
                with drain.idling():
                    await self._sleep(pause_s(tries.failed, error))
            else:
                return await self._answered(attempt, reply)

    async def _start(self, drain: Drain, job: Job, tries: Tries) -> Attempt | None:
        """Wait for the attempt's turn and for room under the budget, and file it; None where the store or a batch job has it."""
        limiter = self._limiters.of(drain.terms.model)
        tokens = limiter.estimate(job.prompt_tokens, job.max_output_tokens)
        while True:
            with drain.idling():
                await limiter.acquire(tokens, retry=tries.sent > 0)
            try:
                call = await self._room.open(drain, job, attempt=tries.sent + 1, tokens=tokens)
                break
            except Underway as other:
                if other.in_batch:
                    # nobody waits here until tomorrow: the question stays open, and is settled when the job is collected
                    return None
                # its answer will do for us too; that it failed, or that its process died, shows at the next look
                with drain.idling():
                    await self._sleep(POLL_S)
        if call is None:
            return None
        tries.sent += 1
        return Attempt(call, limiter, tokens, self._clock())

    async def _send(self, attempt: Attempt) -> Reply:
        """Send it; its place among the calls in flight is free again afterwards, and how long it took is known to the limiter."""
        took_s, completion_tokens = 0.0, 0
        try:
            reply = await self._exchange(attempt)
            # of a reply without usage nobody knows whether it was slow or long
            if reply.usage:
                took_s, completion_tokens = self._clock() - attempt.sent_at, reply.usage.completion_tokens
            return reply
        except CallTimeout:
            took_s = self._clock() - attempt.sent_at
            raise
        finally:
            attempt.limiter.ended(latency_s=took_s, completion_tokens=completion_tokens)

    async def _exchange(self, attempt: Attempt) -> Reply:
        try:
            await attempt.limiter.depart()
            async with asyncio.timeout(self._call_timeout_s + GRACE_S):
                return await self._provider.send(attempt.call.job.body, timeout_s=self._call_timeout_s)
        except CallError:
            raise
        except TimeoutError:
            raise CallTimeout(f"no answer within {self._call_timeout_s:g} s", billable=True) from None
        except ProviderStop as error:
            await self._close(attempt, error)
            raise
        except BaseException as error:
            # cancelled, or a fault of the provider's code: the bytes may have left, so this must not stay unbooked
            await self._books.lost(attempt.call, type(error).__name__)
            self._room.freed()
            raise

    async def _answered(self, attempt: Attempt, reply: Reply) -> str:
        self._patience.answered()
        attempt.limiter.learn(reply.headers)
        if reply.usage:
            used = reply.usage.prompt_tokens + reply.usage.completion_tokens
            attempt.limiter.saw(attempt.call.job.prompt_tokens, used)
            attempt.limiter.settle(attempt.tokens, used)
        reason = await self._books.answered(attempt.call, reply, latency_ms=self._latency_ms(attempt))
        self._room.freed()
        return reason

    async def _give_up(self, job: Job, reason: str) -> str:
        await self._books.fail(job, reason)
        return reason

    async def _refused(self, attempt: Attempt, error: Refused, tries: Tries) -> str:
        """Everybody waits, once for all that were refused together; returns why its question is given up, empty when it is not."""
        attempt.limiter.settle(attempt.tokens, 0)
        try:
            attempt.limiter.pause(self._patience.refused(error, sent_at=attempt.sent_at))
        finally:
            await self._close(attempt, error)
        if not self._patience.outlasted(tries):
            return ""
        return f"given up: refused for {REFUSAL_PATIENCE_S / 60:.0f} minutes while others were answered; the last: {error}"

    async def _failed(self, attempt: Attempt, error: CallError, tries: Tries) -> str:
        """Book a failed attempt; returns why its question is given up, empty when it is to be tried again."""
        if not error.billable:
            attempt.limiter.settle(attempt.tokens, 0)
        await self._close(attempt, error)
        if isinstance(error, GiveUpCall):
            self._patience.answered()
            return str(error)
        if self._patience.may_retry(tries, error):
            return ""
        wait = f"; it asks to wait {asked_s(error):.0f} s" if asked_s(error) else ""
        return f"given up after {tries.failed} attempts, {tries.paid} of them perhaps billed; the last: {error}{wait}"

    async def _close(self, attempt: Attempt, error: CallError | ProviderStop) -> None:
        await self._books.failed(attempt.call, error, latency_ms=self._latency_ms(attempt))
        self._room.freed()

    def _latency_ms(self, attempt: Attempt) -> int:
        return round((self._clock() - attempt.sent_at) * 1000)
