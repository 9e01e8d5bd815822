"""The official SDK reads the imitation's streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from mistral_server import MistralServer
from mistral_server.bodies import SHAPES
from mistralai.client import Mistral as Sdk
from mistralai.client.errors import MistralError
from mistralai.client.models import CompletionChunk

from nightclerk import tokens

Serve = Callable[..., MistralServer]
ANSWER = '{"findings": ["Zürich § 7 – 第3条"]} ' + "and so on " * 40
QUESTION: dict[str, Any] = {
    "model": "mistral-medium-3-5",
    "messages": [{"role": "user", "content": "Hello, how are you?"}],
    "reasoning_effort": "high",
}


def chunks(server: MistralServer) -> list[CompletionChunk]:
    """What the SDK makes of one stream."""
    with Sdk(api_key=server.key, server_url=server.url) as peer, peer.chat.stream(**QUESTION) as stream:
        return [event.data for event in stream]


def read(stream: list[CompletionChunk]) -> tuple[str, str]:
    """(thinking, text) of a stream."""
    thinking, text = [], []
    for chunk in stream:
        content = chunk.choices[0].delta.content
        if isinstance(content, str):
            text.append(content)
        for part in content if isinstance(content, list) else []:
            if part.type == "text":
                text.append(part.text)
            elif part.type == "thinking":
                thinking.extend(piece.text for piece in part.thinking)
    return "".join(thinking), "".join(text)


def test_the_sdk_reads_a_stream(serve: Serve) -> None:
    """Thinking and text come whole, the usage stands in the last chunk alone, and the bill is that of the usage."""
    server = serve(answer=lambda _body: ANSWER)
    stream = chunks(server)
    thinking, text = read(stream)
    assert text == ANSWER
    assert stream[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in stream] == [None] * (len(stream) - 1) + ["stop"]
    [usage] = [chunk.usage for chunk in stream if chunk.usage]
    assert stream[-1].usage == usage
    assert usage.completion_tokens == tokens.count(thinking) + tokens.count(text)
    [entry] = server.account.billed
    assert (entry.status, entry.completion_tokens) == (200, usage.completion_tokens)


def test_one_list_holds_the_end_of_the_thinking_and_the_beginning_of_the_text(serve: Serve) -> None:
    """Thinking comes in lists, one list has both, plain strings follow."""
    contents = [chunk.choices[0].delta.content for chunk in chunks(serve(answer=lambda _body: ANSWER))]
    kinds = ["+".join(part.type for part in content) if isinstance(content, list) else "string" for content in contents]
    assert list(dict.fromkeys(kinds)) == ["string", "thinking", "thinking+text"]
    assert kinds.count("thinking+text") == 1
    assert kinds[kinds.index("thinking+text") + 1 :] == ["string"] * (len(kinds) - kinds.index("thinking+text") - 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_streams(serve: Serve, shape: str) -> None:
    """Whatever shape an answer has, the text of its stream is that of the whole answer."""
    server = serve(answer=lambda _body: ANSWER, shapes=(shape,))
    with Sdk(api_key=server.key, server_url=server.url) as peer:
        content = peer.chat.complete(**QUESTION).choices[0].message.content
    assert content is not None
    whole = content if isinstance(content, str) else "".join(part.text for part in content if part.type == "text")
    assert read(chunks(server))[1] == whole
    assert len({entry.body_sha256 for entry in server.account.entries}) == 1


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("400_context", 400)])
def test_a_stream_that_does_not_begin(serve: Serve, fault: str, status: int) -> None:
    """What is refused or fails before the stream is an error like any other."""
    server = serve()
    server.force(fault)
    with pytest.raises(MistralError) as caught:
        chunks(server)
    assert caught.value.status_code == status
    assert not server.account.billed


def test_a_stream_that_is_cut(serve: Serve) -> None:
    """A connection that is lost in the middle of a stream is an error of the connection, and paid."""
    server = serve(answer=lambda _body: ANSWER)
    server.force("drop_mid_body")
    with pytest.raises(httpx.RemoteProtocolError):
        chunks(server)
    assert len(server.account.billed) == 1
