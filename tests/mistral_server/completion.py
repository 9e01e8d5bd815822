"""The work: an answer with its thinking, in one of its shapes, and its exact usage."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import lru_cache
from itertools import cycle
from typing import Any

from mistral_server import bodies
from mistral_server.account import Entry
from mistral_server.answers import prompt_tokens, thinking
from mistral_server.behaviour import Behaviour

REMEMBERED = 4_096  # texts whose tokens or answers are kept: the same question comes more than once


class Worker:
    """Counts, thinks and answers as a behaviour says."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._shapes, self._details = cycle(behaviour.shapes), cycle(behaviour.usage_details)
        self._count = lru_cache(maxsize=REMEMBERED)(behaviour.count)
        self._answer = lru_cache(maxsize=REMEMBERED)(lambda canonical: behaviour.answer(json.loads(canonical)))

    def prompt_tokens(self, body: dict[str, Any], *, native_reasoning: bool) -> int:
        """The prompt tokens of a body."""
        return prompt_tokens(body, self._count, native_reasoning=native_reasoning)

    def complete(self, entry: Entry, body: dict[str, Any], *, canonical: str, native_reasoning: bool, request_id: str) -> dict[str, Any]:
        """The completion; what it used is written into the entry."""
        reasons = native_reasoning or body.get("reasoning_effort") not in {None, "none"}
        shape = next(self._shapes) if reasons else "string"
        thought = "" if shape == "string" else thinking(entry.body_sha256, self._behaviour.thinking_sentences)
        answer, finish_reason = _spoilt(self._answer(canonical), entry.fault)
        thought, answer, cut = self._cut(thought, answer, body.get("max_tokens"))
        entry.completion_tokens = self._tokens(thought, answer)
        entry.cached_tokens = int(entry.prompt_tokens * self._behaviour.cached_share) // 64 * 64
        message = bodies.message(answer, thought, shape) | {"tool_calls": self._behaviour.tool_calls(body)}
        completion = {
            "id": f"cmpl-{request_id}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": entry.model,
            "choices": [{"index": 0, "finish_reason": "length" if cut else finish_reason, "message": message}],
        }
        return completion if entry.fault == "no_usage" else completion | {"usage": self._usage(entry)}

    def _usage(self, entry: Entry) -> dict[str, Any]:
        usage = {
            "prompt_tokens": entry.prompt_tokens,
            "total_tokens": entry.prompt_tokens + entry.completion_tokens,
            "completion_tokens": entry.completion_tokens,
        }
        # cached tokens are 0 or left out
        detailed = next(self._details) or entry.cached_tokens
        return usage | ({"prompt_tokens_details": {"cached_tokens": entry.cached_tokens}} if detailed else {})

    def _cut(self, thought: str, answer: str, most: int | None) -> tuple[str, str, bool]:
        """Stop at `max_tokens`, in the middle of the thinking if need be."""
        if not most or self._tokens(thought, answer) <= most:
            return thought, answer, False
        room = most - self._count(thought)
        if room <= 0:
            return _head(thought, most, self._count), "", True
        return thought, _head(answer, room, self._count), True

    def _tokens(self, thought: str, answer: str) -> int:
        return self._count(thought) + self._count(answer)


def _spoilt(answer: str, fault: str | None) -> tuple[str, str]:
    """(answer, finish reason) after a fault that leaves a paid answer of no use."""
    if fault == "length":
        return answer[: len(answer) // 2], "length"
    if fault == "thinking_only":
        return "", "length"
    if fault == "bad_json":
        return f"Here is what I found:\n{answer[: len(answer) // 2]} ...", "stop"
    return answer, "stop"


def _head(text: str, most: int, count: Callable[[str], int]) -> str:
    """The longest head of a text that has at most so many tokens, by halving."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= most else (low, middle - 1)
    return text[:low]
