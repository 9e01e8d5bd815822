"""Batch jobs: booked, created, polled, collected, cleaned up. Each step begins from what stands in the store, and may be done again."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nightclerk.dispatch import batch_book, batch_send
from nightclerk.dispatch.batch_results import Results, calls_of
from nightclerk.dispatch.books import Books
from nightclerk.dispatch.gathering import all_of
from nightclerk.dispatch.jobs import Terms
from nightclerk.dispatch.patience import backoff_s
from nightclerk.errors import CallError, ConnectFailed, GiveUpCall, Missing, ProviderStop, Refused, StoreError
from nightclerk.providers.batch_wire import BatchJob
from nightclerk.providers.mistral_batch import MistralBatches
from nightclerk.records import utc_now
from nightclerk.store import Store
from nightclerk.store import batches as rows

log = logging.getLogger(__name__)

# a job, or its results, of which the provider knows nothing for so long is gone for good; a wrong key may be the reason for a while
GONE_AFTER = timedelta(hours=2)
MOST_DOWNLOADS = 4
GONE = "GONE"


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
            while await self._step(await self._store.aread(rows.read, batch_id)):
                pass
        except CallError as error:
            if isinstance(error, GiveUpCall):
                raise
            log.warning("batch %s: %s", batch_id, error)
            await self._store.write(rows.note, batch_id, str(error))
        finally:
            await self._store.write(rows.give_back, batch_id, owner=self._owner)
        return str((await self._store.aread(rows.read, batch_id)).state)

    async def _step(self, batch: Any) -> bool:
        """One step; True while another one may follow at once."""
        if batch.endpoint != self._wire.address:
            raise GiveUpCall(f"the batch job {batch.id} is at {batch.endpoint}, and NIGHTCLERK_ENDPOINT leads to {self._wire.address}")
        if batch.state in rows.UNSENT:
            return await self._send(batch)
        if batch.state == "submitted":
            return await self._poll(batch)
        if batch.state == "ended":
            return await self._collect(batch)
        if batch.cleaned_at is None:
            await self._clean(batch)
        return False

    async def _send(self, batch: Any) -> bool:
        """Adopt the job that an interrupted attempt has made, or make one."""
        if batch.state == "sending" and not await self._surely_none(batch):
            job = await batch_send.find(self._wire, batch)
            if job is not None:
                return await self._adopt(batch, job)
            if self._now() - batch.attempted_at < batch_send.SETTLING:
                raise CallError("nobody knows whether the job was created; it is looked for again before it is asked for again")
        if batch.cancelled_at is not None:
            return await self._release(batch, "cancelled before it was sent")
        try:
            return await self._adopt(batch, await batch_send.create(self._store, self._wire, batch, self._folder))
        except (Refused, ConnectFailed) as error:
            # nothing was created, so the next attempt need not look for it
            await self._store.write(rows.change, batch.id, state="booked", reason=str(error))
            return False
        except Missing as error:
            # the input file is not there any more: it is uploaded again
            await self._store.write(rows.change, batch.id, state="booked", input_file_id=None, reason=str(error))
            return False
        except (GiveUpCall, ProviderStop) as error:
            await self._release(batch, f"the batch job was refused: {error}")
            raise
        except CallError as error:
            # it may have been created all the same
            fresh = await self._store.aread(rows.read, batch.id)
            job = None if await self._surely_none(fresh) else await batch_send.find(self._wire, fresh)
            if job is None:
                raise CallError(str(error)) from None
            return await self._adopt(batch, job)

    async def _surely_none(self, batch: Any) -> bool:
        """Whether no job can exist: one that takes a file is only asked for once the file's id is stored."""
        return batch.input_file_id is None and await batch_send.needs_file(self._store, batch)

    async def _adopt(self, batch: Any, job: BatchJob) -> bool:
        values = {"provider_job_id": job.id, "provider_status": job.status, "submitted_at": self._now(), "reason": ""}
        await self._store.write(rows.change, batch.id, state="submitted", **values)
        return batch.cancelled_at is not None

    async def _release(self, batch: Any, reason: str) -> bool:
        """There is no job and will be none: nothing was billed."""
        calls = await self._store.aread(calls_of, batch)
        for start in range(0, len(calls), 500):
            await all_of(self._books.released(call, reason) for call in list(calls.values())[start : start + 500])
        await self._store.write(rows.change, batch.id, state="released", reason=reason, collected_at=self._now())
        return True

    async def _poll(self, batch: Any) -> bool:
        try:
            job = await self._wire.get(batch.provider_job_id)
            if batch.cancelled_at is not None and not job.ended and job.status != "CANCELLATION_REQUESTED":
                # it may end by itself at this very moment, and then cannot be cancelled
                with suppress(GiveUpCall):
                    job = await self._wire.cancel(batch.provider_job_id)
        except Missing as error:
            return await self._missing(batch, error)
        values: dict[str, Any] = {
            "provider_status": job.status,
            "succeeded": job.succeeded,
            "failed": max(job.failed, job.completed - job.succeeded),
            "reason": job.errors,
            "missing_since": None,
            "input_file_id": batch.input_file_id or next(iter(job.input_files), None),
            "output_file_id": job.output_file,
            "error_file_id": job.error_file,
        }
        await self._store.write(rows.change, batch.id, state="ended" if job.ended else "submitted", **values)
        return job.ended

    async def _missing(self, batch: Any, error: Missing) -> bool:
        """The job, or its results, cannot be found: for a while that may be somebody's mistake, then nobody will ever know."""
        since = batch.missing_since or self._now()
        if self._now() - since < GONE_AFTER:
            await self._store.write(rows.change, batch.id, missing_since=since, reason=str(error))
            return False
        gone = {"provider_status": GONE, "output_file_id": None, "error_file_id": None}
        await self._store.write(rows.change, batch.id, state="ended", reason=str(error), **gone)
        return True

    async def _collect(self, batch: Any) -> bool:
        """Settle every call of a job that has ended."""
        calls = await self._store.aread(calls_of, batch)
        settled = await self._store.aread(rows.settled_calls, batch.id)
        results = Results(self._store, self._wire, self._books, batch, calls, settled)
        try:
            if batch.provider_status != GONE:
                await self._fetch(batch, results)
        except Missing as error:
            return await self._missing(batch, error)
        odd = await results.close()
        reason = "; ".join(part for part in (batch.reason, odd) if part)
        await self._store.write(rows.change, batch.id, state="collected", reason=reason, collected_at=self._now())
        return True

    async def _fetch(self, batch: Any, results: Results) -> None:
        """Book all results of a job. What breaks off, or holds fewer than the job says there are, is fetched again a few times."""
        for number in range(1, MOST_DOWNLOADS + 1):
            results.begin()
            try:
                await self._fetch_once(batch, results)
            except Missing:
                raise
            except CallError:
                if number == MOST_DOWNLOADS:
                    raise
            if results.whole:
                return
            if number < MOST_DOWNLOADS:
                await self._sleep(backoff_s(number))

    async def _fetch_once(self, batch: Any, results: Results) -> None:
        files = [file_id for file_id in (batch.output_file_id, batch.error_file_id) if file_id]
        for file_id in files:
            with self._spool() as file:
                # nothing is read before all of it is here
                await self._wire.download(file_id, file)
                file.seek(0)
                await results.book(self._wire.lines(file))
        if not files:
            await results.book(await self._wire.inline_results(batch.provider_job_id))

    def _spool(self) -> Any:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return tempfile.TemporaryFile(dir=self._folder)
        except OSError as error:
            raise StoreError(f"the results of a batch job cannot be written to {self._folder}: {error.strerror or error}") from None

    async def _clean(self, batch: Any) -> None:
        """Delete what a batch left with the provider."""
        files = {file_id for file_id in (batch.input_file_id, batch.output_file_id, batch.error_file_id) if file_id}
        if await batch_send.needs_file(self._store, batch):
            # an upload of which we never learnt
            files.update(await self._wire.uploaded(batch_send.file_name(batch.id)))
        for file_id in sorted(files):
            await self._wire.delete(file_id)
        await self._store.write(rows.change, batch.id, cleaned_at=self._now())
