"""The desk where requests are checked, one by one, and turned into work: realtime and batch requests pass it alike."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mistral_server import bodies, ocr
from mistral_server.account import PAGE_PRICES, Account, Entry
from mistral_server.behaviour import Behaviour
from mistral_server.completion import Worker
from mistral_server.contract import Request
from mistral_server.models import KNOWN, Model
from mistral_server.problems import Problem, too_long

Form = TypeVar("Form", bound=BaseModel)
CHAT, OCR = "/v1/chat/completions", "/v1/ocr"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is right: its entry, which stands in no account yet, and what makes its answer once the entry's fault is known."""

    entry: Entry
    work: Callable[[], dict[str, Any]]
    stream: bool = False


class Desk:
    """Checks what is asked. Wrong requests are counted in the account and answered by a `Problem`."""

    def __init__(self, behaviour: Behaviour, account: Account) -> None:
        self.behaviour, self.account = behaviour, account
        self.served = [model if isinstance(model, Model) else KNOWN[model] for model in behaviour.models]
        # by body hash: how often a request was let in or struck by a fault
        self.attempts: Counter[str] = Counter()
        self._models = {name: model for model in self.served for name in (model.id, *model.aliases)}
        self._worker = Worker(behaviour)
        self._problem_shapes = cycle(behaviour.problem_shapes)

    def asked(self, endpoint: str, raw: bytes, request_id: str) -> Asked:
        """A request to one of the two endpoints that do work."""
        return self._recognition(raw) if endpoint == OCR else self._completion(raw, request_id)

    def worked_out(self, asked: Asked) -> dict[str, Any]:
        """The answer, or a 500 that the account remembers where a test's own answer fails."""
        try:
            return asked.work()
        except Exception as error:
            self.account.failures.append(repr(error))
            raise Problem(500, bodies.error(f"the imitation's own answer failed: {error!r}", "internal_server_error", None)) from error

    def model(self, name: str) -> Model:
        """A model by its name or alias; one that is not served is a 400, or a 404 once it is retired."""
        if name in self._models:
            return self._models[name]
        if name in KNOWN and KNOWN[name].retired:
            raise self.rejected(404, bodies.error(f"Model {name} has been retired", "not_found_error", None))
        raise self.rejected(400, bodies.error(f"Invalid model: {name}", "invalid_model", "1500", 400))

    def model_id(self, endpoint: str, name: str) -> str:
        """The id that a name stands for at an endpoint."""
        if endpoint != OCR:
            return self.model(name).id
        if name not in PAGE_PRICES:
            raise self.rejected(400, bodies.error(f"Invalid model: {name}", "invalid_model", "1500", 400))
        return name

    def parsed(self, form: type[Form], raw: bytes) -> Form:
        """A body as the contract has it; anything else is a 422 in one of its shapes."""
        try:
            return form.model_validate_json(raw)
        except ValidationError as invalid:
            details = invalid.errors(include_url=False, include_context=False)
            raise self.unprocessable([{**detail, "loc": ["body", *detail["loc"]]} for detail in details]) from None

    def unprocessable(self, details: list[dict[str, Any]]) -> Problem:
        """A 422 with these details."""
        return self.rejected(422, bodies.unprocessable(details, next(self._problem_shapes)))

    def rejected(self, status: int, body: dict[str, Any]) -> Problem:
        """An answer to a request that has no place in the account, which only counts it."""
        self.account.rejected[status] += 1
        return Problem(status, body)

    def _completion(self, raw: bytes, request_id: str) -> Asked:
        body, model = self._checked(raw)
        # a question is the same question however it is asked
        canonical = json.dumps(body | {"stream": False}, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        prompt = self._worker.prompt_tokens(body, native_reasoning=model.native_reasoning)
        self._check_context(prompt, body, model)
        entry = Entry(digest, model.id, self.attempts[digest] + 1, time.time(), prompt_tokens=prompt)

        def work() -> dict[str, Any]:
            native = model.native_reasoning
            return self._worker.complete(entry, body, canonical=canonical, native_reasoning=native, request_id=request_id)

        return Asked(entry, work, stream=bool(body.get("stream")))

    def _recognition(self, raw: bytes) -> Asked:
        request = self.parsed(ocr.OcrRequest, raw)
        model = self.model_id(OCR, request.model)
        try:
            content, pages = ocr.opened(request)
        except Problem as problem:
            self.account.rejected[problem.status] += 1
            raise
        digest = hashlib.sha256(json.dumps(json.loads(raw), sort_keys=True).encode()).hexdigest()
        entry = Entry(digest, model, self.attempts[digest] + 1, time.time(), pages=len(pages))

        def work() -> dict[str, Any]:
            markdown = self.behaviour.recognise(content, pages)
            body = ocr.answer(request, markdown, model=entry.model, billed=entry.pages, size_bytes=len(content))
            return {name: value for name, value in body.items() if entry.fault != "no_usage" or name != "usage_info"}

        return Asked(entry, work)

    def _checked(self, raw: bytes) -> tuple[dict[str, Any], Model]:
        """The body and its model, or the answer to a wrong one."""
        request = self.parsed(Request, raw)
        model = self.model(request.model)
        effort = request.reasoning_effort
        if effort is not None and model.native_reasoning:
            raise self.unprocessable([detail("reasoning_effort", "reasoning_effort is not supported by this model", effort)])
        if effort not in {None, "none", "high"}:
            raise self.rejected(400, bodies.error(f"reasoning_effort {effort} is not supported", "invalid_request_error", None))
        body: dict[str, Any] = json.loads(raw)
        return body, model

    def _check_context(self, prompt: int, body: dict[str, Any], model: Model) -> None:
        if prompt + (body.get("max_tokens") or 0) > model.context_tokens:
            raise self.rejected(self.behaviour.context_status, too_long(self.behaviour.context_status, prompt, model.context_tokens))


def detail(name: str, message: str, value: object) -> dict[str, Any]:
    """One detail of a 422, about a field of the body."""
    return {"type": "value_error", "loc": ["body", name], "msg": message, "input": value}
