"""Which of the terms of a family holds on a day: what an amendment or a restatement puts in the place of what stood there before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nightclerk.findings.families.passages import Passage, of_path
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
    the place of the former ones, where both are known.
    """

    finding_id: str
    by_lineage_id: str
    by_finding_id: str | None
    starts_on: date | None
    passage: tuple[int, int] | None
    reason: str
    reads: str = ""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A term that holds so far, and the clauses of the base that it stands for."""

    term: Term
    clauses: tuple[tuple[str, ...], ...]


def supersessions(members: Sequence[Member]) -> list[Supersession]:
    """What is superseded in one family, by what and from when, in the order of the members.

    A finding is superseded once by another finding; before that, amendments that only change its words may do so one after the other.
    """
    standing: list[_Standing] = []
    found: list[Supersession] = []
    for member in members:
        replaced = list(_restated(member, standing) if member.relation == "restatement" else _amended(member, standing))
        found += replaced
        now = {one.finding_id: one for one in replaced}
        standing = [_as_read(one, now.get(one.term.finding_id)) for one in standing if not _is_over(now.get(one.term.finding_id))]
        standing += [_Standing(term, _stands_for(member, term)) for term in member.terms]
    return found


def _is_over(by: Supersession | None) -> bool:
    return by is not None and (by.by_finding_id is not None or by.passage is None)


def _as_read(one: _Standing, by: Supersession | None) -> _Standing:
    return replace(one, term=replace(one.term, quote=by.reads)) if by and by.reads else one


def _stands_for(member: Member, term: Term) -> tuple[tuple[str, ...], ...]:
    """The clauses of the base that a term is the wording of: its own place, or in an amendment what its passage changes."""
    if member.relation in ("base", "restatement"):
        return (of_path(term.clause_path),)
    return tuple(clause for passage in member.passages if _holds(passage, term) for clause in passage.clauses)


def _restated(member: Member, standing: Sequence[_Standing]) -> Iterator[Supersession]:
    """A restatement takes the place of everything before it, whether it says something about it or not."""
    for one in standing:
        new = next((term for term in member.terms if term.category == one.term.category), None)
        yield Supersession(
            one.term.finding_id, member.lineage_id, new.finding_id if new else None, member.starts_on, None, "restated as a whole"
        )


def _amended(member: Member, standing: Sequence[_Standing]) -> Iterator[Supersession]:
    for one in standing:
        for passage in member.passages:
            if passage.act != "add" and _changes(passage, one):
                new = next((term for term in member.terms if term.category == one.term.category and _holds(passage, term)), None)
                yield Supersession(
                    one.term.finding_id,
                    member.lineage_id,
                    new.finding_id if new else None,
                    member.starts_on,
                    (passage.char_start, passage.char_end),
                    _told(passage),
                    _conformed(one.term.quote, passage),
                )
                break


def _changes(passage: Passage, one: _Standing) -> bool:
    """Whether a passage changes the words that a finding stands on: its clause or a larger one as a whole, or words that it quotes."""
    if passage.former:
        return _says(one.term.quote, passage.former) and any(_related(clause, own) for clause in passage.clauses for own in one.clauses)
    if passage.term and re.search(rf"[“\"]{re.escape(passage.term)}[”\"]", one.term.quote, re.IGNORECASE):
        return True
    return any(own and own[: len(clause)] == clause for clause in passage.clauses for own in one.clauses)


def _related(clause: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Whether one of two clauses is the other or holds it; a place without a number is taken to be any."""
    shorter = min(len(clause), len(own))
    return clause[:shorter] == own[:shorter]


def _says(quote: str, words: str) -> bool:
    return fold(words).text.strip() in fold(quote).text


def _holds(passage: Passage, term: Term) -> bool:
    return term.char_start < passage.char_end and passage.char_start < term.char_end


def _conformed(quote: str, passage: Passage) -> str:
    """A quote as it reads once the former words are replaced; empty where they are not named, or do not stand there letter for letter."""
    if not passage.former or not passage.latter:
        return ""
    former = r"\s+".join(map(re.escape, passage.former.split()))
    return re.sub(former, lambda _: passage.latter, quote) if re.search(former, quote) else ""


def _told(passage: Passage) -> str:
    what = " and ".join("Section " + clause[0] + "".join(f"({part})" for part in clause[1:]) for clause in passage.clauses)
    what = what or f"the definition of {passage.term!r}"
    return f"{what} is {'deleted' if passage.act == 'delete' else 'changed'}"
