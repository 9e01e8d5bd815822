"""Text that carries marks while it is built, so that what a reader knows of a span survives the folding of layout.

A reader wraps what it writes in marks (`Marks.around`), joins and strips as it likes, and hands the whole to `fold_marked`, which takes the
marks out, folds each page as `reading.fold` does and says where each mark came to stand. The text is the same as without marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nightclerk.ingest.reading import BLANK_LINES, BLANK_SIGNS, INVISIBLE, LINE_END_SIGNS, fold

# a noncharacter: no text may hold it, so what a file holds of it is replaced (`plain`)
DELIMITER = "\ufdd0"
MARK = re.compile(f"{DELIMITER}([+-])(\\d+){DELIMITER}")


def plain(text: str) -> str:
    """A file's own text, without what could be taken for a mark."""
    return text.replace(DELIMITER, "\ufffd")


class Marks:
    """Numbers the marks of one document."""

    def __init__(self) -> None:
        self.count = 0

    def around(self, text: str) -> tuple[int, str]:
        """(number of the mark, the text between its two halves)."""
        number = self.count
        self.count += 1
        return number, f"{DELIMITER}+{number}{DELIMITER}{text}{DELIMITER}-{number}{DELIMITER}"


@dataclass(frozen=True, slots=True)
class Folded:
    """Pages as folded, and by the number of a mark the span it came to stand around, counted from the beginning of the first page."""

    pages: list[str]
    spans: dict[int, tuple[int, int]]


def unmarked(text: str) -> str:
    """A text without its marks."""
    return MARK.sub("", text) if DELIMITER in text else text


def fold_marked(text: str, page_break: str = "\f") -> Folded:
    """Fold a marked text page by page. A mark whose text was dropped has no span; one that ends nowhere ends with the text."""
    pieces: list[str] = []
    places: list[int] = []
    signs: list[tuple[str, int]] = []
    end = length = 0
    for match in MARK.finditer(text):
        pieces.append(text[end : match.start()])
        length += match.start() - end
        places.append(length)
        signs.append((match[1], int(match[2])))
        end = match.end()
    pages, moved = fold_at("".join([*pieces, text[end:]]), places, page_break)
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for place, (sign, number) in zip(moved, signs, strict=True):
        (starts if sign == "+" else ends).setdefault(number, place)
    last = sum(map(len, pages))
    return Folded(pages, {number: (start, max(start, ends.get(number, last))) for number, start in starts.items()})


def fold_at(text: str, places: Sequence[int], page_break: str = "\f") -> tuple[list[str], list[int]]:
    """Fold a text page by page: (the pages, where each of the places, which are in order, came to lie in the joined pages)."""
    pages: list[str] = []
    moved: list[int] = []
    begin = following = position = 0
    for page in text.split(page_break):
        after = bisect_right(places, begin + len(page), following)
        folded, inside = _folded(page, [place - begin for place in places[following:after]])
        moved += [position + place for place in inside]
        pages.append(folded)
        position += len(folded)
        begin += len(page) + len(page_break)
        following = after
    return pages, moved


def _folded(page: str, places: list[int]) -> tuple[str, list[int]]:
    """One page and the places in it, folded as `reading.fold` folds it."""
    if not places:
        return fold(page), places
    for moves, length, step in STEPS:
        folded = step(page)
        # no step makes a text longer, so one of the same length has moved nothing
        if len(folded) < len(page):
            places = _moved(moves, length, page, places)
        page = folded
    return page, places


def _replaced(text: str, signs: Sequence[str], replacement: str) -> str:
    for sign in signs:
        text = text.replace(sign, replacement)
    return text


def _squeezed(text: str, run: str) -> str:
    while run in text:
        text = text.replace(run, run[1:])
    return text


def _moved(pattern: re.Pattern[str], length: int, text: str, places: list[int]) -> list[int]:
    """Where places in order come to lie when each match is replaced by so many characters; inside a match, at its end."""
    moved: list[int] = []
    following = shift = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        while following < len(places) and places[following] <= start:
            moved.append(places[following] + shift)
            following += 1
        shift += length - (end - start)
        while following < len(places) and places[following] <= end:
            moved.append(end + shift)
            following += 1
    return moved + [place + shift for place in places[following:]]


# the steps of folding: (what of a text they shorten or drop, how many characters stay of each, the step itself)
STEPS: tuple[tuple[re.Pattern[str], int, Callable[[str], str]], ...] = (
    (re.compile("\r\n"), 1, lambda text: _replaced(_replaced(text, LINE_END_SIGNS, "\n"), BLANK_SIGNS, " ")),
    (INVISIBLE, 0, lambda text: INVISIBLE.sub("", text)),
    (re.compile("  +"), 1, lambda text: _squeezed(text, "  ")),
    (re.compile(" +\n *|\n +"), 1, lambda text: text.replace(" \n", "\n").replace("\n ", "\n")),
    (BLANK_LINES, 2, lambda text: _squeezed(text, "\n\n\n")),
)
