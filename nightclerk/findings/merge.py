"""One finding for one thing, although two chunks or two rules reported it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nightclerk.findings.identity import agree, distinctive, filled, place_of
from nightclerk.records import Finding


def merge(findings: Iterable[Finding], *, categories: Sequence[str] = ()) -> list[Finding]:
    """Join the findings of one document that say the same; in order of `categories` (others after them by name), then of place.

    Two findings are the same when category and state agree, no distinctive value (number, currency, dates, party) speaks against it, and
    their spans share at least half of the shorter one; claims that were not found, when they claim the same words. The one with the
    longer span stays and takes over values that it lacks. The result does not depend on the order of the findings.
    """
    rank = {category: number for number, category in enumerate(categories)}
    ordered = sorted(findings, key=lambda finding: (rank.get(finding.category, len(rank)), finding.category, *_order(finding)))
    kept: list[Finding] = []
    # numbers in `kept` of those that a later finding may still overlap
    near: list[int] = []
    for finding in ordered:
        near = [number for number in near if _reaches(kept[number], finding)]
        twin = next((number for number in near if _same(kept[number], finding)), None)
        if twin is None:
            near.append(len(kept))
            kept.append(finding)
        else:
            kept[twin] = _joined(kept[twin], finding)
    return kept


def _order(finding: Finding) -> tuple[object, ...]:
    """A total order: places ascending, the longer first, then everything else, so that no input order shows."""
    start, end = _span(finding)
    return start, -end, place_of(finding), finding.state, distinctive(finding.value), finding.answer, repr(finding)


def _span(finding: Finding) -> tuple[int, int]:
    """The span of the first evidence; an empty one at -1 where there is none."""
    first = finding.evidence[0] if finding.evidence else None
    if first is None or first.char_start is None or first.char_end is None:
        return -1, -1
    return first.char_start, first.char_end


def _reaches(earlier: Finding, later: Finding) -> bool:
    if earlier.category != later.category:
        return False
    return place_of(earlier) == place_of(later) if _span(later)[0] < 0 else _span(earlier)[1] > _span(later)[0]


def _same(one: Finding, other: Finding) -> bool:
    if one.state != other.state or not agree(one.value, other.value):
        return False
    (start, end), (other_start, other_end) = _span(one), _span(other)
    if start < 0:
        return place_of(one) == place_of(other)
    shared = min(end, other_end) - max(start, other_start)
    return shared > 0 and 2 * shared >= min(end - start, other_end - other_start)


def _joined(one: Finding, other: Finding) -> Finding:
    (start, end), (other_start, other_end) = _span(one), _span(other)
    longer, shorter = (other, one) if other_end - other_start > end - start else (one, other)
    return replace(longer, value=filled(longer.value, shorter.value))
