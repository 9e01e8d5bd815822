"""Whatever bytes a provider answers with, or does not: the attempt is a row with its state and cost, and the question ends as it should.

The server is a socket that plays what a test says to the first request and gives a right answer to all others; dispatcher, provider and
ledger are the real ones.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from dispatch_office import PRICE, Office, dispatcher
from pydantic import SecretStr

from nightclerk.dispatch import Job
from nightclerk.errors import ProviderStop
from nightclerk.providers import exchange
from nightclerk.providers.mistral import Mistral
from nightclerk.records import Usage
from nightclerk.store import tables as t

KEY = "very-secret-key-42"
PROMPT, MOST = 3_000, 1_000
CEILING = 3_364 * PRICE.input_nano_usd + MOST * PRICE.output_nano_usd
USAGE = Usage(3_001, 77)
COST = USAGE.prompt_tokens * PRICE.input_nano_usd + USAGE.completion_tokens * PRICE.output_nano_usd
# a deadline that oddities without an end run into
SHORT_S = 0.3

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]


def completion(content: str = "yes", usage: str = '{"prompt_tokens": 3001, "completion_tokens": 77, "total_tokens": 3078}') -> bytes:
    """A chat completion, its usage behind its answer as most servers have it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    head = json.dumps({"id": "c-1", "object": "chat.completion", "model": PRICE.model, "choices": [choice]})
    return f'{head[:-1]}, "usage": {usage}}}'.encode()


