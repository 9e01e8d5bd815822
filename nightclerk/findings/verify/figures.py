"""Whether the figures, dates and references of a claim stand in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from nightclerk.findings.verify import currencies
from nightclerk.findings.verify.dates import Dated, Day
from nightclerk.findings.verify.facts import Facts
from nightclerk.findings.verify.passage import Passage
from nightclerk.findings.verify.quantities import Quantity
from nightclerk.findings.verify.reading import Reading
from nightclerk.records import Check

_LOSS = re.compile(
    r"loss|lost|decreas|declin|deficit|negative|reduc|decline|outflow|used in|expense|verlust|fehlbetrag|rückgang|perte|baisse|diminution"
    r"|déficit|pérdida|disminuci|損失|減少|赤字|خسارة|خسائر|عجز"
)
# figures of a passage, those of them with one value, and wrong ones of a claim that are looked at
_MOST, _SAME, _WRONG = 3_000, 20, 20
_BELOW, _ABOVE = ("most", "below"), ("least", "above")


@dataclass(frozen=True)
class Sources:
    """The cited slices that a claim may stand on, and the document they are from."""

    passages: Sequence[Passage]
    facts: Facts
    place: int

    @cached_property
    def quantities(self) -> list[tuple[Passage, Quantity]]:
        """All their figures."""
        return [(passage, each) for passage in self.passages for each in passage.quantities][:_MOST]

    def near(self, claim: Quantity) -> list[tuple[Passage, Quantity]]:
        """The first of their figures that have one of the claim's values, in some unit."""
        keys = {abs(value) for value in (*claim.values, *claim.comparable[0])}
        return [found for key in keys for found in self._by_value.get(key, ())]

    @cached_property
    def _by_value(self) -> dict[Decimal, list[tuple[Passage, Quantity]]]:
        known: dict[Decimal, list[tuple[Passage, Quantity]]] = {}
        for passage, each in self.quantities:
            for key in {abs(value) for value in (*each.values, *each.comparable[0])}:
                same = known.setdefault(key, [])
                if len(same) < _SAME:
                    same.append((passage, each))
        return known

    @cached_property
    def dates(self) -> list[Dated]:
        """All their dates."""
        return [each for passage in self.passages for each in passage.dates]


def check_quantity(claim: Quantity, wording: str, sources: Sources, *, bound: str = "", typed: bool = False) -> Check | None:
    """What is wrong with a claimed figure; None where the source says it. `wording` is the text that the claim is from, folded."""
    equal = [(passage, each) for passage, each in sources.near(claim) if same_value(claim, each, typed=typed)]
    problems = [_beside_value(claim, figure, passage, wording, sources) for passage, figure in equal]
    bounds = {bound_of(passage.reading, each) for passage, each in equal} - {""}
    if equal and bounds and _turned(bound, bounds):
        return told("figure", "contradicted", wording, equal[0][0].core)
    if equal:
        return None if None in problems else min((p for p in problems if p), key=lambda check: check.result)
    if not claim.unit and _is_year(claim, sources.dates):
        return None
    return _mismatch(claim, [each for _, each in sources.quantities if not each.piece], sources.dates)


def check_quantities(claim: Reading, sources: Sources) -> list[Check | None]:
    """What is wrong with each figure of a claim; of a long list with the first ones that are wrong."""
    found: list[Check | None] = []
    for each in (each for each in claim.quantities if not each.piece):
        found.append(check_quantity(each, claim.text, sources, bound=bound_of(claim, each)))
        if sum(map(bool, found)) > _WRONG:
            break
    return found


def same_value(claim: Quantity, source: Quantity, *, typed: bool = False) -> bool:
    """Whether two figures have the same value in the same unit, or one has none; `typed` values know no business days."""
    if not claim.unit or not source.unit:
        return _meets(claim.values, source.values)
    (values, unit), (others, other) = claim.comparable, source.comparable
    if typed and {unit, other} == {"day", "business_day"}:
        unit = other
    return unit == other and _meets(values, others)


def _meets(values: Sequence[Decimal], others: Sequence[Decimal]) -> bool:
    return not {abs(value) for value in values}.isdisjoint(abs(value) for value in others)


def _beside_value(claim: Quantity, source: Quantity, passage: Passage, wording: str, sources: Sources) -> Check | None:
    """The value is the same: what about unit, currency, sign and rate?"""
    if claim.unit and not source.unit:
        return _unit_missing(claim, source, passage, sources)
    if claim.unit == "money":
        same = currencies.agree(claim.currencies, source.currencies, sources.facts.currencies)
        if same is not True:
            return told("currency", "contradicted" if same is False else "unverified", claim.text, source.text)
    if _negative(claim) != _negative(source) and not _LOSS.search(wording) and not _LOSS.search(passage.context):
        return told("figure", "contradicted", claim.text, f"({source.text.strip('( )')})" if source.bracketed else source.text)
    if claim.per and source.per and claim.per != source.per:
        return told("unit", "contradicted", f"{claim.text} per {claim.per}", f"{source.text} per {source.per}")
    return None


