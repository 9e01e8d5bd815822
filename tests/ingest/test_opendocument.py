"""OpenDocument texts: numbers as they are printed, and containers that want to do harm."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from office_fixtures import changed_region, open_document, package

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.records import Annotation, Document

Read = Callable[..., Document]


def _levels(*formats: str, extra: str = "") -> str:
    return "".join(
        f'<text:list-level-style-number text:level="{place}" style:num-format="{form}" style:num-suffix="." {extra}/>'
        for place, form in enumerate(formats, 1)
    )


def _list(*items: str, style: str = "L", extra: str = "") -> str:
    return (
        f'<text:list text:style-name="{style}" {extra}>'
        + "".join(f"<text:list-item>{item}</text:list-item>" for item in items)
        + "</text:list>"
    )


def _lines(read: Read, body: str, *, levels: str = "", styles: str = "") -> list[str]:
    automatic = f'<text:list-style style:name="L">{levels}</text:list-style>'
    return read("a.odt", open_document("text", body, automatic=automatic, styles=styles)).text.split("\n")[:-1]


def test_lists_begin_anew_unless_they_continue(read_bytes: Read) -> None:
    """A list counts from its start; one that continues another, by name or by style, goes on where that stood."""
    p = "<text:p>x</text:p>"
    body = (
        _list(p, p, extra='xml:id="a"')
        + _list(p)
        + _list(p, extra='text:continue-list="a"')
        + _list(p, extra='text:continue-numbering="true"')
    )
    assert _lines(read_bytes, body, levels=_levels("1")) == ["1. x", "2. x", "1. x", "3. x", "4. x"]


def test_levels_begin_anew(read_bytes: Read) -> None:
    """A deeper level begins anew after a higher one, and an item may set its number; a list header and an empty item have none."""
    p = "<text:p>x</text:p>"
    inner = f"<text:list><text:list-item>{p}</text:list-item></text:list>"
    body = _list(p + inner, p + inner, inner).replace("<text:list-item>", '<text:list-item text:start-value="4">', 1)
    body = body.replace("</text:list>", f"<text:list-header>{p}</text:list-header></text:list>", 1)
    assert _lines(read_bytes, body, levels=_levels("I", "a")) == ["IV. x", "a. x", "x", "V. x", "a. x", "b. x"]


def test_levels_that_were_passed_over_count(read_bytes: Read) -> None:
    """A list that begins below its first level has that one all the same: the next of its kind is the second."""
    lower = f"<text:p/>{'<text:list><text:list-item><text:p>x</text:p></text:list-item></text:list>'}"
    body = _list(lower.removeprefix("<text:p/>"), "<text:p>y</text:p>")
    assert _lines(read_bytes, body, levels=_levels("1", "1", extra='text:display-levels="2"')) == ["1.1. x", "2. y"]


def test_lists_of_another_style_go_on(read_bytes: Read) -> None:
    """A list may go on with the numbers of one of another style, or of one whose name the file lacks; an item may have its own style."""
    other = f'</text:list-style><text:list-style style:name="M">{_levels("I")}'
    body = _list("<text:p>a</text:p>", extra='text:id="one"') + _list("<text:p>b</text:p>", style="M", extra='text:continue-list="one"')
    body += _list("<text:p>c</text:p>", extra='text:continue-list="nowhere"')
    body += _list("<text:p>d</text:p>", extra='text:continue-list="one"').replace(
        "<text:list-item>", '<text:list-item text:style-override="M">'
    )
    assert _lines(read_bytes, body, levels=_levels("1") + other) == ["1. a", "II. b", "3. c", "IV. d"]


@pytest.mark.parametrize(
    ("form", "shown"),
    [("1st", "2nd"), ("First", "Second"), ("01, 02, 03, ...", "02"), ("א, י, ק, ...", "ב"), ("一, 二, 三, ...", "二"), ("?, ...", "2")],
)
def test_number_formats_of_libreoffice(form: str, shown: str, read_bytes: Read) -> None:
    """What LibreOffice calls a number format by how it begins is that format; an unknown one is written in digits."""
    assert _lines(read_bytes, _list("<text:p>a</text:p>", "<text:p>b</text:p>"), levels=_levels(form))[1] == f"{shown}. b"


def test_letters_after_z(read_bytes: Read) -> None:
    """After z come aa, ab, ac; aa, bb, cc where the style says so."""
    body = _list(*["<text:p>x</text:p>"] * 28)
    for extra, shown in (("", "ab. x"), ('style:num-letter-sync="true"', "bb. x")):
        assert _lines(read_bytes, body, levels=_levels("a", extra=extra))[27] == shown


def test_levels_without_numbers(read_bytes: Read) -> None:
    """In LibreOffice's pattern a level without numbers takes the sign behind it along, and shows of its own what stands around all."""
    levels = "".join(
        f'<text:list-level-style-number text:level="{place}" style:num-format="{form}" style:num-list-format="{pattern}"/>'
        for place, (form, pattern) in enumerate((("1", "%1%."), ("", "(%1%.%2%)"), ("1", "%1%.%2%.%3%")), 1)
    )

    def nested(depth: int, word: str) -> str:
        return "<text:list><text:list-item>" * depth + f"<text:p>{word}</text:p>" + "</text:list-item></text:list>" * depth

    body = _list("<text:p>a</text:p>" + nested(1, "b") + nested(2, "c"))
    assert _lines(read_bytes, body, levels=levels) == ["1. a", "() b", "1.1 c"]


