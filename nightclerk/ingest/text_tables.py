"""Tables that are typed: the filings of the 1990s (`<TABLE>`, `<CAPTION>`, `<S>`, `<C>`) and Markdown's, told by where words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nightclerk.ingest.html_rows import Cell
from nightclerk.ingest.html_tables import Notes, join_signs

TABLE = re.compile(r"<TABLE>(.*?)(?:</TABLE>|(?=<TABLE>)|(?=<PAGE>)|\Z)", re.DOTALL | re.IGNORECASE)
COLUMNS = re.compile(r"<S>[^\n]*<C>|^\s*<C>", re.IGNORECASE | re.MULTILINE)
MARKUP = re.compile(r"<TR\b|<TD\b", re.IGNORECASE)
LINE = re.compile(r"[^\r\n]+")
RULE = re.compile(r"[\s\-=_.*|+:]*")
TAGS = re.compile(r"</?(?:S|C|CAPTION|FN|F\d{1,2}|PAGE|TABLE)>", re.IGNORECASE)
RUN = re.compile(r"\S+(?: \S+)*")
# a line of Markdown that makes a table of the line above it
DELIMITER = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$", re.MULTILINE)
ABOVE = 600


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One line of a table: its span in the text, its cells by the columns of the line, and its note."""

    char_start: int
    char_end: int
    cells: tuple[Cell, ...]
    note: str


def typed_tables(text: str) -> Iterator[list[TypedRow]]:
    """The rows of each table of a filing in plain text, in order."""
    for match in TABLE.finditer(text):
        if COLUMNS.search(match[1]) and not MARKUP.search(match[1]):
            yield _rows(text, match.start(1), match.end(1))


def _rows(text: str, start: int, end: int) -> list[TypedRow]:
    lines = [(line.start(), _cells(line[0])) for line in LINE.finditer(text, start, end) if not RULE.fullmatch(TAGS.sub("", line[0]))]
    lines = [(place, cells) for place, cells in lines if cells]
    notes = Notes([cells for _, cells in lines], text[max(0, start - ABOVE) : start], lambda tag: tag)
    return [TypedRow(place + cells[0].start, place + cells[-1].end, tuple(cells), notes.of(cells)) for place, cells in lines]


def _cells(line: str) -> list[Cell]:
    """The runs of words of a line that more than one blank divides, with the columns that they fill."""
    plain = TAGS.sub(lambda tag: " " * len(tag[0]), line).replace("\t", " ")
    return join_signs([Cell(run.start(), run.end(), run[0]) for run in RUN.finditer(plain) if not RULE.fullmatch(run[0]) or run[0] in "--"])


def markdown_tables(text: str) -> Iterator[list[TypedRow]]:
    """The rows of each table of a Markdown text; the delimiter line is none."""
    table_end = 0
    for match in DELIMITER.finditer(text):
        if match.start() < table_end:
            continue
        head_end = max(match.start() - 1, 0)
        head_start = text.rfind("\n", 0, head_end) + 1
        spans = [(head_start, head_end)]
        position = match.end() + 1
        while position < len(text):
            line_end = text.find("\n", position) % (len(text) + 1)
            if "|" not in text[position:line_end]:
                break
            spans.append((position, line_end))
            position = line_end + 1
        table_end = position
        lines = [(start, _columns(text[start:end].rstrip("\r"))) for start, end in spans]
        lines = [(start, cells) for start, cells in lines if cells]
        notes = Notes([[cell for _, cell in cells] for _, cells in lines], text[max(0, head_start - ABOVE) : head_start], lambda tag: tag)
        yield [
            TypedRow(start + cells[0][0], start + cells[-1][0] + len(cells[-1][1].text), _at(cells), notes.of([cell for _, cell in cells]))
            for start, cells in lines
        ]


def _columns(line: str) -> list[tuple[int, Cell]]:
    """(where it begins in the line, the cell over its column) for each filled cell of a row of Markdown."""
    inside = line.strip()
    shift = line.find(inside) + inside.startswith("|")
    found = []
    position = shift
    for column, part in enumerate(inside.removeprefix("|").split("|")):
        words = part.strip()
        if words:
            found.append((position + part.find(words), Cell(column, column + 1, words)))
        position += len(part) + 1
    return found


def _at(cells: list[tuple[int, Cell]]) -> tuple[Cell, ...]:
    return tuple(Cell(start, start + len(cell.text), cell.text) for start, cell in cells)


def as_markup(source: str) -> str:
    """The source of a page with each typed table as a table of HTML: its words are in columns by where they stand."""
    if "<C>" not in source and "<c>" not in source:
        return source
    return TABLE.sub(lambda match: match[0] if MARKUP.search(match[1]) or not COLUMNS.search(match[1]) else _table(match[1]), source)


def _table(inside: str) -> str:
    rows = []
    for line in LINE.finditer(inside):
        if not RULE.fullmatch(TAGS.sub("", line[0])):
            column, cells = 0, []
            for cell in _cells(line[0]):
                gap = f'<td colspan="{cell.start - column}"></td>' if cell.start > column else ""
                cells.append(f'{gap}<td colspan="{max(cell.end - cell.start, 1)}">{cell.text}</td>')
                column = max(cell.end, column)
            rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"
