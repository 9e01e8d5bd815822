"""What makes two findings the same one: category, state, place, and no value that speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from nightclerk.records import Finding, Value, derived_id

# values that tell two findings at one place apart; the rest is wording, which differs between two answers about one thing
_DISTINCTIVE = ("number", "currency", "day", "period_start", "period_end", "period_instant", "party")


def finding_id(analysis_id: str, finding: Finding) -> str:
    """The id of a finding within its analysis, from category, state, place and distinctive values: settling again meets the same row.

    The place are the spans that it stands on, or the claimed quote where that was not found; an absence has none. Unique over the
    findings that `merge` and `absences` give back for one analysis.
    """
    return derived_id("finding", analysis_id, finding.category, finding.state, place_of(finding), *distinctive(finding.value))


def place_of(finding: Finding) -> str:
    """Where the finding stands, as a string: `120-180`, `120-180+220-260` in two pieces, a claim that was not found, or nothing."""
    if not finding.evidence:
        return ""
    if finding.evidence[0].char_start is None:
        return " ".join(finding.evidence[0].claimed_quote.split())
    return "+".join(f"{item.char_start}-{item.char_end}" for item in finding.evidence if item.is_ground)


def pieces_of(finding: Finding) -> list[tuple[int, int]]:
    """The spans that a finding stands on; none where its claim was not found."""
    spans = [(item.char_start, item.char_end) for item in finding.evidence if item.is_ground]
    return [(start, end) for start, end in spans if start is not None and end is not None]


def common(one: Finding, other: Finding) -> tuple[float, float]:
    """What two findings stand on in common: the share of the shorter one, and of both together."""
    pieces, others = pieces_of(one), pieces_of(other)
    shared = sum(max(min(end, last) - max(start, first), 0) for start, end in pieces for first, last in others)
    if not shared:
        return 0.0, 0.0
    length, other_length = (sum(end - start for start, end in spans) for spans in (pieces, others))
    return shared / min(length, other_length), shared / (length + other_length - shared)


def distinctive(value: Value) -> tuple[str, ...]:
    """The values that tell findings at one place apart, comparable as strings; empty where there is none."""
    return tuple(_comparable(getattr(value, name)) for name in _DISTINCTIVE)


def agree(one: Value, other: Value) -> bool:
    """Whether no distinctive value of one contradicts the other; a value that is missing contradicts nothing."""
    return all(not first or not second or first == second for first, second in zip(distinctive(one), distinctive(other), strict=True))


def beside(one: Finding, other: Finding) -> bool:
    """Whether one answer of a model lists both; rules fire independently of each other."""
    return bool(one.asked) and one.asked == other.asked and not (one.rule_id or other.rule_id)


def is_fuzzy(finding: Finding) -> bool:
    """Whether what it stands on says only nearly what was claimed."""
    return bool(finding.evidence) and finding.evidence[0].match_level == "fuzzy"


def claim_of(finding: Finding) -> str:
    """The words that were claimed, in one line."""
    return " ".join(" ".join(item.claimed_quote for item in finding.evidence if item.is_ground).split())


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Those that differ in more than their wording. An answer may repeat itself two thousand times, and each would be compared with all."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        where = (finding.category, finding.state, place_of(finding), claim_of(finding) if is_fuzzy(finding) else "")
        kept.setdefault((*where, finding.value, finding.asked, finding.rule_id), finding)
    return list(kept.values())


def filled(value: Value, other: Value) -> Value:
    """`value`, with what it lacks taken from `other`."""
    names = [field.name for field in fields(Value)]
    return Value(**{name: getattr(value, name) if getattr(value, name) is not None else getattr(other, name) for name in names})


def _comparable(value: object) -> str:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
