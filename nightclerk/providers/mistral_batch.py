"""Mistral's batch jobs and their files, by the published contract: half the price, an answer within hours, nothing of it in real time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from nightclerk.errors import CallError, CutOff, Missing, ProviderStop
from nightclerk.providers.asking import sent_text
from nightclerk.providers.batch_wire import ANSWERED, OUR_KEY, BatchJob, BatchLine, failure_of, job_of, line_of, row_of
from nightclerk.providers.exchange import Answer, Exchange
from nightclerk.providers.identity import checked
from nightclerk.providers.reply import read_reply
from nightclerk.records import Reply

# of a job: requests inline, or lines of a file; bytes are our own caution (the contract allows files of 512 MB)
MOST_INLINE, MOST_INLINE_BYTES = 10_000, 20_000_000
MOST_LINES, MOST_FILE_BYTES = 100_000, 400_000_000
SEND_TIMEOUT_S, FILE_TIMEOUT_S = 300.0, 3_600.0
PAGE_ROWS, MOST_PAGES = 100, 100
# regional endpoints have neither files nor batch jobs
REGIONAL = ("api.eu.mistral.ai", "api.us.mistral.ai")
Names = Mapping[str, frozenset[str]]


class MistralBatches:
    """The batch endpoints of one Mistral endpoint.

    Args:
        exchange: the provider's own, with its connections and its key.
        names: the names under which each served model may answer, as they were listed last.
    """

    name = "mistral"

    def __init__(self, exchange: Exchange, names: Callable[[], Names]) -> None:
        self._exchange = exchange
        self._names = names

    @property
    def address(self) -> str:
        """Where jobs are sent: a job is known at one endpoint only."""
        return self._exchange.address

    async def upload(self, name: str, file: BinaryIO) -> str:
        """Upload a file of request lines; returns its id. What each of these methods raises, see `Provider.send`."""
        answer = await self._exchange.upload("/v1/files", name, file, {"purpose": "batch"}, timeout_s=FILE_TIMEOUT_S)
        card = self._told(answer)
        if not isinstance(card, dict) or not isinstance(card.get("id"), str):
            raise CutOff("the answer to an upload names no file")
        return str(card["id"])

    async def uploaded(self, name: str) -> list[str]:
        """The ids of the files of that name that are there."""
        rows = await self._listed("/v1/files", {"purpose": "batch", "search": name})
        return [row["id"] for row in rows if row.get("filename") == name and isinstance(row.get("id"), str)]

    async def create(
        self, batch_id: str, *, model: str, timeout_hours: int, requests: Sequence[Mapping[str, Any]] = (), file_id: str | None = None
    ) -> BatchJob:
        """Create a job from requests, each `{custom_id, body}`, or from an uploaded file of them; our batch id goes along."""
        work: dict[str, Any] = {"input_files": [file_id]} if file_id else {"requests": list(requests)}
        body = {"endpoint": "/v1/chat/completions", "model": model, "metadata": {OUR_KEY: batch_id}, "timeout_hours": timeout_hours, **work}
        answer = await self._exchange.post("/v1/batch/jobs", body, timeout_s=SEND_TIMEOUT_S)
        # of a job without a file it can only be the model that is not found
        if answer.http_status == 404 and file_id is None:
            raise self._exchange.problem(answer)
        return job_of(self._told(answer))

    async def find(self, batch_id: str, *, since: datetime) -> BatchJob | None:
        """The job that carries our batch id, among those that were created since then."""
        # the filter by metadata is written in two ways by two sources, so it is done here
        for row in await self._listed("/v1/batch/jobs", {"created_after": since.isoformat()}):
            with suppress(CutOff):
                job = job_of(row)
                if job.batch_id == batch_id:
                    return job
        return None

    async def get(self, job_id: str) -> BatchJob:
        """A job as it is now; raises `Missing` where there is none of that id (any more)."""
        return job_of(await self._asked(f"/v1/batch/jobs/{quote(job_id, safe='')}"))

    async def inline_results(self, job_id: str) -> list[BatchLine]:
        """The results that a job's own card holds, for one that has no file of them."""
        card = await self._asked(f"/v1/batch/jobs/{quote(job_id, safe='')}?inline=true")
        rows = card.get("outputs") if isinstance(card, dict) else None
        return [row_of(row, json.dumps(row, ensure_ascii=False)) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    async def cancel(self, job_id: str) -> BatchJob:
        """Ask for the end of a job; one that has ended says so by an error."""
        path = f"/v1/batch/jobs/{quote(job_id, safe='')}/cancel"
        return job_of(self._told(await self._exchange.post(path, {}, timeout_s=SEND_TIMEOUT_S)))

    async def download(self, file_id: str, into: BinaryIO) -> None:
        """Write a file's content into another; raises `Missing` where there is none of that id (any more)."""
        answer = await self._exchange.download(f"/v1/files/{quote(file_id, safe='')}/content", into, timeout_s=FILE_TIMEOUT_S)
        if not answer.is_success:
            raise self._problem(answer)

    async def delete(self, file_id: str) -> None:
        """Delete a file; one that is not there is deleted."""
        answer = await self._exchange.delete(f"/v1/files/{quote(file_id, safe='')}")
        if not answer.is_success and answer.http_status != 404:
            raise self._problem(answer)

    def lines(self, file: BinaryIO) -> Iterator[BatchLine]:
        """The results in a file that was downloaded, line by line."""
        for raw in file:
            line = line_of(self._exchange.masked(raw))
            if line is not None:
                yield line

    def outcome(self, line: BatchLine, model: str, body: Mapping[str, Any] | None = None) -> Reply | CallError | ProviderStop:
        """What a result is worth: the reply, or the error that the same answer would have been in real time.

        `body` is what was asked, if it is at hand: an error must not quote the document.
        """
        if not line.whole:
            # of a request that failed nothing was billed, so only what says that it did not gives a floor
            raw = line.raw if ANSWERED.search(line.raw) else ""
            return CutOff("the line of this result broke off", billable=True, raw_body=raw)
        if line.http_status is not None and 200 <= line.http_status < 300 and line.body is not None:
            raw = line.body if isinstance(line.body, str) else json.dumps(line.body, ensure_ascii=False)
            try:
                return checked(read_reply(raw, http_status=line.http_status), model, self._names())
            except CallError as error:
                return error
        status, text = failure_of(line)
        return self._exchange.problem(Answer(status, {}, text), sent=sent_text(body["messages"]) if body else "")

    async def _listed(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """All rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        for number in range(MOST_PAGES):
            card = await self._asked(f"{path}?{urlencode({**query, 'page': number, 'page_size': PAGE_ROWS})}")
            page = card.get("data") if isinstance(card, dict) else None
            if page is None and isinstance(card, dict) and card.get("total") == 0:
                return rows
            if not isinstance(page, list):
                raise CutOff(f"the answer to GET {path} is no list")
            rows += [row for row in page if isinstance(row, dict)]
            if len(page) < PAGE_ROWS:
                return rows
        return rows

    async def _asked(self, path: str) -> Any:
        # whoever looks at a job looks again by itself
        return self._told(await self._exchange.get(path, waits_s=()))

    def _told(self, answer: Answer) -> Any:
        if answer.is_success:
            return answer.json()
        raise self._problem(answer)

    def _problem(self, answer: Answer) -> CallError | ProviderStop:
        problem = self._exchange.problem(answer)
        if answer.http_status == 404:
            return Missing(str(problem), http_status=404)
        return problem
