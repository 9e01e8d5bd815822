"""Making a job of what is booked, exactly once: whatever is interrupted is looked for at the provider before it is done again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nightclerk.errors import StoreError
from nightclerk.providers.batch_wire import BatchJob
from nightclerk.providers.mistral_batch import MOST_INLINE, MOST_INLINE_BYTES, MistralBatches
from nightclerk.records import utc_now
from nightclerk.store import Store, batches

# a job may show in the provider's list a little later than it was asked for, and clocks differ
SETTLING = timedelta(minutes=2)
CLOCKS_DIFFER = timedelta(hours=1)


def file_name(batch_id: str) -> str:
    """The name of a batch's input file, by which one that was uploaded is found again."""
    return f"nightclerk-{batch_id}.jsonl"


async def needs_file(store: Store, batch: Any) -> bool:
    """Whether a batch is too large to go inline. A function of what is booked, so it says the same after a crash."""
    return batch.requested > MOST_INLINE or await store.aread(batches.size, batch.id) > MOST_INLINE_BYTES


async def find(wire: MistralBatches, batch: Any) -> BatchJob | None:
    """The job of a batch that was perhaps created."""
    since: datetime = batch.attempted_at or batch.created_at
    return await wire.find(batch.id, since=since - CLOCKS_DIFFER)


async def create(store: Store, wire: MistralBatches, batch: Any, folder: Path) -> BatchJob:
    """Create the job of a batch of which none exists; its attempt is on the books before the bytes leave."""
    await store.write(batches.change, batch.id, state="sending", attempted_at=utc_now())
    given = {"model": batch.model, "timeout_hours": batch.timeout_hours}
    if not await needs_file(store, batch):
        return await wire.create(batch.id, requests=await asyncio.to_thread(lambda: list(requests(store, batch.id))), **given)
    file_id = batch.input_file_id or await _uploaded(store, wire, batch.id, folder)
    # from here on a job may exist
    await store.write(batches.change, batch.id, input_file_id=file_id, attempted_at=utc_now())
    return await wire.create(batch.id, file_id=file_id, **given)


async def _uploaded(store: Store, wire: MistralBatches, batch_id: str, folder: Path) -> str:
    """The id of the input file, which an attempt before this one may have uploaded."""
    name = file_name(batch_id)
    there = await wire.uploaded(name)
    if there:
        return there[0]
    path = folder / name
    try:
        await asyncio.to_thread(_write, store, batch_id, path)
        with path.open("rb") as file:
            return await wire.upload(name, file)
    except OSError as error:
        raise StoreError(f"the input of a batch job cannot be written to {folder}: {error.strerror or error}") from None
    finally:
        path.unlink(missing_ok=True)


def requests(store: Store, batch_id: str) -> Iterator[dict[str, Any]]:
    """The requests of a batch as its job takes them, block by block; a call's id is its custom id."""
    last = ""
    while rows := store.read(batches.bodies, batch_id, after=last):
        yield from ({"custom_id": row.id, "body": row.body} for row in rows)
        last = rows[-1].id


def _write(store: Store, batch_id: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        for request in requests(store, batch_id):
            file.write(json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n")
