"""Workbooks: every sheet a page, every row a line, its cells divided by ` | `; and the binary ones (.xls, .xlsb), by calamine.

Columns that are empty on the whole sheet are left out. In a sheet with hardly anything in most cells the empty ones are left out, too.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from nightclerk.errors import SkipDocument
from nightclerk.ingest.html_rows import Cell
from nightclerk.ingest.html_tables import Notes
from nightclerk.ingest.number_formats import shown
from nightclerk.ingest.reading import PageText, Reading, fold
from nightclerk.records import Block

# a row that is emptier than this would be mostly dividers
FILLED_SHARE = 0.1
Row = Mapping[int, str]


def read(path: Path) -> Reading:
    """Read a workbook in a binary format, whose numbers come without their formats; raises SkipDocument `encrypted` or `damaged`."""
    with opened(path) as workbook:
        return composed(
            [sheet_page(sheet.name, plain_rows(workbook, sheet.name), hidden=is_hidden(sheet)) for sheet in worksheets(workbook)]
        )


def opened(path: Path) -> calamine.CalamineWorkbook:
    """The workbook in a file of any of calamine's formats; raises SkipDocument, `encrypted` or `damaged`."""
    with _told("the workbook cannot be opened"):
        return _by_content(path)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Whatever calamine raises as the reason of a SkipDocument."""
    try:
        yield
    except calamine.PasswordError:
        raise SkipDocument("encrypted", "a workbook that needs a password: save a copy without it") from None
    except (calamine.CalamineError, OSError) as error:
        raise SkipDocument("damaged", f"{what} ({str(error)[:200]}): save it again in Excel") from None
    except BaseException as error:
        # a panic of Rust is no Exception, and its class cannot be imported
        if type(error).__name__ != "PanicException":
            raise
        raise SkipDocument("damaged", f"{what} (the parser gave up on it): save it again in Excel") from None


def _by_content(path: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    except calamine.CalamineError:
        # it tried every format and tells the error of none; with the ending it tries one, and says that a password is missing
        return calamine.CalamineWorkbook.from_path(path)


def worksheets(workbook: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    """The sheets with cells; charts, macros and dialogs have none."""
    return [sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]


def is_hidden(sheet: calamine.SheetMetadata) -> bool:
    """Whether somebody who opens the workbook does not see the sheet."""
    return sheet.visible != calamine.SheetVisibleEnum.Visible


def values(workbook: calamine.CalamineWorkbook, name: str) -> Iterator[tuple[int, dict[int, object]]]:
    """(row, {column: value}) of a sheet's filled cells, both counted from 0; raises SkipDocument `damaged`."""
    with _told(f"the sheet {name[:60]} cannot be read"):
        sheet = workbook.get_sheet_by_name(name)
    # `iter_rows` leaves out the empty columns before the first and not the rows; this leaves out both
    top, left = sheet.start or (0, 0)
    for place, row in enumerate(sheet.to_python(), top):
        yield place, {column: value for column, value in enumerate(row, left) if value != ""}


def plain_rows(workbook: calamine.CalamineWorkbook, name: str) -> Iterator[Row]:
    """The rows of a sheet, numbers without a format."""
    for _, row in values(workbook, name):
        yield {column: shown(value) for column, value in row.items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as a page, its name first, and its rows: (where their cells begin, where they end, note), from the page's start."""

    page: PageText
    rows: tuple[tuple[tuple[int, ...], int, str], ...] = ()


def sheet_page(name: str, rows: Iterable[Row], *, hidden: bool, below: Iterable[str] = (), hidden_rows: Collection[int] = ()) -> Sheet:
    """A sheet as a page; `below` are lines that stand in no cell, `hidden_rows` the places among the rows of those that nobody sees.

    The rows are given as {column: text}, so that a wide and empty sheet takes no more than its filled cells.
    """
    reason = "hidden sheet" if hidden else ""
    folded = ({column: plain for column, text in row.items() if (plain := fold(text).strip())} for row in rows)
    filled = [(place in hidden_rows, row) for place, row in enumerate(folded) if row]
    extra = [plain for line in below if (plain := fold(line).strip())]
    if not filled and not extra:
        return Sheet(PageText("", name, "blank", reason))
    heading = fold(f"{name} (hidden sheet)" if hidden else name).strip()
    lines = [heading] if heading else []
    position = len(heading) + 1 if heading else 0
    blocks = []
    for line, starts, note in _lines(filled):
        blocks.append((tuple(position + start for start in starts), position + len(line), note))
        lines.append(line)
        position += len(line) + 1
    return Sheet(PageText("\n".join([*lines, *extra]) + "\n\n", name, "text", reason), tuple(blocks))


def composed(sheets: Sequence[Sheet], title: str = "", gaps: Sequence[str] = ()) -> Reading:
    """The reading of a workbook: its sheets as pages, each of their rows a block."""
    blocks: list[Block] = []
    position = 0
    for table, sheet in enumerate(sheets):
        part = " ".join(filter(None, [f"sheet {sheet.page.label}", f"({sheet.page.reason})" if sheet.page.reason else ""]))
        for number, (starts, end, note) in enumerate(sheet.rows):
            cells = tuple(position + start for start in starts)
            blocks.append(Block("table_row", cells[0], position + end, "", table, number, cells, part, note))
        position += len(sheet.page.text)
    return Reading([sheet.page for sheet in sheets], title, gaps=list(gaps), blocks=blocks)


def _lines(filled: Sequence[tuple[bool, Row]]) -> Iterator[tuple[str, list[int], str]]:
    """(line, where its filled cells begin, note) of each row."""
    columns = sorted({column for _, row in filled for column in row})
    if not columns:
        return
    places = {column: place for place, column in enumerate(columns)}
    dense = sum(len(row) for _, row in filled) >= len(filled) * len(columns) * FILLED_SHARE
    cells = [[Cell(places[column], places[column] + 1, row[column]) for column in sorted(row)] for _, row in filled]
    notes = Notes(cells, "", lambda tag: tag)
    for (is_hidden_row, row), placed in zip(filled, cells, strict=True):
        line, starts = _line([row.get(column, "") for column in (columns[: placed[-1].end] if dense else sorted(row))])
        yield line, starts, "; ".join(filter(None, ["hidden row" if is_hidden_row else "", notes.of(placed)]))


def _line(cells: Sequence[str]) -> tuple[str, list[int]]:
    """(cells divided by bars, where the filled ones begin)."""
    line, starts = "", list[int]()
    for place, cell in enumerate(cells):
        line += ("" if not place else " |" if line else "|") + (" " if place and cell else "")
        starts += [len(line)] if cell else []
        line += cell
    return line, starts
