"""A text as verification sees it: its figures, dates, references, operators and words, in order. All from folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

from nightclerk.findings.verify.dates import Dated, dates
from nightclerk.findings.verify.languages import LANGUAGES, ROLES, Language
from nightclerk.findings.verify.quantities import Quantity, quantities
from nightclerk.findings.verify.units import unit_at
from nightclerk.text import fold

REFERENCE = re.compile(
    r"(?:(?<!\w)(?:sections?|articles?|clauses?|paragraphs?|subsections?|exhibits?|schedules?|annex(?:es)?|appendix|attachments?|pages?|items?|parts?"
    r"|nos?\.|number|chapters?|steps?|rules?|form|abschnitte?s?|ziffern?|ziff\.|artikels?|art\.|absatz|abs\.|anlagen?|nr\.|seite|satz|kapitel"
    r"|annexes?|article|numéro|n°|n\.º|artículos?|cláusulas?|apartados?|anexos?|página|sección|المادة|البند|الفقرة|الملحق|الصفحة)\s?"
    r"|§{1,2}\s?)(?P<place>\d+(?:[.-]\d+)*(?:\s?\([a-z0-9]{1,4}\))*)(?![\d%]|,\d{3})"
    r"|第(?P<jp>\d+)(?:条|項|号|章|節)"
)
# (1) and 2. at the head of a line or an item number things, they count nothing
ENUMERATOR = re.compile(r"(?:^|(?<=[;:,.] )|(?<=\band )|(?<=\bor ))(?:\(\d{1,2}\)|\d{1,2}[.)])(?=\s|$)")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STEM = 6
# the Arabic article with what is glued before it
_ARTICLE = re.compile("^[وفبك]?(?:ال|لل)(?=...)")


@dataclass(frozen=True, slots=True)
class Token:
    """One thing in a text. `kind` is quantity, date, reference, operator or word; tokens of equal key say the same."""

    kind: str
    key: str
    start: int
    end: int
    thing: Quantity | Dated | None = None


@dataclass(frozen=True)
class Reading:
    """A folded text in the words of one language, or of none (`language` None: figures and dates only)."""

    text: str
    language: Language | None
    day_first: bool | None = None

    @cached_property
    def dates(self) -> list[Dated]:
        """Its dates, in order."""
        places = [match.span() for match in REFERENCE.finditer(self.text)]
        found = dates(self.text, day_first=self.day_first)
        return [date for date in found if not any(start <= date.start and date.end <= end for start, end in places)]

    @cached_property
    def references(self) -> list[re.Match[str]]:
        """Its references to places in documents, and numbers that only number."""
        found = [*REFERENCE.finditer(self.text)]
        # (2) months is a figure
        found += [match for match in ENUMERATOR.finditer(self.text) if not unit_at(self.text, match.end() + 1)[0]]
        return sorted(found, key=lambda match: match.start())

    @cached_property
    def quantities(self) -> list[Quantity]:
        """Its figures, in order."""
        return quantities(self.text, self.language, self._taken)

    @cached_property
    def operators(self) -> list[Token]:
        """What negates, permits, obliges or bounds, in order; idioms that do none of it are left out."""
        if self.language is None:
            return []
        dated = [(date.start, date.end) for date in self.dates]
        found = []
        for match in operator_pattern(self.language.code).finditer(self.text):
            name = self.language.operators[int((match.lastgroup or "o0")[1:])][0]
            if name and not any(start < match.end() and match.start() < end for start, end in dated):
                found.append(Token("operator", name, match.start(), match.end()))
        return found

    @cached_property
    def tokens(self) -> list[Token]:
        """Everything in it, in order, each character in at most one token."""
        things = [Token("date", _date_key(date), date.start, date.end, date) for date in self.dates]
        things += [Token("quantity", quantity_key(each), each.start, each.end, each) for each in self._said_once]
        things += [Token("reference", match[0].strip(), match.start(), match.end()) for match in self.references]
        things = _disjoint([*things, *self.operators])
        return sorted([*things, *self._words(things)], key=lambda token: token.start)

    @property
    def _said_once(self) -> Iterator[Quantity]:
        """The figures, `thirty (30) days` as one."""
        last: Quantity | None = None
        for each in self.quantities:
            if each.piece:
                continue
            if last and each.start - last.end <= 2 and quantity_key(each) == quantity_key(last) and "(" in self.text[last.end : each.end]:
                last = replace(last, end=self._behind(each.end))
                continue
            if last:
                yield last
            last = each
        if last:
            yield last

    def _behind(self, end: int) -> int:
        """The place behind a bracket that closes, and the unit that follows it."""
        if self.text[end : end + 1] not in (")", "]"):
            return end
        unit, after = unit_at(self.text, end + 2)
        return after if unit else end + 1

    @property
    def _taken(self) -> list[tuple[int, int]]:
        spans = [(date.start, date.end) for date in self.dates]
        return spans + [match.span() for match in self.references]

    def _words(self, things: list[Token]) -> Iterator[Token]:
        place = 0
        for thing in [*sorted(things, key=lambda token: token.start), Token("", "", len(self.text), len(self.text))]:
            yield from self._words_between(place, thing.start)
            place = max(place, thing.end)

    def _words_between(self, start: int, end: int) -> Iterator[Token]:
        for match in WORD.finditer(self.text, start, end):
            if self.language and not self.language.spaced:
                # without blanks each character is a word
                yield from (Token("word", self.text[at], at, at + 1) for at in range(match.start(), match.end()))
            else:
                yield Token("word", stem(match[0]), match.start(), match.end())


def read(text: str, language: Language | None, day_first: bool | None = None) -> Reading:
    """Fold a text and read it."""
    return Reading(fold(text).text, language, day_first)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The beginning of a word, which its inflected forms share."""
    bare = _ARTICLE.sub("", word.removesuffix("'s").removeprefix("d'").removeprefix("l'"))
    if bare in ROLES or bare.removesuffix("s") in ROLES or bare.endswith(("ee", "or")):
        # the licensor is not the licensee
        return bare.removesuffix("s")
    for ending in ("ies", "ing", "ed", "es", "en", "s", "e", "y"):
        if bare.endswith(ending) and len(bare) - len(ending) >= 4:
            bare = bare[: -len(ending)]
            break
    return bare[:_STEM]


