"""Telling other processes that this one is alive."""

from __future__ import annotations

import asyncio
import logging

from nightclerk.errors import StoreError
from nightclerk.records import utc_now
from nightclerk.store import Store, processes

log = logging.getLogger(__name__)


async def heartbeat(store: Store, process_id: str, every_s: float = processes.BEAT_S) -> None:
    """Beat until cancelled. A beat that the database does not take is logged and left out: the next one says the same."""
    while True:
        try:
            await store.write(processes.beat, process_id, now=utc_now())
        except StoreError as error:
            log.warning("no heartbeat: %s", error)
        await asyncio.sleep(every_s)
