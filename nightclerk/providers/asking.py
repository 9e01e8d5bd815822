"""What the bodies of all chat providers have in common: the system message, the room for the answer, the schema's tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from nightclerk import tokens
from nightclerk.providers.prices import padded
from nightclerk.records import Ask, ModelCard

# An own system message replaces Magistral's default one, which holds the template its thinking follows: so the template goes along.
THINKING_LEAD = "First think in a draft, following this template, until you are sure of the answer:"
THINKING_TEMPLATE = "Your thoughts, working the task through as on scratch paper, in as many steps as it takes."


def flat_system(ask: Ask, card: ModelCard) -> str:
    """The system message as one string; native Magistral gets its thinking template in marks, since few servers take thinking chunks."""
    if card.reasoning != "prompt_mode":
        return ask.system
    return f"{THINKING_LEAD}\n[THINK]{THINKING_TEMPLATE}[/THINK]\n{ask.system}"


def schema_format(ask: Ask) -> dict[str, Any]:
    """The `response_format` that holds an answer to its schema."""
    return {"type": "json_schema", "json_schema": {"name": ask.schema_name, "schema": dict(ask.schema), "strict": True}}


def prompt_tokens(ask: Ask, card: ModelCard) -> int:
    """The messages, and what the models that are sent a schema get in front of them: a settings block that holds it."""
    return ask.prompt_tokens + (_schema_tokens(json.dumps(ask.schema)) if card.structured_output else 0)


def longest_answer(ask: Ask, card: ModelCard) -> int:
    """`max_tokens`: prompt and answer share the context.

    A prompt that leaves no room goes out as it is: the endpoint refuses it free of charge.
    """
    most = min(ask.max_output_tokens, card.max_output_tokens)
    room = card.context_tokens - padded(prompt_tokens(ask, card))
    return min(most, room) if room > 0 else most


def sent_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """The text of the messages, to know it again where a server quotes it."""
    contents = [message["content"] for message in messages]
    return "\n".join(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False) for content in contents)


@lru_cache(maxsize=32)
def _schema_tokens(schema: str) -> int:
    return tokens.count(schema)
