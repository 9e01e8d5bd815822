"""One exchange with an endpoint over HTTP: one deadline, one error for each way it can fail, and the key in none of them."""

from __future__ import annotations

import asyncio
import json
import math
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from nightclerk.errors import CallError, CallTimeout, ConnectFailed, CutOff, MissingKey, ProviderStop, RetryCall
from nightclerk.providers.arrival import Arrival, words
from nightclerk.providers.clients import Clients
from nightclerk.providers.problems import problem_of
from nightclerk.providers.reply import clean, request_id
from nightclerk.records import utc_now

LONGEST_REPLY_BYTES = 20_000_000
WARM_S = 0.5
LIST_TIMEOUT_S = 30.0
# the question for the models begins a run: a moment's trouble must not end a night before it began
LIST_WAITS_S = (0.5, 2.0)
LONGEST_LIST_WAIT_S = 60.0
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
        headers = {"accept": "application/json", "accept-encoding": "gzip, deflate"}
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

    async def warm(self, connections: int) -> None:
        """Have connections made before the first calls need them, as far as that can be done in half a second; sends nothing."""
        await self._clients.warm(self._endpoint, connections, within_s=WARM_S)

    async def get(self, path: str, *, waits_s: Sequence[float] = LIST_WAITS_S) -> Answer:
        """Ask for something that costs nothing, and again after each of the waits where that may help; raises as `post` does."""
        for wait_s in waits_s:
            try:
                answer = await self._call("GET", path, content=None, timeout_s=LIST_TIMEOUT_S)
            except RetryCall:
                await asyncio.sleep(wait_s)
                continue
            asked_s = self._asked_s(answer)
            if asked_s is None:
                return answer
            await asyncio.sleep(max(wait_s, asked_s))
        return await self._call("GET", path, content=None, timeout_s=LIST_TIMEOUT_S)

    def _asked_s(self, answer: Answer) -> float | None:
        """How long to wait before the same is asked again; None where that is of no use, or too long."""
        # 501 says that there is no such list
        error = None if answer.is_success or answer.http_status == 501 else self.problem(answer)
        asked_s = (error.retry_after_s or 0.0) if isinstance(error, RetryCall) else math.inf
        return asked_s if asked_s <= LONGEST_LIST_WAIT_S else None

    async def delete(self, path: str) -> Answer:
        """Delete something; raises as `post` does."""
        return await self._call("DELETE", path, content=None, timeout_s=LIST_TIMEOUT_S)

    async def upload(self, path: str, name: str, file: BinaryIO, fields: Mapping[str, str], *, timeout_s: float) -> Answer:
        """Send a file and some fields as a form; raises as `post` does."""
        form = {"files": {"file": (name, file, "application/octet-stream")}, "data": dict(fields)}
        return await self._call("POST", path, content=None, timeout_s=timeout_s, form=form)

    async def download(self, path: str, into: BinaryIO, *, most_bytes: int, timeout_s: float) -> Answer:
        """Write the body of a success into a file, as far as it is no longer; the answer then has no text. Raises as `post` does.

        Raises:
            OSError: the file cannot be written.
        """
        return await self._call("GET", path, content=None, timeout_s=timeout_s, into=into, most_bytes=most_bytes)

    @property
    def address(self) -> str:
        """Where the endpoint is, without what else its URL may hold, such as a password."""
        return _address(self._endpoint)

    def masked(self, content: bytes) -> bytes:
        """The same without the key, should a server quote it."""
        return _without(self._key, content)

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
        now = _moment(answer.headers)
        return problem_of(http_status or answer.http_status, answer.headers, text=text, sent=sent, now=now, codes=codes)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._clients.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None,
        timeout_s: float,
        form: Mapping[str, Any] | None = None,
        into: BinaryIO | None = None,
        most_bytes: int | None = None,
    ) -> Answer:
        limits = httpx.Timeout(timeout_s, connect=min(self._connect_timeout_s, timeout_s), pool=None)
        headers = {"content-type": "application/json"} if content is not None else {}
        came = Arrival(most_bytes or LONGEST_REPLY_BYTES, into)
        # httpx's errors carry the request, and with it the key: none of them is kept as a cause
        async with self._clients.lease() as client:
            try:
                async with asyncio.timeout(timeout_s):
                    await came.of(client, method, self._endpoint + path, content=content, headers=headers, timeout=limits, **(form or {}))
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise ConnectFailed(f"no connection to {_address(self._endpoint)} (NIGHTCLERK_ENDPOINT): {words(error)}") from None
            except (httpx.WriteError, httpx.WriteTimeout) as error:
                raise ConnectFailed(f"the request could not be sent to its end: {words(error)}") from None
            except (TimeoutError, httpx.TimeoutException):
                came.is_late = True
            except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise ProviderStop(f"the endpoint is no usable address: {words(error)}") from None
            except (httpx.RequestError, ssl.SSLError) as error:
                # an error of TLS in the middle of a connection comes as it is
                came.trouble = words(error)
        return self._answer(came, timeout_s)

    def _answer(self, came: Arrival, timeout_s: float) -> Answer:
        """The answer, without the key should the server quote it: bodies are kept.

        A success that is late, broke off or grew too long is an error with what came of it: it may have been billed. Of any other status
        the rest is not missed.
        """
        text = _without(self._key, bytes(came.body)).decode("utf-8-sig", "replace")
        answer = Answer(came.http_status or 0, came.headers, text)
        if came.http_status and not answer.is_success:
            return answer
        facts: dict[str, Any] = {"http_status": came.http_status, "provider_request_id": request_id(came.headers), "raw_body": clean(text)}
        if came.is_late:
            raise CallTimeout(f"no {'whole ' if text else ''}answer within {timeout_s:g} s", billable=True, **facts)
        if came.trouble:
            raise CutOff(f"the answer broke off: {came.trouble}", billable=True, **facts)
        return answer


def _moment(headers: Mapping[str, str]) -> datetime:
    """When an answer was made, by the clock of who made it: a date to wait for is on that clock, and ours may be wrong by hours."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return utc_now()
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
