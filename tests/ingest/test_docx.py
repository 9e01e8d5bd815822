"""DOCX: numbering as Word prints it, and containers that want to do harm."""

from __future__ import annotations

import functools
import io
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import docx, docx_package
from nightclerk.ingest.counts import roman, spelled
from nightclerk.ingest.numerals import formatted
from nightclerk.records import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Read = Callable[..., Document]
RUNS = (f"{docx_package.W}t", f"{docx_package.W}delText")


def _docx(body: str, *, numbering: str = "", styles: str = "", head: str = "", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    relations = "".join(f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>' for kind in ("numbering", "styles"))
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        archive.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
        archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    return buffer.getvalue()


def _p(text: str, number: str = "", level: int = 0, extra: str = "") -> str:
    list_part = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    return f"<w:p><w:pPr>{list_part}{extra}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _level(depth: int, text: str, form: str = "decimal", extra: str = "", start: int = 1) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def _lines(read: Read, body: str, **parts: str) -> list[str]:
    return [line for line in read("a.docx", _docx(body, **parts)).text.splitlines() if line]


def test_levels_restart_unless_told_otherwise(read_bytes: Read) -> None:
    """A level begins anew after a higher one; `lvlRestart` 0 lets it run on."""
    levels = _level(0, "%1.") + _level(1, "%1.%2") + _level(2, "(%3)", "lowerLetter", '<w:lvlRestart w:val="0"/>')
    numbering = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    body = "".join(_p(str(level), "1", level) for level in (0, 1, 2, 1, 2, 0, 1, 2))
    assert _lines(read_bytes, body, numbering=numbering) == ["1. 0", "1.1 1", "(a) 2", "1.2 1", "(b) 2", "2. 0", "2.1 1", "(c) 2"]


def test_levels_that_were_passed_over_count(read_bytes: Read) -> None:
    """A list that begins below its first level, or leaves one out, has that one all the same: the next of its kind is the second."""
    levels = _level(0, "%1.") + _level(1, "%1.%2") + _level(2, "%1.%2.%3")
    numbering = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    body = "".join(_p("x", "1", level) for level in (1, 1, 0, 2, 1, 0, 1))
    assert _lines(read_bytes, body, numbering=numbering) == [f"{label} x" for label in ("1.1", "1.2", "2.", "2.1.1", "2.2", "3.", "3.1")]


def test_lists_of_one_definition_count_together(read_bytes: Read) -> None:
    """Two lists share the counters of their definition; a start override begins anew, once."""
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{_level(0, "%1)")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = "".join(_p("x", number) for number in ("1", "3", "2", "2", "1"))
    assert _lines(read_bytes, body, numbering=numbering) == ["1) x", "2) x", "7) x", "8) x", "9) x"]


def test_numbers_from_styles(read_bytes: Read) -> None:
    """A style brings its list and, by the level that is linked to it, its place; its heirs inherit; numId 0 turns it off."""
    linked = _level(0, "Article %1", "upperRoman", '<w:pStyle w:val="H1"/>') + _level(1, "%1.%2", extra='<w:isLgl/><w:pStyle w:val="H2"/>')
    numbering = (
        f'<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Legal"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="Legal"/>{linked}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    list_part = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = (
        f'<w:style w:type="paragraph" w:styleId="H1">{list_part}</w:style><w:style w:type="paragraph" w:styleId="H2">{list_part}</w:style>'
        '<w:style w:type="paragraph" w:styleId="Heir"><w:basedOn w:val="H2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
    )
    paragraphs = [_p("x", extra=f'<w:pStyle w:val="{style}"/>') for style in ("H1", "H2", "Heir", "Loop")]
    paragraphs.append(_p("off", "0", extra='<w:pStyle w:val="H2"/>'))
    assert _lines(read_bytes, "".join(paragraphs), numbering=numbering, styles=styles) == ["Article I x", "1.1 x", "1.2 x", "x", "off"]


@pytest.mark.parametrize(
    ("count", "form", "text"),
    [
        (4, "lowerRoman", "iv"),
        (1999, "upperRoman", "MCMXCIX"),
        (27, "lowerLetter", "aa"),
        (26, "upperLetter", "Z"),
        (7, "decimalZero", "07"),
        (7, "001, 002, 003", "007"),
        (21, "ordinal", "21st"),
        (12, "ordinal", "12th"),
        (21, "ordinalText", "Twenty-first"),
        (20, "ordinalText", "Twentieth"),
        (115, "cardinalText", "One hundred fifteen"),
        (2024, "cardinalText", "Two thousand twenty-four"),
        (1001, "ordinalText", "One thousand first"),
        (10_000, "ordinalText", "10000th"),
        (3, "none", ""),
        (0, "upperRoman", "0"),
        (10**9, "lowerLetter", "1000000000"),
        (3, "chineseCounting", "三"),
        (10, "chineseLegalSimplified", "壹拾"),
        (1024, "japaneseCounting", "千二十四"),
        (101, "chineseCountingThousand", "一百零一"),
        (15, "hebrew1", "טו"),
        (21, "koreanLegal", "스물하나"),
        (28, "lowerLetter2", "ab"),
        (30, "russianUpper", "АА"),
        (12, "decimalFullWidth", "１２"),
        (20, "decimalEnclosedCircle", "⑳"),
        (21, "decimalEnclosedCircle", "21"),
        (3, "bahtText", "3"),
    ],
)
def test_number_formats(count: int, form: str, text: str) -> None:
    """Each number format of Word is printed as Word prints it; one that is not known, in digits."""
    assert formatted(count, form) == text


def test_roman_numbers_are_read_back() -> None:
    """What is printed in Roman is read as the same count, and what nobody writes is none."""
    assert all(roman(formatted(count, "upperRoman")) == (count,) for count in range(1, 400))
    assert roman("iiii") == roman("vx") == roman("abc") == ()
    assert (spelled("1A"), spelled("Seven"), spelled("十二"), spelled("Headings")) == ((1, 1), (7,), (12,), ())


def test_empty_paragraph_of_a_section_break_has_no_number(read_bytes: Read) -> None:
    """Word does not number the empty paragraph that carries a section break."""
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{_level(0, "%1.")}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = _p("a", "1") + _p("", "1", extra="<w:sectPr/>") + _p("b", "1")
    assert _lines(read_bytes, body, numbering=numbering) == ["1. a", "2. b"]


def test_bombs_are_not_opened(read_bytes: Read) -> None:
    """A part that expands a hundredfold is told by its directory, before a byte of it is read."""
    with pytest.raises(SkipDocument, match=r"too_large: word/document.xml expands from 0\.\d to \d+ MB"):
        read_bytes("a.docx", _docx("<w:p/>" * 4_000_000))


def test_entities_are_refused(read_bytes: Read) -> None:
    """A part with entities of its own is refused: reading on would leave out what they stand for."""
    with pytest.raises(SkipDocument, match=r"damaged: word/document.xml declares XML entities"):
        read_bytes("a.docx", _docx("<w:p><w:r><w:t>x&e;y</w:t></w:r></w:p>", head='<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'))


def test_damage_is_told(read_bytes: Read) -> None:
    """A container or a part that is cut off is damaged, with what and where."""
    whole = _docx(_p("words"), compression=zipfile.ZIP_STORED)
    with pytest.raises(SkipDocument, match="damaged: its ZIP container cannot be opened"):
        read_bytes("a.docx", whole[: len(whole) // 2])
    with pytest.raises(SkipDocument, match=r"damaged: word/document.xml is damaged"):
        read_bytes("a.docx", whole.replace(b"words", b"wo</s"))


def test_deep_nesting(read_bytes: Read) -> None:
    """Tables in tables are read; nested deeper than anybody writes they cost the file and nothing else."""

    def nested(depth: int) -> str:
        return "<w:tbl><w:tr><w:tc>" * depth + _p("core") + "</w:tc></w:tr></w:tbl>" * depth

    assert read_bytes("a.docx", _docx(nested(50))).text.strip() == "core"
    for depth in (500, 5_000):
        with pytest.raises(SkipDocument, match=r"damaged: (its structure is nested too deeply|.*Excessive depth)"):
            read_bytes("a.docx", _docx(nested(depth)))


def test_corpus_numbering(corpus: Path) -> None:
    """All 307 labelled paragraphs of six real agreements carry their numbers."""
    rows = defaultdict(list)
    for line in (corpus / "docx" / "numbering_gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["document"]].append(re.sub(r"\s+", " ", f"{row['number']} {row['text']}").strip()[:100])
    for name, expected in rows.items():
        source = ingest.inspect(corpus / "docx" / f"{name}.docx")
        lines = iter(ingest.read(source.path, source.media_type, ingest.Limits()).text.splitlines())
        # in this order: the iterator goes on where the last one was found
        missing = [label for label in expected if not any(line.startswith(label) for line in lines)]
        assert not missing, (name, missing[:3])


@functools.cache
def _own_letters(path: Path) -> Counter[str]:
    """The letters and digits of all runs of the main part; of alternatives, those of the newer form."""
    package = docx_package.Package(path)
    root = package.xml(package.document())
    assert root is not None
    doubled = {run for older in root.iter("{*}Fallback") for run in older.iter(*RUNS)}
    own = "".join(run.text or "" for run in root.iter(*RUNS) if run not in doubled)
    return Counter({letter: count for letter, count in Counter(own).items() if letter.isalnum()})


@pytest.mark.parametrize("view", ["accepted", "original", "marked_up"])
def test_corpus_words(view: str, corpus: Path) -> None:
    """Every letter of the runs of real and of odd documents stands in the text or in an annotation, in each view."""
    read = 0
    for path in sorted([*(corpus / "docx").glob("*.docx"), *(corpus / "hostile" / "docx").glob("*.do[ct]x")]):
        try:
            reading = docx.read(path, view=view)
        except SkipDocument:
            continue
        found = Counter("".join([page.text for page in reading.pages] + [one.text for one in reading.annotations]))
        missing = {letter: count - found[letter] for letter, count in _own_letters(path).items() if found[letter] < count}
        assert not missing, (path.name, missing)
        read += 1
    assert read > 190
