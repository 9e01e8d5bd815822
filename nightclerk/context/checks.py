"""What is wrong with a document's definitions and references, as far as that can be said for sure without a model."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nightclerk.context.model import Reference, Term, Use
from nightclerk.context.outline import above, parse_key
from nightclerk.context.pointers import EXHIBIT_ONE
from nightclerk.context.survey import Survey
from nightclerk.context.uses import find_uses, forms

Check = Literal["Undefined Term", "Unused Definition", "Dangling Reference", "Missing Exhibit"]

# documents with fewer definitions do not work with defined terms
FEWEST_TERMS = 3
# a clause of which fewer parts were found may have others that were not
FEWEST_PARTS = 2
MOST_REMARKS = 50
# the opening of what changes another document, whose clauses and terms it speaks of
AMENDS = re.compile(
    r"\b(?:amendment|amended\s+and\s+supplemented|supplement(?:al)?\s+(?:agreement|indenture)|joinder|waiver|statement\s+of\s+work|work\s+order"
    r"|nachtrag|änderungsvereinbarung|avenant|adenda|modificación)\b",
    re.IGNORECASE,
)
OPENING = 1_200
# phrases that are looked for in quotation marks and headings, those used most first
MOST_NAMES = 100
LONGEST_CLAUSE = 50_000
# terms that are defined in another document
BORROWED = re.compile(
    r"(?:capitali[sz]ed\s+)?terms?\b[^.]{0,120}\b(?:not\s+(?:otherwise\s+)?defined|used\s+(?:but|and)\s+not|without\s+definition)[^.]{0,200}\b(?:meanings?|defined)",
    re.IGNORECASE,
)
# nouns of what contracts define; capitals on other words are mostly names
_NOUNS = frozenset(
    re.findall(
        r"\w+",
        "affiliate affiliates amount amounts budget cap claims closing collateral commitment commitments competitor competitors content"
        " costs courseware customer customers data date dates default deliverable deliverables deposit equipment event events expenses"
        " facilities facility fee fees forecast goods improvements information invention inventions know-how liabilities loan loans"
        " losses material materials maximum milestone milestones minimum obligations order orders payment payments percentage period"
        " periods plan premises price prices product products project property purchase quarter rate requirements reserve revenue"
        " revenues royalties royalty sales service services share shipment site sites software specification specifications statement"
        " target technology term territory threshold transaction transactions user users value works year",
    )
)
_PHRASE = re.compile(
    r"(?<=[a-z,;] )(?<!called )(?<!to as )(?:the|any|each|such|all|every|an?|its|their|no|applicable)\s"
    r"(?P<name>[A-Z][a-z’'-]+(?:\s{1,12}[A-Z][a-z’'-]+){1,4})"
    r"(?=[\s.,;:)])(?!\s(?:for\s|of\s|and\s)?[A-Z0-9(])(?!,?\s\(?as\s(?:such\s|that\s)?(?:terms?\s)?(?:is\s|are\s)?defined)"
)
_NAMED = re.compile(
    r"\b(?:Act|Code|Court|State|States|United|County|City|Commission|Committee|Board|Association|Institute|University|Bank|Street|Company|Corporation"
    r"|Internet|Web|Exchange|Officer|Accountant|Counsel|President|Secretary|Director|Treasurer|General|Federal|National|American|International|Department|Republic|Union|Convention|Rules)\b"
)
_DECIMAL = re.compile(r"(?<![\w.$])\d{1,3}(?:\.\d{1,3})+(?!\w|\.\d)")
_WORD = r"(?P<word>Exhibit|Schedule|Annex|Appendix|Attachment|Addendum|Annexure|Annexe|Anlage|Anhang|Anexo)"
_HEADING = re.compile(
    rf"(?P<line>^[\s*_#|“\"-]{{0,80}})?(?<![a-z] )\b{_WORD}[\s_-]{{0,3}}[\"“]?(?P<label>{EXHIBIT_ONE.pattern})[”\"]?"
    r"(?=[ \t]*(?:[*_:–—.|-]|[ \t][(A-Z]|$)|\s{1,80}[A-Z]{4})",
    re.IGNORECASE | re.MULTILINE,
)
_FILE = re.compile(
    rf"(?<![^\W_]){_WORD}[\s_-]{{0,3}}(?P<label>[A-Z]{{1,2}}(?:-?\d{{1,2}})?|\d{{1,3}}(?:\.\d{{1,3}}){{0,2}})(?![^\W_])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is wrong, and the words that show it: `text[char_start:char_end]`."""

    check: Check
    char_start: int
    char_end: int
    says: str


