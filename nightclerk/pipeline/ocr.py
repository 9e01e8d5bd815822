"""Pages that are pictures, read by Mistral's OCR endpoint: a paid call as any other, made before there is an analysis.

The reader's own reading stands in the store first. What the endpoint says of its pictures goes into a second one, a document of its own;
the first never changes. Requests, budgets, attempts, replies and cache are those of the dispatcher.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.pipeline import intake
from nightclerk.pipeline.desk import Entry, Ocr, Run
from nightclerk.pipeline.ocr_requests import Block, blocks_of, job, question_row, request_row
from nightclerk.providers import prices
from nightclerk.providers.mistral_ocr import OcrPage, read_pages
from nightclerk.records import Document, Price, Source, derived_id, utc_now
from nightclerk.store import analyses, pictures, runs, sources

# in the place of a hash of requests, since there are none
NOT_SENT = "not-sent"
STRANGERS_NAMED = 5


async def read_pictures(run: Run, entry: Entry, stored: sources.StoredDocument) -> sources.StoredDocument:
    """The document with those of its pages that are pictures read by the endpoint; as it is where there are none, or no endpoint is set.

    Raises:
        OverBudget, ProviderStop, StoreError: as `Dispatcher.drain`; what was answered is stored.
    """
    store, ocr = run.desk.store, run.desk.ocr
    pages = await store.aread(pictures.unread_pages, stored.id) if ocr else []
    if ocr is None or not pages:
        return stored
    read = await store.aread(find_reading, run, entry.sha256, entry.media_type)
    if read is None:
        answers = await _answers(run, ocr, entry, stored.id, pages)
        return await intake.read_source(run, entry, replace(run.desk.options, answers=answers))
    await store.write(sources.link_source, entry.source_id, read.id)
    return read


def find_reading(conn: Any, run: Run, sha256: str, media_type: str) -> sources.StoredDocument | None:
    """The reading of a file in which nothing is open of what the endpoint was asked."""
    if run.desk.ocr is None:
        return None
    options = replace(run.desk.options, answers=ingest.Answers(run.desk.ocr.model.id, {}))
    reader, view = ingest.reader_fingerprint(media_type, options), ingest.view_of(media_type, options)
    return sources.find_document(conn, sha256, view=view, reader=reader, scope=run.scope)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A document as far as it was read, how many of its pages the endpoint would still be paid for, and how much."""

    document: Document
    pages: int = 0
    cost_nano_usd: int = 0


async def forecast(run: Run, source: Source, document: Document) -> Forecast:
    """What reading the pictures of a document would cost; nothing where that was paid for already."""
    ocr, store = run.desk.ocr, run.desk.store
    pages = [page.index for page in document.pages if page.status in pictures.UNREAD]
    if ocr is None or not pages:
        return Forecast(document)
    read = await store.aread(find_reading, run, source.sha256, source.media_type)
    if read is not None:
        text, read_pages, sections = await store.aread(sources.document_parts, read.id)
        return Forecast(replace(document, text=text, pages=read_pages, sections=sections, status=read.status, reason=read.reason))
    try:
        unpaid = await _unpaid(run, await _blocks(run, ocr, source, pages))
    except OSError:
        # a file from elsewhere is not kept once it is read
        unpaid = len(pages)
    return Forecast(document, unpaid, unpaid * price_of(run, ocr).page_nano_usd)


def price_of(run: Run, ocr: Ocr) -> Price:
    """What a page costs today; raises `PriceUnknown`."""
    return prices.price(ocr.endpoint.name, ocr.model.id, utc_now().astimezone(run.desk.settings.zone).date())


async def _answers(run: Run, ocr: Ocr, entry: Entry, document_id: str, pages: Sequence[int]) -> ingest.Answers:
    """What the endpoint reads of these pages, or why it does not."""
    try:
        async with intake.at_hand(run, entry) as here:
            blocks = await _blocks(run, ocr, here, pages)
            found = await _ask(run, ocr, here, document_id, blocks)
    except (SkipDocument, OSError) as error:
        reason = error.reason if isinstance(error, SkipDocument) else f"cannot be opened: {error.strerror or error}"
        return ingest.Answers(ocr.model.id, dict.fromkeys(pages, f"could not be sent: {reason}"), NOT_SENT)
    return await asyncio.to_thread(_merged, ocr, blocks, found)


