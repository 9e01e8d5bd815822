"""What a chunk needs beside it: the definitions of its terms and the clauses that it points to, as far as a number of tokens goes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from nightclerk.context.model import Term
from nightclerk.context.survey import Survey
from nightclerk.records import Passage

Count = Callable[[str], int]
# tokens that the marks around a passage take
MARKS = 24
# the most that one passage may take of what there is, and that definitions may before clauses had their turn
ONE_SHARE, DEFINITIONS_SHARE = 0.35, 0.65
LEAST_TOKENS = 12
_CHARACTERS_PER_TOKEN = 4
_RANK = {"means": 0, "called": 1, "points": 2}


@dataclass(frozen=True, slots=True)
class _Wanted:
    start: int
    end: int
    role: Literal["definition", "context"]


def passages(survey: Survey, start: int, end: int, *, max_tokens: int, count: Count) -> list[Passage]:
    """The passages for `text[start:end]`, in the order of the text, none of them inside of it and none overlapping another.

    First come definitions of the terms that it uses most, then the clauses that it points to, then the definitions of the terms in those.
    One passage takes at most a third of `max_tokens`; a longer one is shown from its beginning. The same input gives the same passages.
    """
    if max_tokens <= 0:
        return []
    shelf = _Shelf(survey, start, end, max_tokens, count)
    direct = list(_definitions(survey, [(start, end)]))
    shelf.fill(direct, DEFINITIONS_SHARE)
    shelf.fill(_clauses(survey, [(start, end)]), 1)
    shelf.fill(direct, 1)
    shown = [(one.start, one.end) for one in shelf.taken]
    shelf.fill(_definitions(survey, shown), 1)
    shelf.fill(_clauses(survey, [(one.start, one.end) for one in shelf.taken if one.role == "definition"]), 1)
    return shelf.passages()


def _definitions(survey: Survey, spans: Iterable[tuple[int, int]]) -> Iterator[_Wanted]:
    """The definitions of the terms used in some spans, those used most first."""
    used: Counter[str] = Counter()
    for start, end in spans:
        first = bisect_left(survey.uses, start, key=lambda use: use.char_start)
        last = bisect_left(survey.uses, end, key=lambda use: use.char_start)
        used.update(use.name for use in survey.uses[first:last])
    places = survey.definitions
    for name, _ in sorted(used.items(), key=lambda item: (-item[1], places[item[0]][0].name_start)):
        best = min(places[name], key=lambda term: (_RANK[term.how], term.name_start))
        yield _wanted(best)


def _wanted(term: Term) -> _Wanted:
    return _Wanted(term.char_start, term.char_end, "definition")


def _clauses(survey: Survey, spans: Iterable[tuple[int, int]]) -> Iterator[_Wanted]:
    """The clauses that some spans point to, in the order in which they are named."""
    for start, end in spans:
        first = bisect_left(survey.references, start, key=lambda one: one.char_start)
        for one in survey.references[first:]:
            if one.char_start >= end:
                break
            around = one.target_start <= one.char_start < one.target_end
            if one.where == "here" and not around:
                yield _Wanted(one.target_start, one.target_end, "context")


class _Shelf:
    """The passages chosen so far, and the tokens that are left."""

    def __init__(self, survey: Survey, start: int, end: int, max_tokens: int, count: Count) -> None:
        self.taken: list[_Wanted] = []
        self._survey = survey
        self._chunk = (start, end)
        self._max_tokens = max_tokens
        self._count = count
        self._used = 0

    def fill(self, wanted: Iterable[_Wanted], share: float) -> None:
        """Take what fits into a share of all tokens, in order; what stands in the chunk or on the shelf is there already."""
        for one in wanted:
            room = min(int(self._max_tokens * share) - self._used, int(self._max_tokens * ONE_SHARE)) - MARKS
            if room < LEAST_TOKENS:
                return
            for start, end in self._missing(one.start, one.end):
                fitting, tokens = self._fitting(start, end, room)
                if fitting > start:
                    self.taken.append(_Wanted(start, fitting, one.role))
                    self._used += tokens + MARKS
                    room -= tokens + MARKS
                if room < LEAST_TOKENS:
                    break

    def passages(self) -> list[Passage]:
        """What stands on the shelf."""
        text, outline = self._survey.text, self._survey.outline
        ordered = sorted(self.taken, key=lambda one: one.start)
        return [Passage(one.start, one.end, text[one.start : one.end], one.role, outline.path(one.start)) for one in ordered]

    def _missing(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of a span that are neither in the chunk nor on the shelf, without blanks at their ends."""
        parts = [(start, end)]
        for first, last in [self._chunk, *((one.start, one.end) for one in self.taken)]:
            halves = (half for begin, stop in parts for half in ((begin, min(stop, first)), (max(begin, last), stop)))
            parts = [half for half in halves if half[0] < half[1]]
        return [self._trimmed(*part) for part in parts if any(map(str.isalnum, self._survey.text[slice(*part)]))]

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        text = self._survey.text[start:end]
        return start + len(text) - len(text.lstrip()), start + len(text.rstrip())

    def _fitting(self, start: int, end: int, room: int) -> tuple[int, int]:
        """(where a span ends that fits into so many tokens, its tokens): all of it, or as many of its words as fit."""
        text = self._survey.text
        end = min(end, start + room * 2 * _CHARACTERS_PER_TOKEN)
        while end > start:
            tokens = self._count(text[start:end])
            if tokens <= room:
                return end, tokens
            shorter = start + int((end - start) * room / tokens * 0.95)
            blank = text.rfind(" ", start, shorter)
            end = start + len(text[start : blank if blank > start else shorter].rstrip())
        return start, 0