def test_levels_that_show_others(read_bytes: Read) -> None:
    """`display-levels` puts the higher numbers before, and LibreOffice's own pattern says what stands between them."""
    p = "<text:p>x</text:p>"
    body = _list(p + f"<text:list><text:list-item>{p}</text:list-item></text:list>")
    assert _lines(read_bytes, body, levels=_levels("1", "1", extra='text:display-levels="2"')) == ["1. x", "1.1. x"]
    assert _lines(read_bytes, body, levels=_levels("1", "a", extra='style:num-list-format="§%1%-%2%"'))[1] == "§1-a x"


def test_pages_of_the_last_layout(read_bytes: Read) -> None:
    """Where the file keeps the pages of its last layout, they count and the breaks that somebody set do not."""
    automatic = '<style:style style:name="P"><style:paragraph-properties fo:break-before="page"/></style:style>'
    body = '<text:p>one</text:p><text:p text:style-name="P">two {}</text:p>'
    assert len(read_bytes("a.odt", open_document("text", body, automatic=automatic)).pages) == 2
    laid_out = body.replace("{}", "<text:soft-page-break/>still") + "<text:soft-page-break/><text:p>three</text:p>"
    pages = read_bytes("a.odt", open_document("text", laid_out, automatic=automatic)).pages
    assert len(pages) == 3


def test_blanks_are_bounded(read_bytes: Read) -> None:
    """A count of blanks, of columns or of rows from the file is never laid out."""
    body = (
        '<text:p>a<text:s text:c="2000000000"/>b</text:p><table:table><table:table-row table:number-rows-repeated="2000000000">'
        '<table:table-cell table:number-columns-repeated="2000000000"><text:p>c</text:p></table:table-cell></table:table-row></table:table>'
    )
    assert _lines(read_bytes, body) == ["a b", "c"]


def _mark(kind: str, key: str) -> str:
    return f'<text:change{kind} text:change-id="{key}"/>'


def test_views(read_bytes: Read) -> None:
    """Insertions may go on over the ends of lines, deletions may hold some; every view has its words, its lines and its numbers."""
    regions = changed_region("new", "insertion", "Ann") + changed_region("old", "deletion", "Bob", "<text:p>old</text:p>")
    regions += changed_region("line", "insertion", "Ann") + changed_region("lost", "deletion", "Bob", "<text:p>lost</text:p><text:p/>")
    body = f"<text:tracked-changes>{regions}</text:tracked-changes>"
    body += f"<text:p>The {_mark('', 'old')}{_mark('-start', 'new')}new{_mark('-end', 'new')} words.</text:p>"
    body += _list(
        f"<text:p>first{_mark('-start', 'line')}</text:p>",
        f"<text:p>added{_mark('-end', 'line')}</text:p>",
        f"<text:p>{_mark('', 'lost')}third</text:p>",
    )
    automatic = f'<text:list-style style:name="L">{_levels("1")}</text:list-style>'
    content = open_document("text", body, automatic=automatic)
    views = {view: read_bytes("a.odt", content, None, ingest.Options(view=view)) for view in ("accepted", "original", "marked_up")}
    assert views["accepted"].text == "The new words.\n1. first\n2. added\n3. third\n"
    assert views["original"].text == "The old words.\n1. first\n2. lost\n3. third\n"
    assert views["marked_up"].text == "The {--old--}{++new++} words.\n1. first{++¶++}\n2. {++added++}\n3. {--lost\n4. --}third\n"
    for document in views.values():
        assert {(one.kind, one.author, one.text.strip()) for one in document.annotations} == {
            ("deletion", "Bob", "old"),
            ("insertion", "Ann", "new"),
            ("insertion", "Ann", "added"),
            ("deletion", "Bob", "lost"),
        }
        assert [one.made_at for one in document.annotations] == [datetime(2024, 5, 1, 10, tzinfo=UTC)] * 4


