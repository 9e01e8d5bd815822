"""How rows reach a person or a program: a table on a terminal, tab-separated lines when piped, JSON when asked."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from nightclerk.report import one_line

Rows = Sequence[Mapping[str, Any]]
# a column of a table is not squeezed below this; where a terminal is too narrow for that, each row becomes a block of lines
COLUMN_WIDTH = 16


def say(text: str) -> None:
    """Print to stdout. A reader that went away (`nightclerk findings | head`) is no error, and changes no exit code."""
    try:
        click.echo(text)
    except BrokenPipeError:
        # nothing more can be said, and the interpreter would complain when it flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_json(value: object, *, in_ascii: bool = False) -> None:
    """Print JSON; in ASCII where asked, where stdout is not UTF-8, and on a terminal, which would obey some characters."""
    in_ascii = in_ascii or sys.stdout is None or sys.stdout.encoding.lower() != "utf-8" or on_terminal()
    text = json.dumps(value, default=_plain, ensure_ascii=in_ascii, indent=2)
    say(text.replace("\x7f", "\\u007f"))


def on_terminal() -> bool:
    """Whether a person reads stdout; it may also be closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def emit(
    rows: Rows,
    columns: Sequence[str],
    *,
    as_json: bool,
    title: str = "",
    empty: str = "nothing found",
    on_screen: Sequence[str] | None = None,
) -> None:
    """Print rows. `columns` are what piped lines hold, `on_screen` those of them that a terminal shows; JSON carries every key."""
    if as_json:
        say_json([dict(row) for row in rows])
    elif not rows:
        click.echo(empty, err=not on_terminal())
    elif on_terminal():
        _show(rows, _filled(rows, on_screen or columns), title)
    else:
        say("\n".join("\t".join(line) for line in [list(columns), *([_cell(row[column]) for column in columns] for row in rows)]))


def _filled(rows: Rows, columns: Sequence[str]) -> list[str]:
    return [column for column in columns if any(row[column] not in (None, "") for row in rows)]


def _show(rows: Rows, columns: Sequence[str], title: str) -> None:
    # rich costs 50 ms to import, which only a terminal should pay
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    widths = [max(len(column), *(len(_cell(row[column])) for row in rows)) for column in columns]
    if sum(min(width, COLUMN_WIDTH) + 3 for width in widths) + 1 > console.width:
        return _show_blocks(rows, columns)
    table = Table(title=title or None, title_justify="left", header_style="bold", show_lines=False)
    for column in columns:
        right = all(isinstance(row[column], int | float | Decimal | None) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if right else "left", overflow="fold")
    for row in rows:
        # Text, not str: a document may say [bold], and that must be shown and not obeyed
        table.add_row(*(Text(_cell(row[column])) for column in columns))
    return console.print(table)


def _show_blocks(rows: Rows, columns: Sequence[str]) -> None:
    margin = max(map(len, columns))
    for row in rows:
        say("\n".join(f"{column.replace('_', ' '):<{margin}}  {_cell(row[column])}" for column in columns) + "\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return one_line(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
