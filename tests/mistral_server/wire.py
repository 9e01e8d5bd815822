"""The bytes of requests and answers, as ASGI has them, and connections that are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Scope = MutableMapping[str, Any]
SLICE = 997  # bytes


async def drop(scope: Scope) -> None:
    """Cut the connection; the pause lets the server see that it is gone before it misses an answer."""
    scope["state"]["transport"].abort()
    await asyncio.sleep(0.01)


async def body_of(receive: Callable[[], Awaitable[Any]]) -> bytes:
    """The whole body of a request."""
    parts = []
    while True:
        event = await receive()
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(parts)


def _start(status: int, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


async def answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    """Send a whole answer."""
    await send(_start(status, headers | {"content-length": str(len(body))}))
    await send({"type": "http.response.body", "body": body})


async def answer_half(send: Send, body: bytes, headers: dict[str, str]) -> None:
    """Announce the whole and send half of it."""
    await send(_start(200, headers | {"content-length": str(len(body))}))
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    # the half has to leave before the connection is cut
    await asyncio.sleep(0.05)


async def answer_stream(send: Send, body: bytes, headers: dict[str, str], *, whole: bool = True) -> None:
    """Send events as they come over a network: in slices that mind neither events nor characters; the stream is left open if not whole."""
    await send(_start(200, headers | {"content-type": "text/event-stream; charset=utf-8"}))
    for start in range(0, len(body), SLICE):
        await send({"type": "http.response.body", "body": body[start : start + SLICE], "more_body": True})
    if whole:
        await send({"type": "http.response.body", "body": b""})
    else:
        await asyncio.sleep(0.05)
