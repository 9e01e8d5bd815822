"""OpenDocument spreadsheets: what their cells show, which the file holds beside the values. Repeated cells are never laid out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nightclerk.ingest.container import Element
from nightclerk.ingest.opendocument import OpenDocument, attribute, local, styles_of, whole, words
from nightclerk.ingest.reading import Reading
from nightclerk.ingest.spreadsheet import Row, Sheet, composed, sheet_page

# somebody filled a column down to the last row; nobody typed so much
MOST_REPEATS = 1_000
GROUPS = frozenset(["table-row-group", "table-rows", "table-header-rows"])


def read(path: Path) -> Reading:
    """Read an ODS; raises SkipDocument where it is damaged, encrypted or expands too far."""
    package = OpenDocument(path)
    content = package.content()
    hidden = _hidden_styles(content)
    gaps: list[str] = []
    pages = [_page(table, hidden, gaps) for body in content.iterfind("{*}body/{*}spreadsheet") for table in body.iterfind("{*}table")]
    return composed(pages, package.title(), gaps)


def _hidden_styles(content: Element) -> set[str]:
    return {
        attribute(style, "name")
        for style in styles_of(content)
        if any(attribute(properties, "display") == "false" for properties in style.iterfind("{*}table-properties"))
    }


def _page(table: Element, hidden: set[str], gaps: list[str]) -> Sheet:
    name = attribute(table, "name")
    shapes = [words(paragraph) for shape in table.iterfind("{*}shapes") for paragraph in shape.iter("{*}p")]
    rows = list(_rows(table, name, gaps))
    collapsed = {place for place, (is_shown, _) in enumerate(rows) if not is_shown}
    is_hidden = attribute(table, "style-name") in hidden
    return sheet_page(name, [row for _, row in rows], hidden=is_hidden, below=shapes, hidden_rows=collapsed)


def _rows(table: Element, name: str, gaps: list[str]) -> Iterator[tuple[bool, Row]]:
    """(whether somebody who opens the sheet sees it, its cells) of each row."""
    for node in _row_nodes(table):
        row = _cells(node)
        times = whole(attribute(node, "number-rows-repeated"), 1) if row else 0
        if times > MOST_REPEATS:
            gaps.append(f"a row of the sheet {name} that is repeated {times:,} times was read {MOST_REPEATS:,} times")
        for _ in range(min(times, MOST_REPEATS)):
            yield attribute(node, "visibility") not in {"collapse", "filter"}, row


def _row_nodes(parent: Element) -> Iterator[Element]:
    for node in parent:
        if local(node) == "table-row":
            yield node
        elif local(node) in GROUPS:
            yield from _row_nodes(node)


def _cells(row: Element) -> dict[int, str]:
    cells: dict[int, str] = {}
    column = 0
    for node in row:
        if local(node) not in {"table-cell", "covered-table-cell"}:
            continue
        times = whole(attribute(node, "number-columns-repeated"), 1)
        text = " ".join(" ".join(words(paragraph) for paragraph in node.iterfind("{*}p")).split())
        if text:
            cells.update((column + place, text) for place in range(min(times, MOST_REPEATS)))
        column += times
    return cells
