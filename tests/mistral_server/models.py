"""The models that can be served, and the cards that `GET /v1/models` shows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Model:
    """One model. Native reasoning models always think, and refuse `reasoning_effort`."""

    id: str
    context_tokens: int
    native_reasoning: bool
    temperature: float
    aliases: tuple[str, ...] = ()
    deprecation: str | None = None
    replacement: str | None = None
    retired: bool = False

    def card(self) -> dict[str, Any]:
        """The model as the list shows it."""
        capabilities = ("completion_chat", "function_calling", "completion_fim", "fine_tuning", "vision", "classification")
        return {
            "id": self.id,
            "object": "model",
            "created": 1_790_000_000,
            "owned_by": "mistralai",
            "capabilities": dict.fromkeys(capabilities, False) | {"completion_chat": True, "reasoning": True},
            "name": self.id,
            "description": None,
            "max_context_length": self.context_tokens,
            "aliases": list(self.aliases),
            "deprecation": self.deprecation,
            "deprecation_replacement_model": self.replacement,
            "default_model_temperature": self.temperature,
            "type": "base",
        }


KNOWN = {
    model.id: model
    for model in (
        Model(
            "magistral-medium-2509",
            131_072,
            native_reasoning=True,
            temperature=0.7,
            aliases=("magistral-medium-latest",),
            deprecation="2026-05-22T12:00:00Z",
            replacement="mistral-medium-3-5",
            retired=True,
        ),
        Model(
            "magistral-small-2509",
            131_072,
            native_reasoning=True,
            temperature=0.7,
            aliases=("magistral-small-latest",),
            deprecation="2026-04-30T12:00:00Z",
            replacement="mistral-small-2603",
            retired=True,
        ),
        Model(
            "mistral-medium-3-5",
            262_144,
            native_reasoning=False,
            temperature=1.0,
            aliases=("mistral-medium-2604", "mistral-medium-3", "mistral-medium-latest"),
        ),
        Model("mistral-small-2603", 262_144, native_reasoning=False, temperature=1.0, aliases=("mistral-small-latest",)),
    )
}
