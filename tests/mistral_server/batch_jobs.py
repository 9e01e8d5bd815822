"""The batch jobs of a workspace: create, list, get, cancel, delete."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from mistral_server import bodies
from mistral_server.batch_contract import CreateJob, Line, lines_of, one_model, problems_of
from mistral_server.batch_job import Job
from mistral_server.batch_states import Order, Progress
from mistral_server.desk import CHAT, OCR, Desk, detail
from mistral_server.files import Files
from mistral_server.paging import Query, page

PARAMETERS = {"page", "page_size", "model", "agent_id", "metadata", "created_after", "created_by_me", "status", "order_by"}


class Jobs:
    """All jobs, and what can be done to them."""

    def __init__(self, desk: Desk, files: Files, progress: Progress) -> None:
        self._desk, self._files, self._progress = desk, files, progress
        self._jobs: dict[str, Job] = {}
        self._ever: list[Job] = []

    def cards(self) -> list[dict[str, Any]]:
        """Every job as it is now; looking this way moves nothing."""
        return [job.card() for job in self._jobs.values()]

    def ever(self) -> list[dict[str, Any]]:
        """Every job that there ever was, also the deleted ones."""
        return [job.card() for job in self._ever]

    def create(self, raw: bytes) -> dict[str, Any]:
        """Queue a job. What is wrong with inline requests is said at once, what is wrong with files makes the job fail later."""
        form = self._desk.parsed(CreateJob, raw)
        lines, wrong = self._lines(form)
        model = one_model(lines, form.model)
        if model:
            self._desk.model_id(form.endpoint, model)
        job = Job(
            form.endpoint, model, lines, self._progress.now(), form.timeout_hours, form.input_files or [], form.metadata, form.agent_id
        )
        job.wrong = wrong
        self._jobs[job.id] = job
        self._ever.append(job)
        return job.card()

    def _lines(self, form: CreateJob) -> tuple[list[Line], Counter[str]]:
        if form.endpoint not in {CHAT, OCR}:
            raise self._desk.rejected(400, bodies.error(f"{form.endpoint} is not imitated", "invalid_request_error", None))
        if bool(form.input_files) == bool(form.requests):
            raise self._desk.unprocessable([detail("requests", "Exactly one of input_files and requests is needed", None)])
        lines, wrong = (form.requests, Counter[str]()) if form.requests else lines_of(self._contents(form.input_files or []))
        wrong += problems_of(lines, form.model)
        if wrong and form.requests:
            raise self._desk.rejected(400, bodies.error("; ".join(wrong), "invalid_request_error", None))
        return lines, wrong

    def _contents(self, file_ids: list[str]) -> list[bytes]:
        files = [self._files.find(file_id) for file_id in file_ids]
        if any(file.purpose != "batch" for file in files):
            raise self._desk.rejected(400, bodies.error("Input files need the purpose batch", "invalid_request_error", None))
        return [file.content for file in files]

    def find(self, job_id: str) -> Job:
        """A job that is there; 404 for any other."""
        if job_id not in self._jobs:
            raise self._desk.rejected(404, bodies.error(f"Batch job {job_id} not found", "not_found_error", None))
        return self._jobs[job_id]

    async def get(self, job_id: str, query: Query) -> dict[str, Any]:
        """One job; with `inline=true` with its outputs."""
        job = self.find(job_id)
        await self._progress.look(job)
        return job.card(inline=query.get("inline", ["false"])[-1].lower() == "true")

    async def listed(self, query: Query) -> dict[str, Any]:
        """The jobs that a query asks for, a page at a time, the newest first unless asked otherwise. Listing a job is a look at it."""
        for job in list(self._jobs.values()):
            await self._progress.look(job)
        try:
            cards = [card for card in self.cards() if self._wanted(card, query)]
        except ValueError as wrong:
            raise self._desk.unprocessable([detail("query", str(wrong), None)]) from None
        if query.get("order_by") != ["created"]:
            cards.reverse()
        return {"object": "list", "total": len(cards), "data": page(self._desk, cards, query)}

    def _wanted(self, card: dict[str, Any], query: Query) -> bool:
        for name in ("model", "agent_id", "status"):
            if name in query and card[name] not in query[name]:
                return False
        if "created_after" in query and card["created_at"] <= datetime.fromisoformat(query["created_after"][-1]).timestamp():
            return False
        if not self._desk.behaviour.batch_filters_metadata:
            return True
        return _metadata(query).items() <= (card["metadata"] or {}).items()

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Ask for the end of a job; one that has ended cannot be cancelled."""
        job = self.find(job_id)
        if job.ended:
            raise self._desk.rejected(400, bodies.error(f"Batch job is {job.status}", "invalid_request_error", None))
        job.status, job.looks = "CANCELLATION_REQUESTED", 0
        return job.card()

    def delete(self, job_id: str) -> dict[str, Any]:
        """Forget a job; one that has not ended is not deleted."""
        if not self.find(job_id).ended:
            raise self._desk.rejected(400, bodies.error("A batch job that has not ended cannot be deleted", "invalid_request_error", None))
        del self._jobs[job_id]
        return {"id": job_id, "object": "batch", "deleted": True}

    async def advance(self, order: Order) -> list[dict[str, Any]]:
        """Do what a test says, to one job or to all of them; the jobs as they are then."""
        if order.hours is not None:
            self._progress.pass_hours(order.hours)
        jobs = [self.find(order.job_id)] if order.job_id else list(self._jobs.values())
        if order.hours is None or order.end or order.requests is not None:
            for job in jobs:
                await self._progress.obey(job, order)
        return [job.card() for job in jobs]


def _metadata(query: Query) -> dict[str, str]:
    """The metadata that a query asks for: one JSON object, or one parameter for each key, which is what the official SDK sends."""
    asked = {name: values[-1] for name, values in query.items() if name not in PARAMETERS}
    return asked | (json.loads(query["metadata"][-1]) if "metadata" in query else {})
