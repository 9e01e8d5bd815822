"""Chunks of a text: whole sections packed up to a limit of tokens, the library's splitter only inside a section that is too long."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from semantic_text_splitter import TextSplitter

from nightclerk.records import Chunk, Section

# the version of this way of cutting; another one makes other chunks of the same document
CHUNKING = "sections-1"
# a chunk may end early, though not below this share of its limit, to end where a greater section ends
EARLIEST_SHARE = 0.5
NO_SECTION = 1_000
WINDOW_CHARACTERS = 64

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span no section begins in. `depth` is that of the section that begins with it: the lower, the better the cut before it."""

    start: int
    end: int
    tokens: int
    depth: int


def cut(text: str, sections: Sequence[Section], *, max_tokens: int, count: Count) -> list[Chunk]:
    """Cut a text into chunks of at most `max_tokens`.

    Joined, the chunks are the text: no gap, no overlap, none of them empty. Only an empty text has no chunk. A chunk is over the limit
    only if it is one character that alone has more tokens.

    Args:
        text: the text of a document.
        sections: its sections in the order in which they begin; chunks begin and end on their borders wherever they fit.
        max_tokens: the limit, at least 1.
        count: the number of tokens of a string.
    """
    if max_tokens < 1:
        raise ValueError("max_tokens must be at least 1")
    pieces = list(_pieces(text, sections, max_tokens, count))
    spans = [fitting for start, end in _packed(pieces, max_tokens) for fitting in _fitting(text, start, end, max_tokens, count)]
    return [
        Chunk(ordinal, start, end, text[start:end], tokens, _path_at(sections, start)) for ordinal, (start, end, tokens) in enumerate(spans)
    ]


def _pieces(text: str, sections: Sequence[Section], max_tokens: int, count: Count) -> Iterator[_Piece]:
    """The spans between the borders of sections, those over the limit split by the library."""
    depths = {0: 0}
    for section in sections:
        if 0 < section.char_start < len(text):
            depths[section.char_start] = min(section.depth, depths.get(section.char_start, NO_SECTION))
    starts = sorted(depths)
    splitter = TextSplitter.from_callback(count, max_tokens, trim=False)
    for start, end in pairwise([*starts, len(text)]):
        if start == end:
            continue
        # counting takes 50 bytes of memory for each character: what is far too long is not counted as a whole
        tokens = count(text[start:end]) if end - start <= max_tokens * WINDOW_CHARACTERS else max_tokens + 1
        if tokens <= max_tokens:
            yield _Piece(start, end, tokens, depths[start])
            continue
        for first, last in _windows(text, start, end, max_tokens * WINDOW_CHARACTERS):
            for offset, part in splitter.chunk_indices(text[first:last]):
                place = first + offset
                yield _Piece(place, place + len(part), count(part), depths[start] if place == start else NO_SECTION)


def _windows(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Spans that the splitter can take one by one: its time grows with the square of what it is given."""
    while end - start > size:
        border = _border_near(text, start, start + 2 * size)
        yield start, border
        start = border
    yield start, end


def _packed(pieces: list[_Piece], max_tokens: int) -> Iterator[tuple[int, int]]:
    """Spans of neighbouring pieces that fit together, each cut at the greatest border in the later part of what would fit."""
    totals = [0, *accumulate(piece.tokens for piece in pieces)]
    first = 0
    while first < len(pieces):
        last = max(bisect_right(totals, totals[first] + max_tokens) - 1, first + 1)
        if last < len(pieces):
            earliest = max(bisect_left(totals, totals[first] + int(max_tokens * EARLIEST_SHARE)), first + 1)
            last = min(range(min(earliest, last), last + 1), key=lambda border: (pieces[border].depth, -border))
        yield pieces[first].start, pieces[last - 1].end
        first = last


def _fitting(text: str, start: int, end: int, max_tokens: int, count: Count) -> Iterator[tuple[int, int, int]]:
    """The span with its tokens, or its halves: pieces that fit one by one may be over the limit together by a token or two."""
    stack = [(start, end)]
    while stack:
        start, end = stack.pop()
        tokens = count(text[start:end])
        if tokens <= max_tokens or end - start == 1:
            yield start, end, tokens
        else:
            middle = _border_near(text, start, end)
            stack += [(middle, end), (start, middle)]


def _border_near(text: str, start: int, end: int) -> int:
    """A place near the middle of a span to cut at: after a line, else after a word, else anywhere."""
    middle = (start + end) // 2
    for sign in ("\n", " "):
        place = text.rfind(sign, start, middle) + 1
        if place > start + (end - start) // 4:
            return place
    return middle


def halves(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A span cut in two near its middle, after a line or a word where there is one; joined they are the span."""
    middle = _border_near(text, start, end)
    return [(start, middle), (middle, end)]


def _path_at(sections: Sequence[Section], offset: int) -> str:
    """The path of the deepest section there: the one that began last and has not ended, as a list may before the clause around it does."""
    place = bisect_right(sections, offset, key=lambda section: section.char_start) - 1
    while place > 0 and sections[place].depth and offset >= sections[place].char_end:
        place -= 1
    return sections[place].clause_path if place >= 0 and offset < sections[place].char_end else ""
