"""DOCX: what strange programs and strange people write: fields, boxes, alternatives, damaged parts, references to the outside."""
# ruff: noqa: E501 - XML stays on the line it is thought on

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from office_fixtures import LINKS, RELATIONS, package
from word_fixtures import BY_ANN, BY_BOB, deleted, inserted, numbered, numbers, p, r, table, tc, tr, word

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.manuscript import SIGNS
from nightclerk.records import Document

Read = Callable[..., Document]
View = Literal["accepted", "original", "marked_up"]
VIEWS: tuple[View, ...] = ("accepted", "original", "marked_up")
MARK = '<w:r><w:footnoteReference w:id="1"/></w:r>'


def _views(read: Read, content: bytes) -> list[str]:
    return [read("a.docx", content, None, ingest.Options(view=view)).text for view in VIEWS]


def _notes(document: Document) -> list[str]:
    return [one.text for one in document.annotations if one.kind == "note"]


def _field(code: str) -> str:
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f'{begin}<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{end}'


def _box(text: str) -> str:
    return f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{p(text)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (" MACROBUTTON NoMacro [Name of the buyer] ", "[Name of the buyer]"),
        ("GOTOBUTTON place see there", "see there"),
        (r" SYMBOL 254 \f Wingdings \s 12 ", "☒"),
        ("SYMBOL 0xA7", "§"),
        ("SYMBOL nonsense", ""),
        (" REF place ", ""),
    ],
)
def test_fields_without_results(code: str, shown: str, read_bytes: Read) -> None:
    """What Word shows of a field that keeps no result is in the text, written either way."""
    simple = f'<w:fldSimple w:instr="{code}"/>'
    for field in (_field(code), simple):
        assert read_bytes("a.docx", word(p("a", field, "b"))).text == f"a{shown}b\n"


def test_equation_fields_are_named(read_bytes: Read) -> None:
    """An equation that is typed as a field is not read, and its code stands beside the text."""
    document = read_bytes("a.docx", word(p("a", _field(r" EQ \f(1,2) "))))
    assert (document.status, document.reason) == ("partial", "1 equation was not read that is typed as a field (EQ)")
    assert _notes(document) == [r"equation field: \f(1,2)"]


def test_buttons_follow_the_view(read_bytes: Read) -> None:
    """A button that was deleted is in the views that show what was deleted."""
    gone = _field("MACROBUTTON x gone").replace("instrText", "delInstrText")
    body = p("a ", f"<w:del {BY_BOB}>{gone}</w:del>", f"<w:ins {BY_ANN}>{_field('MACROBUTTON x new')}</w:ins>")
    assert _views(read_bytes, word(body)) == ["a new\n", "a gone\n", "a {--gone--}{++new++}\n"]


def test_changes_without_words_have_no_signs(read_bytes: Read) -> None:
    """A change of what is no text, such as the code of a field or a mark of a comment, leaves no empty signs."""
    body = p("a", f'<w:ins {BY_ANN}><w:r><w:commentReference w:id="1"/></w:r></w:ins>', f"<w:del {BY_BOB}><w:r><w:t/></w:r></w:del>", "b")
    assert _views(read_bytes, word(body)) == ["ab\n"] * 3


def test_signs_stand_on_the_lines_they_end(read_bytes: Read) -> None:
    """Whole paragraphs, boxes and notes that were inserted end with their sign, and so do not begin the next line with it."""
    notes = f'<w:footnotes><w:footnote w:id="1">{p("a note")}</w:footnote></w:footnotes>'
    body = f"<w:ins {BY_ANN}>{p('whole')}</w:ins>" + p("x", f"<w:ins {BY_ANN}>{_box('box')}{MARK}</w:ins>")
    content = word(body, parts={"footnotes.xml": notes}, targets={"rId1": "footnotes.xml"})
    marked_up = read_bytes("a.docx", content, None, ingest.Options(view="marked_up"))
    assert marked_up.text == "{++whole++}\nx{++[1]++}\n{++box++}\n[1] {++a note++}\n"
    assert [marked_up.text[one.char_start : one.char_end] for one in marked_up.annotations] == ["whole", "[1]", "box", "a note"]


def test_boxes_stay_beside_deleted_ones(read_bytes: Read) -> None:
    """A box of the text is not lost to a deletion that follows it in the same paragraph."""
    body = p("a", _box("kept"), f"<w:ins {BY_ANN}>{_box('new')}</w:ins>", f"<w:del {BY_BOB}>{_box('gone')}</w:del>")
    assert _views(read_bytes, word(body)) == ["a\nkept\nnew\n", "a\nkept\ngone\n", "a\nkept\n{++new++}\n{--gone--}\n"]


