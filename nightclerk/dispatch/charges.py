"""What an attempt cost, by what is known of it.

For every call: `cost <= the provider's bill <= cost + at_risk`. Cost is the bill itself where usage came; where none came but part of an
answer did, it is the floor: the prompt, and the tokens that the text in hand must at least have taken. Nothing in hand, or something that
is no answer of a model (a gateway's page, say), is a cost of zero with the whole ceiling at risk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nightclerk.dispatch.jobs import Job, Terms
from nightclerk.errors import CallError
from nightclerk.providers.prices import ceiling_nano_usd, cost_nano_usd
from nightclerk.providers.reply import MOST_TOKENS
from nightclerk.records import Price, Reply, Usage

# Bytes of UTF-8 that a token stands for at the most, on average over an answer: the tekken vocabulary takes about 4 of English and
# fewer of other languages and of JSON.
FLOOR_BYTES_PER_TOKEN = 6
# the braces and names of a chat completion around its answer
ENVELOPE_BYTES = 400
_USAGE = re.compile(r'"usage"\s*:\s*')
# of OCR: the pages billed, with the character behind the number, since a body may break off inside it; and one mark for each page
_PAGES_BILLED = re.compile(r'"pages_processed"\s*:\s*(\d{1,6})\s*[,}]')
_PAGE = re.compile(r'"markdown"\s*:')
# where an answer begins, in every dialect; before that nobody knows whether a model has worked
_BEGUN = re.compile(r'"choices"\s*:\s*\[|"content"\s*:\s*["\[]')
_NOTHING = Usage(0, 0)


@dataclass(frozen=True, slots=True)
class Charge:
    """What to book: tokens, nano-USD, and how it is known (usage, estimate, at_risk, none)."""

    usage: Usage = _NOTHING
    cost_nano_usd: int = 0
    basis: str = "none"
    at_risk_nano_usd: int = 0


FREE = Charge()


def ceiling(price: Price, job: Job) -> int:
    """The most that a call can cost, in nano-USD."""
    return ceiling_nano_usd(price, job.prompt_tokens, max_output_tokens=job.max_output_tokens, pages=job.pages)


def of_reply(price: Price, job: Job, reply: Reply) -> Charge:
    """The charge of a reply: by its usage, or the floor of what it holds where the provider sent none."""
    if reply.usage is not None:
        return Charge(reply.usage, cost_nano_usd(price, reply.usage), "usage")
    if job.pages:
        return _of_pages(price, job, reply.raw_body)
    return _floor(price, job, len((reply.answer + reply.thinking).encode(errors="replace")))


def of_error(price: Price, job: Job, error: CallError) -> Charge:
    """The charge of an attempt that failed; free unless the provider may have worked on it."""
    if not error.billable:
        return FREE
    if not error.raw_body.lstrip().startswith("{"):
        return at_risk(price, job)
    if job.pages:
        return _of_pages(price, job, error.raw_body)
    usage = _usage_in(error.raw_body)
    if usage is not None:
        return Charge(usage, cost_nano_usd(price, usage), "usage")
    if not _BEGUN.search(error.raw_body):
        return at_risk(price, job)
    return _floor(price, job, len(error.raw_body.encode(errors="replace")) - ENVELOPE_BYTES)


def at_risk(price: Price, job: Job) -> Charge:
    """The charge of an attempt of which nothing is known: perhaps free, perhaps its ceiling."""
    return Charge(basis="at_risk", at_risk_nano_usd=ceiling(price, job))


def ceiling_under(terms: Terms, job: Job) -> int:
    """The most that a call can cost on these terms, in nano-USD."""
    return _share(terms, ceiling(terms.price, job), round_up=True)


def under(terms: Terms, charge: Charge) -> Charge:
    """A charge at full price, as it is on these terms: a batch job pays a share of everything."""
    if terms.mode != "batch":
        return charge
    cost, most = _share(terms, charge.cost_nano_usd), _share(terms, charge.cost_nano_usd + charge.at_risk_nano_usd, round_up=True)
    return replace(charge, cost_nano_usd=cost, at_risk_nano_usd=most - cost if charge.at_risk_nano_usd else 0)


def _share(terms: Terms, nano_usd: int, *, round_up: bool = False) -> int:
    """As `prices.cost_nano_usd` takes the discount: off the sum, rounded once, half up."""
    if terms.mode != "batch":
        return nano_usd
    return (nano_usd * terms.price.batch_percent + (99 if round_up else 50)) // 100


def _floor(price: Price, job: Job, answer_bytes: int) -> Charge:
    seen = min(max(0, answer_bytes) // FLOOR_BYTES_PER_TOKEN, job.max_output_tokens)
    return _estimated(price, job, Usage(job.prompt_tokens, seen))


def _of_pages(price: Price, job: Job, raw_body: str) -> Charge:
    """The charge of an answer of OCR, or what came of one: by the pages it says were billed, or the floor of those that are in it."""
    said = _PAGES_BILLED.search(raw_body)
    if said and int(said[1]):
        usage = Usage(0, 0, pages=int(said[1]))
        return Charge(usage, cost_nano_usd(price, usage), "usage")
    return _estimated(price, job, Usage(0, 0, pages=min(len(_PAGE.findall(raw_body)), job.pages)))


def _estimated(price: Price, job: Job, usage: Usage) -> Charge:
    cost = cost_nano_usd(price, usage)
    return Charge(usage, cost, "estimate", max(0, ceiling(price, job) - cost))


def _usage_in(raw_body: str) -> Usage | None:
    """The usage inside a body that broke off later. Inside a JSON string the quotes would be escaped, so text cannot pose as it."""
    found = _USAGE.search(raw_body)
    if not found:
        return None
    try:
        said, _ = json.JSONDecoder().raw_decode(raw_body, found.end())
    except (ValueError, RecursionError):
        # a number of more digits than Python reads is a plain ValueError
        return None
    counts = [_count(said, name) for name in ("prompt_tokens", "completion_tokens")]
    if None in counts:
        return None
    cached = _count(said.get("prompt_tokens_details"), "cached_tokens") or 0
    return Usage(counts[0] or 0, counts[1] or 0, cached_tokens=cached)


def _count(said: Any, name: str) -> int | None:
    number = said.get(name) if isinstance(said, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MOST_TOKENS else None
