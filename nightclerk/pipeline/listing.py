"""Who is on a run's list: every file of its sources and every file in a file, block by block, and what is no longer there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from nightclerk import ingest
from nightclerk.pipeline.desk import Entry, Run
from nightclerk.pipeline.gather import Gatherer, Seen, walk
from nightclerk.pipeline.memory import Memory
from nightclerk.records import utc_now
from nightclerk.store import runs, sources

# files looked at together, and rows in one transaction
BLOCK_FILES, BATCH_ROWS = 500, 100


async def list_sources(run: Run) -> list[Entry]:
    """Walk the order's sources and put every file on the run's list; what cannot be opened is on it too, with the reason.

    Raises:
        SourceNotFound: a path of the order does not exist.
    """
    started = utc_now()
    gatherer = Gatherer(run.desk.access, Memory(run.desk.store, run.collection_id, keeps=True))
    found = walk(run.order.sources, run.desk.settings.data_dir)
    entries: list[Entry] = []
    hidden: list[str] = []
    loop = asyncio.get_running_loop()
    while block := await asyncio.to_thread(lambda: list(islice(found, BLOCK_FILES))):
        looked = await asyncio.gather(*(loop.run_in_executor(run.desk.readers, gatherer.look, one) for one in block))
        seen = [one for inside in looked for one in inside]
        entries += await _listed(run, seen)
        hidden += [one.uri for one in seen if one.hides]
    # what lies in a folder that could not be opened is out of sight, not gone
    roots = [uri_of(place) for place in run.order.sources]
    await run.desk.store.write(
        sources.mark_vanished, run.collection_id, run.id, root_uris=roots, hidden_uris=hidden, before=started, now=utc_now()
    )
    return entries


def uri_of(place: ingest.Place) -> str:
    """The name of a source in the store."""
    return ingest.uri_of(place.resolve()) if isinstance(place, Path) else place.uri


async def _listed(run: Run, seen: Sequence[Seen]) -> list[Entry]:
    """The rows of a block, in batches; the writer commits those that wait together."""
    batches = [seen[start : start + BATCH_ROWS] for start in range(0, len(seen), BATCH_ROWS)]
    written = await asyncio.gather(*(run.desk.store.write(_list_batch, run, batch) for batch in batches))
    return [entry for batch in written for entry in batch]


def _list_batch(conn: Any, run: Run, batch: Sequence[Seen]) -> list[Entry]:
    """The rows of some files, in the writer's hands."""
    sightings = [
        sources.Sighting(seen.uri, seen.name, seen.source, seen.status, seen.reason, seen.parent_uri, seen.version) for seen in batch
    ]
    source_ids = sources.see_sources(conn, run.collection_id, sightings, now=utc_now())
    states = [("waiting", "") if seen.source else ("unread", f"{seen.status}: {seen.reason}") for seen in batch]
    listed = [(source_id, *state) for source_id, state in zip(source_ids, states, strict=True)]
    row_ids = runs.add_documents(conn, run.id, listed)
    return [_entry(*one) for one in zip(row_ids, source_ids, batch, strict=True) if one[-1].source]


def _entry(row_id: str, source_id: str, seen: Seen) -> Entry:
    assert seen.source is not None
    path = seen.origin if isinstance(seen.origin, Path) else Path()
    return Entry(row_id, source_id, seen.name, path, seen.source.media_type, seen.source.sha256, seen.origin, seen.document)