def test_changes_in_comments_have_no_place(read_bytes: Read) -> None:
    """What was changed in a comment is told, and claims no place in the text, nor joins a change of it."""
    comments = f'<w:comments><w:comment w:id="1" w:author="Ann">{p(inserted("why"))}</w:comment></w:comments>'
    body = p("x", inserted("end"), '<w:r><w:commentReference w:id="1"/></w:r>')
    document = read_bytes("a.docx", word(body, parts={"comments.xml": comments}, targets={"rId1": "comments.xml"}))
    assert [(one.kind, one.text, one.char_start) for one in document.annotations] == [
        ("insertion", "end", 1),
        ("comment", "why", 4),
        ("insertion", "why", None),
    ]


def test_alternatives_of_rows(read_bytes: Read) -> None:
    """Rows and cells that stand in a newer and an older form are rows and cells, once."""

    def both(content: str) -> str:
        return f'<mc:AlternateContent><mc:Choice Requires="w14">{content}</mc:Choice><mc:Fallback>{content}</mc:Fallback></mc:AlternateContent>'

    row = f"<w:tr>{both(tc('c'))}{tc('d')}</w:tr>"
    assert read_bytes("a.docx", word(table(both(tr("a", "b")), row))).text == "a | b\nc | d\n"


def test_toggles_of_two_styles_cancel(read_bytes: Read) -> None:
    """Words that both the style of their paragraph and their own hide are shown (ECMA-376 part 1, 17.7.3)."""
    hide = "<w:rPr><w:vanish/></w:rPr></w:style>"
    styles = f'<w:styles><w:style w:type="character" w:styleId="C">{hide}<w:style w:type="paragraph" w:styleId="P">{hide}</w:styles>'
    body = p(r("shown", '<w:rStyle w:val="C"/>'), "hidden", properties='<w:pStyle w:val="P"/>') + p("end")
    assert read_bytes("a.docx", word(body, parts={"styles.xml": styles}, targets={"rId1": "styles.xml"})).text == "shownend\n"


def test_words_that_nobody_sees_are_named(read_bytes: Read) -> None:
    """White words on white and tiny ones stay in the text with a note; white words on a dark ground are seen."""
    white = r("white", '<w:color w:val="FFFFFF"/>')
    dark = '<w:shd w:val="clear" w:fill="1F3864"/>'
    body = p("a ", white, r("tiny", '<w:sz w:val="2"/>')) + p(white, properties=dark) + table(tr(tc(p(white), dark)))
    document = read_bytes("a.docx", word(body))
    assert document.text == "a whitetiny\nwhite\nwhite\n"
    assert _notes(document) == ["not seen on the page, white: white", "not seen on the page, too small: tiny"]


@pytest.mark.parametrize("part", ["comments", "footnotes", "styles", "numbering", "header1"])
def test_a_damaged_part_costs_that_part(part: str, read_bytes: Read) -> None:
    """A damaged part beside the body is named, and the body is read."""
    body = p("words", properties='<w:sectPr><w:headerReference r:id="rId1"/></w:sectPr>')
    document = read_bytes("a.docx", word(body, parts={f"{part}.xml": b"<w:broken"}, targets={"rId1": f"{part}.xml"}))
    assert (document.status, document.reason) == ("partial", f"word/{part}.xml is damaged and was not read")
    assert document.text.strip() == "words"


@pytest.mark.parametrize("kind", ["docx", "odt"])
@pytest.mark.parametrize("declared", ['SYSTEM "{}"', '[<!ENTITY % x SYSTEM "{}"> %x;]'])
def test_no_file_outside_is_opened(kind: str, declared: str, tmp_path: Path, read_bytes: Read) -> None:
    """A part that says its DTD is a file of this machine is refused before that file is opened."""
    secret = tmp_path / "secret.dtd"
    secret.write_text("words that are no DTD", encoding="utf-8")
    head = f"<!DOCTYPE d {declared.format(secret.as_uri())}>"
    if kind == "docx":
        content = package({"word/document.xml": f'{head}<w:document xmlns:w="x"/>'})
    else:
        content = package({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"{head}<x/>"}, stored=["mimetype"])
    with pytest.raises(SkipDocument, match="damaged: a part refers to a file outside of the document"):
        read_bytes(f"a.{kind}", content)


def test_the_outside_is_named(read_bytes: Read) -> None:
    """Templates and pictures elsewhere are named and not fetched; links are no part of the document."""
    link = f'<Relationship Id="rId1" Type="{LINKS}/hyperlink" Target="https://example.com/" TargetMode="External"/>'
    more = f'<Relationship Id="rId2" Type="{LINKS}/attachedTemplate" Target="https://example.com/t.dotm" TargetMode="External"/>'
    parts = {"_rels/settings.xml.rels": f'<Relationships xmlns="{RELATIONS}">{link}{more}</Relationships>'}
    document = read_bytes("a.docx", word(p("x"), parts=parts))
    assert _notes(document) == ["outside of the file, not fetched: attachedTemplate https://example.com/t.dotm"]
    assert document.status == "read"


