"""Pictures as documents: each kind is opened, drawn the right way up and on white, and read by the engine that is there."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tesseract_stand_in as stand_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import ocr_image
from nightclerk.records import Document

Read = Callable[..., Document]
AUTO = ingest.Options(ocr="auto")
GOLDEN = Path(__file__).parents[1] / "golden" / "image"
LETTER = "Received USD 1,250 for March."


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test looks for engines anew."""
    yield
    stand_in.forget()


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Install the stand-in for tesseract."""
    return lambda *paragraphs, **more: stand_in.install(monkeypatch, tmp_path / "programs", *paragraphs, **more)


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _sheet(mode: str = "L", *, ink: bool = True) -> Image.Image:
    """A sheet with a black bar in its upper half."""
    sheet = Image.new("L", (400, 600), 255)
    if ink:
        ImageDraw.Draw(sheet).rectangle((40, 60, 360, 140), fill=0)
    return sheet.convert(mode)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_picture_is_read_by_the_engine(kind: str, read_bytes: Read, tesseract: Callable[..., None]) -> None:
    """A picture is a page that OCR reads, with the engine in the fingerprint."""
    tesseract(LETTER)
    document = read_bytes(f"scan.{kind.lower()}", _saved(_sheet(), kind), options=AUTO)
    assert (document.status, document.text, document.reader) == ("read", LETTER + "\n", "image-2+tesseract-9.1.2-deu+eng")
    assert [(page.status, page.reason) for page in document.pages] == [("ocr", "read by tesseract, confidence 0.93")]


def test_each_page_of_a_tiff_is_a_page(read_bytes: Read, tesseract: Callable[..., None]) -> None:
    """A TIFF of several pages has them all; one without ink is blank where the engine finds nothing."""
    content = _saved(_sheet("1"), "TIFF", compression="group4", save_all=True, append_images=[_sheet("1", ink=False), _sheet("1")])
    tesseract(LETTER)
    assert len(read_bytes("a.tif", content, options=AUTO).pages) == 3
    tesseract()
    document = read_bytes("a.tif", content, options=AUTO)
    assert [page.status for page in document.pages] == ["needs_ocr", "blank", "needs_ocr"]


def test_without_an_engine_a_picture_needs_one(read_bytes: Read) -> None:
    """Where OCR is off a picture is a row that says what it needs."""
    document = read_bytes("a.png", _saved(_sheet(), "PNG"))
    assert (document.status, document.reason) == ("needs_ocr", "no text on page 1: needs OCR, which is off (NIGHTCLERK_OCR)")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_drawn_on_white(mode: str, tmp_path: Path) -> None:
    """Black ink is black and paper is white, whatever the pixels are: palettes, transparency, 16 bits, inks."""
    path = tmp_path / "a"
    if mode == "I;16":
        picture = Image.new("I;16", (400, 600), 65_535)
        picture.paste(0, (40, 60, 360, 140))
    elif mode in {"LA", "RGBA"}:
        # nothing but ink: the paper is transparent
        picture = Image.new(mode, (400, 600), (0,) * len(mode))
        picture.paste((0,) * (len(mode) - 1) + (255,), (40, 60, 360, 140))
    else:
        picture = _sheet(mode)
    picture.save(path, "JPEG" if mode == "CMYK" else "PNG")
    sheet, _ = ocr_image._sheet(path, 0)
    assert (sheet.mode, sheet.size) == ("L", (400, 600))
    assert sheet.getpixel((200, 100)) < 60
    assert sheet.getpixel((200, 400)) > 200


def test_a_photograph_is_turned_as_its_file_says(tmp_path: Path) -> None:
    """A camera's note on which way is up is obeyed, here and in what is sent."""
    exif = Image.Exif()
    exif[0x0112] = 3
    _sheet().save(tmp_path / "a", "JPEG", exif=exif)
    sheet, _ = ocr_image._sheet(tmp_path / "a", 0)
    assert sheet.getpixel((200, 500)) < 60 < sheet.getpixel((200, 100))


@pytest.mark.parametrize(
    ("stated", "inches"), [((150, 150), 10.0), ((1, 1), 11.69), ((0, 0), 11.69), (None, 11.69), ((5_000, 5_000), 11.69)]
)
def test_a_resolution_that_makes_no_sheet_is_not_believed(stated: tuple[int, int] | None, inches: float) -> None:
    """What a file states counts where it makes a sheet of paper; else the picture is taken for A4."""
    assert 1_500 / ocr_image._dpi(stated, 1_500) == pytest.approx(inches)


def test_a_picture_of_too_many_points_is_not_opened(read_bytes: Read) -> None:
    """A small file that would be a huge picture costs nothing but its row."""
    content = _saved(Image.new("1", (30_000, 30_000)), "PNG")
    with pytest.raises(SkipDocument) as skipped:
        read_bytes("a.png", content, options=AUTO)
    assert skipped.value.status == "too_large"


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
def test_a_damaged_picture_is_a_row(data: st.DataObject, read_bytes: Read) -> None:
    """However the bytes of a picture are mutilated, it ends with a status a person would agree with."""
    content = bytearray((GOLDEN / data.draw(st.sampled_from(["notice.png", "notice.jpg", "letters.tiff"]))).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(8, len(content))) :]
    try:
        status = read_bytes("a", bytes(content)).status
    except SkipDocument as skip:
        status = skip.status
    assert status in {"needs_ocr", "damaged", "too_large", "unsupported"}
