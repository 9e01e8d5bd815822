"""Where a quote stands in its source: exactly, but for layout and case, or but for punctuation; in pieces; or, and it says so, nearly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache

from nightclerk.records import Match, MatchLevel
from nightclerk.text.borders import clean_span, whole_words
from nightclerk.text.fold import Folded, fold, letters
from nightclerk.text.nearly import nearest
from nightclerk.text.pieces import Pieces, Span, breaks_off, parts_in_order, unfinished
from nightclerk.text.rows import Rows

_SHORTEST = 3
# places of one quote that are looked at, per level: an ordinary quote has one; a text made of one repeated phrase has millions
_PLACES = 2_000


class Locator:
    """One source text, folded once for all the quotes that are looked for in it. Folding happens at the first quote that needs it.

    Args:
        source: the text.
        furniture: spans of it that a sentence may run across, such as the headers and footers of its pages; those that a plain text
            shows by its lines are found here (`furniture_lines`).
        rows: the rows of its tables, for each the offsets at which its cells begin, and where it ends.
    """

    def __init__(self, source: str, furniture: Sequence[Span] = (), rows: Sequence[Sequence[int]] = ()) -> None:
        self.source = source
        self._furniture = furniture
        self._rows = Rows(source, rows)

    def find(self, quote: str, *, within: Span | None = None) -> tuple[Match, ...]:
        """Where the source says `quote`, in one piece or several, in order; empty where it does not, not even nearly.

        After the levels of `locate` come `across` (in pieces around the headers, footers and page numbers in its middle, or around cells of
        a table's row that it leaves out), `parts` (around the quote's own elisions, in order and not far apart) and `fuzzy` (at least four
        in five words the same, in order). A quote in pieces gives one match each, whose `claim` are the words of it that stand there.
        """
        if match := self.locate(quote, within=within):
            return (match,)
        window = within or (0, len(self.source))
        return self._across(quote, window) or self._rows.find(quote, window) or self._in_parts(quote, window) or self._nearly(quote, window)

    def locate(self, quote: str, *, within: Span | None = None) -> Match | None:
        """Find `quote`, best inside the span `within` (at any level), else nearest to it; None where the source does not say it.

        `source[match.char_start:match.char_end]` is what the source says: without white space at its ends, and never cut inside a word,
        a figure or a date (`clean_span`). Level `exact` is the same string, `folded` the same but for layout and case (`fold`), `letters`
        the same letters, digits, currencies and figures (`letters`; at least 3 letters or digits). A quote that is a single sign says
        nothing and is not looked for; `[●]` is.
        """
        quote = quote.strip()
        if not any(map(str.isalnum, quote)) and len(_folded(quote).text.replace(" ", "")) < 2:
            return None
        window = within or (0, len(self.source))
        for inside in (True, False):
            if match := self._whole(quote, window, inside):
                return match
            if window == (0, len(self.source)):
                break
        return self._unfinished(quote, window)

    def _whole(self, quote: str, window: Span, inside: bool) -> Match | None:
        for level in (self._exact, self._folded, self._letters):
            if match := level(quote, window, inside):
                return match
        return None

    def _unfinished(self, quote: str, window: Span) -> Match | None:
        """A quote that breaks off in the middle of the source's word, or begins there, without that word."""
        for rest, fragment, last in unfinished(quote):
            match = self._whole(rest, window, inside=True)
            if match and breaks_off(self.source, match, fragment, last=last):
                return Match(match.char_start, match.char_end, "letters")
        return None

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(self.source, self._furniture)

    @cached_property
    def _without_furniture(self) -> Locator:
        return Locator(self._pieces.text) if self._pieces.furniture else self

    def _across(self, quote: str, window: Span) -> tuple[Match, ...]:
        if not self._pieces.furniture:
            return ()
        match = self._without_furniture.locate(quote, within=self._pieces.window(window))
        return self._pieces.matches(match, quote) if match else ()

    def _in_parts(self, quote: str, window: Span) -> tuple[Match, ...]:
        return parts_in_order(self.source, quote, window, lambda part, span: self._whole(part, span, inside=True))

    def _nearly(self, quote: str, window: Span) -> tuple[Match, ...]:
        """The best of the places that nearly say it, in the window before others; furniture is no part of the text."""
        plain = self._without_furniture
        first, last = self._pieces.window(window)
        for bounds in ((plain._fold.place(first), plain._fold.place(last)), (0, len(plain._fold.text))):
            for _, place in sorted(nearest(plain._fold.text, _folded(quote).text.strip(), bounds), reverse=True):
                span = plain._fold.span(*place)
                if span and (words := whole_words(plain.source, *span)):
                    return self._pieces.matches(Match(*words, "fuzzy"), quote)
        return ()

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
        return self._nearest(_occurrences(folded.text, _folded(quote).text.strip(), bounds), folded.span, window, "folded")

    def _letters(self, quote: str, window: Span, inside: bool) -> Match | None:
        wanted, skeleton = _folded(quote), _lettered(quote)
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
        start -= len(_common(before[::-1], text[max(0, start - len(before)) : start][::-1]))
        return start, end + len(_common(after, text[end : end + len(after)]))

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


# one quote is looked for in several ways, and its parts in many places
@lru_cache(maxsize=64)
def _folded(quote: str) -> Folded:
    return fold(quote)


@lru_cache(maxsize=64)
def _lettered(quote: str) -> Folded:
    return letters(_folded(quote))


def _common(one: str, other: str) -> str:
    """The common beginning of two strings without blanks at its end."""
    length = min(len(one), len(other))
    return one[: next((at for at in range(length) if one[at] != other[at]), length)].rstrip()


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