async def _blocks(run: Run, ocr: Ocr, source: Entry | Source, pages: Sequence[int]) -> list[Block]:
    found = blocks_of(run.scope, ocr, source.path, sha256=source.sha256, media_type=source.media_type, pages=pages)
    return await asyncio.to_thread(list, found)


async def _ask(run: Run, ocr: Ocr, entry: Entry, document_id: str, blocks: Sequence[Block]) -> dict[str, pictures.OcrOutcome]:
    """File the questions, have them answered, by the store or by calls, and return what became of each."""
    store, price = run.desk.store, price_of(run, ocr)
    terms = replace(run.terms, provider=ocr.endpoint.name, model_asked=ocr.model.id, model=ocr.model.id, price=price)
    cost = await _unpaid(run, blocks) * price.page_nano_usd
    await store.write(runs.add_estimate, run.id, low_nano_usd=cost, high_nano_usd=cost)
    requests = [request_row(run.scope, ocr, block) for block in blocks]
    await store.write(pictures.file_questions, price, requests=requests, questions=[question_row(block) for block in blocks])
    with ocr.endpoint.holding({block.name: partial(_content, run, ocr, entry, block) for block in blocks}):
        await ocr.dispatcher.drain(terms, [job(block, document_id) for block in blocks])
    return await store.aread(pictures.outcomes, [block.question_id for block in blocks])


def _content(run: Run, ocr: Ocr, entry: Entry, block: Block) -> bytes:
    desk = run.desk
    return ingest.ocr_content(
        entry.path,
        block.form,
        pages=block.pages,
        sha256=entry.sha256,
        most_bytes=ocr.model.most_bytes,
        limits=desk.limits,
        options=desk.options,
    )


async def _unpaid(run: Run, blocks: Sequence[Block]) -> int:
    """How many of these pages no stored reply has."""
    known = await run.desk.store.aread(analyses.answered_hashes, [block.request_hash for block in blocks])
    return sum(len(block.pages) for block in blocks if block.request_hash not in known)


def _merged(ocr: Ocr, blocks: Sequence[Block], found: Mapping[str, pictures.OcrOutcome]) -> ingest.Answers:
    pages: dict[int, ingest.PageAnswer | str] = {}
    lacking = []
    for block in blocks:
        outcome = found[block.question_id]
        if outcome.raw_body is None:
            lacking.append(block.request_hash)
            pages |= dict.fromkeys(block.pages, f"{ocr.model.id} gave no answer: {outcome.reason}; the next run asks again")
        else:
            pages |= _pages(ocr, block, read_pages(outcome.raw_body))
    return ingest.Answers(ocr.model.id, pages, derived_id(*sorted(lacking))[:8] if lacking else "")


def _pages(ocr: Ocr, block: Block, found: Mapping[int, OcrPage]) -> dict[int, ingest.PageAnswer | str]:
    """The pages of a block as its answer has them; what nobody asked for is not used, and named on each of them."""
    placed = {place: page for index, page in found.items() if (place := block.place_of(index)) is not None}
    strange = [str(index + 1) for index in sorted(found) if block.place_of(index) is None]
    note = f"its answer also held page {', '.join(strange[:STRANGERS_NAMED])}, which was not asked for" if strange else ""
    return {page: _page(ocr, placed.get(page), note) for page in block.pages}


def _page(ocr: Ocr, page: OcrPage | None, note: str) -> ingest.PageAnswer | str:
    if page is None:
        return f"the answer of {ocr.model.id} does not hold it" + (f"; {note}" if note else "")
    return ingest.PageAnswer(page.markdown, page.confidence, page.tables, note)
