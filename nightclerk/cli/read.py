"""`nightclerk read`: one file as the reader sees it, for a person who wants to know what will be asked about and how it will be cited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from nightclerk import ingest, settings, wiring
from nightclerk.cli import reading
from nightclerk.cli.desk import json_option
from nightclerk.cli.output import emit, on_terminal, say, say_json
from nightclerk.errors import SkipDocument
from nightclerk.pipeline.desk import reading_limits, reading_options
from nightclerk.records import READABLE, Document, Source
from nightclerk.report import one_line
from nightclerk.settings import Settings

PARTS = {"pages": reading.pages, "sections": reading.sections, "numbers": reading.numbers, "changes": reading.changes}
EXIT_CODES = {"read": 0, "partial": 3}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a file; there is no document where nothing of it could be read."""

    source: Source
    status: str
    reason: str
    document: Document | None = None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--text", "with_text", is_flag=True, help="Print the text, too.")
@click.option(
    "--view",
    type=click.Choice(["accepted", "original", "marked_up"]),
    help="Which text of a file with tracked changes.",
)
@json_option
def read(file: Path, with_text: bool, view: str | None, as_json: bool) -> int:
    """Show what the reader sees in FILE: status, pages, outline, generated numbers, tracked changes. Asks no model and files nothing.

    Exit codes: 0 read, 3 partial, 1 not readable, 2 bad usage.
    """
    wiring.existing((file,))
    if file.is_dir():
        raise click.UsageError(f"{one_line(file)} is a folder: name one file")
    current = settings.load()
    outcome = _read(file, current.model_copy(update={"docx_view": view}) if view else current)
    if as_json:
        say_json(_whole(outcome, with_text), in_ascii=True)
    else:
        _show(outcome, with_text)
    return EXIT_CODES.get(outcome.status, 1)


def _read(path: Path, current: Settings) -> _Outcome:
    source = ingest.inspect(path)
    try:
        document = ingest.read(path, source.media_type, reading_limits(current), reading_options(current))
    except SkipDocument as skip:
        return _Outcome(source, skip.status, skip.reason)
    return _Outcome(source, document.status, document.reason, document)


def _show(outcome: _Outcome, with_text: bool) -> None:
    head = reading.head(outcome.source, outcome.status, outcome.reason, outcome.document)
    say("\n".join(f"{name:<12}{one_line(value)}" for name, value in head.items() if value not in ("", None)))
    document = outcome.document
    if document is None:
        return
    _table("Pages", reading.pages(document), reading.PAGES)
    _table("Sections", [row for row in reading.sections(document) if row["clause_path"]], reading.SECTIONS, empty="no sections")
    _table("Numbers that the file does not hold", reading.numbers(document), reading.NUMBERS)
    _table("Changes, comments and notes", reading.changes(document), reading.CHANGES)
    if with_text:
        say("\n" + _printable(document.text))


def _table(title: str, rows: list[reading.Row], columns: list[str], *, empty: str = "") -> None:
    if rows or empty:
        # a terminal's table bears its title itself
        say("" if on_terminal() else f"\n{title}:")
        emit(rows, columns, as_json=False, title=title, empty=empty)


def _whole(outcome: _Outcome, with_text: bool) -> dict[str, Any]:
    document = outcome.document
    value = reading.head(outcome.source, outcome.status, outcome.reason, document)
    for name, rows in PARTS.items():
        value[name] = rows(document) if document else []
    value["problems"] = [page for page in value["pages"] if page["status"] not in READABLE]
    if with_text:
        value["text"] = document.text if document else ""
    return value


def _printable(text: str) -> str:
    """The text with its lines and without what a terminal would obey: control and direction characters."""
    return "".join(character if character.isprintable() or character in "\n\t" else " " for character in text)
