"""PDF: the order of columns, rows of tables, lines at the edges of pages, headings, letters that stand apart."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from nightclerk import ingest
from nightclerk.records import Block, Document

Read = Callable[..., Document]
Draw = Callable[[Canvas], object]
LEFT = ["The Supplier shall deliver", "the goods within thirty days", "of the order unless both of", "the parties agree in writing"] * 3
RIGHT = ["Payment is due within sixty", "days of the invoice. Interest", "at five per cent is charged", "on any amount that is late."] * 3
PRICES = [("Item", "Quantity", "Price"), ("Chisels", "10", "1,204.00"), ("Saws and planes", "3", "17.50"), ("Hammers", "8", "(9.00)")]


def _pdf(*pages: Draw, size: tuple[int, int] = (500, 600)) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _of_kind(document: Document, kind: str) -> list[tuple[Block, str]]:
    return [(block, document.text[block.char_start : block.char_end]) for block in ingest.unpack(document.layout) if block.kind == kind]


def _rows(document: Document) -> list[str]:
    return [text for _, text in _of_kind(document, "table_row")]


def _columns(*, by_row: bool, below: str = "") -> Draw:
    places = [(x, 500 - 14 * row, lines[row]) for x, lines in ((40, LEFT), (270, RIGHT)) for row in range(len(LEFT))]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 540, "SUPPLY AGREEMENT BETWEEN THE TWO PARTIES THAT ARE NAMED BELOW")
        for x, y, line in sorted(places, key=lambda place: -place[1]) if by_row else places:
            canvas.drawString(x, y, line)
        canvas.drawString(240, 30, below)

    return draw


@pytest.mark.parametrize("by_row", [True, False])
def test_columns_are_read_one_after_the_other(by_row: bool, read_bytes: Read) -> None:
    """However a page with two columns was written, the left one comes first; what stands above and below them keeps its place."""
    lines = read_bytes("a.pdf", _pdf(_columns(by_row=by_row, below="- 7 -"))).text.splitlines()
    assert lines[1:-1] == LEFT + RIGHT
    assert (lines[0][:16], lines[-1]) == ("SUPPLY AGREEMENT", "- 7 -")


def test_three_columns_are_read_one_after_the_other(read_bytes: Read) -> None:
    """Terms in small print that were written across three columns are read down each of them."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for row in range(12):
            for x, lines in ((30, LEFT), (180, RIGHT), (330, LEFT)):
                canvas.drawString(x, 500 - 12 * row, lines[row])

    assert read_bytes("a.pdf", _pdf(draw)).text.splitlines() == LEFT + RIGHT + LEFT


def test_short_columns_are_read_across(read_bytes: Read) -> None:
    """Signatures side by side, and terms beside what they mean, are no columns of running text."""

    def signatures(canvas: Canvas) -> None:
        for row, line in enumerate(("By:", "Name: Anna Berg", "Title: Director") * 3):
            canvas.drawString(40, 500 - 20 * row, line)
            canvas.drawString(270, 500 - 20 * row, line.replace("Berg", "Lund"))

    lines = read_bytes("a.pdf", _pdf(signatures)).text.splitlines()
    assert lines[1] == "Name: Anna Berg Name: Anna Lund"


def _table(rows: Sequence[Sequence[str]], *, ruled: bool = False, height: int = 20) -> Draw:
    edges = (40, 220, 340, 460)

    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 560, "The prices are those of the table below, which is part of this Agreement:")
        for number, cells in enumerate(rows):
            for x, cell in zip(edges, cells, strict=False):
                for line, part in enumerate(cell.split("\n")):
                    canvas.drawString(x + 4, 500 - height * number - 12 * line, part)
        if ruled:
            for number in range(len(rows) + 1):
                canvas.line(edges[0], 514 - height * number, edges[-1], 514 - height * number)
            for x in edges:
                canvas.line(x, 514, x, 514 - height * len(rows))
        canvas.drawString(40, 200, "Prices are net of tax.")

    return draw


@pytest.mark.parametrize("ruled", [True, False])
def test_tables_become_rows_of_cells(ruled: bool, read_bytes: Read) -> None:
    """A table with lines, or of figures in columns, is one row a line; each cell's beginning is known, and the words around it stay."""
    document = read_bytes("a.pdf", _pdf(_table(PRICES, ruled=ruled)))
    assert _rows(document) == [" | ".join(row) for row in PRICES]
    block, _ = _of_kind(document, "table_row")[2]
    assert (block.table, block.row, [document.text[start:].split(" | ")[0].split("\n")[0] for start in block.cells]) == (
        0,
        2,
        list(PRICES[2]),
    )
    assert document.text.splitlines()[0].startswith("The prices are those")
    assert document.text.splitlines()[-1] == "Prices are net of tax."


def test_cells_of_several_lines_stay_whole(read_bytes: Read) -> None:
    """Lines drawn between the cells tell which words belong together; an empty cell keeps its place."""
    rows = [
        ("Milestone", "Payment", "Due"),
        ("Signature of\nboth parties", "", "At once"),
        ("Delivery", "50%", "On the first\nof the month"),
    ]
    document = read_bytes("a.pdf", _pdf(_table(rows, ruled=True, height=40)))
    assert _rows(document) == [
        "Milestone | Payment | Due",
        "Signature of both parties | | At once",
        "Delivery | 50% | On the first of the month",
    ]


