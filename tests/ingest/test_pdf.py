"""PDF: every page accounted for, garbage kept out, broken words made whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.pdf import read_carefully
from nightclerk.ingest.pdf_gate import is_garbled
from nightclerk.ingest.pdf_page import has_ink
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
    assert rejoined(["see https://example.org/a\ufffeb or a\ufffeb"]) == ["see https://example.org/a-b or ab"]
    assert rejoined(["pages 10\ufffe12 of AB\x027, soft\u00ad\nware"]) == ["pages 10-12 of AB-7, software"]


@given(st.lists(st.text("ab9 -\n\u00ad\ufffe\x02", max_size=40), max_size=3))
def test_joining_words_loses_no_letter(texts: list[str]) -> None:
    """Whatever stands at the ends of lines, the letters and figures of every page stay, in their order."""

    def letters(text: str) -> str:
        return "".join(character for character in text if character.isalnum())

    assert [letters(text) for text in rejoined(texts)] == [letters(text) for text in texts]


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


SENTENCE = (
    "The parties agree that the tenant shall pay the rent for the warehouse on the first day of each month, and that the landlord may "
    "end the lease if the rent is not paid within thirty days after notice. The tenant keeps the building in good repair at its own cost. "
)
HUNGARIAN = (
    "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, ésszel és lelkiismerettel bírván, "
    "egymással szemben testvéri szellemben kell hogy viseltessenek. "
)
POLISH = (
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem "
    "i powinni postępować wobec innych w duchu braterstwa. "
)


@pytest.mark.parametrize("shift", [1, 3, 7, 13, 21])
def test_letters_that_stand_for_others_are_garbage(shift: int) -> None:
    """A text whose every letter is another one looks like words and is none."""
    small = "abcdefghijklmnopqrstuvwxyz"
    assert is_garbled((SENTENCE * 2).lower().translate(str.maketrans(small, small[shift:] + small[:shift])))


def test_other_damage_to_letters_is_told() -> None:
    """Missing vowels, signs instead of letters, and letters of another encoding are garbage, too."""
    assert is_garbled((SENTENCE * 4).translate(str.maketrans("", "", "aeiou")))
    assert is_garbled("".join(chr(max(ord(character) - 29, 32)) for character in SENTENCE * 2))
    assert is_garbled(
        "\u0414\u043e\u0433\u043e\u0432\u043e\u0440 \u0430\u0440\u0435\u043d\u0434\u044b ".encode("cp1251").decode("latin-1") * 20
    )


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE.upper(),
        HUNGARIAN * 2,
        POLISH * 2,
        "\u7532\u65b9\u5e94\u5f53\u6309\u7167\u672c\u5408\u540c\u7684\u7ea6\u5b9a\u4ed8\u6b3e\u3002" * 30,
        "\u064a\u062c\u0628 \u0639\u0644\u0649 \u0627\u0644\u0645\u0633\u062a\u0623\u062c\u0631 \u0623\u0646 " * 30,
        "1,204.00 17.50 (9.00) 12% " * 40,
        "*** *** ***\n" * 60,
        "Definitions ........................ 3\n" * 40,
        "HX-2291 QRT-7 BKX-104 ZZP-33 WVX-9\n" * 30,
    ],
    ids=["english", "capitals", "hungarian", "polish", "chinese", "arabic", "figures", "stars", "leaders", "codes"],
)
def test_what_is_strange_and_right_passes(text: str) -> None:
    """Other languages and scripts, figures, stars of redacted pages, dots of leaders and lists of codes are no garbage."""
    assert not is_garbled(text)


def test_words_that_pdfium_passes_over(read_bytes: Read) -> None:
    """Letters whose size pdfium cannot tell, for want of the font, are read by the second reader; the page is not called blank."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))

    def down(canvas: Canvas) -> None:
        canvas.setFont("HeiseiMin-W3", 12)
        for row, letter in enumerate("\u672c\u5951\u7d04"):
            canvas.drawString(200, 300 - 14 * row, letter)

    document = read_bytes("a.pdf", _pdf(down))
    assert (document.text.split(), document.pages[0].status) == (["\u672c", "\u5951", "\u7d04"], "text")


def test_ink_beside_the_letters() -> None:
    """The ink of the letters that were read does not count, whatever is drawn beside them does."""
    pages = pdfium.PdfDocument(_pdf(_words("Title"), lambda canvas: (_words("Title")(canvas), _bars(canvas)), _nothing))
    assert [has_ink(page, True) for page in pages] == [False, True, False]
