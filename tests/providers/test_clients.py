"""One connection a client, as few of them as will do, made beforehand where that helps, and proxies from the environment."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from mistral_server import MistralServer

from nightclerk.providers.clients import Clients


async def posted(clients: Clients, url: str) -> int:
    """The status of one streamed request."""
    async with clients.lease() as client, client.stream("GET", url, timeout=5.0) as response:
        await response.aread()
        return response.status_code


def test_calls_one_after_the_other_share_a_connection() -> None:
    """Ten calls in a row make one connection, five at once five."""

    async def work(server: MistralServer) -> list[int]:
        clients, found = Clients(most=8, headers={"authorization": f"Bearer {server.key}"}), []
        for _ in range(10):
            assert await posted(clients, f"{server.url}/v1/models") == 200
        found.append(server.connections)
        await asyncio.gather(*(posted(clients, f"{server.url}/v1/models") for _ in range(5)))
        await clients.aclose()
        return [*found, server.connections]

    with MistralServer() as server:
        one, five = asyncio.run(work(server))
    assert one == 1
    assert one < five <= 5


def test_no_more_connections_than_allowed() -> None:
    """Who finds every client taken waits for one."""

    async def work(server: MistralServer) -> int:
        clients = Clients(most=2, headers={"authorization": f"Bearer {server.key}"})
        await asyncio.gather(*(posted(clients, f"{server.url}/v1/models") for _ in range(20)))
        await clients.aclose()
        return server.connections

    with MistralServer() as server:
        assert asyncio.run(work(server)) == 2


@pytest.mark.parametrize(("exempt", "asked"), [("", 502), ("example.invalid", 0)])
def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch, exempt: str, asked: int) -> None:
    """A request goes through the proxy that HTTP_PROXY names, unless NO_PROXY names its host."""

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readline()).startswith(b"GET http://example.invalid/v1 ")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def work() -> int:
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, exempt)
        clients = Clients(most=1, headers={})
        try:
            return await posted(clients, "http://example.invalid/v1")
        except httpx.ConnectError:
            return 0
        finally:
            await clients.aclose()
            server.close()

    assert asyncio.run(work()) == asked


def test_connections_made_beforehand_are_the_ones_used() -> None:
    """What is warmed is connected before a byte is sent, calls then make no connection of their own, and never more than allowed."""

    async def work(server: MistralServer) -> list[int]:
        clients, found = Clients(most=6, headers={"authorization": f"Bearer {server.key}"}), []
        assert await posted(clients, f"{server.url}/v1/models") == 200
        await clients.warm(server.url, 50, within_s=5.0)
        found.append(await settled(server, 6))
        assert server.account.model_lists == 1
        await asyncio.gather(*(posted(clients, f"{server.url}/v1/models") for _ in range(30)))
        await clients.aclose()
        return [*found, server.connections]

    with MistralServer() as server:
        assert asyncio.run(work(server)) == [6, 6]


async def settled(server: MistralServer, count: int) -> int:
    """How many connections a server has, once it had the time to see them."""
    for _ in range(200):
        if server.connections >= count:
            break
        await asyncio.sleep(0.01)
    return server.connections


ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


class Plain:
    """A server that answers everything with the same; `closes` says of which connections it ends at once."""

    def __init__(self, closes: Callable[[int], bool] = lambda _number: False) -> None:
        self.connections = 0
        self._closes = closes

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while not self._closes(self.connections) and await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
                await writer.drain()
        writer.transport.abort()


async def warmed(plain: Plain, *, scheme: str = "http", tls: ssl.SSLContext | None = None) -> tuple[int, int]:
    """The status of a call after a warming, and how many connections both made."""
    server = await asyncio.start_server(plain.serve, "localhost", 0, ssl=tls)
    url = f"{scheme}://localhost:{server.sockets[0].getsockname()[1]}"
    clients = Clients(most=1, headers={})
    await clients.warm(url, 1, within_s=5.0)
    while not plain.connections:
        await asyncio.sleep(0.01)
    # the end of a connection has to arrive
    await asyncio.sleep(0.05)
    try:
        return await posted(clients, f"{url}/v1"), plain.connections
    finally:
        await clients.aclose()
        server.close()
        await asyncio.sleep(0.05)


def test_a_connection_that_was_closed_meanwhile_is_made_again() -> None:
    """A server that ends what nobody used costs no call."""
    assert asyncio.run(warmed(Plain(closes=lambda number: number == 1))) == (200, 2)


def test_tls_is_done_beforehand_and_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warmed connection is an encrypted one to a host whose certificate was checked; of one that is not trusted no call is made."""
    openssl = shutil.which("openssl") or pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made.split(), *named], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert asyncio.run(warmed(Plain(), scheme="https", tls=tls)) == (200, 1)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(httpx.ConnectError, match="certificate"):
        asyncio.run(asyncio.wait_for(warmed(Distrusted(), scheme="https", tls=tls), 10))


class Distrusted(Plain):
    """A server that nobody gets through to; it counts as seen."""

    def __init__(self) -> None:
        super().__init__()
        self.connections = 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_warming_that_fails_is_nobodys_trouble(scheme: str) -> None:
    """Nobody listens, or never shakes hands: warming ends in its time, without an error, and leaves nothing open."""

    async def work(port: int) -> None:
        clients = Clients(most=4, headers={})
        await asyncio.wait_for(clients.warm(f"{scheme}://localhost:{port}", 4, within_s=0.2), 10)
        await clients.aclose()

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        if scheme == "http":
            silent.close()
        asyncio.run(work(port))
