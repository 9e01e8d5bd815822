"""Tables of pages and texts: a figure is read with what stands over it, and says what it said."""
# ruff: noqa: E501 - sources of documents stay whole

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from nightclerk.ingest import html, text
from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.html_tables import is_figure, scale_in

FACT = '<ix:nonFraction name="us-gaap:Revenues" contextRef="c1" unitRef="u1" scale="6" sign="-">17</ix:nonFraction>'
CONTEXT = (
    "<ix:header><ix:resources><xbrli:context id='c1'><xbrli:entity><xbrli:segment><xbrldi:explicitMember dimension='a:B'>a:Member</xbrldi:explicitMember>"
    "</xbrli:segment></xbrli:entity><xbrli:period><xbrli:instant>2024-06-30</xbrli:instant></xbrli:period></xbrli:context><xbrli:unit id='u1'><xbrli:divide>"
    "<xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure>"
    "</xbrli:unitDenominator></xbrli:divide></xbrli:unit></ix:resources></ix:header>"
)
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
BLOCKS = ("td", "th", "p", "div", "br", "tr", "li")


def _notes(source: str) -> list[tuple[str, str]]:
    """(row, note) of every row of the tables in a page."""
    reading = html.parsed(source)
    words = "".join(page.text for page in reading.pages)
    return [(words[block.char_start : block.char_end], block.note) for block in reading.blocks if block.kind == "table_row"]


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ("<tr><td><td>2024<td>2023<tr><td>Sales<td>5<td>4", "columns: | 2024 | 2023"),
        ("<tr><td><td colspan=4>Year ended<tr><td><td colspan=2>2024<td colspan=2>2023<tr><td>Sales<td>$<td>5<td>$<td>4",
         "currency: $; columns: | Year ended 2024 | Year ended 2023"),
        ("<tr><td rowspan=2>Item<td colspan=2>Year<tr><td>2024<td>2023<tr><td>Sales<td>5<td>(4)", "columns: Item | Year 2024 | Year 2023"),
        ("<tr><td>(in millions)<td>2024<td>2023<tr><td>Sales<td>5<td>4", "in millions; columns: | 2024 | 2023"),
        ("<tr><th>Service<th>Fee (%)<tr><td>Storage<td>5", "columns: Service | Fee (%)"),
        # spacers make the columns of old headers differ from those of the figures
        ("<tr><td><td><td>1998<td><td>1997<tr><td>Sales<td>5<td><td>4", "columns: | 1998 | 1997"),
        ("<tr><td><td>2024<td>2023<tr><td>Sales<td>9<td>8<tr><td><td>June<td>May<tr><td>Sales<td>5<td>4", "columns: | June | May"),
        ("<tr><td>Sales<td>5<td>4", ""),
        ("<tr><td colspan=100000000>a<td>2024<tr><td>b<td rowspan=99999999>5", "columns: a | a"),
    ],
)  # fmt: skip
def test_headers_stand_over_their_figures(rows: str, note: str) -> None:
    """The note of a row has a header for each of its cells, by the columns that they fill and not by counting cells."""
    assert _notes(f"<table>{rows}</table>")[-1][1] == note


@pytest.mark.parametrize(
    ("words", "scale"),
    [
        ("(In thousands, except per share amounts)", "In thousands, except per share amounts"),
        ("Dollars in millions", "Dollars in millions"),
        ("($ in billions)", "$ in billions"),
        ("(thousands of dollars)", "thousands of dollars"),
        ("(Amounts in $000's)", "$000's"),
        ("in Mio. €", "in Mio. €"),
        ("(en milliers d'euros)", "en milliers d'euros"),
        ("(単位:百万円)", "単位:百万円"),
        ("Net sales rose to $ 12 million", ""),
        ("", ""),
    ],
)
def test_scales(words: str, scale: str) -> None:
    """What says in what a table counts is found in the words for it, and an amount is none."""
    assert scale_in(words) == scale


def test_scale_above_a_table() -> None:
    """The scale may stand in the line above a table, or be its caption."""
    table = "<table>{}<tr><td><td>2024<tr><td>Sales<td>5</table>"
    for source in ("<p>(in millions)</p>" + table.format(""), table.format("<caption>Results (in millions)</caption>")):
        assert _notes(source)[-1][1] == "in millions; columns: | 2024"


