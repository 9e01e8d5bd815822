"""RTF: the accepted view, and sources that no program wrote."""
# ruff: noqa: E501 - sources of documents stay whole

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightclerk import ingest
from nightclerk.ingest import rtf
from nightclerk.records import Document

Read = Callable[..., Document]
TOKENS = [
    "{", "}", "\\par ", "\\u", "\\u99999999 ", "\\u-50000 ?", "\\uc", "\\uc-3 ", "\\'e9", "\\'zz", "\\deleted ", "\\deleted0 ", "{\\footnote x}",
    "\\bin5 ", "\\bin99999999 ", "abc", "{\\header h}", "{\\fonttbl", "{\\f0 Arial;}", "\\f0", "\\f9 ", "\\cell ", "\\row ", "\\ansicpg", "é",
    "\\ansicpg37 ", "\\v ", "\\", "\n", "{\\*\\x ", "\\nestrow ", "\\plain ", "{\\shptxt b}", "{\\title t}", "\\u128512 ?", "\0",
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"a{\deleted\revauthdel1  gone}{\revised  in}", "a in"),
        (r"one{\deleted\par} two", "one two"),
        (r"\deleted gone\deleted0 kept\deleted gone\plain kept", "keptkept"),
        (r"a{\footnote {\super\chftn} first} b{\footnote second}", "a[1] b[2]\n[1] first\n[2] second"),
        (r"a{\deleted x{\footnote gone}} b{\footnote kept}", "a b[1]\n[1] kept"),
        (r"a\cell b|c\cell\row d\cell\cell\row", "a | b|c\nd"),
        (r"{\*\nesttableprops}x\nestcell y\nestcell{\*\nesttableprops\nestrow}z\cell\row", "x | y\nz"),
        (r"{\header h}{\headerf h}{\footer f}body", "body\nh\nf"),
        (r"\u-10179 ?\u-8704 ? \u8364 ? \u128512 ?", "😀 € 😀"),
        (r'{\field{\*\fldinst{HYPERLINK "http://x"}}{\fldrslt words}}', "words"),
        (r"{\pntext 1.\tab}old {\listtext 2.\tab}new", "1. old 2. new"),
        (r"{\pict\bin7 {}}}\par}after", "after"),
        (r"a\{b\}\\c", "a{b}\\c"),
        (r"end}\par junk", "end"),
    ],
)  # fmt: skip
def test_accepted_view(source: str, text: str, read_bytes: Read) -> None:
    """Deletions are out and insertions in; notes, tables, headers and numbers are where the other readers put them."""
    assert read_bytes("a.rtf", f"{{\\rtf1\\ansi {source}}}".encode()).text.strip() == text


def test_code_pages(read_bytes: Read) -> None:
    """Bytes mean what the font they stand in says, also in notes; bytes of UTF-8, which RTF does not know, are characters."""
    fonts = r"\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}"
    source = rf"{{\rtf1{fonts}\f0 \'e9 {{\f1 \'cf{{\footnote \'f0}}}} ".encode() + b"\xe9}"
    assert read_bytes("a.rtf", source).text.strip() == "é П[1] é\n[1] р"
    assert read_bytes("a.rtf", "{\\rtf1 Öl für €}".encode()).text.strip() == "Öl für €"


def test_hidden_words_are_told(read_bytes: Read) -> None:
    """Hidden words are left out, and the document says how many characters they have."""
    document = read_bytes("a.rtf", rb"{\rtf1 seen {\v hidden}\v also\v0  seen}")
    assert (document.text.split(), document.status) == (["seen", "seen"], "partial")
    assert document.reason == "10 characters of hidden text were left out"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=30))
def test_any_source_is_read(tmp_path: Path, tokens: list[str]) -> None:
    """No sequence of tokens makes the reader raise or go on for ever."""
    path = tmp_path / "a.rtf"
    path.write_text("{\\rtf1" + "".join(tokens), encoding="latin-1", newline="")
    assert all(isinstance(page.text, str) for page in rtf.read(path).pages)


def test_deep_nesting_is_read(read_bytes: Read) -> None:
    """A hundred thousand groups in each other are read."""
    assert read_bytes("a.rtf", b"{\\rtf1 " + b"{" * 100_000 + b"core" + b"}" * 100_001).text.strip() == "core"


def test_what_is_cut_off_is_told(read_bytes: Read) -> None:
    """A file that ends in the middle, or goes on after its end, is read and said to be partial."""
    assert read_bytes("a.rtf", rb"{\rtf1 words {\b and more").reason == "the file is cut off or damaged: a group in it does not end"
    document = read_bytes("a.rtf", rb"{\rtf1 words}" + b"lost words" * 20 + b"\0\0")
    assert (document.text, document.reason) == ("words", "200 characters after the end of the RTF were not read")
    assert read_bytes("a.rtf", b"{\\rtf1 words}}\r\n\0").status == "read"


def test_rows_are_blocks(read_bytes: Read) -> None:
    """Rows of a table know their cells and the headers over them, tables are counted, and bars of the author are none of ours."""
    source = rb"{\rtf1 a | b\par Item\cell 2024\cell\row Rent\cell 5\cell\row between\par x\cell y\cell\row}"
    document = read_bytes("a.rtf", source)
    found = [
        (block.table, block.row, document.text[block.char_start : block.char_end], block.note) for block in ingest.unpack(document.layout)
    ]
    assert found == [
        (0, 0, "Item | 2024", ""),
        (0, 1, "Rent | 5", "columns: Item | 2024"),
        (1, 0, "x | y", ""),
    ]
    assert [[document.text[place] for place in block.cells] for block in ingest.unpack(document.layout)][1] == ["R", "5"]
