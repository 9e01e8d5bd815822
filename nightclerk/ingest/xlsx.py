"""XLSX: calamine reads the values, and what it passes over is read from the parts: number formats, text boxes, formulas without a value.

The parts are looked at first: calamine lays a sheet out as one block from its first to its last cell, so a stray cell far away from all
others would take gigabytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine as calamine
from lxml import etree

from nightclerk.ingest import spreadsheet
from nightclerk.ingest.container import Element
from nightclerk.ingest.docx_package import Package, R
from nightclerk.ingest.number_formats import BUILT_IN, shown
from nightclerk.ingest.reading import Reading

# a cell of a block takes 24 bytes, and 8 more for Python
MOST_CELLS = 10_000_000
MOST_COLUMNS = 16_384
REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
MAIN = "xl/workbook.xml"


@dataclass(slots=True)
class _Sheet:
    """What the part of a sheet says about its cells: corners, formats and errors by (row, column), formulas without a value, text boxes."""

    top: int = -1
    bottom: int = -1
    left: int = MOST_COLUMNS
    right: int = -1
    formats: dict[tuple[int, int], int] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unvalued: int = 0
    boxes: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)

    @property
    def cells(self) -> int:
        """How many cells the block has that holds them all."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1) if self.right >= 0 else 0


def read(path: Path) -> Reading:
    """Read an XLSX; raises SkipDocument where it is damaged, encrypted or expands too far."""
    package = _Workbook(path)
    package.weigh(".xml")
    parts, codes = package.sheets(), package.formats()
    pages, gaps = [], []
    with spreadsheet.opened(path) as workbook:
        for sheet in spreadsheet.worksheets(workbook):
            found = package.look(parts.get(sheet.name, ""), codes)
            if found.cells > MOST_CELLS:
                gaps.append(f"the sheet {sheet.name} was not read: its filled cells lie in a block of {found.cells:,}")
                continue
            if found.unvalued:
                gaps.append(f"{found.unvalued} formulas on the sheet {sheet.name} have no stored value: open and save it in Excel")
            pages.append(_page(workbook, sheet, found, codes))
    return spreadsheet.composed(pages, gaps=gaps)


def _page(workbook: calamine.CalamineWorkbook, sheet: calamine.SheetMetadata, found: _Sheet, codes: list[str]) -> spreadsheet.Sheet:
    def rows() -> Iterator[spreadsheet.Row]:
        for row, cells in spreadsheet.values(workbook, sheet.name):
            shown_cells = {column: shown(value, _code(found.formats.get((row, column)), codes)) for column, value in cells.items()}
            yield shown_cells | errors.pop(row, {})
        yield from errors.values()

    errors: dict[int, dict[int, str]] = {}
    for (row, column), text in found.errors.items():
        errors.setdefault(row, {})[column] = text

    hidden = spreadsheet.is_hidden(sheet)
    # calamine gives every row from the first to the last one that has cells
    hidden_rows = {row - max(found.top, 0) for row in found.hidden_rows}
    return spreadsheet.sheet_page(sheet.name, rows(), hidden=hidden, below=found.boxes, hidden_rows=hidden_rows)


def _code(style: int | None, codes: list[str]) -> str:
    return codes[style] if style is not None else ""


class _Workbook(Package):
    """The parts of an XLSX."""

    program = "Excel"

    def sheets(self) -> dict[str, str]:
        """{name of a sheet: its part}."""
        main = self.document(MAIN)
        root, relations = self.xml(main), self.relations(main)
        nodes = root.iterfind("{*}sheets/{*}sheet") if root is not None else ()
        return {node.get("name", ""): relations.get(node.get(f"{R}id", ""), ("", ""))[1] for node in nodes}

    def formats(self) -> list[str]:
        """The format code of each cell style, empty where it is the general one."""
        root = self.related(self.document(MAIN), "styles")
        if root is None:
            return []
        own = {node.get("numFmtId"): node.get("formatCode", "") for node in root.iterfind("{*}numFmts/{*}numFmt")}
        ids = [node.get("numFmtId", "0") for node in root.iterfind("{*}cellXfs/{*}xf")]
        return [own.get(key) or BUILT_IN.get(int(key) if key.isdecimal() else 0, "") for key in ids]

    def look(self, part: str, codes: list[str]) -> _Sheet:
        """What the part of a sheet says about its cells."""
        found = _Sheet()
        row = column = -1
        for node in self._elements(part):
            name = node.tag.rpartition("}")[2]
            if name == "row":
                # cells and rows may leave out where they stand: then it is behind the last one
                row, column = _whole(node.get("r"), row + 2) - 1, -1
                if node.get("hidden") in {"1", "true"}:
                    found.hidden_rows.add(row)
                continue
            match = REFERENCE.fullmatch(node.get("r", ""))
            row, column = (int(match[2]) - 1, _column(match[1])) if match else (row, column + 1)
            _note(found, node, (row, column), codes)
        found.boxes = self._boxes(part)
        return found

    def _elements(self, part: str) -> Iterator[Element]:
        """Rows as they begin and cells as they end, forgotten behind us."""
        data = self.data(part) if part else None
        if data is None:
            return
        events = etree.iterparse(
            io.BytesIO(data), events=("start", "end"), tag=("{*}row", "{*}c"), resolve_entities=False, no_network=True, huge_tree=True
        )
        try:
            for event, node in events:
                is_row = node.tag.endswith("}row") or node.tag == "row"
                if is_row == (event == "start"):
                    yield node
                if event == "end":
                    node.clear()
        except etree.XMLSyntaxError as error:
            raise self.damaged(part, error) from None

    def _boxes(self, part: str) -> list[str]:
        """The paragraphs in text boxes and shapes of a sheet."""
        drawings = [self.xml(target) for kind, target in self.relations(part).values() if kind == "drawing"] if part else []
        paragraphs = [paragraph for root in drawings if root is not None for paragraph in root.iter("{*}p")]
        lines = ["".join(text.text or "" for text in paragraph.iter("{*}t")) for paragraph in paragraphs]
        return [line for line in lines if line.strip()]


def _note(found: _Sheet, node: Element, place: tuple[int, int], codes: list[str]) -> None:
    children = {child.tag.rpartition("}")[2] for child in node if isinstance(child.tag, str)}
    if not children:
        return
    row, column = place
    found.top = row if found.top < 0 else min(found.top, row)
    found.bottom, found.left, found.right = max(found.bottom, row), min(found.left, column), max(found.right, column)
    found.unvalued += children == {"f"}
    if node.get("t") == "e":
        # calamine has no text for #REF! and #DIV/0!
        found.errors[place] = (node.findtext("{*}v") or "")[:20]
    style = _whole(node.get("s"), 0)
    if style < len(codes) and codes[style]:
        found.formats[place] = style


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default