def test_a_turned_table_is_read_as_it_is_seen(read_bytes: Read) -> None:
    """A landscape table on a page that is stored upright and shown turned has the same rows."""

    def turned(canvas: Canvas) -> None:
        canvas.translate(500, 0)
        canvas.rotate(90)
        _table(PRICES, ruled=True)(canvas)

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(turned, size=(600, 500)))))
    writer.pages[0].rotate(90)
    buffer = io.BytesIO()
    writer.write(buffer)
    assert _rows(read_bytes("a.pdf", buffer.getvalue())) == [" | ".join(row) for row in PRICES]


@pytest.mark.parametrize(
    "rows",
    [
        [("(a)", "the goods"), ("(b)", "the works"), ("(c)", "the services"), ("(d)", "the rest")],
        [("1.1", "Definitions", "3"), ("1.2", "Interpretation", "5"), ("2.1", "Supply", "9"), ("2.2", "Price", "12")],
        [("Anna Berg", "Director"), ("Carl Dahl", "Secretary"), ("Eva Falk", "Treasurer"), ("Gina Holm", "Chair")],
        [("Term", "two years")],
        [("Amount:", "1,000"), ("Months:", "36"), ("Rate:", "5%")],
    ],
    ids=["list", "contents", "names", "one row", "filled in"],
)
def test_what_is_no_table_stays_text(rows: list[tuple[str, ...]], read_bytes: Read) -> None:
    """Lists, tables of contents and words side by side are left as they are: a table that is none is worse than none."""
    document = read_bytes("a.pdf", _pdf(_table(rows)))
    assert _rows(document) == []
    assert " ".join(rows[0]) in document.text


def test_a_frame_is_no_table(read_bytes: Read) -> None:
    """Lines around whole paragraphs, and around lists of short words, do not make one cell of them."""

    def framed(canvas: Canvas) -> None:
        for x, words in ((44, ["Name", "Street", "Town", "Phone", "Mail"]), (224, ["Anna", "Kai 4", "Bergen", "55 12", "a@b.no"])):
            for row, word in enumerate(words):
                canvas.drawString(x, 500 - 14 * row, word)
        for x in (40, 220, 460):
            canvas.line(x, 514, x, 400)
        for y in (514, 430, 400):
            canvas.line(40, y, 460, y)

    assert _rows(read_bytes("a.pdf", _pdf(framed))) == []


def _page(number: int, body: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 570, f"Lease of Shed {number % 2 + 10}")
        canvas.drawString(40, 400, body)
        canvas.drawString(240, 30, f"Page {number} of 12")

    return draw


def test_lines_at_the_edges_of_pages_are_told(read_bytes: Read) -> None:
    """What repeats at the top and the bottom of pages, whatever its numbers, stays in the text and is marked; the body is not."""
    bodies = ["Clause one", "Clause two", "Clause three", "Clause four"]
    document = read_bytes("a.pdf", _pdf(*[_page(number, body) for number, body in enumerate(bodies, 9)]))
    assert [text for _, text in _of_kind(document, "page_header")] == ["Lease of Shed 11", "Lease of Shed 10"] * 2
    assert [text for _, text in _of_kind(document, "page_footer")] == [f"Page {number} of 12" for number in (9, 10, 11, 12)]
    assert "Clause two\nPage 10 of 12\n" in document.text


def test_headings_at_the_top_of_pages_are_body(read_bytes: Read) -> None:
    """`Schedule 1` to `Schedule 3` on three pages are headings and no header; two pages that agree are no rule."""
    schedules = [lambda canvas, number=number: canvas.drawString(40, 500, f"Schedule {number}") for number in (1, 2, 3)]
    assert not ingest.unpack(read_bytes("a.pdf", _pdf(*schedules)).layout)
    assert not ingest.unpack(read_bytes("a.pdf", _pdf(_page(1, "one"), _page(2, "two"))).layout)


def test_the_outline_names_headings(read_bytes: Read) -> None:
    """A line that the outline leads to is a heading; a title that stands nowhere on its page is none."""

    def draw(canvas: Canvas) -> None:
        for place, (key, line) in enumerate((("a", "1. Premises"), ("b", "The shed at the quay."), ("c", "2. Term"))):
            canvas.bookmarkPage(key)
            canvas.drawString(40, 500 - 20 * place, line)
        canvas.addOutlineEntry("1. PREMISES", "a")
        canvas.addOutlineEntry("Elsewhere", "b", 1)
        canvas.addOutlineEntry("2.  Term", "c")

    assert [text for _, text in _of_kind(read_bytes("a.pdf", _pdf(draw)), "heading")] == ["1. Premises", "2. Term"]


def test_letters_that_stand_apart_are_words(read_bytes: Read) -> None:
    """A spaced heading is read as words, told by the wider gaps between them; an alphabet and lettered columns are not."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 500, "L E A S E   A G R E E M E N T")
        canvas.drawString(40, 450, "A B C D E F")
        canvas.drawString(40, 400, "X A B")

    assert read_bytes("a.pdf", _pdf(draw)).text == "LEASE AGREEMENT\nA B C D E F\nX A B\n"
