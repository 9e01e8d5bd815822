"""A server that speaks OpenAI's chat completions, `POST {endpoint}/v1/chat/completions`: vLLM, llama.cpp's server, Ollama, OpenRouter.

These servers take any field and ignore what they do not know, so only fields that all of them share are sent. They differ most in what
they do not say: some list no models, some send no usage, and some cut a prompt that is too long instead of refusing it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from pydantic import SecretStr

from nightclerk import tokens
from nightclerk.errors import ContextTooLong, ProviderStop, SettingsError
from nightclerk.providers import catalog
from nightclerk.providers.asking import flat_system, longest_answer, prompt_tokens, schema_format, sent_text
from nightclerk.providers.exchange import Answer, Exchange
from nightclerk.providers.identity import checked, other_names
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.reply import read_reply
from nightclerk.records import Ask, ModelCard, Reply

# a server without a list of models answers one of these
NO_LIST = frozenset({404, 405, 501})
# where servers write how much one request may hold: vLLM, OpenRouter, Mistral. llama.cpp's `n_ctx_train` is another figure
CONTEXT_FIELDS = ("max_model_len", "context_length", "max_context_length")
# Mistral's vocabulary is counted nearly exactly; another one takes fewer tokens for the same text, but hardly half as many
MISTRAL_FAMILY = re.compile(r"(mi|magi|mini|dev)stral", re.IGNORECASE)
LEAST_READ, LEAST_READ_ELSEWHERE = 0.9, 0.5


class OpenAICompatible:
    """A server of one's own, or a gateway.

    Args:
        endpoint: base URL without `/v1`.
        api_key: sent as a bearer token where there is one; stands in no error, log line or repr.
        model: what is asked of a server that lists no models.
        context_tokens: how much one request may hold, prompt and answer together; None where the server says so itself.
        max_in_flight: the most connections to open.
        connect_timeout_s: how long to wait for a connection, in seconds.
        transport: replaces the network, for tests.
    """

    name = "openai_compatible"

    def __init__(
        self,
        endpoint: str,
        api_key: SecretStr | None,
        *,
        model: str,
        context_tokens: int | None,
        max_in_flight: int,
        connect_timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._exchange = Exchange(endpoint, api_key, max_in_flight=max_in_flight, connect_timeout_s=connect_timeout_s, transport=transport)
        self._model = model
        self._context_tokens = context_tokens
        self._names: Mapping[str, frozenset[str]] = {}

    def wire(self, ask: Ask, card: ModelCard) -> dict[str, Any]:
        """The body that asks this question. The system message is flat: llama.cpp refuses thinking chunks, and so may others."""
        body: dict[str, Any] = {
            "model": card.id,
            "messages": [{"role": "system", "content": flat_system(ask, card)}, {"role": "user", "content": ask.user}],
            "temperature": card.temperature if ask.temperature is None else ask.temperature,
            "max_tokens": longest_answer(ask, card),
            "stream": False,
            "seed": ask.sample,
        }
        if (top_p := ask.top_p or card.top_p) is not None:
            body["top_p"] = top_p
        # never `json_object`: llama.cpp takes it and does not hold to it
        if card.structured_output:
            body["response_format"] = schema_format(ask)
        if card.reasoning == "effort":
            body["reasoning_effort"] = ask.effort or "high"
        elif card.reasoning == "openrouter":
            body["reasoning"] = {"effort": ask.effort or "high"}
        return body

    def prompt_tokens(self, ask: Ask, card: ModelCard) -> int:
        """The messages and the schema, which not every server bills; see `Provider.prompt_tokens`."""
        return prompt_tokens(ask, card)

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Send one body once and wait for the reply.

        Raises:
            ContextTooLong: also where the server took the prompt and by its own usage read less of it than was sent.
            CallError, ProviderStop: see `Provider.send`.
        """
        answer = await self._exchange.post("/v1/chat/completions", body, timeout_s=timeout_s)
        status = _status(answer)
        if status != answer.http_status or not answer.is_success:
            raise self._exchange.problem(answer, sent=sent_text(body["messages"]), http_status=status)
        reply = checked(read_reply(answer.text, http_status=status, headers=answer.headers), body["model"], self._names)
        return _read_whole(reply, body)

    async def served_models(self) -> list[ServedModel]:
        """What the server lists, or the model of the settings where it lists nothing; one call, no cost.

        Raises:
            SettingsError: the server does not say what the settings do not say either: a model's name, or its context.
            CallError, ProviderStop: see `Provider.send`.
        """
        answer = await self._exchange.get("/v1/models")
        if not answer.is_success and answer.http_status not in NO_LIST:
            raise self._exchange.problem(answer)
        rows = _rows(answer)
        if rows is None and answer.is_success:
            raise ProviderStop("the server answers GET /v1/models with no list of models; is NIGHTCLERK_ENDPOINT its base URL?")
        served = [self._served(row) for row in ([{"id": self._only_model()}] if rows is None else rows)]
        if served and not any(row.card for row in served):
            raise SettingsError(
                "NIGHTCLERK_CONTEXT_TOKENS: the server does not say how much one request may hold; set it to what it was started with"
            )
        self._names = other_names(served)
        return served

    async def warm(self, connections: int) -> None:
        """Have connections made before the first calls need them."""
        await self._exchange.warm(connections)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()

    def _only_model(self) -> str:
        if catalog.order(self._model) != (self._model,):
            raise SettingsError(
                f"NIGHTCLERK_MODEL: the server lists no models, so {self._model!r} cannot be resolved; name the one that it serves"
            )
        return self._model

    def _served(self, row: Mapping[str, Any]) -> ServedModel:
        said = [row[name] for name in CONTEXT_FIELDS if type(row.get(name)) is int and row[name] > 0]
        known = [*said, *([self._context_tokens] if self._context_tokens else [])]
        card = catalog.own_card(row["id"], min(known)) if known else None
        return ServedModel(row["id"], context_tokens=min(known, default=None), card=card)


