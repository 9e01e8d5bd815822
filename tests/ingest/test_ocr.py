"""OCR: pages that are pictures are read where an engine is, and each page says how it came to its text or why it has none."""

from __future__ import annotations

import difflib
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tesseract_stand_in as stand_in
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest
from nightclerk.ingest import ocr_engines, ocr_tesseract
from nightclerk.ingest.ocr_order import Box, in_reading_order
from nightclerk.records import Document

Read = Callable[..., Document]
Install = Callable[..., None]
AUTO = ingest.Options(ocr="auto")
LEASE = "1. Premises. The Tenant rents the ware-\nhouse at Old Quay.\n2. Term. Two years."


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test looks for engines anew."""
    yield
    stand_in.forget()


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Install the stand-in for tesseract."""
    return lambda *paragraphs, **more: stand_in.install(monkeypatch, tmp_path / "programs", *paragraphs, **more)


def _picture(canvas: Canvas) -> None:
    for row in range(20):
        canvas.rect(30, 40 + 15 * row, 200, 5, fill=1)


def _pdf(*pages: Callable[[Canvas], object]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 400), invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _words(canvas: Canvas) -> None:
    canvas.drawString(30, 350, "A page with a text layer of its own: the warehouse")


def test_only_pictures_are_read_by_ocr(read_bytes: Read, tesseract: Install) -> None:
    """The picture between two pages of text gets its text, its status and the engine's confidence; the document is then read whole."""
    tesseract("LEASE", LEASE)
    document = read_bytes("a.pdf", _pdf(_words, _picture, _words), options=AUTO)
    assert [page.status for page in document.pages] == ["text", "ocr", "text"]
    assert document.pages[1].reason == "read by tesseract, confidence 0.93"
    assert (document.status, document.reason, document.readable_share) == ("read", "", 1.0)
    page = document.pages[1]
    expected = "LEASE\n\n1. Premises. The Tenant rents the warehouse at Old Quay.\n2. Term. Two years.\n"
    assert document.text[page.char_start : page.char_end] == expected
    assert {section.clause_path for section in document.sections} >= {"1", "2"}


def test_the_fingerprint_names_the_engine(read_bytes: Read, tesseract: Install) -> None:
    """Another engine, version or set of languages is another reader; formats without pages to draw are not concerned."""
    tesseract(LEASE)
    assert ingest.reader_fingerprint("application/pdf", AUTO) == "pdf-2+tesseract-9.1.2-deu+eng"
    assert read_bytes("a.pdf", _pdf(_picture), options=AUTO).reader == "pdf-2+tesseract-9.1.2-deu+eng"
    assert "+" not in ingest.reader_fingerprint("text/plain", AUTO)
    assert ingest.reader_fingerprint("application/pdf", ingest.Options(ocr="off")) == "pdf-2"


