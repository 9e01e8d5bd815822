"""Puter's driver endpoint: `POST {endpoint}/drivers/call`, billed to the credit of the user whose token it is.

Puter passes on messages, model, `max_tokens`, `temperature` and tools, and drops every other field without a word. It lowers `max_tokens`
to what the credit can pay, lets another provider or model answer where the first one fails, and answers a prompt that its policy refuses
by a model that writes lorem ipsum, with status 200. So nothing it drops is sent, and every answer is checked for where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from nightclerk.errors import (
    CallError,
    ContentRefused,
    CutOff,
    OutOfCredit,
    ProviderStop,
    Refused,
    ServerFailed,
    Unauthorised,
)
from nightclerk.providers import catalog
from nightclerk.providers.asking import flat_system, longest_answer, prompt_tokens, sent_text
from nightclerk.providers.exchange import Answer, Exchange
from nightclerk.providers.identity import checked, other_names, same_model, wrong_model
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.reply import no_completion, reply_of
from nightclerk.records import Ask, ModelCard, Reply

ROUTE = "mistral"
FAKE = "fake-chat"
# Puter's codes say what its statuses do not: what may be tried again comes as 400
CODES: Mapping[str, type[CallError | ProviderStop]] = {
    "insufficient_funds": OutOfCredit,
    "subscription_required": OutOfCredit,
    "token_missing": Unauthorised,
    "token_auth_failed": Unauthorised,
    "forbidden": Unauthorised,
    "permission_denied": Unauthorised,
    "too_many_requests": Refused,
    "upstream_rate_limited": Refused,
    "upstream_provider_unavailable": ServerFailed,
    "upstream_failed": ServerFailed,
    "upstream_auth_failed": ServerFailed,
}


class Puter:
    """Puter's way to a Mistral model.

    Args:
        endpoint: base URL of Puter's API.
        token: the user's token; stands in no error, log line, body or repr.
        max_in_flight: the most connections to open.
        connect_timeout_s: how long to wait for a connection, in seconds.
        transport: replaces the network, for tests.
    """

    name = "puter"

    def __init__(
        self,
        endpoint: str,
        token: SecretStr,
        *,
        max_in_flight: int,
        connect_timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._exchange = Exchange(endpoint, token, max_in_flight=max_in_flight, connect_timeout_s=connect_timeout_s, transport=transport)
        self._names: Mapping[str, frozenset[str]] = {}

    def wire(self, ask: Ask, card: ModelCard) -> dict[str, Any]:
        """The body that asks this question, without any field that Puter would drop; the token is a header's, since bodies are kept."""
        arguments = {
            "messages": [{"role": "system", "content": flat_system(ask, card)}, {"role": "user", "content": ask.user}],
            "model": card.id,
            "max_tokens": longest_answer(ask, card),
            "temperature": card.temperature if ask.temperature is None else ask.temperature,
            "provider": ROUTE,
            "stream": False,
        }
        return {"interface": "puter-chat-completion", "method": "complete", "args": arguments}

    def prompt_tokens(self, ask: Ask, card: ModelCard) -> int:
        """The messages; see `Provider.prompt_tokens`."""
        return prompt_tokens(ask, card)

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Send one body once and wait for the reply.

        Raises:
            ContentRefused: the lorem ipsum of the model that stands in where the policy refuses a prompt.
            WrongModel: another provider or model answered, or the answer does not say which.
            CutOff: the answer ends before `max_tokens`, which Puter lowered to what the credit pays; billable, like what cannot be read.
            CallError, ProviderStop: see `Provider.send`.
        """
        arguments = body["args"]
        answer = await self._exchange.post("/drivers/call", body, timeout_s=timeout_s)
        status = _status(answer)
        if status != answer.http_status or not answer.is_success:
            raise self._exchange.problem(answer, sent=sent_text(arguments["messages"]), http_status=status, codes=CODES)
        reply, service = _read(answer)
        _refuse_fake(reply, service)
        if not reply.model_served or service not in {"", ROUTE}:
            raise wrong_model(reply, arguments["model"], reply.model_served or "a model that is not named", by=service)
        return _whole(checked(reply, arguments["model"], self._names), arguments["max_tokens"])

    async def served_models(self) -> list[ServedModel]:
        """The models of Puter's list that the catalog knows by way of Puter; one call, no cost. Raises as `send` does."""
        answer = await self._exchange.get("/puterai/chat/models/details")
        if not answer.is_success:
            raise self._exchange.problem(answer, codes=CODES)
        body = answer.json()
        rows = body.get("models") if isinstance(body, dict) else body
        if not isinstance(rows, list):
            raise ProviderStop(
                "the endpoint answers GET /puterai/chat/models/details with no list of models; is NIGHTCLERK_ENDPOINT Puter's?"
            )
        served = [row for names in map(_names, rows) for row in _served(names)]
        self._names = other_names(served)
        return served

    async def warm(self, connections: int) -> None:
        """Have connections made before the first calls need them."""
        await self._exchange.warm(connections)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()


