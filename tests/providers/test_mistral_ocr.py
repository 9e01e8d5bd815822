"""The OCR endpoint: the body by the contract, the file put in at the last moment, errors by cause, pages as they are, the key nowhere."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import MistralServer
from mistralai.client import Mistral as Sdk
from mistralai.client.errors import MistralError
from pydantic import SecretStr
from reportlab.pdfgen.canvas import Canvas

from nightclerk.errors import (
    CallError,
    CallTimeout,
    ContextTooLong,
    CutOff,
    ModelGone,
    NightclerkError,
    OutOfCredit,
    Refused,
    ServerFailed,
    SkipDocument,
    Unauthorised,
    Unprocessable,
    WrongModel,
)
from nightclerk.providers import catalog, prices
from nightclerk.providers.mistral_ocr import MistralOcr, OcrPage, named, read_pages, wire
from nightclerk.records import Reply, Usage, utc_now

Serve = Callable[..., MistralServer]
MODEL = "mistral-ocr-2512"
PDF = "application/pdf"
PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture(scope="module")
def scan() -> bytes:
    """A PDF of four pages."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for _ in range(4):
        canvas.rect(50, 100, 400, 8, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def ask_pages() -> Callable[..., Reply]:
    """Send one request for pages of a file and return the reply."""

    def send(server: MistralServer, content: bytes, pages: list[int], *, media_type: str = PDF, **more: Any) -> Reply:
        name = named(media_type, hashlib.sha256(content).hexdigest())
        body = wire(more.get("model", MODEL), name, pages=pages if media_type == PDF else ())

        async def go() -> Reply:
            client = MistralOcr(server.url, SecretStr(more.get("key", server.key)), max_in_flight=1)
            try:
                with client.holding({name: more.get("bring", lambda: content)}):
                    return await client.send(body, timeout_s=more.get("timeout_s", 20))
            finally:
                await client.aclose()

        return asyncio.run(go())

    return send


def test_the_sdk_sends_the_same_body_and_reads_the_answer(serve: Serve, ask_pages: Callable[..., Reply], scan: bytes) -> None:
    """For the same pages the official SDK sends the same fields, and reads the imitation's answer as we do."""
    server = serve()
    sent: list[dict[str, Any]] = []
    reply = ask_pages(server, scan, [1, 3])
    ours = wire(MODEL, named(PDF, "0" * 64), pages=[1, 3])
    data_url = "data:application/pdf;base64," + base64.b64encode(scan).decode()
    with (
        httpx.Client(event_hooks={"request": [lambda request: sent.append(json.loads(request.read()))]}) as client,
        Sdk(api_key=server.key, server_url=server.url, client=client) as peer,
    ):
        answer = peer.ocr.process(**(ours | {"document": {"type": "document_url", "document_url": data_url}}))
    assert sent == [ours | {"document": {"type": "document_url", "document_url": data_url}}]
    assert [(page.index, page.markdown) for page in answer.pages] == [
        (page.index, page.markdown) for page in read_pages(reply.raw_body).values()
    ]
    assert answer.pages[0].confidence_scores.average_page_confidence_score == read_pages(reply.raw_body)[1].confidence
    assert answer.usage_info.pages_processed == 2
    assert [entry.cost_nano_usd for entry in server.account.billed] == [4_000_000, 4_000_000]


def test_the_sdk_is_refused_what_the_contract_refuses(serve: Serve, scan: bytes) -> None:
    """A wrong key, another model, a page that is not there, and what is no PDF are refused, and nothing is billed."""
    server = serve()
    pdf = {"type": "document_url", "document_url": "data:application/pdf;base64," + base64.b64encode(scan).decode()}
    for key, model, document, pages, status in (
        ("wrong", MODEL, pdf, [0], 401),
        (server.key, "mistral-ocr-1", pdf, [0], 400),
        (server.key, MODEL, pdf, "0-9", 400),
        (server.key, MODEL, {"type": "document_url", "document_url": "data:application/pdf;base64,AAAA"}, [0], 400),
    ):
        with Sdk(api_key=key, server_url=server.url) as peer, pytest.raises(MistralError) as caught:
            peer.ocr.process(model=model, document=document, pages=pages)
        assert caught.value.status_code == status
    assert server.account.cost_nano_usd == 0


def test_a_reply_says_what_was_billed(serve: Serve, ask_pages: Callable[..., Reply], scan: bytes) -> None:
    """The reply carries the pages billed, the model and the request's id; the file itself is in no part of it."""
    reply = ask_pages(serve(), scan, [0, 2])
    assert (reply.usage, reply.model_served, reply.finish_reason) == (Usage(0, 0, pages=2), MODEL, "stop")
    assert reply.provider_request_id == "req-1"
    assert sorted(read_pages(reply.raw_body)) == [0, 2]


def test_a_picture_goes_as_an_image(serve: Serve, ask_pages: Callable[..., Reply]) -> None:
    """A PNG is sent as `image_url` without pages, and is one page."""
    seen: list[tuple[bytes, list[int]]] = []

    def recognise(content: bytes, pages: list[int]) -> dict[int, str]:
        seen.append((content, pages))
        return {0: "A receipt."}

    reply = ask_pages(serve(recognise=recognise), PNG, [0], media_type="image/png")
    assert seen == [(PNG, [0])]
    assert read_pages(reply.raw_body) == {0: OcrPage(0, "A receipt.", 0.97)}


@pytest.mark.parametrize(
    ("fault", "error", "billable"),
    [
        ("429", Refused, False),
        ("429_capacity", Refused, False),
        ("500", ServerFailed, False),
        ("502", ServerFailed, False),
        ("504", ServerFailed, True),
        ("drop", CutOff, True),
        ("drop_late", CutOff, True),
        ("drop_mid_body", CutOff, True),
        ("truncated_body", CutOff, True),
        ("slow", CallTimeout, True),
        ("402", OutOfCredit, None),
        ("403", Unauthorised, None),
        ("422_context", ContextTooLong, False),
    ],
)
def test_errors_by_cause(
    fault: str, error: type[NightclerkError], billable: bool | None, serve: Serve, ask_pages: Callable[..., Reply], scan: bytes
) -> None:
    """Each way to fail is the error that says what to do, billable where the pages may be on the bill, and never quotes the key."""
    server = serve(slow_s=1.5)
    server.force(fault)
    with pytest.raises(error) as caught:
        ask_pages(server, scan, [0], timeout_s=0.5 if fault == "slow" else 20)
    assert server.key not in f"{caught.value!r} {caught.value} {vars(caught.value)}"
    if isinstance(caught.value, CallError):
        assert caught.value.billable == billable


def test_a_wrong_key_or_model_ends_the_run(serve: Serve, ask_pages: Callable[..., Reply], scan: bytes) -> None:
    """A key that is not accepted and a model that is not served stop everything; the message does not hold the key."""
    with pytest.raises(Unauthorised) as caught:
        ask_pages(serve(), scan, [0], key="another-key-0987654321")
    assert "another-key" not in str(caught.value)
    with pytest.raises(ModelGone):
        ask_pages(serve(), scan, [0], model="mistral-ocr-1")


def test_what_cannot_be_brought_is_not_sent(serve: Serve, ask_pages: Callable[..., Reply], scan: bytes) -> None:
    """Where the bytes cannot be had any more, or nobody holds them, nothing leaves and the reason says so."""

    def gone() -> bytes:
        raise SkipDocument("failed", "the file went away")

    server = serve()
    with pytest.raises(Unprocessable, match="the file went away"):
        ask_pages(server, scan, [0], bring=gone)
    assert not server.account.entries


def _answering(status: int, text: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, text=text)


def _send(status: int, text: str) -> Reply:
    name = named(PDF, "0" * 64)

    async def go() -> Reply:
        transport = httpx.MockTransport(_answering(status, text))
        client = MistralOcr("http://ocr.test", SecretStr("some-key-1234567890"), max_in_flight=1, transport=transport)
        with client.holding({name: lambda: b"%PDF"}):
            return await client.send(wire(MODEL, name, pages=[0]), timeout_s=5)

    return asyncio.run(go())


@pytest.mark.parametrize("text", ["<html>", "[]", '{"pages": 3}', '{"choices": []}', "", "[" * 100_000])
def test_what_is_no_list_of_pages_is_cut_off(text: str) -> None:
    """A success that holds no pages may have been billed: it is kept, and tried again."""
    with pytest.raises(CutOff) as caught:
        _send(200, text)
    assert caught.value.billable
    assert caught.value.raw_body == text


@pytest.mark.parametrize(
    "said", [{}, None, {"pages_processed": -1}, {"pages_processed": True}, {"pages_processed": 0}, {"pages_processed": 10**12}]
)
def test_a_usage_that_cannot_be_true_is_none(said: dict[str, Any] | None) -> None:
    """No cost is booked from a count that nobody could have meant."""
    body = {"pages": [{"index": 0, "markdown": "x"}], "model": MODEL, "usage_info": said}
    assert _send(200, json.dumps(body)).usage is None


def test_another_models_answer_is_not_used() -> None:
    """An answer of a model that was not asked is billed and of no use."""
    body = {"pages": [{"index": 0, "markdown": "x"}], "model": "mistral-ocr-4-1", "usage_info": {"pages_processed": 1}}
    with pytest.raises(WrongModel) as caught:
        _send(200, json.dumps(body))
    assert caught.value.billable


def test_pages_are_read_as_they_come() -> None:
    """Headers and footers that stand apart are put back, tables are kept by their ids, of two pages with one index the first counts."""
    scores = {"average_page_confidence_score": 0.5, "minimum_page_confidence_score": 0.1}
    rows: list[Any] = [
        {"index": 0, "markdown": "body", "header": "top", "footer": "end", "confidence_scores": scores},
        {"index": 0, "markdown": "again"},
        {"index": 2, "markdown": "[t](t)", "tables": [{"id": "t", "content": "|a|b|", "format": "markdown"}, {"id": 3}, None]},
        {"index": -1, "markdown": "x"},
        {"index": True, "markdown": "x"},
        {"index": 4},
        "page",
    ]
    assert read_pages(json.dumps({"pages": rows})) == {
        0: OcrPage(0, "top\n\nbody\n\nend", 0.5),
        2: OcrPage(2, "[t](t)", None, {"t": "|a|b|"}),
    }


NAMES = st.sampled_from(["index", "markdown", "tables", "confidence_scores", "id", "content", "header"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)))
def test_no_page_is_too_strange(row: Any) -> None:
    """Whatever stands in the list of pages, reading it gives pages or none and no error."""
    for page in read_pages(json.dumps({"pages": [row]})).values():
        assert page.index >= 0


def test_the_body_is_the_same_for_the_same_pages() -> None:
    """The stored body is small, holds the file's hash and the pages, and no byte of the file."""
    body = wire(MODEL, named(PDF, "a" * 64), pages=(1, 2))
    assert body == wire(MODEL, named(PDF, "a" * 64), pages=[1, 2])
    assert body["document"] == {"type": "document_url", "document_url": f"data:application/pdf;sha256,{'a' * 64}"}
    assert body["pages"] == [1, 2]
    cut = wire(MODEL, named(PDF, "a" * 64, cut=(1, 2)))
    assert cut["document"]["document_url"] == f"data:application/pdf;sha256,{'a' * 64};pages=1,2"
    assert "pages" not in cut


def test_the_model_has_a_price_by_the_page() -> None:
    """The model that the catalog names is in the price book: 2 USD for a thousand pages, and nothing for tokens."""
    price = prices.price("mistral", catalog.ocr_model().id, utc_now().date())
    assert prices.cost_nano_usd(price, Usage(0, 0, pages=1_000)) == 2_000_000_000
    assert prices.ceiling_nano_usd(price, 0, 0, pages=3) == 6_000_000
