"""What every provider promises, over every dialect that it speaks: a new provider adds its imitation and its line here, and passes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest
from other_servers import DIALECTS, FAULTS, Dialect, OtherServer
from pydantic import SecretStr

from nightclerk import profiles, prompting
from nightclerk.errors import (
    CallError,
    CallTimeout,
    ContextTooLong,
    CutOff,
    ModelGone,
    NightclerkError,
    OutOfCredit,
    ProviderStop,
    Refused,
    RetryCall,
    ServerFailed,
    Unauthorised,
    Unprocessable,
    WrongModel,
)
from nightclerk.providers.mistral import Mistral
from nightclerk.providers.openai_compatible import OpenAICompatible
from nightclerk.providers.protocol import Provider
from nightclerk.providers.puter import Puter
from nightclerk.providers.resolve import Resolved, resolve_model
from nightclerk.providers.rules import MODEL as RULES_MODEL
from nightclerk.providers.rules import Rules
from nightclerk.records import Ask, Chunk, Reply

_T = TypeVar("_T")
Start = Callable[..., OtherServer]
KEY = "very-secret-key-42"
TODAY = date(2026, 11, 23)
OWN_CONTEXT = 32_000
every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)

# how a provider is made for a server; the line to add for a new one
MAKERS: dict[str, Callable[[str, SecretStr | None, str], Provider]] = {
    "mistral": lambda url, key, _: Mistral(url, key or SecretStr(KEY), max_in_flight=4),
    "puter": lambda url, key, _: Puter(url, key or SecretStr(KEY), max_in_flight=4),
    "openai_compatible": lambda url, key, model: OpenAICompatible(url, key, model=model, context_tokens=OWN_CONTEXT, max_in_flight=4),
}


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts imitations; the arguments are those of `OtherServer`."""
    with ExitStack() as stack:
        yield lambda dialect, **options: stack.enter_context(OtherServer(dialect, **{"key": KEY, **options}))


def provider_of(server: OtherServer, key: str = KEY) -> Provider:
    """The provider that speaks a server's dialect."""
    return MAKERS[server.dialect.provider](server.url, SecretStr(key), server.dialect.model)


def use(server: OtherServer, work: Callable[[Provider], Awaitable[_T]], key: str = KEY) -> _T:
    """Let a provider work with a server, and close it."""

    async def inner() -> _T:
        provider = provider_of(server, key)
        try:
            return await work(provider)
        finally:
            await provider.aclose()

    return asyncio.run(inner())


def resolved(server: OtherServer) -> Resolved:
    """The model that a server serves, as a run finds it."""

    async def find(provider: Provider) -> Resolved:
        return resolve_model(server.dialect.model, await provider.served_models(), TODAY)

    return use(server, find)


def send(server: OtherServer, ask: Ask, *, timeout_s: float = 10.0, key: str = KEY, **changes: Any) -> Reply:
    """Ask a server as a run does: its list of models first, then one question."""

    async def work(provider: Provider) -> Reply:
        card = resolve_model(server.dialect.model, await provider.served_models(), TODAY).card
        return await provider.send(provider.wire(replace(ask, **changes), card), timeout_s=timeout_s)

    return use(server, work, key)


def failure(server: OtherServer, ask: Ask, **options: Any) -> NightclerkError:
    """The error that a question ends in."""
    with pytest.raises(NightclerkError) as caught:
        send(server, ask, **options)
    return caught.value


def causes() -> list[Any]:
    """Every (dialect, cause) of which the dialect has words of its own."""
    return [pytest.param(dialect, cause, id=f"{dialect.name}-{cause}") for dialect in DIALECTS for cause in dialect.problems]


# the first words of a cause; what follows them is the way it is told
EXPECTED: dict[str, type[NightclerkError]] = {
    "unauthorised": Unauthorised,
    "token_missing": Unauthorised,
    "forbidden": Unauthorised,
    "no_credit": OutOfCredit,
    "no_plan": OutOfCredit,
    "model_gone": ModelGone,
    "too_long": ContextTooLong,
    "unprocessable": Unprocessable,
    "limit": Refused,
    "down": ServerFailed,
    "unavailable": ServerFailed,
}


