"""What repeats at the edges of pages, which is no part of the running text, and the headings that a PDF's outline names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from nightclerk.records import Block

# lines at each edge of a page that may repeat
EDGE_LINES = 3
# a line is furniture if it stands at the same edge of two more pages at most this far away
NEAR_PAGES = 4
NEAR_COUNT = 3
DIGITS = str.maketrans("0123456789", "#" * 10)
DIGIT = re.compile(r"[0-9#]")
NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
LONGEST_NUMBER = 16
# what repeats as well: blanks to be filled in under signatures, headings that differ by their number, rules and stars
BODY = re.compile(
    r"(?:by|name|title|date|its|address|for and on behalf)\b|.*:$|[^\w#]*$"
    r"|(?:article|section|clause|schedule|exhibit|annex|appendix|part|chapter|item|attachment)\s+\S+$"
)
LONGEST_TITLE = 200


class Line(NamedTuple):
    """A line of a page, by its place in the document's text."""

    start: int
    end: int
    key: str


def page_edges(pages: Sequence[str], tables: Iterable[Block]) -> list[Block]:
    """The lines at the top and bottom of pages that repeat on pages near them, whatever numbers are in them."""
    rows = {block.char_start for block in tables if block.kind == "table_row"}
    tops, bottoms = _edges(pages, rows)
    blocks = [*_repeated(tops, "page_header")]
    taken = {block.char_start for block in blocks}
    return blocks + [block for block in _repeated(bottoms, "page_footer") if block.char_start not in taken]


def _edges(pages: Sequence[str], rows: set[int]) -> tuple[list[list[Line]], list[list[Line]]]:
    """The first and the last lines of each page, from its edge inwards, up to the first row of a table."""
    tops: list[list[Line]] = []
    bottoms: list[list[Line]] = []
    position = 0
    for page in pages:
        top = page.split("\n", EDGE_LINES)[:EDGE_LINES]
        bottom = page.rsplit("\n", EDGE_LINES + 1)[-EDGE_LINES - 1 : -1]
        tops.append(list(takewhile(lambda line: line.start not in rows, _lines(top, position))))
        position += len(page)
        below = _lines(bottom, position - sum(map(len, bottom)) - len(bottom))
        bottoms.append(list(takewhile(lambda line: line.start not in rows, reversed(list(below)))))
    return tops, bottoms


def _lines(lines: Sequence[str], position: int) -> Iterator[Line]:
    for line in lines:
        if line:
            yield Line(position, position + len(line), _key(line))
        position += len(line) + 1


def _key(line: str) -> str:
    """The line with one sign for any number; those in small Roman letters stand by themselves."""
    if len(line) < LONGEST_NUMBER:
        return NUMBER.sub("#", line.lower())
    # translating takes ten times as long as looking for digits, which most lines have none of
    key = line.lower()
    return key.translate(DIGITS).replace("###", "#").replace("##", "#") if DIGIT.search(key) else key


def _repeated(edges: Sequence[Sequence[Line]], kind: str) -> Iterator[Block]:
    pages: dict[str, list[int]] = defaultdict(list)
    for page, lines in enumerate(edges):
        for line in lines:
            pages[line.key].append(page)
    for page, lines in enumerate(edges):
        for line in lines:
            places = pages[line.key]
            if len(places) < NEAR_COUNT or BODY.match(line.key) or not _is_near(page, places):
                break
            yield Block(kind, line.start, line.end)


def _is_near(page: int, places: Sequence[int]) -> bool:
    around = places[bisect_left(places, page - NEAR_PAGES) : bisect_right(places, page + NEAR_PAGES)]
    return len(set(around)) >= NEAR_COUNT


def headings(pages: Sequence[str], outline: Sequence[tuple[str, int]]) -> list[Block]:
    """The lines that an outline names: (title, page counted from 0) each; what no line of its page says is left out."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for title, page in outline:
        if key := _letters(title[:LONGEST_TITLE]):
            wanted[page].add(key)
    blocks = []
    position = 0
    for index, text in enumerate(pages):
        if titles := wanted.get(index):
            for line in text.split("\n"):
                if len(line) <= LONGEST_TITLE and _letters(line) in titles:
                    blocks.append(Block("heading", position, position + len(line)))
                    titles.discard(_letters(line))
                position += len(line) + 1
            # the page ends with a line end, after which there is no line
            position -= 1
        else:
            position += len(text)
    return blocks


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
