"""From files to filed documents: what has to be read, what was read before, and where its bytes are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.pipeline.desk import Entry, Run
from nightclerk.records import Document, derived_id, utc_now
from nightclerk.store import analyses, sources

# of a collection, as its column is wide
LONGEST_NAME = 200


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
    if earlier.pages_unread and ingest.gains_ocr(earlier.reader, reader, run.desk.options):
        # pictures of pages were left out for want of an engine, and now there is one
        return False
    same = {
        "prompt": earlier.prompt_sha256 == run.profile.sha256,
        "model": earlier.model == run.terms.model,
        "reader": ingest.same_reader(earlier.reader, reader, run.desk.options),
    }
    if rule == "never":
        return True
    return all(same.values()) if rule == "all" else same[rule]


async def read_source(run: Run, entry: Entry, options: ingest.Options | None = None) -> sources.StoredDocument:
    """The document that a source holds, from the store when this reader has read these bytes before; `options` are the run's, or others."""
    store = run.desk.store
    options = options or run.desk.options
    ready = entry.document
    reader = ready.reader if ready else ingest.reader_fingerprint(entry.media_type, options)
    view = ready.view if ready else ingest.view_of(entry.media_type, options)
    stored = await store.aread(sources.find_document, entry.sha256, view=view, reader=reader, scope=run.scope)
    if stored is None:
        loop = asyncio.get_running_loop()
        document = ready
        if document is None:
            document = await loop.run_in_executor(run.desk.readers, _read_entry, entry, run.desk.access, options)
        stored = await store.write(sources.file_document, entry.sha256, document, scope=run.scope, now=utc_now())
    await store.write(sources.link_source, entry.source_id, stored.id)
    return stored


@asynccontextmanager
async def at_hand(run: Run, entry: Entry) -> AsyncIterator[Entry]:
    """The entry with a path at which its bytes lie while the block runs; raises SkipDocument where they cannot be had."""
    with ExitStack() as stack:
        held = run.desk.access.file(entry.origin, entry.sha256, entry.name)
        yield replace(entry, path=await asyncio.to_thread(stack.enter_context, held))


def _read_entry(entry: Entry, access: ingest.Access, options: ingest.Options) -> Document:
    """Read an entry's file; bytes that came in the place of those on the list must not be filed as what these say."""
    try:
        with access.file(entry.origin, entry.sha256, entry.name) as path:
            document = read_file(path, entry.media_type, access.limits, options)
    except SkipDocument as skip:
        return _unread(entry.media_type, options, skip)
    if not isinstance(entry.origin, Path) or document.status == "failed":
        return document
    try:
        unchanged = ingest.inspect(entry.origin).sha256 == entry.sha256
    except SkipDocument:
        unchanged = False
    why = "the file changed or went away while it was read; the next run reads what is there then"
    return document if unchanged else _unread(entry.media_type, options, SkipDocument("failed", why))


def read_file(path: Path, media_type: str, limits: ingest.Limits, options: ingest.Options) -> Document:
    """Read one file; one that cannot be read is a document without text, with the status and the reason."""
    try:
        return ingest.read(path, media_type, limits, options)
    except SkipDocument as skip:
        return _unread(media_type, options, skip)


def _unread(media_type: str, options: ingest.Options, skip: SkipDocument) -> Document:
    reader, view = ingest.reader_fingerprint(media_type, options), ingest.view_of(media_type, options)
    return Document("", (), (), reader, media_type, view=view, status=skip.status, reason=skip.reason)


def is_readable(document: sources.StoredDocument) -> bool:
    """Whether there is any text to ask about."""
    return document.status in {"read", "partial"} and document.characters > 0


def default_collection(places: Iterable[ingest.Place]) -> str:
    """The name of the collection that sources belong to when nobody names one: the folder they lie in."""
    first = next(iter(places))
    name = _folder_of(first)
    return name if len(name) <= LONGEST_NAME else f"…{name[-150:]} {derived_id('collection', name)}"


def _folder_of(place: ingest.Place) -> str:
    if isinstance(place, Path):
        path = place.resolve()
        return ingest.shown(path if path.is_dir() else path.parent)
    name = ingest.clean_name(unquote(place.uri.partition("?")[0])).rstrip("/")
    # a place on the web is a file; of a store nobody knows before it is asked
    return name.rpartition("/")[0] if place.is_web and place.path.strip("/") else name