def _turned(bound: str, others: set[str]) -> bool:
    """Whether a bound is an upper one where the source's are all lower ones, or the reverse."""
    return (bound in _BELOW and others <= set(_ABOVE)) or (bound in _ABOVE and others <= set(_BELOW))


def _unit_missing(claim: Quantity, source: Quantity, passage: Passage, sources: Sources) -> Check | None:
    """The figure stands in the source without a unit: a table has its currency in a heading, a column its unit."""
    if claim.unit == "money" and len(claim.currencies & sources.facts.currencies) == 1:
        return None
    if claim.unit == "money" and claim.currencies & currencies.DOLLARS and "$" in passage.context:
        return None
    return told("unit", "unverified", claim.text, source.text)


def _negative(quantity: Quantity) -> bool:
    return quantity.bracketed or quantity.values[0] < 0


def bound_of(reading: Reading, quantity: Quantity) -> str:
    """`least`, `most`, `above` or `below` where such words stand right before a figure or right behind it; else empty."""
    for operator in reading.operators:
        if operator.key in (*_BELOW, *_ABOVE):
            between = (
                reading.text[operator.end : quantity.start]
                if operator.end <= quantity.start
                else reading.text[quantity.end : operator.start]
            )
            if len(between) <= 24 and between.count(" ") <= 3 and not re.search(r"\d|[.;]", between):
                return operator.key
    return ""


def _is_year(claim: Quantity, dates: Sequence[Dated]) -> bool:
    return any(claim.values[0] == year for date in dates for year, _, _ in date.days if year is not None)


def _mismatch(claim: Quantity, candidates: Sequence[Quantity], dates: Sequence[Dated]) -> Check:
    """Name the source's figure that the claim most likely means."""
    literal = [each for each in candidates if _meets(each.literal, claim.literal) or _meets(each.values, claim.values)]
    if literal:
        what = "scale" if literal[0].unit == claim.unit or not literal[0].unit or not claim.unit else "unit"
        return told(what, "contradicted", claim.text, literal[0].text)
    kind = claim.comparable[1]
    same_kind = [each for each in candidates if each.comparable[1] == kind] or [each for each in candidates if not kind or not each.unit]
    if not same_kind and not kind and dates and not candidates:
        return told("figure", "contradicted", claim.text, dates[0].text)
    if not same_kind:
        return told("figure", "unverified", claim.text, "")
    nearest = min(same_kind, key=lambda each: abs(abs(each.values[0]) - abs(claim.values[0])))
    return told("figure", "contradicted", claim.text, nearest.text)


def check_date(claim: Dated, sources: Sources) -> Check | None:
    """What is wrong with a claimed date; None where the source says it, or may say it."""
    found = [day_agrees(one, other) for date in sources.dates for one in claim.days for other in date.days]
    if True in found:
        return None
    if None in found:
        return told("date", "unverified", claim.text, sources.dates[0].text)
    years = [each for _, each in sources.quantities if not each.unit]
    if all(month is None for _, month, _ in claim.days) and any(_is_year(each, [claim]) for each in years):
        return None
    if sources.dates:
        return told("date", "contradicted", claim.text, "; ".join(date.text for date in sources.dates[:3]))
    return told("date", "unverified", claim.text, "")


def day_agrees(claim: Day, source: Day) -> bool | None:
    """Whether two days are one; None where the source says less than the claim, and nothing else."""
    if any(one is not None and other is not None and one != other for one, other in zip(claim, source, strict=True)):
        return False
    if any(one is not None and other is None for one, other in zip(claim, source, strict=True)):
        # nothing in common at all is no agreement
        return None if any(one is not None and one == other for one, other in zip(claim, source, strict=True)) else False
    return True


def check_references(claim: Reading, sources: Sources, clause_path: str) -> Iterator[Check]:
    """The places that a claim refers to and neither the source nor its clause path names."""
    known = " ".join([clause_path, *(passage.context for passage in sources.passages)])
    for reference in claim.references:
        place = (reference.groupdict().get("place") or reference.groupdict().get("jp") or "").partition("(")[0].strip()
        if place and not re.search(rf"(?<![\d.]){re.escape(place)}(?!\d)", known):
            yield told("reference", "unverified", reference[0].strip(), "")


def told(check: str, result: str, claimed: str, source: str) -> Check:
    """A check that failed, with the two readings in a sentence; `source` is empty where the source says nothing of the kind."""
    claimed, source = claimed.strip(), source.strip()
    says = f"the answer says {claimed!r}, the source {source!r}" if source else f"the answer says {claimed!r}, the source does not"
    return Check(check, "contradicted" if result == "contradicted" else "unverified", claimed, source, says)