def remarks(survey: Survey, attached: Collection[str] = ()) -> list[Remark]:
    """What a careful lawyer would mark, one remark for each term, number or exhibit, at its first place; in the order of the text.

    `attached` are the names and titles of the files that belong to the document; an exhibit among them is not missing. Of documents
    that amend others only missing exhibits are told: their terms and clauses are those of another text.
    """
    found = list(_missing_exhibits(survey, attached))
    if not AMENDS.search(survey.text[:OPENING]):
        found += [*_undefined(survey), *_unused(survey), *_dangling(survey)]
    return sorted(found, key=lambda one: (one.char_start, one.check))[:MOST_REMARKS]


def _unused(survey: Survey) -> Iterator[Remark]:
    outside = _outside(survey, survey.uses)
    known = {forms(name, survey.language) for name in outside}
    idle = [term for term in survey.terms if not outside[term.name] and forms(term.name, survey.language) not in known]
    shouted = _in_capitals(survey, idle)
    groups: dict[int, list[Term]] = {}
    for term in survey.terms:
        groups.setdefault(term.group, []).append(term)
    unused = {term.name for term in idle if not shouted[term.name]}
    for group in groups.values():
        # of "Sale", "Sells" and "Sold" one is enough
        first = group[0]
        is_name = first.name[0].isupper() and not re.search(r"[a-z][A-Z]", first.name)
        if is_name and first.how != "points" and all(term.name in unused for term in group):
            says = f"{first.name} is defined here and used nowhere else in the document"
            yield Remark("Unused Definition", first.name_start, first.name_end, says)


def _outside(survey: Survey, uses: Iterable[Use]) -> Counter[str]:
    """How often each term is used outside of its definitions."""
    own = {name: _spans(terms) for name, terms in survey.definitions.items()}
    return Counter(use.name for use in uses if not _is_within(use.char_start, own[use.name]))


def _spans(terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Where definitions stand, in order and apart: of those that only name a term, the name."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(
        (term.char_start, term.char_end) if term.how == "means" else (term.name_start, term.name_end) for term in terms
    ):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def _is_within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    number = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return number >= 0 and place < spans[number][1]


def _in_capitals(survey: Survey, idle: Iterable[Term]) -> Counter[str]:
    """Uses of terms that were seen nowhere, set in capitals or small."""
    names = {term.name.casefold(): term.name for term in idle}
    if not names:
        return Counter()
    folded = find_uses(survey.text.lower(), names, survey.language)
    return _outside(survey, (replace(use, name=names[use.name]) for use in folded))


def _undefined(survey: Survey) -> Iterator[Remark]:
    if len(survey.definitions) < FEWEST_TERMS or BORROWED.search(survey.text):
        return
    known = {forms(name) for name in survey.definitions}
    pieces = {piece for form in known for piece in _pieces(form)}
    found: dict[tuple[str, ...], list[re.Match[str]]] = {}
    for match in _PHRASE.finditer(survey.text):
        form = forms(match["name"])
        is_noun = match["name"].split()[-1].casefold() in _NOUNS and not _NAMED.search(match["name"])
        if is_noun and form not in pieces and not any(piece in known for piece in _pieces(form)):
            found.setdefault(form, []).append(match)
    words = {word for form in known for word in form}
    for form, matches in sorted(found.items(), key=lambda item: -len(item[1]))[:MOST_NAMES]:
        first = matches[0]
        if (len(matches) > 1 or set(form) - words) and not _is_explained(survey.text, first["name"]):
            name = " ".join(first["name"].split())
            says = f"{name} is written like a defined term and is defined nowhere in the document"
            yield Remark("Undefined Term", first.start("name"), first.end("name"), says)


