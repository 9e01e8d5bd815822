"""Clauses as amendments cite them and as outlines have them, in a form in which both can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ID = r"(?:\d+[A-Za-z]?(?:\.\d+[A-Za-z]?)*(?:\.[a-z]\b)?|[IVXLC]+(?![A-Za-z])|[A-Z](?![A-Za-z]))"
_SUB = r"(?:\s?\((?:[a-z]{1,4}|\d{1,2}|[A-Z]{1,3})\))*"
_NUMBER = rf"{_ID}(?:-\d+)?{_SUB}"
_AND = r"(?:,\s|\s?(?:,\s)?(?:and|und|et|y|&|or|bis|through)\s)"
_CLAUSES = (
    r"(?:Sub-?)?[Ss]ections?|SECTIONS?|[Ss]ec\.|(?:Sub-?)?[Cc]lauses?|CLAUSES?|(?:Sub-?)?[Pp]aragraphs?|PARAGRAPHS?|Para\.|Ziffern?|Ziff\.|Nummer"
    r"|§§?|Abschnitte?|[Cc]láusulas?|[Aa]rtículos?|[Aa]partados?|Punkte?|Klausel"
)
_ARTICLES = r"Articles?|ARTICLES?|articles?|Artikel|Art\."
_SCHEDULES = r"Exhibits?|EXHIBITS?|Schedules?|SCHEDULES?|Annex(?:es)?|ANNEX|Appendix|APPENDIX|Appendices|Attachments?|Anlagen?|Anhang|[Aa]nnexes?|Anexos?"  # noqa: E501
# Section 7.2(a) and (b), Sections 3.6 and 12.5, Article VII, Exhibit B, § 7 Abs. 2
CITED = re.compile(
    rf"(?<![\w.])(?:(?P<clause>{_CLAUSES})|(?P<article>{_ARTICLES})|(?P<schedule>{_SCHEDULES}))\s{{0,3}}"
    rf"(?P<numbers>{_NUMBER}(?:{_AND}{{1,2}}(?:{_NUMBER}|\([a-z]{{1,3}}\)))*)(?P<sub>\s(?:Abs(?:atz|\.)|al(?:inéa|\.))\s?\d{{1,2}})?"
    r"(?![\w])"
)
_SCHEDULE = re.compile(rf"(?i)(?:{_SCHEDULES})\s*[-–]?\s*(?P<id>[A-Z0-9][\w.-]*)?")
_WORD = re.compile(rf"(?i)\A(?:{_CLAUSES}|{_ARTICLES}|art\.?)\s*")
_ARTICLE = re.compile(rf"(?:{_ARTICLES})\s*(?=[\dIVXLC])", re.IGNORECASE)
_SUB_PART = re.compile(r"(?P<sub>\(?[A-Za-z]{1,4}\)|\(\d{1,2}\)|[a-z]{1,4}\.)|(?P<figure>\d{1,2})\.?")
_NUMBERED = re.compile(r"\d|[IVXLC]+\.?(?!\w)|[A-Z]\.?(?!\w)")
Key = tuple[str, ...]


def clause(label: str) -> Key:
    """A printed number as it can be compared: `7.2(a)(iii)` is ("7.2", "a", "iii"); a Roman article number is an Arabic one."""
    head = re.match(rf"\s*({_ID})", label)
    if head is None:
        return ()
    parts = re.fullmatch(r"(\d+(?:\.\d+)*)\.([a-z])", head[1])
    first, last = (parts[1], (parts[2],)) if parts else (head[1], ())
    return _head(first), *last, *re.findall(r"\((\w{1,4})\)", label[head.end() :])


def cited(match: re.Match[str]) -> list[Key]:
    """The clauses that a match of `CITED` names; those of articles and schedules begin with what they are."""
    found: list[Key] = []
    for number in re.split(_AND, match["numbers"]):
        number = number.strip()
        if number.startswith("(") and found:
            found.append((*found[-1][:-1], number.strip("() ")))
        elif key := clause(number):
            found.append(key)
    if match["sub"] and found:
        found[-1] = (*found[-1], re.sub(r"\D", "", match["sub"]))
    if match["schedule"]:
        return [(f"schedule {key[0]}", *key[1:]) for key in found]
    return [(f"article {key[0]}", *key[1:]) if match["article"] and "." not in key[0] else key for key in found]


def path_keys(clause_path: str) -> tuple[Key, ...]:
    """What a place can be cited by, from the widest clause to its own: `Article VII > 7.2 > (a)` by article 7, 7, 7.2 and 7.2(a).

    A place in a schedule begins with the schedule, so that `Exhibit C > 4` is no Section 4.
    """
    keys: list[Key] = []
    top: Key = ()
    own: Key = ()
    for part in filter(None, (one.strip() for one in clause_path.split(" > "))):
        label, is_article = _WORD.sub("", part), bool(_ARTICLE.match(part))
        if (schedule := _SCHEDULE.match(part)) and (schedule["id"] or len(part) < 12):
            top, own = (f"schedule {_head(schedule['id'] or '')}".strip(),), ()
            keys.append(top)
        elif is_article and (number := clause(label)):
            own = (f"article {number[0]}", *number[1:])
            keys.append((*top, *own))
        elif own and (sub := _SUB_PART.fullmatch(label)) and (sub["sub"] or not own[0].startswith("article ")):
            own = (*own, (sub["sub"] or sub["figure"]).strip("()."))
            keys.append((*top, *own))
        elif _NUMBERED.match(label) and (number := clause(label)):
            own = number
            keys += _wider(top, own)
    return tuple(dict.fromkeys(keys))


def _wider(top: Key, own: Key) -> list[Key]:
    """A numbered clause and those that its number says it is part of: 3.2.17 is in 3.2 and in 3."""
    heads = own[0].split(".")
    wider = [(*top, ".".join(heads[:count])) for count in range(1, len(heads))]
    return [*wider, *((*top, *own[:count]) for count in range(1, len(own) + 1))]


def keys_of(cited_clause: Key) -> tuple[Key, ...]:
    """What a cited clause can be cited by, as `path_keys` for the clause of an outline."""
    keys: list[Key] = []
    top = cited_clause[:1] if cited_clause and cited_clause[0].startswith("schedule ") else ()
    own = cited_clause[len(top) :]
    if top:
        keys.append(top)
    if own:
        keys += _wider(top, own)
    return tuple(dict.fromkeys(keys))


def covers(cited_clause: Key, keys: Sequence[Key]) -> bool:
    """Whether a cited clause is one of those keys; an article is a clause of that number where the outline knows no articles."""
    if cited_clause in keys:
        return True
    first, *rest = cited_clause
    bare = (first.removeprefix("article "), *rest)
    return bare[0] != first and bare in keys and not any(key[0].startswith("article ") for key in keys)


def told(cited_clause: Key) -> str:
    """A cited clause for a person to read: Section 7.2(a), Article 7, Schedule B."""
    first, *rest = cited_clause
    kind, _, number = first.rpartition(" ")
    return f"{kind.capitalize() or 'Section'} {number.upper() if kind == 'schedule' else number}" + "".join(f"({part})" for part in rest)


def _head(label: str) -> str:
    first = label.rstrip(".")
    if first[:1].isdigit():
        return re.sub(r"\.0$", "", first).lower()
    return str(_roman(first) or first.lower())


def _roman(label: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    if not label or len(label) > 8 or (len(label) == 1 and label in "LC"):
        return 0
    total = 0
    for one, following in zip(label, [*label[1:], ""], strict=True):
        if one not in values:
            return 0
        total += -values[one] if values.get(following, 0) > values[one] else values[one]
    return total
