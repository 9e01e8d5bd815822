"""The imitation itself, as an ASGI application: checks, limits, work, answer, account."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from itertools import count, cycle
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mistral_server import bodies, ocr, wire
from mistral_server.account import PAGE_PRICES, Account, Entry
from mistral_server.behaviour import Behaviour
from mistral_server.completion import Worker
from mistral_server.contract import Request
from mistral_server.faults import REFUSALS
from mistral_server.limits import Limits
from mistral_server.models import KNOWN, Model
from mistral_server.problems import Problem, failure, refusal, too_long
from mistral_server.wire import Scope, Send

# makes the answer of a request that was let in
Work = Callable[[], dict[str, Any]]
Form = TypeVar("Form", bound=BaseModel)


class App:
    """One imitated endpoint. `account` is open to look at; kinds put into `forced` strike the next requests, whatever the plan says."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.account = Account()
        self.connections = 0
        self.forced: deque[str] = deque()
        self._worker = Worker(behaviour)
        self._limits = Limits(rps=behaviour.rps, burst=behaviour.burst, tpm=behaviour.tpm)
        self._served = [model if isinstance(model, Model) else KNOWN[model] for model in behaviour.models]
        self._models = {name: model for model in self._served for name in (model.id, *model.aliases)}
        self._attempts: Counter[str] = Counter()
        self._problem_shapes = cycle(behaviour.problem_shapes)
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
            return await wire.answer(send, 200, json.dumps(self.account.as_json()).encode(), {"content-type": "application/json"})
        self._authorise(scope)
        if method == "GET" and path.startswith("/v1/models"):
            return await wire.answer(send, 200, json.dumps(self._list(path)).encode(), {"content-type": "application/json"})
        if (method, path) == ("POST", "/v1/ocr"):
            return await self._recognise(scope, raw, send=send, request_id=request_id)
        if (method, path) != ("POST", "/v1/chat/completions"):
            raise self._rejected(404, {"message": "no Route matched with those values", "request_id": request_id})
        return await self._complete(scope, raw, send=send, request_id=request_id)

    def _authorise(self, scope: Scope) -> None:
        if dict(scope["headers"]).get(b"authorization") != f"Bearer {self.behaviour.key}".encode():
            raise self._rejected(401, next(self._unauthorised))

    def _list(self, path: str) -> dict[str, Any]:
        name = path.removeprefix("/v1/models").strip("/")
        if name:
            return self._model(name).card()
        self.account.model_lists += 1
        return {"object": "list", "data": [model.card() for model in self._served]}

    async def _recognise(self, scope: Scope, raw: bytes, *, send: Send, request_id: str) -> None:
        request = self._parsed(ocr.OcrRequest, raw)
        if request.model not in PAGE_PRICES:
            raise self._rejected(400, bodies.error(f"Invalid model: {request.model}", "invalid_model", "1500", 400))
        try:
            content, pages = ocr.opened(request)
        except Problem as problem:
            self.account.rejected[problem.status] += 1
            raise
        digest = hashlib.sha256(raw).hexdigest()
        entry = Entry(digest, request.model, self._attempts[digest] + 1, time.time(), pages=len(pages))

        def work() -> dict[str, Any]:
            markdown = self.behaviour.recognise(content, pages)
            body = ocr.answer(request, markdown, model=entry.model, billed=entry.pages, size_bytes=len(content))
            return {name: value for name, value in body.items() if entry.fault != "no_usage" or name != "usage_info"}

        await self._serve(entry, work, scope=scope, send=send, request_id=request_id)

    async def _complete(self, scope: Scope, raw: bytes, *, send: Send, request_id: str) -> None:
        body, model = self._checked(raw)
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        prompt = self._worker.prompt_tokens(body, native_reasoning=model.native_reasoning)
        self._check_context(prompt, body, model)
        entry = Entry(digest, model.id, self._attempts[digest] + 1, time.time(), prompt_tokens=prompt)

        def work() -> dict[str, Any]:
            native = model.native_reasoning
            return self._worker.complete(entry, body, canonical=canonical, native_reasoning=native, request_id=request_id)

        await self._serve(entry, work, scope=scope, send=send, request_id=request_id)

    async def _serve(self, entry: Entry, work: Work, *, scope: Scope, send: Send, request_id: str) -> None:
        """Take a request that is right into the account, let it in or refuse it, work it out, bill and answer it."""
        self.account.entries.append(entry)
        try:
            entry.fault = self._admit(entry)
            await self._work(entry, work, scope=scope, send=send, request_id=request_id)
        except Problem as problem:
            entry.status = problem.status
            raise
        finally:
            entry.answered_at = time.time()

    def _admit(self, entry: Entry) -> str | None:
        """Let a request in, or refuse it; the fault that will strike it."""
        fault = self.forced[0] if self.forced else self.behaviour.faults(entry.body_sha256, entry.attempt)
        if fault not in REFUSALS and (wait_s := self._limits.admit(entry.prompt_tokens)):
            raise refusal("429" if self.behaviour.retry_after == "seconds" else f"429_{self.behaviour.retry_after}", wait_s)
        if self.forced:
            self.forced.popleft()
        # an attempt counts once it was let in or struck, so that what happens to it does not depend on the pace of the client
        self._attempts[entry.body_sha256] += 1
        if fault in REFUSALS:
            entry.fault = fault
            raise refusal(fault, 1.0)
        return fault

    async def _work(self, entry: Entry, work: Work, *, scope: Scope, send: Send, request_id: str) -> None:
        if entry.fault in {"drop", "hang"}:
            await asyncio.sleep(self.behaviour.hang_s if entry.fault == "hang" else 0)
            return await wire.drop(entry, scope)
        if problem := failure(entry.fault):
            raise problem
        await asyncio.sleep(self.behaviour.latency(entry.body_sha256, entry.attempt))
        completion = self._worked_out(work)
        self._limits.charge(entry.completion_tokens)
        entry.bill()
        entry.status = 200
        query_tokens = entry.prompt_tokens + entry.completion_tokens
        headers = {"content-type": "application/json", "x-request-id": request_id, **self._limits.headers(query_tokens)}
        return await self._answer(entry, json.dumps(completion, ensure_ascii=False).encode(), headers=headers, scope=scope, send=send)

    def _worked_out(self, work: Work) -> dict[str, Any]:
        try:
            return work()
        except Exception as error:
            self.account.failures.append(repr(error))
            raise Problem(500, bodies.error(f"the imitation's own answer failed: {error!r}", "internal_server_error", None)) from error

    async def _answer(self, entry: Entry, content: bytes, *, headers: dict[str, str], scope: Scope, send: Send) -> None:
        """Send what was billed, or fail at that."""
        if entry.fault == "slow":
            await asyncio.sleep(self.behaviour.slow_s)
        if entry.fault == "truncated_body":
            content = content[: len(content) * 2 // 3]
        if entry.fault == "drop_mid_body":
            await wire.answer_half(send, content, headers)
        if entry.fault in {"drop_late", "drop_mid_body"}:
            return await wire.drop(entry, scope)
        return await wire.answer(send, 200, content, headers)

    def _checked(self, raw: bytes) -> tuple[dict[str, Any], Model]:
        """The body and its model, or the answer to a wrong one."""
        request = self._parsed(Request, raw)
        model = self._model(request.model)
        effort = request.reasoning_effort
        if effort is not None and model.native_reasoning:
            raise self._unprocessable([_detail("reasoning_effort", "reasoning_effort is not supported by this model", effort)])
        if effort not in {None, "none", "high"}:
            raise self._rejected(400, bodies.error(f"reasoning_effort {effort} is not supported", "invalid_request_error", None))
        if request.stream:
            raise self._rejected(400, bodies.error("streaming is not imitated", "invalid_request_error", None))
        body: dict[str, Any] = json.loads(raw)
        return body, model

    def _parsed(self, form: type[Form], raw: bytes) -> Form:
        try:
            return form.model_validate_json(raw)
        except ValidationError as invalid:
            details = invalid.errors(include_url=False, include_context=False)
            raise self._unprocessable([{**detail, "loc": ["body", *detail["loc"]]} for detail in details]) from None

    def _model(self, name: str) -> Model:
        if name in self._models:
            return self._models[name]
        if name in KNOWN and KNOWN[name].retired:
            raise self._rejected(404, bodies.error(f"Model {name} has been retired", "not_found_error", None))
        raise self._rejected(400, bodies.error(f"Invalid model: {name}", "invalid_model", "1500", 400))

    def _check_context(self, prompt: int, body: dict[str, Any], model: Model) -> None:
        if prompt + (body.get("max_tokens") or 0) > model.context_tokens:
            raise self._rejected(self.behaviour.context_status, too_long(self.behaviour.context_status, prompt, model.context_tokens))

    def _unprocessable(self, details: list[dict[str, Any]]) -> Problem:
        return self._rejected(422, bodies.unprocessable(details, next(self._problem_shapes)))

    def _rejected(self, status: int, body: dict[str, Any]) -> Problem:
        self.account.rejected[status] += 1
        return Problem(status, body)


def _detail(name: str, message: str, value: object) -> dict[str, Any]:
    return {"type": "value_error", "loc": ["body", name], "msg": message, "input": value}
