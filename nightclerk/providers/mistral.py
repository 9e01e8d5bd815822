"""Mistral's chat completions, by the published contract: `POST {endpoint}/v1/chat/completions`, not streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import httpx
from pydantic import SecretStr

from nightclerk import tokens
from nightclerk.errors import CallTimeout, ConnectFailed, CutOff, MissingKey, ProviderStop
from nightclerk.providers.clients import Clients
from nightclerk.providers.prices import padded
from nightclerk.providers.problems import problem_of
from nightclerk.providers.protocol import ServedModel
from nightclerk.providers.reply import clean, read_reply, request_id
from nightclerk.records import Ask, ModelCard, Reply, utc_now

LONGEST_REPLY_BYTES = 20_000_000
LIST_TIMEOUT_S = 30.0
SHORTEST_SECRET = 12
# An own system message replaces Magistral's default one, which holds the template its thinking follows: so the template goes along.
THINKING_LEAD = "First think in a draft, following this template, until you are sure of the answer:"
THINKING_TEMPLATE = "Your thoughts, working the task through as on scratch paper, in as many steps as it takes."


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
        self._endpoint = endpoint.rstrip("/")
        self._key = api_key
        self._connect_timeout_s = connect_timeout_s
        headers = {"authorization": f"Bearer {_header_safe(api_key)}", "accept": "application/json"}
        self._clients = Clients(most=max_in_flight, headers=headers, transport=transport)

    def wire(self, ask: Ask, card: ModelCard) -> dict[str, Any]:
        """The body that asks this question; holds no field that the contract does not name, since an unknown one is refused."""
        body: dict[str, Any] = {
            "model": card.id,
            "messages": [{"role": "system", "content": _system(ask, card)}, {"role": "user", "content": ask.user}],
            "temperature": card.temperature,
            "max_tokens": self._max_tokens(ask, card),
            "stream": False,
            "random_seed": ask.sample,
        }
        if card.top_p is not None:
            body["top_p"] = card.top_p
        if card.structured_output:
            schema = {"name": ask.schema_name, "schema": dict(ask.schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        # native Magistral refuses `reasoning_effort`; the models after it know nothing else
        if card.reasoning == "prompt_mode":
            body["prompt_mode"] = "reasoning"
        elif card.reasoning == "effort":
            body["reasoning_effort"] = "high"
        return body

    def prompt_tokens(self, ask: Ask, card: ModelCard) -> int:
        """The messages, and what the models that are sent a schema get in front of them: a settings block that holds it."""
        return ask.prompt_tokens + (_schema_tokens(json.dumps(ask.schema)) if card.structured_output else 0)

    def _max_tokens(self, ask: Ask, card: ModelCard) -> int:
        """Prompt and answer share the context. A prompt that leaves no room goes out as it is: the endpoint refuses it free of charge."""
        most = min(ask.max_output_tokens, card.max_output_tokens)
        room = card.context_tokens - padded(self.prompt_tokens(ask, card))
        return min(most, room) if room > 0 else most

    async def send(self, body: Mapping[str, Any], *, timeout_s: float) -> Reply:
        """Send one body once and wait for the reply; see `Provider.send` for what it raises."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        response = await self._call("POST", "/v1/chat/completions", content=content, timeout_s=timeout_s)
        if response.is_success:
            headers, text = _facts(response)
            return read_reply(text, http_status=response.status_code, headers=headers)
        raise self._problem(response, sent=_sent_text(body))

    async def served_models(self) -> list[ServedModel]:
        """What the endpoint serves now; one call, no cost. Raises as `send` does."""
        response = await self._call("GET", "/v1/models", content=None, timeout_s=LIST_TIMEOUT_S)
        if not response.is_success:
            raise self._problem(response, sent="")
        try:
            rows = response.json()["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            rows = None
        if not isinstance(rows, list):
            raise ProviderStop("the endpoint answers GET /v1/models with no list of models; is NIGHTCLERK_ENDPOINT its base URL?")
        return [_served(row) for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._clients.aclose()

    async def _call(self, method: str, path: str, *, content: bytes | None, timeout_s: float) -> httpx.Response:
        """One exchange under one deadline; every way it can fail on the network ends in the error that says whether it may be billed."""
        limits = httpx.Timeout(timeout_s, connect=min(self._connect_timeout_s, timeout_s), pool=None)
        # httpx's errors carry the request, and with it the key: none of them is kept as a cause
        async with self._clients.lease() as client:
            try:
                async with asyncio.timeout(timeout_s):
                    return await _exchange(client, method, self._endpoint + path, content=content, timeout=limits, key=self._key)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise ConnectFailed(f"no connection to the provider: {_words(error)}") from None
            except (httpx.WriteError, httpx.WriteTimeout) as error:
                raise ConnectFailed(f"the request could not be sent to its end: {_words(error)}") from None
            except (TimeoutError, httpx.TimeoutException):
                raise CallTimeout(f"no answer within {timeout_s:g} s", billable=True) from None
            except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise ProviderStop(f"the endpoint is no usable address: {_words(error)}") from None
            except httpx.RequestError as error:
                raise CutOff(f"the answer broke off: {_words(error)}", billable=True) from None

    def _problem(self, response: httpx.Response, *, sent: str) -> Exception:
        headers, text = _facts(response)
        text = text.replace(self._key.get_secret_value(), "[key]")
        return problem_of(response.status_code, headers, text=text, sent=sent, now=utc_now())


async def _exchange(
    client: httpx.AsyncClient, method: str, url: str, *, content: bytes | None, timeout: httpx.Timeout, key: SecretStr
) -> httpx.Response:
    """The response with its body, without the key should the server quote it: bodies are kept.

    A success that broke off or grew too long is a `CutOff` with what came of it: it may have been billed.
    """
    headers = {"content-type": "application/json"} if content is not None else {}
    received = bytearray()
    async with client.stream(method, url, content=content, headers=headers, timeout=timeout) as response:
        trouble = await _receive(response, received)
    whole = {name: value for name, value in response.headers.items() if name.lower() not in {"content-encoding", "content-length"}}
    arrived = httpx.Response(response.status_code, headers=whole, content=_without(key, bytes(received)))
    if trouble and arrived.is_success:
        names, text = _facts(arrived)
        raise CutOff(
            f"the answer broke off: {trouble}",
            http_status=arrived.status_code,
            billable=True,
            provider_request_id=request_id(names),
            raw_body=clean(text),
        )
    return arrived


def _without(key: SecretStr, body: bytes) -> bytes:
    secret = key.get_secret_value().encode()
    # what is shorter is a placeholder, as for a server of one's own, and may stand in any answer
    return body.replace(secret, b"[key]") if len(secret) >= SHORTEST_SECRET else body


async def _receive(response: httpx.Response, received: bytearray) -> str:
    """Fill `received` with the body; what stopped it before its end, or nothing."""
    try:
        async for part in response.aiter_bytes():
            received += part
            if len(received) > LONGEST_REPLY_BYTES:
                return f"it is longer than {LONGEST_REPLY_BYTES:,} bytes"
    except httpx.TimeoutException:
        raise
    except httpx.RequestError as error:
        return _words(error)
    return ""


def _header_safe(api_key: SecretStr) -> str:
    """The key, if it can stand in a header: httpx would quote a bad one in its error."""
    key = api_key.get_secret_value()
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise MissingKey("the API key is empty or holds blanks, line ends or letters that no key has; was it pasted whole?")
    return key


def _system(ask: Ask, card: ModelCard) -> str | list[dict[str, Any]]:
    if card.reasoning != "prompt_mode":
        return ask.system
    template = {"type": "thinking", "thinking": [{"type": "text", "text": THINKING_TEMPLATE}]}
    return [{"type": "text", "text": THINKING_LEAD}, template, {"type": "text", "text": ask.system}]


@lru_cache(maxsize=32)
def _schema_tokens(schema: str) -> int:
    return tokens.count(schema)


def _facts(response: httpx.Response) -> tuple[dict[str, str], str]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return headers, response.content.decode("utf-8", "replace")


def _sent_text(body: Mapping[str, Any]) -> str:
    """The text of the messages, to know it again where a server quotes it."""
    contents = [message["content"] for message in body["messages"]]
    return "\n".join(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False) for content in contents)


def _words(error: Exception) -> str:
    """The kind of a network error and what it says, which is about hosts and sockets and never about content."""
    return clean(f"{type(error).__name__} {error}".strip())[:200]


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
