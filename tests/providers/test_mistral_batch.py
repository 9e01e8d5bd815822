"""The batch endpoints: bodies by the contract, results read in every form they may have, errors by cause, the key nowhere."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import MistralServer
from mistralai.client import Mistral as Sdk
from pydantic import SecretStr

from nightclerk.errors import CallError, CutOff, Missing, ModelGone, NightclerkError, Refused, ServerFailed, Unauthorised, Unprocessable
from nightclerk.providers import catalog
from nightclerk.providers.batch_wire import BatchLine, line_of, raw_lines, row_of
from nightclerk.providers.mistral import Mistral
from nightclerk.providers.mistral_batch import MistralBatches
from nightclerk.records import Ask, Reply, utc_now

Serve = Callable[..., MistralServer]
T = TypeVar("T")
MODEL = "mistral-medium-3-5"
BATCH, CALL = "b" * 32, "c" * 32
COMPLETION = {
    "id": "cmpl-1",
    "model": MODEL,
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
}


def with_batches(url: str, key: str, work: Callable[[MistralBatches], Awaitable[T]], **options: Any) -> T:
    """Do something with the batch endpoints of an address."""

    async def go() -> T:
        provider = Mistral(url, SecretStr(key), max_in_flight=2, **options)
        try:
            return await work(provider.batches())
        finally:
            await provider.aclose()

    return asyncio.run(go())


def at(server: MistralServer, work: Callable[[MistralBatches], Awaitable[T]], key: str = "") -> T:
    """Do something with the batch endpoints of an imitation."""
    return with_batches(server.url, key or server.key, work)


def answering(answer: Any, work: Callable[[MistralBatches], Awaitable[T]]) -> T:
    """Do something where every call is answered with this JSON."""
    return with_batches("http://here.test", "k", work, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))


def requests(ask: Ask, count: int = 2) -> list[dict[str, Any]]:
    """Requests of a job."""
    body = Mistral("http://here.test", SecretStr("k"), max_in_flight=1).wire(ask, catalog.card(MODEL))
    return [{"custom_id": f"{number:032x}", "body": body} for number in range(count)]


def outcome(line: BatchLine | None) -> Reply | NightclerkError:
    """What a line is worth."""
    assert line is not None

    async def work(batches: MistralBatches) -> Reply | NightclerkError:
        return batches.outcome(line, MODEL, {"messages": [{"role": "user", "content": "the whole text of the document, word for word"}]})

    return answering({}, work)


def test_our_job_is_the_sdks_job(serve: Serve, ask: Ask) -> None:
    """The body that creates a job is the official SDK's, key for key, but for fields that the SDK leaves at their default."""
    server = serve()
    ours: list[dict[str, Any]] = []

    def note(request: httpx.Request) -> httpx.Response:
        ours.append(json.loads(request.read()))
        return httpx.Response(200, json={"id": "j", "status": "QUEUED"})

    work = {"model": MODEL, "timeout_hours": 24, "requests": requests(ask)}
    with_batches("http://here.test", "k", lambda b: b.create(BATCH, **work), transport=httpx.MockTransport(note))
    theirs: list[dict[str, Any]] = []

    def keep(request: httpx.Request) -> None:
        theirs.append(json.loads(request.read()))

    with httpx.Client(event_hooks={"request": [keep]}) as client, Sdk(api_key=server.key, server_url=server.url, client=client) as peer:
        peer.batch.jobs.create(endpoint="/v1/chat/completions", metadata={"nightclerk_batch": BATCH}, **work)
    assert ours == theirs


def test_a_job_from_its_creation_to_its_results(serve: Serve, ask: Ask) -> None:
    """A job is created, found again by our own id, looked at, and its results are downloaded, read and deleted."""
    server = serve(batch_polls=0)

    async def work(batches: MistralBatches) -> list[Any]:
        job = await batches.create(BATCH, model=MODEL, timeout_hours=24, requests=requests(ask))
        again = await batches.find(BATCH, since=utc_now() - timedelta(minutes=5))
        assert (again and again.id) == job.id
        assert await batches.find("d" * 32, since=utc_now() - timedelta(minutes=5)) is None
        done = await batches.get(job.id)
        assert (done.status, done.succeeded, done.ended) == ("SUCCESS", 2, True)
        file = io.BytesIO()
        await batches.download(done.output_file or "", file, requests=2)
        lines = list(batches.lines(file))
        await batches.delete(done.output_file or "")
        await batches.delete(done.output_file or "")
        with pytest.raises(Missing):
            await batches.download(done.output_file or "", file, requests=2)
        return [(line.custom_id, batches.outcome(line, MODEL)) for line in lines]

    results = dict(at(server, work))
    assert set(results) == {f"{number:032x}" for number in range(2)}
    assert all(isinstance(reply, Reply) and reply.usage and reply.answer for reply in results.values())
    assert server.app.batch.files.left() == []


