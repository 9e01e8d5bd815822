"""How rows reach a person or a program: a table on a terminal, tab-separated lines when piped, JSON when asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

NANO_USD = Decimal(1_000_000_000)


def usd(nano_usd: int | None) -> str:
    """Nano-USD as dollars for a person: cents where there are any, and never 0.00 for something that cost money."""
    amount = Decimal(nano_usd or 0) / NANO_USD
    return f"{amount:.2f}" if not amount or abs(amount) >= 1 else f"{amount:.4f}" if abs(amount) >= Decimal("0.0001") else f"{amount:.9f}"


def emit(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, title: str = "", empty: str = "nothing found"
) -> None:
    """Print rows. `columns` chooses what a person sees; JSON carries every key."""
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], default=_plain, ensure_ascii=False, indent=2))
    elif not rows:
        click.echo(empty, err=not sys.stdout.isatty())
    elif sys.stdout.isatty():
        _table(rows, columns, title)
    else:
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(_cell(row[column]) for column in columns))


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str) -> None:
    # rich costs 50 ms to import, which only a terminal should pay
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold", show_lines=False)
    for column in columns:
        right = all(isinstance(row[column], int | float | Decimal | None) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if right else "left", overflow="fold")
    for row in rows:
        # Text, not str: a document may say [bold], and that must be shown and not obeyed
        table.add_row(*(Text(_cell(row[column])) for column in columns))
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    # control characters of a document must not reach a terminal
    return " ".join("".join(c if c.isprintable() or c == " " else " " for c in str(value)).split())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
