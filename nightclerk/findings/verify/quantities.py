"""Figures with what belongs to them: scale, currency, unit, sign. Works on folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nightclerk.findings.verify import currencies, units
from nightclerk.findings.verify.languages import ENGLISH, Language
from nightclerk.findings.verify.number_words import spelled
from nightclerk.findings.verify.numerals import Numeral, numerals

_SHORT = {
    "k": 3, "thousand": 3, "thousands": 3, "tsd": 3, "t€": 3, "m": 6, "mm": 6, "mn": 6, "mln": 6, "mio": 6, "million": 6, "millions": 6,
    "millionen": 6, "millones": 6, "millón": 6, "b": 9, "bn": 9, "mrd": 9, "md": 9, "mds": 9, "mia": 9, "milliard": 9, "milliards": 9,
    "milliarde": 9, "milliarden": 9, "billions": 9, "trillion": 12, "tn": 12, "bio": 12, "tausend": 3, "mille": 3, "lakh": 5, "lakhs": 5,
    "crore": 7, "crores": 7, "千": 3, "万": 4, "百万": 6, "億": 8, "兆": 12,
}  # fmt: skip
_SCALE = re.compile(r"[ -]?(" + "|".join(map(re.escape, sorted(_SHORT, key=len, reverse=True))) + r"|billion(?:en|es)?|mil(?: mill[oó]nes)?"
                    r"|[ء-ي]+)(?![a-zß-ɏء-ي])\.?")  # fmt: skip
# one letter multiplies only where it is glued to the figure, or a currency stands beside it
_LETTERS = frozenset("kmbt") | {"mm", "md"}
_BEFORE = re.compile(rf"(?:(?<![a-zß-ɏء-ي])|(?=[$€£¥]))({currencies.SIGN})[ -]{{0,2}}(?P<paren>\([ ]?)?-?[ ]?$")
_AFTER = re.compile(rf"[ -]?(?:(?:of|de|d'|lawful) ?)?({currencies.CURRENCY})(?![a-zß-ɏء-ي])(?<![$€£](?= ?\(?[ ]?\d))")
_REPEATS = re.compile(r"[ ]?(?P<unit>[^()\d]{0,25}?)[ ]?[(\[][ ]?")
_RANGE = re.compile(r" ?(?:to|and|or|bis|und|oder|à|et|ou|a|y|o|から|إلى|و|[-/~]) ?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure at `text[start:end]`: its value in all readings with the scale multiplied in, the likelier first, and what it counts.

    `unit` is a name of `units`, `money`, or empty; `currencies` are the codes that its sign may mean. `per` is the period of a rate.
    `bracketed` says that it stands alone in round brackets, as a negative figure does in a statement. `literal` is the figure without its
    scale.
    """

    start: int
    end: int
    text: str
    values: tuple[Decimal, ...]
    literal: tuple[Decimal, ...]
    unit: str = ""
    currencies: frozenset[str] = frozenset()
    per: str = ""
    bracketed: bool = False
    spelled: bool = False
    scaled: bool = False
    # a part of a figure that white space may group: `5 000` may be two figures of a row
    piece: bool = False

    @property
    def comparable(self) -> tuple[tuple[Decimal, ...], str]:
        """The values in the unit that its kind is compared in, and that unit."""
        return units.common(self.values, self.unit)


def quantities(text: str, language: Language | None, taken: Sequence[tuple[int, int]] = ()) -> list[Quantity]:
    """The figures of a folded text that lie outside the spans `taken` (dates, references), in order."""
    comma = None if language is None else language.decimal_comma
    found = [each for each in (*numerals(text, decimal_comma=comma), *spelled(text, language or ENGLISH)) if not _in(each, taken)]
    found = _longest(sorted(found, key=lambda numeral: (numeral.start, -numeral.end)))
    made = [quantity for numeral in found if (quantity := _quantity(text, numeral, language or ENGLISH))]
    return _joined(text, list(_apart(made)))


def _apart(made: Sequence[Quantity]) -> Iterator[Quantity]:
    """Each figure once: a word that multiplies the figure before it is none of its own, and pieces are marked."""
    end = -1
    for quantity in made:
        if quantity.end > end:
            yield quantity
        elif not quantity.spelled:
            yield replace(quantity, piece=True)
        end = max(end, quantity.end)


def _in(numeral: Numeral, taken: Sequence[tuple[int, int]]) -> bool:
    return any(start < numeral.end and numeral.start < end for start, end in taken)


def _longest(found: list[Numeral]) -> list[Numeral]:
    """Without those that lie inside another one, but for the pieces of a figure that white space may group."""
    kept: list[Numeral] = []
    for numeral in found:
        last = kept[-1] if kept else None
        if last and numeral.start < last.end and (numeral.spelled != last.spelled or numeral.end <= last.end) and not _row(last, numeral):
            if numeral.end > last.end:
                kept[-1] = numeral
            continue
        kept.append(numeral)
    return kept


def _row(whole: Numeral, piece: Numeral) -> bool:
    return not whole.spelled and not piece.spelled and piece.end <= whole.end


