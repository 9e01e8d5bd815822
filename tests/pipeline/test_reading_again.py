"""What a run reads again because it can read more of it than an earlier one could, and what it leaves alone."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tesseract_stand_in as stand_in
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from nightclerk.settings import Settings

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]
LAW = "1. Governing Law. This Agreement shall be governed by the laws of the State of Oregon."
NEWEST = """SELECT s.name, r.state, r.reason, d.status, d.reader FROM run_documents r JOIN document_sources s ON s.id = r.source_id
    LEFT JOIN documents d ON d.id = r.document_id WHERE r.run_id = :run ORDER BY s.name"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """The tests after these look for engines anew."""
    yield
    stand_in.forget()


def _pdf(*pages: str, password: str = "") -> bytes:
    """A PDF of pages of one line; an empty one is a picture."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for text in pages:
        canvas.drawString(30, 700, text)
        for row in range(0 if text else 20):
            canvas.rect(50, 100 + 20 * row, 400, 8, fill=1)
        canvas.showPage()
    canvas.save()
    if not password:
        return buffer.getvalue()
    writer = PdfWriter(clone_from=PdfReader(buffer))
    writer.encrypt(password, "owner", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def _rows(query: Query, settings: Settings, run: Any) -> list[tuple[Any, ...]]:
    return [(row["name"], row["state"], row["status"]) for row in query(settings, NEWEST, run=run.id)]


def test_a_password_opens_what_was_locked(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path
) -> None:
    """A PDF that no password opened is read by the next run that has one, in the row where it lay locked; no password is stored."""
    (tmp_path / "a.pdf").write_bytes(_pdf(LAW, password="tulip-7"))
    wrong = make_settings(database_url=database_url, pdf_passwords=["wrong-1"])
    run, _ = run_order(wrong, tmp_path / "a.pdf")
    assert _rows(query, wrong, run) == [("a.pdf", "unread", "encrypted")]
    right = make_settings(database_url=database_url, pdf_passwords=["wrong-1", "tulip-7"])
    run, state = run_order(right, tmp_path / "a.pdf")
    assert (state, _rows(query, right, run)) == ("complete", [("a.pdf", "complete", "read")])
    assert query(right, "SELECT COUNT(*) AS documents FROM documents") == [{"documents": 1}]
    stored = query(right, "SELECT * FROM runs") + query(right, "SELECT * FROM documents")
    assert "tulip-7" not in str(stored)


def test_an_engine_reads_what_was_a_picture(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that lacked pages for want of an engine are due again when there is one, once; a file that lacked none stays as it is."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name, pages in {"half": ("A preamble of some length.", ""), "scan": ("",), "text": (LAW,)}.items():
        (folder / f"{name}.pdf").write_bytes(_pdf(*pages))
    settings = make_settings(database_url=database_url)
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    stand_in.use_path(monkeypatch, str(tmp_path))
    run, _ = run_order(settings, folder)
    assert _rows(query, settings, run) == [
        ("half.pdf", "partial", "partial"),
        ("scan.pdf", "unread", "needs_ocr"),
        ("text.pdf", "complete", "read"),
    ]
    stand_in.install(monkeypatch, tmp_path / "programs", LAW)
    run, state = run_order(settings, folder)
    assert (state, [row["status"] for row in query(settings, NEWEST, run=run.id)]) == ("complete", ["read"] * 3)
    readers = [row["reader"] for row in query(settings, NEWEST, run=run.id)]
    assert readers == ["pdf-2+tesseract-9.1.2-deu+eng", "pdf-2+tesseract-9.1.2-deu+eng", "pdf-2"]
    analyses = query(settings, "SELECT COUNT(*) AS n FROM analyses")
    run_order(settings, folder)
    assert query(settings, "SELECT COUNT(*) AS n FROM analyses") == analyses
