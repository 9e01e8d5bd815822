"""Which of the terms of a family holds on a day: what an amendment or a restatement puts in the place of what stood there before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nightclerk.findings.families.citations import Key, covers, keys_of, path_keys, told
from nightclerk.findings.families.passages import Passage
from nightclerk.text import fold


@dataclass(frozen=True, slots=True)
class Term:
    """A present finding and where it stands: its category, its place in its document, and that document's clause path."""

    finding_id: str
    category: str
    char_start: int
    char_end: int
    clause_path: str
    quote: str


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a family with its terms; those of a family come in the order in which they take effect."""

    lineage_id: str
    relation: str
    starts_on: date | None
    terms: tuple[Term, ...]
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Supersession:
    """From `starts_on` (None: not known) on another document says something else in the place of a finding.

    `by_finding_id` is the finding of the same category that says so, None where none was made of it; then `passage`, a span of the document
    `by_lineage_id`, is what to read, until the next supersession of the same finding; `reads` is the finding's quote with the new words in
    the place of the former ones, where both are known. Without `certain` a part of the clause is changed, and nobody can tell whether it is this one.
    """  # noqa: E501

    finding_id: str
    by_lineage_id: str
    by_finding_id: str | None
    starts_on: date | None
    passage: tuple[int, int] | None
    reason: str
    reads: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class _Standing:
    """A term that holds so far, and the clauses of the base that it stands in, each with the wider ones around it."""

    term: Term
    clauses: tuple[tuple[Key, ...], ...]


def supersessions(members: Sequence[Member]) -> list[Supersession]:
    """What is superseded in one family, by what and from when, in the order of the members.

    A finding is superseded once by another finding; before that, amendments that only change its words may do so one after the other.
    """
    standing: list[_Standing] = []
    found: list[Supersession] = []
    for member in members:
        now = list(_restated(member, standing) if member.relation == "restatement" else _amended(member, standing))
        found += [by for by, _ in now if by]
        standing = [one for _, one in now if one]
        standing += [_Standing(term, _stands_for(member, term)) for term in member.terms]
    return found


def _stands_for(member: Member, term: Term) -> tuple[tuple[Key, ...], ...]:
    """The clauses of the base that a term is the wording of: its own place, or in an amendment what its passage changes."""
    if member.relation in ("base", "restatement"):
        return (path_keys(term.clause_path),)
    return tuple(keys_of(clause) for passage in member.passages if _holds(passage, term) for clause in passage.clauses)


Change = tuple[Supersession | None, _Standing | None]


def _restated(member: Member, standing: Sequence[_Standing]) -> Iterator[Change]:
    """A restatement takes the place of everything before it, whether it says something about it or not."""
    for one in standing:
        new = next((term for term in member.terms if term.category == one.term.category), None)
        by = new.finding_id if new else None
        yield Supersession(one.term.finding_id, member.lineage_id, by, member.starts_on, None, "restated as a whole"), None


def _amended(member: Member, standing: Sequence[_Standing]) -> Iterator[Change]:
    """What the passages of an amendment do to each term, one after the other, as long as it stands for itself."""
    for standing_one in standing:
        one: _Standing | None = standing_one
        for passage in member.passages:
            if one is None:
                break
            if passage.act != "add" and (certain := _changes(passage, one)) is not None:
                by = _by(member, passage, one, certain=certain)
                one = None if by.by_finding_id else _as_read(one, passage, by) if certain else one
                yield by, None
        yield None, one


def _by(member: Member, passage: Passage, one: _Standing, *, certain: bool) -> Supersession:
    """What a passage puts in the place of a term."""
    new = next((term for term in member.terms if certain and term.category == one.term.category and _holds(passage, term)), None)
    return Supersession(
        one.term.finding_id,
        member.lineage_id,
        new.finding_id if new else None,
        passage.starts_on or member.starts_on,
        (passage.char_start, passage.char_end),
        _told(passage, certain=certain),
        _conformed(one.term.quote, passage),
        certain=certain,
    )


def _as_read(one: _Standing, passage: Passage, by: Supersession) -> _Standing:
    """A term as it reads from then on: what a later amendment quotes of it."""
    quote = by.reads or (passage.latter if passage.act == "replace" and not passage.former else one.term.quote)
    return replace(one, term=replace(one.term, quote=quote))


def _changes(passage: Passage, one: _Standing) -> bool | None:
    """Whether a passage changes the words that a finding stands on: its clause or a larger one as a whole, or words that it quotes.

    False where it changes a part of the clause, and nobody can tell from the two whether it is this one; None where it changes nothing.
    """
    if passage.former and not _says(one.term.quote, passage.former):
        return None
    if passage.term:
        named = re.search(rf"[“\"‘„«]\s?{re.escape(passage.term)}\s?[”\"’“»]", one.term.quote, re.IGNORECASE)
        return passage.act != "part" if named else None
    for clause in passage.clauses:
        if any(covers(clause, keys) for keys in one.clauses):
            return passage.act != "part"
        if any(keys and covers(keys[-1], keys_of(clause)) for keys in one.clauses):
            return bool(passage.former)
    return None


def _says(quote: str, words: str) -> bool:
    return fold(words).text.strip() in fold(quote).text


def _holds(passage: Passage, term: Term) -> bool:
    return term.char_start < passage.char_end and passage.char_start < term.char_end


def _conformed(quote: str, passage: Passage) -> str:
    """A quote as it reads once the former words are replaced; empty where they are not named, or do not stand there letter for letter."""
    if not passage.former or not (passage.latter or passage.act == "delete"):
        return ""
    former = r"\s+".join(map(re.escape, passage.former.split()))
    return re.sub(former, lambda _: passage.latter, quote) if re.search(former, quote) else ""


def _told(passage: Passage, *, certain: bool) -> str:
    what = " and ".join(map(told, passage.clauses)) if not passage.term else f"the definition of {passage.term!r}"
    if not certain:
        part = "a part of " if passage.act == "part" else ""
        return f"{part}{what} is changed, and whether this stands in it cannot be told without reading both"
    return f"{what} is {'deleted' if passage.act == 'delete' and not passage.former else 'changed'}"
