"""Typed values out of a quote: dates, amounts, percentages and durations as contracts and filings write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from nightclerk.profiles.models import VALUE_FIELDS

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 - reads as words
_SHORT = r"jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec"
_MONTH = rf"\b(?P<month>{'|'.join(_MONTHS)}|{_SHORT})\b\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _MONTH + r"\s{1,9}(?P<day>\d{1,2})(?:st|nd|rd|th)?\s{0,9},?\s{0,9}(?P<year>\d{4})\b",
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s{1,9}(?:day\s{1,9}of\s{1,9})?" + _MONTH + r",?\s{1,9}(?P<year>\d{4})\b",
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
        # month first: the documents are American where they write dates with slashes
        r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})\b",
    )
)
_AMOUNT = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SCALE = r"(?:\s{0,3}(?P<scale>thousand|million|billion|trillion)\b)?"
_SYMBOLS = {"$": "USD", "us$": "USD", "u.s.$": "USD", "c$": "CAD", "cdn$": "CAD", "a$": "AUD", "hk$": "HKD",
            "€": "EUR", "£": "GBP", "¥": "JPY", "rmb": "CNY"}  # fmt: skip
_CODES = "USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|RMB|HKD|SGD|INR"
_MONEY = re.compile(
    rf"(?P<currency>(?:us|u\.s\.|c|cdn|a|hk)?\$|€|£|¥|\b(?:{_CODES})(?:\s?\$)?)\s{{0,3}}\(?\s?{_AMOUNT}{_SCALE}", re.IGNORECASE
)
_PLAIN = re.compile(_AMOUNT + r"(?![\d%])")
_PERCENTAGE = re.compile(_AMOUNT + r"\)?\s{0,3}(?:%|per\s?cent\b|percent\b)", re.IGNORECASE)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20, "twenty-four": 24, "thirty": 30, "thirty-six": 36,
    "forty-five": 45, "sixty": 60, "ninety": 90, "one hundred twenty": 120, "one hundred and twenty": 120,
    "one hundred eighty": 180, "one hundred and eighty": 180,
}  # fmt: skip
_COUNT = rf"(?:(?P<word>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})|(?P<number>\d{{1,4}}))"
_DURATION = re.compile(
    rf"\b{_COUNT}(?:\s{{0,3}}\(\s?(?P<inner>\d{{1,4}})\s?\))?[\s-]{{1,5}}"
    r"(?:(?:calendar|business|consecutive|full|working|contract)\s{1,5})?(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_UNITS = {"day": "D", "week": "W", "month": "M", "year": "Y"}


def empty() -> dict[str, Any]:
    """A value with nothing in it; every field stands there, as the schema requires."""
    return dict.fromkeys(VALUE_FIELDS)


def extract(kind: str, quote: str) -> dict[str, Any]:
    """The first value of that kind in a quote (ISO dates and durations, plain numbers); all fields None where there is none."""
    reader = _READERS.get(kind)
    return empty() | ((reader(quote) or {}) if reader else {})


def _date(quote: str) -> dict[str, Any] | None:
    for found in sorted((match for pattern in _DATES for match in [pattern.search(quote)] if match), key=lambda match: match.start()):
        month = found["month"].lower()
        number = int(month) if month.isdigit() else next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))
        try:
            return {"text": found[0], "date": date(int(found["year"]), number, int(found["day"])).isoformat()}
        except ValueError:
            continue
    return None


def _money(quote: str) -> dict[str, Any] | None:
    found = _MONEY.search(quote)
    if found is None:
        return None
    symbol = found["currency"].lower()
    currency = _SYMBOLS.get(symbol, symbol[:3].upper())
    scale = found["scale"]
    return {"text": found[0], "number": _number(found["number"]), "currency": currency, "scale": scale and scale.lower()}


def _figure(quote: str) -> dict[str, Any] | None:
    """The first amount of a statement's row or sentence: one with a currency sign before one without; in brackets it is negative."""
    found = _MONEY.search(quote) or _PLAIN.search(quote)
    if found is None:
        return None
    value = (_money(found[0]) if found.re is _MONEY else None) or {"text": found[0], "number": _number(found["number"])}
    bracketed = quote[: found.start("number")].rstrip(" $€£¥").endswith("(")
    return value | {"number": -value["number"] if bracketed else value["number"]}


def _percentage(quote: str) -> dict[str, Any] | None:
    found = _PERCENTAGE.search(quote)
    return found and {"text": found[0], "number": _number(found["number"]), "unit": "percent"}


def _duration(quote: str) -> dict[str, Any] | None:
    found = _DURATION.search(quote)
    if found is None:
        return None
    number = int(found["inner"] or found["number"] or _NUMBERS[found["word"].lower()])
    unit = found["unit"].lower()
    return {"text": found[0], "number": number, "unit": unit, "duration": f"P{number}{_UNITS[unit]}"}


def _party(quote: str) -> dict[str, Any]:
    return {"text": quote, "party": " ".join(quote.split())[:300]}


def _number(text: str) -> float:
    return float(text.replace(",", ""))


_READERS: dict[str, Callable[[str], dict[str, Any] | None]] = {
    "date": _date,
    "money": _money,
    "figure": _figure,
    "percentage": _percentage,
    "duration": _duration,
    "party": _party,
}
