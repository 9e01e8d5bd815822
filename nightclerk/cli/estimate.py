"""`nightclerk estimate`: what a run would cost, before it spends anything."""

from __future__ import annotations

import asyncio
import dataclasses

import click

from nightclerk import wiring
from nightclerk.cli.desk import (
    collection_option,
    json_option,
    mode_option,
    model_option,
    profile_option,
    provider_option,
    settings_with,
    sources_argument,
)
from nightclerk.cli.output import say, say_json
from nightclerk.pipeline import Estimate, Order, default_collection
from nightclerk.pipeline import estimate as work_out
from nightclerk.report import one_line, usd
from nightclerk.settings import Settings


@click.command()
@sources_argument
@profile_option
@collection_option
@provider_option
@model_option
@mode_option
@json_option
def estimate(
    sources: tuple[str, ...], profile: str, collection: str, provider: str | None, model: str | None, mode: str | None, as_json: bool
) -> None:
    """Count tokens, calls, cost and time of a run over SOURCES. Spends nothing and sends no document."""
    settings = settings_with(provider=provider, model=model, mode=mode)
    places = wiring.existing(sources)
    order = Order(places, profile, collection or default_collection(places), settings.budget_nano_usd)
    result = asyncio.run(_estimate(settings, order))
    if as_json:
        say_json(dataclasses.asdict(result))
    else:
        say(_text(result, settings))


async def _estimate(settings: Settings, order: Order) -> Estimate:
    async with wiring.open_desk(settings) as desk:
        return await work_out(desk, order)


def _text(result: Estimate, settings: Settings) -> str:
    free = result.model != result.price_model
    basis = f"as in {result.history_calls} earlier answers" if result.history_calls else "no earlier answers: short ones to longest allowed"
    price = f"{usd(result.low_nano_usd)} to {usd(result.high_nano_usd)} USD with {result.price_model} ({basis})"
    before = f", {result.documents_analysed_before} analysed before (NIGHTCLERK_REANALYSE)" if result.documents_analysed_before else ""
    lines = [
        f"documents  {result.documents}, of which {len(result.unread)} cannot be read{before}",
        f"calls      {result.calls} ({result.calls_answered_before} more are answered from the store)",
        f"tokens     {result.prompt_tokens:,} of prompts",
        f"cost       0.00 USD with the rules analyst; {price}" if free else f"cost       {price}",
    ]
    if result.ocr_pages:
        pages = f"{result.ocr_pages} page{'' if result.ocr_pages == 1 else 's'}"
        lines.append(f"pictures   {pages} for Mistral's OCR, in the cost above; the questions about their text come on top")
    if not free:
        limits = f"{settings.requests_per_second:g} requests/s and {settings.tokens_per_minute:,} tokens/min"
        time = "within hours, in batch jobs" if result.in_batch else f"about {_duration(result.seconds)} at {limits}"
        lines.append(f"time       {time}; budget {settings.budget_usd} USD")
    return "\n".join(lines + [f"not read   {one_line(f'{name}: {reason}')}" for name, reason in result.unread])


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
