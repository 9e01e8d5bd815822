"""Servers of one's own and gateways: what they leave unsaid is asked for, or found out, and never taken for good."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from other_servers import OtherServer
from other_servers.dialects import Dialect, LlamaCpp, Ollama, OpenRouter, Vllm
from pydantic import SecretStr

from nightclerk import tokens
from nightclerk.errors import ContextTooLong, NightclerkError, ProviderStop, ServerFailed, SettingsError, Unauthorised, WrongModel
from nightclerk.providers import catalog
from nightclerk.providers.openai_compatible import OpenAICompatible
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.resolve import resolve_model
from nightclerk.records import Ask, Reply

TODAY = date(2026, 11, 23)
Start = Callable[..., OtherServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts imitations that ask for no key; the arguments are those of `OtherServer`."""
    with ExitStack() as stack:
        yield lambda dialect, **options: stack.enter_context(OtherServer(dialect, **options))


def client(url: str = "http://localhost", *, key: str = "", model: str = "magistral", context: int | None = 32_000, **more: Any) -> Any:
    """A client of a server."""
    return OpenAICompatible(url, SecretStr(key) if key else None, model=model, context_tokens=context, max_in_flight=2, **more)


def listed(provider: OpenAICompatible) -> list[ServedModel]:
    """What a server serves."""

    async def work() -> list[ServedModel]:
        try:
            return await provider.served_models()
        finally:
            await provider.aclose()

    return asyncio.run(work())


def send(server: OtherServer, ask: Ask, **options: Any) -> Reply:
    """Ask one question."""
    provider = client(server.url, **options)
    card = catalog.own_card(server.dialect.model, 100_000)

    async def work() -> Reply:
        try:
            return await provider.send(provider.wire(ask, card), timeout_s=10)
        finally:
            await provider.aclose()

    return asyncio.run(work())


LONG = "The parties agree that each of them keeps what is confidential to itself and to its advisers. " * 400


@pytest.mark.parametrize(("window", "cut"), [(1_000, True), (4_096, True), (100_000, False)])
def test_a_prompt_that_was_cut_in_silence_is_found_out(start: Start, ask: Ask, window: int, cut: bool) -> None:
    """Where the server's own usage says that it read less than was sent, the answer is billed and not used."""
    server = start(Ollama(), window=window)
    long = replace(ask, user=LONG, prompt_tokens=tokens.count(LONG))
    if not cut:
        assert send(server, long).answer
        return
    with pytest.raises(ContextTooLong, match=f"read {window} tokens of a prompt of about") as caught:
        send(server, long)
    assert caught.value.billable
    assert json.loads(caught.value.raw_body)["usage"]["prompt_tokens"] == window