def _status(answer: Answer) -> int:
    """The status of an answer; older replies put a failure into a body of its own with status 200."""
    body = answer.json() if answer.is_success else None
    if not isinstance(body, dict) or (body.get("success") is not False and not body.get("error")):
        return answer.http_status
    inner = body.get("error")
    said = inner.get("status") if isinstance(inner, dict) else body.get("status")
    return said if type(said) is int and 400 <= said <= 599 else 502


def _read(answer: Answer) -> tuple[Reply, str]:
    """(reply, the service that answered) of a driver's result, which is a completion in other words."""
    body = answer.json()
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict) or not isinstance(result.get("message"), dict):
        raise no_completion(answer.text, answer.http_status, answer.headers)
    about = body.get("metadata") if isinstance(body.get("metadata"), dict) else {}
    completion = {
        "model": about.get("providerUsed"),
        "choices": [{"message": result["message"], "finish_reason": result.get("finishReason") or result.get("finish_reason")}],
        "usage": _usage(result.get("usage")),
    }
    service = about.get("service_used")
    reply = reply_of(completion, answer.text, http_status=answer.http_status, headers=answer.headers)
    return reply, service if isinstance(service, str) else ""


def _usage(usage: object) -> object:
    """Puter writes cached tokens flat."""
    if not isinstance(usage, dict):
        return usage
    return {**usage, "prompt_tokens_details": {"cached_tokens": usage.get("cached_tokens")}}


def _refuse_fake(reply: Reply, service: str) -> None:
    if FAKE in {service, reply.model_served}:
        raise ContentRefused(
            "Puter's policy refused the text and let a model answer that writes filler; ask a provider of your own about this document",
            http_status=reply.http_status,
            code=FAKE,
            provider_request_id=reply.provider_request_id,
        )


def _whole(reply: Reply, max_tokens: int) -> Reply:
    """The reply, if it had all the room that was asked for."""
    if reply.finish_reason != "length" or reply.usage is None or reply.usage.completion_tokens >= max_tokens:
        return reply
    raise CutOff(
        f"the answer was cut at {reply.usage.completion_tokens} tokens where {max_tokens} were allowed: Puter lowers the limit to what the "
        "credit pays; top it up",
        http_status=reply.http_status,
        billable=True,
        provider_request_id=reply.provider_request_id,
        raw_body=reply.raw_body,
    )


def _names(row: object) -> list[str]:
    """Every name of one listed model; the list holds bare ids, or rows with ids and aliases."""
    if not isinstance(row, dict):
        return [row] if isinstance(row, str) else []
    aliases = row.get("aliases")
    told = [row.get("id"), row.get("puterId"), *(aliases if isinstance(aliases, list) else [])]
    return [name for name in told if isinstance(name, str)]


def _served(names: list[str]) -> Iterator[ServedModel]:
    """A listed model under the catalog's own name for it; the name of another provider's card would bring another provider's price."""
    for card in catalog.cards().values():
        if card.provider == Puter.name and any(same_model(card.id, name) for name in names):
            yield ServedModel(card.id, aliases=tuple(names), card=card)
