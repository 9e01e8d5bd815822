"""Pages that are pictures, read by the OCR endpoint: only these are sent, each is paid for once, and the books are the bill."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from mistral_server import Faults, MistralServer
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from nightclerk import wiring
from nightclerk.errors import MissingKey
from nightclerk.pipeline import Order, estimate, ocr_requests
from nightclerk.settings import Settings

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]
PAGE_NANO_USD = 2_000_000
LAW = "## 7. Governing Law\n\nThis Agreement shall be governed by the laws of the **State of Oregon**."
PREAMBLE = "A preamble of some length, in a text layer."
CALLS = "SELECT * FROM calls WHERE purpose = 'ocr' ORDER BY sent_at, id"
ASKED = "SELECT q.analysis_id, r.body FROM questions q JOIN requests r ON r.hash = q.request_hash WHERE q.kind = 'ocr'"
PAGES = "SELECT p.* FROM pages p JOIN documents d ON d.id = p.document_id WHERE d.reader LIKE '%mistral%' ORDER BY page_index"


def _pdf(*pages: str) -> bytes:
    """A PDF of pages of one line; an empty one is a picture."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for text in pages:
        canvas.drawString(30, 700, text)
        for row in range(0 if text else 20):
            canvas.rect(50, 100 + 20 * row, 400, 8, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A page of text, two pictures, a page of text."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(_pdf(PREAMBLE, "", "", PREAMBLE))
    return path


@pytest.fixture
def asking(make_settings: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings that have a server read pictures."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fixed = {"provider": "mistral", "ocr": "mistral", "requests_per_second": 500, "tokens_per_minute": 10**9}
    return lambda server, **more: make_settings(**{**fixed, "api_key": server.key, "endpoint": server.url, **more})


def _law(_: bytes, pages: list[int]) -> Mapping[int, str]:
    return {page: LAW if page == 2 else f"Words of page {page + 1}." for page in pages}


def _is_the_bill(query: Query, settings: Settings, server: MistralServer) -> bool:
    [paid] = query(settings, "SELECT SUM(cost_nano_usd) AS cost, SUM(at_risk_nano_usd) AS risk FROM calls")
    return bool(paid["cost"] <= server.account.cost_nano_usd <= paid["cost"] + paid["risk"])


def test_only_pictures_are_paid_for_and_cited_by_their_pages(
    database_url: str, asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path
) -> None:
    """The pictures' indices are asked for and billed, the text is filed as a reading of its own, and findings name the right page."""
    asked: list[list[int]] = []

    def recognise(content: bytes, pages: list[int]) -> Mapping[int, str]:
        assert content == scan.read_bytes()
        asked.append(pages)
        return _law(content, pages)

    with MistralServer(recognise=recognise) as server:
        settings = asking(server, database_url=database_url)
        _, state = run_order(settings, scan)
    assert (state, asked) == ("complete", [[1, 2]])
    assert [(page["status"], page["reason"]) for page in query(settings, PAGES)] == [
        ("text", ""),
        ("ocr", "read by mistral-ocr-2512, confidence 0.97"),
        ("ocr", "read by mistral-ocr-2512, confidence 0.97"),
        ("text", ""),
    ]
    [call] = query(settings, CALLS)
    assert (call["pages"], call["cost_nano_usd"], call["cost_basis"], call["state"]) == (2, 2 * PAGE_NANO_USD, "usage", "answered")
    [stored] = query(
        settings, "SELECT q.kind, q.analysis_id, r.body FROM questions q JOIN requests r ON r.hash = q.request_hash WHERE q.kind = 'ocr'"
    )
    assert (stored["kind"], stored["analysis_id"]) == ("ocr", None)
    assert len(str(stored["body"])) < 1_000
    [law] = query(
        settings,
        "SELECT e.* FROM evidence e JOIN findings f ON f.id = e.finding_id WHERE f.category = 'Governing Law' AND f.state = 'present'",
    )
    assert (law["page_index"], law["quote"]) == (2, "This Agreement shall be governed by the laws of the State of Oregon.")
    for budget in query(settings, "SELECT * FROM budgets"):
        assert (budget["reserved_nano_usd"], budget["spent_nano_usd"]) == (0, server.account.cost_nano_usd)


def test_what_was_read_is_not_paid_for_again(asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path) -> None:
    """A second run pays nothing; one that has lost the reading but not the answers reads them from the store and says what that saved."""
    with MistralServer(recognise=_law) as server:
        settings = asking(server)
        run_order(settings, scan)
        paid = server.account.cost_nano_usd
        _, state = run_order(settings, scan)
        # as after a kill between the commit of the reply and that of the reading
        with wiring.open_store(settings) as store:
            store.write_now(_forget_reading)
        _, again = run_order(settings, scan)
        assert server.account.cost_nano_usd == paid
    assert (state, again) == ("complete", "complete")
    first, second = query(settings, CALLS)
    assert (first["mode"], second["mode"], second["cost_nano_usd"]) == ("realtime", "cache", 0)
    assert (second["pages"], second["avoided_nano_usd"]) == (0, 2 * PAGE_NANO_USD)


def _forget_reading(conn: Any) -> None:
    import sqlalchemy as sa

    conn.execute(sa.text("DELETE FROM run_documents"))
    conn.execute(sa.text("UPDATE document_sources SET document_id = NULL"))
    conn.execute(sa.text("DELETE FROM documents WHERE reader LIKE '%mistral%'"))


@pytest.mark.parametrize(
    "shares",
    [
        {"500": 0.2, "503": 0.1, "429": 0.1, "429_capacity": 0.1, "drop": 0.1},
        {"drop_late": 0.15, "drop_mid_body": 0.15, "truncated_body": 0.15, "no_usage": 0.3},
    ],
)
def test_the_books_are_the_bill(
    shares: dict[str, float],
    asking: Callable[..., Settings],
    run_order: RunOrder,
    query: Query,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever goes wrong on the way, every page ends with its text or a reason, and cost <= bill <= cost + at risk."""
    monkeypatch.setattr("nightclerk.dispatch.patience.FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(ocr_requests, "BLOCK_PAGES", 2)
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.pdf").write_bytes(_pdf(f"{PREAMBLE} {number}", "", "", ""))
    with MistralServer(recognise=_law, faults=Faults(shares, seed=3), retry_after="ms") as server:
        settings = asking(server, max_attempts=30)
        run_order(settings, folder)
        assert _is_the_bill(query, settings, server)
        billed = sum(entry.pages for entry in server.account.billed if entry.model == "mistral-ocr-2512")
        [booked] = query(settings, "SELECT SUM(pages) AS pages FROM calls WHERE purpose = 'ocr' AND mode = 'realtime'")
        assert booked["pages"] <= billed
        if "500" in shares:
            assert booked["pages"] == billed == 12
    pages = query(settings, PAGES)
    assert len(pages) == 16
    assert all(page["status"] in {"text", "ocr"} or page["reason"] for page in pages)
    bases = {row["cost_basis"] for row in query(settings, CALLS)}
    assert "usage" in bases
    assert ("500" in shares) or "estimate" in bases or "at_risk" in bases


def test_a_budget_stops_it(asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path) -> None:
    """A cap below the price of the pictures sends none of them; with a higher one the next run reads them."""
    with MistralServer(recognise=_law) as server:
        settings = asking(server)
        _, state = run_order(settings, scan, budget_nano_usd=2 * PAGE_NANO_USD - 1)
        assert (state, server.account.cost_nano_usd) == ("over_budget", 0)
        assert query(settings, CALLS) == []
        _, state = run_order(settings, scan)
        assert state == "complete"


def test_an_answer_that_is_not_what_was_asked(asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path) -> None:
    """A page that the answer lacks stays unread and says so, a page not asked for is named and not used, and nothing is asked again."""
    with MistralServer(recognise=lambda *_: {2: LAW, 0: "Words that are not on it."}) as server:
        settings = asking(server)
        _, state = run_order(settings, scan)
        paid = server.account.cost_nano_usd
        run_order(settings, scan)
        assert server.account.cost_nano_usd == paid
    first, second, third, _ = query(settings, PAGES)
    assert state == "partial"
    assert (first["status"], first["reason"]) == ("text", "")
    assert second["status"] == "needs_ocr"
    assert "the answer of mistral-ocr-2512 does not hold it" in second["reason"]
    assert third["reason"].endswith("its answer also held page 1, which was not asked for")
    assert "not on it" not in query(settings, "SELECT text FROM documents WHERE reader LIKE '%mistral%'")[0]["text"]


def test_what_got_no_answer_is_asked_for_again(
    asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages whose request failed are named in a reading that is marked as lacking; the next run asks for these alone, and is whole."""
    monkeypatch.setattr(ocr_requests, "BLOCK_PAGES", 1)
    with MistralServer(recognise=_law) as server:
        settings = asking(server, max_in_flight=1)
        server.force("422_context")
        _, state = run_order(settings, scan)
        assert state == "partial"
        [reading] = query(settings, "SELECT reader, reason FROM documents WHERE reader LIKE '%mistral%'")
        assert re.fullmatch(r"pdf-\d+\+mistral-ocr-2512~[0-9a-f]{8}", reading["reader"])
        assert reading["reason"] == "no text on page 2: none by OCR either"
        lacking = [page["reason"] for page in query(settings, PAGES) if page["status"] == "needs_ocr"]
        assert "mistral-ocr-2512 gave no answer: HTTP 422" in lacking[0]
        _, state = run_order(settings, scan)
        assert state == "complete"
        assert sum(entry.pages for entry in server.account.billed if entry.model == "mistral-ocr-2512") == 2


def test_confidential_collections_share_no_answers(asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path) -> None:
    """What a confidential collection had read is no answer for another collection, which pays for it itself."""
    with MistralServer(recognise=_law) as server:
        settings = asking(server)
        wiring.upgrade(settings)
        with wiring.open_store(settings) as store:
            store.write_now(_make_confidential)
        run_order(settings, scan, collection="sealed")
        run_order(settings, scan, collection="open")
    assert [call["mode"] for call in query(settings, CALLS)] == ["realtime", "realtime"]


def _make_confidential(conn: Any) -> None:
    import sqlalchemy as sa

    from nightclerk.records import utc_now
    from nightclerk.store import sources

    sources.ensure_collection(conn, "sealed", root_uri="", profile="contract_review", now=utc_now())
    conn.execute(sa.text("UPDATE collections SET confidential = true WHERE name = 'sealed'"))


@pytest.mark.parametrize("values", [{"provider": "rules"}, {"provider": "mistral"}, {"provider": "puter", "api_key": "some-other-key-123"}])
def test_without_a_key_of_mistral_nothing_begins(values: dict[str, str], make_settings: Make, run_order: RunOrder, scan: Path) -> None:
    """Pictures are sent to Mistral only by a key of Mistral: anything else is a clear error before a file is opened."""
    with pytest.raises(MissingKey, match=r"NIGHTCLERK_(OCR|API_KEY)"):
        run_order(make_settings(ocr="mistral", **values), scan)


def test_no_setting_but_one_sends_pictures(make_settings: Make, run_order: RunOrder, scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With OCR on `auto` or `off` no page is sent to the endpoint, whoever answers the questions."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with MistralServer() as server:
        for choice in ("off", "auto"):
            monkeypatch.setattr("nightclerk.ingest.readers.find_engine", lambda: None)
            run_order(make_settings(ocr=choice, provider="mistral", api_key=server.key, endpoint=server.url, requests_per_second=500), scan)
        assert all(entry.model != "mistral-ocr-2512" for entry in server.account.entries)


def test_the_key_is_in_no_row(asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path) -> None:
    """A key that is refused ends the run with the reason, and stands nowhere in the database."""
    with MistralServer() as server:
        settings = asking(server)
        server.force("403")
        _, state = run_order(settings, scan)
    assert state == "failed"
    stored = [query(settings, f"SELECT * FROM {table}") for table in ("calls", "runs", "run_documents", "questions", "requests")]
    assert "403" in str(stored)
    assert server.key not in str(stored)


def test_a_picture_is_a_document(
    asking: Callable[..., Settings], run_order: RunOrder, query: Query, tmp_path: Path, repository: Path
) -> None:
    """A scan saved as PNG, JPEG or TIFF is read as any file of an inbox; the pages of a TIFF are sent one by one, as PNG."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in ("notice.png", "notice.jpg", "letters.tiff"):
        (folder / name).write_bytes((repository / "tests" / "golden" / "image" / name).read_bytes())
    sent: set[bytes] = set()

    def recognise(content: bytes, pages: list[int]) -> Mapping[int, str]:
        sent.add(content[:4])
        return {0: f"A picture of {len(content)} bytes."}

    with MistralServer(recognise=recognise) as server:
        settings = asking(server)
        run_order(settings, folder)
    rows = query(
        settings, "SELECT s.name, d.status, d.text FROM document_sources s JOIN documents d ON d.id = s.document_id ORDER BY s.name"
    )
    assert [(row["name"], row["status"]) for row in rows] == [("letters.tiff", "read"), ("notice.jpg", "read"), ("notice.png", "read")]
    assert sent == {b"\x89PNG", b"\xff\xd8\xff\xe0"}
    assert len(set(rows[0]["text"].splitlines())) == 2
    assert [call["pages"] for call in query(settings, CALLS)] == [1, 1, 1, 1]


def test_what_cannot_be_sent_whole_is_cut_out(
    asking: Callable[..., Settings], run_order: RunOrder, query: Query, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a PDF under a password, or a larger one than is taken, the pictures alone are sent, and stand on their own pages afterwards."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(scan.read_bytes())))
    writer.encrypt("tulip-7", "owner", algorithm="AES-256")
    writer.write(scan)
    sent: list[PdfReader] = []

    def recognise(content: bytes, pages: list[int]) -> Mapping[int, str]:
        sent.append(PdfReader(io.BytesIO(content)))
        return {page: f"Picture {page + 1}." for page in pages}

    with MistralServer(recognise=recognise) as server:
        settings = asking(server, pdf_passwords=["tulip-7"])
        _, state = run_order(settings, scan)
        assert (state, server.account.billed[0].pages) == ("complete", 2)
    assert [(part.is_encrypted, len(part.pages)) for part in sent] == [(False, 2)]
    [text] = [row["text"] for row in query(settings, "SELECT text FROM documents WHERE reader LIKE '%mistral%'")]
    assert text.splitlines() == [PREAMBLE, "Picture 1.", "Picture 2.", PREAMBLE]
    assert "tulip-7" not in str([query(settings, f"SELECT * FROM {table}") for table in ("calls", "requests", "documents", "runs")])


def test_the_estimate_counts_pictures_that_are_not_paid_yet(asking: Callable[..., Settings], run_order: RunOrder, scan: Path) -> None:
    """Before a run the estimate holds the price of the pictures; afterwards other questions are counted over their text, and no picture."""

    def work_out(settings: Settings, profile: str = "contract_review") -> Any:
        async def go() -> Any:
            async with wiring.open_desk(settings) as desk:
                return await estimate(desk, Order((scan,), profile, "inbox", settings.budget_nano_usd))

        return asyncio.run(go())

    with MistralServer(recognise=_law) as server:
        settings = asking(server)
        before = work_out(settings)
        assert not server.account.entries
        run_order(settings, scan)
        after = work_out(settings)
        other = work_out(settings, "financial_filing")
    assert (before.ocr_pages, after.ocr_pages) == (2, 0)
    assert before.low_nano_usd > 2 * PAGE_NANO_USD
    assert (after.low_nano_usd, after.calls) == (0, 0)
    assert (other.ocr_pages, other.calls, other.unread) == (0, 1, [])


def test_copies_of_a_scan_are_paid_for_once(asking: Callable[..., Settings], run_order: RunOrder, query: Query, tmp_path: Path) -> None:
    """The same bytes at two places of one run are asked about once; both are read."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in ("a.pdf", "b.pdf"):
        (folder / name).write_bytes(_pdf("", ""))
    with MistralServer(recognise=_law) as server:
        settings = asking(server)
        run, _ = run_order(settings, folder)
        assert sum(entry.pages for entry in server.account.billed) == 2
    rows = query(settings, "SELECT d.reader FROM document_sources s JOIN documents d ON d.id = s.document_id")
    assert [row["reader"].endswith("+mistral-ocr-2512") for row in rows] == [True, True]
    [kept] = query(settings, "SELECT estimate_high_nano_usd FROM runs WHERE id = :run", run=run.id)
    assert kept["estimate_high_nano_usd"] >= 2 * PAGE_NANO_USD
