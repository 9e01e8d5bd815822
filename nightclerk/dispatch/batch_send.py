"""Making a job of what is booked, exactly once: whatever is interrupted is looked for at the provider before it is done again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from nightclerk.dispatch.batch_fetch import spooled
from nightclerk.errors import CallError, ConnectFailed, GiveUpCall, Missing, ProviderStop, Refused
from nightclerk.providers.asking import sent_text
from nightclerk.providers.batch_wire import BatchJob
from nightclerk.providers.mistral_batch import MOST_INLINE, MOST_INLINE_CHARACTERS, MistralBatches
from nightclerk.providers.problems import without_echo
from nightclerk.store import Store, batches

# a job may show in the provider's list a little later than it was asked for
SETTLING = timedelta(minutes=2)
# a job is looked for among those of so many days: our clock may have been wrong when it was asked for
CLOCKS_DIFFER = timedelta(days=7)
# a file that was uploaded and is not there, again and again
MOST_MISSING = timedelta(hours=24)


class Sending:
    """Makes one job of each batch.

    Args:
        store: where it is booked.
        wire: the provider's batch endpoints.
        folder: for files on their way.
        change: sets columns of a batch, as long as it is ours.
        now: the time, UTC.
    """

    def __init__(
        self,
        store: Store,
        wire: MistralBatches,
        *,
        folder: Path,
        change: Callable[..., Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._wire = wire
        self._folder = folder
        self._change = change
        self._now = now

    async def interrupted(self, batch: Any) -> BatchJob | None:
        """The job that an attempt before this one has made; None where there surely is none.

        Raises:
            CallError: it does not show, and may yet.
        """
        if batch.state != "sending":
            return None
        job = await self._found(batch)
        if job is None:
            waited = self._now() - batch.attempted_at
            if waited < timedelta(0):
                # the clock was ahead then
                await self._change(batch, attempted_at=self._now())
            if waited < SETTLING:
                raise CallError("nobody knows whether the job was created; it is looked for again before it is asked for again")
        return job

    async def create(self, batch: Any) -> BatchJob | None:
        """Create the job of a batch of which none exists; None where none was created this time, with the reason in the batch.

        Raises:
            GiveUpCall, ProviderStop: the provider does not take it.
            CallError: it may have been created all the same.
        """
        try:
            return await self._asked(batch)
        except (Refused, ConnectFailed) as error:
            await self._change(batch, state="booked", reason=str(error))
        except Missing as error:
            await self._upload_again(batch, error)
        except GiveUpCall:
            raise
        except CallError as error:
            fresh = await self._store.aread(batches.read, batch.id)
            job = await self._found(fresh) if fresh.state == "sending" else None
            if job is None:
                raise CallError(str(error)) from None
            return job
        return None

    async def _upload_again(self, batch: Any, error: Missing) -> None:
        """The input file is not there any more; or the endpoint says so of every file."""
        since = min(batch.missing_since or self._now(), self._now())
        if self._now() - since > MOST_MISSING:
            raise ProviderStop(str(error)) from None
        await self._change(batch, state="booked", input_file_id=None, missing_since=since, reason=str(error))

    async def _asked(self, batch: Any) -> BatchJob:
        """Ask for the job; that it is asked for is on the books before the bytes leave."""
        work: dict[str, Any] = {}
        values: dict[str, Any] = {}
        if await needs_file(self._store, batch):
            work["file_id"] = values["input_file_id"] = batch.input_file_id or await self._uploaded(batch.id)
        else:
            work["requests"] = await asyncio.to_thread(lambda: list(requests(self._store, batch.id)))
        await self._change(batch, state="sending", attempted_at=self._now(), **values)
        return await self._wire.create(batch.id, model=batch.model, timeout_hours=batch.timeout_hours, **work)

    async def _found(self, batch: Any) -> BatchJob | None:
        return await self._wire.find(batch.id, since=min(batch.created_at, batch.attempted_at, self._now()) - CLOCKS_DIFFER)

    async def _uploaded(self, batch_id: str) -> str:
        """The id of the input file, which an attempt before this one may have uploaded."""
        there = await uploads(self._wire, batch_id)
        if there:
            return there[0]
        with spooled(self._folder) as file:
            await asyncio.to_thread(_write, self._store, batch_id, file)
            file.seek(0)
            return await self._wire.upload(file_name(batch_id), file)


def file_name(batch_id: str) -> str:
    """The name of a batch's input file, by which one that was uploaded is found again."""
    return f"nightclerk-{batch_id}.jsonl"


async def uploads(wire: MistralBatches, batch_id: str) -> list[str]:
    """The ids of the input files of a batch, also of an upload whose reply was lost."""
    return await wire.uploaded(file_name(batch_id))


async def needs_file(store: Store, batch: Any) -> bool:
    """Whether a batch is too large to go inline. A function of what is booked, so it says the same after a crash."""
    return batch.requested > MOST_INLINE or await store.aread(batches.size, batch.id) > MOST_INLINE_CHARACTERS


def requests(store: Store, batch_id: str) -> Iterator[dict[str, Any]]:
    """The requests of a batch as its job takes them, block by block; a call's id is its custom id."""
    last = ""
    while rows := store.read(batches.bodies, batch_id, after=last):
        yield from ({"custom_id": row.id, "body": row.body} for row in rows)
        last = rows[-1].id


async def told(store: Store, batch: Any, job: BatchJob) -> str:
    """What a job says went wrong in it, without the words of the documents that it quotes."""

    def blanked() -> str:
        message = job.errors
        for request in requests(store, batch.id):
            message = without_echo(message, sent=sent_text(request["body"]["messages"]))
        return message

    return await asyncio.to_thread(blanked) if job.errors else ""


def _write(store: Store, batch_id: str, file: BinaryIO) -> None:
    lines = (json.dumps(request, ensure_ascii=False, separators=(",", ":")) for request in requests(store, batch_id))
    file.writelines(line.encode("utf-8", "replace") + b"\n" for line in lines)
