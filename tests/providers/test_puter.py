"""Puter's traps: each is found out and named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest
from other_servers import OtherServer
from other_servers.dialects import Puter as Dialect
from pydantic import SecretStr

from nightclerk.errors import CallError, ContentRefused, CutOff, ModelGone, NightclerkError, WrongModel
from nightclerk.providers import catalog, prices
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.puter import Puter
from nightclerk.providers.resolve import resolve_model
from nightclerk.records import Ask, Reply

CARD = catalog.card("mistralai/magistral-medium-2509")
TOKEN = "a-users-own-token-1"
Start = Callable[..., OtherServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts imitations of Puter; the arguments are those of `OtherServer`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(OtherServer(Dialect(), key=TOKEN, **options))


def send(server: OtherServer, ask: Ask) -> Reply:
    """Ask one question."""
    provider = Puter(server.url, SecretStr(TOKEN), max_in_flight=2)

    async def work() -> Reply:
        try:
            return await provider.send(provider.wire(ask, CARD), timeout_s=10)
        finally:
            await provider.aclose()

    return asyncio.run(work())


def listed(server: OtherServer) -> list[ServedModel]:
    """What is served."""
    provider = Puter(server.url, SecretStr(TOKEN), max_in_flight=2)

    async def work() -> list[ServedModel]:
        try:
            return await provider.served_models()
        finally:
            await provider.aclose()

    return asyncio.run(work())


def failure(server: OtherServer, ask: Ask) -> CallError:
    """The error that a question ends in."""
    with pytest.raises(NightclerkError) as caught:
        send(server, ask)
    assert isinstance(caught.value, CallError)
    return caught.value


def test_nothing_is_sent_that_would_be_dropped(start: Start, ask: Ask) -> None:
    """The body holds what Puter passes on and no more; the token goes in a header, since bodies are kept."""
    server = start()
    send(server, ask)
    [body] = server.bodies
    assert (body["interface"], body["method"]) == ("puter-chat-completion", "complete")
    assert body["args"].keys() == {"messages", "model", "max_tokens", "temperature", "provider", "stream"}
    assert TOKEN not in json.dumps(body)
    assert server.headers[0]["authorization"] == f"Bearer {TOKEN}"


def test_the_fake_answer_is_refused(start: Start, ask: Ask) -> None:
    """Lorem ipsum from the model that stands in for a refusal is no answer, and is not asked for again."""
    for about in ({"service_used": "fake-chat"}, {"service_used": "fake-chat", "providerUsed": "fake"}, {"providerUsed": "fake-chat"}):
        found = failure(start(about=about, text="Lorem ipsum dolor sit amet"), ask)
        assert type(found) is ContentRefused
        assert (found.code, found.billable) == ("fake-chat", False)


@pytest.mark.parametrize(
    ("about", "named"),
    [
        ({"service_used": "openrouter"}, "openrouter"),
        ({"providerUsed": "mistral-small-2603"}, "mistral-small-2603"),
        ({"providerUsed": "gpt-x", "service_used": "other"}, "gpt-x answered by way of other"),
        ({"providerUsed": None}, "a model that is not named"),
        ({"providerUsed": 5, "service_used": None}, "a model that is not named"),
    ],
)
def test_a_fallback_does_not_pass(start: Start, ask: Ask, about: dict[str, Any], named: str) -> None:
    """Another model, another provider, or none named: the answer is billed, not used, and its origin stands in the message."""
    server = start(about=about)
    found = failure(server, ask)
    assert type(found) is WrongModel
    assert found.billable
    assert named in str(found)
    assert '"usage"' in found.raw_body


@pytest.mark.parametrize("used", ["magistral-medium-2509", "mistralai/magistral-medium-2509", "mistralai:mistralai/magistral-medium-2509"])
def test_every_name_of_the_model_passes(start: Start, ask: Ask, used: str) -> None:
    """The maker's id, Puter's and the one that was asked are the same model."""
    assert send(start(about={"providerUsed": used}), ask).model_served == used


def test_a_lowered_limit_is_found_out(start: Start, ask: Ask) -> None:
    """An answer that ends by length before what was allowed was cut by the credit; it is billed, and the message says so."""
    found = failure(start(changes={"finish": "length", "completion_tokens": 812}), ask)
    assert type(found) is CutOff
    assert found.billable
    assert "812 tokens where 4000 were allowed" in str(found)
    reply = send(start(changes={"finish": "length", "completion_tokens": 4_000}), ask)
    assert reply.finish_reason == "length"
    assert send(start(changes={"finish": "length", "with_usage": False}), ask).finish_reason == "length"


def test_cached_tokens_are_read(start: Start, ask: Ask) -> None:
    """Puter writes cached tokens beside the others, and they are part of the prompt tokens."""

    class Cached(Dialect):
        def usage(self, work: Any) -> dict[str, Any]:
            return super().usage(work) | {"cached_tokens": 7}

    with OtherServer(Cached(), key=TOKEN) as server:
        usage = send(server, ask).usage
    assert usage is not None
    assert usage.cached_tokens == 7


@pytest.mark.parametrize("body", [{"success": True}, {"success": True, "result": "text"}, {"result": {"message": "text"}}, [], "x", None])
def test_an_answer_of_another_shape(ask: Ask, body: object) -> None:
    """What is no driver's result is kept as a broken answer that may have been billed."""

    class Odd(Dialect):
        def completion(self, work: Any) -> Any:
            return body

    with OtherServer(Odd(), key=TOKEN) as server:
        found = failure(server, ask)
    assert type(found) is CutOff
    assert found.billable
    assert found.raw_body == json.dumps(body)


def test_the_list_of_today_lacks_it(start: Start) -> None:
    """Where Puter no longer lists the model, the run ends before a question is sent, whichever name was used for it."""
    rows = [{"id": "magistral-small-latest", "aliases": []}, "gpt-x", {"id": "mistral-medium-3-5"}]
    server = start(lists=json.dumps({"models": rows}).encode())
    served = listed(server)
    for asked in ("magistral", "mistralai/magistral-medium-2509", "mistral-medium-3-5"):
        with pytest.raises(ModelGone):
            resolve_model(asked, served, date(2026, 11, 23))


@pytest.mark.parametrize("asked", ["magistral", "mistralai/magistral-medium-2509"])
@pytest.mark.parametrize("bare", [True, False])
def test_the_list_leads_to_its_own_card_and_price(start: Start, asked: str, bare: bool) -> None:
    """In either form of the list the model resolves to Puter's card, whose price is Puter's and not Mistral's."""
    server = start(**({"lists": b'["gpt-x", "magistral-medium-2509"]'} if bare else {}))
    found = resolve_model(asked, listed(server), date(2026, 11, 23))
    assert (found.model, found.card.provider) == (CARD.id, "puter")
    price = prices.price("puter", found.model, date(2026, 11, 23))
    assert (price.input_nano_usd, price.output_nano_usd) == (2_000, 5_000)
