"""The Mistral client: the body it writes, and what it makes of everything that can come back."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import httpx
import pytest
from mistral_server import MistralServer
from mistral_server.bodies import PROBLEM_SHAPES, SHAPES
from pydantic import SecretStr

from nightclerk import tokens
from nightclerk.errors import (
    CallError,
    CallTimeout,
    ConnectFailed,
    ContentRefused,
    ContextTooLong,
    CutOff,
    MissingKey,
    ModelGone,
    NightclerkError,
    OutOfCredit,
    ProviderStop,
    Refused,
    ServerFailed,
    SettingsError,
    Unauthorised,
    Unprocessable,
)
from nightclerk.providers import catalog, exchange
from nightclerk.providers.mistral import Mistral
from nightclerk.providers.resolve import resolve_model
from nightclerk.records import Ask, Reply

MEDIUM = catalog.card("mistral-medium-3-5")
MAGISTRAL = catalog.card("magistral-medium-2509")
Serve = Callable[..., MistralServer]
_T = TypeVar("_T")


def client(url: str, key: str = "test-key-1234567890", **options: Any) -> Mistral:
    """A client of an imitation server."""
    return Mistral(url, SecretStr(key), max_in_flight=8, **options)


def run(provider: Mistral, work: Coroutine[Any, Any, _T]) -> _T:
    """Run this to its end and close the provider."""

    async def inner() -> _T:
        try:
            return await work
        finally:
            await provider.aclose()

    return asyncio.run(inner())


def send(provider: Mistral, body: dict[str, Any], timeout_s: float = 10.0) -> Reply:
    """Send one body."""
    return run(provider, provider.send(body, timeout_s=timeout_s))


def failure(provider: Mistral, body: dict[str, Any], timeout_s: float = 10.0) -> NightclerkError:
    """The error that one body ends in."""
    with pytest.raises(NightclerkError) as caught:
        send(provider, body, timeout_s)
    return caught.value


def test_the_two_reasoning_switches(ask: Ask) -> None:
    """Native Magistral gets `prompt_mode`, its sampling and no schema; the models after it get `reasoning_effort` and the schema."""
    provider = client("http://localhost")
    native, later = provider.wire(ask, MAGISTRAL), provider.wire(ask, MEDIUM)
    assert native["prompt_mode"] == "reasoning"
    assert (native["temperature"], native["top_p"]) == (0.7, 0.95)
    assert not {"reasoning_effort", "response_format"} & native.keys()
    assert later["reasoning_effort"] == "high"
    assert later["temperature"] == 1.0
    assert not {"prompt_mode", "top_p"} & later.keys()
    assert later["response_format"]["json_schema"] == {"name": ask.schema_name, "schema": ask.schema, "strict": True}


def test_magistral_keeps_its_thinking_template(ask: Ask) -> None:
    """An own system message replaces Magistral's default one, so the thinking template goes along with our instructions."""
    kinds = [chunk["type"] for chunk in client("http://localhost").wire(ask, MAGISTRAL)["messages"][0]["content"]]
    assert kinds == ["text", "thinking", "text"]


def test_the_body_is_the_same_for_the_same_question(ask: Ask) -> None:
    """The body is plain JSON that only the question and the card decide; another sample is another seed."""
    one, other = client("http://localhost"), client("http://elsewhere", "another-key")
    assert json.dumps(one.wire(ask, MEDIUM)) == json.dumps(other.wire(replace(ask), MEDIUM))
    assert one.wire(ask, MEDIUM) | {"random_seed": 3} == one.wire(replace(ask, sample=3), MEDIUM)


def test_the_answer_fits_the_context(ask: Ask) -> None:
    """Prompt and `max_tokens` together stay within the context, whatever the profile asks for."""
    greedy = replace(ask, max_output_tokens=1_000_000, prompt_tokens=100_000)
    most = client("http://localhost").wire(greedy, MAGISTRAL)["max_tokens"]
    assert 0 < most < MAGISTRAL.context_tokens - greedy.prompt_tokens


@pytest.mark.parametrize("card", [MEDIUM, MAGISTRAL], ids=lambda card: card.id)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_answer(serve: Serve, ask: Ask, shape: str, card: Any) -> None:
    """Whatever shape the server answers in, the client reads the same answer, and exactly the usage that was billed."""
    server = serve(models=(card.id,), shapes=(shape,), answer=lambda _body: '{"findings": ["x"]}')
    provider = client(server.url)
    reply = send(provider, provider.wire(ask, card))
    assert reply.answer == '{"findings": ["x"]}'
    assert bool(reply.thinking) is (shape != "string")
    [entry] = server.account.entries
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (entry.prompt_tokens, entry.completion_tokens)
    assert entry.completion_tokens == tokens.count(reply.answer) + tokens.count(reply.thinking)
    assert reply.provider_request_id == "req-1"