def _rows(answer: Answer) -> list[dict[str, Any]] | None:
    """The rows of a list of models; None where the answer is none."""
    body = answer.json()
    rows = body.get("data") if isinstance(body, dict) and answer.is_success else None
    # llama.cpp and Ollama write more lists beside `data`, with other names for the same models
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)] if isinstance(rows, list) else None


def _status(answer: Answer) -> int:
    """The status of an answer; a gateway may put the error of the server behind it into a body of its own with status 200."""
    body = answer.json() if answer.is_success else None
    if not isinstance(body, dict) or not body.get("error") or body.get("choices"):
        return answer.http_status
    code = body["error"].get("code") if isinstance(body["error"], dict) else None
    return code if type(code) is int and 400 <= code <= 599 else 502


def _read_whole(reply: Reply, body: Mapping[str, Any]) -> Reply:
    """The reply, if the server read the whole prompt. Without usage nobody can tell.

    Raises:
        ContextTooLong: it read less; the answer speaks of a part of the text, is billed and must not pass for an answer about all of it.
    """
    if reply.usage is None:
        return reply
    least = LEAST_READ if MISTRAL_FAMILY.search(body["model"]) else LEAST_READ_ELSEWHERE
    sent = tokens.count(_text(body["messages"]))
    if reply.usage.prompt_tokens >= sent * least:
        return reply
    raise ContextTooLong(
        f"the server read {reply.usage.prompt_tokens} tokens of a prompt of about {sent} and cut the rest off without a word; start it "
        "with a larger context, or set NIGHTCLERK_CONTEXT_TOKENS to what it has",
        http_status=reply.http_status,
        billable=True,
        provider_request_id=reply.provider_request_id,
        raw_body=reply.raw_body,
    )


def _text(messages: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(message["content"] for message in messages)
