"""The dated price book, read from `prices.yaml`, and the arithmetic of money: whole nano-USD, never a float.

2 USD per million tokens is exactly 2,000 nano-USD a token, so a cost without a discount needs no rounding at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from nightclerk.errors import PriceUnknown
from nightclerk.records import Price, Usage

NANO_USD_PER_TOKEN = 1_000  # of a price of 1 USD per million tokens
NANO_USD_PER_PAGE = 1_000_000  # of a price of 1 USD per thousand pages
MARGIN_TOKENS = 64
_DECLARED: dict[str, Price] = {}


def price(provider: str, model: str, on: date) -> Price:
    """The price in force on a day: the newest row that is valid by then.

    Raises:
        PriceUnknown: the book has no row for this model on this day; an unknown price is never zero.
    """
    rows = [
        row for row in (*book(), *_declared(provider, model)) if (row.provider, row.model) == (provider, model) and row.valid_from <= on
    ]
    if not rows:
        raise PriceUnknown(f"no price is known for {model} of {provider} on {on.isoformat()}; add a row to the price book")
    return max(rows, key=lambda row: row.valid_from)


def declare(provider: str, *, input_usd: str, output_usd: str, on: date) -> None:
    """Say what every model of a provider without a price book costs from a day on: a server of one's own.

    It holds for this process, takes the place of what was declared before, and is filed with the run as a row like any other. Cached
    input costs what input costs.

    Args:
        input_usd, output_usd: USD per million tokens, as text.

    Raises:
        ValueError: a price is not exact.
    """
    row = {"provider": provider, "model": "", "valid_from": on, "input": input_usd, "output": output_usd, "batch_percent": 100}
    _DECLARED[provider] = read_row({**row, "source": "the settings of this installation", "retrieved_on": on})


def _declared(provider: str, model: str) -> list[Price]:
    return [replace(row, model=model) for name, row in _DECLARED.items() if name == provider]


@lru_cache(maxsize=1)
def book() -> tuple[Price, ...]:
    """Every row of the price book."""
    text = (files("nightclerk.providers") / "prices.yaml").read_text(encoding="utf-8")
    return tuple(read_row(row) for row in yaml.safe_load(text))


def read_row(row: Mapping[str, Any]) -> Price:
    """One row of the book, prices given as text in USD per million tokens; raises `ValueError` where a price is not exact."""
    return Price(
        provider=row["provider"],
        model=row["model"],
        valid_from=row["valid_from"],
        input_nano_usd=nano_usd_per_token(row["input"]),
        cached_nano_usd=nano_usd_per_token(row.get("cached", row["input"])),
        output_nano_usd=nano_usd_per_token(row["output"]),
        batch_percent=row["batch_percent"],
        page_nano_usd=nano_usd_per_page(row.get("page", "0")),
        source=row["source"],
        retrieved_on=row["retrieved_on"],
    )


def nano_usd_per_token(usd_per_million: str) -> int:
    """USD per million tokens, as text, in nano-USD per token; raises `ValueError` for what is no exact, whole, positive amount."""
    return _nano_usd(usd_per_million, NANO_USD_PER_TOKEN, "token", "million tokens")


def nano_usd_per_page(usd_per_thousand: str) -> int:
    """USD per thousand pages, as text, in nano-USD per page; raises as `nano_usd_per_token` does."""
    return _nano_usd(usd_per_thousand, NANO_USD_PER_PAGE, "page", "thousand pages")


def _nano_usd(usd: str, factor: int, unit: str, units: str) -> int:
    if not isinstance(usd, str):
        raise ValueError(f"a price is written as text, such as '2.00': {usd!r}")
    try:
        amount = Decimal(usd) * factor
    except InvalidOperation:
        raise ValueError(f"not a price: {usd!r}") from None
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value():
        raise ValueError(f"not a whole number of nano-USD per {unit}: {usd!r} USD per {units}")
    return int(amount)


def cost_nano_usd(price: Price, usage: Usage, *, batch: bool = False) -> int:
    """What a call cost, in nano-USD.

    Cached tokens are part of the prompt tokens and billed at the cached price; thinking is part of the completion. A batch discount
    is taken off the sum and rounded once, half up.
    """
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    total = (
        (usage.prompt_tokens - cached) * price.input_nano_usd
        + cached * price.cached_nano_usd
        + usage.completion_tokens * price.output_nano_usd
        + usage.pages * price.page_nano_usd
    )
    return (total * price.batch_percent + 50) // 100 if batch else total


def ceiling_nano_usd(price: Price, prompt_tokens: int, max_output_tokens: int, *, pages: int = 0) -> int:
    """The most that a call can cost, in nano-USD, when the prompt was counted here: what a budget reserves before it is sent."""
    return padded(prompt_tokens) * price.input_nano_usd + max_output_tokens * price.output_nano_usd + pages * price.page_nano_usd


def padded(prompt_tokens: int) -> int:
    """Prompt tokens with a margin of a tenth and 64: that our vocabulary is the model's own is likely, not proven."""
    return prompt_tokens + -(-prompt_tokens // 10) + MARGIN_TOKENS
