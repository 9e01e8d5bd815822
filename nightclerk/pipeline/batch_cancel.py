"""Ending a run that waits: its jobs are cancelled at the provider, and what they have run by then is still collected, since it is paid."""

from __future__ import annotations

import asyncio
import logging

from nightclerk.errors import CallError, ProviderStop
from nightclerk.pipeline.desk import Desk
from nightclerk.records import utc_now
from nightclerk.store import batches, runs

log = logging.getLogger(__name__)
# whoever presses Ctrl-C does not want to wait; what is not done by then, the next `collect` does
PATIENCE_S = 15.0


async def cancel(desk: Desk, run_id: str) -> bool:
    """Cancel a run that waits, and its jobs as far as the provider can be reached; False where it does not wait."""
    if not await desk.store.write(runs.cancel, run_id, now=utc_now()):
        return False
    if desk.batches is None:
        return True
    for batch_id in await desk.store.aread(batches.of_run, run_id):
        try:
            async with asyncio.timeout(PATIENCE_S):
                await desk.batches.tend(batch_id)
        except (CallError, ProviderStop, TimeoutError) as error:
            log.warning("batch %s is not cancelled yet: %s", batch_id, error)
    return True
