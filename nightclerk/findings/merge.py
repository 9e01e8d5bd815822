"""One finding for one thing, although two chunks, two answers or two rules reported it; every evidence of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nightclerk.findings import wording
from nightclerk.findings.identity import (
    agree,
    beside,
    claim_of,
    common,
    distinctive,
    filled,
    is_fuzzy,
    once,
    pieces_of,
    place_of,
)
from nightclerk.records import Evidence, Finding

# of the shorter of two spans: enough for two answers that cut the same thing out differently
SHARED = 0.5
# of two spans together: from here on one answer has said the same thing twice
TWICE = 0.8


def merge(findings: Iterable[Finding], *, categories: Sequence[str] = (), kinds: Mapping[str, str] | None = None) -> list[Finding]:
    """Join the findings of one document that say the same; in order of `categories` (others after them by name), then of place.

    Two findings are the same when category and state agree, no distinctive value (number, currency, dates, party) speaks against it, and
    their spans share at least half of the shorter one. Two that one answer lists beside each other (`asked`, no rule) share four fifths of
    both together, since whoever answered told them apart. Claims that were not found are the same when they claim the same words. So are
    findings that stand on the same words at two places, where the kind of their category (`kinds`) says that this is one thing (`wording`).

    The one with the longer span stays and takes over values that it lacks; the evidence of the others stands behind its own in the role
    `repeat`. The result does not depend on the order of the findings.
    """
    rank = {category: number for number, category in enumerate(categories)}

    def place(finding: Finding) -> tuple[object, ...]:
        return rank.get(finding.category, len(rank)), finding.category, *_order(finding)

    groups = wording.joined(_by_place(once(sorted(findings, key=place))), kinds or {})
    return sorted(map(_whole, groups), key=place)


def _by_place(ordered: Iterable[Finding]) -> list[list[Finding]]:
    groups: list[list[Finding]] = []
    # those that a later finding may still overlap
    near: list[list[Finding]] = []
    for finding in ordered:
        near = [group for group in near if _reaches(group, finding)]
        twin = max((group for group in near if _same(group, finding)), key=lambda group: common(group[0], finding)[1], default=None)
        if twin is None:
            groups.append([finding])
            near.append(groups[-1])
        else:
            twin.append(finding)
            # the longest stands first
            twin.sort(key=lambda one: _span(one)[0] - _span(one)[1])
    return groups


def _order(finding: Finding) -> tuple[object, ...]:
    """A total order: places ascending, the longer first, then everything else, so that no input order shows."""
    start, end = _span(finding)
    return start, -end, place_of(finding), finding.state, distinctive(finding.value), finding.answer, repr(finding)


def _span(finding: Finding) -> tuple[int, int]:
    """From the beginning to the end of what the finding stands on; an empty span at -1 where that was not found."""
    pieces = pieces_of(finding)
    return (min(start for start, _ in pieces), max(end for _, end in pieces)) if pieces else (-1, -1)


def _reaches(group: Sequence[Finding], later: Finding) -> bool:
    if group[0].category != later.category:
        return False
    return place_of(group[0]) == place_of(later) if _span(later)[0] < 0 else _span(group[0])[1] > _span(later)[0]


def _same(group: Sequence[Finding], finding: Finding) -> bool:
    if group[0].state != finding.state or not _agree(group, finding) or any(_told_apart(member, finding) for member in group):
        return False
    if _span(finding)[0] < 0:
        return place_of(group[0]) == place_of(finding)
    if is_fuzzy(finding) and not any(claim_of(member) == claim_of(finding) for member in group):
        # two claims that one place nearly says are two claims
        return False
    return common(group[0], finding)[0] >= SHARED


def _agree(group: Sequence[Finding], finding: Finding) -> bool:
    return all(agree(member.value, finding.value) for member in group)


def _told_apart(one: Finding, other: Finding) -> bool:
    """Whether one answer of a model lists both, at places that differ."""
    return beside(one, other) and _span(one) != _span(other) and common(one, other)[1] < TWICE


def _whole(group: Sequence[Finding]) -> Finding:
    """The first of a group, with what it lacks taken from the others."""
    whole = group[0]
    for other in group[1:]:
        evidence = [*whole.evidence, *repeats(whole.evidence, other.evidence)]
        whole = replace(whole, value=filled(whole.value, other.value), evidence=tuple(evidence))
    return whole


def repeats(known: Sequence[Evidence], others: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that is not there yet; of a claim that was not found, the same words are there already."""
    spans = {(item.char_start, item.char_end) for item in known}
    return [replace(item, role="repeat") for item in others if (item.char_start, item.char_end) not in spans]
