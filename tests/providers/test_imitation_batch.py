"""The imitation's batch jobs: what is run is billed once and at half the price, however a job ends and whatever its results look like."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import Entry, MistralServer
from mistral_server.account import PRICES
from mistral_server.faults import FREE, REFUSALS, VerbFaults
from mistral_server.multipart import Part, parts

from nightclerk.providers import catalog, prices
from nightclerk.records import Usage, utc_now

Serve = Callable[..., MistralServer]
MODEL = "mistral-medium-3-5"
CHAT = "/v1/chat/completions"
PIXEL = base64.b64encode(b"\x89PNG of a page").decode()
JOBS = "/v1/batch/jobs"


@pytest.fixture(scope="module")
def standing() -> Iterator[MistralServer]:
    """One server for the tests that do not mind what others left on it; its jobs end at the first look."""
    with MistralServer(batch_polls=0, hang_s=0.05) as server:
        yield server


def call(server: MistralServer, method: str, path: str, **options: Any) -> httpx.Response:
    """One request with the right key."""
    return httpx.request(method, f"{server.url}{path}", headers={"authorization": f"Bearer {server.key}"}, timeout=30, **options)


def lines(count: int) -> list[dict[str, Any]]:
    """So many requests, no two alike."""
    return [
        {"custom_id": f"c{number}", "body": {"messages": [{"role": "user", "content": f"Question {number}"}]}} for number in range(count)
    ]


def create(server: MistralServer, requests: list[dict[str, Any]] | None = None, **fields: Any) -> str:
    """The id of a new job."""
    answer = call(server, "POST", JOBS, json={"endpoint": CHAT, "model": MODEL, "requests": requests} | fields)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def get(server: MistralServer, job_id: str, **query: Any) -> dict[str, Any]:
    """A job after one look at it."""
    job: dict[str, Any] = call(server, "GET", f"{JOBS}/{job_id}", params=query).json()
    return job


def content(server: MistralServer, file_id: str | None) -> bytes:
    """A file."""
    return call(server, "GET", f"/v1/files/{file_id}/content").content


def upload(server: MistralServer, raw: bytes, **fields: str) -> httpx.Response:
    """An upload."""
    return call(server, "POST", "/v1/files", files={"file": ("input.jsonl", raw)}, data={"purpose": "batch"} | fields)


def test_half_the_price_once_for_each_request(serve: Serve) -> None:
    """Each request is billed once, at half of what it costs in realtime, with the same tokens and under the same hash."""
    server = serve(batch_polls=0)
    job = get(server, create(server, lines(3)), inline="true")
    for line in lines(3):
        call(server, "POST", CHAT, json={"model": MODEL, **line["body"]})
    get(server, job["id"])
    batch, realtime = server.account.entries[:3], server.account.entries[3:]
    assert [entry.mode for entry in server.account.entries] == ["batch"] * 3 + ["realtime"] * 3
    assert [entry.body_sha256 for entry in batch] == [entry.body_sha256 for entry in realtime]
    assert [(entry.prompt_tokens, entry.completion_tokens) for entry in batch] == [
        (entry.prompt_tokens, entry.completion_tokens) for entry in realtime
    ]
    assert [2 * entry.cost_nano_usd for entry in batch] == [entry.cost_nano_usd for entry in realtime]
    assert {entry.job_id for entry in batch} == {job["id"]}
    assert server.account.cost_by_mode == {"batch": server.account.cost_nano_usd // 3, "realtime": server.account.cost_nano_usd * 2 // 3}
    assert server.account.paid_again == 3
    usages = {line["custom_id"]: line["response"]["body"]["usage"]["total_tokens"] for line in job["outputs"]}
    assert usages == {entry.custom_id: entry.prompt_tokens + entry.completion_tokens for entry in batch}


def test_the_batch_prices_of_both_sides_agree() -> None:
    """The server's own arithmetic and the client's price book bill batch requests alike, odd sums included."""
    for model in PRICES:
        for completion in (1_234, 1_235):
            entry = Entry("", model, 1, 0.0, prompt_tokens=10_007, cached_tokens=641, completion_tokens=completion, mode="batch")
            entry.bill()
            price = prices.price(catalog.card(model).provider, model, utc_now().date())
            assert prices.cost_nano_usd(price, Usage(10_007, completion, cached_tokens=641), batch=True) == entry.cost_nano_usd


@pytest.mark.parametrize("fault", [*REFUSALS, *FREE])
def test_failed_requests_are_named_and_free(serve: Serve, fault: str) -> None:
    """Requests that fail stand in the error file, in each shape, cost nothing, and leave the job a success."""
    server = serve(batch_polls=0, batch_error_shapes=("response", "error", "both"))
    server.force(fault, fault, fault)
    job = get(server, create(server, lines(5)))
    assert (job["status"], job["succeeded_requests"], job["failed_requests"]) == ("SUCCESS", 2, 3)
    assert sum(error["count"] for error in job["errors"]) == 3
    failed = [json.loads(line) for line in content(server, job["error_file"]).splitlines()]
    assert {line["custom_id"] for line in failed} == {"c0", "c1", "c2"}
    assert {(line["response"] is None, line["error"] is None) for line in failed} == {(False, True), (True, False), (False, False)}
    assert len(content(server, job["output_file"]).splitlines()) == 2
    assert [entry.custom_id for entry in server.account.billed] == ["c3", "c4"]


@pytest.mark.parametrize(("where", "output", "errors"), [("error_file", 3, 1), ("output", 4, 0), ("both", 4, 1)])
def test_where_failed_requests_stand(serve: Serve, where: str, output: int, errors: int) -> None:
    """A failed request stands in the error file, among the results, or in both."""
    server = serve(batch_polls=0, batch_errors=where)
    server.force("500")
    job = get(server, create(server, lines(4)), inline="true")
    assert len(job["outputs"]) == len(content(server, job["output_file"]).splitlines()) == output
    assert bool(job["error_file"]) == bool(errors)


def test_a_wrong_request_fails_alone(serve: Serve) -> None:
    """An unknown field, a prompt that is too long and a stream are answered as in realtime, for themselves."""
    server = serve(batch_polls=0, batch_error_shapes=("response",))
    wrong = [{"max_completion_tokens": 5}, {"max_tokens": 300_000}, {"stream": True}]
    requests = [{**line, "body": line["body"] | more} for line, more in zip(lines(4), [*wrong, {}], strict=True)]
    job = get(server, create(server, requests))
    failed = {line["custom_id"]: line["response"] for line in map(json.loads, content(server, job["error_file"]).splitlines())}
    assert {name: response["status_code"] for name, response in failed.items()} == {"c0": 422, "c1": 400, "c2": 400}
    assert "max_completion_tokens" in json.dumps(failed["c0"])
    assert [entry.custom_id for entry in server.account.entries] == ["c3"]


def test_paid_answers_of_no_use(serve: Serve) -> None:
    """A cut-off answer and one without usage come as in realtime and are billed; what only a connection can suffer strikes nothing."""
    server = serve(batch_polls=0, batch_partial=False)
    server.force("length", "no_usage", "drop_late")
    job = get(server, create(server, lines(3)), inline="true")
    bodies = {line["custom_id"]: line["response"]["body"] for line in job["outputs"]}
    assert bodies["c0"]["choices"][0]["finish_reason"] == "length"
    assert "usage" not in bodies["c1"]
    assert [(entry.fault, entry.cost_nano_usd > 0) for entry in server.account.entries] == [
        ("length", True),
        ("no_usage", True),
        (None, True),
    ]


def test_pages_in_a_batch(serve: Serve) -> None:
    """OCR runs in batches too, at half the price of a page."""
    server = serve(batch_polls=0)
    body = {"document": {"type": "image_url", "image_url": f"data:image/png;base64,{PIXEL}"}}
    job = get(server, create(server, [{"custom_id": "p", "body": body}], endpoint="/v1/ocr", model="mistral-ocr-2512"), inline="true")
    assert job["outputs"][0]["response"]["body"]["usage_info"]["pages_processed"] == 1
    assert [(entry.pages, entry.cost_nano_usd) for entry in server.account.billed] == [(1, 1_000_000)]


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize("end", ["FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"])
def test_jobs_that_end_before_their_time(serve: Serve, end: str, partial: bool) -> None:
    """What had run is billed, whether its results are handed out or not; nothing else is run."""
    server = serve(batch_polls=None, batch_partial=partial)
    job_id = create(server, lines(5))
    assert get(server, job_id)["status"] == "QUEUED"
    assert server.advance(requests=2)[0]["status"] == "RUNNING"
    server.advance(end=end)
    job = get(server, job_id, inline="true")
    assert (job["status"], job["completed_requests"], job["total_requests"]) == (end, 2, 5)
    assert bool(job["output_file"]) == bool(job["outputs"]) == partial
    assert bool(job["errors"]) == (end == "FAILED")
    assert len(server.account.billed) == 2
    assert server.advance()[0]["status"] == end


def test_hours_end_a_job(serve: Serve) -> None:
    """A job whose hours are over is TIMEOUT_EXCEEDED at the next look, and not before."""
    server = serve(batch_polls=None)
    job_id = create(server, lines(3), timeout_hours=2)
    server.advance(requests=1)
    server.advance(hours=1.9)
    assert get(server, job_id)["status"] == "RUNNING"
    server.advance(hours=0.2)
    assert get(server, job_id)["status"] == "TIMEOUT_EXCEEDED"
    assert len(server.account.billed) == 1


def test_requests_that_run_after_a_cancellation(serve: Serve) -> None:
    """A job may go on between the wish to cancel it and its end; that is billed too. An ended job cannot be cancelled."""
    server = serve(batch_polls=None)
    job_id = create(server, lines(3))
    assert call(server, "DELETE", f"{JOBS}/{job_id}").status_code == 400
    assert call(server, "POST", f"{JOBS}/{job_id}/cancel").json()["status"] == "CANCELLATION_REQUESTED"
    assert server.advance(requests=2)[0]["status"] == "CANCELLATION_REQUESTED"
    assert server.advance()[0]["status"] == "CANCELLED"
    assert len(server.account.billed) == 2
    assert call(server, "POST", f"{JOBS}/{job_id}/cancel").status_code == 400


def test_jobs_end_by_turns(serve: Serve) -> None:
    """Each job ends as its turn says."""
    server = serve(batch_polls=0, batch_ends=("FAILED", "SUCCESS"))
    assert [get(server, create(server, lines(2)))["status"] for _ in range(3)] == ["FAILED", "SUCCESS", "FAILED"]


@pytest.mark.parametrize(
    ("spoil", "ids", "unreadable"),
    [
        (None, ["c0", "c1", "c2", "c3"], 0),
        ("broken_line", ["c0", "c1", "c3"], 1),
        ("not_utf8", ["c0", "c1", "c3"], 1),
        ("missing", ["c0", "c1", "c3"], 0),
        ("duplicate", ["c0", "c1", "c2", "c2", "c3"], 0),
        ("unknown", ["c0", "c1", "c2", "c3", "nobody-asked-this"], 0),
        ("no_custom_id", ["None", "c0", "c1", "c3"], 0),
        ("blank_lines", ["c0", "c1", "c2", "c3"], 4),
    ],
)
def test_spoilt_outputs(serve: Serve, spoil: str | None, ids: list[str], unreadable: int) -> None:
    """An output may be spoilt in one line; the bill and the counters do not know of it."""
    server = serve(batch_polls=0, batch_spoils=(spoil,))
    job = get(server, create(server, lines(4)))
    read, broken = [], 0
    for line in content(server, job["output_file"]).splitlines():
        try:
            read.append(str(json.loads(line)["custom_id"]))
        except ValueError:
            broken += 1
    assert (sorted(read), broken) == (ids, unreadable)
    assert (job["succeeded_requests"], len(server.account.billed)) == (4, 4)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"webhook": "https://example.org"}, 422),
        ({"endpoint": "/v1/completions"}, 422),
        ({"endpoint": "/v1/embeddings"}, 400),
        ({"timeout_hours": 169}, 422),
        ({"timeout_hours": 0}, 422),
        ({"metadata": {"k" * 33: "v"}}, 422),
        ({"metadata": {"k": "v" * 513}}, 422),
        ({"metadata": {"k": 1}}, 422),
        ({"requests": []}, 422),
        ({"input_files": ["f"]}, 422),
        ({"requests": None, "input_files": ["nobody"]}, 404),
        ({"model": "mistral-nothing"}, 400),
        ({"model": "magistral-medium-2509"}, 404),
        ({"model": None}, 400),
        ({"requests": lines(1) + lines(1)}, 400),
        ({"requests": [{"custom_id": "a", "body": {"model": "mistral-small-2603", "messages": []}}]}, 400),
        ({"requests": [{"custom_id": "a", "body": {}, "method": "POST", "url": CHAT}]}, 422),
    ],
)
def test_wrong_jobs_are_not_created(standing: MistralServer, fields: dict[str, Any], status: int) -> None:
    """What breaks the contract, or names more or less than one model, is refused, and no job is left behind."""
    jobs, rejected = standing.app.batch.jobs.cards(), standing.account.rejected[status]
    answer = call(standing, "POST", JOBS, json={"endpoint": CHAT, "model": MODEL, "requests": lines(1)} | fields)
    assert answer.status_code == status
    assert standing.app.batch.jobs.cards() == jobs
    assert standing.account.rejected[status] == rejected + 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"custom_id": "a", "body": {"messages": []}}\n{"custom_id": "b", "bo', "line 2"),
        (b'{"custom_id": "a", "body": {}}\n{"custom_id": "a", "body": {}}', "Duplicate"),
        (b'{"custom_id": "a", "body": {"model": "mistral-small-2603"}}', "one model"),
        (b"\n", "no requests"),
        (b"\xff\xfe", "line 1"),
    ],
)
def test_wrong_input_files_fail_the_job(serve: Serve, raw: bytes, said: str) -> None:
    """What is wrong with an input file fails the whole job, with a reason, and nothing is run."""
    server = serve(batch_polls=1)
    file_id = upload(server, raw).json()["id"]
    job_id = create(server, input_files=[file_id])
    assert get(server, job_id)["status"] == "QUEUED"
    job = get(server, job_id)
    assert (job["status"], job["output_file"]) == ("FAILED", None)
    assert said in job["errors"][0]["message"]
    assert server.account.entries == []


def test_an_input_file_that_is_deleted_too_early(serve: Serve) -> None:
    """A job whose input file is gone before it runs fails; a file that a job does not need any more can go."""
    server = serve(batch_polls=0)
    jobs, files = [], []
    for _ in range(2):
        files.append(upload(server, json.dumps(lines(1)[0]).encode()).json()["id"])
        jobs.append(create(server, input_files=files[-1:]))
    call(server, "DELETE", f"/v1/files/{files[0]}")
    assert [get(server, job_id)["status"] for job_id in jobs] == ["FAILED", "SUCCESS"]
    assert call(server, "DELETE", f"/v1/files/{files[1]}").json()["deleted"]


def test_files_have_limits_and_purposes(serve: Serve) -> None:
    """A file that is too large, a wrong form and an unknown purpose are refused; a file of another purpose makes no job."""
    server = serve(file_bytes=10)
    assert upload(server, b"x" * 10).status_code == 200
    assert upload(server, b"x" * 11).status_code == 413
    assert upload(server, b"x", purpose="holiday").status_code == 422
    assert upload(server, b"x", colour="red").status_code == 422
    assert call(server, "POST", "/v1/files", json={"purpose": "batch"}).status_code == 422
    other = upload(server, b"x", purpose="ocr").json()["id"]
    answer = call(server, "POST", JOBS, json={"endpoint": CHAT, "model": MODEL, "input_files": [other]})
    assert answer.status_code == 400
    assert len(server.app.batch.files.left()) == 2


@given(st.binary(max_size=200))
def test_a_form_is_read_to_the_byte(inside: bytes) -> None:
    """Whatever stands in a part comes out as it was, line ends and look-alikes of the boundary included."""
    inside = b"\r\n--edge\r\n\r\n" + inside + b"\r\n-edge\r"
    body = httpx.Request("POST", "http://server", files={"file": ("a.jsonl", inside)}, data={"purpose": "batch"})
    form = parts(body.headers["content-type"], body.read())
    assert form == {"purpose": Part(b"batch", None), "file": Part(inside, "a.jsonl")}


def test_a_regional_endpoint_has_no_batch(serve: Serve) -> None:
    """A regional endpoint answers questions, and knows neither files nor jobs."""
    server = serve(regional=True)
    assert call(server, "POST", CHAT, json={"model": MODEL, **lines(1)[0]["body"]}).status_code == 200
    assert upload(server, b"{}").status_code == 404
    assert call(server, "POST", JOBS, json={"endpoint": CHAT, "model": MODEL, "requests": lines(1)}).status_code == 404
    assert call(server, "GET", JOBS).status_code == 404


def test_a_list_that_does_not_filter(serve: Serve) -> None:
    """The list may ignore the metadata that it is asked for; otherwise it takes it as one JSON object too."""
    for filters, found in ((True, 1), (False, 2)):
        server = serve(batch_filters_metadata=filters)
        for run in ("r1", "r2"):
            create(server, lines(1), metadata={"run": run})
        assert call(server, "GET", JOBS, params={"metadata": '{"run": "r1"}'}).json()["total"] == found


def test_a_query_that_cannot_be_read(standing: MistralServer) -> None:
    """A day that is none, metadata that is no JSON and a page that is no number are a 422."""
    create(standing, lines(1))
    for query in ({"created_after": "yesterday"}, {"metadata": "{run"}, {"page": "first"}):
        assert call(standing, "GET", JOBS, params=query).status_code == 422


def test_batch_needs_the_key(serve: Serve) -> None:
    """Files and jobs are not for strangers."""
    server = serve()
    assert [httpx.get(f"{server.url}{path}").status_code for path in ("/v1/files", JOBS)] == [401, 401]


def test_batch_counts_against_no_limit(serve: Serve) -> None:
    """Neither a job's requests nor its verbs use up the limits of realtime requests."""
    server = serve(rps=0.01, burst=1, tpm=600, batch_polls=0)
    assert get(server, create(server, lines(50)))["succeeded_requests"] == 50
    assert call(server, "POST", CHAT, json={"model": MODEL, **lines(1)[0]["body"]}).status_code == 200


