"""Findings that two neighbouring questions each saw half of: the border between them cut through what is quoted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from nightclerk.findings.identity import agree, filled, once
from nightclerk.records import Evidence, Finding, MatchLevel

# `(a) `, `2.1 `, `iv) `, `• `: what begins so is an item of a list, and two items are two findings
_ITEM = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxlc]{1,6})[.)]\s|\d{1,3}(?:\.\d{1,3})+\s|[•●▪–-]\s")
# findings of one category at one seam that are tried: more is no answer
_MOST = 50
# blanks and signs between a half and the seam, in characters
_NEAR = 200
_WEAKEST: tuple[MatchLevel, ...] = ("exact", "folded", "letters", "across", "parts", "fuzzy")


def join_halves(findings: Iterable[Finding], text: str, seams: Collection[int]) -> list[Finding]:
    """Join what ends at a seam with what begins there, in place of both; `seams` are places of the text where a sentence was cut.

    Two halves agree in category, state and distinctive values, and between them stands nothing but blanks and signs. Two items of a list
    are no halves. One evidence spans both: from the first character of the one to the last of the other.
    """
    joined = once(findings)
    for seam in sorted(seams):
        ends = _by_category(finding for finding in joined if _touches(finding, text, seam, before=True))
        begins = _by_category(finding for finding in joined if _touches(finding, text, seam, before=False))
        for key, firsts in ends.items():
            others = begins.get(key, [])[:_MOST]
            for first in firsts[:_MOST]:
                if second := next((other for other in others if other is not first and _are_halves(first, other)), None):
                    others.remove(second)
                    joined[joined.index(first)] = _one(first, second, text)
                    joined.remove(second)
    return joined


def _by_category(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """The longest first, so that whole halves meet and not their parts."""
    found: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.category, finding.state].append(finding)
    for same in found.values():
        same.sort(key=_length, reverse=True)
    return found


def _touches(finding: Finding, text: str, seam: int, *, before: bool) -> bool:
    """Whether a finding ends right before a seam, or begins right behind it."""
    if not finding.evidence:
        return False
    item = finding.evidence[-1 if before else 0]
    if item.char_start is None or item.char_end is None:
        return False
    first, last = (item.char_end, seam) if before else (seam, item.char_start)
    return 0 <= last - first <= _NEAR and not any(map(str.isalnum, text[first:last]))


def _are_halves(first: Finding, second: Finding) -> bool:
    items = _ITEM.match(first.evidence[0].quote) and _ITEM.match(second.evidence[0].quote)
    return not items and agree(first.value, second.value)


def _one(first: Finding, second: Finding, text: str) -> Finding:
    evidence = (*first.evidence[:-1], _across(first.evidence[-1], second.evidence[0], text), *second.evidence[1:])
    longer = max(first, second, key=_length)
    return replace(
        longer,
        evidence=evidence,
        answer=longer.answer if first.answer == second.answer else f"{first.answer} {second.answer}".strip(),
        value=filled(longer.value, second.value if longer is first else first.value),
        confidence=min((one for one in (first.confidence, second.confidence) if one is not None), default=None),
    )


def _across(one: Evidence, other: Evidence, text: str) -> Evidence:
    return replace(
        one,
        claimed_quote=f"{one.claimed_quote} {other.claimed_quote}",
        quote=text[one.char_start : other.char_end],
        char_end=other.char_end,
        match_level=max(one.match_level, other.match_level, key=_WEAKEST.index),
        last_page_index=other.last_page_index,
        last_page_label=other.last_page_label,
    )


def _length(finding: Finding) -> int:
    return sum(len(item.quote) for item in finding.evidence)
