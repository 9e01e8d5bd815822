"""A page's text in the order in which people read it: columns one after the other, tables in rows, spaced headings as words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import median

from nightclerk.ingest.pdf_grid import find_grids
from nightclerk.ingest.pdf_layout import HYPHENS, Row, Shape, column_runs, find_pieces, read_down, rows_of, wide_gaps, words
from nightclerk.ingest.pdf_objects import Corners, turned
from nightclerk.ingest.pdf_sheet import Sheet
from nightclerk.ingest.pdf_spans import Spans
from nightclerk.ingest.pdf_tables import Table, find_tables

# gaps that a table of three rows has
LEAST_GAPS = 3
# letters of a spaced heading: this many at least; words stand this many times further apart than letters do, and letters no further
# than this, in points
LEAST_SPACED = 4
MAY_BE_SPACED = re.compile(r"\n[^\r\n] [^\r\n] [^\r\n] ")
WORD_GAP = 1.6
MOST_GAP = 20.0


def arranged(sheet: Sheet, text: str, boxes: Sequence[Corners], spans: Spans) -> str:
    """The text of a page, which stands in these boxes, put in order; the same text where there is nothing to mend, as nearly always."""
    mended = _whole_words(sheet, text)
    shown = turned(boxes, sheet.rotation, sheet.box) if sheet.rotation else boxes
    if wide_gaps(shown) >= LEAST_GAPS:
        text = _reordered(sheet, text, boxes, Shape(shown), spans)
    for line, whole in mended:
        text = text.replace(line, whole, 1)
    return text


def _reordered(sheet: Sheet, text: str, boxes: Sequence[Corners], shape: Shape, spans: Spans) -> str:
    may_be_columns = shape.may_be_columns
    grids = find_grids(sheet) if shape.may_be_table else []
    if not grids and not may_be_columns and not shape.may_be_aligned:
        return text
    rows = rows_of(find_pieces(sheet, text, boxes))
    if runs := list(column_runs(rows)):
        return "".join(_columns(rows, runs, text))
    tables = find_tables(rows, grids, text)
    return "".join(_tabled(rows, tables, text, spans)) if tables else text


def _columns(rows: Sequence[Row], runs: Sequence[tuple[int, int, list[float]]], text: str) -> list[str]:
    """The page's text, with the lines of each run read down its columns."""
    out: list[str] = []
    done = 0
    for first, last, gutters in runs:
        out.append(_between(rows[done:first], text))
        lines = [words(text, piece) for piece in read_down(rows[first:last], gutters)]
        # the mark of a broken word is followed by its other half
        out += [line if line[-1:] in HYPHENS else f"{line}\n" for line in lines]
        done = last
    return [*out, _between(rows[done:], text)]


def _tabled(rows: Sequence[Row], tables: Sequence[Table], text: str, spans: Spans) -> list[str]:
    out: list[str] = []
    done = 0
    for table in tables:
        out += [_between(rows[done : table.first], text).rstrip(), "\n", spans.table(table.rows)]
        done = table.last
    return [*out, _between(rows[done:], text)]


def _between(rows: Sequence[Row], text: str) -> str:
    return text[rows[0][0].start : rows[-1][-1].end] if rows else ""


def _whole_words(sheet: Sheet, text: str) -> list[tuple[str, str]]:
    """Lines whose letters stand apart (`A G R E E M E N T`), each with its words made whole by the wider gaps between them."""
    if not MAY_BE_SPACED.search(f"\n{text}"):
        return []
    lines = text.split("\r\n")
    starts = accumulate((len(line) + 2 for line in lines), initial=0)
    whole = ((line, _closed_up(sheet, line, start)) for line, start in zip(lines, starts, strict=False) if _is_spaced(line))
    return [(line, words) for line, words in whole if words]


def _is_spaced(line: str) -> bool:
    """Whether a line is single letters in capitals, or in small ones after the first, and no piece of the alphabet."""
    letters = line.split()
    word = "".join(letters)
    ascending = all(ord(second) - ord(first) == 1 for first, second in pairwise(word))
    return LEAST_SPACED <= len(letters) == len(word) and (word.isupper() or word[1:].islower()) and not ascending


def _closed_up(sheet: Sheet, line: str, start: int) -> str:
    places = [place for place, letter in enumerate(line) if not letter.isspace()]
    edges = sheet.edges([start + place for place in places])
    gaps = [after[0] - before[1] for before, after in pairwise(edges)]
    usual = median(gaps)
    if not 0 < usual < MOST_GAP:
        return ""
    blanks = [" " if gap > usual * WORD_GAP else "" for gap in gaps]
    return "".join(line[place] + blank for place, blank in zip(places, [*blanks, ""], strict=True))
