"""From the settings to the books, for a server that no price book knows, and for Puter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from other_servers import OtherServer
from other_servers.dialects import Ollama, OpenRouter, Puter, Vllm
from pydantic import SecretStr

from nightclerk import profiles, wiring
from nightclerk.errors import MissingKey, NightclerkError, PriceUnknown, SettingsError
from nightclerk.pipeline import Order, execute
from nightclerk.providers import prices
from nightclerk.records import Usage
from nightclerk.settings import Settings

TEXT = "This Agreement shall be governed by the laws of the State of New York.\n" * 5
FREE = {"price_input_usd_per_mtok": Decimal(0), "price_output_usd_per_mtok": Decimal(0)}
PAID = {"price_input_usd_per_mtok": Decimal("0.25"), "price_output_usd_per_mtok": Decimal("1.5")}
CALLS = "SELECT state, cost_nano_usd, cost_basis, error_message, model_served, prompt_tokens, completion_tokens FROM calls ORDER BY sent_at"
Make = Callable[..., Settings]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Settings of the test's own, with one contract in an inbox."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "contract.txt").write_text(TEXT, encoding="utf-8")
    limits = {"requests_per_second": 500, "tokens_per_minute": 10**9, "chunk_tokens": 1_000, "context_tokens": 100_000}
    return lambda **values: Settings(**{"data_dir": tmp_path / "data", **limits, **values})


def run(settings: Settings) -> str:
    """Run over the inbox; the state that the run ends in."""

    async def go() -> str:
        async with wiring.open_desk(settings) as desk:
            order = Order(sources=(Path("inbox"),), profile="contract_review", collection="c", budget_nano_usd=settings.budget_nano_usd)
            return (await execute(desk, order))[1]

    return asyncio.run(go())


def rows(settings: Settings, statement: str) -> list[dict[str, Any]]:
    """Rows of a query."""
    with wiring.open_store(settings) as store:
        return store.read(lambda conn: [dict(row) for row in conn.execute(sa.text(statement)).mappings()])


@pytest.mark.parametrize("price", [FREE, PAID], ids=["free", "paid"])
def test_a_run_over_a_server_of_ones_own(make: Make, price: dict[str, Any]) -> None:
    """The whole night over vLLM: answered, booked at the price of the settings, with that price on file."""
    with OtherServer(Vllm(), form="reasoning", text='{"findings": []}') as server:
        settings = make(provider="openai_compatible", endpoint=server.url, model="mistralai/Magistral-Small-2509", **price)
        assert run(settings) == "complete"
        [work] = server.billed
    [call] = rows(settings, CALLS)
    due = price["price_input_usd_per_mtok"] * work.prompt_tokens + price["price_output_usd_per_mtok"] * work.completion_tokens
    assert (call["state"], call["cost_basis"], call["cost_nano_usd"]) == ("answered", "usage", int(due * 1_000))
    assert call["model_served"] == "mistralai/Magistral-Small-2509"
    [filed] = rows(settings, "SELECT provider, model, input_nano_usd, output_nano_usd, source FROM prices")
    assert (filed["provider"], filed["model"]) == ("openai_compatible", "mistralai/Magistral-Small-2509")
    assert filed["input_nano_usd"] == price["price_input_usd_per_mtok"] * 1_000


def test_a_missing_usage_is_booked_by_estimate(make: Make) -> None:
    """A server without usage costs an estimate that says so, never nothing."""
    with OtherServer(OpenRouter(), text='{"findings": []}', changes={"with_usage": False}) as server:
        settings = make(provider="openai_compatible", endpoint=server.url, model=OpenRouter.model, **PAID)
        run(settings)
    [call] = rows(settings, CALLS)
    assert call["cost_basis"] == "estimate"
    assert call["cost_nano_usd"] > 0


def test_a_prompt_cut_in_silence_leaves_a_gap(make: Make) -> None:
    """An answer about a part of the chunk is paid, and its chunk is a gap with the reason, never a finding or an absence."""
    with OtherServer(Ollama(), text='{"findings": []}', window=300) as server:
        settings = make(provider="openai_compatible", endpoint=server.url, model=Ollama.model, **PAID)
        assert run(settings) != "complete"
        [work] = server.billed
    [call] = rows(settings, CALLS)
    assert "read 300 tokens" in call["error_message"]
    assert call["cost_nano_usd"] == work.prompt_tokens * 250 + work.completion_tokens * 1_500
    [analysis] = rows(settings, "SELECT chunks, chunks_answered, reason FROM analyses")
    assert (analysis["chunks"], analysis["chunks_answered"]) == (1, 0)


def test_another_model_is_booked_and_named(make: Make) -> None:
    """A fallback is paid for and on the books with both names, and nothing of it becomes a finding."""
    fallback = {"providerUsed": "mistral-small-2603"}
    with OtherServer(Puter(), key="a-users-own-token-1", about=fallback) as server:
        settings = make(provider="puter", endpoint=server.url, api_key="a-users-own-token-1", max_attempts=1)
        assert run(settings) != "complete"
        [work] = server.billed
    [call] = rows(settings, CALLS)
    assert "mistralai/magistral-medium-2509 was asked and mistral-small-2603 answered" in call["error_message"]
    assert (call["cost_basis"], call["cost_nano_usd"]) == ("usage", work.prompt_tokens * 2_000 + work.completion_tokens * 5_000)
    assert not rows(settings, "SELECT id FROM findings")


@pytest.mark.parametrize(
    ("values", "error", "named"),
    [
        ({}, SettingsError, "NIGHTCLERK_PRICE_INPUT_USD_PER_MTOK"),
        ({"price_input_usd_per_mtok": Decimal(0)}, SettingsError, "unknown price is never zero"),
        ({**FREE, "price_output_usd_per_mtok": Decimal("0.0001")}, SettingsError, "not a whole number of nano-USD"),
        ({**FREE, "endpoint": ""}, SettingsError, "NIGHTCLERK_ENDPOINT"),
        ({"provider": "puter"}, MissingKey, "puter"),
        ({"provider": "mistral"}, MissingKey, "mistral"),
    ],
)
def test_what_has_to_be_said(make: Make, values: dict[str, Any], error: type[NightclerkError], named: str) -> None:
    """An address, a price and a key are asked for by the setting's name; a zero has to be written."""
    with pytest.raises(error, match=named):
        wiring.make_provider(make(**{"provider": "openai_compatible", "endpoint": "http://localhost:1", **values}), profiles.load)


