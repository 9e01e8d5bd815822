"""A cited slice with the rest of its sentence around it: what begins before the quote may belong to what the quote says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from nightclerk.findings.verify.dates import Dated
from nightclerk.findings.verify.language import FEW_WORDS, language_in
from nightclerk.findings.verify.languages import Language
from nightclerk.findings.verify.quantities import Quantity
from nightclerk.findings.verify.reading import Reading, Token
from nightclerk.text import fold

_BEFORE, _AFTER = 400, 120
# the end of a sentence; a point after one letter or a short form with a capital is none
_STOP = re.compile(
    r"(?<![\s.(][A-Za-z])(?<!\bNo)(?<!\bInc)(?<!\bCo)(?<!\bLtd)(?<!\bCorp)(?<!\bNr)(?<!\bArt)[.?!]\s+(?=[^a-zß-ÿ])|[。！？؟]|\n\s*\n"
)


@dataclass(frozen=True)
class Passage:
    """A slice, folded with its sentence: `reading.text[core_start:core_end]` is the slice, `written` the sentence as the document has it.

    `code` is the language of the slice, if that is known.
    """

    written: str
    reading: Reading
    core_start: int
    core_end: int
    code: str
    context: str

    @property
    def core(self) -> str:
        """The slice, folded."""
        return self.reading.text[self.core_start : self.core_end]

    @property
    def language(self) -> Language | None:
        """The tables of its language; None where they are not known."""
        return self.reading.language

    @cached_property
    def quantities(self) -> list[Quantity]:
        """The figures of the slice, each with the sign before it and the unit behind it, also where those lie outside."""
        return [each for each in self.reading.quantities if each.end > self.core_start and each.start < self.core_end]

    @cached_property
    def dates(self) -> list[Dated]:
        """The dates of the slice."""
        return [each for each in self.reading.dates if each.end > self.core_start and each.start < self.core_end]

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of its sentence up to the end of the slice."""
        return [token for token in self.reading.tokens if token.start < self.core_end]

    @cached_property
    def core_tokens(self) -> list[Token]:
        """The tokens of the slice."""
        return [token for token in self.tokens if token.end > self.core_start]


def passage(source: str, start: int, end: int, *, document_language: str, day_first: bool | None) -> Passage:
    """The slice `source[start:end]` with what stands before and behind it in its sentence."""
    before, after = _left(source, start), _right(source, end)
    # a name or a figure is in the language of its sentence
    told = start if source.count(" ", start, end) >= FEW_WORDS else before
    code, language = language_in(source[told : end if told == start else after], document_language)
    left, core, right = (fold(part).text for part in (source[before:start], source[start:end], source[end:after]))
    reading = Reading(left + core + right, language, day_first)
    return Passage(source[before:after], reading, len(left), len(left) + len(core), code, reading.text)


def _left(source: str, start: int) -> int:
    begin = max(0, start - _BEFORE)
    # what follows the end of a sentence tells that it is one
    ends = [match.end() for match in _STOP.finditer(source, begin, start + 1) if match.end() <= start]
    return ends[-1] if ends else begin


def _right(source: str, end: int) -> int:
    stop = _STOP.search(source, end, min(len(source), end + _AFTER))
    return stop.start() if stop else min(len(source), end + _AFTER)
