"""The same finding over time: over reruns, other prompts and models, and new readings of the document.

A finding is recognised by what it stands on. Two findings of one category are one when the spans of their evidence overlap by half of
the shorter one at least; of several that do, those whose values agree come first, then those that overlap most. A claim that was not
found in the source is recognised by its words, an absence by its category.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nightclerk.findings.identity import distinctive
from nightclerk.records import Finding, derived_id

ENOUGH = 0.5
# characters of the text that are looked up together
_STRETCH = 256
ABSENT = ("not_present", "no_match")
_YES_NO = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A finding that an earlier analysis filed under an identity; `spans` are places in the text as it is read now.

    `claims` are the quotes that were not found in the source, `fingerprint` is what `fingerprint` gave then, if it was there yet.
    """

    identity_id: str
    category: str
    absent: bool
    spans: tuple[Span, ...]
    claims: tuple[str, ...]
    fingerprint: str | None


def recognised(found: Sequence[tuple[str, Finding]], known: Iterable[Known]) -> dict[str, str]:
    """The identity of each finding (finding id -> identity id), one to one; a finding that nobody knows is not among them."""
    known = list(known)
    prints = {finding_id: fingerprint(finding) for finding_id, finding in found}
    names = _unchanged(found, known, prints)
    taken = set(names.values())
    earlier: defaultdict[str, _Earlier] = defaultdict(_Earlier)
    for one in known:
        if one.identity_id not in taken:
            earlier[one.category].add(one)
    pairs = [
        (rank, finding_id, one.identity_id)
        for finding_id, finding in found
        if finding_id not in names and finding.category in earlier
        for one in earlier[finding.category].near(finding)
        if (rank := _likeness(finding, prints[finding_id], one)) is not None
    ]
    for _, finding_id, identity_id in sorted(pairs, reverse=True):
        if finding_id not in names and identity_id not in taken:
            names[finding_id] = identity_id
            taken.add(identity_id)
    return names


def _unchanged(found: Sequence[tuple[str, Finding]], known: Sequence[Known], prints: Mapping[str, str]) -> dict[str, str]:
    """Those that stand where they stood and say what they said: no other fits better."""
    earlier: defaultdict[object, set[str]] = defaultdict(set)
    for one in known:
        if one.spans:
            earlier[one.category, frozenset(one.spans), one.fingerprint].add(one.identity_id)
    names: dict[str, str] = {}
    taken: set[str] = set()
    for finding_id, finding in found:
        same = earlier.get((finding.category, frozenset(_spans(finding)), prints[finding_id]), set()) - taken
        if len(same) == 1:
            names[finding_id] = next(iter(same))
            taken |= same
    return names


class _Earlier:
    """What is known of one category, by the stretches of the text that it stands in: who is far away need not be compared."""

    def __init__(self) -> None:
        self._by_stretch: defaultdict[int, dict[int, Known]] = defaultdict(dict)
        self._nowhere: list[Known] = []

    def add(self, one: Known) -> None:
        if one.absent or one.claims:
            self._nowhere.append(one)
        for number in _stretches(one.spans):
            self._by_stretch[number][id(one)] = one

    def near(self, finding: Finding) -> Iterable[Known]:
        """Those that may be this finding, each once."""
        near = {id(one): one for one in self._nowhere}
        for number in _stretches(_spans(finding)):
            near |= self._by_stretch.get(number, {})
        return near.values()


def _stretches(spans: Iterable[Span]) -> set[int]:
    return {number for start, end in spans for number in range(start // _STRETCH, end // _STRETCH + 1)}


def _spans(finding: Finding) -> list[Span]:
    return [(item.char_start, item.char_end) for item in finding.evidence if item.char_start is not None and item.char_end is not None]


def fingerprint(finding: Finding) -> str:
    """What a finding says, as a digest: its state, its distinctive values, a plain yes or no. Wording is no part of it.

    A review holds for what the reviewer saw; where this changes, somebody has to look again.
    """
    state = "absent" if finding.state in ABSENT else finding.state
    first = finding.answer.strip().casefold().split(maxsplit=1)
    yes_no = _YES_NO.get(first[0].strip(".,;:!"), "") if first else ""
    return derived_id("says", finding.category, state, finding.value.scale or "", *distinctive(finding.value), yes_no)


def _likeness(finding: Finding, print_now: str, known: Known) -> tuple[bool, float] | None:
    """How well a finding fits what is known (says the same, share of overlap); None where it is another one."""
    if (finding.state in ABSENT) != known.absent:
        return None
    same = print_now == known.fingerprint
    if known.absent:
        return same, 1.0
    claims = {" ".join(item.claimed_quote.split()) for item in finding.evidence if item.char_start is None}
    if claims & set(known.claims):
        return same, 1.0
    overlaps = [_overlap(one, other) for one in _spans(finding) for other in known.spans]
    if not overlaps or max(overlaps)[0] < ENOUGH:
        return None
    return same, max(overlaps)[1]


def _overlap(one: Span, other: Span) -> tuple[float, float]:
    """The common part of two spans, as a share of the shorter one and of both together."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    if common <= 0:
        return 0.0, 0.0
    lengths = (one[1] - one[0], other[1] - other[0])
    return common / min(lengths), common / (sum(lengths) - common)
