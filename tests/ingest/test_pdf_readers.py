"""PDF: who reads it is a setting; what a reader could not do, or left out at its own limits, is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.pdf import read, read_carefully
from nightclerk.records import Document

Read = Callable[..., Document]
WORDS = "The tenant pays the rent on the first day of each month."


def _pdf(*pages: Callable[[Canvas], object]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 400), invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _lease(canvas: Canvas) -> None:
    canvas.drawString(30, 350, WORDS)
    canvas.acroForm.textfield(name="tenant", value="Harbour Tools", x=30, y=300, width=100, height=15)


@pytest.mark.parametrize("reader", ["auto", "pypdf", "pdfium"])
def test_each_reader_reads(reader: str, read_bytes: Read) -> None:
    """Whoever is named reads the words and is part of the reader's name; what only pypdf tells is named as missing without it."""
    document = read_bytes("a.pdf", _pdf(_lease), options=ingest.Options(pdf_reader=reader))
    assert WORDS in document.text
    assert document.reader == ("pdf-2" if reader == "auto" else f"pdf-2-{reader}")
    assert ("tenant: Harbour Tools" in document.text) == (reader != "pdfium")
    assert document.reason == (
        "what was typed into its form is not read: NIGHTCLERK_PDF_READER leaves pypdf out" if reader == "pdfium" else ""
    )


def test_a_single_reader_is_not_helped(read_bytes: Read) -> None:
    """What pdfium cannot open pypdf is not asked for, and the other way round; each says so."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(_lease))))
    writer.pages[0][NameObject("/Contents")] = DictionaryObject()
    content = _written(writer)
    garbled = _pdf(lambda canvas: canvas.drawString(30, 350, "/0/1/2/3/4/5/6/7/8/9/10/11/12/13"))
    for reader in ("pdfium", "pypdf"):
        options = ingest.Options(pdf_reader=reader)
        document = read_bytes("a.pdf", garbled, options=options)
        assert [page.status for page in document.pages] == ["garbled"]
        with pytest.raises(SkipDocument, match="damaged"):
            read_bytes("a.pdf", b"%PDF-1.4\n" + b"garbage " * 100, options=options)
    assert read_bytes("a.pdf", content).pages


def test_a_crash_is_not_handed_on_where_pdfium_is_the_only_reader(tmp_path: Path) -> None:
    """The second reader is no way around the setting."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf(_lease))
    with pytest.raises(SkipDocument, match="allows no other reader"):
        read_carefully(path, pdf_reader="pdfium")
    assert read_carefully(path, pdf_reader="pypdf").gaps == []
    assert "crashed" in read_carefully(path).gaps[0]


def test_what_a_limit_cuts_off_is_a_gap(tmp_path: Path) -> None:
    """pypdf leaves forms out beyond its limits with a line in its log; that line is what the document lacks."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_many_forms(5_100))
    [gap] = read(path, pdf_reader="pypdf").gaps
    assert gap.startswith("the second reader left something out (Exceeded")


def _many_forms(count: int) -> bytes:
    """A page that draws one form many times."""
    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    form = DecodedStreamObject()
    form.set_data(b"BT /F1 12 Tf 20 20 Td (word) Tj ET")
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
    form.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"), NameObject("/Resources"): fonts})
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/X"): writer._add_object(form)})}
    )
    content = DecodedStreamObject()
    content.set_data(b"/X Do\n" * count)
    page[NameObject("/Contents")] = writer._add_object(content)
    return _written(writer)


def test_labels_come_from_either_reader(tmp_path: Path) -> None:
    """The numbers printed on pages are the same, whoever tells them; a file that labels no page has none."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(_lease, _lease, _lease))))
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(_written(writer))
    writer.set_page_label(0, 1, style="/r")
    writer.set_page_label(2, 2, style="/D", prefix="S-")
    path = tmp_path / "a.pdf"
    path.write_bytes(_written(writer))
    for reader in ("auto", "pypdf"):
        assert [page.label for page in read(path, pdf_reader=reader).pages] == ["i", "ii", "S-1"]
    assert {page.label for page in read(plain, pdf_reader="pypdf").pages} == {""}


def test_a_portfolio_says_that_it_is_a_cover(read_bytes: Read) -> None:
    """The page of a portfolio is not what it holds; a file with an attachment is no portfolio, and lacks nothing."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(_lease))))
    writer.add_attachment("rates.txt", b"EUR 12")
    assert read_bytes("a.pdf", _written(writer)).status == "read"
    writer.root_object[NameObject("/Collection")] = DictionaryObject()
    document = read_bytes("a.pdf", _written(writer))
    assert (document.status, document.reason) == ("partial", "it is the cover of a portfolio: its documents are the files attached to it")


def test_a_file_that_forbids_copying_is_read(read_bytes: Read) -> None:
    """Permissions bind people and programs that hand text on; a file that opens is read."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(_lease))))
    writer.encrypt("", "owner", permissions_flag=0, algorithm="AES-256")
    document = read_bytes("a.pdf", _written(writer))
    assert (WORDS in document.text, document.status, document.reason) == (True, "read", "")


def test_no_page_can_be_loaded(read_bytes: Read) -> None:
    """A file whose every page is broken is damaged, with what both readers said."""
    pages = b"2 0 obj<</Type/Pages/Count 2/Kids[2 0 R 2 0 R]>>endobj\n"
    ring = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + pages + b"trailer<</Root 1 0 R>>\n"
    with pytest.raises(SkipDocument, match="damaged"):
        read_bytes("a.pdf", ring)
