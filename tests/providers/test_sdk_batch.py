"""The official SDK drives the imitation's files and batch jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from mistral_server import MistralServer
from mistralai.client import Mistral as Sdk
from mistralai.client.errors import HTTPValidationError, MistralError

from nightclerk.records import utc_now

Serve = Callable[..., MistralServer]
MODEL = "mistral-medium-3-5"
CHAT = "/v1/chat/completions"


@contextmanager
def sdk(server: MistralServer) -> Iterator[Sdk]:
    """An SDK client of an imitation."""
    with Sdk(api_key=server.key, server_url=server.url) as peer:
        yield peer


def requests(count: int) -> list[dict[str, Any]]:
    """So many requests, no two alike."""
    return [
        {"custom_id": f"c{number}", "body": {"messages": [{"role": "user", "content": f"Question {number}"}]}} for number in range(count)
    ]


def jsonl(lines: list[dict[str, Any]]) -> bytes:
    """Requests as an input file has them."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_files(serve: Serve) -> None:
    """A file is uploaded, listed, retrieved, downloaded as it was, and gone once it is deleted."""
    server = serve()
    content = jsonl(requests(3)) + '{"custom_id": "§", "body": {"x": "第\\r\\n--boundary"}}'.encode()
    with sdk(server) as peer:
        file = peer.files.upload(file={"file_name": "a.jsonl", "content": content}, purpose="batch")
        assert (file.filename, file.size_bytes, file.num_lines, file.sample_type) == ("a.jsonl", len(content), 4, "batch_request")
        assert [found.id for found in peer.files.list(purpose="batch").data] == [file.id]
        assert peer.files.list(purpose="ocr").total == 0
        assert not peer.files.retrieve(file_id=file.id).deleted
        assert peer.files.download(file_id=file.id).read() == content
        assert peer.files.delete(file_id=file.id).deleted
        with pytest.raises(MistralError) as caught:
            peer.files.download(file_id=file.id)
    assert caught.value.status_code == 404
    assert server.app.batch.files.left() == []


def test_a_job_with_inline_requests(serve: Serve) -> None:
    """A job goes from QUEUED over RUNNING to SUCCESS, counts as it goes, and its outputs join on custom_id, in another order."""
    server = serve(answer=lambda body: body["messages"][0]["content"].upper())
    with sdk(server) as peer:
        job = peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(6), metadata={"run": "r1"})
        seen = [(job.status, job.completed_requests)]
        while not job.outputs:
            job = peer.batch.jobs.get(job_id=job.id, inline=True)
            seen.append((job.status, job.completed_requests))
        printed = peer.files.download(file_id=job.output_file or "").read().splitlines()
    assert seen == [("QUEUED", 0), ("QUEUED", 0), ("RUNNING", 3), ("SUCCESS", 6)]
    assert [json.loads(line) for line in printed] == job.outputs
    answers = {line["custom_id"]: line["response"]["body"]["choices"][0]["message"]["content"] for line in job.outputs}
    assert answers == {f"c{number}": f"QUESTION {number}" for number in range(6)}
    assert list(answers) != sorted(answers)
    assert (job.total_requests, job.succeeded_requests, job.failed_requests, job.error_file) == (6, 6, 0, None)


def test_a_job_with_input_files(serve: Serve) -> None:
    """A job reads its uploaded files, several if need be, and the model may stand in the bodies."""
    server = serve(batch_polls=0)
    named = [{**line, "body": {"model": MODEL, **line["body"]}} for line in requests(5)]
    with sdk(server) as peer:
        files = [
            peer.files.upload(file={"file_name": f"{number}.jsonl", "content": jsonl(part)}, purpose="batch").id
            for number, part in enumerate((named[:2], named[2:]))
        ]
        job = peer.batch.jobs.create(endpoint=CHAT, input_files=files)
        job = peer.batch.jobs.get(job_id=job.id)
        assert (job.status, job.input_files, job.model, job.total_requests) == ("SUCCESS", files, MODEL, 5)
        assert job.outputs is None
        results = peer.files.retrieve(file_id=job.output_file or "")
    assert (results.sample_type, results.source, results.num_lines) == ("batch_result", "mistral", 5)


