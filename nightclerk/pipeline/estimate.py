"""What a run would ask, cost and take, before anything is spent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from nightclerk.errors import SkipDocument
from nightclerk.pipeline import lifecycle, ocr, plan
from nightclerk.pipeline.desk import Desk, Entry, Order, Run
from nightclerk.pipeline.forecast import Forecast
from nightclerk.pipeline.gather import Gatherer, Seen, walk
from nightclerk.pipeline.hostile import Surroundings
from nightclerk.pipeline.intake import earlier_analysis, read_file
from nightclerk.pipeline.memory import Memory
from nightclerk.providers import prices
from nightclerk.providers.outlook import REFERENCE_MODEL, REFERENCE_PROVIDER, Outlook
from nightclerk.records import Document, Source, utc_now
from nightclerk.store import analyses, history


@dataclass(slots=True)
class Estimate:
    """Counts and ranges of what a run would do, question by question as the run would ask it.

    The range stands on the lengths of `history_calls` earlier answers of this profile by this model; where there are none, `low` takes
    every answer as short and `high` takes each as long as the profile allows. Both ends hold what an endpoint takes for reading
    `ocr_pages` pictures, and nothing for the questions about their text, which nobody knows yet. With `in_batch` it is that of batch jobs,
    which answer within hours: `seconds` is then 0.
    """

    model: str
    price_model: str
    documents: int = 0
    documents_analysed_before: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    calls_answered_before: int = 0
    prompt_tokens: int = 0
    low_nano_usd: int = 0
    high_nano_usd: int = 0
    seconds: float = 0.0
    ocr_pages: int = 0
    history_calls: int = 0
    in_batch: bool = False


async def estimate(desk: Desk, order: Order) -> Estimate:
    """Read the sources and count; nothing is sent but the question which models are served, and no run is filed.

    Raises:
        BadUsage, ProviderStop: as `lifecycle.start_run`.
    """
    run = await lifecycle.preview(desk, order)
    forecast = await _forecast(run)
    lengths = forecast.outlook.lengths
    result = Estimate(run.terms.model, forecast.outlook.price.model, history_calls=lengths.calls if lengths else 0, in_batch=run.defers)
    gatherer, found = Gatherer(desk.access, Memory(desk.store, run.collection_id, keeps=False)), walk(order.sources, desk.settings.data_dir)
    while (one := await asyncio.to_thread(next, found, None)) is not None:
        for seen in await asyncio.to_thread(gatherer.look, one):
            await _add_file(run, seen, forecast, result)
    settings = desk.settings
    if run.analyst == "model" and not run.defers:
        tokens = forecast.outlook.tokens(forecast.load)
        result.seconds = max(result.calls / settings.requests_per_second, tokens * 60 / settings.tokens_per_minute)
    return result


async def _forecast(run: Run) -> Forecast:
    """That of the run; of a free one, the reference model's, at the price of the last day that it had one."""
    if run.analyst == "model":
        return run.forecast
    reference = {"provider": REFERENCE_PROVIDER, "model": REFERENCE_MODEL}
    lengths = await run.desk.store.aread(history.lengths, profile=run.profile.name, **reference)
    return Forecast(Outlook(prices.price(REFERENCE_PROVIDER, REFERENCE_MODEL, utc_now().date()), lengths))


async def _add_file(run: Run, seen: Seen, forecast: Forecast, result: Estimate) -> None:
    result.documents += 1
    before = seen.source is not None and await _analysed_before(run, seen, seen.source)
    result.documents_analysed_before += before
    # what the rules analysed before a model has still to read
    if before and run.analyst == "model":
        return
    document = await asyncio.to_thread(_read, run, seen)
    if seen.document and document.status == "read":
        return
    if seen.source:
        document = await _with_pictures(run, seen.source, document, result)
    if document.status not in {"read", "partial"}:
        result.unread.append((seen.name, f"{document.status}: {document.reason}"))
        return
    planned = await asyncio.to_thread(plan.build, run, "", document.text, document.sections, Surroundings(document.annotations))
    known = await run.desk.store.aread(analyses.answered_hashes, [request["hash"] for request in planned.requests])
    _count(run, planned, known, forecast, result, before=before)


async def _analysed_before(run: Run, seen: Seen, source: Source) -> bool:
    """Whether the run would ask nothing about this file (NIGHTCLERK_REANALYSE)."""
    entry = Entry("", "", seen.name, source.path, source.media_type, source.sha256, seen.origin, seen.document)
    return await earlier_analysis(run, entry) is not None


def _count(run: Run, planned: plan.Plan, known: set[str], forecast: Forecast, result: Estimate, *, before: bool) -> None:
    # another document may put the same question
    asked = known | forecast.hashes
    fresh = [] if before else [request for request in planned.requests if request["hash"] not in asked]
    priced = fresh if run.analyst == "model" else planned.requests
    low, high = forecast.add(priced)
    result.calls += len(fresh)
    result.calls_answered_before += len(planned.requests) - len(fresh)
    result.prompt_tokens = forecast.load.prompt_tokens
    result.low_nano_usd += low
    result.high_nano_usd += high


async def _with_pictures(run: Run, source: Source, document: Document, result: Estimate) -> Document:
    """The document with the text of its pictures where an endpoint has read them; else what that costs is counted."""
    forecast = await ocr.forecast(run, source, document)
    result.ocr_pages += forecast.pages
    result.low_nano_usd += forecast.cost_nano_usd
    result.high_nano_usd += forecast.cost_nano_usd
    return forecast.document


def _read(run: Run, seen: Seen) -> Document:
    desk, source = run.desk, seen.source
    if source is None:
        return Document("", (), (), "none", "", status=seen.status, reason=seen.reason)
    if seen.document:
        return seen.document
    try:
        with desk.access.file(seen.origin, source.sha256, seen.name) as path:
            return read_file(path, source.media_type, desk.limits, desk.options)
    except SkipDocument as skip:
        return Document("", (), (), "none", "", status=skip.status, reason=skip.reason)
