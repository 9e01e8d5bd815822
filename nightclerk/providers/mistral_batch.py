"""Mistral's batch jobs and their files, by the published contract: half the price, an answer within hours, nothing of it in real time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from nightclerk.errors import CallError, CutOff, Missing, ProviderStop
from nightclerk.providers.asking import sent_text
from nightclerk.providers.batch_wire import ANSWERED, OUR_KEY, BatchJob, BatchLine, failure_of, job_of, line_of, raw_lines, row_of
from nightclerk.providers.exchange import Answer, Exchange
from nightclerk.providers.identity import checked
from nightclerk.providers.reply import read_reply
from nightclerk.records import Reply

# Of a job: requests inline, or lines of a file. The contract allows 10,000 inline and files of 512 MB; but the results of an inline job may
# come in one piece, which has to fit into memory, and a character may be four bytes.
MOST_INLINE, MOST_INLINE_CHARACTERS = 1_000, 10_000_000
MOST_LINES, MOST_FILE_CHARACTERS = 100_000, 120_000_000
# Of what results may take on disk: for each request, far more than the longest answer, and for the rest. What sends more sends no results.
REQUEST_RESULT_BYTES, RESULT_BYTES = 1_000_000, 50_000_000
CARD_BYTES = 200_000_000
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
        if answer.http_status == 404:
            raise ProviderStop(f"{self.address} takes no files: {self._exchange.problem(answer)}")
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
        if answer.is_success:
            return job_of(answer.json())
        # servers quote the requests back at us
        sent = " ".join(sent_text(request["body"]["messages"]) for request in requests)
        problem = await asyncio.to_thread(self._exchange.problem, answer, sent=sent)
        # of a job without a file it can only be the model that is not found
        raise Missing(str(problem), http_status=404) if answer.http_status == 404 and file_id else problem

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

    async def download_card(self, job_id: str, into: BinaryIO) -> None:
        """Write a job's card with the results that it holds into a file, for one that has no file of them; as `download`."""
        await self._downloaded(f"/v1/batch/jobs/{quote(job_id, safe='')}?inline=true", into, CARD_BYTES)

    async def cancel(self, job_id: str) -> BatchJob:
        """Ask for the end of a job; one that has ended says so by an error."""
        path = f"/v1/batch/jobs/{quote(job_id, safe='')}/cancel"
        return job_of(self._told(await self._exchange.post(path, {}, timeout_s=SEND_TIMEOUT_S)))

    async def download(self, file_id: str, into: BinaryIO, *, requests: int) -> None:
        """Write the results of so many requests into a file; raises `Missing` where there is no file of that id (any more).

        Raises:
            CutOff: it broke off, or is longer than results can be; what came of it is in the file.
            OSError: the file cannot be written.
        """
        most_bytes = RESULT_BYTES + requests * REQUEST_RESULT_BYTES
        await self._downloaded(f"/v1/files/{quote(file_id, safe='')}/content", into, most_bytes)

    async def _downloaded(self, path: str, into: BinaryIO, most_bytes: int) -> None:
        answer = await self._exchange.download(path, into, most_bytes=most_bytes, timeout_s=FILE_TIMEOUT_S)
        if not answer.is_success:
            raise self._problem(answer)

    async def delete(self, file_id: str) -> None:
        """Delete a file; one that is not there is deleted."""
        await self._deleted(f"/v1/files/{quote(file_id, safe='')}")

    async def delete_job(self, job_id: str) -> None:
        """Delete a job that has ended, with the requests and results in it; one that is not there is deleted."""
        await self._deleted(f"/v1/batch/jobs/{quote(job_id, safe='')}")

    async def _deleted(self, path: str) -> None:
        answer = await self._exchange.delete(path)
        if not answer.is_success and answer.http_status != 404:
            raise self._problem(answer)

    def lines(self, file: BinaryIO) -> Iterator[BatchLine]:
        """The results in a file that was downloaded, line by line, from the first on."""
        for raw in raw_lines(file):
            line = line_of(self._exchange.masked(raw))
            if line is not None:
                yield line

    def card_lines(self, file: BinaryIO) -> Iterator[BatchLine]:
        """The results in a card that was downloaded; none where it is broken."""
        file.seek(0)
        try:
            card = json.loads(self._exchange.masked(file.read()))
        except (ValueError, RecursionError):
            return
        rows = card.get("outputs") if isinstance(card, dict) else None
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                yield row_of(row, "")

    def outcome(self, line: BatchLine, model: str, body: Mapping[str, Any] | None = None) -> Reply | CallError | ProviderStop:
        """What a result is worth: the reply, or the error that the same answer would have been in real time.

        `body` is what was asked, if it is at hand: an error must not quote the document.
        """
        if not line.whole:
            # of a request that failed nothing was billed, so only what says that it did not gives a floor
            raw = line.raw if ANSWERED.search(line.raw) else ""
            return CutOff("the line of this result broke off", billable=True, raw_body=raw)
        if line.answered:
            raw = line.body if isinstance(line.body, str) else json.dumps(line.body, ensure_ascii=False)
            try:
                return checked(read_reply(raw, http_status=line.http_status or 200), model, self._names())
            except CallError as error:
                return error
        if not line.error and (line.http_status is None or 200 <= line.http_status < 300):
            # neither an answer nor a failure: nobody knows whether a model has worked
            return CutOff("this result holds no answer and no error", billable=True)
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
        # what was not read may hold just what somebody looks for
        raise CutOff(f"the answer to GET {path} has more than {len(rows):,} rows")

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