@pytest.mark.parametrize("verb", ["create_job", "get_job", "download_file", "upload_file", "delete_file"])
@pytest.mark.parametrize(("fault", "done"), [("drop", False), ("hang", False), ("drop_late", True), ("drop_mid_body", True)])
def test_connections_that_are_cut(standing: MistralServer, verb: str, fault: str, done: bool) -> None:
    """A connection is cut before a verb has done its work, or after it, or in the middle of the answer."""
    file_id, job_id = upload(standing, b"{}").json()["id"], create(standing, lines(1))
    jobs, files = len(standing.app.batch.jobs.cards()), len(standing.app.batch.files.left())
    calls: dict[str, Callable[[], object]] = {
        "create_job": lambda: create(standing, lines(1)),
        "get_job": lambda: get(standing, job_id),
        "download_file": lambda: content(standing, file_id),
        "upload_file": lambda: upload(standing, b"{}"),
        "delete_file": lambda: call(standing, "DELETE", f"/v1/files/{file_id}"),
    }
    standing.force_at(verb, fault)
    with pytest.raises(httpx.RemoteProtocolError):
        calls[verb]()
    after = {
        "create_job": len(standing.app.batch.jobs.cards()) == jobs + 1,
        "get_job": standing.app.batch.jobs.find(job_id).ended,
        "upload_file": len(standing.app.batch.files.left()) == files + 1,
        "delete_file": not standing.app.batch.files.has(file_id),
        "download_file": done,
    }
    assert after[verb] == done


