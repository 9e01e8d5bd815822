"""DOCX: what its paragraphs, rows and fields are, and what of a file is named because it is not read."""
# ruff: noqa: E501 - XML stays on the line it is thought on

from __future__ import annotations

from collections.abc import Callable

import pytest
from office_fixtures import package
from word_fixtures import inserted, numbered, numbers, p, r, table, tc, tr, word

from nightclerk import ingest
from nightclerk.records import Document

Read = Callable[..., Document]
HEADINGS = '<w:styles><w:style w:type="paragraph" w:styleId="A"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style></w:styles>'


def _read(read: Read, body: str, **parts: str) -> Document:
    files = {f"{name}.xml": content for name, content in parts.items()}
    return read("a.docx", word(body, parts=files, targets={f"rId{place}": name for place, name in enumerate(files)}))


def _blocks(document: Document) -> list[tuple[str, str, str, str]]:
    """(kind, number, note, text) of each block."""
    text = document.text
    return [(block.kind, block.number, block.note, text[block.char_start : block.char_end]) for block in ingest.unpack(document.layout)]


def test_headings_and_lists(read_bytes: Read) -> None:
    """A heading is told by its style's name or by an outline level, of the paragraph, the style or its ancestors; else a number makes a list item."""
    style = '<w:pStyle w:val="{}"/>'.format
    body = p("one", properties=style("A")) + p("two", properties=style("B")) + p("three", properties='<w:outlineLvl w:val="1"/>')
    body += p("not", properties=style("A") + '<w:outlineLvl w:val="9"/>') + p("item", properties=numbered(1)) + p("plain")
    document = _read(read_bytes, body, styles=HEADINGS, numbering=numbers("%1.", "lowerLetter:(%2)"))
    assert _blocks(document) == [
        ("heading", "", "level 1", "one"),
        ("heading", "", "level 3", "two"),
        ("heading", "", "level 2", "three"),
        ("list_item", "(a)", "level 2", "(a) item"),
    ]


def test_rows_and_cells(read_bytes: Read) -> None:
    """A row knows its table and its cells, also in a table that lies in a cell; empty cells at the end of a row are none."""
    inner = table(tr("x", "y"))
    document = _read(read_bytes, table(tr("a", "", "c", ""), tr(tc(p("d") + inner + p("e")), "f")))
    assert document.text == "a | | c\nd\nx | y\ne | f\n"
    rows = [block for block in ingest.unpack(document.layout) if block.kind == "table_row"]
    cells = [(row.table, row.row, [document.text[cell] for cell in row.cells]) for row in rows]
    assert cells == [(0, 0, ["a", "|", "c"]), (0, 1, ["d", "f"]), (1, 0, ["x", "y"])]


def test_forms(read_bytes: Read) -> None:
    """What fills a form is a block with the name of the field and its state."""
    box = '<w:alias w:val="agreed"/><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'
    date = '<w:tag w:val="from"/><w:date w:fullDate="2024-01-31T00:00:00Z"/>'
    controls = [
        f"<w:sdt><w:sdtPr>{how}</w:sdtPr><w:sdtContent>{r(what)}</w:sdtContent></w:sdt>"
        for how, what in ((box, "☒"), (date, "31 Jan"), ("<w:showingPlcHdr/>", "[Buyer]"))
    ]
    old = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="old"/><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    document = _read(read_bytes, p(*controls, old))
    assert document.text == "☒31 Jan[Buyer]☒\n"
    assert _blocks(document) == [
        ("form_field", "", "agreed, checked", "☒"),
        ("form_field", "", "from, 2024-01-31T00:00:00Z", "31 Jan"),
        ("form_field", "", "placeholder", "[Buyer]"),
        ("form_field", "", "old", "☒"),
    ]


def test_headings_that_run_in(read_bytes: Read) -> None:
    """A heading whose end is hidden (a style separator) and its clause are one line, with the heading's number."""
    hidden = "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"
    body = p("Term. ", properties=numbered() + hidden) + p("It ends.") + p("Law", properties=numbered())
    body += p(r("all hidden", "<w:vanish/>"), properties=numbered() + "<w:rPr><w:vanish/></w:rPr>") + p("Last", properties=numbered())
    document = _read(read_bytes, body, numbering=numbers("%1."))
    assert document.text == "1. Term. It ends.\n2. Law\n3. Last\n"
    assert document.reason == "10 characters of hidden text were left out"


