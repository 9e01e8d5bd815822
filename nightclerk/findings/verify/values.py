"""The typed value of an answer as claims that can be checked: figures, dates, durations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from nightclerk.findings.verify import currencies
from nightclerk.findings.verify.dates import Dated
from nightclerk.findings.verify.figures import Sources, check_date, check_quantity, told
from nightclerk.findings.verify.quantities import Quantity, scale_named
from nightclerk.findings.verify.units import unit_of
from nightclerk.records import Check, Value
from nightclerk.text import fold

_DURATION = re.compile(r"P(?:(?P<year>\d+)Y)?(?:(?P<month>\d+)M)?(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?(?:T(?:(?P<hour>\d+)H)?)?")
_PARTS = ("year", "month", "week", "day", "hour")


def check_value(value: Value, sources: Sources, wording: str) -> Iterator[tuple[str, Check | None]]:
    """(what was looked at, what is wrong) for each field of a typed value; None where the source says it."""
    if value.number is not None:
        yield "figure", _number(value, sources, wording)
    if value.duration and (parts := _duration(value.duration)):
        yield "figure", _span(value.duration, parts, sources, wording)
    if value.day:
        yield "date", check_date(_dated(value.day), sources)
    for day in (value.period_start, value.period_end, value.period_instant):
        if day:
            yield "date", _period(day, sources)
    if value.currency and value.number is None:
        yield "currency", _currency(value.currency, sources)


def _number(value: Value, sources: Sources, wording: str) -> Check | None:
    literal = Decimal(repr(value.number)).normalize()
    scale = scale_named(value.scale) if value.scale else None
    known = currencies.codes(fold(value.currency).text) if value.currency else frozenset[str]()
    known = known or (currencies.codes(fold(value.unit).text) if value.unit else frozenset())
    unit = "money" if known else unit_of(value.unit) if value.unit else ""
    text = " ".join(filter(None, [f"{literal:f}", value.scale, value.currency, value.unit]))
    claim = Quantity(0, 0, text, (literal * (scale or 1),), (literal,), unit, known, scaled=scale is not None)
    found = check_quantity(claim, wording, sources, typed=True)
    if found and scale and found.check in ("scale", "figure"):
        return _scale_in_heading(claim, scale, literal, sources, wording) or None if _bare(claim, sources) else found
    if found is None and value.unit and not unit and not known:
        return _unit_said(value.unit, sources, text)
    return found


def _bare(claim: Quantity, sources: Sources) -> bool:
    """Whether the figure stands in the source without a scale of its own, as in a table."""
    return any(not each.scaled and set(each.literal) & set(claim.literal) for _, each in sources.quantities)


def _scale_in_heading(claim: Quantity, scale: Decimal, literal: Decimal, sources: Sources, wording: str) -> Check | None:
    note = sources.facts.scale_before(sources.place)
    if note is None:
        return told("scale", "unverified", claim.text, f"{literal:f}")
    if note[1] != scale:
        return told("scale", "contradicted", claim.text, note[0])
    bare = Quantity(0, 0, claim.text, (literal,), (literal,), claim.unit, claim.currencies)
    return check_quantity(bare, wording, sources, typed=True)


def _unit_said(unit: str, sources: Sources, text: str) -> Check | None:
    words = re.findall(r"[^\W\d_]{3,}", fold(unit).text)
    context = " ".join(passage.context for passage in sources.passages)
    if all(word[:5] in context for word in words) or sources.facts.names([word[:5] for word in words]):
        return None
    return told("unit", "unverified", text, "")


def check_duration(text: str, sources: Sources) -> tuple[bool, Check | None]:
    """(whether a text is a duration such as P30D, what is wrong with it)."""
    parts = _duration(text)
    return bool(parts), _span(text, parts, sources, "") if parts else None


def _duration(iso: str) -> list[tuple[int, str]]:
    found = _DURATION.fullmatch(iso.strip().upper())
    return [(int(found[part]), part) for part in _PARTS if found and found[part]]


def _span(iso: str, parts: list[tuple[int, str]], sources: Sources, wording: str) -> Check | None:
    """A duration of several parts stands there part by part, or as one."""
    claims = [Quantity(0, 0, iso, (Decimal(number),), (Decimal(number),), part) for number, part in parts]
    problems = [check_quantity(claim, wording, sources, typed=True) for claim in claims]
    if len(claims) == 2 and {part for _, part in parts} == {"year", "month"}:
        months = Decimal(parts[0][0] * 12 + parts[1][0])
        whole = check_quantity(Quantity(0, 0, iso, (months,), (months,), "month"), wording, sources, typed=True)
        return None if whole is None else next((problem for problem in problems if problem), None)
    return next((problem for problem in problems if problem), None)


def _dated(day: date) -> Dated:
    return Dated(0, 0, day.isoformat(), frozenset([(day.year, day.month, day.day)]))


def _period(day: date, sources: Sources) -> Check | None:
    """A period's days may follow from others (the first day of a year that ends): what the source does not say is open, not wrong."""
    found = check_date(_dated(day), sources)
    if found is None or _dated(day).days & {each for passage in sources.passages for date_ in passage.reading.dates for each in date_.days}:
        return None
    return told("date", "unverified", day.isoformat(), found.source)


def _currency(claimed: str, sources: Sources) -> Check | None:
    known = currencies.codes(fold(claimed).text)
    said = [each for _, each in sources.quantities if each.currencies]
    verdicts = [currencies.agree(known, each.currencies, sources.facts.currencies) for each in said]
    if True in verdicts or (known & sources.facts.currencies and not said):
        return None
    return told("currency", "contradicted" if False in verdicts else "unverified", claimed, said[0].text if said else "")
