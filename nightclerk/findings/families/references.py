"""Documents that a document names with their day: that certain Supply Agreement between X and Y dated July 1, 2017."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nightclerk.findings.families import words

NOUN = (
    r"(?:Agreement|Contract|Lease|Licen[sc]e|Indenture|Deed|Plan|Note|Guaranty|Guarantee|Letter|Addendum|Statement of Work|Terms|Amendment|Waiver"  # noqa: E501
    r"|AGREEMENT|CONTRACT|LEASE|LICEN[SC]E|INDENTURE|DEED|PLAN|NOTE|GUARANTY|LETTER|ADDENDUM|AMENDMENT|WAIVER"
    r"|\w*[Vv]ertrag(?:es|s)?|\w*[Vv]ereinbarung|\w*VERTRAG|\w*VEREINBARUNG|\w*Nachtrag"
    r"|[Cc]ontrat(?: de \w+){0,3}|[Cc]onvention(?: de \w+){0,3}|CONTRAT(?: DE \w+){0,3}|[Cc]ontrato(?: de \w+){0,3}|[Aa]cuerdo(?: de \w+){0,3}|[Aa]venant)"  # noqa: E501
)
_WORD = r"(?:[A-ZÄÖÜÉ][\w&'’®™./-]{0,40}|[A-Z&]{1,30}|and|of|for|to|the|de|du|des|la|on|with|No\.)"
# one in quotation marks is a name that a document gives, no document
TITLE = re.compile(rf"(?<![\w.“\"„«‘])(?P<title>(?:{_WORD},?\s{{1,3}}){{0,14}}{NOUN})(?=[\s,.;:()]|\Z)(?!\s+{NOUN})")
_DATED = re.compile(
    r"(?i)\b(?:dated|made|entered\s+into|executed|effective|signed|concluded|vom|en\s+date\s+du|conclue?\s+le|signée?\s+le|du|de\s+fecha|del?)\b"
    r"(?:[\s,]+and\s+effective)?(?:[\s,]+(?:as\s+of|on|of|with\s+effect\s+from|the|this|and|or\s+about|effective|dated|date))*[\s,]*\Z"
)
_ENTERED = re.compile(r"(?i)\bentered\s+into\s+(?:an?\s+|the\s+|that\s+certain\s+)?\Z")
_CHANGES = re.compile(
    r"(?i)\b(?:amends?|amending|amend|amended|var(?:y|ies|ied)|modif(?:y|ies|ied|ying)|supplements?|restates?|restate|side\s+letter\s+to|with\s+respect\s+to"
    r"|reference\s+is\s+made\s+to|refers?\s+to|parties\s+to|party\s+to|entered\s+into|re:|subject:|ändert|zum|zu\s+dem|au|modifie|modifica|attached\s+to"
    r"|forms?\s+(?:a\s+)?part\s+of|that\s+certain|amendment\s+(?:no\.?\s*\d+\s+)?to)\b|\bto\s+(?:the\s+)?\Z"
)
_ONCE = re.compile(r"(?i)\b(?:under|pursuant\s+to|in\s+connection\s+with)\b")
_OTHERS = re.compile(r"(?i)\b(?:that|certain|by|the|an?|under|existing|original)\s+\Z")
# a title that stands so early is that of the document
_AT_ONCE = 400
# the sentence or paragraph that a day stands in goes no further back than this
_BEFORE = 450
_LEADING = re.compile(r"(?:(?:and|of|for|to|the|de|du|des|la|on|with)\s+)*")
_STOP = re.compile(
    r"\n\s*\n(?!\s*(?i:dated|between|to\b|made|as\s+of))|;|(?<=[a-z0-9)”\"]{3})(?<!\bInc)(?<!\bLtd)(?<!Corp)\.\s+(?=[A-Z])|(?i:\bwhereas\b)"
)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document as this one names it; `span` is where it does."""

    title: str
    dated: date | None
    span: Span


@dataclass(frozen=True, slots=True)
class Named:
    """A document with its day: `itself` where it is the one that speaks, `tells` where this one says that it changes it."""

    reference: Reference
    day_span: Span
    itself: bool
    tells: bool


