"""The `rules` provider: a profile's own patterns in the place of a model. Offline, keyless, free, and plainly named as what it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from nightclerk.errors import CallTimeout, Unprocessable
from nightclerk.profiles import Profile
from nightclerk.providers.analyst import answer
from nightclerk.providers.protocol import ServedModel
from nightclerk.records import Ask, ModelCard, Reply, Usage

__all__ = ["MODEL", "Rules", "answer"]

# raise the number whenever the analyst itself would read the same rules differently: it is part of the cache key
MODEL = "rules-1"


class Rules:
    """Answers by rules. `profile_of` looks a profile up by `name/version`; each is looked up once."""

    name = "rules"

    def __init__(self, profile_of: Callable[[str], Profile]) -> None:
        self._profile_of = lru_cache(maxsize=None)(profile_of)

    def wire(self, ask: Ask, card: ModelCard) -> dict[str, Any]:
        """What decides the answer: the profile's exact content, the text and its place in the document."""
        return {
            "profile": f"{ask.profile}/{ask.version}",
            "prompt_sha256": ask.prompt_sha256,
            "position": list(ask.position),
            "text": ask.chunk_text,
        }

    def prompt_tokens(self, ask: Ask, card: ModelCard) -> int:
        """Those of the prompt that a model would get: nothing is billed, and the count serves for comparison."""
        return ask.prompt_tokens

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Read one chunk off the loop.

        Raises:
            CallTimeout: it took longer than asked.
            GiveUpCall: one of the rules ran out of time over this chunk; it names the rule.
            Unprocessable: the profile is no longer the one that the body was made with.
        """
        try:
            async with asyncio.timeout(timeout_s):
                text = await asyncio.to_thread(self._answer, body)
        except TimeoutError:
            raise CallTimeout(f"the rules of {body['profile']} took longer than {timeout_s:g} s over one chunk") from None
        return Reply(raw_body=text, answer=text, thinking="", finish_reason="stop", model_served=MODEL, usage=Usage(0, 0))

    async def served_models(self) -> list[ServedModel]:
        """The analyst itself."""
        return [ServedModel(MODEL, aliases=("rules",))]

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _answer(self, body: Mapping[str, Any]) -> str:
        profile = self._profile_of(body["profile"])
        if profile.sha256 != body["prompt_sha256"]:
            raise Unprocessable(f"the profile {profile.id} was changed after this question was asked; start the run again")
        ordinal, count = body["position"]
        return json.dumps(answer(profile, body["text"], (ordinal, count)), ensure_ascii=False)
