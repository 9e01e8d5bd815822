"""From files to filed documents: who is on the run's list, what has to be read, and what was read before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.pipeline.desk import Entry, Run
from nightclerk.records import Document, Source, derived_id, utc_now
from nightclerk.store import analyses, runs, sources

# of a collection, as its column is wide
LONGEST_NAME = 200


async def list_sources(run: Run) -> list[Entry]:
    """Walk the order's sources and put every file on the run's list; what cannot be opened is on it too, with the reason."""
    started = utc_now()
    store = run.desk.store
    walked = await asyncio.to_thread(lambda: [_look(found) for found in ingest.discover(run.order.sources)])
    # all at once: the writer commits them in groups
    listed = await asyncio.gather(*(store.write(_list_one, run, seen) for seen in walked))
    roots = [path.resolve().as_uri() for path in run.order.sources if path.is_dir()]
    # what lies in a folder that could not be opened is out of sight, not gone
    hidden = [seen.found.uri for seen in walked if not seen.found.ok]
    await store.write(sources.mark_vanished, run.collection_id, root_uris=roots, hidden_uris=hidden, before=started)
    return [entry for entry in listed if entry]


@dataclass(frozen=True, slots=True)
class _Seen:
    found: ingest.Found
    source: Source | None
    reason: str = ""


def _look(found: ingest.Found) -> _Seen:
    if not found.ok:
        return _Seen(found, None, found.reason)
    try:
        return _Seen(found, ingest.inspect(found.path))
    except SkipDocument as skip:
        return _Seen(found, None, skip.reason)


def _list_one(conn: Any, run: Run, seen: _Seen) -> Entry | None:
    """One file's rows, in the writer's hands."""
    source = seen.source
    name = source.name if source else ingest.shown(seen.found.path)
    source_id = sources.see_source(conn, run.collection_id, source, uri=seen.found.uri, name=name, reason=seen.reason, now=utc_now())
    state, reason = ("waiting", "") if source else ("unread", f"failed: {seen.reason}")
    row_id = runs.add_document(conn, run.id, source_id, state=state, reason=reason)
    return Entry(row_id, source_id, name, source.path, source.media_type, source.sha256) if source else None


async def earlier_analysis(run: Run, entry: Entry) -> analyses.Due | None:
    """The analysis that makes this document not due, by the setting `reanalyse`; None when it is due."""
    lineage_id = derived_id("lineage", entry.sha256, run.scope)
    found = await run.desk.store.aread(
        analyses.answered, run.collection_id, lineage_id, profile=run.profile.name, provider=run.terms.provider
    )
    return next((earlier for earlier in found if _still_good(run, entry, earlier)), None)


def _still_good(run: Run, entry: Entry, earlier: analyses.Due) -> bool:
    rule = run.desk.settings.reanalyse
    if earlier.view != ingest.view_of(entry.media_type, run.desk.options):
        # who asks for another view of a file with tracked changes asks about another text
        return False
    reader = ingest.reader_fingerprint(entry.media_type, run.desk.options)
    if earlier.pages_unread and ingest.gains_ocr(earlier.reader, reader):
        # pictures of pages were left out for want of an engine, and now there is one
        return False
    same = {
        "prompt": earlier.prompt_sha256 == run.profile.sha256,
        "model": earlier.model == run.terms.model,
        "reader": earlier.reader == reader,
    }
    if rule == "never":
        return True
    return all(same.values()) if rule == "all" else same[rule]


async def read_source(run: Run, entry: Entry) -> sources.StoredDocument:
    """The document that a source holds, from the store when this reader has read these bytes before."""
    store = run.desk.store
    reader = ingest.reader_fingerprint(entry.media_type, run.desk.options)
    view = ingest.view_of(entry.media_type, run.desk.options)
    stored = await store.aread(sources.find_document, entry.sha256, view=view, reader=reader, scope=run.scope)
    if stored is None:
        loop = asyncio.get_running_loop()
        document = await loop.run_in_executor(run.desk.readers, _read_entry, entry, run.desk.limits, run.desk.options)
        stored = await store.write(sources.file_document, entry.sha256, document, scope=run.scope, now=utc_now())
    await store.write(sources.link_source, entry.source_id, stored.id)
    return stored


def _read_entry(entry: Entry, limits: ingest.Limits, options: ingest.Options) -> Document:
    """Read an entry's file; bytes that came in the place of those on the list must not be filed as what these say."""
    document = read_file(entry.path, entry.media_type, limits, options)
    try:
        unchanged = ingest.inspect(entry.path).sha256 == entry.sha256
    except SkipDocument:
        unchanged = False
    if unchanged or document.status == "failed":
        return document
    why = "the file changed or went away while it was read; the next run reads what is there then"
    return Document("", (), (), document.reader, entry.media_type, view=document.view, status="failed", reason=why)


def read_file(path: Path, media_type: str, limits: ingest.Limits, options: ingest.Options) -> Document:
    """Read one file; one that cannot be read is a document without text, with the status and the reason."""
    try:
        return ingest.read(path, media_type, limits, options)
    except SkipDocument as skip:
        reader, view = ingest.reader_fingerprint(media_type, options), ingest.view_of(media_type, options)
        return Document("", (), (), reader, media_type, view=view, status=skip.status, reason=skip.reason)


def is_readable(document: sources.StoredDocument) -> bool:
    """Whether there is any text to ask about."""
    return document.status in {"read", "partial"} and document.characters > 0


def default_collection(paths: Iterable[Path]) -> str:
    """The name of the collection that sources belong to when nobody names one: the folder they lie in."""
    first = next(iter(paths)).resolve()
    name = ingest.shown(first if first.is_dir() else first.parent)
    return name if len(name) <= LONGEST_NAME else f"…{name[-150:]} {derived_id('collection', name)}"
