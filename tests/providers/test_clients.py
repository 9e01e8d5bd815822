"""One connection a client, as few of them as will do, and proxies from the environment."""

from __future__ import annotations

import asyncio

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
