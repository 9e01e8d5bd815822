"""Batch jobs: booked, created, polled, collected, cleaned up. Each step begins from what stands in the store, and may be done again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nightclerk.dispatch import batch_book
from nightclerk.dispatch.batch_clean import clean, unwanted
from nightclerk.dispatch.batch_fetch import UNREADABLE, Fetch
from nightclerk.dispatch.batch_results import GONE, Results, calls_of
from nightclerk.dispatch.batch_send import Sending, told
from nightclerk.dispatch.books import Books
from nightclerk.dispatch.gathering import all_of
from nightclerk.dispatch.jobs import Terms
from nightclerk.errors import CallError, GiveUpCall, Missing, ProviderStop
from nightclerk.providers.batch_wire import ENDED, BatchJob
from nightclerk.providers.mistral_batch import MistralBatches
from nightclerk.records import utc_now
from nightclerk.store import Store
from nightclerk.store import batches as rows

log = logging.getLogger(__name__)

# A job, or results, of which the provider knows nothing for so long are gone for good. A key of another workspace looks the same until
# somebody notices, and what is taken for gone is paid for again.
GONE_AFTER = timedelta(hours=24)
# the provider ends a job that is out of time by itself; later than this we ask for it
LATE = timedelta(hours=6)
# so long results and files are kept at the most: afterwards there is nothing to wait for
KEPT = timedelta(days=31)


class Batches:
    """The batch jobs of one provider.

    Args:
        store: where jobs, calls and replies are kept.
        wire: the provider's batch endpoints.
        owner: the process that takes leases.
        folder: for files on their way.
        timeout_hours: how long a job may take before the provider gives it up.
        max_attempts: how often one request is tried.
        sleep: waits for seconds.
        now: the time, UTC.
    """

    def __init__(
        self,
        store: Store,
        wire: MistralBatches,
        *,
        owner: str,
        folder: Path,
        timeout_hours: int,
        max_attempts: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._wire = wire
        self._books = Books(store, sleep=sleep)
        self._owner = owner
        self._folder = folder
        self._timeout_hours = timeout_hours
        self._max_attempts = max_attempts
        self._sleep = sleep
        self._now = now
        self._sending = Sending(store, wire, folder=folder, change=self._change, now=now)

    async def book(self, terms: Terms) -> int:
        """Book the open questions of a run's waiting documents; see `batch_book.book`."""
        return await batch_book.book(
            self._store, terms, endpoint=self._wire.address, timeout_hours=self._timeout_hours, max_attempts=self._max_attempts
        )

    async def tend(self, batch_id: str) -> str:
        """Take a batch as far as it goes now; returns its state, or `busy` while another process tends it.

        What passes (an outage, a refusal for the rate) is kept as its reason, for the next time.

        Raises:
            ProviderStop: the key, the credit or the model is refused. Where that keeps a job from being created, its calls are released.
            GiveUpCall: the provider does not take the job, and its calls are released; or the job is at another endpoint.
            StoreError: the database failed.
        """
        if not await self._store.write(rows.take, batch_id, owner=self._owner, now=self._now()):
            return "busy"
        try:
            while await self._step(await self._read(batch_id)):
                pass
        except (CallError, ProviderStop) as error:
            if not await self._given_up(await self._read(batch_id), str(error)):
                if isinstance(error, GiveUpCall | ProviderStop):
                    raise
                log.info("batch %s: %s", batch_id, error)
                await self._store.write(rows.note, batch_id, str(error))
        finally:
            await self._store.write(rows.give_back, batch_id, owner=self._owner)
        return str((await self._read(batch_id)).state)

    async def give_up_old(self, reason: str) -> int:
        """Where the provider cannot be asked: give up what it keeps no more by now; returns how many batches that were."""
        count = 0
        for batch_id in await self._store.aread(rows.to_tend):
            if await self._store.write(rows.take, batch_id, owner=self._owner, now=self._now()):
                try:
                    count += await self._given_up(await self._read(batch_id), reason)
                finally:
                    await self._store.write(rows.give_back, batch_id, owner=self._owner)
        return count

    async def _step(self, batch: Any) -> bool:
        """One step; True while another one may follow at once."""
        if batch.state == "booked" and (reason := unwanted(batch)):
            return await self._release(batch, reason)
        if batch.endpoint != self._wire.address:
            raise GiveUpCall(f"the batch job {batch.id} is at {batch.endpoint}, and NIGHTCLERK_ENDPOINT leads to {self._wire.address}")
        if batch.state in rows.UNSENT:
            return await self._send(batch)
        if batch.state == "submitted":
            return await self._poll(batch)
        if batch.state == "ended":
            return await self._collect(batch)
        if batch.cleaned_at is None:
            await clean(self._store, self._wire, batch)
            await self._change(batch, cleaned_at=self._now())
        return False

    async def _send(self, batch: Any) -> bool:
        """Adopt the job that an interrupted attempt has made, or make one."""
        job = await self._sending.interrupted(batch)
        if job is None and (reason := unwanted(batch)):
            return await self._release(batch, reason)
        try:
            job = job or await self._sending.create(batch)
        except (GiveUpCall, ProviderStop) as error:
            await self._release(batch, f"the batch job was refused: {error}")
            raise
        if job is not None:
            values = {"provider_job_id": job.id, "provider_status": job.status, "submitted_at": self._now(), "reason": ""}
            await self._change(batch, state="submitted", missing_since=None, **values)
        # nothing has come of it yet, unless it is to be cancelled
        return job is not None and batch.cancelled_at is not None

    async def _release(self, batch: Any, reason: str) -> bool:
        """There is no job and will be none: nothing was billed."""
        calls = list((await self._store.aread(calls_of, batch)).values())
        for start in range(0, len(calls), 500):
            await all_of(self._books.released(call, reason) for call in calls[start : start + 500])
        await self._change(batch, state="released", reason=reason, collected_at=self._now())
        return True

    async def _poll(self, batch: Any) -> bool:
        late = self._now() - batch.submitted_at > timedelta(hours=batch.timeout_hours) + LATE
        try:
            job = await self._wire.get(batch.provider_job_id)
            if not job.ended and job.status != "CANCELLATION_REQUESTED" and (late or batch.cancelled_at is not None):
                # it may end by itself at this very moment, and then cannot be cancelled
                with suppress(GiveUpCall):
                    job = await self._wire.cancel(batch.provider_job_id)
        except Missing as error:
            return await self._gone(batch, str(error))
        # of a job that was known to have ended it is the results that are missing
        still = late if not job.ended else batch.provider_status in ENDED
        await self._note(batch, job, missing_since=batch.missing_since if still else None)
        if late and not job.ended:
            over = f"the provider has not ended the job, whose {batch.timeout_hours} hours are over: it says {job.status}"
            return await self._gone(batch, over)
        return job.ended

    async def _note(self, batch: Any, job: BatchJob, **more: Any) -> None:
        """File what the provider says of a job. One that does not count what it has run may have run everything."""
        values: dict[str, Any] = {
            **more,
            "provider_status": job.status,
            "succeeded": job.succeeded,
            "failed": max(job.failed, job.completed - job.succeeded) if job.counted else batch.requested,
            "reason": await told(self._store, batch, job) if job.ended else "",
            "input_file_id": batch.input_file_id or next(iter(job.input_files), None),
            "output_file_id": job.output_file,
            "error_file_id": job.error_file,
        }
        await self._change(batch, state="ended" if job.ended else "submitted", **values)

    async def _gone(self, batch: Any, reason: str) -> bool:
        """There is no such job, or no end of it: after a while nobody will ever know what it has answered."""
        if await self._wait_on(batch, reason):
            return False
        await self._change(batch, state="ended", provider_status=GONE, reason=reason, output_file_id=None, error_file_id=None)
        return True

    async def _wait_on(self, batch: Any, reason: str) -> bool:
        """Whether what is missing may still turn up: that may be somebody's mistake."""
        since = min(batch.missing_since or self._now(), self._now())
        await self._change(batch, missing_since=since, reason=reason)
        return self._now() - since < GONE_AFTER

    async def _collect(self, batch: Any) -> bool:
        """Settle every call of a job that has ended."""
        calls = await self._store.aread(calls_of, batch)
        settled = await self._store.aread(rows.settled_calls, batch.id)
        results = Results(self._store, self._wire, self._books, batch, calls, settled)
        if batch.provider_status != GONE:
            try:
                await self._fetch(batch, last=False).into(results)
            except UNREADABLE as error:
                if await self._wait_on(batch, str(error)):
                    # its card may name other files by then
                    await self._change(batch, state="submitted")
                    return False
                await self._fetch(batch, last=True).into(results)
        odd = await results.close()
        reason = "; ".join(part for part in (batch.reason, odd) if part)
        await self._change(batch, state="collected", reason=reason, collected_at=self._now())
        return True

    def _fetch(self, batch: Any, *, last: bool) -> Fetch:
        return Fetch(self._wire, batch, self._folder, sleep=self._sleep, last=last)

    async def _given_up(self, batch: Any, reason: str) -> bool:
        """Give up a batch that is so old that the provider keeps nothing of it; False for a younger one."""
        since = batch.collected_at or batch.submitted_at or batch.attempted_at or batch.created_at
        if self._now() - since < KEPT + timedelta(hours=0 if batch.collected_at else batch.timeout_hours):
            return False
        if batch.state in {"collected", "released"}:
            await self._change(batch, cleaned_at=self._now())
        elif batch.state == "booked":
            await self._release(batch, reason)
        else:
            await self._change(batch, state="ended", provider_status=GONE, reason=reason)
            await self._collect(await self._read(batch.id))
        return True

    async def _read(self, batch_id: str) -> Any:
        return await self._store.aread(rows.read, batch_id)

    async def _change(self, batch: Any, **values: Any) -> None:
        """Set columns of a batch that is ours to tend; a process that was suspended for longer than its lease must not go on with it."""
        if not await self._store.write(rows.change, batch.id, owner=self._owner, **values):
            raise CallError("another process has taken this batch over meanwhile")
