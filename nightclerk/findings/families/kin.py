"""Families: which document of a collection changes, restates or belongs to which other, and on what that stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product

from nightclerk.findings.families import words
from nightclerk.findings.families.caption import Caption
from nightclerk.findings.families.references import Reference

# a day that agrees, a title that agrees, two parties that agree: two of the three, or the day with either
ENOUGH = 2.0
# keys of an index: whatever it is; a paper with hardly a name; a title without a telling word
ANY, FEW, NONE = "*", "?", ""


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
    index = _index(papers)
    links: dict[str, Link] = {}
    for paper in papers:
        if paper.caption.bases:
            links[paper.lineage_id] = _link(paper, known, index)
    for base_id in [link.base_id for link in links.values() if link.base_id]:
        if base_id not in links:
            links[base_id] = Link(base_id, base_id, "base", None, None, "")
    return _in_order(links, known)


Index = Mapping[tuple[object, str, str], Sequence[Paper]]


def _index(papers: Iterable[Paper]) -> Index:
    """Those that may be a base by day, name and telling word of the title, ANY for each: a firm may be party to every paper there is."""
    index: defaultdict[tuple[object, str, str], list[Paper]] = defaultdict(list)
    for paper in papers:
        told = paper.caption
        if told.kind not in ("agreement", "restatement", "other"):
            continue
        days: set[date | None] = {day for day in (told.dated, told.effective_on) if day}
        days = days or {None}
        # of few names nobody can say that they are all
        named = {*told.names, ANY, *([FEW] if len(told.names) < 2 else [])}
        for key in product((*days, ANY), named, (_telling(told.title) or {NONE}) | {ANY}):
            index[key].append(paper)
    return index


def _candidates(told: Caption, reference: Reference, index: Index) -> Iterator[Paper]:
    """Each document that may be the one that is named, once: of the day or without one, of a name in common, of a word of the title."""
    days = (reference.dated, None) if reference.dated else (ANY,)
    telling = _telling(reference.title)
    found: dict[str, Paper] = {}
    for key in product(days, {*told.names, FEW} if told.names else (ANY,), {*telling, NONE} if telling else (ANY,)):
        found |= {paper.lineage_id: paper for paper in index.get(key, ())}
    yield from found.values()


def _link(paper: Paper, known: Mapping[str, Paper], index: Index) -> Link:
    """The best base of a paper; two that fit equally well are none, and the basis says so."""
    told = paper.caption
    scored = sorted(
        (
            (score, other, reference, basis)
            for reference in told.bases
            for other in _candidates(told, reference, index)
            if _may_be_base(paper, other)
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
    """Not itself and nothing younger than itself; amendments are none at all: what amends one belongs to the agreement behind it."""
    if other.lineage_id == paper.lineage_id:
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
    strangers = bool(told.names and len(base.names) > 1 and not shared)
    if title == 0.0 or strangers or not (shared or (same_day and title == 1.0)):
        return 0.0, ""
    score = 1.5 * same_day + title + 0.5 * min(2, len(shared)) + 0.01 * _sameness(reference.title, base.title)
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


def _sameness(one: str, other: str) -> float:
    """How far two titles are one: a License Agreement is rather that of this name than a License and Reseller Agreement."""
    first, second = _telling(one), _telling(other)
    return len(first & second) / max(len(first | second), 1)


@lru_cache(maxsize=4_096)
def _telling(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]{2,}", title.casefold())) - words.GENERIC


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
        for place, link in enumerate(sorted(found, key=lambda one: _when(one, family, known, found)))
    ]


def _root(link: Link, links: Mapping[str, Link]) -> str:
    seen = {link.lineage_id}
    while link.base_id and link.base_id not in seen:
        seen.add(link.base_id)
        link = links[link.base_id]
    return link.lineage_id


def _when(link: Link, family: str, known: Mapping[str, Paper], members: Sequence[Link]) -> tuple[bool, date, int, str]:
    """Where a member stands: the base first, the others by the day of effect, one without a day behind those of lower numbers."""
    told = known[link.lineage_id].caption
    day = told.effective_on
    if day is None and told.number:
        others = (known[one.lineage_id].caption for one in members)
        earlier = [one.effective_on for one in others if one.effective_on and (one.number or 0) < told.number and one.kind == told.kind]
        day = max(earlier, default=None)
    return link.lineage_id != family, day or told.dated or date.max, told.number or 0, link.lineage_id


def changes(relation: str) -> bool:
    """Whether a member of that relation can change the terms of those before it."""
    return relation in words.CHANGING
