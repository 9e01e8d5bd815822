"""`nightclerk read`: one file as the reader sees it, for a person who wants to know what will be asked about and how it will be cited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from nightclerk import ingest, settings, wiring
from nightclerk.cli.desk import json_option
from nightclerk.cli.output import emit, say
from nightclerk.errors import SkipDocument
from nightclerk.pipeline.desk import reading_limits, reading_options
from nightclerk.records import READABLE, Document, Source
from nightclerk.report import one_line
from nightclerk.settings import Settings

PAGES = ["page", "label", "status", "characters", "reason"]
SECTIONS = ["clause_path", "title", "page", "characters"]
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
@json_option
def read(file: Path, with_text: bool, as_json: bool) -> int:
    """Show what the reader sees in FILE: status, pages, outline. Asks no model and files nothing.

    Exit codes: 0 read, 3 partial, 1 not readable, 2 bad usage.
    """
    [path] = wiring.existing((file,))
    if path.is_dir():
        raise click.UsageError(f"{one_line(file)} is a folder: name one file")
    outcome = _read(path, settings.load())
    if as_json:
        say(_json(outcome, with_text))
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
    say("\n".join(f"{name:<12}{one_line(value)}" for name, value in _head(outcome).items() if value not in ("", None)))
    if outcome.document is None:
        return
    say("")
    emit(_pages(outcome.document), PAGES, as_json=False, title="Pages")
    say("")
    outline = [row for row in _sections(outcome.document) if row["clause_path"]]
    emit(outline, SECTIONS, as_json=False, title="Sections", empty="no sections")
    if with_text:
        say("\n" + _printable(outcome.document.text))


def _json(outcome: _Outcome, with_text: bool) -> str:
    document = outcome.document
    value = _head(outcome) | {
        "pages": _pages(document) if document else [],
        "problems": [page for page in _pages(document) if page["status"] not in READABLE] if document else [],
        "sections": _sections(document) if document else [],
    }
    if with_text:
        value["text"] = document.text if document else ""
    # in ASCII throughout: a terminal obeys some of the control characters that JSON leaves as they are
    return json.dumps(value, indent=2).replace("\x7f", "\\u007f")


def _head(outcome: _Outcome) -> dict[str, Any]:
    document = outcome.document
    return {
        "file": outcome.source.name,
        "type": outcome.source.media_type,
        "bytes": outcome.source.size_bytes,
        "sha256": outcome.source.sha256,
        "status": outcome.status,
        "reason": outcome.reason,
        "reader": document.reader if document else "",
        "view": document.view if document else "",
        "title": document.title if document else "",
        "language": document.language if document else "",
        "characters": len(document.text) if document else 0,
    }


def _pages(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "page": page.index + 1,
            "label": page.label,
            "status": page.status,
            "reason": page.reason,
            "characters": page.char_end - page.char_start,
            "char_start": page.char_start,
            "char_end": page.char_end,
        }
        for page in document.pages
    ]


def _sections(document: Document) -> list[dict[str, Any]]:
    """The outline; `page` is where a section begins, by its printed label where it has one."""
    return [
        {
            "clause_path": section.clause_path,
            "title": section.title,
            "kind": section.kind,
            "depth": section.depth,
            "page": _page_at(document, section.char_start),
            "characters": section.char_end - section.char_start,
            "char_start": section.char_start,
            "char_end": section.char_end,
        }
        for section in document.sections
    ]


def _page_at(document: Document, place: int) -> str:
    page = next((page for page in reversed(document.pages) if page.char_start <= place), None)
    return (page.label or str(page.index + 1)) if page else ""


def _printable(text: str) -> str:
    """The text with its lines and without what a terminal would obey: control and direction characters."""
    return "".join(character if character.isprintable() or character in "\n\t" else " " for character in text)