def test_another_vocabulary_is_not_taken_for_a_cut(start: Start, ask: Ask) -> None:
    """A model of another family may count a third less for the same text; Mistral's own vocabulary may not."""

    class Other(Dialect):
        name, model, problems = "other", "qwen2.5-coder-1.5b", Ollama.problems

    long = replace(ask, user=LONG, prompt_tokens=tokens.count(LONG))
    two_thirds = tokens.count(LONG) * 2 // 3
    assert send(start(Other(), changes={"prompt_tokens": two_thirds}), long).answer
    with pytest.raises(ContextTooLong):
        send(start(Other(), changes={"prompt_tokens": two_thirds // 2}), long)
    with pytest.raises(ContextTooLong):
        send(start(Ollama(), changes={"prompt_tokens": two_thirds}), long)


@given(st.text(min_size=1, max_size=3_000), st.floats(1.0, 1.3))
def test_whoever_read_it_all_is_believed(text: str, more: float) -> None:
    """No text whatever makes an honest count, with a chat template on top, look like a cut prompt."""
    question = Ask("p", "v1", "0" * 64, "s", text, "n", {}, text, (0, 1), 100, 10)
    body = HONEST.wire(question, catalog.own_card("magistral:24b", 100_000)) | {"share": more}
    assert asyncio.run(HONEST.send(body, timeout_s=5)).answer == "{}"


def answer_with(request: httpx.Request) -> httpx.Response:
    """A reply whose usage is the true count of the prompt, and somewhat more."""
    body = json.loads(request.content)
    prompt = sum(tokens.count(message["content"]) for message in body["messages"])
    usage = {"prompt_tokens": round(prompt * body["share"]) + 5, "completion_tokens": 1}
    choice = {"message": {"content": "{}"}, "finish_reason": "stop"}
    return httpx.Response(200, json={"model": body["model"], "choices": [choice], "usage": usage})


# one for all examples: each client makes a TLS context
HONEST = client(transport=httpx.MockTransport(answer_with))


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_lists_no_models(status: int) -> None:
    """Without a list the model of the settings is asked, under that name; a name that stands for a list is not enough."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json={"error": "no"}))
    [row] = listed(client(model="my-model", transport=transport))
    assert resolve_model("my-model", [row], TODAY).card.context_tokens == 32_000
    with pytest.raises(SettingsError, match="NIGHTCLERK_MODEL"):
        listed(client(model="magistral", transport=transport))


def test_a_context_that_nobody_says() -> None:
    """Where neither the server nor the settings say how much fits, the person is asked; the lower of two figures holds."""
    rows: list[dict[str, Any]] = [{"id": "m", "meta": {"n_ctx_train": 131_072}}]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": rows}))
    with pytest.raises(SettingsError, match="NIGHTCLERK_CONTEXT_TOKENS"):
        listed(client(context=None, transport=transport))
    for said, expected in ((8_192, 8_192), (100_000, 32_000)):
        rows[:] = [{"id": "m", "max_model_len": said}]
        assert [row.card and row.card.context_tokens for row in listed(client(transport=transport))] == [expected]


def test_an_error_is_no_missing_list() -> None:
    """A server that is down or wants a key is not one without a list."""
    for status, kind in ((401, Unauthorised), (503, ServerFailed)):
        with pytest.raises(kind):
            listed(client(model="m", transport=httpx.MockTransport(lambda _, status=status: httpx.Response(status))))


@pytest.mark.parametrize("model", ["gpt-oss:20b", "magistral-small-2509", "magistral", "/models/some file.gguf"])
def test_any_model_of_ones_own_can_be_asked(model: str) -> None:
    """A model that the catalog does not know is asked under its own name, even where that name means something else here."""
    rows = [{"id": model}, {"id": "another"}]
    served = listed(client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"data": rows}))))
    found = resolve_model(model, served, TODAY)
    assert (found.model, found.card.context_tokens, found.card.max_output_tokens) == (model, 32_000, 32_000)


def test_magistral_is_the_open_weights_where_they_are_served(start: Start) -> None:
    """`magistral` finds Magistral Small on a server of one's own, without a word on prices that are not its own."""
    found = resolve_model("magistral", listed(client(start(Vllm()).url, context=None)), TODAY)
    assert (found.model, found.card.context_tokens, found.notes) == ("mistralai/Magistral-Small-2509", 40_960, ())


def test_no_key_is_no_header(start: Start, ask: Ask) -> None:
    """A server without keys is sent none; one that wants a key says so."""
    server = start(LlamaCpp())
    send(server, ask)
    assert "authorization" not in server.headers[0]
    with pytest.raises(Unauthorised):
        send(start(LlamaCpp(), key="some-key-4711-x"), ask)


def test_the_body_holds_what_these_servers_share(ask: Ask) -> None:
    """Messages are plain strings, the seed has its common name, the schema goes along, and no field of Mistral's is there."""
    provider = client()
    body = provider.wire(replace(ask, sample=3), catalog.own_card("mistralai/Magistral-Small-2509", 40_000))
    assert all(isinstance(message["content"], str) for message in body["messages"])
    assert "[THINK]" in body["messages"][0]["content"]
    assert body["messages"][0]["content"].endswith(ask.system)
    assert (body["seed"], body["temperature"], body["top_p"]) == (3, 0.7, 0.95)
    assert body["response_format"]["json_schema"]["schema"] == ask.schema
    assert not {"random_seed", "prompt_mode", "safe_prompt"} & body.keys()
    assert provider.wire(ask, catalog.own_card("any", 40_000))["messages"][0]["content"] == ask.system


def test_reasoning_is_asked_for_in_the_gateways_words(ask: Ask) -> None:
    """OpenRouter has a field of its own for it; a later Mistral model elsewhere gets `reasoning_effort`."""
    gateway = client().wire(ask, catalog.own_card(OpenRouter.model, 40_000))
    assert gateway["reasoning"] == {"effort": "high"}
    assert "reasoning_effort" not in gateway
    assert client().wire(ask, catalog.own_card("mistral-small-2603", 40_000))["reasoning_effort"] == "high"


def test_a_server_that_answers_under_its_own_name(start: Start, ask: Ask) -> None:
    """llama.cpp takes any name and answers with its own: then it is not known who answered, and the message says both names."""
    with pytest.raises(WrongModel, match=r"Magistral.* was asked and default\.gguf answered"):
        send(start(LlamaCpp(), changes={"model": "default.gguf"}), ask)


def test_an_answer_without_a_model_passes(start: Start, ask: Ask) -> None:
    """A server that names no model in its answers cannot be compared."""
    assert send(start(LlamaCpp(), changes={"model": None}), ask).model_served == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "x", "code": 502}}, ServerFailed),
        ({"error": {"message": "x", "code": "rate_limit"}}, ServerFailed),
        ({"error": "x"}, ServerFailed),
        ({"error": {"message": "x", "code": 401}, "choices": []}, Unauthorised),
        ({"error": {"message": "maximum context length", "code": 400}}, ContextTooLong),
    ],
)
def test_an_error_with_status_200(ask: Ask, body: dict[str, Any], kind: type[NightclerkError]) -> None:
    """A gateway's 200 whose body is an error is that error, not a broken answer that was paid for."""
    provider = client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    with pytest.raises(kind):
        asyncio.run(provider.send(provider.wire(ask, catalog.own_card("m", 40_000)), timeout_s=5))


def test_an_address_that_is_none(ask: Ask) -> None:
    """An address without a host ends the run with a word on it."""
    provider = client("http://")
    with pytest.raises(ProviderStop):
        asyncio.run(provider.send(provider.wire(ask, catalog.own_card("m", 40_000)), timeout_s=5))
