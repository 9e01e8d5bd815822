"""What every provider can do; dispatch and pipeline know nothing else about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

from nightclerk.records import Ask, ModelCard, Reply


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model that an endpoint says it serves; `card` is how to ask it, where the endpoint and the settings say more than the catalog."""

    id: str
    aliases: tuple[str, ...] = ()
    deprecated_on: date | None = None
    replacement: str | None = None
    context_tokens: int | None = None
    card: ModelCard | None = None


class Sender(Protocol):
    """Whoever sends what was asked: all that dispatch knows about a provider."""

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Send one body once and wait for the reply.

        Raises:
            CallError: this attempt failed; its class says whether to try again, `billable` whether it may have cost something.
            ProviderStop: nothing that we could send would be answered (key, credit, model).
        """


@runtime_checkable
class Warm(Protocol):
    """A sender that can have connections made before they are needed."""

    async def warm(self, connections: int) -> None:
        """Make some connections, in less than a second; sends nothing and raises nothing."""


class Provider(Sender, Protocol):
    """One way to reach a model."""

    name: str

    def wire(self, ask: Ask, card: ModelCard) -> dict[str, Any]:
        """The body that asks this question: pure, JSON, the same for the same question, since its hash is the key of the cache."""

    def prompt_tokens(self, ask: Ask, card: ModelCard) -> int:
        """How many prompt tokens that body is expected to be billed with: all that the model is given, not the messages alone."""

    async def served_models(self) -> list[ServedModel]:
        """What the endpoint serves now; one call, no cost."""

    async def aclose(self) -> None:
        """Let go of connections."""
