"""The imitation itself, as an ASGI application: limits, work, answer, account."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from itertools import count, cycle
from typing import Any

from mistral_server import bodies, stream, wire
from mistral_server.account import Account
from mistral_server.batch_routes import BatchDesk, verb_of
from mistral_server.behaviour import Behaviour
from mistral_server.desk import CHAT, OCR, Asked, Desk
from mistral_server.faults import REFUSALS, STREAMED
from mistral_server.limits import Limits
from mistral_server.problems import Problem, failure, refusal
from mistral_server.wire import Scope, Send


class App:
    """One imitated endpoint. `account` is open to look at; kinds put into `forced` strike the next requests, whatever the plan says.

    Those put into `forced_at` strike the next calls of a verb of files or jobs.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.account = Account()
        self.connections = 0
        self.forced: deque[str] = deque()
        self.forced_at: defaultdict[str, deque[str]] = defaultdict(deque)
        self.desk = Desk(behaviour, self.account)
        self.batch = BatchDesk(self.desk, self.forced)
        self._limits = Limits(rps=behaviour.rps, burst=behaviour.burst, tpm=behaviour.tpm)
        self._unauthorised = cycle(bodies.UNAUTHORISED)
        self._ids = count(1)

    async def __call__(self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        """Serve one request."""
        raw = await wire.body_of(receive)
        request_id = f"req-{next(self._ids)}"
        try:
            await self._route(scope, raw, send=send, request_id=request_id)
        except Problem as problem:
            html = isinstance(problem.body, bytes)
            body = problem.body if isinstance(problem.body, bytes) else json.dumps(problem.body).encode()
            kind = "text/html" if html else "application/json"
            await wire.answer(send, problem.status, body, {"content-type": kind, "x-request-id": request_id, **problem.headers})

    async def _route(self, scope: Scope, raw: bytes, *, send: Send, request_id: str) -> None:
        method, path = scope["method"], scope["path"]
        if (method, path) == ("GET", "/_account"):
            return await self._tell(send, json.dumps(self.books()).encode())
        if (method, path) == ("POST", "/_batch/advance"):
            return await self._tell(send, await self.batch.advance(raw))
        self._authorise(scope)
        if method == "GET" and path.startswith("/v1/models"):
            return await self._tell(send, json.dumps(self._list(path)).encode())
        if method == "POST" and path in {CHAT, OCR}:
            return await self._serve(self.desk.asked(path, raw, request_id), scope=scope, send=send, request_id=request_id)
        found = verb_of(method, path)
        if not found or self.behaviour.regional:
            raise self.desk.rejected(404, {"message": "no Route matched with those values", "request_id": request_id})
        return await self._manage(found, scope, raw, send=send, request_id=request_id)

    async def _tell(self, send: Send, content: bytes) -> None:
        await wire.answer(send, 200, content, {"content-type": "application/json"})

    def books(self) -> dict[str, Any]:
        """The account, with the jobs and the files that are there now."""
        return self.account.as_json() | {"jobs": self.batch.jobs.cards(), "files": self.batch.files.left()}

    def _authorise(self, scope: Scope) -> None:
        if dict(scope["headers"]).get(b"authorization") != f"Bearer {self.behaviour.key}".encode():
            raise self.desk.rejected(401, next(self._unauthorised))

    def _list(self, path: str) -> dict[str, Any]:
        name = path.removeprefix("/v1/models").strip("/")
        if name:
            return self.desk.model(name).card()
        self.account.model_lists += 1
        return {"object": "list", "data": [model.card() for model in self.desk.served]}

    async def _manage(self, found: tuple[str, str], scope: Scope, raw: bytes, *, send: Send, request_id: str) -> None:
        """A verb of files or jobs: nothing that is limited, billed or has an entry; its calls and faults are counted."""
        verb, ident = found
        self.account.verbs[verb] += 1
        forced = self.forced_at[verb]
        fault = forced.popleft() if forced else self.behaviour.verb_faults(verb, self.account.verbs[verb])
        if fault:
            self.account.verb_faults[f"{verb}:{fault}"] += 1
        if fault in REFUSALS:
            raise refusal(fault, 1.0)
        if await self._lost(fault, scope):
            return
        if problem := failure(fault):
            raise problem
        content, kind = await self.batch.answer(verb, ident, scope, raw)
        await self._answer(fault, content, headers={"content-type": kind, "x-request-id": request_id}, scope=scope, send=send)

    async def _serve(self, asked: Asked, *, scope: Scope, send: Send, request_id: str) -> None:
        """Take a request that is right into the account, let it in or refuse it, work it out, bill and answer it."""
        entry = asked.entry
        self.account.entries.append(entry)
        try:
            entry.fault = self._admit(asked)
            await self._work(asked, scope=scope, send=send, request_id=request_id)
        except Problem as problem:
            entry.status = problem.status
            raise
        finally:
            entry.answered_at = time.time()

    def _admit(self, asked: Asked) -> str | None:
        """Let a request in, or refuse it; the fault that will strike it."""
        entry = asked.entry
        fault = self.forced[0] if self.forced else self.behaviour.faults(entry.body_sha256, entry.attempt)
        if fault not in REFUSALS and (wait_s := self._limits.admit(entry.prompt_tokens)):
            raise refusal("429" if self.behaviour.retry_after == "seconds" else f"429_{self.behaviour.retry_after}", wait_s)
        if self.forced:
            self.forced.popleft()
        # an attempt counts once it was let in or struck, so that what happens to it does not depend on the pace of the client
        self.desk.attempts[entry.body_sha256] += 1
        if fault in REFUSALS:
            entry.fault = fault
            raise refusal(fault, 1.0)
        return None if fault in STREAMED and not asked.stream else fault

    async def _work(self, asked: Asked, *, scope: Scope, send: Send, request_id: str) -> None:
        entry = asked.entry
        if await self._lost(entry.fault, scope):
            entry.status = 0
            return None
        if problem := failure(entry.fault):
            raise problem
        await asyncio.sleep(self.behaviour.latency(entry.body_sha256, entry.attempt))
        completion = self.desk.worked_out(asked)
        self._limits.charge(entry.completion_tokens)
        entry.bill()
        entry.status = 200
        query_tokens = entry.prompt_tokens + entry.completion_tokens
        headers = {"content-type": "application/json", "x-request-id": request_id, **self._limits.headers(query_tokens)}
        if asked.stream:
            return await self._stream(entry.fault, completion, headers=headers, scope=scope, send=send)
        content = json.dumps(completion, ensure_ascii=False).encode()
        return await self._answer(entry.fault, content, headers=headers, scope=scope, send=send)

    async def _lost(self, fault: str | None, scope: Scope) -> bool:
        """Whether the connection was cut before any work."""
        if fault not in {"drop", "hang"}:
            return False
        await asyncio.sleep(self.behaviour.hang_s if fault == "hang" else 0)
        await wire.drop(scope)
        return True

    async def _answer(self, fault: str | None, content: bytes, *, headers: dict[str, str], scope: Scope, send: Send) -> None:
        """Send what was done, or fail at that."""
        if fault == "slow":
            await asyncio.sleep(self.behaviour.slow_s)
        if fault == "truncated_body":
            content = content[: len(content) * 2 // 3]
        if fault == "huge":
            # blanks behind the answer, as some gateways send them to keep a connection open
            content = content.ljust(self.behaviour.huge_bytes)
        if fault == "drop_mid_body":
            await wire.answer_half(send, content, headers)
        if fault in {"drop_late", "drop_mid_body"}:
            return await wire.drop(scope)
        return await wire.answer(send, 200, content, headers)

    async def _stream(self, fault: str | None, completion: dict[str, Any], *, headers: dict[str, str], scope: Scope, send: Send) -> None:
        """Send what was done as events, or fail at that."""
        if fault == "slow":
            await asyncio.sleep(self.behaviour.slow_s)
        content = stream.events(completion, fault)
        if fault == "drop_late":
            return await wire.drop(scope)
        if fault in {"drop_mid_body", "stream_stall"}:
            await wire.answer_stream(send, content[: len(content) // 2], headers, whole=False)
            await asyncio.sleep(self.behaviour.hang_s if fault == "stream_stall" else 0)
            return await wire.drop(scope)
        return await wire.answer_stream(send, content[: len(content) * 2 // 3] if fault == "truncated_body" else content, headers)