def _pieces(form: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A phrase and all that stands in it."""
    return (form[start:end] for start in range(len(form)) for end in range(start + 1, len(form) + 1))


def _is_explained(text: str, name: str) -> bool:
    """Whether a name is given in a way that was not read: in quotation marks, as a heading, or as `hereinafter called the`."""
    words = r"\s{1,8}".join(map(re.escape, name.split()))
    return (
        re.search(
            rf"[\"“„«‘']\s?{words.replace('{1,8}', '{0,8}')}s?[.,;:]?\s?[\"”“»’']|^[\s\w.()*_#-]{{0,16}}{words}\s?[:.–—-]"
            rf"|(?:called|to\sas)\s(?:the\s)?{words}"
            rf"|{words}s?,?\s\(?as\s(?:such\s|that\s)?(?:terms?\s)?(?:is\s|are\s)?(?:hereinafter\s)?defined|[\"“]{words}:",
            text,
            re.IGNORECASE | re.MULTILINE,
        )
        is not None
    )


def _is_made_of(form: tuple[str, ...], known: Collection[tuple[str, ...]]) -> bool:
    """Whether a phrase holds a defined term, or is part of one."""
    return any(_holds(form, one) or _holds(one, form) for one in known)


def _holds(form: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(form[start : start + len(part)] == part for start in range(len(form) - len(part) + 1))


def _dangling(survey: Survey) -> Iterator[Remark]:
    referred = {one.char_start for one in survey.references}
    printed = {match[0] for match in _DECIMAL.finditer(survey.text) if match.start() not in referred}
    seen: set[str] = set()
    for one in survey.references:
        if one.is_exhibit or one.where == "elsewhere" or (one.where == "here" and one.exact) or one.label in seen:
            continue
        seen.add(one.label)
        if why := _why_dangling(survey, one, printed):
            yield Remark("Dangling Reference", one.phrase_start, one.char_end, why)


def _why_dangling(survey: Survey, one: Reference, printed: Collection[str]) -> str:
    """Why there is no such clause: its neighbours were found, and its number stands nowhere but in references."""
    key = parse_key(one.label)
    around = above(key)
    section, exact = survey.outline.find(around, 0) if around else (None, False)
    if section is None or not exact:
        return ""
    named = [part[-1] for part in survey.outline.children.get(("", around), []) if _alike(part[-1], key[-1])]
    whole = (section.char_start, min(section.char_end, section.char_start + LONGEST_CLAUSE))
    item = re.compile(rf"\(\s?{re.escape(key[-1])}\s?\)|(?<!\w){re.escape(key[-1])}[.)]", re.IGNORECASE)
    stands = item.search(survey.text, *whole) is not None if len(key) > 1 else key[0] in printed
    if len(set(named)) < FEWEST_PARTS or stands:
        return ""
    told = around[0] + "".join(f"({part})" for part in around[1:])
    return f"it points to {one.label}, and {told} has no such part: it has {', '.join(_shown(named))}"


def _alike(one: str, other: str) -> bool:
    """Whether two numbers count in one way: `5.3` and `5.7`, (a) and (b)."""
    return ("." in one, one.isdigit(), one.isupper()) == ("." in other, other.isdigit(), other.isupper())


def _shown(named: list[str]) -> list[str]:
    unique = list(dict.fromkeys(named))
    return unique if len(unique) <= 4 else [*unique[:2], "…", unique[-1]]


def _missing_exhibits(survey: Survey, attached: Collection[str]) -> Iterator[Remark]:
    seen: set[tuple[str, str]] = set()
    there = {*_headed(survey.text), *(name for other in attached for name in _named(other))}
    for one in survey.references:
        name = (one.word.casefold(), _squeezed(one.label))
        if one.is_exhibit and one.where == "nowhere" and name not in seen and name not in there:
            seen.add(name)
            says = f"{one.word} {one.label} is named and is neither in the document nor among its attachments"
            yield Remark("Missing Exhibit", one.phrase_start, one.char_end, says)


def _headed(text: str) -> Iterator[tuple[str, str]]:
    """(kind, label) of exhibits whose heading stands in the text and was not read as one."""
    for match in _HEADING.finditer(text):
        # in the middle of a line only what is set in capitals, or ends with a colon
        if match["line"] is not None or match["word"].isupper() or text[match.end() : match.end() + 2] == ": ":
            yield match["word"].casefold(), _squeezed(match["label"])


def _named(file_name: str) -> Iterator[tuple[str, str]]:
    """(kind, label) of the exhibits that a file's name says it is."""
    for match in _FILE.finditer(file_name):
        yield match["word"].casefold(), _squeezed(match["label"])


def _squeezed(label: str) -> str:
    return "".join(label.split()).casefold()