def test_without_an_engine_the_reason_says_what_to_install(read_bytes: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is no engine, or OCR is off, a scan stays unread and says what to do."""
    stand_in.use_path(monkeypatch, str(tmp_path))
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    document = read_bytes("a.pdf", _pdf(_picture), options=AUTO)
    assert (document.status, document.reader) == ("needs_ocr", "pdf-2")
    assert document.reason == "no text on page 1: needs OCR: install tesseract or the extra `ocr`"
    assert "NIGHTCLERK_OCR" in read_bytes("a.pdf", _pdf(_picture)).reason


def test_an_unsure_reading_is_not_believed(read_bytes: Read, tesseract: Install) -> None:
    """Below the confidence that real pages have, the page stays unread with the confidence as its reason, and keeps what it had."""
    tesseract("Gnrbl mfx", confidence=41.0)
    document = read_bytes("a.pdf", _pdf(_words, _picture), options=AUTO)
    assert [page.status for page in document.pages] == ["text", "needs_ocr"]
    assert document.pages[1].reason.endswith("tesseract cannot read it with certainty (confidence 0.41)")
    assert (document.status, document.reason) == ("partial", "no text on page 2: none by OCR either")
    assert "Gnrbl" not in document.text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("while True: pass", "tesseract took more than the limit of 1 CPU seconds"),
        ("time.sleep(60)", "reading took longer than the limit of 1.5 s"),
        ("os.kill(os.getpid(), 11)", "tesseract died (SIGSEGV)"),
        ("sys.exit('no such language')", "tesseract failed (no such language)"),
    ],
)
def test_an_engine_that_fails_costs_its_page(fault: str, reason: str, read_bytes: Read, tesseract: Install) -> None:
    """Whatever happens to the engine, the pages that were read stay read, and the page says what happened to it."""
    tesseract(LEASE, fault=fault)
    limits = ingest.Limits(cpu_s=1, wall_s=1.5 if "sleep" in fault else 30)
    document = read_bytes("a.pdf", _pdf(_words, _picture), limits, AUTO)
    assert [page.status for page in document.pages] == ["text", "needs_ocr"]
    assert "text layer" in document.text
    assert reason in document.pages[1].reason


def test_all_pages_together_have_a_limit(read_bytes: Read, tesseract: Install) -> None:
    """When OCR has taken its time, the pages that are left say so, and those that were read stay."""
    tesseract(LEASE, fault="time.sleep(0.8)")
    document = read_bytes("a.pdf", _pdf(*[_picture] * 12), ingest.Limits(wall_s=1.2), AUTO)
    statuses = [page.status for page in document.pages]
    assert statuses[0] == "ocr"
    assert statuses[-1] == "needs_ocr"
    assert "OCR of this file took longer than the limit of 7.2 s" in document.pages[-1].reason
    assert document.status == "partial"


def test_blank_backs_of_sheets_are_blank(read_bytes: Read, tesseract: Install) -> None:
    """A picture without ink in which the engine finds nothing is blank and leaves the document whole; with ink it is not."""
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")  # noqa: N806 - a module
    from reportlab.lib.utils import ImageReader

    tesseract()
    white = ImageReader(Image.new("L", (300, 400), 248))
    document = read_bytes("a.pdf", _pdf(_words, lambda canvas: canvas.drawImage(white, 0, 0, 300, 400), _picture), options=AUTO)
    assert [page.status for page in document.pages] == ["text", "blank", "needs_ocr"]
    assert document.reason == "no text on page 3: none by OCR either"


def test_a_stamp_over_a_scan_does_not_pass_for_its_text(read_bytes: Read, tesseract: Install) -> None:
    """A picture under a few words of text layer is read, and the words that OCR did not see, or somebody typed, stay below."""
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")  # noqa: N806 - a module
    from reportlab.lib.utils import ImageReader

    scan = Image.new("L", (300, 400), 255)
    for row in range(40, 360, 14):
        scan.paste(0, (30, row, 260, row + 5))

    def stamped(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(scan), 0, 0, 300, 400)
        canvas.drawString(30, 10, "CONFIDENTIAL PRODUCTION ACME 0001234")
        canvas.freeTextAnnotation("signed in Oslo", DA="/Helv 10 Tf", Rect=(30, 200, 150, 220))

    content = _pdf(stamped)
    without = read_bytes("a.pdf", content)
    assert [(page.status, page.reason) for page in without.pages] == [("needs_ocr", "a picture with a few words over it")]
    assert (without.status, "ACME 0001234" in without.text) == ("partial", True)
    tesseract(LEASE, "CONFIDENTIAL PRODUCTION ACME 0001234")
    text = read_bytes("a.pdf", content, options=AUTO).text
    assert text.startswith("1. Premises.")
    assert text.count("ACME") == 1
    assert text.endswith("signed in Oslo\n")


def test_ocr_opens_what_a_password_opens(read_bytes: Read, tesseract: Install) -> None:
    """A scan under a password is read with the password that opened it."""
    tesseract(LEASE)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(_picture))))
    writer.encrypt("opensesame", "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    options = ingest.Options(ocr="auto", passwords=("wrong", "opensesame"))
    assert "Premises" in read_bytes("a.pdf", buffer.getvalue(), options=options).text


@given(
    st.lists(
        st.lists(st.lists(st.from_regex(r"[a-zé§0-9]{1,6}", fullmatch=True), min_size=1, max_size=4), min_size=1, max_size=3), max_size=4
    )
)
def test_words_become_lines_and_paragraphs(paragraphs: list[list[list[str]]]) -> None:
    """Tesseract's table gives its words in their order, a line for a line and a blank line between paragraphs."""
    texts = ["\n".join(" ".join(line) for line in paragraph) for paragraph in paragraphs]
    found = ocr_tesseract.parse(stand_in.table(texts, confidence=88.0))
    assert found.text == "\n\n".join(texts)
    assert found.confidence == pytest.approx(0.88 if texts else 0.0)


def _column(left: float, words: str, *, rows: int, width: float = 300, tilt: float = 0.0) -> list[Box]:
    return [Box(left, 100 + 40 * row + tilt * left, left + width, 125 + 40 * row + tilt * left, f"{words}{row}") for row in range(rows)]


def test_columns_are_read_one_after_the_other() -> None:
    """Two columns of running text under a heading across both are read heading, left, right; askew or not."""
    for tilt in (-0.02, 0.0, 0.02):
        heading, footer = Box(0, 20, 650, 50, "heading"), Box(0, 700, 650, 725, "footer")
        boxes = [footer, *_column(350, "r", rows=10, tilt=tilt), heading, *_column(0, "l", rows=10, tilt=tilt)]
        assert in_reading_order(boxes) == ["heading", *[f"l{row}" for row in range(10)], *[f"r{row}" for row in range(10)], "footer"]


def test_rows_of_tables_and_hanging_numbers_stay_rows() -> None:
    """What is narrow or short is no column: numbers stay with their clauses, cells with their rows, signatures side by side."""
    clauses = [*_column(0, "n", rows=12, width=30), *_column(60, "clause ", rows=12, width=590, tilt=0.02)]
    assert in_reading_order(clauses) == [f"n{row} clause {row}" for row in range(12)]
    signatures = [*_column(0, "by", rows=4), *_column(350, "by", rows=4)]
    assert in_reading_order(signatures) == [f"by{row} by{row}" for row in range(4)]
    assert in_reading_order([]) == []


def _character_errors(expected: str, found: str) -> float:
    """The share of characters that are wrong, blanks and the marks of Markdown left out, curly quotes taken for straight ones."""
    straight = str.maketrans("“”‘’", "\"\"''")
    one, other = (re.sub(r"[\s*#_]+", "", text.translate(straight)) for text in (expected, found))
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    wrong = sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")
    return wrong / len(one)


def _need(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if name == "rapidocr":
        stand_in.use_path(monkeypatch, str(tmp_path))
    engine = ocr_engines.find_engine()
    if engine is None or engine.name != name:
        pytest.skip(f"the OCR engine {name} is not installed")


@pytest.mark.parametrize("name", ["tesseract", "rapidocr"])
def test_a_drawn_page_is_read(name: str, read_bytes: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page drawn as a picture, and the same page upside down, come back with at most 3% of their characters wrong."""
    _need(name, monkeypatch, tmp_path)
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")  # noqa: N806 - a module
    from PIL import ImageDraw, ImageFont

    text = (
        "SUPPLY AGREEMENT\n1. Delivery. The Supplier delivers lot 47 within thirty days.\n"
        "2. Price. The Buyer pays USD 12,500 per month, net of tax.\n3. Law. The laws of the State of Oregon govern."
    )
    page = Image.new("L", (1275, 900), 255)
    ImageDraw.Draw(page).multiline_text((90, 120), text, fill=0, font=ImageFont.load_default(size=34), spacing=22)
    for turned in (page, page.rotate(180)):
        buffer = io.BytesIO()
        turned.save(buffer, "PDF", resolution=150)
        document = read_bytes("a.pdf", buffer.getvalue(), options=AUTO)
        assert [page.status for page in document.pages] == ["ocr"], document.pages
        assert _character_errors(text, document.text) <= 0.03, document.text


@pytest.mark.parametrize("name", ["tesseract", "rapidocr"])
def test_the_scanned_lease_is_read(name: str, repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The scan among the sample documents comes back with at most 1% of the lease's characters wrong."""
    _need(name, monkeypatch, tmp_path)
    examples = repository / "examples"
    document = ingest.read(examples / "inbox" / "scanned-lease.pdf", "application/pdf", ingest.Limits(), AUTO)
    assert (document.status, {page.status for page in document.pages}) == ("read", {"ocr"})
    lease = (examples / "texts" / "warehouse-lease.md").read_text(encoding="utf-8")
    body = re.sub(r"^Warehouse Lease, Shed 14.*|^Page.*|^Specimen document.*", "", document.text, flags=re.MULTILINE)
    assert _character_errors(re.sub(r"---|\\", "", lease), body) <= 0.01
