"""One exchange with an endpoint over HTTP: one deadline, one error for each way it can fail, and the key in none of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from nightclerk.errors import CallError, CallTimeout, ConnectFailed, CutOff, MissingKey, ProviderStop
from nightclerk.providers.clients import Clients
from nightclerk.providers.problems import problem_of
from nightclerk.providers.reply import clean, request_id
from nightclerk.records import utc_now

LONGEST_REPLY_BYTES = 20_000_000
LIST_TIMEOUT_S = 30.0
SHORTEST_SECRET = 12
_NO_CODES: Mapping[str, type[CallError | ProviderStop]] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; header names are lower-case, and the text does not hold the key."""

    http_status: int
    headers: Mapping[str, str]
    text: str

    @property
    def is_success(self) -> bool:
        """Whether the status says so; what the body says is another matter."""
        return 200 <= self.http_status < 300

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


class Exchange:
    """Calls of one endpoint.

    Args:
        endpoint: base URL without `/v1`.
        api_key: sent as a bearer token, or None for a server that asks for none; stands in no error, log line or repr.
        max_in_flight: the most connections to open.
        connect_timeout_s: how long to wait for a connection, in seconds.
        transport: replaces the network, for tests.
    """

    def __init__(
        self,
        endpoint: str,
        api_key: SecretStr | None,
        *,
        max_in_flight: int,
        connect_timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._key = api_key
        self._connect_timeout_s = connect_timeout_s
        headers = {"accept": "application/json"}
        if api_key is not None:
            headers["authorization"] = f"Bearer {_header_safe(api_key)}"
        self._clients = Clients(most=max_in_flight, headers=headers, transport=transport)

    async def post(self, path: str, body: Mapping[str, Any], *, timeout_s: float) -> Answer:
        """Send a JSON body and wait for the answer, for `timeout_s` in all; see `Provider.send` for what it raises."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return await self.post_content(path, content, timeout_s=timeout_s)

    async def post_content(self, path: str, content: bytes, *, timeout_s: float) -> Answer:
        """Send a JSON body that somebody else encoded, off the loop since it is large; as `post`."""
        return await self._call("POST", path, content=content, timeout_s=timeout_s)

    async def get(self, path: str) -> Answer:
        """Ask for something that costs nothing; raises as `post` does."""
        return await self._call("GET", path, content=None, timeout_s=LIST_TIMEOUT_S)

    def problem(
        self,
        answer: Answer,
        *,
        sent: str = "",
        http_status: int | None = None,
        codes: Mapping[str, type[CallError | ProviderStop]] = _NO_CODES,
    ) -> CallError | ProviderStop:
        """The error that an answer stands for; `http_status` is the one that its body names, where that is another."""
        text = answer.text
        if self._key is not None:
            text = text.replace(self._key.get_secret_value(), "[key]")
        return problem_of(http_status or answer.http_status, answer.headers, text=text, sent=sent, now=utc_now(), codes=codes)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._clients.aclose()

    async def _call(self, method: str, path: str, *, content: bytes | None, timeout_s: float) -> Answer:
        limits = httpx.Timeout(timeout_s, connect=min(self._connect_timeout_s, timeout_s), pool=None)
        # httpx's errors carry the request, and with it the key: none of them is kept as a cause
        async with self._clients.lease() as client:
            try:
                async with asyncio.timeout(timeout_s):
                    return await _exchange(client, method, self._endpoint + path, content=content, timeout=limits, key=self._key)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise ConnectFailed(f"no connection to {_address(self._endpoint)} (NIGHTCLERK_ENDPOINT): {_words(error)}") from None
            except (httpx.WriteError, httpx.WriteTimeout) as error:
                raise ConnectFailed(f"the request could not be sent to its end: {_words(error)}") from None
            except (TimeoutError, httpx.TimeoutException):
                raise CallTimeout(f"no answer within {timeout_s:g} s", billable=True) from None
            except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise ProviderStop(f"the endpoint is no usable address: {_words(error)}") from None
            except httpx.RequestError as error:
                raise CutOff(f"the answer broke off: {_words(error)}", billable=True) from None


async def _exchange(
    client: httpx.AsyncClient, method: str, url: str, *, content: bytes | None, timeout: httpx.Timeout, key: SecretStr | None
) -> Answer:
    """The whole answer, without the key should the server quote it: bodies are kept.

    A success that broke off or grew too long is a `CutOff` with what came of it: it may have been billed.
    """
    headers = {"content-type": "application/json"} if content is not None else {}
    received = bytearray()
    async with client.stream(method, url, content=content, headers=headers, timeout=timeout) as response:
        trouble = await _receive(response, received)
    names = {name.lower(): value for name, value in response.headers.items()}
    text = _without(key, bytes(received)).decode("utf-8", "replace")
    answer = Answer(response.status_code, names, text)
    if trouble and answer.is_success:
        raise CutOff(
            f"the answer broke off: {trouble}",
            http_status=answer.http_status,
            billable=True,
            provider_request_id=request_id(names),
            raw_body=clean(text),
        )
    return answer


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


def _without(key: SecretStr | None, body: bytes) -> bytes:
    secret = key.get_secret_value().encode() if key is not None else b""
    # what is shorter is a placeholder, as for a server of one's own, and may stand in any answer
    return body.replace(secret, b"[key]") if len(secret) >= SHORTEST_SECRET else body


def _header_safe(api_key: SecretStr) -> str:
    """The key, if it can stand in a header: httpx would quote a bad one in its error."""
    key = api_key.get_secret_value()
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise MissingKey("the API key is empty or holds blanks, line ends or letters that no key has; was it pasted whole?")
    return key


def _address(endpoint: str) -> str:
    """Where an endpoint is, without what else its URL may hold, such as a password."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _words(error: Exception) -> str:
    """The kind of a network error and what it says, which is about hosts and sockets and never about content."""
    return clean(f"{type(error).__name__} {error}".strip())[:200]
