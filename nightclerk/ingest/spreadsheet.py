"""Workbooks: every sheet a page, every row a line, its cells divided by ` | `; and the binary ones (.xls, .xlsb), by calamine.

Columns that are empty on the whole sheet are left out. In a sheet with hardly anything in most cells the empty ones are left out, too.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from nightclerk.errors import SkipDocument
from nightclerk.ingest.number_formats import shown
from nightclerk.ingest.reading import PageText, Reading, fold

# a row that is emptier than this would be mostly dividers
FILLED_SHARE = 0.1
Row = Mapping[int, str]


def read(path: Path) -> Reading:
    """Read a workbook in a binary format, whose numbers come without their formats; raises SkipDocument `encrypted` or `damaged`."""
    with opened(path) as workbook:
        pages = [sheet_page(sheet.name, plain_rows(workbook, sheet.name), hidden=is_hidden(sheet)) for sheet in worksheets(workbook)]
    return Reading(pages)


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


def sheet_page(name: str, rows: Iterable[Row], *, hidden: bool, below: Iterable[str] = ()) -> PageText:
    """A sheet as a page, its name first; `below` are lines that stand in no cell.

    The rows are given as {column: text}, so that a wide and empty sheet takes no more than its filled cells.
    """
    reason = "hidden sheet" if hidden else ""
    filled = [row for row in ({column: text for column, text in row.items() if text} for row in rows) if row]
    lines = [*_lines(filled), *below]
    if not lines:
        return PageText("", name, "blank", reason)
    heading = f"{name} (hidden sheet)" if hidden else name
    return PageText(fold("\n".join([heading, *lines])).strip() + "\n\n", name, "text", reason)


def _lines(filled: Sequence[Row]) -> list[str]:
    columns = sorted(set().union(*filled))
    dense = sum(map(len, filled)) >= len(filled) * len(columns) * FILLED_SHARE
    return [" | ".join(row.get(column, "") for column in (columns if dense else sorted(row))).rstrip(" |") for row in filled]
