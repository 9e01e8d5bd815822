"""Workbooks: cells in their columns, numbers as they are shown, and sheets that want to take all memory."""
# ruff: noqa: E501 - sources of documents stay whole

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_fixtures import cell, open_document, package, row, xls, xlsx

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.number_formats import plain, shown
from nightclerk.ingest.reading import fold
from nightclerk.ingest.spreadsheet import composed, sheet_page
from nightclerk.records import Document

Read = Callable[..., Document]
ACCOUNTING = '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)'


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.05, "0.0%", "5.0%"),
        (0.125, "0.####%", "12.5%"),
        (1250, "[$€-407] #,##0.00", "€ 1,250.00"),
        (-12.5, "#,##0.00;(#,##0.00)", "(12.50)"),
        (-0.001, "0.00", "0.00"),
        (1.005, "0.00", "1.01"),
        (1234567, '#,##0,"k"', "1,235k"),
        (0, '0;-0;"nil"', "nil"),
        (3, ACCOUNTING, "$3.00"),
        (-3, ACCOUNTING, "$(3.00)"),
        (0, ACCOUNTING, "$-"),
        (7, "00000", "00007"),
        (0.5, "#.##", ".5"),
        (5, '[Red]0" m²"', "5 m²"),
        (12.5, "# ?/?", "12.5"),
        (5, "[>100]0;0.0", "5"),
        (5, "0.0E+00", "5"),
        (-5, ";;;", "-5"),
        (0.1 + 0.2, "", "0.3"),
        (1e-9, "", "0.000000001"),
        (True, "0.00", "TRUE"),
    ],
)
def test_number_formats(value: float, code: str, text: str) -> None:
    """A number is shown under its format as a spreadsheet program shows it; under one that is not known, as it is."""
    assert shown(value, code) == text


@given(st.floats() | st.integers(), st.text(alphabet='0#?.,%;"[]$€-_*\\@GE+/ ()Redkm', max_size=20))
def test_any_format_gives_one_line(value: float, code: str) -> None:
    """No format code, however broken, costs the cell; the number always comes out as one line of words."""
    text = shown(value, code)
    assert text
    assert "\n" not in text


@given(st.floats(-1e300, 1e300))
def test_plain_numbers_keep_their_value(value: float) -> None:
    """A number without a format is the number that the file holds, to the 15 digits that people see."""
    assert math.isclose(float(plain(value)), value, rel_tol=1e-14)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_thousands_and_cents_are_exact(amount: object) -> None:
    """An amount of money with two places is shown to the cent."""
    assert shown(float(str(amount)), "#,##0.00").replace(",", "") == f"{amount:.2f}".replace("-0.00", "0.00")


def test_cells_keep_their_columns(read_bytes: Read) -> None:
    """Empty cells keep their place, empty rows and columns do not; line breaks in a cell are blanks."""
    rows = row(cell("a", at="C3"), cell("b", at="E3"), number=3) + row(cell("two\nlines", at="E9"), number=9)
    assert read_bytes("a.xlsx", xlsx({"S": rows})).text == "S\na | b\n| two lines\n\n"


def test_cells_without_references(read_bytes: Read) -> None:
    """Cells that do not say where they stand follow each other, and their formats follow them."""
    rows = row(cell("a"), cell(0.5, style=1)) + row(cell(0.25, style=1))
    assert read_bytes("a.xlsx", xlsx({"S": rows}, formats=["0%"])).text == "S\na | 50%\n25%\n\n"


def test_a_wide_sheet_with_little_in_it_is_short(read_bytes: Read) -> None:
    """In a sheet that is nearly empty no dividers stand for the empty cells."""
    rows = "".join(
        row(cell(f"w{line}", at=f"{chr(65 + line // 26)}{chr(65 + line % 26)}{line + 1}"), number=line + 1) for line in range(300)
    )
    assert read_bytes("a.xlsx", xlsx({"S": rows})).text == "S\n" + "\n".join(f"w{line}" for line in range(300)) + "\n\n"


def test_a_stray_cell_costs_its_sheet_only(read_bytes: Read) -> None:
    """A sheet that would be laid out over 17 thousand million cells is named and left out; the others are read."""
    stray = row(cell(1, at="A1"), number=1) + row(cell(2, at="XFD1048576"), number=1_048_576)
    document = read_bytes("a.xlsx", xlsx({"Stray": stray, "Good": row(cell("words"))}))
    assert (document.status, document.text) == ("partial", "Good\nwords\n\n")
    assert document.reason == "the sheet Stray was not read: its filled cells lie in a block of 17,179,869,184"


def test_a_bomb_is_not_opened(read_bytes: Read) -> None:
    """A sheet that expands a hundredfold is told by the directory."""
    with pytest.raises(SkipDocument, match=r"too_large: xl/worksheets/sheet1.xml expands from 0\.\d to \d+ MB"):
        read_bytes("a.xlsx", xlsx({"S": row(cell(1)) * 1_000_000}))


