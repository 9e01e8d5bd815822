"""The same words at two places of a document: when that is one finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nightclerk.findings.identity import agree, beside
from nightclerk.records import Finding, MatchLevel
from nightclerk.text import fold

# kinds of categories whose answer is a name or a day: it is the same one wherever it stands
NAMES = ("party", "date", "text")
# kinds whose answer is a passage: two answers that cite the same words cite one, as where a table of contents repeats a heading; one
# answer that lists it twice has seen it twice. Amounts and durations are neither: the same figure may stand for two things
PASSAGES = ("clause", "yes_no", "list")
_CLOSEST: tuple[MatchLevel, ...] = ("exact", "folded", "letters", "across", "parts", "fuzzy", "none")


def joined(groups: Iterable[list[Finding]], kinds: Mapping[str, str]) -> list[list[Finding]]:
    """Groups of findings that are one, joined where they stand on the same words; the place that was quoted most exactly comes first."""
    whole: list[list[Finding]] = []
    known: dict[tuple[str, str, str], list[list[Finding]]] = {}
    for group in groups:
        first = group[0]
        words = _words(first) if kinds.get(first.category) in NAMES + PASSAGES else ""
        same = known.setdefault((first.category, first.state, words), []) if words else []
        twin = next((other for other in same if _is_one(other, first, kinds[first.category])), None)
        if twin is None:
            whole.append(group)
            same.append(group)
        else:
            twin[:] = [*group, *twin] if _closeness(first) < _closeness(twin[0]) else [*twin, *group]
    return whole


def _words(finding: Finding) -> str:
    """The letters and digits that a finding stands on, folded, or the signs where there are none; empty for a claim that was not found."""
    text = _text(finding)
    return "".join(filter(str.isalnum, text)) or text.strip()


def _text(finding: Finding) -> str:
    return fold(" ".join(item.quote for item in finding.evidence if item.is_ground)).text


def _is_one(group: Sequence[Finding], finding: Finding, kind: str) -> bool:
    return all(agree(member.value, finding.value) and not _told_apart(member, finding, kind) for member in group)


def _told_apart(one: Finding, other: Finding, kind: str) -> bool:
    """Whether one answer of a model lists both: a passage at two places, or a name in two spellings (`the Buyer` and `“the Buyer”`)."""
    return beside(one, other) and (kind in PASSAGES or _text(one) != _text(other))


def _closeness(finding: Finding) -> int:
    return _CLOSEST.index(finding.evidence[0].match_level)
