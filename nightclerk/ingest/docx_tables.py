"""The tables of a DOCX: a line for every row, its cells divided. How far a cell spans is a number of the file, and never expanded."""

from __future__ import annotations

from collections.abc import Callable

from nightclerk.ingest.docx_changes import CELL_KINDS, FORMATS, KINDS, change_of, difference
from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_runs import ALTERNATE, choice_of
from nightclerk.ingest.manuscript import Change, Manuscript

Handler = Callable[[Element], None]
TR, TC = f"{W}tr", f"{W}tc"
DIVIDER = " | "
PROPERTIES = (f"{W}tblPr", f"{W}tblGrid", f"{W}tblPrEx", f"{W}trPr", f"{W}tcPr")
WRAPPERS = frozenset([f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "smartTag", "bookmarkStart", "bookmarkEnd")])


class Tables:
    """Writes tables, those in cells too. `block` writes what else is found in one, `control` notes a content control once it is written."""

    def __init__(self, script: Manuscript, story: Handler, block: Handler, control: Callable[[Element, int], None]) -> None:
        self._script = script
        self._story = story
        self._block = block
        self._control = control
        self._count = 0

    def table(self, node: Element) -> None:
        """Write the rows of a table."""
        number = self._count
        self._count += 1
        rows: list[int] = []
        self._formats(node.find(f"{W}tblPr"), "table")
        self._parts(node, TR, lambda row: self._row(row, number, rows))

    def _parts(self, parent: Element, tag: str, write: Handler) -> None:
        """Rows or cells under an element, through what is wrapped around them, not into nested tables."""
        for node in parent:
            if node.tag == tag:
                write(node)
            elif node.tag in KINDS:
                self._script.changed(change_of(node, KINDS[node.tag]), lambda node=node: self._parts(node, tag, write))  # type: ignore[misc]
            elif node.tag in WRAPPERS:
                start = self._script.here
                self._parts(node, tag, write)
                self._control(node, start)
            elif node.tag == ALTERNATE:
                self._parts(choice_of(node), tag, write)
            elif node.tag not in PROPERTIES:
                # against the schema, and not to be lost
                self._block(node)

    def _row(self, row: Element, table: int, rows: list[int]) -> None:
        properties = row.find(f"{W}trPr")
        changes = _changes(properties, KINDS)
        self._script.all_changed(changes, lambda: self._write_row(row, table, rows))
        if self._shown(changes) or self._script.aside_now:
            self._script.write("\n")
        self._formats(properties, "row")

    def _write_row(self, row: Element, table: int, rows: list[int]) -> None:
        script = self._script
        start, aside = script.here, script.aside_now
        cells: list[int] = []
        self._parts(row, TC, lambda cell: self._cell(cell, cells, aside))
        # the dividers after the last cell with words in it
        while len(cells) > 1 and not script.since(cells[-1]).strip():
            script.pieces[cells.pop() - 1] = ""
        script.block("table_row", start, table=table, row=len(rows), cells=cells)
        if not aside:
            rows.append(start)

    def _cell(self, cell: Element, cells: list[int], aside: bool) -> None:
        properties = cell.find(f"{W}tcPr")
        changes = _changes(properties, CELL_KINDS)
        divider = DIVIDER if cells else ""
        # a cell that this view lacks is no cell of the row
        if self._shown(changes) and self._script.aside_now == aside:
            self._script.write(divider)
            cells.append(len(self._script.pieces))
            divider = ""
        self._script.all_changed(changes, lambda: self._write_cell(cell, divider))
        self._formats(properties, "cell")

    def _write_cell(self, cell: Element, divider: str) -> None:
        self._script.write(divider)
        start = len(self._script.pieces)
        self._story(cell)
        self._script.trim(start)

    def _shown(self, changes: list[Change]) -> bool:
        return all(self._script.shows(change.kind) for change in changes)

    def _formats(self, properties: Element | None, what: str) -> None:
        for node in properties if properties is not None else ():
            if node.tag in FORMATS:
                self._script.remark(change_of(node, "format", f"{what} format: {difference(node, properties)}"), "")  # type: ignore[arg-type]


def _changes(properties: Element | None, kinds: dict[str, str]) -> list[Change]:
    return [change_of(node, kinds[node.tag]) for node in properties if node.tag in kinds] if properties is not None else []