@pytest.mark.parametrize("filters", [True, False])
def test_a_job_is_found_among_many(filters: bool, serve: Serve, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the provider filters its list or not, our job is found on whatever page it stands."""
    monkeypatch.setattr("nightclerk.providers.mistral_batch.PAGE_ROWS", 5)
    server = serve(batch_filters_metadata=filters, batch_polls=None)

    async def work(batches: MistralBatches) -> None:
        for number in range(12):
            await batches.create(f"{number:032x}", model=MODEL, timeout_hours=24, requests=requests(ask, 1))
        found = [await batches.find(f"{number:032x}", since=utc_now() - timedelta(hours=1)) for number in (0, 7, 11)]
        assert [job and job.batch_id for job in found] == [f"{number:032x}" for number in (0, 7, 11)]

    at(server, work)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("401", Unauthorised), ("404", Missing), ("429", Refused), ("500", ServerFailed), ("drop", CutOff)],
)
def test_each_trouble_is_its_own_error(kind: str, error: type[NightclerkError], serve: Serve) -> None:
    """A call about a job fails by the same causes as a question does, and the key stands in no message."""
    server = serve()
    server.force_at("get_job", kind)
    with pytest.raises(error) as caught:
        at(server, lambda batches: batches.get("some-job"))
    assert server.key not in str(caught.value)


def test_a_job_for_a_model_that_is_gone(serve: Serve, ask: Ask) -> None:
    """A retired model is named as gone, not as a file that is missing."""
    server, gone = serve(), "magistral-medium-2509"
    asked = [request | {"body": request["body"] | {"model": gone}} for request in requests(ask)]
    with pytest.raises(ModelGone):
        at(server, lambda batches: batches.create(BATCH, model=gone, timeout_hours=24, requests=asked))


def test_a_wrong_request_is_unprocessable(serve: Serve, ask: Ask) -> None:
    """A job that breaks the contract is refused once and for all."""
    server = serve()
    with pytest.raises(Unprocessable):
        at(server, lambda batches: batches.create(BATCH, model=MODEL, timeout_hours=1_000, requests=requests(ask)))


@pytest.mark.parametrize("answer", [[], {}, {"id": 3, "status": "QUEUED"}, {"id": "j"}, "job"])
def test_an_answer_that_is_no_job(answer: Any) -> None:
    """What is no job card is an answer that broke off, so nobody takes the job for created or gone."""
    with pytest.raises(CutOff):
        answering(answer, lambda batches: batches.get("j"))


def test_an_unknown_status_is_not_an_end() -> None:
    """A status that nobody has heard of leaves the job as it is."""
    job = answering({"id": "j", "status": "Paused", "metadata": None}, lambda batches: batches.get("j"))
    assert (job.status, job.ended) == ("PAUSED", False)


FAILURES: list[tuple[dict[str, Any], type[NightclerkError]]] = [
    ({"response": {"status_code": 500, "body": {"message": "oh"}}, "error": None}, ServerFailed),
    ({"response": {"status_code": 429, "body": None}, "error": None}, Refused),
    ({"response": None, "error": {"message": "oh", "code": 422}}, Unprocessable),
    ({"response": None, "error": {"message": "oh", "code": "503"}}, ServerFailed),
    ({"response": None, "error": "timed out"}, ServerFailed),
    ({"response": None, "error": None}, CutOff),
    ({}, CutOff),
    ({"response": {"status_code": 200, "body": None}, "error": None}, CutOff),
    ({"response": {"status_code": 200, "body": None}, "error": {"message": "lost"}}, ServerFailed),
    ({"response": {"status_code": 200, "body": {"choices": "?"}}, "error": None}, CutOff),
    ({"response": {"status_code": 400, "body": "<html>bad</html>"}, "error": {"message": "oh"}}, Unprocessable),
]


@pytest.mark.parametrize(("row", "error"), FAILURES)
def test_a_failed_result_is_the_error_of_its_cause(row: dict[str, Any], error: type[NightclerkError]) -> None:
    """In whatever form a failure stands in the results, it is what the same answer would have been in real time."""
    assert isinstance(outcome(row_of({"custom_id": CALL, **row}, "")), error)


def test_an_error_does_not_quote_the_document() -> None:
    """A failure that quotes the request back is told without the document's words."""
    body = {"message": "cannot read 'the whole text of the document, word for word'"}
    told = outcome(row_of({"custom_id": CALL, "response": {"status_code": 422, "body": body}}, ""))
    assert "word for word" not in str(told)


def test_a_reply_is_read_as_in_real_time() -> None:
    """Answer, usage and model of a result are those of the completion in it, also where that is text in text."""
    for body in (COMPLETION, json.dumps(COMPLETION)):
        reply = outcome(row_of({"custom_id": CALL, "response": {"status_code": 200, "body": body}, "error": None}, ""))
        assert isinstance(reply, Reply)
        assert (reply.answer, reply.usage and reply.usage.completion_tokens, reply.model_served) == ("yes", 2, MODEL)
        assert json.loads(reply.raw_body) == COMPLETION


@pytest.mark.parametrize("response", [{"status_code": "200", "body": COMPLETION}, {"body": COMPLETION}])
def test_an_answer_that_hardly_says_so_is_one(response: dict[str, Any]) -> None:
    """A paid answer is read also where its status is text, or missing."""
    assert isinstance(outcome(row_of({"custom_id": CALL, "response": response}, "")), Reply)


def test_what_says_nothing_may_have_been_billed() -> None:
    """A result that holds neither an answer nor an error is at risk, and not free."""
    for row in ({}, {"response": {"status_code": 200}}, {"response": {"status_code": 200, "body": None}, "error": None}):
        error = outcome(row_of({"custom_id": CALL, **row}, ""))
        assert isinstance(error, CutOff)
        assert error.billable


def test_a_job_that_is_not_taken_is_told_of_without_the_document() -> None:
    """A provider that quotes the requests back when it refuses a job gets none of their words into our messages."""
    text = "the whole text of the document, word for word, and more of it"
    asked = [{"custom_id": CALL, "body": {"messages": [{"role": "user", "content": text}]}}]
    refusal = httpx.MockTransport(lambda _: httpx.Response(422, json={"message": f"no such field in: {text}"}))

    def ask_for(batches: MistralBatches) -> Awaitable[Any]:
        return batches.create(BATCH, model=MODEL, timeout_hours=24, requests=asked)

    with pytest.raises(Unprocessable, match="no such field in") as caught:
        with_batches("http://here.test", "k", ask_for, transport=refusal)
    assert "word for word" not in str(caught.value)


def test_a_download_has_a_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is longer than any results can be is not written to disk to its end, and never held in memory."""
    monkeypatch.setattr("nightclerk.providers.mistral_batch.RESULT_BYTES", 100_000)
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while sent < 1_000_000_000:
                sent += 65_536
                yield b"x" * 65_536

    endless = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    path = tmp_path / "results"
    with path.open("wb") as file, pytest.raises(CutOff, match="longer than 100,000 bytes"):
        with_batches("http://here.test", "k", lambda batches: batches.download("f", file, requests=0), transport=endless)
    assert path.stat().st_size == 100_000
    assert sent < 300_000


def test_a_list_without_end_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job is not taken for missing where the list of jobs is longer than anybody reads."""
    monkeypatch.setattr("nightclerk.providers.mistral_batch.PAGE_ROWS", 1)
    row = {"id": "j", "status": "QUEUED", "metadata": {}}
    with pytest.raises(CutOff, match="more than 100 rows"):
        answering({"data": [row], "total": 1_000}, lambda batches: batches.find(BATCH, since=utc_now()))


def test_a_job_that_counts_nothing_says_so() -> None:
    """A card without counts is told apart from one that has run nothing."""
    card = {"id": "j", "status": "CANCELLED"}
    assert not answering(card, lambda batches: batches.get("j")).counted
    assert answering({**card, "completed_requests": 0}, lambda batches: batches.get("j")).counted


@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), min_size=1, max_size=8), st.booleans())
def test_lines_of_any_length(lines: list[bytes], ends: bool) -> None:
    """Lines that are short enough come as they are, of longer ones the beginning, and no line gets into another."""
    with pytest.MonkeyPatch.context() as small:
        small.setattr("nightclerk.providers.batch_wire.LONGEST_LINE_BYTES", 16)
        small.setattr("nightclerk.providers.batch_wire.KEPT_BYTES", 5)
        read = list(raw_lines(io.BytesIO(b"\n".join(lines) + b"\n" * ends)))
    wanted = [line if len(line) < 16 else line[:5] for line in lines]
    assert [line.removesuffix(b"\n") for line in read] == (wanted if ends or (wanted and wanted[-1]) else wanted[:-1])