@pytest.mark.parametrize("fault", ["401", "403", "404", "503", "504", "529", "429_date", "429_ms", "429_bare"])
def test_verbs_that_fail(standing: MistralServer, fault: str) -> None:
    """A verb that is struck answers with the status of its fault, does nothing, and is answered the next time."""
    jobs = len(standing.app.batch.jobs.cards())
    standing.force_at("create_job", fault)
    body = {"endpoint": CHAT, "model": MODEL, "requests": lines(1)}
    assert [call(standing, "POST", JOBS, json=body).status_code for _ in range(2)] == [int(fault[:3]), 200]
    assert len(standing.app.batch.jobs.cards()) == jobs + 1


def test_a_body_that_is_cut_short(serve: Serve) -> None:
    """A file may come with less than its bytes and no error of the connection."""
    server = serve()
    file_id = upload(server, b"x" * 300).json()["id"]
    server.force_at("download_file", "truncated_body")
    assert [len(content(server, file_id)) for _ in range(2)] == [200, 300]


def test_a_plan_of_verb_faults_repeats() -> None:
    """Each verb has its own share of each fault, the same ones again for the same seed; unknown kinds are told."""
    plan = VerbFaults({"create_job:drop_late": 0.2, "create_job:500": 0.1, "get_job:429": 1.0}, seed=3)
    struck = [plan("create_job", number) for number in range(2_000)]
    assert struck == [plan("create_job", number) for number in range(2_000)]
    assert 330 < struck.count("drop_late") < 470
    assert 140 < struck.count("500") < 260
    assert {plan("get_job", number) for number in range(50)} == {"429"}
    assert {plan("list_jobs", number) for number in range(50)} == {None}
    with pytest.raises(ValueError, match="unknown kinds"):
        VerbFaults({"create_job:flood": 0.1})