def quantity_key(quantity: Quantity) -> str:
    """The same for figures that say the same: value in comparable units, and the unit."""
    values, unit = quantity.comparable
    sign = "-" if quantity.bracketed else ""
    return f"{sign}{values[0].normalize():f} {unit}"


def _date_key(date: Dated) -> str:
    return "date " + " ".join(sorted(str(day) for day in date.days))


def _disjoint(things: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for thing in sorted(things, key=lambda token: (token.start, -token.end)):
        if not kept or thing.start >= kept[-1].end:
            kept.append(thing)
    return kept


@cache
def operator_pattern(code: str) -> re.Pattern[str]:
    """One pattern for all operators of a language; the group that matched is `o` and the number of the operator."""
    language = LANGUAGES[code]
    groups = "|".join(f"(?P<o{number}>{_folded(phrases)})" for number, (_, phrases) in enumerate(language.operators))
    return re.compile(rf"(?<![^\W_])(?:{groups})(?![^\W_])" if language.spaced else groups)


@cache
def words_pattern(phrases: str, *, spaced: bool) -> re.Pattern[str]:
    """A pattern for whole words out of a language's table."""
    return re.compile(rf"(?<![^\W_])(?:{_folded(phrases)})(?![^\W_])" if spaced else f"(?:{_folded(phrases)})")


def _folded(phrases: str) -> str:
    """A pattern of the tables as it must be for folded text; its escapes (\\w, \\b) are lower case and stay what they are."""
    return phrases.replace("ß", "ss").replace("’", "'").replace("‘", "'").replace("أ", fold("أ").text).replace("إ", fold("إ").text)