@pytest.mark.parametrize(("dialect", "cause"), causes())
def test_every_cause_has_its_error(start: Start, ask: Ask, dialect: Dialect, cause: str) -> None:
    """Whatever words and status a server has for it, the cause decides the error; none of them is billed."""
    server = start(dialect)
    server.forced.append(cause)
    found = failure(server, ask)
    [kind] = [kind for words, kind in EXPECTED.items() if cause.startswith(words)]
    assert type(found) is kind, found
    assert isinstance(found, ProviderStop) or (isinstance(found, CallError) and not found.billable)
    assert len(str(found)) < 400
    assert "<" not in str(found)


@every_dialect
@pytest.mark.parametrize("cause", ["limit", "unavailable"])
def test_how_long_to_wait(start: Start, ask: Ask, dialect: Dialect, cause: str) -> None:
    """The wait of a 429 and of a 503 is on the error; where none is asked for there is none."""
    server = start(dialect)
    server.forced.append(cause)
    found = failure(server, ask)
    assert isinstance(found, RetryCall)
    assert found.retry_after_s == 7.0
    server.forced.append("down")
    found = failure(server, ask)
    assert isinstance(found, RetryCall)
    assert found.retry_after_s is None


ON_THE_WAY: dict[str, tuple[type[NightclerkError], bool]] = {
    "drop": (CutOff, True),
    "hang": (CallTimeout, True),
    "drip": (CallTimeout, True),
    "cut_body": (CutOff, True),
    "cut_json": (CutOff, True),
    "html": (CutOff, True),
    "huge": (CutOff, True),
    "empty": (CutOff, True),
    "redirect": (ProviderStop, False),
    "html_502": (ServerFailed, False),
    "gateway_504": (ServerFailed, True),
}


@every_dialect
@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_on_the_way(start: Start, ask: Ask, dialect: Dialect, fault: str) -> None:
    """Each fault of the way is its error, and whatever was worked on may have been billed."""
    server = start(dialect)
    server.forced.append(fault)
    found = failure(server, ask, timeout_s=0.25 if fault in {"hang", "drip"} else 10.0)
    kind, billable = ON_THE_WAY[fault]
    assert type(found) is kind, found
    assert not isinstance(found, CallError) or found.billable is billable
    assert len(str(found)) < 400
    if fault in {"cut_body", "cut_json", "html"}:
        assert isinstance(found, CallError)
        assert found.raw_body
        assert found.http_status == 200


@every_dialect
def test_the_body_is_pure_and_the_same(start: Start, ask: Ask, dialect: Dialect) -> None:
    """The same question is the same JSON from another provider at another place with another key, and holds neither key nor place."""
    server = start(dialect)
    card = resolved(server).card
    elsewhere = MAKERS[dialect.provider]("http://elsewhere.invalid", SecretStr("another-key-4711"), "another-model")
    here = provider_of(server)
    body = here.wire(ask, card)
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    assert json.dumps(body) == json.dumps(elsewhere.wire(replace(ask), card)) == json.dumps(here.wire(ask, card))
    assert KEY not in json.dumps(body)
    assert server.url not in json.dumps(body)
    asked = dialect.asked(body)
    assert asked["model"] == dialect.model
    assert ask.user in [message["content"] for message in asked["messages"]]
    assert not asked["stream"]
    assert not server.bodies
    asyncio.run(here.aclose())
    asyncio.run(elsewhere.aclose())


@every_dialect
def test_prompt_and_answer_fit_the_context(start: Start, ask: Ask, dialect: Dialect) -> None:
    """However much a profile allows, prompt and `max_tokens` stay within the context together; what a profile allows is the most."""
    server = start(dialect)
    card, provider = resolved(server).card, provider_of(server)
    greedy = replace(ask, max_output_tokens=10_000_000, prompt_tokens=20_000)
    most = dialect.asked(provider.wire(greedy, card))["max_tokens"]
    assert 0 < most <= card.context_tokens - provider.prompt_tokens(greedy, card)
    assert dialect.asked(provider.wire(ask, card))["max_tokens"] == ask.max_output_tokens
    assert provider.prompt_tokens(ask, card) >= ask.prompt_tokens
    asyncio.run(provider.aclose())