def message(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """The bytes of an answer; a length of its own unless one is given."""
    named = {"content-type": "application/json", "content-length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def says(*parts: bytes) -> Play:
    """Send these bytes."""

    async def play(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return play


def then_closes(part: bytes) -> Play:
    """Send these bytes and end the connection in good order."""

    async def play(writer: asyncio.StreamWriter) -> None:
        await says(part)(writer)
        writer.close()

    return play


def then_resets(part: bytes) -> Play:
    """Send these bytes and reset the connection."""

    async def play(writer: asyncio.StreamWriter) -> None:
        await says(part)(writer)
        await asyncio.sleep(0.05)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return play


def then_drips(part: bytes, drop: bytes = b" ") -> Play:
    """Send these bytes and then one after the other without an end."""

    async def play(writer: asyncio.StreamWriter) -> None:
        await says(part)(writer)
        while True:
            await says(drop)(writer)
            await asyncio.sleep(0.01)

    return play


def then_hangs(part: bytes) -> Play:
    """Send these bytes and then nothing."""

    async def play(writer: asyncio.StreamWriter) -> None:
        await says(part)(writer)
        await asyncio.sleep(3_600)

    return play


@dataclass
class Odd:
    """A server whose first request meets `play`, or with `always` every one; keeps the heads of the requests."""

    play: Play
    always: bool = False
    heads: list[bytes] = field(default_factory=list)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                await reader.readexactly(int(length[1]) if length else 0)
                if head.startswith(b"HEAD"):
                    await says(message(status="404 Not Found"))(writer)
                    continue
                self.heads.append(head)
                await (self.play if self.always or len(self.heads) == 1 else says(message(completion())))(writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()


def chat(job: Job) -> Job:
    """The job with a body that the provider can send."""
    body = {"model": PRICE.model, "messages": [{"role": "user", "content": job.body["key"]}], "max_tokens": MOST}
    return replace(job, body=body)


def ask(office: Office, odd: Odd, *, timeout_s: float = 5.0, questions: int = 1) -> None:
    """Put questions to a server, one after the other."""

    async def run() -> None:
        server = await asyncio.start_server(odd.serve, "127.0.0.1", 0)
        provider = Mistral(url_of(server), SecretStr(KEY), max_in_flight=4)
        try:
            jobs = [chat(job) for job in office.ask(questions, max_output_tokens=MOST)]
            await dispatcher(office, provider, call_timeout_s=timeout_s, max_in_flight=1).drain(office.terms, jobs)
        finally:
            await provider.aclose()
            server.close()
            for task in odd.tasks:
                task.cancel()
            await asyncio.gather(*odd.tasks, return_exceptions=True)

    asyncio.run(run())


def url_of(server: asyncio.Server) -> str:
    """Where a server listens."""
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


HTML = b"<html><head><title>Welcome</title></head><body>Please log in to the hotel's network.</body></html>"
FLOOD = b"".join(b"x-noise-%d: %s\r\n" % (number, b"n" * 1_000) for number in range(1_000))
HALF = completion("word " * 200)[:700]
WITH_USAGE = b'{"id":"c-1","usage":{"prompt_tokens":3001,"completion_tokens":77},"choices":[{"message":{"content":"y'
LONG = {"content_length": "100000"}
# bytes of nothing but one letter, a thousandth of their size
BOMB = gzip.compress(b"x" * 30_000_000, 9)

# (what the server does, state of the attempt, its HTTP status, how its cost is known)
ODDITIES: dict[str, tuple[Play, str, int | None, str]] = {
    "html with 200": (says(message(HTML, content_type="text/html")), "cut_off", 200, "at_risk"),
    "nothing at all": (then_hangs(b""), "cut_off", None, "at_risk"),
    "a head without an end": (then_drips(b"HTTP/1.1 200 OK\r\nx-slow: ", b"y"), "cut_off", None, "at_risk"),
    "interim answers without an end": (then_drips(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), "cut_off", None, "at_risk"),
    "a body that hangs": (then_hangs(message(HALF, **LONG)), "cut_off", 200, "estimate"),
    "a body that drips": (then_drips(message(HALF, **LONG)), "cut_off", 200, "estimate"),
    "a body that hangs behind its usage": (then_hangs(message(WITH_USAGE, **LONG)), "cut_off", 200, "usage"),
    "a head and no body": (then_hangs(message(**LONG)), "cut_off", 200, "at_risk"),
    "an error whose body hangs": (then_hangs(message(b'{"mess', "503 Service Unavailable", **LONG)), "failed", 503, "none"),
    "a refusal whose body hangs": (then_hangs(message(b"", "429 Too Many", retry_after="1", **LONG)), "refused", 429, "none"),
    "reset before the answer": (then_resets(b""), "cut_off", None, "at_risk"),
    "reset in the head": (then_resets(b"HTTP/1.1 200 O"), "cut_off", None, "at_risk"),
    "reset in the body": (then_resets(message(HALF, **LONG)), "cut_off", 200, "estimate"),
    "reset behind the usage": (then_resets(message(WITH_USAGE, **LONG)), "cut_off", 200, "usage"),
    "closed before the answer": (then_closes(b""), "cut_off", None, "at_risk"),
    "closed in the body": (then_closes(message(HALF, **LONG)), "cut_off", 200, "estimate"),
    "a chunk without an end": (
        then_closes(message(b"2bc\r\n" + HALF, content_length="", transfer_encoding="chunked")),
        "cut_off",
        200,
        "estimate",
    ),
    "ten megabytes of nothing": (says(message(b'{"choices": "' + b"x" * 10_000_000)), "cut_off", 200, "at_risk"),
    "more than any answer": (says(message(b"x" * 20_000_100)), "cut_off", 200, "at_risk"),
    "a packed bomb": (says(message(BOMB, content_encoding="gzip")), "cut_off", 200, "at_risk"),
    "a packed answer cut off": (says(message(gzip.compress(completion())[:-40], content_encoding="gzip")), "cut_off", 200, "estimate"),
    "no packing where it says so": (says(message(completion(), content_encoding="gzip")), "cut_off", 200, "at_risk"),
    "a packing that nobody asked for": (says(message(b"\x28\xb5\x2f\xfd" * 90, content_encoding="zstd")), "cut_off", 200, "at_risk"),
    "a flood of headers": (says(b"HTTP/1.1 200 OK\r\n" + FLOOD + b"content-length: 0\r\n\r\n"), "cut_off", None, "at_risk"),
    "headers without an end": (then_drips(b"HTTP/1.1 200 OK\r\n", FLOOD), "cut_off", None, "at_risk"),
    "another protocol": (then_closes(b"SSH-2.0-OpenSSH_9.2\r\n"), "cut_off", None, "at_risk"),
    "no content": (says(b"HTTP/1.1 204 No Content\r\n\r\n"), "cut_off", 204, "at_risk"),
    "a number that is none": (says(message(b"NaN")), "cut_off", 200, "at_risk"),
    "a list": (says(message(b'[{"choices": []}]')), "cut_off", 200, "at_risk"),
    "digits without an end": (says(message(completion(usage='{"prompt_tokens": ' + "9" * 5_000 + "}"))), "cut_off", 200, "estimate"),
    "brackets without an end": (says(message(b'{"choices": ' + b"[" * 200_000)), "cut_off", 200, "estimate"),
    "a page with a 502": (says(message(HTML, "502 Bad Gateway", content_type="text/html")), "failed", 502, "none"),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_an_odd_answer_costs_one_attempt(office: Office, name: str) -> None:
    """Each oddity is one row with its state, status and cost basis, and the question is answered by the next attempt."""
    play, state, http_status, basis = ODDITIES[name]
    odd = Odd(play)
    ask(office, odd, timeout_s=SHORT_S if re.search("hang|drip|without an end|nothing at all|no body", name) else 5.0)
    first, second = office.calls()
    assert (first["state"], first["http_status"], first["cost_basis"]) == (state, http_status, basis), first["error_message"]
    assert first["error_message"]
    assert len(first["error_message"]) < 400
    whole = first["cost_nano_usd"] + first["at_risk_nano_usd"]
    assert whole == {"none": 0, "usage": COST}.get(basis, CEILING)
    assert (first["cost_nano_usd"] > 0) is (basis in {"usage", "estimate"})
    assert (second["state"], second["cost_basis"], second["cost_nano_usd"]) == ("answered", "usage", COST)
    assert office.states() == {"answered": 1}
    assert (office.budget().reserved_nano_usd, office.budget().spent_nano_usd) == (0, whole + COST)
    assert len(odd.heads) == 2


FINE: dict[str, tuple[Play, str]] = {
    "packed": (says(message(gzip.compress(completion()), content_encoding="gzip")), "usage"),
    "called text": (says(message(completion(), content_type="text/plain; charset=latin-1")), "usage"),
    "without a type": (says(message(completion(), content_type="")), "usage"),
    "without a length": (then_closes(message(completion(), content_length="", connection="close")), "usage"),
    "with a mark of its encoding": (says(message(b"\xef\xbb\xbf" + completion())), "usage"),
    "with an interim answer": (says(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", message(completion())), "usage"),
    "ten megabytes": (says(message(completion("x" * 10_000_000))), "usage"),
    "with a usage that is no number": (
        says(message(completion(usage='{"prompt_tokens": NaN, "completion_tokens": Infinity}'))),
        "estimate",
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_an_answer_in_an_odd_form_is_one(office: Office, name: str) -> None:
    """What is odd about the form of an answer does not make it be paid for twice."""
    play, basis = FINE[name]
    odd = Odd(play)
    ask(office, odd)
    [call] = office.calls()
    assert (call["state"], call["cost_basis"], len(odd.heads)) == ("answered", basis, 1)
    assert office.rows(t.replies)[0]["usable"]
    assert office.states() == {"answered": 1}


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 Choices"])
def test_the_key_follows_no_redirect(office: Office, status: str) -> None:
    """A redirect stops the run; the host that it names hears nothing of us."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        location = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/v1/chat/completions"
        with pytest.raises(ProviderStop):
            ask(office, Odd(says(message(b"", status, location=location)), always=True))
        elsewhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    [call] = office.calls()
    assert (call["state"], call["cost_basis"]) == ("refused", "none")
    assert office.states() == {"open": 1}


def test_a_bomb_is_not_unpacked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a packed answer no more is unpacked than any answer may be long, however small it came."""
    monkeypatch.setattr(exchange, "LONGEST_REPLY_BYTES", 100_000)
    tracemalloc.start()
    try:
        ask(office, Odd(ODDITIES["a packed bomb"][0]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "longer than 100,000 bytes" in office.calls()[0]["error_message"]
    assert peak < 10_000_000


def test_an_odd_provider_is_given_up(office: Office) -> None:
    """A provider that answers everything with a page stops the run after a few attempts; no cost is claimed, all of it is at risk."""
    with pytest.raises(ProviderStop, match="answered none of the last"):
        ask(office, Odd(ODDITIES["html with 200"][0], always=True), questions=20)
    assert len(office.calls()) <= 8
    assert {(call["cost_nano_usd"], call["at_risk_nano_usd"]) for call in office.calls()} == {(0, CEILING)}
    assert office.states()["open"] >= 19
