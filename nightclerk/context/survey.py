"""One look over a document: its defined terms, where they are used, and what points where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nightclerk.context.definitions import find_terms
from nightclerk.context.model import Reference, Term, Use
from nightclerk.context.outline import Outline
from nightclerk.context.references import find_references
from nightclerk.context.uses import find_uses
from nightclerk.records import Section

# old filings underline headings on the next line, which may fall into the middle of a sentence
_RULE = re.compile(r"[-_=]{3,400}")
_ITSELF = re.compile(r"\b(?:this|diese[rs]?|présente?|presente|vorliegende[rs]?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in a text. `uses` hold the definitions' own places too; all are in the order of the text."""

    text: str
    outline: Outline
    terms: tuple[Term, ...]
    uses: tuple[Use, ...]
    references: tuple[Reference, ...]
    language: str
    # by name
    definitions: Mapping[str, Sequence[Term]]


def survey(text: str, sections: Sequence[Section], language: str = "") -> Survey:
    """Look a document over, offline; the time grows with the text (a contract of 400,000 characters takes about 0.1 CPU seconds)."""
    outline = Outline(sections)
    plain = _RULE.sub(lambda rule: " " * len(rule[0]), text)
    terms = find_terms(plain, outline)
    references = find_references(plain, outline, _own_names(plain, terms))
    uses = find_uses(text, (term.name for term in terms), language)
    definitions: dict[str, list[Term]] = {}
    for term in terms:
        definitions.setdefault(term.name, []).append(term)
    return Survey(text, outline, tuple(terms), tuple(uses), tuple(references), language, definitions)


def _own_names(text: str, terms: Iterable[Term]) -> frozenset[str]:
    """What a document calls itself: (this "Lease"), This Sublease ("Sublease")."""
    return frozenset(
        term.name.casefold()
        for term in terms
        if term.how == "called" and _ITSELF.search(text, max(0, term.name_start - 70), term.name_start)
    )
