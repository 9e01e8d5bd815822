"""What an endpoint read of pictures goes into the reading of the file: in its place, and with everything else where it was."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.blocks import pack
from nightclerk.ingest.ocr_join import join
from nightclerk.records import Block, Document

Read = Callable[..., Document]
MODEL = "mistral-ocr-2512"


def _pdf(*pages: str) -> bytes:
    """A PDF of pages of one line; an empty one is a picture, a blank one a picture of an empty sheet."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 400), invariant=True)
    for text in pages:
        canvas.drawString(30, 350, text)
        for row in range(0 if text else 20):
            canvas.rect(30, 40 + 15 * row, 200, 5, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _options(pages: dict[int, ingest.PageAnswer | str], lacking: str = "") -> ingest.Options:
    return ingest.Options(ocr="mistral", answers=ingest.Answers(MODEL, pages, lacking))


WORDS = "A page with a text layer of its own: the warehouse"


def test_answers_stand_on_their_pages(read_bytes: Read) -> None:
    """Markdown becomes text, words broken at line ends are whole, each page says who read it or why nobody did."""
    answers: dict[int, ingest.PageAnswer | str] = {
        1: ingest.PageAnswer("## 1. Premises\n\nThe ware-\nhouse is let.\n\n| Year | USD |\n|--|--|\n| 2025 | 5 |", 0.876),
        2: "the answer does not hold it",
        3: ingest.PageAnswer("![img-0.jpeg](img-0.jpeg)"),
    }
    document = read_bytes("a.pdf", _pdf(WORDS, "", "", "", ""), options=_options(answers))
    assert document.reader.partition("+")[2] == MODEL
    assert [page.status for page in document.pages] == ["text", "ocr", "needs_ocr", "needs_ocr", "needs_ocr"]
    first, read, missing, nothing, unasked = document.pages
    assert document.text[read.char_start : read.char_end] == "1. Premises\n\nThe warehouse is let.\n\nYear | USD\n2025 | 5\n"
    assert (first.reason, read.reason) == ("", f"read by {MODEL}, confidence 0.88")
    assert missing.reason.endswith("; the answer does not hold it")
    assert nothing.reason.endswith(f"; {MODEL} finds no text in it")
    assert unasked.reason.endswith(f"; {MODEL} was not asked for it")
    assert (document.status, document.reason) == ("partial", "no text on pages 3, 4, 5: none by OCR either")
    assert "1" in {section.clause_path for section in document.sections}


def test_readings_that_lack_answers_are_told_apart(read_bytes: Read) -> None:
    """A reading whose requests got no answer is due again; one that has them, and one by an engine that read it all, are not."""
    lacking = read_bytes("a.pdf", _pdf(""), options=_options({0: "no answer"}, "0a1b2c3d")).reader
    whole = read_bytes("a.pdf", _pdf(""), options=_options({0: ingest.PageAnswer("words")})).reader
    asks = ingest.Options(ocr="mistral")
    now = ingest.reader_fingerprint("application/pdf", asks)
    assert lacking == f"{now}+{MODEL}~0a1b2c3d"
    assert [ingest.gains_ocr(reader, now, asks) for reader in (lacking, whole, now, f"{now}+tesseract-5.3.0-eng")] == [
        True,
        False,
        True,
        True,
    ]
    assert [ingest.same_reader(reader, now, asks) for reader in (lacking, whole, now, "pdf-0")] == [True, True, True, False]
    assert not ingest.gains_ocr(whole, now)


def test_a_document_without_pictures_is_read_as_ever(read_bytes: Read) -> None:
    """Where no page is a picture nothing is asked, and the fingerprint is the reader's own."""
    asks = ingest.Options(ocr="mistral")
    assert read_bytes("a.pdf", _pdf(WORDS), options=asks).reader == ingest.reader_fingerprint("application/pdf")
    scan = read_bytes("a.pdf", _pdf(WORDS, ""), options=asks)
    assert (scan.status, scan.pages[1].status) == ("partial", "needs_ocr")
    assert "in a run" in scan.reason


def test_pages_are_cut_out_in_their_order(tmp_path: Path) -> None:
    """What is cut out of a PDF are the pages in question; a file that changed since it was listed is not sent."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf("one", "two", "three"))
    sha256 = ingest.inspect(path).sha256
    form = ingest.ocr_form(path, "application/pdf", pages=2, most_pages=50, most_bytes=1_000)
    assert (form.media_type, form.cut) == ("application/pdf", True)
    bounds = {"most_bytes": 50_000, "limits": ingest.Limits(), "options": ingest.Options()}
    part = PdfReader(io.BytesIO(ingest.ocr_content(path, form, pages=[2, 0], sha256=sha256, **bounds)))
    assert [page.extract_text().strip() for page in part.pages] == ["three", "one"]
    with pytest.raises(SkipDocument, match=r"more than the 0\.001 MB"):
        ingest.ocr_content(path, form, pages=[2, 0], sha256=sha256, **(bounds | {"most_bytes": 1_000}))
    path.write_bytes(_pdf("another"))
    with pytest.raises(SkipDocument, match="changed or went away"):
        ingest.ocr_content(path, form, pages=[0], sha256=sha256, **bounds)


PAGE = st.tuples(st.text("ab \n", max_size=12), st.booleans(), st.text("xyz\n", max_size=12))


@given(st.lists(PAGE, min_size=1, max_size=6), st.data())
def test_what_stood_on_other_pages_moves_with_them(pages: list[tuple[str, bool, str]], data: st.DataObject) -> None:
    """Blocks and annotations of pages that stay describe the same words as before; those of pages read again have no place."""
    old = "".join(before for before, _, _ in pages)
    spans, position = [], 0
    for before, _, _ in pages:
        spans.append([position, position + len(before)])
        position += len(before)
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    parts = [[new if again else before, "", "ocr" if again else "text", ""] for before, again, new in pages]
    reading = {
        "pages": parts,
        "spans": spans,
        "title": "",
        "language": "",
        "gaps": [],
        "layout": base64.b64encode(pack([Block("footnote", start, end)])).decode(),
        "annotations": [["note", "kept", "", None, start, end]],
    }
    joined = join(Path(), reading=reading)
    text = "".join(page.text for page in joined.pages)
    [note] = joined.annotations
    assert note.text == "kept"
    for block in joined.blocks:
        assert (note.char_start, note.char_end) == (block.char_start, block.char_end)
        if not any(again for (_, again, _), (first, last) in zip(pages, spans, strict=True) if first < end and last > start):
            assert text[block.char_start : block.char_end] == old[start:end]
    touched = [again for (_, again, _), (first, last) in zip(pages, spans, strict=True) if first <= start < last or first < end <= last]
    if start < end and any(touched):
        assert (joined.blocks, note.char_start) == ([], None)
    if start < end and not any(touched):
        assert len(joined.blocks) == 1
