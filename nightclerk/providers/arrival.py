"""One answer as it arrives, and as much of it as came where it breaks off: what came of a paid answer may say what it cost."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import httpx

from nightclerk.providers.reply import clean

# what zlib unpacks; nothing else is asked for
PACKED = frozenset({"gzip", "x-gzip", "deflate"})


@dataclass(slots=True)
class Arrival:
    """What has come of an answer so far, and what kept the rest away.

    Args:
        most_bytes: how long a body may be, unpacked.
        into: where the body of a success goes, so that it may be long; else it is kept in `body`.
    """

    most_bytes: int
    into: BinaryIO | None = None
    http_status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    trouble: str = ""
    is_late: bool = False

    async def of(self, client: httpx.AsyncClient, method: str, url: str, **request: Any) -> None:
        """Send a request and take in its answer; raises httpx's errors, and keeps what came before."""
        async with client.stream(method, url, **request) as response:
            self.http_status = response.status_code
            self.headers = {name.lower(): value for name, value in response.headers.items()}
            if self.into is not None and response.is_success:
                await self._write(response, self.into)
            else:
                await self._take(response)

    async def _write(self, response: httpx.Response, into: BinaryIO) -> None:
        left = self.most_bytes
        async for part in response.aiter_bytes():
            into.write(part[:left])
            left -= len(part)
            if left < 0:
                self.trouble = f"it is longer than {self.most_bytes:,} bytes"
                return

    async def _take(self, response: httpx.Response) -> None:
        """Take in the body, unpacked here and not by httpx: a few kilobytes may be packed gigabytes."""
        assert isinstance(response.stream, httpx.AsyncByteStream)
        packed = self.headers.get("content-encoding", "").strip().lower() in PACKED
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS + 32)
        try:
            async for part in response.stream:
                self.body += unpacker.decompress(part, self.most_bytes + 1 - len(self.body)) if packed else part
                if len(self.body) > self.most_bytes:
                    self.trouble = f"it is longer than {self.most_bytes:,} bytes"
                    return
        except zlib.error as error:
            self.trouble = words(error)
        if packed and not unpacker.eof and not self.trouble:
            self.trouble = "it is packed, and its end is missing"


def words(error: Exception) -> str:
    """The kind of a network error and what it says, which is about hosts and sockets and never about content."""
    return clean(f"{type(error).__name__} {error}".strip())[:200]
