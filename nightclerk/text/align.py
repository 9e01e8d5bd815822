"""From a place in one reading of a document to the same place in another: by letters and digits, whatever happened to the layout."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from nightclerk.text.fold import Folded, fold, letters

# letters that are compared around a place, to tell the places of a repeated phrase apart
_AROUND = 200
# letters at either end of a span, when the other reading has something else in its middle
_END = 16
# so many letters say where they stand by themselves; of fewer, so many around them have to agree
_TELLING = 40
_ALIKE = 4
# a span that grew or shrank by more than this is another one
_STRETCH = 3
_PLACES = 500
Span = tuple[int, int]


class Alignment:
    """Leads spans of an earlier reading to those of a later one. Both are folded at the first span that is asked for.

    Args:
        before: the text in which spans are known.
        after: the text in which they are wanted.
    """

    def __init__(self, before: str, after: str) -> None:
        self._texts = (before, after)

    def span(self, start: int, end: int) -> Span | None:
        """Where `before[start:end]` stands in the later text; None where it does not, or nobody can tell.

        Of several places that say the same the one with the most alike surroundings is taken.
        """
        if self._texts[0] == self._texts[1]:
            return start, end
        first, last = self._before.place(start), self._before.place(end)
        found = self._whole(first, last) or self._by_its_ends(first, last)
        return self._after.source(*found) if found else None

    @cached_property
    def _before(self) -> _Skeleton:
        return _Skeleton(self._texts[0])

    @cached_property
    def _after(self) -> _Skeleton:
        return _Skeleton(self._texts[1])

    def _whole(self, first: int, last: int) -> Span | None:
        place = self._best(first, last, self._before.text[first:last])
        return (place, place + last - first) if place is not None else None

    def _by_its_ends(self, first: int, last: int) -> Span | None:
        """A span whose middle differs: from where its first letters stand to where its last ones do."""
        if last - first < 2 * _END:
            return None
        start = self._best(first, first + _END, self._before.text[first : first + _END])
        end = self._best(last - _END, last, self._before.text[last - _END : last])
        if start is None or end is None or not 0 < end + _END - start <= _STRETCH * (last - first):
            return None
        return start, end + _END

    def _best(self, first: int, last: int, wanted: str) -> int | None:
        """The place of `wanted` in the later text with the most letters around it that agree with those around it in the earlier one."""
        places = list(_occurrences(self._after.text, wanted))
        if len(places) == 1 and last - first >= _TELLING:
            return places[0]
        before, after = self._before.text, self._after.text

        def likeness(place: int) -> tuple[int, float]:
            end = place + last - first
            around = _common(before[max(0, first - _AROUND) : first][::-1], after[max(0, place - _AROUND) : place][::-1])
            around += _common(before[last : last + _AROUND], after[end : end + _AROUND])
            return around, -abs(place / len(after) - first / len(before))

        best = max(places, key=likeness, default=None)
        # a few letters stand anywhere: where nothing around them agrees, it is another place that says them too
        return best if best is not None and (last - first >= _TELLING or likeness(best)[0] >= _ALIKE) else None


class _Skeleton:
    """The letters and digits of a text, and the ways there and back."""

    def __init__(self, text: str) -> None:
        self._folded: Folded = fold(text)
        self._letters: Folded = letters(self._folded)
        self.text = self._letters.text

    def place(self, index: int) -> int:
        """Where the text's character of that index went."""
        return self._letters.place(self._folded.place(index))

    def source(self, start: int, end: int) -> Span | None:
        """The text's own span behind a span of letters."""
        folded = self._letters.span(start, end)
        return self._folded.span(*folded) if folded else None


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    place = text.find(wanted) if wanted else -1
    for _ in range(_PLACES):
        if place < 0:
            return
        yield place
        place = text.find(wanted, place + 1)


def _common(one: str, other: str) -> int:
    """The length of the common beginning."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)