def test_rate_headers_reach_the_caller(serve: Serve, ask: Ask) -> None:
    """The five rate headers of a 200 are in the reply, for the limiter to learn from."""
    server = serve(rps=12, tpm=500_000)
    provider = client(server.url)
    reply = send(provider, provider.wire(ask, MEDIUM))
    assert reply.headers["x-ratelimit-limit-req-minute"] == "720"
    assert reply.headers["x-ratelimit-limit-tokens-minute"] == "500000"
    assert len(reply.headers) == 5


@pytest.mark.parametrize(
    ("fault", "expected", "billable"),
    [
        ("429", Refused, False),
        ("429_bare", Refused, False),
        ("429_date", Refused, False),
        ("429_ms", Refused, False),
        ("429_capacity", Refused, False),
        ("400_context", ContextTooLong, False),
        ("422_context", ContextTooLong, False),
        ("403_guardrail", ContentRefused, False),
        ("500", ServerFailed, False),
        ("502", ServerFailed, False),
        ("503", ServerFailed, False),
        ("504", ServerFailed, True),
        ("529", ServerFailed, False),
        ("drop", CutOff, True),
        ("drop_late", CutOff, True),
        ("drop_mid_body", CutOff, True),
        ("truncated_body", CutOff, True),
        ("hang", CallTimeout, True),
        ("slow", CallTimeout, True),
    ],
)
def test_every_failure_of_a_call(serve: Serve, ask: Ask, fault: str, expected: type[CallError], billable: bool) -> None:
    """Each way a call can fail is its error; whatever the server billed is billable, and a refusal never is."""
    server = serve()
    server.force(fault)
    provider = client(server.url)
    found = failure(provider, provider.wire(ask, MEDIUM), timeout_s=0.4)
    assert type(found) is expected
    assert isinstance(found, CallError)
    assert found.billable is billable
    assert billable or not server.account.billed


@pytest.mark.parametrize(("fault", "expected"), [("402", OutOfCredit), ("403", Unauthorised)])
def test_what_stops_the_run(serve: Serve, ask: Ask, fault: str, expected: type[ProviderStop]) -> None:
    """Without credit or permission nothing else would be answered either."""
    server = serve()
    server.force(fault)
    provider = client(server.url)
    assert type(failure(provider, provider.wire(ask, MEDIUM))) is expected


def test_how_long_a_refusal_asks_to_wait(serve: Serve, ask: Ask) -> None:
    """All forms of Retry-After reach the caller in seconds; without one there is none."""
    server = serve()
    provider = client(server.url)

    async def waits() -> list[float | None]:
        found = []
        for kind in ("429", "429_date", "429_ms", "429_bare"):
            server.force(kind)
            with pytest.raises(Refused) as caught:
                await provider.send(provider.wire(ask, MEDIUM), timeout_s=5)
            found.append(caught.value.retry_after_s)
        return found

    seconds, dated, milliseconds, none = run(provider, waits())
    assert (seconds, milliseconds, none) == (1.0, 1.0, None)
    # both days have whole seconds, and the second may turn between them
    assert dated is not None
    assert 0 <= dated <= 2


def test_a_wrong_key(serve: Serve, ask: Ask) -> None:
    """Both bodies of a 401 are the same error, which names the setting to look at."""
    server = serve()
    for _ in range(2):
        provider = client(server.url, "wrong-key")
        found = failure(provider, provider.wire(ask, MEDIUM))
        assert type(found) is Unauthorised
        assert "NIGHTCLERK_API_KEY" in str(found)
    assert server.account.rejected[401] == 2


def test_a_model_that_is_not_served(serve: Serve, ask: Ask) -> None:
    """A retired model (404) and an unknown one (400) are both gone."""
    server = serve()
    for name in ("magistral-medium-2509", "mistral-medium-3.5"):
        provider = client(server.url)
        body = provider.wire(ask, MEDIUM) | {"model": name}
        assert type(failure(provider, body)) is ModelGone
    assert server.account.rejected == {404: 1, 400: 1}


@pytest.mark.parametrize("shape", PROBLEM_SHAPES)
def test_a_field_outside_the_contract(serve: Serve, ask: Ask, shape: str) -> None:
    """The server refuses unknown fields and wrong types in every shape of a 422, and the client says which it was."""
    server = serve(problem_shapes=(shape,))
    for field, value in (("max_completion_tokens", 5), ("temperature", "hot")):
        provider = client(server.url)
        found = failure(provider, provider.wire(ask, MEDIUM) | {field: value})
        assert type(found) is Unprocessable
        assert "hot" not in str(found)
        assert shape == "list" or field in str(found)


