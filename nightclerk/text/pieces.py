"""Quotes that stand in their source in pieces: around a page's furniture, or around what the quote itself leaves out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

from nightclerk.records import Match, MatchLevel
from nightclerk.text.characters import fold_character
from nightclerk.text.elision import TURNING, parts_of, turns
from nightclerk.text.fold import Folded
from nightclerk.text.furniture import furniture_lines, without

Span = tuple[int, int]
# characters that a quote may leave out at one elision, and places of its first part that are tried
_FARTHEST = 10_000
_TRIES = 20
# a quote of fewer letters and digits says too little to be put together from parts
_LEAST = 8
_LEAST_WORDS = 5
_NEAR = 40
_SIGNS = re.compile(r"\A[\W_]+")


class Pieces:
    """A text without its furniture, and the way back."""

    def __init__(self, source: str, furniture: Sequence[Span]) -> None:
        self.furniture = sorted({*furniture, *furniture_lines(source)})
        kept = without(source, self.furniture)
        starts = [0, *accumulate(end - start for start, end in kept)]
        self._source = source
        self._ends = [end for _, end in kept]
        self._kept = Folded("".join(source[start:end] for start, end in kept), starts[:-1], [start for start, _ in kept], [0] * len(kept))

    @property
    def text(self) -> str:
        """The text without its furniture."""
        return self._kept.text

    def window(self, span: Span) -> Span:
        """A span of the source in this text."""
        return self._kept.place(span[0]), self._kept.place(span[1])

    def matches(self, match: Match, quote: str) -> tuple[Match, ...]:
        """The pieces of the source behind a match in this text, each with its share of the quote; nothing white at their ends."""
        spans = list(self._spans(match.char_start, match.char_end))
        if len(spans) == 1:
            return (Match(*spans[0], match.level),)
        fuzzy = match.level == "fuzzy"
        claims = _shares(quote, [self._source[start:end] for start, end in spans], whole_words=fuzzy)
        level: MatchLevel = "fuzzy" if fuzzy else "across"
        return tuple(Match(*span, level, claim) for span, claim in zip(spans, claims, strict=True) if claim)

    def _spans(self, start: int, end: int) -> Iterator[Span]:
        starts = self._kept.starts
        for piece in range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)):
            first = self._kept.sources[piece] + max(start - starts[piece], 0)
            last = min(self._kept.sources[piece] + end - starts[piece], self._ends[piece])
            if text := self._source[first:last].strip():
                begin = self._source.index(text[0], first)
                yield begin, begin + len(text)


def parts_in_order(source: str, quote: str, window: Span, whole: Callable[[str, Span], Match | None]) -> tuple[Match, ...]:
    """The parts of a quote with elisions, one after the other within a window, else anywhere; of several ways the closest together.

    `whole(part, span)` finds the first place of a part in a span. What is left out may not begin or end with a negation.
    """
    parts = parts_of(quote)
    if len(parts) < 2 or sum(map(str.isalnum, "".join(parts))) < _LEAST:
        return ()
    for span in dict.fromkeys((window, (0, len(source)))):
        chains = [chain for chain in _chains(source, parts, span, whole) if chain]
        if chains:
            best = min(chains, key=lambda chain: chain[-1].char_end - chain[0].char_start)
            return tuple(Match(one.char_start, one.char_end, "parts", part) for one, part in zip(best, parts, strict=True))
    return ()


def _chains(source: str, parts: list[str], span: Span, whole: Callable[[str, Span], Match | None]) -> Iterator[list[Match]]:
    start = span[0]
    for _ in range(_TRIES):
        first = whole(parts[0], (start, span[1]))
        if first is None:
            return
        chain = [first]
        for part in parts[1:]:
            after = chain[-1].char_end
            if next_ := whole(part, (after, min(after + _FARTHEST, span[1]))):
                chain.append(next_)
        gaps = (source[one.char_end : next_.char_start] for one, next_ in pairwise(chain))
        if len(chain) == len(parts) and not any(map(turns, gaps)):
            yield chain
        start = first.char_start + 1


def unfinished(quote: str) -> Iterator[tuple[str, str, bool]]:
    """(rest, letters, whether they are the last) of a quote of some length that may break off in a word, or begin in the middle of one."""
    words = quote.split()
    if len(words) >= _LEAST_WORDS and _is_fragment(words[-1]):
        yield quote.rstrip()[: -len(words[-1])].rstrip(), words[-1], True
    if len(words) >= _LEAST_WORDS and _is_fragment(words[0]):
        yield quote.lstrip()[len(words[0]) :].lstrip(), words[0], False


def breaks_off(source: str, match: Match, letters: str, *, last: bool) -> bool:
    """Whether a word that begins with these letters goes on behind a match; or one that lacks its first letter only ends before it.

    Of a word's end more than that could be missed: `able` is the end of `unable`, and `typical` of `atypical`.
    """
    if last:
        following = _SIGNS.sub("", source[match.char_end : match.char_end + len(letters) + _NEAR])
        return following.casefold().startswith(letters.casefold()) and following[len(letters) : len(letters) + 1].isalpha()
    words = source[max(0, match.char_start - len(letters) - _NEAR) : match.char_start].split()
    return bool(words) and words[-1][1:] == letters and words[-1][0].isalpha() and words[-1][0] not in "aA"


def _is_fragment(word: str) -> bool:
    return word.isalpha() and word.casefold() not in TURNING


def _shares(quote: str, slices: list[str], *, whole_words: bool) -> list[str]:
    """The quote cut into as many pieces as there are slices, by the letters and digits in each of them; on request only at blanks."""
    counts = list(accumulate(_count(character) for character in quote))
    totals = accumulate(sum(map(_count, text)) for text in slices[:-1])
    cuts = [min(bisect_right(counts, total - 1) + 1, len(quote)) for total in totals]
    if whole_words:
        blanks = [place for place, character in enumerate(quote) if character.isspace()] or [len(quote)]
        cuts = [_nearest(blanks, cut) for cut in cuts]
    return [quote[start:end].strip() for start, end in pairwise([0, *cuts, len(quote)])]


def _nearest(places: list[int], wanted: int) -> int:
    return min(places, key=lambda place: abs(place - wanted))


def _count(character: str) -> int:
    return sum(map(str.isalnum, fold_character(character)))
