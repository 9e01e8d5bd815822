"""One httpx client per connection, from one TLS context.

httpx's own pool walks all its connections at every request: one client with 64 connections spends several times the CPU of 64 clients with
one each, and the lag bunches up what the dispatcher paced. So nobody ever waits in httpx's pool: a call takes an idle client, the one
used last first (its connection is the likeliest to be open still), or makes one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

# httpx loads it at the first client, which would hold up the first call
import httpcore  # noqa: F401
import httpx

from nightclerk.errors import SettingsError
from nightclerk.providers.ready import Ready

log = logging.getLogger(__name__)


class Clients:
    """Up to `most` clients with the same headers; `transport` replaces the network."""

    def __init__(self, *, most: int, headers: Mapping[str, str], transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._headers = dict(headers)
        self._transport = transport
        # making a TLS context costs tens of milliseconds, making a client from it a fraction of one
        self._tls = httpx.create_ssl_context()
        self._most = most
        self._free = asyncio.Semaphore(most)
        self._idle: list[_Line] = []
        self._made: list[_Line] = []

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[_Line]:
        """A client for one call at a time; waits while all are taken."""
        async with self._free:
            client = self._idle.pop() if self._idle else self._make()
            try:
                yield client
            finally:
                self._idle.append(client)

    async def warm(self, url: str, connections: int, *, within_s: float) -> None:
        """Have so many connections to where a URL points made before anybody needs them; what is not there in time is left out.

        A connection that cannot be made is for the call that needs it to tell of, and that call may try again.
        """
        place = httpx.URL(url)
        making = [asyncio.create_task(self._connect(place, within_s)) for _ in range(min(connections, self._most - len(self._made)))]
        if making:
            _, late = await asyncio.wait(making, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*making, return_exceptions=True)

    async def aclose(self) -> None:
        """Close every client; a call that still holds one breaks off."""
        for client in self._made:
            await client.aclose()

    async def _connect(self, place: httpx.URL, timeout_s: float) -> None:
        client = self._make()
        try:
            client.ready = Ready.put_into(client, place)
            if client.ready:
                await client.ready.make(place, self._tls, timeout_s=timeout_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, the call that takes this client connects as if it had not been tried
            log.debug("no connection beforehand: %r", error)
        finally:
            self._idle.append(client)

    def _make(self) -> _Line:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        try:
            # httpx takes proxies from the environment by itself; each call brings its own timeout
            client = _Line(headers=self._headers, verify=self._tls, limits=limits, timeout=None, transport=self._transport)
        except (ImportError, ValueError) as error:
            raise SettingsError(f"the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used: {error}") from None
        self._made.append(client)
        return client


class _Line(httpx.AsyncClient):
    """A client that hands a streamed request straight to its transport.

    No redirect is followed here and no cookie kept, and the steps that would see to that are a fifth of the CPU of a call.
    """

    ready: Ready | None = None

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        if not stream or request.url.userinfo:
            return await super().send(request, stream=stream, **options)
        response = await self._transport_for_url(request.url).handle_async_request(request)
        response.request = request
        return response

    async def aclose(self) -> None:
        if self.ready:
            await self.ready.aclose()
        await super().aclose()