def test_the_books_over_http(serve: Serve) -> None:
    """The account over HTTP shows jobs, files and verbs, moves no job, and orders that are none are refused."""
    server = serve(batch_polls=1)
    create(server, lines(2))
    for _ in range(3):
        books = httpx.get(f"{server.url}/_account").json()
    assert [job["status"] for job in books["jobs"]] == ["QUEUED"]
    assert (books["files"], books["verbs"]) == ([], {"create_job": 1})
    assert httpx.post(f"{server.url}/_batch/advance", json={"minutes": 3}).status_code == 422
    assert httpx.post(f"{server.url}/_batch/advance").json()[0]["status"] == "SUCCESS"
    books = httpx.get(f"{server.url}/_account").json()
    assert books["cost_by_mode"]["batch"] == books["cost_nano_usd"] > 0
    assert [entry["mode"] for entry in books["entries"]] == ["batch", "batch"]


def test_a_process_that_waits_for_orders() -> None:
    """Started as a module it takes what a benchmark says of batch jobs: how long they take, how they end, what strikes their verbs."""
    flags = [
        "--batch-polls",
        "-1",
        "--batch-end",
        "FAILED",
        "--batch-fault",
        "list_jobs:503=1",
        "--batch-spoil",
        "none",
        "--count",
        "quarter",
    ]
    command = [sys.executable, "-m", "mistral_server", *flags]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            with httpx.Client(base_url=told["url"], headers={"authorization": f"Bearer {told['key']}"}, timeout=30) as client:
                job_id = client.post(JOBS, json={"endpoint": CHAT, "model": MODEL, "requests": lines(2)}).json()["id"]
                looks = [client.get(f"{JOBS}/{job_id}").json()["status"] for _ in range(5)]
                listed = client.get(JOBS).status_code
                ended = client.post("/_batch/advance").json()[0]["status"]
        finally:
            process.terminate()
    assert (looks, listed, ended) == (["QUEUED"] * 5, 503, "FAILED")
