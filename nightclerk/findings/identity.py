"""What makes two findings the same one: category, state, place, and no value that speaks against it."""

from __future__ import annotations

from dataclasses import fields

from nightclerk.records import Finding, Value, derived_id

# values that tell two findings at one place apart; the rest is wording, which differs between two answers about one thing
_DISTINCTIVE = ("number", "currency", "day", "period_start", "period_end", "period_instant", "party")


def finding_id(analysis_id: str, finding: Finding) -> str:
    """The id of a finding within its analysis, from category, state, place and distinctive values: settling again meets the same row.

    The place is the span of its first evidence, or the claimed quote where that was not found; an absence has none. Unique over the
    findings that `merge` and `absences` give back for one analysis.
    """
    return derived_id("finding", analysis_id, finding.category, finding.state, place_of(finding), *distinctive(finding.value))


def place_of(finding: Finding) -> str:
    """Where the finding stands, as a string: `120-180`, a claim that was not found, or nothing."""
    if not finding.evidence:
        return ""
    first = finding.evidence[0]
    return f"{first.char_start}-{first.char_end}" if first.char_start is not None else " ".join(first.claimed_quote.split())


def distinctive(value: Value) -> tuple[str, ...]:
    """The values that tell findings at one place apart, comparable as strings; empty where there is none."""
    return tuple(_comparable(getattr(value, name)) for name in _DISTINCTIVE)


def agree(one: Value, other: Value) -> bool:
    """Whether no distinctive value of one contradicts the other; a value that is missing contradicts nothing."""
    return all(not first or not second or first == second for first, second in zip(distinctive(one), distinctive(other), strict=True))


def filled(value: Value, other: Value) -> Value:
    """`value`, with what it lacks taken from `other`."""
    names = [field.name for field in fields(Value)]
    return Value(**{name: getattr(value, name) if getattr(value, name) is not None else getattr(other, name) for name in names})


def _comparable(value: object) -> str:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
