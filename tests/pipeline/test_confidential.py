"""A confidential collection goes to no third party and into no batch, and that is said before a file is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from nightclerk import wiring
from nightclerk.errors import SettingsError
from nightclerk.pipeline import Order, estimate
from nightclerk.pipeline.confidential import check
from nightclerk.records import utc_now
from nightclerk.settings import Settings
from nightclerk.store import collections

Make = Callable[..., Settings]
PUTER = {"provider": "puter", "api_key": SecretStr("token")}
FREE = {"price_input_usd_per_mtok": 0, "price_output_usd_per_mtok": 0}


@pytest.mark.parametrize(
    "endpoint", ["https://8.8.8.8", "https://[2001:4860:4860::8888]", "https://no.such.host.invalid", "", "http://100.64.0.1"]
)
def test_a_server_of_somebody_else_is_refused(make_settings: Make, endpoint: str) -> None:
    """A public address, a shared one, a name that leads nowhere and no endpoint at all are third parties."""
    with pytest.raises(SettingsError, match="the collection deal is confidential: NIGHTCLERK_ENDPOINT"):
        check(make_settings(provider="openai_compatible", endpoint=endpoint), "deal")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:8000",
        "http://localhost:8000",
        "http://10.1.2.3",
        "http://[::1]:8000",
        "http://[fd00::1]",
        "http://[::ffff:10.0.0.1]",
    ],
)
def test_a_machine_of_ones_own_is_allowed(make_settings: Make, endpoint: str) -> None:
    """Loopback and private addresses are one's own, and so are Mistral's endpoint and the rules."""
    check(make_settings(provider="openai_compatible", endpoint=endpoint), "deal")
    check(make_settings(provider="mistral", endpoint="https://api.mistral.ai"), "deal")
    check(make_settings(), "deal")


@pytest.mark.parametrize("provider", ["rules", "mistral"])
def test_a_batch_is_refused_whoever_answers(make_settings: Make, provider: str) -> None:
    """Batch jobs lie outside of zero data retention, so no provider may be sent one."""
    with pytest.raises(SettingsError, match="zero data retention"):
        check(make_settings(provider=provider), "deal", mode="batch")


@pytest.mark.parametrize("work", ["run", "estimate"])
def test_the_refusal_comes_before_a_file_is_opened(
    make_settings: Make, run_order: Callable[..., Any], inbox: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    """Nothing is read, sent or filed for a confidential collection under a provider that it may not use."""
    settings = make_settings(**PUTER)
    with wiring.open_store(settings) as store:
        store.write_now(collections.change, "deal", collections.Change(confidential=True), now=utc_now())
    opened: list[object] = []
    monkeypatch.setattr("nightclerk.ingest.access.Access.file", lambda *arguments: opened.append(arguments))

    async def estimated() -> None:
        async with wiring.open_desk(settings) as desk:
            await estimate(desk, Order((inbox,), "contract_review", "deal", 0))

    with pytest.raises(SettingsError, match="puter is a third party"):
        run_order(settings, inbox, collection="deal") if work == "run" else asyncio.run(estimated())
    assert not opened
    with wiring.open_store(settings) as store:
        assert [row["spent_usd"] for row in store.read(collections.listed)] == [None]
