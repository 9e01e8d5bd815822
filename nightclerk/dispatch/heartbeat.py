"""Telling other processes that this one is alive, and tidying up after those that are not."""

from __future__ import annotations

import asyncio
import logging

from nightclerk.errors import StoreError
from nightclerk.records import utc_now
from nightclerk.store import Store, processes

log = logging.getLogger(__name__)


async def heartbeat(store: Store, process_id: str, every_s: float = processes.BEAT_S) -> None:
    """Beat until cancelled. A beat that the database does not take is logged and left out: the next one says the same.

    What a process left that died meanwhile is booked and freed too: a run that waits for it must not wait for its lease to expire.
    """
    steady = False
    while True:
        began = utc_now()
        try:
            await store.write(processes.beat, process_id, now=began)
            # after a pause (a machine that slept) the others look as dead as we did, and beat again in a moment
            if steady:
                await store.write(processes.recover, now=utc_now())
        except StoreError as error:
            log.warning("no heartbeat: %s", error)
        await asyncio.sleep(every_s)
        steady = utc_now() - began < processes.SILENT_HERE / 2