def test_text_boxes_are_read(read_bytes: Read) -> None:
    """What stands in a shape follows the cells."""
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    extra = {
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships><Relationship Id="a" Type="{links}/drawing" Target="../drawings/d.xml"/></Relationships>',
        "xl/drawings/d.xml": '<d xmlns:a="x"><a:p><a:r><a:t>Prices </a:t></a:r><a:r><a:t>net</a:t></a:r></a:p><a:p/></d>',
    }
    assert read_bytes("a.xlsx", xlsx({"S": row(cell("a"))}, extra=extra)).text == "S\na\nPrices net\n\n"


def test_passwords_and_damage_are_told(read_bytes: Read) -> None:
    """A workbook with a password is encrypted; one that makes no sense, also to the point that the parser panics, is damaged."""
    locked = xls("S", [["secret"]], more=b"\x2f\x00\x06\x00" + b"\x01\x00\x01\x00\x02\x00")
    with pytest.raises(SkipDocument, match="encrypted: a workbook that needs a password"):
        read_bytes("a.xls", locked)
    with pytest.raises(SkipDocument, match="damaged: the workbook cannot be opened"):
        read_bytes("a.xlsx", package({"[Content_Types].xml": "", "xl/workbook.xml": "<workbook/>"}))
    with pytest.raises(SkipDocument, match=r"damaged: xl/worksheets/sheet1.xml is damaged"):
        read_bytes("a.xlsx", xlsx({"S": "<row><c"}))
    with pytest.raises(SkipDocument, match="encrypted: an OpenDocument file that needs a password"):
        read_bytes("a.ods", open_document("spreadsheet", "", manifest="<manifest:encryption-data/>"))


def test_flipped_bytes_are_damage(read_bytes: Read) -> None:
    """A workbook with wrong bytes in it is read or damaged: no crash of the parser (it panics) passes for a failure of the system."""
    content = bytearray(xls("S", [["words", 1.5], [2.5, "more"]]))
    for place in range(512, len(content), 64):
        broken = bytes(content[:place]) + b"\xff\xfe" + bytes(content[place + 2 :])
        assert _status(read_bytes, broken) in {"read", "empty", "damaged", "unsupported"}


def _status(read: Read, content: bytes) -> str:
    try:
        return read("a.xls", content).status
    except SkipDocument as skip:
        return skip.status


def test_repeats_without_end_are_cut_and_told(read_bytes: Read) -> None:
    """A row that is filled down to the last one is read a thousand times, and the document says so."""
    filled = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    body = f'<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">{filled}</table:table-row></table:table>'
    document = read_bytes("a.ods", open_document("spreadsheet", body))
    assert document.text.count("x") == 1_000
    assert document.reason == "a row of the sheet S that is repeated 1,048,576 times was read 1,000 times"


def test_rows_are_blocks(read_bytes: Read) -> None:
    """A row knows its sheet, its cells and the headers over them; one that nobody sees says so."""
    rows = row(cell("Service"), cell("Fee in thousands"), number=1) + row(cell("Storage"), cell(0.5, style=1), number=2)
    hidden = row(cell("Scrap"), cell(2), number=4).replace('r="4"', 'r="4" hidden="1"', 1)
    document = read_bytes("a.xlsx", xlsx({"Rates": rows + hidden}, formats=["0%"]))
    blocks = ingest.unpack(document.layout)
    told = [(block.row, document.text[block.char_start : block.char_end], block.part, block.note) for block in blocks]
    assert told == [
        (0, "Service | Fee in thousands", "sheet Rates", ""),
        (1, "Storage | 50%", "sheet Rates", "columns: Service | Fee in thousands"),
        (2, "Scrap | 2", "sheet Rates", "hidden row; columns: Service | Fee in thousands"),
    ]
    assert [document.text[place:][:4] for place in blocks[1].cells] == ["Stor", "50%\n"]


@given(st.lists(st.dictionaries(st.integers(0, 6), st.text(max_size=5), max_size=6), max_size=8))
def test_cells_lie_where_their_rows_say(rows: list[dict[int, str]]) -> None:
    """Whatever the cells hold, each begins where its row says."""
    sheet = sheet_page("S", rows, hidden=False)
    reading = composed([sheet])
    words = [[fold(row[column]).strip() for column in sorted(row) if fold(row[column]).strip()] for row in rows]
    assert [
        [reading.pages[0].text[cell:].startswith(word) for cell, word in zip(block.cells, found, strict=True)]
        for block, found in zip(reading.blocks, filter(None, words), strict=True)
    ] == [[True] * len(found) for found in words if found]
