"""The sample documents are what their texts say, and trouble is really in the troublesome ones."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

EXAMPLES = Path(__file__).parents[2] / "examples"
INBOX = EXAMPLES / "inbox"
SCANNED = {"scanned-lease.pdf", "distribution-agreement.pdf"}  # another processor's rounding may turn a pixel
SIZE_LIMIT = 700_000


def build(folder: Path) -> Path:
    """Run the builder as a person would."""
    subprocess.run([sys.executable, "-W", "error", str(EXAMPLES / "build.py"), str(folder)], check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One fresh build for all tests of this file."""
    return build(tmp_path_factory.mktemp("inbox"))


def files(folder: Path) -> list[str]:
    """The paths of all files below a folder, relative to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def members(path: Path) -> dict[str, bytes]:
    """What a package (DOCX, XLSX) holds, whichever zlib compressed it."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def page_texts(path: Path) -> list[str]:
    """The text layer of each page of a PDF."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in pdf]
    finally:
        pdf.close()


def page_images(path: Path) -> list[Image.Image]:
    """Each page of a PDF as a grey picture."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [page.render(scale=1, grayscale=True).to_pil().copy() for page in pdf]
    finally:
        pdf.close()


def test_the_committed_files_are_those_of_a_fresh_build(fresh: Path) -> None:
    """No file is missing and none is left over."""
    assert files(INBOX) == files(fresh)


@pytest.mark.parametrize("name", [name for name in files(INBOX) if name not in SCANNED])
def test_a_committed_file_equals_its_fresh_build(fresh: Path, name: str) -> None:
    """Whoever changes a text or a builder has to build the inbox again."""
    committed, built = INBOX / name, fresh / name
    if name.endswith((".docx", ".xlsx")):
        assert members(committed) == members(built)
    else:
        assert committed.read_bytes() == built.read_bytes()


@pytest.mark.parametrize("name", sorted(SCANNED))
def test_a_committed_scan_shows_what_a_fresh_one_shows(fresh: Path, name: str) -> None:
    """A scan is compared as text and as a picture, to less than one grey level of 256 on average."""
    assert page_texts(INBOX / name) == page_texts(fresh / name)
    for committed, built in zip(page_images(INBOX / name), page_images(fresh / name), strict=True):
        assert ImageStat.Stat(ImageChops.difference(committed, built)).mean[0] < 1


def test_building_twice_gives_the_same_bytes(fresh: Path, tmp_path: Path) -> None:
    """On one machine every file, also the encrypted one and the scans, comes out the same."""
    again = build(tmp_path)
    assert [(again / name).read_bytes() for name in files(fresh)] == [(fresh / name).read_bytes() for name in files(fresh)]


def test_the_inbox_is_small() -> None:
    """The samples stay a light load for every clone."""
    assert sum((INBOX / name).stat().st_size for name in files(INBOX)) < SIZE_LIMIT


def test_printed_label_and_page_index_differ() -> None:
    """The cover of the services agreement is page i, so that page 1 stands at index 1 and says so in its footer."""
    path = INBOX / "services-agreement.pdf"
    assert pypdf.PdfReader(path).page_labels == ["i", "1", "2", "3", "4", "5", "6"]
    assert [f"Page {label} of 6" in text for label, text in enumerate(page_texts(path))] == [False] + [True] * 6


def test_text_reads_in_order() -> None:
    """The clauses of the services agreement come out of the PDF in the order in which they were written."""
    text = "".join(page_texts(INBOX / "services-agreement.pdf"))
    places = [
        text.index(number)
        for number in ("\n1.1 A", "\n2.3 E", "\n3.5 A", "\n7.2 C", "(b) the fees", "\n7.3 U", "\n9.2 G", "Nightly route file")
    ]
    assert places == sorted(places)


def test_only_the_scanned_pages_have_no_text() -> None:
    """The lease is images throughout; of the distribution agreement one page in three is."""
    assert [bool(text.strip()) for text in page_texts(INBOX / "scanned-lease.pdf")] == [False, False]
    assert [bool(text.strip()) for text in page_texts(INBOX / "distribution-agreement.pdf")] == [True, False, True]


def test_the_broken_files_do_not_open() -> None:
    """The encrypted file asks for a password and the damaged one is no PDF to a reader."""
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(INBOX / "encrypted.pdf")
    with pytest.raises(pypdfium2.PdfiumError, match="format"):
        pypdfium2.PdfDocument(INBOX / "damaged.pdf")


def test_the_agreement_has_tracked_changes_and_automatic_numbers() -> None:
    """The NDA's clause numbers are not typed: they are in the numbering part, on three levels, and two words are tracked changes."""
    parts = members(INBOX / "mutual-nda.docx")
    body = parts["word/document.xml"].decode()
    assert body.count("<w:ins ") == body.count("<w:del ") == 1
    assert {f'<w:ilvl w:val="{level}"/>' in body for level in range(3)} == {True}
    assert b'w:lvlText w:val="%1.%2"' in parts["word/numbering.xml"]
    assert not re.search(r"<w:t[^>]*>\s*(\d+\.|\([a-z]\))", body)