def _quantity(text: str, numeral: Numeral, language: Language) -> Quantity | None:
    start, end, values = numeral.start, numeral.end, numeral.values
    glued = start > 0 and text[start - 1].isascii() and text[start - 1].isalpha()
    before = _BEFORE.search(text, max(0, start - 32), start)
    if glued and not (before and before.end() == start):
        return None
    literal = values
    # "five hundred thousand" has its scale in its words
    multiplier, end = _scale(text, end, language, bool(before), spelled=numeral.spelled)
    values = tuple(value * multiplier for value in values)
    after = None if before else _AFTER.match(text, end)
    money = before or after
    if after:
        end = after.end()
    if before:
        start = before.start(1)
    unit, end = ("money", end) if money else _unit(text, end)
    if not money and unit == "" and numeral.spelled and text[numeral.start : numeral.end] in language.articles and not _repeated(text, end):
        return None
    if not money and unit == "" and numeral.spelled and not language.spaced and not _stands_alone(text, numeral):
        return None
    codes = currencies.codes(money[1]) if money else frozenset[str]()
    bracketed = _bracketed(text, start, end, before)
    if bracketed:
        start = text.rfind("(", 0, numeral.start)
    if bracketed and multiplier == 1:
        closed = text.find(")", end) + 1
        multiplier, behind = _scale(text, closed, language, bool(money), spelled=False)
        end = behind if behind > closed else end
        values = tuple(value * multiplier for value in values)
    if bracketed and not money:
        unit, bracketed, start, end = _behind_bracket(text, start, end, unit)
    negative = not numeral.spelled and _minus(text, numeral.start)
    signed = tuple(-value for value in values) if negative else values
    whole = text[start:end].strip()
    return Quantity(
        start, end, whole, signed, literal, unit, codes, units.per_at(text, end), bracketed, numeral.spelled, scaled=multiplier != 1
    )


def _scale(text: str, end: int, language: Language, money: bool, *, spelled: bool) -> tuple[Decimal, int]:
    found = _SCALE.match(text, end)
    if not found:
        return Decimal(1), end
    word = found[1]
    if spelled and word in ("m", "b", "k", "mm", "md"):
        return Decimal(1), end
    scale = _scale_of(word, language)
    if scale is None:
        return Decimal(1), end
    if word in _LETTERS and not money and not _AFTER.match(text, found.end()):
        return Decimal(1), end
    return scale, found.end()


def _scale_of(word: str, language: Language) -> Decimal | None:
    if word.startswith("billion"):
        return Decimal(language.scales.get(word, 10**12 if word != "billion" else 10**9))
    if word.startswith("mil ") and language.code == "es":
        return Decimal(10**9)
    if word in language.scales:
        return Decimal(language.scales[word])
    return Decimal(10) ** _SHORT[word] if word in _SHORT else None


def scale_named(word: str) -> Decimal | None:
    """What a word for a scale multiplies by, such as `millions` or `Mrd.`; None where it is none."""
    word = word.strip().casefold().rstrip(".")
    return _scale_of(word, ENGLISH) or _scale_of(word.rstrip("s"), ENGLISH)


def _unit(text: str, end: int) -> tuple[str, int]:
    place = end + 1 if text[end : end + 1] in (" ", "-") and end < len(text) else end
    unit, after = units.unit_at(text, place)
    return (unit, after) if unit else ("", end)


def _repeated(text: str, end: int) -> bool:
    return text[end : end + 3].lstrip().startswith(("(", "["))


def _stands_alone(text: str, numeral: Numeral) -> bool:
    return text[numeral.start - 1 : numeral.start] in ("第", "金") or numeral.end - numeral.start > 2


def _bracketed(text: str, start: int, end: int, before: re.Match[str] | None) -> bool:
    inner = before is not None and bool(before["paren"])
    opened = inner or text[:start].rstrip().endswith("(")
    return opened and text[end : end + 2].lstrip().startswith(")")


def _behind_bracket(text: str, start: int, end: int, unit: str) -> tuple[str, bool, int, int]:
    """`(20) months` counts months and is not negative."""
    closed = text.find(")", end) + 1
    behind, after = _unit(text, closed)
    return (behind, False, start, after) if behind and not unit else (unit, True, start, end)


def _minus(text: str, start: int) -> bool:
    return text[start - 1 : start] == "-" and (start == 1 or not (text[start - 2].isalnum() or text[start - 2] in ")%"))


def _joined(text: str, found: list[Quantity]) -> list[Quantity]:
    """Figures that one unit serves (30 to 60 days) get it; `thirty (30) days` is two figures with one unit, and neither is negative."""
    made = [quantity for quantity in found if not quantity.piece]
    for number in range(len(made) - 2, -1, -1):
        one, other = made[number], made[number + 1]
        gap = text[one.end : other.start]
        in_brackets = other.bracketed or text[other.start] in "([" or gap.rstrip().endswith(("(", "["))
        if in_brackets and len(gap) < 26 and (one.spelled or other.spelled or one.values == other.values):
            made[number + 1] = _served(text, replace(other, bracketed=False), one)
            made[number] = _served(text, one, made[number + 1])
        elif not one.unit and _RANGE.fullmatch(gap):
            made[number] = replace(one, unit=other.unit, currencies=other.currencies)
        elif one.unit == "money" and not other.unit and _RANGE.fullmatch(gap):
            made[number + 1] = replace(other, unit="money", currencies=one.currencies)
    return [*made, *(quantity for quantity in found if quantity.piece)]


def _served(text: str, one: Quantity, other: Quantity) -> Quantity:
    """A figure that repeats another, or is repeated by it, with the unit that serves both."""
    if one.unit:
        return one
    if other.unit:
        return replace(one, unit=other.unit, currencies=other.currencies, per=other.per)
    last = max(one.end, other.end)
    closed = one.bracketed or other.bracketed or text[other.end : other.end + 1] == ")"
    unit, end = _unit(text, last + closed)
    after = _AFTER.match(text, last + 1)
    if not unit and after:
        return replace(one, unit="money", currencies=currencies.codes(after[1]))
    return replace(one, unit=unit, per=units.per_at(text, end)) if unit else one