def test_each_provider_has_its_own_address(make: Make) -> None:
    """Mistral and Puter have an address of their own, which a setting replaces."""
    assert make(provider="mistral").endpoint_url == "https://api.mistral.ai"
    assert make(provider="puter").endpoint_url == "https://api.puter.com"
    assert make(provider="puter", endpoint="https://gate.example/v1").endpoint_url == "https://gate.example"


def test_a_declared_price_holds_for_every_model_there() -> None:
    """A declared price is valid from its day on, for its provider alone; a later declaration takes its place."""
    day = date(2026, 11, 23)
    prices.declare("somewhere", input_usd="0.5", output_usd="2", on=day)
    price = prices.price("somewhere", "any-model", day)
    assert (price.model, prices.cost_nano_usd(price, Usage(1_000, 100, cached_tokens=900))) == ("any-model", 700_000)
    prices.declare("somewhere", input_usd="0", output_usd="0", on=day)
    assert prices.price("somewhere", "any-model", day).output_nano_usd == 0
    for provider, on in (("somewhere", date(2026, 11, 22)), ("nowhere", day)):
        with pytest.raises(PriceUnknown):
            prices.price(provider, "any-model", on)


def test_the_key_of_the_settings_is_optional_only_for_ones_own(make: Make) -> None:
    """A server of one's own may have a key, and its provider takes it."""
    settings = make(provider="openai_compatible", endpoint="http://localhost:1", api_key=SecretStr("k-123456789012"), **FREE)
    provider = wiring.make_provider(settings, profiles.load)
    assert provider.name == "openai_compatible"
    assert "k-123456789012" not in repr(vars(provider))
    asyncio.run(provider.aclose())