def test_jobs_are_listed_by_what_is_asked(serve: Serve) -> None:
    """The list filters by status, model, time and metadata, turns pages, and goes either way."""
    server = serve(batch_polls=None)
    with sdk(server) as peer:
        jobs = [
            peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(1), metadata={"run": run, "part": str(part)})
            for run in ("r1", "r2")
            for part in range(3)
        ]
        ids = [job.id for job in jobs]
        server.advance(job_id=ids[0])

        def listed(**query: Any) -> list[str]:
            return [job.id for job in peer.batch.jobs.list(**query).data or []]

        assert listed() == ids[::-1]
        assert listed(order_by="created", page_size=2, page=1) == ids[2:4]
        assert listed(metadata={"run": "r2"}) == ids[:2:-1]
        assert listed(metadata={"run": "r2", "part": "1"}) == [ids[4]]
        assert listed(status=["SUCCESS", "FAILED"]) == [ids[0]]
        assert listed(model="mistral-small-2603") == []
        assert listed(created_after=utc_now() + timedelta(hours=1)) == []
        assert len(listed(created_after=utc_now() - timedelta(hours=1))) == peer.batch.jobs.list(page_size=1).total == 6


def test_a_job_is_cancelled(serve: Serve) -> None:
    """A cancelled job says CANCELLATION_REQUESTED, then CANCELLED; what had run is billed, has its output, and nothing else is run."""
    server = serve(batch_polls=4)
    with sdk(server) as peer:
        job = peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(8))
        for _ in range(2):
            peer.batch.jobs.get(job_id=job.id)
        cancelled = [peer.batch.jobs.cancel(job_id=job.id), *(peer.batch.jobs.get(job_id=job.id) for _ in range(3))]
        assert [job.status for job in cancelled] == ["CANCELLATION_REQUESTED"] * 2 + ["CANCELLED"] * 2
        assert peer.files.retrieve(file_id=cancelled[-1].output_file or "").num_lines == 2
        assert peer.batch.jobs.delete(job_id=job.id).deleted
        with pytest.raises(MistralError) as caught:
            peer.batch.jobs.get(job_id=job.id)
    assert caught.value.status_code == 404
    assert [entry.custom_id for entry in server.account.billed] == ["c0", "c1"]


@pytest.mark.parametrize("verb", ["create_job", "get_job", "upload_file", "download_file"])
def test_errors_reach_the_sdks_callers(serve: Serve, verb: str) -> None:
    """A verb that is refused or fails is an error with its status, and the next call of it is answered."""
    server = serve(batch_polls=0)
    with sdk(server) as peer:
        file = peer.files.upload(file={"file_name": "a.jsonl", "content": b"{}"}, purpose="batch")
        job = peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(1))
        calls: dict[str, Callable[[], Any]] = {
            "create_job": lambda: peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(1)),
            "get_job": lambda: peer.batch.jobs.get(job_id=job.id),
            "upload_file": lambda: peer.files.upload(file={"file_name": "a.jsonl", "content": b"{}"}, purpose="batch"),
            "download_file": lambda: peer.files.download(file_id=file.id),
        }
        for fault in ("429", "500", "502", "402"):
            server.force_at(verb, fault)
            with pytest.raises(MistralError) as caught:
                calls[verb]()
            assert caught.value.status_code == int(fault)
            assert calls[verb]()
    assert server.account.verb_faults == {f"{verb}:{fault}": 1 for fault in ("429", "500", "502", "402")}


def test_more_than_ten_thousand_inline_requests(serve: Serve) -> None:
    """Inline requests end at 10,000: one more is refused, and no job exists."""
    server = serve(batch_polls=None, problem_shapes=("detail",))
    with sdk(server) as peer:
        with pytest.raises(MistralError) as caught:
            peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(10_001))
        assert (caught.value.status_code, isinstance(caught.value, HTTPValidationError)) == (422, False)
        assert peer.batch.jobs.list().total == 0
        assert peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(10_000)).total_requests == 10_000


def test_a_reply_that_is_lost_leaves_a_job_behind(serve: Serve) -> None:
    """Where the reply to a creation is lost, the job exists, and its metadata finds it."""
    server = serve(batch_polls=0)
    server.force_at("create_job", "drop_late")
    with sdk(server) as peer:
        with pytest.raises(httpx.RemoteProtocolError):
            peer.batch.jobs.create(endpoint=CHAT, model=MODEL, requests=requests(2), metadata={"batch": "b1"})
        [job] = peer.batch.jobs.list(metadata={"batch": "b1"}).data or []
    assert (job.status, job.succeeded_requests) == ("SUCCESS", 2)