def test_reasoning_effort_is_not_for_native_magistral(serve: Serve, ask: Ask) -> None:
    """The server refuses what native Magistral refuses, so a wrong switch could not pass unseen."""
    server = serve(models=("magistral-medium-2509",))
    provider = client(server.url)
    body = provider.wire(ask, MAGISTRAL) | {"reasoning_effort": "high"}
    assert type(failure(provider, body)) is Unprocessable


@pytest.mark.parametrize("status", [400, 422])
def test_a_prompt_that_does_not_fit(serve: Serve, ask: Ask, status: int) -> None:
    """A prompt too long for the context is refused in both ways, free of charge."""
    server = serve(context_status=status, models=("magistral-medium-2509",))
    provider = client(server.url)
    long = replace(ask, user="a word and " * 60_000, prompt_tokens=180_000)
    assert type(failure(provider, provider.wire(long, MAGISTRAL))) is ContextTooLong
    assert server.account.cost_nano_usd == 0


@pytest.mark.parametrize("shape", ["think_text", "think_tag", "think_token", "reasoning"])
def test_an_answer_that_hits_its_limit(serve: Serve, ask: Ask, shape: str) -> None:
    """At `max_tokens` the answer ends with `length`: in its middle, or before it began, in the thinking."""
    server = serve(shapes=(shape,), answer=lambda _body: "word " * 400)
    for most, answered in ((300, True), (20, False)):
        provider = client(server.url)
        reply = send(provider, provider.wire(replace(ask, max_output_tokens=most), MEDIUM))
        assert reply.finish_reason == "length"
        assert bool(reply.answer) is answered
        assert reply.usage is not None
        assert reply.usage.completion_tokens <= most


def test_a_broken_answer_is_kept_as_far_as_it_came(serve: Serve, ask: Ask) -> None:
    """What arrived of an answer that broke off in its middle is kept, with its status and request id."""
    server = serve()
    server.force("drop_mid_body")
    provider = client(server.url)
    found = failure(provider, provider.wire(ask, MEDIUM))
    assert isinstance(found, CutOff)
    assert found.raw_body.startswith('{"id":')
    assert (found.http_status, found.provider_request_id) == (200, "req-1")


def test_nobody_listens(ask: Ask) -> None:
    """Where no connection is made nothing was sent, so nothing can be billed; the address is named, and no password that its URL holds."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    provider = client(f"http://clerk:hunter2@127.0.0.1:{port}")
    found = failure(provider, provider.wire(ask, MEDIUM))
    assert type(found) is ConnectFailed
    assert f"no connection to http://127.0.0.1:{port} (NIGHTCLERK_ENDPOINT)" in str(found)
    assert "hunter2" not in str(found)
    assert isinstance(found, CallError)
    assert not found.billable


def test_the_deadline_is_for_the_whole_call(ask: Ask) -> None:
    """A server that keeps sending a little, so that no single read times out, is stopped at the deadline all the same."""

    async def drip(_: httpx.Request) -> httpx.Response:
        async def parts() -> Any:
            while True:
                await asyncio.sleep(0.01)
                yield b" "

        return httpx.Response(200, content=parts())

    provider = client("http://localhost", transport=httpx.MockTransport(drip))
    begun = time.monotonic()
    found = failure(provider, provider.wire(ask, MEDIUM), timeout_s=0.2)
    assert type(found) is CallTimeout
    assert time.monotonic() - begun < 2


def test_an_endless_answer_is_cut(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer larger than any sane one is cut off, not collected until memory is gone."""
    monkeypatch.setattr(exchange, "LONGEST_REPLY_BYTES", 10_000)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 50_000))
    provider = client("http://localhost", transport=transport)
    found = failure(provider, provider.wire(ask, MEDIUM))
    assert isinstance(found, CutOff)
    assert found.billable
    assert "longer than 10,000 bytes" in str(found)


