"""Runs the requests of a job: the same desk as for realtime requests, half the price."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import deque
from itertools import cycle
from typing import Any

from mistral_server import bodies
from mistral_server.account import Entry
from mistral_server.batch_job import Job, Result
from mistral_server.desk import Asked, Desk
from mistral_server.faults import CUT, REFUSALS, STREAMED
from mistral_server.problems import Problem, failure, refusal

SLICE = 20  # requests that are run before others are served
ERROR_SHAPES = ("response", "error", "both")


class Runner:
    """Runs and bills requests, each of them once. What `forced` holds strikes them as it strikes realtime requests."""

    def __init__(self, desk: Desk, forced: deque[str]) -> None:
        self._desk, self._forced = desk, forced
        self._shapes = cycle(desk.behaviour.batch_error_shapes)

    async def run(self, job: Job, upto: int) -> None:
        """Run a job's requests, in their order, until so many were run."""
        while len(job.results) < min(upto, len(job.lines)):
            job.results.append(self._one(job, len(job.results)))
            if len(job.results) % SLICE == 0:
                await asyncio.sleep(0)

    def _one(self, job: Job, number: int) -> Result:
        request_id = f"batch-{job.id[:8]}-{number + 1}-{uuid.uuid4()}"
        line = {"id": request_id, "custom_id": job.lines[number].custom_id}
        try:
            body = self._answer(job, number, request_id=request_id)
        except Problem as problem:
            return Result(line | self._failed(problem), _message(problem))
        return Result(line | {"response": {"status_code": 200, "body": body}, "error": None})

    def _answer(self, job: Job, number: int, *, request_id: str) -> dict[str, Any]:
        line = job.lines[number]
        if line.body.get("stream"):
            raise self._desk.rejected(400, bodies.error("stream is not supported in batch", "invalid_request_error", None))
        body = {"model": job.model, **line.body}
        asked = self._desk.asked(job.endpoint, json.dumps(body, ensure_ascii=False).encode(), request_id)
        asked.entry.mode, asked.entry.job_id, asked.entry.custom_id = "batch", job.id, line.custom_id
        self._desk.account.entries.append(asked.entry)
        try:
            return self._worked_out(asked)
        except Problem as problem:
            asked.entry.status = problem.status
            raise
        finally:
            asked.entry.answered_at = time.time()

    def _worked_out(self, asked: Asked) -> dict[str, Any]:
        entry = asked.entry
        entry.fault = self._fault(entry)
        if problem := _problem(entry.fault):
            raise problem
        answer = self._desk.worked_out(asked)
        entry.bill()
        entry.status = 200
        return answer

    def _fault(self, entry: Entry) -> str | None:
        forced = self._forced.popleft() if self._forced else None
        fault = forced or self._desk.behaviour.faults(entry.body_sha256, entry.attempt)
        self._desk.attempts[entry.body_sha256] += 1
        # there is no connection to each request that could be cut
        return None if fault in CUT + STREAMED else fault

    def _failed(self, problem: Problem) -> dict[str, Any]:
        """A failed request in one of the shapes that results may have; how they look is documented nowhere."""
        shape = next(self._shapes)
        body = problem.body.decode() if isinstance(problem.body, bytes) else problem.body
        response = {"status_code": problem.status, "body": body}
        error = {"message": _message(problem), "code": problem.status}
        return {"response": None if shape == "error" else response, "error": None if shape == "response" else error}


def _problem(fault: str | None) -> Problem | None:
    if fault in REFUSALS:
        return refusal(fault, 1.0)
    if fault in {"drop", "hang"}:
        return Problem(500, bodies.error("The request could not be processed", "internal_server_error", None))
    return failure(fault)


def _message(problem: Problem) -> str:
    if isinstance(problem.body, bytes):
        return problem.body.decode()
    said = problem.body.get("message") or problem.body.get("detail")
    return said if isinstance(said, str) else json.dumps(said)