def test_deletions_in_deletions_end(read_bytes: Read) -> None:
    """Deletions that refer to themselves and to each other are written once each."""
    both = f"<text:p>deleted{_mark('', 'a')}{_mark('', 'b')}{_mark('', 'b')}</text:p>"
    regions = changed_region("a", "deletion", "Ann", both) + changed_region("b", "deletion", "Bob", both)
    body = f"<text:tracked-changes>{regions}</text:tracked-changes><text:p>{_mark('', 'a')}end</text:p>"
    document = read_bytes("a.odt", open_document("text", body), None, ingest.Options(view="original"))
    assert document.text == "deleteddeletedend\n"


def test_comments(read_bytes: Read) -> None:
    """A comment stands beside what it is about, with who wrote it, what it answers and whether it is settled."""

    def comment(name: str, text: str, more: str = "") -> str:
        return f'<office:annotation office:name="{name}" {more}><dc:creator>{name}</dc:creator><text:p>{text}</text:p></office:annotation>'

    answer = comment("Bob", "So.", 'office:parent-name="Ann" office:resolved="true"')
    body = f'<text:p>Some {comment("Ann", "Why?")}words<office:annotation-end office:name="Ann"/> here{answer}.</text:p>'
    document = read_bytes("a.odt", open_document("text", body))
    assert document.text == "Some words here.\n"
    assert document.annotations == (
        Annotation("comment", "Why?", "Ann", None, 5, 10),
        Annotation("comment", "(resolved) (reply to Ann) So.", "Bob", None, 15, 15),
    )


def test_harm_is_refused(read_bytes: Read) -> None:
    """Passwords, bombs, entities, a missing part and endless nesting end with their reason."""
    with pytest.raises(SkipDocument, match="encrypted: an OpenDocument file that needs a password"):
        read_bytes("a.odt", open_document("text", "", manifest="<manifest:encryption-data/>"))
    with pytest.raises(SkipDocument, match=r"too_large: content.xml expands from 0\.\d to \d+ MB"):
        read_bytes("a.odt", open_document("text", "<text:p/>" * 3_000_000))
    mimetype = {"mimetype": "application/vnd.oasis.opendocument.text"}
    with pytest.raises(SkipDocument, match=r"damaged: there is no content.xml"):
        read_bytes("a.odt", package(mimetype))
    with pytest.raises(SkipDocument, match=r"damaged: content.xml declares XML entities"):
        read_bytes("a.odt", package({**mimetype, "content.xml": '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>'}))
    with pytest.raises(SkipDocument, match=r"damaged: (its structure is nested too deeply|.*Excessive depth)"):
        read_bytes("a.odt", open_document("text", "<text:section>" * 2_000 + "</text:section>" * 2_000))


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("ending", ["odt", "rtf"])
def test_corpus_numbering(ending: str, corpus: Path, tmp_path: Path) -> None:
    """Six real agreements saved by LibreOffice in another format: all 307 labelled paragraphs carry their numbers there, too."""
    sources = sorted((corpus / "docx").glob("*.docx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", ending, "--outdir", tmp_path, *sources]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = {path.stem: iter(_words(ingest.read(path, ingest.inspect(path).media_type, ingest.Limits()))) for path in tmp_path.glob("*.*")}
    rows = [json.loads(line) for line in (corpus / "docx" / "numbering_gold.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = [(row["document"], " ".join(f"{row['number']} {row['text']}".split())[:100].replace(" ", "")) for row in rows]
    # in this order: the iterator goes on where the last one was found
    missing = [label for name, label in wanted if not any(line.startswith(label) for line in found[name])]
    assert (len(wanted), missing) == (307, [])


def _words(document: Document) -> list[str]:
    return ["".join(line.split()) for line in document.text.splitlines()]
