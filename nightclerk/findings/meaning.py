"""What an answer means by the type of its category, so that two of them can be compared by anything but their wording."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nightclerk.findings.verify import currencies
from nightclerk.findings.verify.language import language_in
from nightclerk.findings.verify.languages import ENGLISH
from nightclerk.findings.verify.quantities import Quantity, scale_named
from nightclerk.findings.verify.reading import Reading, read
from nightclerk.findings.verify.units import DURATIONS, unit_of
from nightclerk.records import Finding, Value
from nightclerk.text import fold

_LONGEST = 2_000
_YES = frozenset(("yes", "true", "ja", "oui", "sí", "si", "はい", "نعم"))
_NO = frozenset(("no", "false", "nein", "non", "いいえ", "لا"))
_RATES = frozenset(("percent", "basis_point", "permille", "point"))
_WANTED: dict[str, Collection[str]] = {"money": ("money",), "percentage": _RATES, "duration": DURATIONS}
_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer says; what is empty is not known.

    `days` are the days that a date may be. `amounts` are a figure's readings with its scale multiplied in, in the unit that all of its kind
    are compared in (`unit`), in one of `currencies`. `period` is what a figure belongs to. `words` are letters and digits of a name.
    """

    days: frozenset[object] = frozenset()
    amounts: frozenset[object] = frozenset()
    unit: str = ""
    currencies: frozenset[str] = frozenset()
    period: tuple[date | None, ...] = ()
    yes: bool | None = None
    words: str = ""


def meaning(finding: Finding, kind: str) -> Meaning:
    """What a finding of a category of this kind says: by its typed value, else by its answer, else by its quote."""
    if kind == "date":
        return _date(finding)
    if kind in ("money", "percentage", "duration", "figure"):
        return _figure(finding, kind)
    if kind == "yes_no":
        return Meaning(yes=_yes(finding))
    if kind in ("party", "text"):
        return Meaning(words=_letters((finding.value.party if kind == "party" else "") or _quote(finding)))
    # what a clause or a list says is the place where it stands
    return Meaning()


def says_the_same(one: Meaning, other: Meaning) -> bool | None:
    """Whether two answers of one category say the same; None where one of them does not say what could be compared."""
    if one.yes is not None and other.yes is not None:
        return one.yes == other.yes
    if one.days and other.days:
        return not one.days.isdisjoint(other.days)
    if one.amounts and other.amounts:
        return _same_amount(one, other)
    if one.words and other.words:
        # a name may be given in full or in short
        return one.words in other.words or other.words in one.words
    return None


def _same_amount(one: Meaning, other: Meaning) -> bool:
    units = not one.unit or not other.unit or one.unit == other.unit
    money = not one.currencies or not other.currencies or not one.currencies.isdisjoint(other.currencies)
    periods = all(not first or not second or first == second for first, second in zip(one.period, other.period, strict=True))
    return units and money and periods and not one.amounts.isdisjoint(other.amounts)


def _date(finding: Finding) -> Meaning:
    if finding.value.day:
        return Meaning(days=frozenset([(finding.value.day.year, finding.value.day.month, finding.value.day.day)]))
    found = next((dates[0].days for text in _texts(finding) if (dates := _read(text).dates)), frozenset())
    return Meaning(days=frozenset(found))


def _figure(finding: Finding, kind: str) -> Meaning:
    value = finding.value
    period = (value.period_start, value.period_end, value.period_instant)
    if kind == "duration" and value.duration and (spans := _spans(value.duration)):
        return Meaning(amounts=spans, unit="span")
    quantity = _typed(value) if value.number is not None else _written(finding, kind)
    if quantity is None:
        return Meaning()
    values, unit = quantity.comparable
    if kind == "duration":
        # a typed value knows no business days
        return Meaning(amounts=frozenset(((unit.removeprefix("business_"), each),) for each in values), unit="span")
    amounts = frozenset(-abs(each) if quantity.bracketed else each for each in values)
    return Meaning(amounts=amounts, unit=unit, currencies=quantity.currencies, period=period)


def _typed(value: Value) -> Quantity:
    literal = Decimal(repr(value.number))
    number = literal * Decimal(scale_named(value.scale or "") or 1)
    known = next(
        (codes for said in (value.currency, value.unit) if said and (codes := currencies.codes(fold(said).text))), frozenset[str]()
    )
    unit = "money" if known else unit_of(value.unit) if value.unit else ""
    return Quantity(0, 0, "", (number,), (literal,), unit, known)


def _written(finding: Finding, kind: str) -> Quantity | None:
    """The first figure of the right kind in the answer, else in the quote."""
    wanted = _WANTED.get(kind)
    for text in _texts(finding):
        for each in _read(text).quantities:
            if not each.piece and (wanted is None or each.unit in wanted):
                return each
    return None


def _spans(iso: str) -> frozenset[object]:
    """P2Y, P24M and P1Y12M are one span; so are P1W and P7D. Months and days are never the same."""
    found = _ISO.fullmatch(iso.strip().upper())
    years, months, weeks, days = (int(part or 0) for part in (found.groups() if found else ("",) * 4))
    parts = [("month", years * 12 + months), ("day", weeks * 7 + days)]
    said = tuple((unit, Decimal(count)) for unit, count in parts if count)
    return frozenset([said]) if said else frozenset()


def _yes(finding: Finding) -> bool | None:
    for text in (finding.answer, finding.value.text or ""):
        word = text.strip().casefold().split(maxsplit=1)[:1]
        first = word[0].strip(".,;:!–-。、،") if word else ""
        if first in _YES or first in _NO:
            return first in _YES
    return None


def _texts(finding: Finding) -> Iterator[str]:
    yield from filter(None, (finding.answer[:_LONGEST], (finding.value.text or "")[:_LONGEST], _quote(finding)[:_LONGEST]))


def _quote(finding: Finding) -> str:
    return " ".join(item.quote or item.claimed_quote for item in finding.evidence if item.is_ground)


def _read(text: str) -> Reading:
    return read(text, language_in(text, "")[1] or ENGLISH)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text).text))