def test_chunks_by_their_content(read_bytes: Read) -> None:
    """A web archive is read as the page in it, and a page is known by its content where its name says nothing."""
    archive = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><p>caf=C3=A9</p></html>\r\n--b--\r\n'
    for name, content, shown in (("mht", archive, "café"), ("dat", b"<html><p>page</p>", "page")):
        chunk = word('<w:altChunk r:id="rId1"/>', parts={f"afchunk.{name}": content}, targets={"rId1": f"afchunk.{name}"})
        assert read_bytes("a.docx", chunk).text.strip() == shown


def test_chunks_of_headers(read_bytes: Read) -> None:
    """An embedded document is looked up among the relations of the part that it stands in."""
    rels = f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{LINKS}/aFChunk" Target="afchunk.txt"/></Relationships>'
    parts = {"header1.xml": '<w:hdr><w:altChunk r:id="rId1"/></w:hdr>', "afchunk.txt": b"in the header", "_rels/header1.xml.rels": rels}
    body = p("x", properties='<w:sectPr><w:headerReference r:id="rId2"/></w:sectPr>')
    assert "in the header" in read_bytes("a.docx", word(body, parts=parts, targets={"rId2": "header1.xml"})).text


def test_long_labels_are_bounded(read_bytes: Read) -> None:
    """A pattern of thousands of placeholders does not multiply with the paragraphs that it numbers."""
    body = "".join(p("x", properties=numbered()) for _ in range(300))
    document = read_bytes(
        "a.docx", word(body, parts={"numbering.xml": numbers("lowerLetter:" + "%1" * 5_000)}, targets={"rId1": "numbering.xml"})
    )
    assert len(document.text) < 1_000_000


def _redlined(chance: random.Random) -> str:
    """A body of random changes, one in the other and over the ends of lines."""

    def words(depth: int) -> str:
        kind = chance.randrange(6 if depth < 3 else 2)
        inner = "".join(words(depth + 1) for _ in range(chance.randrange(3))) if kind > 1 else ""
        by = BY_ANN if chance.random() < 0.5 else BY_BOB
        if kind < 2:
            return r(f"{chance.choice('abc')} ")
        return {
            2: f"<w:ins {by}>{inner}</w:ins>",
            3: f"<w:moveTo {by}>{inner}</w:moveTo>",
            4: f"<w:moveFrom {by}>{inner}</w:moveFrom>",
            5: deleted("gone "),
        }[kind]

    def paragraph() -> str:
        end = chance.choice(["", "", f"<w:rPr><w:ins {BY_ANN}/></w:rPr>", f"<w:rPr><w:del {BY_BOB}/></w:rPr>"])
        return p("".join(words(0) for _ in range(chance.randrange(1, 4))), properties=(numbered() if chance.random() < 0.3 else "") + end)

    def row() -> str:
        return tr(tc(paragraph()), tc(paragraph()), properties=chance.choice(["", f"<w:ins {BY_ANN}/>", f"<w:del {BY_BOB}/>"]))

    return "".join(table(row(), row()) if chance.random() < 0.3 else paragraph() for _ in range(6)) + p("end")


@pytest.mark.parametrize("seed", range(40))
def test_places_of_random_changes(seed: int, read_bytes: Read) -> None:
    """Whatever was changed: each change's place holds its words but for signs and numbers, or is empty where the view lacks them."""
    content = word(_redlined(random.Random(seed)), parts={"numbering.xml": numbers("(%1)")}, targets={"rId1": "numbering.xml"})
    for view in VIEWS:
        document = read_bytes("a.docx", content, None, ingest.Options(view=view))
        again = read_bytes("a.docx", content, None, ingest.Options(view=view))
        assert (document.text, document.annotations, document.layout) == (again.text, again.annotations, again.layout)
        for one in document.annotations:
            assert one.char_start is not None
            inside = document.text[one.char_start : one.char_end]
            if inside.strip():
                assert _letters(inside) == _letters(one.text), (view, one, inside)
        for block in ingest.unpack(document.layout):
            assert document.text[block.char_start :].startswith(block.number)
            assert all(block.char_start <= cell <= block.char_end for cell in block.cells)


def _letters(text: str) -> str:
    """The letters of words; a number that stands in a changed line is not what somebody changed."""
    for sign in (mark for pair in SIGNS.values() for mark in pair):
        text = text.replace(sign, "")
    return "".join(character for character in text if character.isalpha())
