"""What the provider tests share: one question, and the imitation server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from mistral_server import MistralServer

from nightclerk.records import Ask

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["findings"],
    "properties": {"findings": {"type": "array", "items": {"type": "string"}}},
}


@pytest.fixture(autouse=True)
def _straight_to_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine that the tests run on has no business between them and their own servers."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def ask() -> Ask:
    """A question about one chunk."""
    text = "This Agreement is governed by the laws of the State of New York."
    return Ask(
        profile="contract_review",
        version="v1",
        prompt_sha256="0" * 64,
        system="You review contracts. Answer with one JSON object.",
        user=f'<chunk id="1" of="1">\n{text}\n</chunk>',
        schema_name="contract_review_v1",
        schema=SCHEMA,
        chunk_text=text,
        position=(0, 1),
        max_output_tokens=4_000,
        prompt_tokens=60,
    )


@pytest.fixture
def serve() -> Iterator[Callable[..., MistralServer]]:
    """Starts imitation servers; the arguments are those of `Behaviour`."""
    with ExitStack() as stack:
        yield lambda **behaviour: stack.enter_context(MistralServer(**behaviour))
