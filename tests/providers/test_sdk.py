"""The official SDK as a peer: it talks to the imitation, and writes the same bodies as our client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from mistral_server import MistralServer
from mistral_server.bodies import PROBLEM_SHAPES
from mistralai.client import Mistral as Sdk
from mistralai.client.errors import HTTPValidationError, MistralError
from pydantic import SecretStr

from nightclerk.providers import catalog
from nightclerk.providers.mistral import Mistral
from nightclerk.records import Ask

Serve = Callable[..., MistralServer]


@contextmanager
def sdk(server: MistralServer, bodies: list[dict[str, Any]], key: str | None = None) -> Iterator[Sdk]:
    """An SDK client of an imitation; the bodies that it sends are collected."""

    def note(request: httpx.Request) -> None:
        if content := request.read():
            bodies.append(json.loads(content))

    with (
        httpx.Client(event_hooks={"request": [note]}) as client,
        Sdk(api_key=key or server.key, server_url=server.url, client=client) as peer,
    ):
        yield peer


@pytest.mark.parametrize("model", ["mistral-medium-3-5", "magistral-medium-2509"])
def test_our_body_is_the_sdks_body(serve: Serve, ask: Ask, model: str) -> None:
    """For the same question the SDK sends the same body, key for key, and gets the same answer."""
    server = serve(models=(model,), answer=lambda _body: '{"findings": []}')
    ours = Mistral(server.url, SecretStr(server.key), max_in_flight=1).wire(ask, catalog.card(model))
    bodies: list[dict[str, Any]] = []
    with sdk(server, bodies) as peer:
        answer = peer.chat.complete(**ours)
    assert bodies == [ours]
    content = answer.choices[0].message.content
    assert isinstance(content, list)
    assert [chunk.type for chunk in content] == ["thinking", "text"]
    assert answer.usage.total_tokens == server.account.billed[0].prompt_tokens + server.account.billed[0].completion_tokens


def test_the_sdk_reads_the_list_of_models(serve: Serve) -> None:
    """The list of models has the form that the SDK expects, deprecation included."""
    server = serve(models=("magistral-medium-2509", "mistral-small-2603"))
    with sdk(server, []) as peer:
        cards = peer.models.list().data
    assert cards is not None
    assert [card.id for card in cards] == ["magistral-medium-2509", "mistral-small-2603"]
    assert cards[0].deprecation is not None
    assert cards[0].deprecation_replacement_model == "mistral-medium-3-5"


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("429_bare", 429), ("500", 500), ("502", 502), ("400_context", 400)])
def test_the_sdk_maps_errors(serve: Serve, fault: str, status: int) -> None:
    """Errors reach the SDK's callers with their status; it does not retry by itself."""
    server = serve()
    server.force(fault)
    with sdk(server, []) as peer, pytest.raises(MistralError) as caught:
        peer.chat.complete(model="mistral-medium-3-5", messages=[{"role": "user", "content": "hi"}])
    assert caught.value.status_code == status
    assert len(server.account.entries) == 1


def test_the_sdk_knows_the_specified_422(serve: Serve) -> None:
    """A wrong value gets the validation error of the specification where the server speaks that shape."""
    for shape in PROBLEM_SHAPES:
        server = serve(problem_shapes=(shape,))
        with sdk(server, []) as peer, pytest.raises(MistralError) as caught:
            peer.chat.complete(model="mistral-medium-3-5", messages=[{"role": "user", "content": "hi"}], temperature=9)
        assert caught.value.status_code == 422
        if shape == "detail":
            assert isinstance(caught.value, HTTPValidationError)


def test_the_sdk_without_a_right_key(serve: Serve) -> None:
    """A wrong key is a 401 for the SDK too."""
    server = serve()
    with sdk(server, [], key="wrong") as peer, pytest.raises(MistralError) as caught:
        peer.models.list()
    assert caught.value.status_code == 401


def test_a_plain_conversation(serve: Serve) -> None:
    """Without reasoning the content is a plain string, as the contract has it."""
    server = serve()
    with sdk(server, []) as peer:
        answer = peer.chat.complete(
            model="mistral-small-2603", messages=[{"role": "user", "content": "Hello, how are you?"}], reasoning_effort="none"
        )
    assert answer.choices[0].message.content == "OK."
