"""PDF: every page accounted for, garbage kept out, broken words made whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.pdf import read_carefully
from nightclerk.ingest.pdf_page import has_ink, is_garbled
from nightclerk.ingest.pdf_words import rejoined
from nightclerk.records import Document

Read = Callable[..., Document]


def _pdf(*pages: Callable[[Canvas], object]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 400), invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _words(text: str) -> Callable[[Canvas], object]:
    return lambda canvas: canvas.drawString(30, 350, text)


def _bars(canvas: Canvas) -> None:
    for row in range(20):
        canvas.rect(30, 40 + 15 * row, 200, 5, fill=1)


def _nothing(canvas: Canvas) -> None:
    canvas.setAuthor("")


def _locked(user: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(_words("The secret terms of it")))))
    writer.encrypt(user, "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_pages_are_told_apart(read_bytes: Read) -> None:
    """Text, drawn words, a blank page and a short title each get their status, and the document says which page is missing."""
    document = read_bytes("a.pdf", _pdf(_words("Enough words for a page of a contract"), _bars, _nothing, _words("Exhibit A")))
    assert [page.status for page in document.pages] == ["text", "needs_ocr", "blank", "text"]
    assert (document.status, document.reason) == ("partial", "no text on page 2: needs OCR, which is off (NIGHTCLERK_OCR)")
    assert document.readable_share == 0.75


def test_a_scan_needs_ocr(read_bytes: Read) -> None:
    """A document of pictures is known page by page, and has no text."""
    document = read_bytes("a.pdf", _pdf(_bars, _bars, _bars))
    assert (document.status, document.text) == ("needs_ocr", "")
    assert document.reason == "no text on pages 1, 2, 3: needs OCR, which is off (NIGHTCLERK_OCR)"
    assert len(document.pages) == 3


def test_passwords(read_bytes: Read) -> None:
    """A PDF that opens with the empty password or one of the given is read; one that needs another says so, and names none."""
    assert "secret terms" in read_bytes("a.pdf", _locked("")).text
    with pytest.raises(SkipDocument, match="encrypted: it needs a password: add it to NIGHTCLERK_PDF_PASSWORDS"):
        read_bytes("a.pdf", _locked("unknown"))
    given = ingest.Options(passwords=("tulip-7", "kräftig"))
    for user in ("tulip-7", "kräftig", ""):
        assert "secret terms" in read_bytes("a.pdf", _locked(user), options=given).text
    with pytest.raises(SkipDocument) as skipped:
        read_bytes("a.pdf", _locked("unknown"), options=given)
    assert (skipped.value.status, "none of the 2 in NIGHTCLERK_PDF_PASSWORDS" in skipped.value.reason) == ("encrypted", True)
    assert "tulip" not in skipped.value.reason + repr(given)


def test_the_second_reader_gets_the_password(tmp_path: Path) -> None:
    """What pdfium dies of is read by pypdf with the same passwords; fields typed into a locked form are read, too."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_locked("tulip-7"))
    assert "secret terms" in read_carefully(path, passwords=["wrong", "tulip-7"]).pages[0].text


def test_damage_is_told(read_bytes: Read) -> None:
    """What neither reader opens is damaged, with what both said."""
    with pytest.raises(SkipDocument, match="damaged: no reader can open it"):
        read_bytes("a.pdf", b"%PDF-1.4\n" + b"garbage " * 100)


def test_what_people_typed_is_read(read_bytes: Read) -> None:
    """Filled fields and free-text notes are in the text; empty fields and buttons that are off are not."""

    def form(canvas: Canvas) -> None:
        canvas.drawString(30, 380, "Order form for the goods below")
        canvas.acroForm.textfield(name="buyer", value="Harbour Tools", x=30, y=300, width=100, height=15)
        canvas.acroForm.textfield(name="empty", value="", x=30, y=280, width=100, height=15)
        canvas.acroForm.checkbox(name="express", checked=True, x=30, y=260)
        canvas.acroForm.checkbox(name="gift", checked=False, x=30, y=240)
        canvas.freeTextAnnotation("subject to contract", DA="/Helv 10 Tf", Rect=(30, 200, 150, 220))

    text = read_bytes("a.pdf", _pdf(form)).text
    assert "buyer: Harbour Tools\n" in text
    assert "express: Yes\n" in text
    assert "subject to contract\n" in text
    assert "empty" not in text
    assert "gift" not in text
    note = read_bytes(
        "a.pdf", _pdf(lambda canvas: canvas.freeTextAnnotation("a note without a form", DA="/Helv 10 Tf", Rect=(30, 200, 150, 220)))
    )
    assert note.text == "a note without a form\n"


def test_broken_words() -> None:
    """A word broken at a line's end gets or loses its hyphen as the document writes it elsewhere."""
    texts = [
        "the agree\ufffement and the third-\nparty non\ufffeassessable follow\x02up Wind\ufffeDown pay-\nment",
        "agreement payment party third follow up",
    ]
    assert rejoined(texts)[0] == "the agreement and the third-party non-assessable follow-up Wind-Down payment"
    assert rejoined(["line 1-\n2 and - \nno word"]) == ["line 1-\n2 and - \nno word"]


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("An ordinary sentence, with 12% and § 5.", False),
        ("", False),
        ("第三条　本契約は日本法に準拠する。", False),
        ("/0/1/2/3 /C50/C51 /g12", True),
        ("\ufffd\ufffd\ufffd abc", True),
        ("\x01\x03\x04\x05 word", True),
        ("\ue001\ue002\ue003 words", True),
        ("(cid:12)(cid:13)(cid:14)", True),
        ("See https://example.org/a/1 and and/or 24/7 for Form 10-K/A of the registrant", False),
    ],
)
def test_quality_gate(text: str, garbled: bool) -> None:
    """Glyph names, control and private-use characters are garbage however many there are; other scripts and addresses are not."""
    assert is_garbled(text) is garbled


def test_ink_beside_the_letters() -> None:
    """The ink of the letters that were read does not count, whatever is drawn beside them does."""
    pages = pdfium.PdfDocument(_pdf(_words("Title"), lambda canvas: (_words("Title")(canvas), _bars(canvas)), _nothing))
    assert [has_ink(page, True) for page in pages] == [False, True, False]


def test_corpus_contracts(corpus: Path) -> None:
    """Each page of 60 real contracts is text or blank, and their labelled quotes stand in the text letter by letter."""
    import json
    import re

    def letters(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text.lower())

    texts = {}
    statuses = []
    for path in sorted((corpus / "cuad" / "pdf").glob("*.pdf"))[::4]:
        document = ingest.read(path, "application/pdf", ingest.Limits())
        texts[path.stem] = letters(document.text)
        statuses += [page.status for page in document.pages]
    assert set(statuses) <= {"text", "blank"}
    rows = [json.loads(line) for line in (corpus / "cuad" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [letters(row["quote"]) in texts[row["document"]] for row in rows if row["document"] in texts]
    assert sum(found) >= 0.99 * len(found)
