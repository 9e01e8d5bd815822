"""The passages of an amendment that change another document: which clause, what is done to it, and where the new words stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_NUMBER = r"(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z])(?:\s?\((?:[a-z]{1,4}|\d{1,2}|[A-Z])\))*"
_CLAUSE = (
    r"(?:(?:Sub)?[Ss]ections?|SECTIONS?|(?:Sub-?)?[Cc]lauses?|CLAUSES?|Articles?|ARTICLES?|[Pp]aragraphs?|Ziffer|Ziff\.|§§?|Artikel|Abschnitt|[Aa]rtículos?|[Cc]láusulas?|第)"
    rf"\s?(?P<number>{_NUMBER}(?:(?:,|\s(?:and|und|et|y)|,\s(?:and|und|et|y))\s{_NUMBER})*)"
)
_ACTS = {
    "delete": r"deleted|removed|struck|gestrichen|gelöscht|supprimée?s?|eliminad[oa]s?|suprimid[oa]s?|削除",
    "replace": r"replaced|(?<!as\s)(?<!as\sso\s)amended(?!\s(?:hereby|herein|from time))|restated|substituted|modified|changed|superseded"
    r"|extended|increased|reduced|revised|read as follows|now reads?"
    r"|ersetzt|geändert|neu gefasst|neugefasst|lautet|remplacée?s?|modifiée?s?|sustituid[oa]s?|modificad[oa]s?|改め|変更",
    "add": r"added|inserted|adding|inserting|hinzugefügt|eingefügt|ajoutée?s?|añadid[oa]s?|agregad[oa]s?|追加",
}
_ACT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _ACTS.items())
# not the end of a sentence, of a paragraph, or a quotation
_PLAIN = r"(?:[^.;:\n“\"]|\n(?!\s*\n)|(?<=\d)\.(?=\d))"
_INSTRUCTION = re.compile(
    rf"(?:{_CLAUSE}(?P<between>{_PLAIN}{{0,200}}?(?:[“\"«][^”\"»]{{0,400}}[”\"»]{_PLAIN}{{0,120}}?){{0,2}})\b(?:{_ACT})(?!\w)"
    r"|[Tt]he (?:definition|term) (?:of )?[“\"](?P<term>[^”\"]{2,80})[”\"][^.;:\n]{0,160}?"
    rf"\b(?:{_ACT.replace('?P<', '?P<term_')})(?!\w))"
)
_REPLACES = re.compile(r"\b(?:deleted|removed)\b[^.]{0,60}\b(?:replaced|substitut\w+|inserting|in lieu)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"«„]([^”\"»“]{1,400})[”\"»“]")
_WHOLE = re.compile(
    r"(?i)in its entirety|in their entirety|(?:is|are|be) (?:hereby )?deleted and replaced|read(?:s)? as follows|as follows:?\s*\Z"
)
# between the former words and the new ones
_FOR = re.compile(
    r"(?i)\b(?:replac\w+|substitut\w+|insert\w*|in (?:its|their) place|in lieu|now read\w*|with|to|by|ersetzt|durch|par|remplac\w+"
    r"|por|sustitu\w+)\b"
)
# Section 15 provides that the Agreement may be modified only in writing: nothing is changed by it
_ONLY_SAYS = re.compile(r"\b(?:provides?|states|requires?|may|might|cannot|not|if|unless|sieht vor|prévoit|dispone)\b", re.IGNORECASE)
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Passage:
    """An instruction and what belongs to it: `text[char_start:char_end]`, up to the next one.

    `clauses` are those that it changes, as `clause` cuts them; `term` is the defined term whose definition it changes. `act` is delete,
    replace or add. `former` are the words that it puts `latter` in the place of, both empty where it changes the whole clause.
    """

    char_start: int
    char_end: int
    clauses: tuple[tuple[str, ...], ...]
    term: str
    act: str
    former: str
    latter: str


def passages(text: str) -> list[Passage]:
    """The instructions of an amendment, in their order; quoted new wording that speaks of clauses is part of its instruction."""
    found = [match for match in _INSTRUCTION.finditer(text) if not (_within_quotes(text, match.start()) or _ONLY_SAYS.search(match[0]))]
    stops = [match.start() for match in found] + [len(text)]
    return [_passage(text, match, min(end, start + LONGEST)) for match, (start, end) in zip(found, pairwise(stops), strict=True)]


def clause(label: str) -> tuple[str, ...]:
    """A printed number as it can be compared: `7.2(a)(iii)` is ("7.2", "a", "iii"); a Roman article number is an Arabic one."""
    head = re.match(r"\s*(\d+(?:\.\d+)*|[IVXLC]+|[A-Z])", label)
    if head is None:
        return ()
    first = head[1].rstrip(".")
    first = re.sub(r"\.0$", "", first) if first[0].isdigit() else str(_roman(first) or first.lower())
    return first, *re.findall(r"\((\w{1,4})\)", label[head.end() :])


def of_path(clause_path: str) -> tuple[str, ...]:
    """The clause that a path leads to: `Article VII > 7.2 > (a)` is ("7.2", "a"), `Article VII` is ("7",)."""
    found: tuple[str, ...] = ()
    for part in clause_path.split(" > "):
        label = re.sub(r"(?i)\A(?:article|section|clause|§|art\.?|ziffer|paragraph)\s*", "", part.strip())
        if inner := re.match(r"\(?(\w{1,4})\)", label):
            found = (*found, inner[1])
        elif (numbered := clause(label)) and re.match(r"(?:\d|[IVXLC]+\b|[A-Z]\b)", label):
            found = numbered
    return found


def _passage(text: str, match: re.Match[str], end: int) -> Passage:
    act = next(name for name in _ACTS if match[name] or match[f"term_{name}"])
    if act == "delete" and _REPLACES.search(text, match.start(), min(end, match.end() + 200)):
        act = "replace"
    if act == "replace" and re.search(
        r"(?i)\bamended\s+(?:by\s+(?:adding|inserting|the addition)|to (?:add|include))\b", text[match.start() : min(end, match.end() + 60)]
    ):
        act = "add"
    numbers = re.split(r",\s(?:and|und|et|y)\s|,\s|\s(?:and|und|et|y)\s", match["number"] or "")
    start = match.start()
    return Passage(
        start,
        len(text[:end].rstrip()) if end > start else end,
        tuple(filter(None, map(clause, numbers))),
        match["term"] or "",
        act,
        *_words(text[start:end], about=match["term"]),
    )


def _words(passage: str, *, about: str | None) -> tuple[str, str]:
    """The words that are replaced and those that take their place, where the instruction names both and is not about the whole clause."""
    quoted = list(_QUOTED.finditer(passage))[1 if about else 0 :]
    if len(quoted) < 2 or _WHOLE.search(passage[: quoted[0].start()]) or not _FOR.search(passage[quoted[0].end() : quoted[1].start()]):
        return "", ""
    return quoted[0][1], quoted[1][1]


def _within_quotes(text: str, at: int) -> bool:
    """Whether a place stands in quoted wording, by the marks before it in its paragraph."""
    before = text[max(0, text.rfind("\n", 0, at)) : at]
    return before.count("“") + before.count("„") > before.count("”") or before.count('"') % 2 == 1


def _roman(label: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    total = 0
    for one, following in zip(label, [*label[1:], ""], strict=True):
        if one not in values:
            return 0
        total += -values[one] if values.get(following, 0) > values[one] else values[one]
    return total
