"""Text that carries marks while it is built, so that what a reader knows of a span survives the folding of layout.

A reader wraps what it writes in marks (`Marks.around`), joins and strips as it likes, and hands the whole to `fold_marked`, which takes the
marks out, folds each page as `reading.fold` does and says where each mark came to stand. The text is the same as without marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nightclerk.ingest.reading import FOLDS

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
    pages: list[str] = []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    position = 0
    for page in text.split(page_break):
        folded, places, signs = _folded(page)
        for place, (sign, number) in zip(places, signs, strict=True):
            (starts if sign == "+" else ends).setdefault(number, position + place)
        pages.append(folded)
        position += len(folded)
    spans = {number: (start, max(start, ends.get(number, position))) for number, start in starts.items()}
    return Folded(pages, spans)


def _folded(page: str) -> tuple[str, list[int], list[tuple[str, int]]]:
    """One page: (its folded text, the place of each half of a mark in it, (sign, number) of each)."""
    pieces: list[str] = []
    places: list[int] = []
    signs: list[tuple[str, int]] = []
    end = length = 0
    for match in MARK.finditer(page):
        pieces.append(page[end : match.start()])
        length += match.start() - end
        places.append(length)
        signs.append((match[1], int(match[2])))
        end = match.end()
    folded = "".join([*pieces, page[end:]])
    for pattern, replacement in FOLDS:
        folded, places = _substituted(pattern, replacement, folded, places)
    return folded, places, signs


def _substituted(pattern: re.Pattern[str], replacement: str, text: str, places: list[int]) -> tuple[str, list[int]]:
    """`pattern.sub(replacement, text)`, and where each of the places (in order) came to lie; inside a match, at its end."""
    if not places:
        return pattern.sub(replacement, text), places
    moved: list[int] = []
    following = shift = 0
    for match in pattern.finditer(text):
        while following < len(places) and places[following] <= match.start():
            moved.append(places[following] + shift)
            following += 1
        shift += len(replacement) - (match.end() - match.start())
        while following < len(places) and places[following] <= match.end():
            moved.append(match.end() + shift)
            following += 1
    moved += [place + shift for place in places[following:]]
    return pattern.sub(replacement, text), moved
