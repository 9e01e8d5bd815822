"""PDF: what people wrote over a page, with its author, time and place; and words on it that nobody sees."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from nightclerk.ingest.pdf import read
from nightclerk.ingest.pdf_notes import when
from nightclerk.records import Document

Read = Callable[..., Document]


def _pdf(*pages: Callable[[Canvas], object]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 400), invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _annotated(*annotations: DictionaryObject) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(lambda canvas: canvas.drawString(30, 350, "The rent is EUR 400 a month.")))))
    for annotation in annotations:
        writer.add_annotation(0, annotation)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _annotation(kind: str, contents: str = "", box: tuple[float, ...] = (), **more: str) -> DictionaryObject:
    rectangle = box or (30, 300, 50, 320)
    entries = {"/Type": NameObject("/Annot"), "/Subtype": NameObject(f"/{kind}"), "/Rect": ArrayObject(map(FloatObject, rectangle))}
    entries |= {f"/{key}": TextStringObject(value) for key, value in ({"Contents": contents} | more).items() if value}
    if box:
        left, bottom, right, top = box
        entries["/QuadPoints"] = ArrayObject(map(FloatObject, (left, top, right, top, left, bottom, right, bottom)))
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})


def test_notes_are_kept_with_author_time_and_place(read_bytes: Read) -> None:
    """Notes, marked and struck-out words and stamps are recorded beside the text, which they do not change; links are none."""
    document = read_bytes(
        "a.pdf",
        _annotated(
            _annotation("Text", "ask the landlord", T="Anna Berg", M="D:20240229153000+01'00'"),
            _annotation("Highlight", "too much", (91, 346, 138, 362), T="Carl Dahl"),
            _annotation("StrikeOut", "", (30, 346, 52, 362)),
            _annotation("Stamp", "DRAFT"),
            _annotation("Highlight"),
            _annotation("Link"),
        ),
    )
    assert document.text == "The rent is EUR 400 a month.\n"
    found = {note.text: note for note in document.annotations}
    assert set(found) == {"ask the landlord", "highlight: too much", "strike-out", "stamp: DRAFT"}
    assert {note.kind for note in document.annotations} == {"note"}
    note = found["ask the landlord"]
    assert (note.author, note.made_at, note.char_start) == (
        "Anna Berg",
        datetime(2024, 2, 29, 15, 30, tzinfo=timezone(timedelta(hours=1))),
        None,
    )
    marked, struck = found["highlight: too much"], found["strike-out"]
    assert "EUR 400" in document.text[marked.char_start : marked.char_end]
    assert document.text[struck.char_start : struck.char_end] == "The"


def test_both_readers_keep_notes(tmp_path: Path) -> None:
    """pypdf alone records the same notes, without their places; typed text is in the text with either."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_annotated(_annotation("Text", "ask", T="Anna"), _annotation("FreeText", "subject to contract", T="Carl")))
    for reader in ("auto", "pypdf", "pdfium"):
        reading = read(path, pdf_reader=reader)
        assert {(note.text, note.author) for note in reading.annotations} == {("ask", "Anna"), ("subject to contract", "Carl")}
        assert reading.pages[0].text.endswith("subject to contract\n")
        assert [block.kind for block in reading.blocks] == ["text_box"]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("D:20240229153000Z", datetime(2024, 2, 29, 15, 30, tzinfo=UTC)),
        ("D:20240229153000-05'30'", datetime(2024, 2, 29, 15, 30, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        ("D:2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("20240229", datetime(2024, 2, 29, tzinfo=UTC)),
        ("D:20241399", None),
        ("last Tuesday", None),
        ("", None),
    ],
)
def test_dates(date: str, expected: datetime | None) -> None:
    """A PDF's date is a time with its zone; what is none is none."""
    assert when(date) == expected


@given(st.text("D:0123456789+-'Z", max_size=30))
def test_no_date_breaks_the_reader(date: str) -> None:
    """Whatever stands where a date should, it is an aware time or none."""
    found = when(date)
    assert found is None or found.utcoffset() is not None


def _hidden(canvas: Canvas) -> None:
    canvas.drawString(30, 350, "The rent is EUR 400 a month.")
    canvas.saveState()
    ink = canvas.beginText(30, 300)
    ink.setTextRenderMode(3)
    ink.textLine("drawn without ink")
    canvas.drawText(ink)
    canvas.restoreState()
    canvas.saveState()
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(30, 250, "white on white")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.rect(30, 190, 200, 30, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(40, 200, "white on black")
    canvas.restoreState()
    canvas.drawString(900, 100, "far beside the page")
    canvas.setFont("Helvetica", 1)
    canvas.drawString(30, 100, "as small as dust")


def test_words_that_nobody_sees_are_named(read_bytes: Read) -> None:
    """They stay in the text, each with a note that says why nobody sees it; white words on a dark ground are seen."""
    document = read_bytes("a.pdf", _pdf(_hidden))
    unseen = {document.text[note.char_start : note.char_end].strip(): note.text for note in document.annotations}
    assert unseen == {
        "drawn without ink": "not seen on the page: no ink",
        "white on white": "not seen on the page: no ink",
        "far beside the page": "not seen on the page: beside the page",
        "as small as dust": "not seen on the page: too small to read",
    }
    assert document.status == "read"


def test_the_text_layer_of_a_scan_is_not_called_hidden(read_bytes: Read) -> None:
    """Invisible words over a picture of the page are what a scanner's software read there."""
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")  # noqa: N806 - a module
    from reportlab.lib.utils import ImageReader

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (400, 400), 240)), 0, 0, 400, 400)
        layer = canvas.beginText(30, 300)
        layer.setTextRenderMode(3)
        layer.textLines("The tenant pays the rent for the warehouse on the first day of each month.\n" * 6)
        canvas.drawText(layer)

    document = read_bytes("a.pdf", _pdf(scan))
    assert (document.status, document.annotations) == ("read", ())