def _leading(title: str) -> int:
    """The length of the small words that a title begins with."""
    match = _LEADING.match(title)
    return match.end() if match else 0


def days(text: str) -> Iterator[tuple[date, int, int]]:
    """Each day of a text, and where it stands."""
    yield from words.days(text)


def named(opening: str, own_title: Span | None, *, changing: bool) -> Iterator[Named]:
    """The documents that an opening names with a day, its own title among them; `changing` is whether this one changes another."""
    for day, start, end in words.days(opening):
        first = max(0, start - _BEFORE)
        for stop in _STOP.finditer(opening, first, start):
            first = stop.end()
        if found := _before(opening, first, start) or _behind(opening, start, end):
            span, itself = found, _is_itself(opening, found, own_title, changing=changing)
            said = opening[first : span[0]]
            tells = bool(_CHANGES.search(said[-160:])) and not _ONCE.search(said[-60:])
            whole = (min(span[0], start), max(span[1], end))
            yield Named(Reference(cleaned(opening[slice(*span)]), day, whole), (start, end), itself, tells)


def _before(opening: str, first: int, start: int) -> Span | None:
    """The title before a day: `Supply Agreement between X and Y dated`."""
    found, dated = None, _DATED.search(opening, max(first, start - 60), start)
    if not dated and not re.search(r"\b(?:on|am|le)\s+(?:the\s+)?\Z", opening[max(first, start - 10) : start]):
        return None
    for match in TITLE.finditer(opening, first, start):
        if not dated and (
            words.day(opening, match.end(), start)
            or not _ENTERED.search(opening, max(first, match.start() - 60), match.start() + _leading(match["title"]))
        ):
            continue
        if words.kind(match["title"]) != "other" and not re.match(r"(?i)the\s+\w+\Z", match["title"]):
            found = match.start("title") + _leading(match["title"]), match.end("title")
    return found


def _behind(opening: str, start: int, end: int) -> Span | None:
    """The title behind a day: `on May 11, 1998, X and Y entered into the Credit Agreement`."""
    if not re.search(r"(?i)\b(?:on|as\s+of|effective|dated)\s+\Z", opening[max(0, start - 20) : start]):
        return None
    stretch = opening[end : end + 300].partition("\n\n")[0]
    match = next((one for one in TITLE.finditer(stretch) if _ENTERED.search(stretch[: one.start()])), None)
    return (end + match.start("title"), end + match.end("title")) if match else None


def _is_itself(opening: str, span: Span, own_title: Span | None, *, changing: bool) -> bool:
    """Whether a title is that of the document which speaks: `This Amendment`, `this Second Amendment to the Lease`, its heading."""
    before, title = opening[max(0, span[0] - 80) : span[0]], opening[slice(*span)]
    if own_title and span[0] < own_title[1] and own_title[0] < span[1]:
        return True
    if re.search(
        r"(?i)\b(?:this|dieser?|ce|cet|este|présent)\s+(?:(?-i:[A-ZÄÖÜÉ0-9&][\w&'’.,-]*|and|of|for|to|the|in|du|de|zum|au)\s+){0,10}\Z",
        before,
    ) or re.match(r"(?i)(?:this|dieser?|ce|este)\b", title):
        return True
    if _OTHERS.search(before):
        return False
    # FIRST AMENDMENT, dated as of May 1, 2020, to the Lease
    if changing:
        return words.kind(title) in words.CHANGING and words.kind(title) != "restatement"
    return span[0] < _AT_ONCE or (own_title is not None and title.casefold().split() == opening[slice(*own_title)].casefold().split())


def cleaned(title: str) -> str:
    """A title without what leads to it."""
    title = " ".join(title.split())
    title = re.sub(r"\A.*\b(?:[Aa]mendment|AMENDMENT|Addendum|ADDENDUM)\b(?:\s+(?:No\.?|Number)?\s*\d+)?\s+(?:to|TO|zum)\s+", "", title)
    return re.sub(r"(?i)\A(?:(?:the|that|certain|this|and|to|of|for|zum|au|du|de|la|on|with)\s+)+", "", title)[:300]