@pytest.mark.parametrize(
    ("cell", "yes"),
    [("$1,204", True), ("(17)", True), ("—", True), ("(2.5)%", True), ("1.204,50 €", False), ("EUR 5", True), ("5x", True), ("12 (1)", True),
     ("2024", False), ("FY2024", False), ("12/31/2024", False), ("June 30", False), ("Item 1.", False), ("(a)", False)],
)  # fmt: skip
def test_figures(cell: str, yes: bool) -> None:
    """An amount, a share and a dash are figures; years, dates and words are none."""
    assert is_figure(cell) is yes


def test_facts_of_a_row() -> None:
    """A fact of inline XBRL is told by concept, unit, date, dimension, scale and sign; none of these changes the figure."""
    row, note = _notes(f"{CONTEXT}<table><tr><td>Sales<td>({FACT})</table>")[-1]
    assert row == "Sales | (17)"
    assert note == "facts: us-gaap:Revenues USD/shares 2024-06-30 [a:Member] scale 6 sign -"


def test_pages_laid_out_in_tables() -> None:
    """Paragraphs in cells are paragraphs, one cell after the other; the table inside of them is a table."""
    long = "words and more words " * 10
    source = f"<table><tr><td><p>Left {long}<p>left again<td><p>Right<table><tr><td>a<td>5</table></table>"
    reading = html.parsed(source)
    assert reading.pages[0].text.split("\n\n") == [f"Left {long}".strip(), "left again", "Right", "a | 5\n"]
    assert [block.table for block in reading.blocks] == [0]


def test_typed_tables_of_old_filings() -> None:
    """In a table that is typed, words belong to the columns over which they stand, in a page as in a text."""
    typed = "<TABLE>\n<CAPTION>\n            1997     1996\n            ----     ----\n<S>         <C>      <C>\nSales       $  5     $ (4)\n</TABLE>\n"
    assert _notes(f"<pre>In millions\n{typed}</pre>")[-1] == ("Sales | $5 | $ (4)", "In millions; currency: $; columns: | 1997 | 1996")


@pytest.mark.parametrize("around", ["<p title='{}'>a</p>", "<title>{}</title>a", "<!--{}-->a", "<script>{}</script>a"])
def test_typed_tables_that_nobody_sees(around: str) -> None:
    """What looks like a typed table in a value, a title or a comment stays there."""
    typed = "<TABLE>\n<S>  <C>\nfee  5\n</TABLE>"
    assert "".join(page.text for page in html.parsed(around.format(typed)).pages) == "a\n"


@given(st.lists(st.lists(st.sampled_from(["", "5", "$ 1,0", "Sales", "----", "(4)  ", "2024"]), max_size=4), max_size=8))
def test_rows_of_texts_lie_where_they_say(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Whatever is typed between the marks of a table, the text stays to the character and the rows lie in it."""
    source = "<TABLE>\n<S>   <C>\n" + "\r\n".join("    ".join(row) for row in rows) + "\n</TABLE>\n"
    path = tmp_path_factory.mktemp("typed") / "a.txt"
    path.write_bytes(source.encode())
    reading = text.read(path)
    assert "".join(page.text for page in reading.pages) == source
    for block in reading.blocks:
        assert block.char_start == block.cells[0] <= block.cells[-1] < block.char_end <= len(source)
        assert not source[block.char_start].isspace()


def _numbers(root: lxml_html.HtmlElement) -> Counter[str]:
    """The numbers in the text of a page as lxml has it, without what a filing hides for machines."""
    for node in list(root.iter()):
        hidden = "display:none" in (node.get("style") or "").replace(" ", "").lower() if isinstance(node.tag, str) else True
        if hidden or node.tag in {"script", "style", "title", "ix:header"}:
            node.drop_tree()
    for node in root.iter(*BLOCKS):
        node.tail = f" {node.tail or ''}"
    return Counter(NUMBER.findall(root.text_content()))


def test_no_number_of_a_filing_is_missing(corpus: Path) -> None:
    """Every number of the filings and excerpts of reports stands in our text as often as in the page."""
    missing = {}
    for path in sorted([*(corpus / "sec").glob("*.html"), *(corpus / "tatqa" / "html").glob("*.html")]):
        source = decoded(path.read_bytes(), declared=True)
        ours = Counter(NUMBER.findall("".join(page.text for page in html.parsed(source).pages)))
        lost = _numbers(lxml_html.document_fromstring(source.encode())) - ours
        missing |= {path.name: lost} if lost else {}
    assert not missing