@pytest.mark.parametrize(
    ("error", "expected", "billable"),
    [
        (httpx.ConnectError, ConnectFailed, False),
        (httpx.ConnectTimeout, ConnectFailed, False),
        (httpx.ProxyError, ConnectFailed, False),
        (httpx.WriteError, ConnectFailed, False),
        (httpx.ReadError, CutOff, True),
        (httpx.RemoteProtocolError, CutOff, True),
        (httpx.DecodingError, CutOff, True),
        (httpx.ReadTimeout, CallTimeout, True),
    ],
)
def test_errors_of_the_network(ask: Ask, error: type[httpx.RequestError], expected: type[CallError], billable: bool) -> None:
    """Before the request is out nothing can be billed; after that it may have been."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error("it broke", request=request)

    provider = client("http://localhost", transport=httpx.MockTransport(fail))
    found = failure(provider, provider.wire(ask, MEDIUM))
    assert type(found) is expected
    assert isinstance(found, CallError)
    assert found.billable is billable
    assert found.__cause__ is None


def test_the_models_of_an_endpoint(serve: Serve) -> None:
    """The list of models has aliases, context and deprecation, and resolves to what is served."""
    server = serve(models=("magistral-medium-2509", "mistral-medium-3-5"))
    provider = client(server.url)
    served = run(provider, provider.served_models())
    assert [row.id for row in served] == ["magistral-medium-2509", "mistral-medium-3-5"]
    assert (served[0].deprecated_on, served[0].replacement) == (date(2026, 5, 22), "mistral-medium-3-5")
    assert served[1].context_tokens == 262_144
    assert resolve_model("magistral", served, date(2026, 11, 23)).model == "magistral-medium-2509"


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"data": 5}', b"null"])
def test_an_endpoint_without_a_list_of_models(content: bytes) -> None:
    """A wrong base URL is told, not guessed at."""
    provider = client("http://localhost", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)))
    with pytest.raises(ProviderStop, match="NIGHTCLERK_ENDPOINT"):
        run(provider, provider.served_models())


def test_odd_rows_in_a_list_of_models() -> None:
    """Rows without an id are passed over, and fields of a wrong type count as missing."""
    rows = [{}, 5, {"id": 7}, {"id": "m", "aliases": [1, "n"], "deprecation": "soon", "max_context_length": "big"}]
    provider = client("http://localhost", transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"data": rows})))
    [row] = run(provider, provider.served_models())
    assert (row.id, row.aliases, row.deprecated_on, row.context_tokens) == ("m", ("n",), None, None)


@pytest.mark.parametrize("key", ["", "abc def", "abc\n", "kéy"])
def test_a_key_that_cannot_be_sent(key: str) -> None:
    """A key that was pasted wrong is told without being quoted."""
    with pytest.raises(MissingKey) as caught:
        client("http://localhost", key)
    assert not key.strip() or key not in str(caught.value)


def test_the_key_appears_nowhere(serve: Serve, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors nor logs nor reprs hold the key, not even where a server quotes it."""
    key = "very-secret-key-42"
    caplog.set_level(logging.DEBUG)
    quoting = httpx.MockTransport(lambda request: httpx.Response(422, json={"message": f"bad: {request.headers['authorization']}"}))
    provider = client("http://localhost", key, transport=quoting)
    errors = [failure(provider, provider.wire(ask, MEDIUM))]
    server = serve(key=key)
    server.force("drop", "500", "truncated_body", "hang")
    for _ in range(4):
        errors.append(failure(client(server.url, key), provider.wire(ask, MEDIUM), timeout_s=0.3))
    assert "bad: Bearer [key]" in str(errors[0])
    shown = [caplog.text, repr(provider), repr(vars(provider)), *(f"{error!r} {error} {vars(error)}" for error in errors)]
    assert not any(key in text for text in shown)


def test_an_answer_that_quotes_the_key_is_kept_without_it(ask: Ask) -> None:
    """What is kept of an answer holds no key, be it whole or broken off; a placeholder for a server of one's own is left alone."""
    answer = {"model": MEDIUM.id, "choices": [{"message": {"content": "KEY and x"}, "finish_reason": "stop"}]}

    def quote(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=json.dumps(answer).replace("KEY", request.headers["authorization"]))

    for key, shown in (("very-secret-key-42", "Bearer [key] and x"), ("x", "Bearer x and x")):
        provider = client("http://localhost", key, transport=httpx.MockTransport(quote))
        reply = send(provider, provider.wire(ask, MEDIUM))
        assert reply.answer == shown
        assert (key in reply.raw_body) is (key == "x")


def test_connections_are_used_again(serve: Serve, ask: Ask) -> None:
    """No more connections are opened than calls are in flight, and calls one after the other share one."""
    server = serve()
    provider = client(server.url)

    async def work() -> None:
        body = provider.wire(ask, MEDIUM)
        for _ in range(5):
            await provider.send(body, timeout_s=5)
        assert server.connections == 1
        await asyncio.gather(*(provider.send(body, timeout_s=5) for _ in range(40)))

    run(provider, work())
    assert 1 < server.connections <= 8
    assert len(server.account.billed) == 45


def test_a_proxy_that_cannot_be_used(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy setting that httpx does not understand is told as what it is."""
    monkeypatch.setenv("ALL_PROXY", "carrier-pigeon://localhost:1")
    provider = client("http://nowhere.invalid")
    found = failure(provider, provider.wire(ask, MEDIUM))
    assert type(found) is SettingsError
    assert "ALL_PROXY" in str(found)
