"""Quotes of a table's row that leave cells out: `Revenue 6,000` for `Revenue | 5,000 | 6,000`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from nightclerk.records import Match
from nightclerk.text.fold import fold
from nightclerk.text.nearly import WORD

Span = tuple[int, int]
_TOKEN = re.compile(rf"-(?=\d)|{WORD.pattern}")
_BORDER = " |\t\r\n\u00a0"
# a longer quote is no row
_LONGEST = 1_000


class _Cell(NamedTuple):
    """A cell that is quoted: its number in the row, its span, and the words of the quote (from, to) that stand in it."""

    number: int
    span: Span
    words: Span


class Rows:
    """The rows of a document's tables.

    Args:
        source: the text.
        rows: for each row the offsets at which its cells begin, and where it ends.
    """

    def __init__(self, source: str, rows: Sequence[Sequence[int]]) -> None:
        self._source = source
        self._rows = rows

    def find(self, quote: str, window: Span) -> tuple[Match, ...]:
        """A match for each run of neighbouring cells whose words are the quote's, in one row: the one in the window or nearest to it.

        The first cell that holds words must be among them, so that figures come with their label, and every cell is quoted whole.
        """
        if not self._rows or len(quote) > _LONGEST:
            return ()
        folded = fold(quote)
        tokens = list(_TOKEN.finditer(folded.text))
        words = [token.group() for token in tokens]
        places = [folded.span(*token.span()) or (0, len(quote)) for token in tokens]
        numbers = self._by_first_word.get(words[0], []) if len(words) > 1 else []
        for number in sorted(numbers, key=lambda number: _distance(self._rows[number], window)):
            if quoted := self._quoted(number, words):
                return tuple(_match(run, quote, places) for run in _runs(quoted))
        return ()

    @cached_property
    def _by_first_word(self) -> dict[str, list[int]]:
        """The numbers of the rows by the first word of their first cell that has one."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number in range(len(self._rows)):
            first = next((words[0] for _, words in self._cells(number) if words), "")
            found[first].append(number)
        return found

    def _cells(self, number: int) -> Iterator[tuple[Span, list[str]]]:
        """The span and the words of each cell of a row, without its borders."""
        for start, end in pairwise(self._rows[number]):
            text = self._source[start:end]
            inner = start + len(text) - len(text.lstrip(_BORDER))
            # a dash with a currency sign is an empty cell
            words = _TOKEN.findall(fold(text).text) if any(map(str.isalnum, text)) else []
            yield (inner, inner + len(text.strip(_BORDER))), words

    def _quoted(self, row: int, words: list[str]) -> list[_Cell]:
        """The cells of a row whose words are all these words, in order; none where they are not."""
        taken: list[_Cell] = []
        done = 0
        for number, (span, own) in enumerate(self._cells(row)):
            if own and words[done : done + len(own)] == own:
                taken.append(_Cell(number, span, (done, done + len(own))))
                done += len(own)
            elif own and not taken:
                return []
        return taken if done == len(words) else []


def _runs(cells: list[_Cell]) -> Iterator[list[_Cell]]:
    """The quoted cells, those together that are neighbours."""
    run = cells[:1]
    for one, next_ in pairwise(cells):
        if next_.number != one.number + 1:
            yield run
            run = []
        run.append(next_)
    yield run


def _match(run: list[_Cell], quote: str, places: Sequence[Span]) -> Match:
    first, last = run[0], run[-1]
    claim = quote[places[first.words[0]][0] : places[last.words[1] - 1][1]]
    return Match(first.span[0], last.span[1], "across", claim)


def _distance(row: Sequence[int], window: Span) -> int:
    return max(row[0] - window[1], window[0] - row[-1], 0)
