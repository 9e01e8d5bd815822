"""Mistral's chat completions, by the published contract: `POST {endpoint}/v1/chat/completions`, not streamed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from nightclerk.errors import ProviderStop
from nightclerk.providers.asking import THINKING_LEAD, THINKING_TEMPLATE, longest_answer, prompt_tokens, schema_format, sent_text
from nightclerk.providers.exchange import Exchange
from nightclerk.providers.identity import checked, other_names
from nightclerk.providers.mistral_batch import MistralBatches
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.reply import read_reply
from nightclerk.records import Ask, ModelCard, Reply


class Mistral:
    """A Mistral endpoint, or one that speaks the same contract.

    Args:
        endpoint: base URL without `/v1`.
        api_key: sent as a bearer token; stands in no error, log line or repr.
        max_in_flight: the most connections to open.
        connect_timeout_s: how long to wait for a connection, in seconds.
        transport: replaces the network, for tests.
    """

    name = "mistral"

    def __init__(
        self,
        endpoint: str,
        api_key: SecretStr,
        *,
        max_in_flight: int,
        connect_timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._exchange = Exchange(endpoint, api_key, max_in_flight=max_in_flight, connect_timeout_s=connect_timeout_s, transport=transport)
        self._names: Mapping[str, frozenset[str]] = {}

    def wire(self, ask: Ask, card: ModelCard) -> dict[str, Any]:
        """The body that asks this question; holds no field that the contract does not name, since an unknown one is refused."""
        body: dict[str, Any] = {
            "model": card.id,
            "messages": [{"role": "system", "content": _system(ask, card)}, {"role": "user", "content": ask.user}],
            "temperature": card.temperature if ask.temperature is None else ask.temperature,
            "max_tokens": longest_answer(ask, card),
            "stream": False,
            "random_seed": ask.sample,
        }
        if (top_p := ask.top_p or card.top_p) is not None:
            body["top_p"] = top_p
        if card.structured_output:
            body["response_format"] = schema_format(ask)
        # native Magistral refuses `reasoning_effort`; the models after it know nothing else
        if card.reasoning == "prompt_mode":
            body["prompt_mode"] = "reasoning"
        elif card.reasoning == "effort":
            body["reasoning_effort"] = ask.effort or "high"
        return body

    def prompt_tokens(self, ask: Ask, card: ModelCard) -> int:
        """The messages and the schema; see `Provider.prompt_tokens`."""
        return prompt_tokens(ask, card)

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Send one body once and wait for the reply; see `Provider.send` for what it raises."""
        answer = await self._exchange.post("/v1/chat/completions", body, timeout_s=timeout_s)
        if answer.is_success:
            reply = read_reply(answer.text, http_status=answer.http_status, headers=answer.headers)
            return checked(reply, body["model"], self._names)
        raise self._exchange.problem(answer, sent=sent_text(body["messages"]))

    async def served_models(self) -> list[ServedModel]:
        """What the endpoint serves now, and under which names it may answer; one call, no cost. Raises as `send` does."""
        answer = await self._exchange.get("/v1/models")
        if not answer.is_success:
            raise self._exchange.problem(answer)
        body = answer.json()
        rows = body.get("data") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise ProviderStop("the endpoint answers GET /v1/models with no list of models; is NIGHTCLERK_ENDPOINT its base URL?")
        served = [_served(row) for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]
        self._names = other_names(served)
        return served

    def batches(self) -> MistralBatches:
        """The batch jobs of this endpoint, over the same connections."""
        return MistralBatches(self._exchange, lambda: self._names)

    async def warm(self, connections: int) -> None:
        """Have connections made before the first calls need them."""
        await self._exchange.warm(connections)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()


def _system(ask: Ask, card: ModelCard) -> str | list[dict[str, Any]]:
    if card.reasoning != "prompt_mode":
        return ask.system
    template = {"type": "thinking", "thinking": [{"type": "text", "text": THINKING_TEMPLATE}]}
    return [{"type": "text", "text": THINKING_LEAD}, template, {"type": "text", "text": ask.system}]


def _served(row: Mapping[str, Any]) -> ServedModel:
    aliases = row.get("aliases")
    context = row.get("max_context_length")
    replacement = row.get("deprecation_replacement_model")
    return ServedModel(
        id=row["id"],
        aliases=tuple(name for name in aliases if isinstance(name, str)) if isinstance(aliases, list) else (),
        deprecated_on=_day(row.get("deprecation")),
        replacement=replacement if isinstance(replacement, str) and replacement else None,
        context_tokens=context if isinstance(context, int) else None,
    )


def _day(moment: object) -> date | None:
    """The day of an ISO date-time; what is none says nothing."""
    try:
        return datetime.fromisoformat(moment).date() if isinstance(moment, str) else None
    except ValueError:
        return None