@pytest.mark.parametrize(
    ("dialect", "form"), [pytest.param(dialect, form, id=f"{dialect.name}-{form}") for dialect in DIALECTS for form in dialect.forms]
)
def test_thinking_stands_apart(start: Start, ask: Ask, dialect: Dialect, form: str) -> None:
    """In whatever form thinking comes, the answer is bare, the thinking is kept, and the usage is the server's."""
    server = start(dialect, form=form)
    reply = send(server, ask)
    assert reply.answer == server.text
    assert reply.thinking == ("" if form == "none" else server.thinking)
    [work] = server.billed
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (work.prompt_tokens, work.completion_tokens)
    assert reply.usage.cached_tokens <= reply.usage.prompt_tokens
    assert (reply.finish_reason, reply.http_status) == ("stop", 200)
    assert reply.model_served
    assert reply.raw_body


@every_dialect
def test_an_answer_that_hits_its_limit_says_so(start: Start, ask: Ask, dialect: Dialect) -> None:
    """An answer of all the tokens that were allowed ends with `length`, for the dispatcher to see."""
    server = start(dialect, changes={"finish": "length", "completion_tokens": ask.max_output_tokens})
    assert send(server, ask).finish_reason == "length"


@every_dialect
def test_a_missing_usage_is_unknown(start: Start, ask: Ask, dialect: Dialect) -> None:
    """A reply without usage is read, and its usage is unknown, never zero."""
    reply = send(start(dialect, changes={"with_usage": False}), ask)
    assert reply.answer
    assert reply.usage is None


@every_dialect
def test_another_model_does_not_pass(start: Start, ask: Ask, dialect: Dialect) -> None:
    """A reply of another model is an error that names both, is billed, and keeps the body with its usage."""
    server = start(dialect, changes={"model": "small-and-cheap-1"})
    found = failure(server, ask)
    assert type(found) is WrongModel
    assert isinstance(found, CallError)
    assert found.billable
    assert dialect.model in str(found)
    assert "small-and-cheap-1" in str(found)
    assert f'"prompt_tokens": {server.billed[0].prompt_tokens}' in found.raw_body


@every_dialect
def test_another_name_of_the_model_passes(start: Start, ask: Ask, dialect: Dialect) -> None:
    """Case, vendor, a release behind the name and `latest` make no other model."""
    server = start(dialect)
    card = resolved(server).card

    async def work(provider: Provider) -> list[str]:
        answered = []
        for name in (dialect.model.upper(), f"{dialect.model}-2604", f"vendor/{dialect.model}", f"{dialect.model}:latest"):
            server.changes = {"model": name}
            answered.append((await provider.send(provider.wire(ask, card), timeout_s=10)).answer)
        return answered

    assert use(server, work) == [server.text] * 4


@every_dialect
def test_the_model_is_listed_and_resolves(start: Start, dialect: Dialect) -> None:
    """The list of models leads to the model that is served and to a card with which it can be asked."""
    found = resolved(start(dialect))
    assert found.model == found.card.id == dialect.model
    assert found.card.context_tokens <= (dialect.context_tokens or 1_000_000)
    assert 0 < found.card.max_output_tokens <= found.card.context_tokens


@every_dialect
def test_a_model_that_is_not_listed_is_gone(start: Start, dialect: Dialect) -> None:
    """A model that nobody serves ends before a question is sent, with what is served instead."""
    served = use(start(dialect), lambda provider: provider.served_models())
    with pytest.raises(ModelGone, match="not served") as caught:
        resolve_model("nobody-7", served, TODAY)
    assert dialect.model in str(caught.value)


