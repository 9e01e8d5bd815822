"""Tables of a page: rows as lines, and what a figure in a row means: the headers over it, the scale and unit, the sign.

What the sender wrote is kept as it stands: scale, unit and headers are said in the row's note and change no figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from nightclerk.ingest.html_rows import CELL, CLOSE, LINE, OPEN, PAGE, SEP, Cell, Row, Table

MOST_HEADERS, MOST_HEADER, MOST_NOTE = 6, 160, 2_000
MARKED = re.compile(f"{OPEN}\\d+{SEP}|[{CELL}{CLOSE}]")
# filings give a currency sign and a closing bracket cells of their own
OPENING, CLOSING = frozenset("$€£¥(") | {"($", "(€", "(£", "US$", "-$", "$("}, frozenset(")%") | {")%", "%)", ")(1)", "pts", "bps"}
FIGURE = re.compile(
    r"[-+–—(]{0,2}\s*(?:[A-Z]{0,3}\s?[$€£¥]|[A-Z]{3}(?=\s?\d))?\s*[-+–—(]?\s*(?:\d[\d.,'’\s]*|\.\d+|[-–—])\s*(?:%|x|bps|pts)?\s*\)?\s*%?(?:\s*\(\w{1,2}\)|[*†‡]{1,3})*"
)
# what most figures are, which is told faster
AMOUNT = re.compile(r"\$?\(?\d[\d,]*(?:\.\d+)?\)?%?")
YEAR = re.compile(r"(?:FY)?\s*(?:19|20)\d\d(?:\s*\(\w{1,2}\)|[*†‡])*|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|\(\w\)")
CURRENCY = re.compile(r"US\$|[$€£¥]")
LABEL = re.compile(r"[•·▪◦●○■□▶►–—*o-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]{1,2}|\d{1,3}(?:\.\d{1,3}){1,3}\.?")
SCALE = re.compile(
    r"\(?\s*(?:(?:[\w.]+[ ,]+){0,6}?(?:\$|US\$|€|£|¥|USD|EUR|GBP)?\s*\bin\s+(?:(?:U\.?S\.?|US)\s+)?(?:\w+\s+)?"
    r"(?:thousands|millions|billions|hundreds|dollars)\b"
    r"|(?:thousands|millions|billions)\s+of\s+(?:U\.?S\.?\s+)?[a-zA-Z]+|[$€£¥]\s?(?:\(?000(?:[’']?s)?\)?|m|mn|bn)\b|\(?000[’']s\)?"
    r"|(?:in\s+)?(?:Mio|Mrd|Tsd)\.?\s*(?:€|EUR|Euro|CHF|USD)|T(?:EUR|€)|en\s+(?:milliers|millions|milliards)\s+d(?:e\s+|[’'])\w+"
    r"|単位[:：]?\s*(?:百万|千|億)\w*)[^()\n]{0,120}\)?",
    re.IGNORECASE,
)


SCALES = re.compile(r"illion|housand|dollars|hundreds|000|milli|Mio|Mrd|Tsd|TEUR|T€|単位|[mb]n\b", re.IGNORECASE)
LINES_ABOVE, SHORT, MOST_BROKEN = 3, 160, 40
# cells times headers: no table that a person reads has more
MOST_PAIRS = 20_000


class Renderer:
    """Turns tables into lines; `open_row` gives the number of a mark for a row of a table (its place, cells and note)."""

    def __init__(self, open_row: Callable[[int, int, str], int], fact_words: Callable[[str], str]) -> None:
        self._open_row = open_row
        self._fact_words = fact_words
        self._tables = 0

    def parts(self, table: Table, before: str) -> list[str]:
        """The lines of a table in parts; `before` is the text that stands above it."""
        placed = _placed(table)
        data = [row for row in placed if isinstance(row, list)]
        if not any(len(row) > 1 for row in data):
            return [part for row in placed for part in _layout(row)]
        captions = "".join(row for row in placed[:3] if isinstance(row, str))
        notes = Notes(data, before + captions, self._fact_words)
        parts: list[str] = []
        number = -1
        for row in placed:
            if not isinstance(row, list):
                parts += _layout(row)
                continue
            number += 1
            parts.append(self._line(row, number, notes.of(row)))
        self._tables += 1
        return parts

    def _line(self, row: list[Cell], number: int, note: str) -> str:
        if len(row) == 2 and LABEL.fullmatch(row[0].text) and not FIGURE.fullmatch(row[1].text):
            # a list that is laid out as a table
            return f"{row[0].text} {row[1].text}{LINE}"
        mark = self._open_row(self._tables, number, note)
        return f"{OPEN}{mark}{SEP}" + f" | {CELL}".join([cell.text for cell in row]) + CLOSE + LINE


def _layout(row: list[Cell] | list[str] | str | Row) -> list[str]:
    """What is no row of data: its cells one below the other."""
    if isinstance(row, str):
        return [row, LINE]
    if isinstance(row, Row):
        return [part for _, _, parts, _, _ in row.cells for part in [*parts, LINE]]
    return [f"{cell.text}{LINE}" if isinstance(cell, Cell) else cell for cell in row]


def _placed(table: Table) -> list[list[Cell] | Row | str]:
    """The rows that say something: their filled cells by column; rows with whole pages in them as they are."""
    placed: list[list[Cell] | Row | str] = []
    for row, cells in table.filled():
        if isinstance(row, str):
            placed.append(row)
            continue
        # our marks are no characters that anybody prints
        marked = [place for place, cell in enumerate(cells) if not cell.text.isprintable()]
        if row.has_table or any(_is_page(cells[place].text) for place in marked):
            placed.append(row)
            continue
        for place in marked:
            cells[place] = cells[place]._replace(text=_one_line(cells[place].text))
        cells = [cell for cell in cells if cell.text] if marked else cells
        if cells:
            placed.append(join_signs(cells))
    return placed


def _is_page(text: str) -> bool:
    """Whether a cell holds paragraphs: a page laid out in columns, or a signature."""
    if PAGE in text:
        return True
    lines = text.count(LINE)
    return bool(lines) and ((len(text) > 150 and LINE in text) or lines > 5)


def _one_line(text: str) -> str:
    return " ".join(MARKED.sub("", text).replace(LINE, " ").split())


def join_signs(cells: list[Cell]) -> list[Cell]:
    """The cells of a row, `$` and `)` joined to their figures."""
    joined: list[Cell] = []
    for cell in cells:
        last = joined[-1] if joined else None
        if last is not None and (cell.text in CLOSING or last.text in OPENING):
            joined[-1] = Cell(last.start, cell.end, last.text + cell.text, last.is_header, last.facts + cell.facts)
        else:
            joined.append(cell)
    return joined


@lru_cache(maxsize=8192)
def is_figure(text: str) -> bool:
    """Whether a cell is a figure: an amount, a share, a dash; a year or a date is none."""
    if text[:4].isalpha() and len(text) > 3:
        # a currency has three letters
        return False
    if AMOUNT.fullmatch(text):
        return len(text) > 4 or YEAR.fullmatch(text) is None
    return FIGURE.fullmatch(text) is not None and YEAR.fullmatch(text) is None


class Notes:
    """Goes down the rows of one table and says of each row of figures what stands over it."""

    def __init__(self, rows: Sequence[list[Cell]], before: str, fact_words: Callable[[str], str]) -> None:
        self._fact_words = fact_words
        figures = [[cell for cell in row if is_figure(cell.text)] for row in rows]
        self._first = min((cells[0].start for cells in figures if cells), default=-1)
        heads = dict.fromkeys([cell.text[:6] for cells in figures for cell in cells])
        self._currency = ", ".join(
            dict.fromkeys(sign for head in heads if "$" in head or not head.isascii() for sign in CURRENCY.findall(head))
        )
        self._scale = scale_above(before[-600:]) if self._first >= 0 else ""
        self._headers: list[list[Cell]] = []
        self._was_header = False
        # by the columns of a row, until other headers stand over them or another scale
        self._notes: dict[tuple[tuple[int | str, ...], ...], str] = {}

    def of(self, row: list[Cell]) -> str:
        """The note of a row; empty for headers, captions and rows without figures."""
        if self._first < 0:
            return ""
        if not any(is_figure(cell.text) for cell in row):
            self._above(row)
            return ""
        self._was_header = False
        spans = tuple([cell[:2] for cell in row])
        note = self._notes.get(spans)
        if note is None:
            note = self._notes[spans] = self._said(self._over(row))
        facts = [self._fact_words(tag) for cell in row if cell.facts for tag in cell.facts]
        if facts:
            note = f"{note}; facts: {' | '.join(facts)}" if note else f"facts: {' | '.join(facts)}"
        return note[:MOST_NOTE]

    def _said(self, columns: str) -> str:
        """What is said of every row of figures with cells in the same columns."""
        currency = f"currency: {self._currency}" if self._currency else ""
        return "; ".join(filter(None, [self._scale, currency, f"columns: {columns}" if columns else ""]))

    def _above(self, row: list[Cell]) -> None:
        """Take a row without figures as header, as scale, or as the label of the rows below it."""
        stub = [cell for cell in row if cell.start == 0]
        scale = next((found for cell in (row if len(row) == 1 else stub) if (found := scale_in(cell.text))), "")
        if scale:
            self._scale, self._notes = scale, {}
        if not self._is_header(row, bool(scale)):
            self._was_header = False
            return
        self._headers = [*self._headers, row] if self._was_header and len(self._headers) < MOST_HEADERS else [row]
        self._notes = {}
        self._was_header = True

    def _is_header(self, row: list[Cell], has_scale: bool) -> bool:
        over = [cell for cell in row if cell.end > self._first and cell.start > 0]
        if not over:
            return False
        in_stub = row[0].start == 0 and not has_scale and not row[0].is_header
        if not in_stub or not self._headers or all(YEAR.fullmatch(cell.text) for cell in over):
            return True
        # the second line of headers that are broken over rows
        return self._was_header and all(len(cell.text) <= MOST_BROKEN for cell in row)

    def _over(self, row: list[Cell]) -> str:
        """The headers over each cell of a row, divided as the row is; empty where there are none."""
        if len(row) * sum(map(len, self._headers)) > MOST_PAIRS:
            return ""
        names = [self._names(cell, row) for cell in row]
        return " | ".join(names).strip() if any(names) else ""

    def _names(self, cell: Cell, row: list[Cell]) -> str:
        found: list[str] = []
        for header in self._headers:
            over = [one.text for one in header if one.start < cell.end and cell.start < one.end and not _is_scale(one.text)]
            figures = [one for one in row if one.start >= self._first]
            heads = [one for one in header if one.start > 0 or one.end > self._first]
            if not over and cell.start >= self._first and len(figures) == len(heads):
                # old filings give their headers other columns than the figures below them
                over = [heads[figures.index(cell)].text]
            found += over
        # a bar in a header would be taken for the next one
        return " ".join(dict.fromkeys(found))[:MOST_HEADER].replace("|", "/")


@lru_cache(maxsize=4096)
def scale_in(text: str) -> str:
    """The words that say in what a table counts: `in millions, except per share data`; empty where there are none."""
    match = SCALE.search(text) if SCALES.search(text) else None
    return " ".join(match[0].replace(LINE, " ").split()).strip("() ;:")[:MOST_HEADER] if match else ""


def _is_scale(text: str) -> bool:
    """Whether a cell says in what is counted, and nothing else."""
    return len(scale_in(text)) >= len(text.strip("() ;:")) > 0


def scale_above(text: str) -> str:
    """The scale that the last lines above a table give: in brackets, or as a line of its own."""
    lines = [line for line in MARKED.sub("", text).split(LINE) if line.strip()][-LINES_ABOVE:]
    return next(
        (found for line in reversed(lines) if (len(line) <= SHORT or "(" in line[-SHORT:]) and (found := scale_in(line[-SHORT:]))), ""
    )
