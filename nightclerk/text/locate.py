"""Where a quote stands in its source: exactly, but for layout and case, or but for punctuation. Never nearly.

There is no fuzzy level: a similarity high enough to forgive a typing mistake also forgives a changed figure or a lost "not".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from nightclerk.records import Match, MatchLevel
from nightclerk.text.borders import clean_span
from nightclerk.text.fold import Folded, fold, letters

_SHORTEST = 3
# places of one quote that are looked at, per level: an ordinary quote has one; a text made of one repeated phrase has millions
_PLACES = 2_000
Span = tuple[int, int]


class Locator:
    """One source text, folded once for all the quotes that are looked for in it. Folding happens at the first quote that needs it."""

    def __init__(self, source: str) -> None:
        self.source = source

    def locate(self, quote: str, *, within: Span | None = None) -> Match | None:
        """Find `quote`, best inside the span `within` (at any level), else nearest to it; None where the source does not say it.

        `source[match.char_start:match.char_end]` is what the source says: without white space at its ends, and never cut inside a word,
        a figure or a date (`clean_span`). Level `exact` is the same string, `folded` the same but for layout and case (`fold`), `letters`
        the same letters, digits, currencies and figures (`letters`; at least 3 letters or digits). A quote that is a single sign says
        nothing and is not looked for; `[●]` is.
        """
        quote = quote.strip()
        if not any(map(str.isalnum, quote)) and len(fold(quote).text.replace(" ", "")) < 2:
            return None
        window = within or (0, len(self.source))
        for inside in (True, False):
            for level in (self._exact, self._folded, self._letters):
                if match := level(quote, window, inside):
                    return match
            if window == (0, len(self.source)):
                return None
        return None

    @cached_property
    def _fold(self) -> Folded:
        return fold(self.source)

    @cached_property
    def _skeleton(self) -> Folded:
        return letters(self._fold)

    def _exact(self, quote: str, window: Span, inside: bool) -> Match | None:
        places = _occurrences(self.source, quote, window if inside else None)
        return self._nearest(places, lambda start, end: (start, end), window, "exact")

    def _folded(self, quote: str, window: Span, inside: bool) -> Match | None:
        folded, bounds = self._fold, None
        if inside:
            bounds = folded.place(window[0]), folded.place(window[1])
        return self._nearest(_occurrences(folded.text, fold(quote).text.strip(), bounds), folded.span, window, "folded")

    def _letters(self, quote: str, window: Span, inside: bool) -> Match | None:
        wanted = fold(quote)
        skeleton = letters(wanted)
        if sum(map(str.isalnum, skeleton.text)) < _SHORTEST:
            return None
        start, end = skeleton.span(0, len(skeleton.text)) or (0, len(wanted.text))
        before, after = wanted.text[:start].lstrip(), wanted.text[end:].rstrip()

        def to_source(start: int, end: int) -> Span | None:
            place = self._skeleton.span(start, end)
            return self._fold.span(*self._with_punctuation(place, before, after)) if place else None

        bounds = None
        if inside:
            bounds = self._skeleton.place(self._fold.place(window[0])), self._skeleton.place(self._fold.place(window[1]))
        return self._nearest(_occurrences(self._skeleton.text, skeleton.text, bounds), to_source, window, "letters")

    def _with_punctuation(self, place: Span, before: str, after: str) -> Span:
        """Widen a place in the folded text by the punctuation that the quote has at its ends, as far as the source has it too."""
        (start, end), text = place, self._fold.text
        for character in reversed(before):
            if start == 0 or text[start - 1] != character or character == " ":
                break
            start -= 1
        for character in after:
            if text[end : end + 1] != character or character == " ":
                break
            end += 1
        return start, end

    def _nearest(
        self, places: Iterator[Span], to_source: Callable[[int, int], Span | None], window: Span, level: MatchLevel
    ) -> Match | None:
        """The place nearest to the window, of those that are clean spans of the source; places come in ascending order."""
        best: Match | None = None
        for place in places:
            span = to_source(*place)
            if span is None or not clean_span(self.source, *span):
                continue
            if best is None or _distance(span, window) < _distance((best.char_start, best.char_end), window):
                best = Match(*span, level)
            if span[0] >= window[0]:
                break
        return best


def _distance(span: Span, window: Span) -> int:
    """Characters between a span and the window; 0 where they touch or overlap."""
    return max(span[0] - window[1], window[0] - span[1], 0)


def _occurrences(text: str, wanted: str, bounds: Span | None) -> Iterator[Span]:
    """Places of `wanted` in `text`, or between two indexes of it, overlapping ones too; the first so many."""
    begin, stop = bounds or (0, len(text))
    place = text.find(wanted, begin, stop) if wanted else -1
    for _ in range(_PLACES):
        if place < 0:
            return
        yield place, place + len(wanted)
        place = text.find(wanted, place + 1, stop)
