"""Families: which document of a collection changes, restates or belongs to which other, and on what that stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nightclerk.findings.families import words
from nightclerk.findings.families.caption import Caption, Reference

_GENERIC = frozenset(
    """
    the of and to for a an by between among agreement contract amended restated amendment addendum no number first second third fourth fifth
    sixth seventh eighth certain this that dated as master zum zu der die das vertrag au de du des la le contrat contrato del
    """.split()  # noqa: SIM905 - reads as words
)
# a day that agrees, a title that agrees, two parties that agree: two of the three, or the day with either
ENOUGH = 2.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A document and what it says of itself."""

    lineage_id: str
    caption: Caption


@dataclass(frozen=True, slots=True)
class Link:
    """A document's place in its family.

    `family_id` is the lineage of the family's base. `base_id` is the document that this one changes or belongs to, None for the base
    itself and where it is not in the collection; `reference` is where this document names it. `basis` tells what the link stands on, or why
    there is none. `place` counts the members in the order in which they take effect.
    """

    lineage_id: str
    family_id: str
    relation: str
    base_id: str | None
    reference: Reference | None
    basis: str
    place: int = 0


def families(papers: Sequence[Paper]) -> list[Link]:
    """A link for each document that belongs to a family: those that change another one or name one, and the bases they lead to."""
    known = {paper.lineage_id: paper for paper in papers}
    index = _by_name_and_day(papers)
    links: dict[str, Link] = {}
    for paper in papers:
        if paper.caption.bases:
            links[paper.lineage_id] = _link(paper, known, index)
    for base_id in [link.base_id for link in links.values() if link.base_id]:
        if base_id not in links:
            links[base_id] = Link(base_id, base_id, "base", None, None, "")
    return _in_order(links, known)


def _by_name_and_day(papers: Iterable[Paper]) -> Mapping[object, list[Paper]]:
    index: defaultdict[object, list[Paper]] = defaultdict(list)
    for paper in papers:
        for key in {*paper.caption.names, paper.caption.dated, paper.caption.effective_on}:
            if key is not None:
                index[key].append(paper)
    return index


def _link(paper: Paper, known: Mapping[str, Paper], index: Mapping[object, list[Paper]]) -> Link:
    """The best base of a paper; two that fit equally well are none, and the basis says so."""
    told = paper.caption
    keys = {*told.names, *(reference.dated for reference in told.bases if reference.dated)}
    candidates = {other.lineage_id: other for key in keys for other in index.get(key, ()) if _may_be_base(paper, other)}
    scored = sorted(
        (
            (score, other, reference, basis)
            for other in candidates.values()
            for reference in told.bases
            for score, basis in [_fit(told, reference, other.caption)]
        ),
        key=lambda found: (-found[0], found[1].lineage_id),
    )
    good = [found for found in scored if found[0] >= ENOUGH]
    own = (paper.lineage_id, paper.lineage_id, told.kind)
    if not good:
        named = told.bases[0]
        when = f" of {named.dated.isoformat()}" if named.dated else ""
        return Link(*own, None, named, f"no document of the collection is the {named.title}{when}")
    _, best, reference, basis = good[0]
    rivals = {found[1].lineage_id for found in good if found[0] == good[0][0]} - {best.lineage_id}
    if rivals and not (rivals := {one for one in rivals if not _same_paper(known[one].caption, best.caption)}):
        # two copies of one agreement: the family hangs on the first
        basis += "; another copy fits as well"
    if rivals:
        return Link(*own, None, reference, f"{len(rivals) + 1} documents of the collection fit the {reference.title} equally well")
    return Link(*own, best.lineage_id, reference, basis)


def _same_paper(one: Caption, other: Caption) -> bool:
    return (one.title, one.dated, one.names) == (other.title, other.dated, other.names)


def _may_be_base(paper: Paper, other: Paper) -> bool:
    """Not itself, nothing younger than itself, and no amendment: what amends an amendment belongs to the agreement behind it."""
    if other.lineage_id == paper.lineage_id or other.caption.kind not in ("agreement", "restatement", "other"):
        return False
    own, its = paper.caption.dated, other.caption.dated
    return not (own and its and its > own)


def _fit(told: Caption, reference: Reference, base: Caption) -> tuple[float, str]:
    """How well a document is the one that is named, and on what that stands; 0 where its day says that it is not."""
    days = {day for day in (base.dated, base.effective_on) if day}
    if reference.dated and days and reference.dated not in days:
        return 0.0, ""
    same_day = reference.dated is not None and reference.dated in days
    title = _likeness(reference.title, base.title)
    shared = [name for name in told.names if any(_same_name(name, other) for other in base.names)]
    if title == 0.0 or not (same_day or shared):
        return 0.0, ""
    score = 1.5 * same_day + title + 0.5 * min(2, len(shared))
    basis = [f"dated {reference.dated.isoformat()}"] if same_day and reference.dated else []
    basis += [f"title {base.title!r}"] if title >= 0.5 else []
    basis += [f"{len(shared)} of {len(told.names)} names"] if shared else []
    return score, ", ".join(basis)


def _likeness(one: str, other: str) -> float:
    """How far two titles share their telling words, 0 to 1; a title that has none, such as `Agreement`, agrees halfway with any."""
    first, second = _telling(one), _telling(other)
    if not first or not second:
        return 0.5
    return len(first & second) / min(len(first), len(second))


def _telling(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]{2,}", title.casefold())) - _GENERIC


def _same_name(one: str, other: str) -> bool:
    return one == other or one.startswith(other + " ") or other.startswith(one + " ")


def _in_order(links: Mapping[str, Link], known: Mapping[str, Paper]) -> list[Link]:
    """Each link with its family's base, numbered as the members take effect."""
    members: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links.values():
        members[_root(link, links)].append(link)
    return [
        Link(link.lineage_id, family, link.relation, link.base_id, link.reference, link.basis, place)
        for family, found in sorted(members.items())
        for place, link in enumerate(sorted(found, key=lambda one: _when(one, family, known)))
    ]


def _root(link: Link, links: Mapping[str, Link]) -> str:
    seen = {link.lineage_id}
    while link.base_id and link.base_id not in seen:
        seen.add(link.base_id)
        link = links[link.base_id]
    return link.lineage_id


def _when(link: Link, family: str, known: Mapping[str, Paper]) -> tuple[bool, date, int, str]:
    told = known[link.lineage_id].caption
    return link.lineage_id != family, told.effective_on or date.max, told.number or 0, link.lineage_id


def changes(relation: str) -> bool:
    """Whether a member of that relation can change the terms of those before it."""
    return relation in words.CHANGING
