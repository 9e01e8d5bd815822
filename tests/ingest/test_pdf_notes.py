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


def test_what_notes_say_without_plain_words(read_bytes: Read) -> None:
    """Formatted words, the name of a stamp, words that are to be blacked out and files pinned to a page are told, too."""
    document = read_bytes(
        "a.pdf",
        _annotated(
            _annotation("Text", RC="<body><p>ask &amp; <b>wait</b></p><p>then sign</p></body>"),
            _annotation("Stamp", Name="NotApproved"),
            _annotation("StrikeOut", "", (30, 346, 74, 362)),
            _annotation("Redact", "", (51, 346, 138, 362)),
            _annotation("FileAttachment", "the rates"),
        ),
    )
    found = {note.text: document.text[note.char_start or 0 : note.char_end or 0] for note in document.annotations}
    assert found == {
        "ask & wait\nthen sign": "",
        "stamp: NotApproved": "",
        "strike-out": "The rent",
        "to be blacked out": "rent is EUR 400",
        "attached file: the rates": "",
    }


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


BODY = b"BT /F1 11 Tf 72 700 Td (The royalty is 17.5 per cent of the net sales of all goods.) Tj ET "
SECRET = b"BT /F1 11 Tf 72 650 Td (terms that nobody sees) Tj ET "


def _drawn(content: bytes, *, page: bytes = b"", form: bytes = b"", catalog: bytes = b"") -> bytes:
    """A page of raw operators; its form /X draws SECRET, its layer /Off is switched off, and /Clear lets everything through."""
    fonts = b"/Font<</F1 4 0 R>>"
    resources = b"/Resources<<" + fonts + b"/XObject<</X 6 0 R>>/Properties<</Off 5 0 R>>/ExtGState<</Clear<</ca 0>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]>>>>" + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 7 0 R" + resources + page + b">>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/OCG/Name(Draft)>>",
        _stream(b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<" + fonts + b">>" + form, b"1 g " * (not form) + SECRET),
        _stream(b"", content),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % numbered for numbered in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Size 8/Root 1 0 R>>\n"


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


@pytest.mark.parametrize(
    ("content", "more", "words", "why"),
    [
        (b"/OC /Off BDC " + SECRET + b"EMC", {}, "terms that nobody sees", "no ink"),
        (b"/X Do", {"form": b"/OC 5 0 R"}, "terms that nobody sees", "no ink"),
        (b"/X Do", {}, "terms that nobody sees", "no ink"),
        (b"/Clear gs " + SECRET, {}, "terms that nobody sees", "no ink"),
        (SECRET.replace(b" 11 Tf", b" 1 Tf"), {}, "terms that nobody sees", "too small to read"),
        (SECRET, {"page": b"/CropBox[0 680 612 792]"}, "terms that nobody sees", "beside the page"),
        (SECRET.replace(b"72 650", b"72 -200"), {}, "terms that nobody sees", "beside the page"),
        (b"BT /F1 11 Tf 72 650 Td (The fee is ) Tj 1 g (not ) Tj 0 g (due at once.) Tj ET", {}, "not", "no ink"),
        (b"0 g 142 697 24 12 re f", {}, "17.5", "painted over"),
        (b"1 g 142 697 24 12 re f", {}, "17.5", "painted over"),
    ],
    ids=["layer", "layered form", "white in a form", "clear", "tiny", "cropped", "below", "in a line", "blacked out", "whitened out"],
)
def test_ways_to_hide_words(content: bytes, more: dict[str, bytes], words: str, why: str, read_bytes: Read) -> None:
    """However words are kept from the eye, they are in the text, and exactly they are named."""
    document = read_bytes("a.pdf", _drawn(BODY + content, **more))
    assert "17.5 per cent" in document.text
    [note] = document.annotations
    assert (document.text[note.char_start : note.char_end].strip(), note.text) == (words, f"not seen on the page: {why}")


def test_what_is_seen_is_not_called_hidden(read_bytes: Read) -> None:
    """Words on a dark or shaded ground, dots and lines to write on, and boxes beside words hide nothing."""
    shaded = b"0 g 60 640 400 30 re f 1 g " + SECRET + b".9 g 60 600 400 16 re f 0 g BT /F1 11 Tf 72 604 Td (........ ______ - 1) Tj ET "
    assert read_bytes("a.pdf", _drawn(BODY + shaded + b"0 g 400 697 40 12 re f")).annotations == ()


def test_a_form_that_only_one_program_shows_is_named(read_bytes: Read) -> None:
    """The page of such a form asks to wait; what the form says is not in it, and the document says so."""
    document = read_bytes("a.pdf", _drawn(BODY, catalog=b"/AcroForm<</Fields[]/XFA(x)>>/NeedsRendering true"))
    assert (document.status, "XFA" in document.reason) == ("partial", True)


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
