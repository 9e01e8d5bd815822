"""The leanest endpoint that answers a chat completion: for measuring what a client costs, where the imitation server would be the brake.

    python benchmarks/lean_server.py [--latency-s 0.05]

Prints one JSON line with its URL, and one with its count of answers when it is terminated. It reads HTTP/1.1 by content-length, checks
nothing, and answers every body with the same thinking, text and usage.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket

THINKING = "The clause names a day and a party, so the question can be answered from it. " * 20
ANSWER = json.dumps({"findings": [{"category": "term", "state": "present", "quote": "no later than 30 days after the order date"}] * 4})
COMPLETION = {
    "id": "cmpl-1",
    "object": "chat.completion",
    "created": 1_760_000_000,
    "model": "mistral-medium-3-5",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": [{"type": "text", "text": THINKING}]}, {"type": "text", "text": ANSWER}],
            },
        }
    ],
    "usage": {"prompt_tokens": 3_000, "completion_tokens": 430, "total_tokens": 3_430},
}
BODY = json.dumps(COMPLETION).encode()
HEADERS = {
    "content-type": "application/json",
    "content-length": str(len(BODY)),
    "x-request-id": "req-1",
    "x-ratelimit-limit-req-minute": "600000",
    "x-ratelimit-remaining-req-minute": "599999",
    "x-ratelimit-limit-tokens-minute": "1000000000",
    "x-ratelimit-remaining-tokens-minute": "999999999",
    "x-ratelimit-tokens-query-cost": "3430",
}
ANSWERED = b"HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()).encode() + b"\r\n" + BODY


class Answering(asyncio.Protocol):
    """One connection."""

    answered = 0
    latency_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._received = transport, bytearray()

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end]).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._received) < end + 4 + length:
                return
            del self._received[: end + 4 + length]
            if self.latency_s:
                asyncio.get_running_loop().call_later(self.latency_s, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        Answering.answered += 1
        self._transport.write(ANSWERED)


async def serve(latency_s: float) -> None:
    """Serve until SIGTERM."""
    Answering.latency_s = latency_s
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(Answering, sock=sock, backlog=2_048)
    print(json.dumps({"url": f"http://127.0.0.1:{sock.getsockname()[1]}", "key": "test-key-1234567890"}), flush=True)
    await over.wait()
    server.close()
    print(json.dumps({"answered": Answering.answered}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency-s", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args().latency_s))