def test_paragraphs_hidden_by_their_style(read_bytes: Read) -> None:
    """A style hides the words of its paragraphs, their ends and their numbers, but not what says that it is to be seen."""
    styles = '<w:styles><w:style w:type="paragraph" w:styleId="Z"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    hidden = p("gone", r("seen ", '<w:vanish w:val="0"/>'), properties='<w:pStyle w:val="Z"/>')
    body = (
        p("a", properties=numbered())
        + p("gone", properties='<w:pStyle w:val="Z"/>' + numbered())
        + p("b", properties=numbered())
        + hidden
        + p("c")
    )
    document = _read(read_bytes, body, styles=styles, numbering=numbers("%1."))
    assert document.text == "1. a\n2. b\nseen c\n"
    assert [one.text for one in document.annotations] == ["hidden text: gone", "hidden text: gone"]


def test_a_hidden_section_break_breaks(read_bytes: Read) -> None:
    """The end of a section begins a page and a paragraph, even if it is hidden."""
    body = p("a", properties="<w:rPr><w:vanish/></w:rPr><w:sectPr/>") + p("b")
    document = _read(read_bytes, body)
    assert [document.text[page.char_start : page.char_end] for page in document.pages] == ["a\n", "b\n"]


@pytest.mark.parametrize(
    ("font", "character", "shown"),
    [
        ("Wingdings", "§", "▪"),
        ("Wingdings", "\uf0fc", "✓"),
        ("Symbol", "\uf0b7", "•"),
        ("Symbol", "a", "α"),
        ("Arial", "§", "§"),
        ("", "\uf0b7", "•"),
    ],
)
def test_bullets_are_what_their_font_shows(font: str, character: str, shown: str, read_bytes: Read) -> None:
    """A section sign in Wingdings is a small square, in a list as in a run."""
    fonts = f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>' if font else ""
    levels = f'<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="{character}"/>{fonts}</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    assert _read(read_bytes, p("x", properties=numbered()), numbering=levels).text == f"{shown} x\n"


def test_equations_in_a_line(read_bytes: Read) -> None:
    """Fractions, powers, roots and sums are legible in one line."""

    def e(name: str, text: str) -> str:
        return f"<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>"

    fraction = f"<m:f>{e('num', 'a+b')}{e('den', '2c')}</m:f>"
    power = f"<m:sSubSup>{e('e', 'x')}{e('sub', 'i')}{e('sup', '2')}</m:sSubSup>"
    total = f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>{e("sub", "i=1")}{e("sup", "n")}<m:e>{power}</m:e></m:nary>'
    brackets = f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>{e("e", "y")}{e("e", "z")}</m:d>'
    body = p(
        *(f"<m:oMath>{part}</m:oMath>{r('; ')}" for part in (fraction, total, f"<m:rad>{e('deg', '3')}{e('e', 'x+1')}</m:rad>", brackets))
    )
    assert _read(read_bytes, body).text == "(a+b)/(2c); ∑_(i=1)^n x_i^2; √[3](x+1); [y|z];\n"


def test_pictures_of_pages_are_named(read_bytes: Read) -> None:
    """A picture as large as half a page is a gap; a file of pictures alone needs OCR; a logo is neither."""

    def picture(share: float) -> str:
        width, height = int(7_772_400 * share), 10_058_400
        return f'<w:r><w:drawing><wp:inline><wp:extent cx="{width}" cy="{height}"/><a:graphic><a:blip r:embed="x"/></a:graphic></wp:inline></w:drawing></w:r>'

    assert _read(read_bytes, p("words", picture(0.1))).status == "read"
    large = _read(read_bytes, p("words", picture(0.9), picture(1)))
    assert (large.status, large.reason) == ("partial", "2 pictures as large as half a page were not read: save the document as PDF")
    scanned = _read(read_bytes, p(picture(0.1)))
    assert (scanned.status, scanned.reason) == ("needs_ocr", "1 picture was not read: save the document as PDF")


@pytest.mark.parametrize("kind", ["document.macroEnabled", "template", "template.macroEnabledTemplate"])
def test_other_kinds_of_word_files(kind: str, read_bytes: Read) -> None:
    """Files with macros and templates are read like documents, whatever they are called."""
    types = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.{kind}.main+xml"/></Types>'
    document = (
        f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{p("words")}</w:body></w:document>'
    )
    content = package({"[Content_Types].xml": types, "word/document.xml": document})
    for name in ("a.docm", "a.dotx", "a.bin"):
        assert read_bytes(name, content).text == "words\n"


def test_nested_chunks_end(read_bytes: Read) -> None:
    """A DOCX merged into a DOCX is read; one that it merges in turn is named, however deep it goes."""
    inner = word(p("deepest"))
    for text in ("middle ", "outer "):
        inner = word(
            p(text, inserted("new")) + '<w:altChunk r:id="rId1"/>', parts={"afchunk1.docx": inner}, targets={"rId1": "afchunk1.docx"}
        )
    document = read_bytes("a.docx", inner)
    assert document.text.split() == ["outer", "new", "middle", "new"]
    assert document.reason == "1 embedded document was not read (altChunk: afchunk1.docx)"
