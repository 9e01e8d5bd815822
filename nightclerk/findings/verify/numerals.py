"""Figures in digits: every way of grouping thousands and marking decimals that is in use, with all readings where two are possible.

Works on folded text (`nightclerk.text.fold`), in which digits of all scripts are 0 to 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

# longest figure that is read: more digits than any amount has, few enough to stay quick
_LONGEST = 40
_FRACTIONS = {
    "½": "0.5",
    "¼": "0.25",
    "¾": "0.75",
    "⅓": "0.333333",
    "⅔": "0.666667",
    "⅛": "0.125",
    "⅜": "0.375",
    "⅝": "0.625",
    "⅞": "0.875",
}
_SIGNS = "".join(_FRACTIONS)
_DIGITS = re.compile(
    rf"""(?x)
    (?<![\d]) (?<!\d[.,'])
    (?: (?P<grouped> \d{{1,3}} (?P<mark>[.,'\ ]) \d{{3}} (?: (?P=mark)\d{{3}} )* (?: (?!(?P=mark))[.,]\d+ )? (?!\d|(?P=mark)\d{{3}}) )
      | (?P<indian> \d{{1,2}} (?:,\d{{2}})+ ,\d{{3}} (?:\.\d+)? (?!\d) )
      | (?P<chain> \d+ (?: \.\d+ ){{2,}} )
      | (?P<plain> \d+ (?: [.,]\d+ )? )
    )
    (?P<part> \s?[{_SIGNS}] | \s \d/\d (?!\d|/) )?
    | (?P<alone> [{_SIGNS}] )
    """
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number at `text[start:end]` and what it may mean, the likelier reading first. `spelled` says that it is written in words."""

    start: int
    end: int
    values: tuple[Decimal, ...]
    spelled: bool = False


def numerals(text: str, *, decimal_comma: bool | None = None) -> Iterator[Numeral]:
    """The figures in a folded text, in order.

    Args:
        text: folded text.
        decimal_comma: whether the language writes 1.234,56 (True) or 1,234.56 (False): it orders the readings of a figure such as
            `1.234` or `1,234`, and where the figure has a usual form there, leaves one. None keeps both.
    """
    for found in _DIGITS.finditer(text):
        if found["chain"] or len(found[0]) > _LONGEST:
            # 7.2.1 is a place in a document
            continue
        values = _values(found, decimal_comma)
        yield Numeral(found.start(), found.end(), values)
        if found["mark"] == " ":
            # `5 000` or, in a row of a table, 5 and 000
            yield from _pieces(found)


def _values(found: re.Match[str], decimal_comma: bool | None) -> tuple[Decimal, ...]:
    if found["alone"]:
        return (Decimal(_FRACTIONS[found["alone"]]),)
    body = found["grouped"] or found["indian"] or found["plain"]
    return tuple(value + _part(found["part"]) for value in readings(body, decimal_comma=decimal_comma))


def readings(digits: str, *, decimal_comma: bool | None = None) -> tuple[Decimal, ...]:
    """What a figure such as `1.234,56` may mean; one reading unless a single mark stands before exactly three digits."""
    marks = [character for character in digits if not character.isdigit()]
    bare = "".join(filter(str.isdigit, digits))
    if not marks:
        return (Decimal(bare),)
    whole, _, decimals = digits.rpartition(marks[-1])
    as_decimal = Decimal("".join(filter(str.isdigit, whole)) + "." + decimals)
    if marks[-1] in "' " or marks.count(marks[-1]) > 1:
        return (Decimal(bare),)
    if len(marks) > 1 or len(decimals) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (as_decimal,)
    return _either(Decimal(bare), as_decimal, marks[0], decimal_comma)


def _either(grouped: Decimal, decimal: Decimal, mark: str, decimal_comma: bool | None) -> tuple[Decimal, ...]:
    if decimal_comma is None:
        return grouped, decimal
    if (mark == ".") == decimal_comma:
        # 1.234 in German, 1,234 in English: thousands, and nothing else
        return (grouped,)
    return (decimal, grouped)


def _part(part: str | None) -> Decimal:
    if not part:
        return Decimal(0)
    part = part.strip()
    if part in _FRACTIONS:
        return Decimal(_FRACTIONS[part])
    over, _, under = part.partition("/")
    return (Decimal(over) / Decimal(under)).quantize(Decimal("0.000001")) if under != "0" else Decimal(0)


def _pieces(found: re.Match[str]) -> Iterator[Numeral]:
    start = found.start("grouped")
    for piece in re.finditer(r"\d+(?:[.,]\d+)?", found["grouped"]):
        yield Numeral(start + piece.start(), start + piece.end(), (Decimal(piece[0].replace(",", ".")),))
