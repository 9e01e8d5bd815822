"""What the imitated model answers: the profile's own rules, read over the chunk that the prompt quotes; and some thinking before it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from nightclerk import profiles
from nightclerk.prompting import unwrap_chunk
from nightclerk.providers.analyst import answer

_NAMED = re.compile(r"^Profile: ([a-z0-9_]+/v\d+)", re.MULTILINE)
_SENTENCES = (
    "Let me look at what the text says before I decide anything.",
    "The heading suggests one thing, but the operative words are what counts.",
    "There is a carve-out further down, so I should not stop at the first sentence.",
    "A defined term is used here; it has to mean what the definition says.",
    "This sounds like boilerplate, though the figure in it is not.",
    "I need the words themselves, not a paraphrase of them.",
    "Wait, the notice period is counted in business days here.",
    "Nothing else in this part speaks about it.",
)


def rules_answer(body: Mapping[str, Any]) -> str:
    """The answer to one request body; a prompt that names no profile or quotes no chunk is answered with a plain word."""
    name = _profile_name(body)
    try:
        text, position = unwrap_chunk(_text(body, "user"))
    except ValueError:
        return "OK."
    return json.dumps(answer(_profile(name), text, position), ensure_ascii=False) if name else "OK."


def asked_text(body: Mapping[str, Any]) -> str:
    """The chunk that a request body asks about; raises `ValueError` where it quotes none."""
    return unwrap_chunk(_text(body, "user"))[0]


def thinking(body_sha256: str, sentences: int) -> str:
    """Some thinking, the same for the same request; about as long as asked for."""
    chance = random.Random(f"thinking {body_sha256}")
    return " ".join(chance.choice(_SENTENCES) for _ in range(round(sentences * chance.uniform(0.5, 1.5))))


def prompt_tokens(body: Mapping[str, Any], count: Callable[[str], int], *, native_reasoning: bool) -> int:
    """Tokens of a prompt: its texts and the control tokens of the chat format.

    3 for the first user message and 2 for each further one, 2 for each system message, 1 for the end of each assistant turn, 2 around each
    thinking chunk, and 12 for the settings block that the models with `reasoning_effort` get, with the answer's schema in it.
    """
    total = 1 + (12 + _schema_tokens(body, count) if body.get("reasoning_effort") and not native_reasoning else 0)
    for message in body["messages"]:
        total += {"system": 2, "user": 2, "assistant": 1, "tool": 2}[message["role"]]
        for kind, text in _pieces(message.get("content")):
            total += count(text) + (2 if kind == "thinking" else 0)
    return total


def _schema_tokens(body: Mapping[str, Any], count: Callable[[str], int]) -> int:
    asked = (body.get("response_format") or {}).get("json_schema")
    return count(json.dumps(asked["schema"])) if asked else 0


def _profile_name(body: Mapping[str, Any]) -> str | None:
    named = ((body.get("response_format") or {}).get("json_schema") or {}).get("name", "")
    parts = re.fullmatch(r"(\w+)_(v\d+)", named)
    if parts:
        return f"{parts[1]}/{parts[2]}"
    system = _text(body, "system")
    found = _NAMED.search(system)
    return found[1] if found else _by_purpose(" ".join(system.split()))


@lru_cache(maxsize=64)
def _by_purpose(system: str) -> str | None:
    """The shipped profile whose purpose stands in a system prompt: what is left to go by where no schema is sent."""
    return next((name for name in profiles.available() if " ".join(_profile(name).purpose.split()) in system), None)


@lru_cache(maxsize=8)
def _profile(name: str) -> profiles.Profile:
    return profiles.load(name)


def _text(body: Mapping[str, Any], role: str) -> str:
    messages = (message for message in body["messages"] if message["role"] == role)
    return "\n".join(text for message in messages for _, text in _pieces(message.get("content")))


def _pieces(content: str | list[dict[str, Any]] | None) -> Iterator[tuple[str, str]]:
    """(kind, text) of each piece of a message."""
    chunks: list[dict[str, Any]] = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for chunk in chunks:
        if chunk["type"] == "text":
            yield "text", chunk["text"]
        elif chunk["type"] == "thinking":
            yield "thinking", "".join(part["text"] for part in chunk["thinking"])
