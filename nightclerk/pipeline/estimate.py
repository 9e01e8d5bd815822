"""What a run would ask, cost and take, before anything is spent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.pipeline import lifecycle, plan
from nightclerk.pipeline.desk import Desk, Order, Run
from nightclerk.pipeline.intake import read_file
from nightclerk.providers import prices
from nightclerk.providers.outlook import REFERENCE_MODEL, REFERENCE_PROVIDER, SHORT_ANSWER_TOKENS
from nightclerk.records import Document, Price, utc_now
from nightclerk.store import analyses


@dataclass(slots=True)
class Estimate:
    """Counts and ranges. `low` takes every answer as short, `high` takes each as long as the profile allows."""

    model: str
    price_model: str
    documents: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    calls_answered_before: int = 0
    prompt_tokens: int = 0
    low_nano_usd: int = 0
    high_nano_usd: int = 0
    seconds: float = 0.0


async def estimate(desk: Desk, order: Order) -> Estimate:
    """Read the sources and count; nothing is sent but the question which models are served, and no run is filed.

    Raises:
        BadUsage, ProviderStop: as `lifecycle.start_run`.
    """
    run = await lifecycle.preview(desk, order)
    price = _price(run)
    result = Estimate(run.terms.model, price.model)
    for found in await asyncio.to_thread(lambda: list(ingest.discover(order.sources))):
        await _add_file(run, found, price, result)
    settings = desk.settings
    spoken = result.prompt_tokens + result.calls * SHORT_ANSWER_TOKENS
    if run.analyst == "model":
        result.seconds = max(result.calls / settings.requests_per_second, spoken * 60 / settings.tokens_per_minute)
    return result


def _price(run: Run) -> Price:
    """The price of the run; of a free one, the reference model's, on the last day that it had one."""
    if run.analyst == "model":
        return run.terms.price
    return prices.price(REFERENCE_PROVIDER, REFERENCE_MODEL, utc_now().date())


async def _add_file(run: Run, found: ingest.Found, price: Price, result: Estimate) -> None:
    result.documents += 1
    document = await asyncio.to_thread(_read, run, found)
    if document.status not in {"read", "partial"}:
        result.unread.append((found.path.name, f"{document.status}: {document.reason}"))
        return
    planned = await asyncio.to_thread(plan.build, run, "", document.text, document.sections)
    known = await run.desk.store.aread(analyses.answered_hashes, [request["hash"] for request in planned.requests])
    fresh: list[dict[str, Any]] = [request for request in planned.requests if request["hash"] not in known]
    # what the rules answered before a model has still to read
    priced = fresh if run.analyst == "model" else planned.requests
    low, high = plan.price_range(price, priced)
    result.calls += len(fresh)
    result.calls_answered_before += len(planned.requests) - len(fresh)
    result.prompt_tokens += sum(request["prompt_tokens"] for request in priced)
    result.low_nano_usd += low
    result.high_nano_usd += high


def _read(run: Run, found: ingest.Found) -> Document:
    try:
        if not found.ok:
            raise SkipDocument(found.status, found.reason)
        source = ingest.inspect(found.path)
    except SkipDocument as skip:
        return Document("", (), (), "none", "", status=skip.status, reason=skip.reason)
    return read_file(source.path, source.media_type, run.desk.limits, run.desk.options)