@every_dialect
def test_a_list_that_is_none(start: Start, ask: Ask, dialect: Dialect) -> None:
    """An endpoint that answers the question for its models with a page is told as a wrong address."""
    server = start(dialect)
    server.lists = b"<html>welcome</html>"
    with pytest.raises(ProviderStop, match="NIGHTCLERK_ENDPOINT"):
        use(server, lambda provider: provider.served_models())


@every_dialect
def test_a_list_of_nonsense(start: Start, dialect: Dialect) -> None:
    """Rows that are no models are passed over."""
    server = start(dialect)
    rows: list[object] = [
        None,
        5,
        [],
        {},
        {"id": 7},
        {"id": None, "aliases": "x"},
        {"id": "x", "aliases": [1], "max_model_len": "much", "deprecation": 5},
    ]
    server.lists = json.dumps({"data": rows, "models": rows}).encode()
    assert len(use(server, lambda provider: provider.served_models())) <= 1


@every_dialect
def test_a_wrong_key_is_told_at_once(start: Start, ask: Ask, dialect: Dialect) -> None:
    """A key that is not accepted stops the run, at the first call."""
    server = start(dialect, key="the-right-key-4711")
    assert type(failure(server, ask)) is Unauthorised


@every_dialect
def test_the_key_appears_nowhere(start: Start, ask: Ask, dialect: Dialect, caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors, logs, reprs nor what is kept hold the key, not even where the server quotes it."""
    caplog.set_level(logging.DEBUG)
    server = start(dialect, text=f'{{"findings": ["{KEY}"]}}')
    reply = send(server, ask)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert "[key]" in reply.answer
    found = []
    for fault in ("drop", "cut_body", "cut_json", "unauthorised", "limit", "quote"):
        server.forced.append(fault)
        found.append(failure(server, ask))
    assert "[key]" in str(found[-1])
    provider = provider_of(server)
    shown = [caplog.text, repr(reply), repr(provider), repr(vars(provider)), *(f"{error!r} {error} {vars(error)}" for error in found)]
    assert not any(KEY in text for text in shown)
    assert not any(error.__cause__ for error in found)


@every_dialect
def test_a_document_decides_no_error(start: Start, ask: Ask, dialect: Dialect) -> None:
    """Words of the document that a server quotes back neither leak nor choose the error."""
    document = "The spending limit is reached; the maximum context length clause and the invalid model clause apply to the Borrower."
    server = start(dialect)
    server.forced.append("quote_prompt")
    found = failure(server, ask, user=document)
    assert type(found) is Unprocessable
    assert "Borrower" not in str(found)


@every_dialect
def test_odd_text_goes_out_and_comes_back(start: Start, ask: Ask, dialect: Dialect) -> None:
    """Halves of surrogate pairs, NUL and quotes in a document are sent, and those of an answer become text that can be stored."""
    server = start(dialect, text='{"findings": ["a \ud800 b \x00 c \\" ü"]}')
    reply = send(server, ask, user='half \udcff NUL \x00 quote " slash \\ 漢字')
    f"{reply.answer}{reply.raw_body}".encode()
    assert "\x00" not in reply.answer
    assert "漢字" in dialect.asked(server.bodies[0])["messages"][1]["content"]


def test_the_rules_keep_the_promises_that_apply() -> None:
    """The analyst in process: a pure body, a free reply of its own model, a list of one, and an error for a profile that changed."""
    profile = profiles.load("contract_review/v1")
    text = "This Agreement shall be governed by the laws of the State of New York."
    question = prompting.ask(profile, Chunk(0, 0, len(text), text, 20), 1)
    provider: Provider = Rules(profiles.load)

    async def work() -> tuple[Resolved, Reply]:
        found = resolve_model(RULES_MODEL, await provider.served_models(), TODAY)
        body = provider.wire(question, found.card)
        assert json.dumps(body) == json.dumps(provider.wire(replace(question), found.card))
        with pytest.raises(Unprocessable):
            await provider.send(body | {"prompt_sha256": "0" * 64}, timeout_s=30)
        return found, await provider.send(body, timeout_s=30)

    found, reply = asyncio.run(work())
    assert found.model == reply.model_served == RULES_MODEL
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == 0
