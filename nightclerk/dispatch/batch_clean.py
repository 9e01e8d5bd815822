"""What is done away with: batches that must not become jobs, and what a job has left with the provider."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from nightclerk.dispatch.batch_send import needs_file, uploads
from nightclerk.errors import GiveUpCall
from nightclerk.providers.mistral_batch import MistralBatches
from nightclerk.store import Store


def unwanted(batch: Any) -> str:
    """Why a batch of which there is no job must not become one; empty where it may."""
    if batch.cancelled_at is not None:
        return "cancelled before it was sent"
    return "the collection was marked confidential before it was sent, and batch jobs are not for those" if batch.confidential else ""


async def clean(store: Store, wire: MistralBatches, batch: Any) -> None:
    """Delete the files of a batch at the provider, and its job with the requests and results in it.

    Raises:
        CallError, ProviderStop: that cannot be done now.
    """
    files = {file_id for file_id in (batch.input_file_id, batch.output_file_id, batch.error_file_id) if file_id}
    if await needs_file(store, batch):
        files.update(await uploads(wire, batch.id))
    for file_id in sorted(files):
        await wire.delete(file_id)
    if batch.provider_job_id:
        # one that never ended, or an endpoint that deletes none
        with suppress(GiveUpCall):
            await wire.delete_job(batch.provider_job_id)
