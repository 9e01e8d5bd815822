"""Streamed completions: server-sent events made of a whole completion, and the ways in which a stream goes wrong half way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mistral_server import bodies

PIECE = 40  # characters of a delta
DONE = b"data: [DONE]\n\n"
_PADDING = "abcdefghijklmnopqrstuvwxyz0123456789"
_BROKEN = bodies.error("Internal server error", "internal_server_error", "3000")


def events(completion: dict[str, Any], fault: str | None = None) -> bytes:
    """The whole stream of a completion.

    The role comes first, then thinking in lists, one list with the last of the thinking and the first of the text, plain strings, and at
    last the reason of the end with the usage. Each chunk is padded by a key `p` that means nothing. After an error event nothing follows.
    """
    choice = completion["choices"][0]
    last = {"index": 0, "delta": {"content": ""}, "finish_reason": choice["finish_reason"]}
    deltas = [{"role": "assistant", "content": ""}, *_deltas(choice["message"])]
    chunks = [_chunk(completion, number, {"index": 0, "delta": delta, "finish_reason": None}) for number, delta in enumerate(deltas)]
    usage = {"usage": completion["usage"]} if "usage" in completion else {}
    written = [_event(chunk) for chunk in [*chunks, _chunk(completion, len(chunks), last) | usage]]
    if fault == "stream_error":
        return b"".join(written[: len(written) // 2]) + _event(_BROKEN)
    return b"".join(written) + (b"" if fault == "stream_no_done" else DONE)


def _event(said: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(said, ensure_ascii=False).encode() + b"\n\n"


def _chunk(completion: dict[str, Any], number: int, choice: dict[str, Any]) -> dict[str, Any]:
    head = {name: completion[name] for name in ("id", "created", "model")}
    return {**head, "object": "chat.completion.chunk", "choices": [choice], "p": _PADDING[: number * 7 % len(_PADDING) + 1]}


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What each chunk adds to a message."""
    for name in ("reasoning", "reasoning_content"):
        yield from ({name: piece} for piece in _pieces(message.get(name, "")))
    content = message["content"]
    yield from ({"content": part} for part in (_pieces(content) if isinstance(content, str) else _parts(content)))


def _parts(content: list[dict[str, Any]]) -> Iterator[str | list[dict[str, Any]]]:
    """The content of each delta; the end of a thinking chunk waits for the beginning of the text behind it."""
    held: list[dict[str, Any]] = []
    for chunk in content:
        if chunk["type"] == "text":
            first, *texts = _pieces(chunk["text"]) or [""]
            yield [*held, {"type": "text", "text": first}] if held else first
            yield from texts
            held = []
            continue
        if held:
            yield held
        *others, last = _split(chunk)
        yield from ([other] for other in others)
        held = [last]
    if held:
        yield held


def _split(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if chunk["type"] != "thinking" or not chunk["thinking"]:
        yield chunk
        return
    for piece in _pieces(chunk["thinking"][0]["text"]):
        yield {"type": "thinking", "thinking": [{"type": "text", "text": piece}]}


def _pieces(text: str) -> list[str]:
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
