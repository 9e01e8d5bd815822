"""The imitation's streams as they are on the wire, and how they go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import MistralServer, bodies, stream
from mistral_server.bodies import SHAPES

Serve = Callable[..., MistralServer]
BODY: dict[str, Any] = {
    "model": "mistral-medium-3-5",
    "messages": [{"role": "user", "content": "Hello, how are you?"}],
    "reasoning_effort": "high",
    "stream": True,
}
ANSWER = "Ü" * 2_000


def events(server: MistralServer) -> list[str]:
    """The events of one streamed request, until it ends or is cut; what a cut left of an event is the last of them."""
    content = b""
    key = {"authorization": f"Bearer {server.key}"}
    try:
        with httpx.stream("POST", f"{server.url}/v1/chat/completions", json=BODY, headers=key, timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for part in answer.iter_bytes():
                content += part
    except httpx.HTTPError as error:
        return [*_split(content), type(error).__name__]
    return _split(content)


def _split(content: bytes) -> list[str]:
    return [event for event in content.decode(errors="replace").split("\n\n") if event]


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(SHAPES))
def test_a_stream_adds_up_to_the_answer(answer: str, thinking: str, shape: str) -> None:
    """The deltas of a stream, joined, are the text and the thinking of the whole message, whatever its shape."""
    whole = bodies.message(answer, thinking, shape)
    choice = {"index": 0, "finish_reason": "stop", "message": whole}
    written = stream.events({"id": "c", "created": 1, "model": "m", "choices": [choice]}).decode()
    deltas = [json.loads(event.removeprefix("data: "))["choices"][0]["delta"] for event in written.split("\n\n")[:-2]]
    assert _joined(deltas) == _joined([whole])


def _joined(messages: list[dict[str, Any]]) -> tuple[str, str]:
    """(text, thinking) of messages or deltas."""
    text, thinking = [], []
    for said in messages:
        thinking += [said.get("reasoning", ""), said.get("reasoning_content", "")]
        content = said.get("content", "")
        for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            if part["type"] == "text":
                text.append(part["text"])
            elif part["type"] == "thinking":
                thinking += [piece["text"] for piece in part["thinking"]]
    return "".join(text), "".join(thinking)


def test_events_end_with_done_and_are_padded(serve: Serve) -> None:
    """Each event is one line of data with a chunk that is padded by `p`; the last event says [DONE]."""
    *said, done = events(serve(answer=lambda _body: ANSWER))
    assert done == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in said]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert all(chunk["p"] for chunk in chunks)
    assert [("usage" in chunk, chunk["choices"][0]["finish_reason"]) for chunk in chunks] == [(False, None)] * (len(chunks) - 1) + [
        (True, "stop")
    ]


@pytest.mark.parametrize(
    ("fault", "last"),
    [
        ("drop_mid_body", "RemoteProtocolError"),
        ("stream_stall", "RemoteProtocolError"),
        ("drop_late", "RemoteProtocolError"),
        ("stream_error", '"code": "3000"'),
    ],
)
def test_a_stream_that_breaks_off(serve: Serve, fault: str, last: str) -> None:
    """A cut, silence, a cut before the first byte and an error event end a stream without [DONE]; the answer was made and is billed."""
    server = serve(answer=lambda _body: ANSWER, hang_s=0.05)
    server.force(fault)
    said = events(server)
    assert last in said[-1]
    assert "data: [DONE]" not in said
    assert (len(said) > 5) == (fault != "drop_late")
    assert [entry.fault for entry in server.account.billed] == [fault]


def test_a_stream_that_ends_too_early(serve: Serve) -> None:
    """A body that ends in the middle of an event, and one without [DONE], end without an error of the connection."""
    server = serve(answer=lambda _body: ANSWER)
    server.force("truncated_body", "stream_no_done")
    with pytest.raises(json.JSONDecodeError):
        json.loads(events(server)[-1].removeprefix("data: "))
    assert json.loads(events(server)[-1].removeprefix("data: "))["choices"][0]["finish_reason"] == "stop"


def test_a_stream_without_usage(serve: Serve) -> None:
    """The usage may be missing from a stream too."""
    server = serve()
    server.force("no_usage")
    assert not any('"usage"' in event for event in events(server))


def test_faults_of_streams_leave_other_requests_alone(serve: Serve) -> None:
    """A request that is not streamed is not struck by what only a stream can suffer."""
    server = serve(faults=lambda _body, _attempt: "stream_error")
    key = {"authorization": f"Bearer {server.key}"}
    answer = httpx.post(f"{server.url}/v1/chat/completions", json=BODY | {"stream": False}, headers=key)
    assert answer.status_code == 200
    assert [entry.fault for entry in server.account.entries] == [None]
