"""How grave a finding is, by what its category says: the first of its rules that holds, or the category's own severity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from nightclerk.records import Finding

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


class Rule(Protocol):
    """One rule of a category; what is None is not asked."""

    @property
    def severity(self) -> str:
        """What a finding gets by it."""

    @property
    def states(self) -> Sequence[str]:
        """The states it is for."""

    @property
    def at_least(self) -> float | None:
        """The least number, scale included."""

    @property
    def below(self) -> float | None:
        """What the number stays under."""

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """What must stand in the quote or the answer."""


class Graded(Protocol):
    """A category with its severity."""

    @property
    def severity(self) -> str | None:
        """That of a present finding where no rule holds."""

    @property
    def severity_rules(self) -> Sequence[Rule]:
        """The rules, the first that holds counts."""


def graded(finding: Finding, categories: Mapping[str, Graded]) -> Finding:
    """The finding with its severity; one of no category of the profile keeps its own."""
    category = categories.get(finding.category)
    if category is None:
        return finding
    by_rule = next((rule.severity for rule in category.severity_rules if _holds(rule, finding)), None)
    return replace(finding, severity=by_rule or (category.severity if finding.state == "present" else None))


def _holds(rule: Rule, finding: Finding) -> bool:
    if finding.state not in rule.states:
        return False
    number = finding.value.number
    if number is not None:
        number *= _SCALES.get((finding.value.scale or "").casefold(), 1)
    if rule.at_least is not None and (number is None or number < rule.at_least):
        return False
    if rule.below is not None and (number is None or number >= rule.below):
        return False
    said = " ".join([*(item.quote for item in finding.evidence), finding.answer])
    return rule.pattern is None or rule.pattern.search(said) is not None
