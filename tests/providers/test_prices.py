"""The price book and the arithmetic of money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.errors import PriceUnknown
from nightclerk.providers import prices
from nightclerk.records import Price, Usage

DAY = date(2026, 11, 23)
TOKENS = st.integers(0, 10_000_000)
USAGES = st.builds(Usage, TOKENS, TOKENS, cached_tokens=TOKENS)
PRICES = st.builds(
    Price,
    provider=st.just("mistral"),
    model=st.just("m"),
    valid_from=st.just(DAY),
    input_nano_usd=st.integers(0, 100_000),
    cached_nano_usd=st.integers(0, 100_000),
    output_nano_usd=st.integers(0, 100_000),
    batch_percent=st.integers(1, 100),
    page_nano_usd=st.just(0),
    source=st.just(""),
    retrieved_on=st.just(DAY),
)


@pytest.mark.parametrize(
    ("model", "nano"),
    [
        ("magistral-medium-2509", (2_000, 2_000, 5_000)),
        ("magistral-small-2509", (500, 500, 1_500)),
        ("mistral-medium-3-5", (1_500, 150, 7_500)),
        ("mistral-small-2603", (150, 15, 600)),
    ],
)
def test_listed_prices(model: str, nano: tuple[int, int, int]) -> None:
    """The listed prices per million tokens are whole nano-USD per token."""
    found = prices.price("mistral", model, DAY)
    assert (found.input_nano_usd, found.cached_nano_usd, found.output_nano_usd, found.batch_percent) == (*nano, 50)


def test_a_price_counts_from_its_first_day() -> None:
    """A price is unknown on the day before its first one, and known on it."""
    first = prices.price("mistral", "mistral-medium-3-5", DAY).valid_from
    assert prices.price("mistral", "mistral-medium-3-5", first).valid_from == first
    with pytest.raises(PriceUnknown, match="mistral-medium-3-5"):
        prices.price("mistral", "mistral-medium-3-5", first - timedelta(days=1))


def test_the_newest_price_in_force_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several rows the newest that is valid by the day asked for counts."""
    rows = [
        prices.read_row(
            {"provider": "p", "model": "m", "input": usd, "output": usd, "batch_percent": 50, "source": "s"}
            | {"valid_from": day, "retrieved_on": day}
        )
        for usd, day in (("3", date(2026, 3, 1)), ("1", date(2026, 1, 1)), ("9", date(2027, 1, 1)))
    ]
    monkeypatch.setattr(prices, "book", lambda: tuple(rows))
    assert prices.price("p", "m", date(2026, 2, 28)).input_nano_usd == 1_000
    assert prices.price("p", "m", date(2026, 3, 1)).input_nano_usd == 3_000
    assert prices.price("p", "m", date(2026, 12, 31)).input_nano_usd == 3_000


def test_an_unknown_price_is_never_zero() -> None:
    """Neither an unknown model nor an unknown provider has a price; only the rules analyst is free, and says so."""
    for provider, model in (("mistral", "nobody-7"), ("elsewhere", "mistral-medium-3-5")):
        with pytest.raises(PriceUnknown):
            prices.price(provider, model, DAY)
    free = prices.price("rules", "rules-1", DAY)
    assert prices.cost_nano_usd(free, Usage(1_000, 1_000)) == 0


@pytest.mark.parametrize("wrong", ["0.0001", "-1", "NaN", "Infinity", "two", "", 2.0, 2])
def test_an_inexact_price_is_an_error(wrong: object) -> None:
    """A price that is no whole number of nano-USD per token, or was written as a float, is refused."""
    with pytest.raises(ValueError, match=r"price|nano-USD"):
        prices.nano_usd_per_token(wrong)  # type: ignore[arg-type]


@given(st.integers(0, 10**9))
def test_prices_are_read_exactly(nano: int) -> None:
    """Every whole number of nano-USD per token survives being written in USD per million tokens."""
    assert prices.nano_usd_per_token(str(Decimal(nano) / 1_000)) == nano


def test_a_call_costs_what_its_parts_cost() -> None:
    """Cached tokens are part of the prompt and billed at their own price; the batch discount halves the sum."""
    medium = prices.price("mistral", "mistral-medium-3-5", DAY)
    usage = Usage(prompt_tokens=1_000, completion_tokens=200, cached_tokens=640)
    assert prices.cost_nano_usd(medium, usage) == 360 * 1_500 + 640 * 150 + 200 * 7_500
    assert prices.cost_nano_usd(medium, usage, batch=True) == (360 * 1_500 + 640 * 150 + 200 * 7_500) // 2


@given(PRICES, USAGES)
def test_a_cost_is_a_whole_number_between_its_bounds(price: Price, usage: Usage) -> None:
    """A cost is an integer, never negative, and never above what its tokens would cost at the dearest price."""
    cost = prices.cost_nano_usd(price, usage)
    dearest = max(price.input_nano_usd, price.cached_nano_usd)
    assert isinstance(cost, int)
    assert 0 <= cost <= usage.prompt_tokens * dearest + usage.completion_tokens * price.output_nano_usd


@given(PRICES, st.lists(st.builds(Usage, TOKENS, TOKENS), max_size=5))
def test_costs_add_up(price: Price, usages: list[Usage]) -> None:
    """The cost of calls together is the sum of their costs: nothing is lost to rounding."""
    together = Usage(sum(usage.prompt_tokens for usage in usages), sum(usage.completion_tokens for usage in usages))
    assert prices.cost_nano_usd(price, together) == sum(prices.cost_nano_usd(price, usage) for usage in usages)


@given(PRICES, USAGES, st.integers(0, 1_000))
def test_more_tokens_never_cost_less(price: Price, usage: Usage, more: int) -> None:
    """The cost grows with prompt and completion, in both modes."""
    larger = Usage(usage.prompt_tokens + more, usage.completion_tokens + more, cached_tokens=min(usage.cached_tokens, usage.prompt_tokens))
    for batch in (False, True):
        assert prices.cost_nano_usd(price, larger, batch=batch) >= prices.cost_nano_usd(price, usage, batch=batch)


@given(PRICES, USAGES)
def test_the_batch_discount_is_rounded_once(price: Price, usage: Usage) -> None:
    """The batch cost is within half a nano-USD of the exact share, a half going up."""
    exact = Decimal(prices.cost_nano_usd(price, usage)) * price.batch_percent / 100
    assert Decimal("-0.5") < prices.cost_nano_usd(price, usage, batch=True) - exact <= Decimal("0.5")


@given(PRICES, st.integers(0, 200_000), st.integers(0, 200_000), st.floats(0, 1), st.floats(0, 1.1))
def test_the_ceiling_holds(price: Price, prompt: int, most: int, used: float, miscounted: float) -> None:
    """A call that stays within its output limit, its prompt miscounted by a tenth at most, never costs more than its ceiling."""
    usage = Usage(int(prompt * miscounted), int(most * used))
    assert prices.cost_nano_usd(price, usage) <= prices.ceiling_nano_usd(price, prompt, most)
