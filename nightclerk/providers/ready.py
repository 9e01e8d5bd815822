"""A connection that is made before it is needed: TCP and TLS done, not a byte of a request sent.

httpcore makes a connection with the first request that uses it, and has no call to make one without. Its network backend is a public
interface, though: this one hands out what was made beforehand, once, to whoever connects to the same place, and passes on all else.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

# as long as httpx keeps an idle connection; who waits longer for a request may have closed it
FRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class _Made:
    """A connection, and where it goes."""

    host: str
    port: int
    stream: httpcore.AsyncNetworkStream
    made_at: float = field(default_factory=time.monotonic)

    def leads_to(self, host: str, port: int) -> bool:
        """Whether it can be used for a connection to there."""
        return (self.host, self.port) == (host, port) and time.monotonic() - self.made_at < FRESH_S and not self._is_closed()

    def _is_closed(self) -> bool:
        # behind a TLS handshake there is always something to read, the server's session tickets
        is_tls = self.stream.get_extra_info("ssl_object") is not None
        return not is_tls and bool(self.stream.get_extra_info("is_readable"))


class Ready(httpcore.AsyncNetworkBackend):
    """A network backend with at most one connection in hand."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner
        self._made: _Made | None = None

    @classmethod
    def put_into(cls, client: httpx.AsyncClient, url: httpx.URL) -> Ready | None:
        """Let a client connect through one; None where it goes by a proxy or a transport of a test."""
        pool = getattr(client._transport_for_url(url), "_pool", None)
        # a proxy's pool is a subclass, and what is connected to is the proxy
        if type(pool) is not httpcore.AsyncConnectionPool:
            return None
        ready = cls(pool._network_backend)
        pool._network_backend = ready
        return ready

    async def make(self, url: httpx.URL, tls: ssl.SSLContext, *, timeout_s: float) -> None:
        """Connect to where a URL points; raises httpcore's errors."""
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        stream = await self._inner.connect_tcp(url.host, port, timeout=timeout_s)
        try:
            if url.scheme == "https":
                tls.set_alpn_protocols(["http/1.1"])
                stream = await stream.start_tls(tls, server_hostname=url.host, timeout=timeout_s)
        except BaseException:
            # cancelled in the middle of the handshake; httpcore closes it for errors only
            await stream.aclose()
            raise
        self._made = _Made(url.host, port, stream)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The connection in hand, if it goes there and the other side has not closed it; else a new one."""
        made, self._made = self._made, None
        if made and made.leads_to(host, port):
            return _Secured(made.stream)
        if made:
            await made.stream.aclose()
        return await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """As the backend behind it."""
        return await self._inner.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As the backend behind it."""
        await self._inner.sleep(seconds)

    async def aclose(self) -> None:
        """Close a connection that nobody took."""
        made, self._made = self._made, None
        if made:
            await made.stream.aclose()


class _Secured(httpcore.AsyncNetworkStream):
    """A stream whose TLS, where there is any, is done."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return self._stream

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