def test_a_broken_line_keeps_what_it_can_be_known_by() -> None:
    """A line that broke off still names its request, and is billable only where it says that it was answered."""
    whole = json.dumps({"id": "1", "custom_id": CALL, "response": {"status_code": 200, "body": COMPLETION}})
    line = line_of(whole[:-40].encode())
    assert (line and line.custom_id, line and line.whole) == (CALL, False)
    answered, failed = outcome(line), outcome(line_of(whole.replace("200", "500")[:-40].encode()))
    assert isinstance(answered, CutOff)
    assert isinstance(failed, CutOff)
    assert answered.raw_body
    assert not failed.raw_body


@given(st.binary(max_size=300))
def test_any_bytes_are_a_line_or_none(raw: bytes) -> None:
    """Whatever stands in a file of results is read without a fault, and its text can be stored."""
    line = line_of(raw)
    assert (line is None) == (not raw.strip())
    if line is not None:
        line.raw.encode()
        assert "\x00" not in line.raw


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
NAMED = dict.fromkeys(("custom_id", "response", "error"), JSON)
ANY = Mistral("http://here.test", SecretStr("k"), max_in_flight=1).batches()


@given(st.fixed_dictionaries({}, optional=NAMED))
def test_any_result_comes_to_something(row: dict[str, Any]) -> None:
    """Whatever a result holds, it is a reply or an error, and never a fault of ours."""
    assert isinstance(ANY.outcome(row_of(row, json.dumps(row)), MODEL), Reply | CallError | NightclerkError)
