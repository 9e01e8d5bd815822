"""What a document says of itself in its opening: title, kind, number, day, parties, and which document it changes or belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nightclerk.findings.families import words

# the version of this reading; another one is made where the stored one is of an older version
CAPTION = "1"
OPENING = 12_000
_HEAD = 2_500
_NOUN = (
    r"(?:Agreement|Contract|Lease|License|Licence|Indenture|Deed|Plan|Note|Guaranty|Guarantee|Letter|Addendum|Statement of Work|Terms"
    r"|AGREEMENT|CONTRACT|LEASE|LICENSE|INDENTURE|DEED|PLAN|NOTE|GUARANTY|\w*[Vv]ertrag|\w*[Vv]ereinbarung|\w*VERTRAG|\w*VEREINBARUNG"
    r"|[Cc]ontrat(?: de \w+){0,3}|[Cc]ontrato(?: de \w+){0,3}|[Aa]cuerdo(?: de \w+){0,3})"
)
_WORD = r"(?:[A-ZÄÖÜÉ][\w&'’./-]*|[A-Z&]+|and|of|for|to|the|de|du|des|la)"
# that certain Manufacturing Agreement between X and Y dated July 1, 2017
_REFERENCE = re.compile(
    rf"(?P<title>(?:{_WORD}[ \n]){{0,12}}?{_NOUN})(?=[\s,(])(?!\s+{_NOUN})(?P<between>(?:(?!that\scertain|\n\s*\n)[^;]){{0,400}}?)"
    r"\b(?:dated|dated and effective|made|entered into|executed|effective|vom|en date du|du|de fecha|del?)\b(?:\s{1,3}and\s{1,3}effective)?"
    rf"(?:\s{{1,3}}(?:as\s{{1,3}}of|on|of|with effect from|the))*\s{{1,3}}(?:this\s{{1,3}}|the\s{{1,3}})?(?P<day>(?i:{words.DAY}))",
)
# THIS NETWORK AFFILIATE AGREEMENT
_SELF = re.compile(rf"\b(?:This|THIS|Dieser|Diese|Ce|Cet|Este)\s+(?P<title>(?:{_WORD}\s){{0,12}}?{_NOUN})(?=[\s,(])(?!\s+{_NOUN})")
_EFFECT = re.compile(
    r"(?<!restated\s)\b(?:takes? effect|effective(?: date)?|shall (?:be|become) effective|in Kraft|entrée en vigueur|prend effet"
    r"|entra en vigor)\b"
    rf"[^.;\n]{{0,60}}?(?P<day>{words.DAY})"
    rf"|(?P<before>{words.DAY}),?\s{{0,3}}\([^)]{{0,20}}[“\"](?:\w+\s){{0,3}}effective date",
    re.IGNORECASE,
)
# what stands before the day of a document itself
_OWN = re.compile(
    r"(?i)\b(?:as of|dated?|made|entered into|executed|effective|this|vom|am|le|du|el|de fecha)\b[^.;]{0,40}\Z|年月日?[^。]{0,20}\Z"
)
# of several days the one of signing counts
_SIGNED = re.compile(r"(?i)(?:(?<!effective\s)\bdated?|\b(?:made|entered into|executed|vom|en date du|de fecha))\b[^.;]{0,40}\Z")
_CHANGES = re.compile(
    r"\b(?:amends?|amending|amended|amendment(?:\s\w+){0,3}\sto|modif(?:y|ies|ied)|supplements?|restates?|side letter to"
    r"|in connection with|pursuant to|under|reference is made to|refer(?:s|red)? to|that certain|zum|zu dem|au|modifica|attached to"
    r"|forms? (?:a )?part of)\b",
    re.IGNORECASE,
)
_TO = re.compile(r"\b(?:to|zum|zur|au|à la|al|a la)\b\s+(?:the\s+|that certain\s+)?(?P<base>.+)\Z", re.IGNORECASE | re.DOTALL)
_FORM = (
    r"(?i:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Company|Co|LP|L\.P|LLP|PLC|plc|GmbH|AG|KG|SE|S\.A|SA|SAS|SARL|S\.L|S\.à r\.l|B\.V|BV"
    r"|N\.V|NV|Trust|Bank|N\.A|Partnership|Pty|Oy|AB|ASA|S\.p\.A)\b\.?"
)
_NAME = re.compile(
    rf"(?P<name>[A-Z][\w&'’.-]*(?:,?\s(?:[A-Z][\w&'’.()-]*|of|and|de|&|der|für|du)){{0,8}}?,?\s{_FORM})"
    r"|(?P<defined>[A-ZÄÖÜ][\w&'’.,-]*(?:\s[A-ZÄÖÜ][\w&'’.,-]*){0,7})"
    r"(?=,?[^.;“\"]{0,160}\((?:the |each,? an? |collectively,? |hereinafter,? )*[“\"„«])"
)
_ENDINGS = re.compile(rf",?\s*\b{_FORM}")
_NOT_NAMES = re.compile(
    r"\b(?:agreement|amendment|effective date|whereas|recitals?|section|article|party|parties|this|these|exhibit|schedule)\b", re.IGNORECASE
)
# capital words of an opening that name nobody in particular
_NOBODY = frozenset(words.MONTHS) | frozenset(
    """
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas
    kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon
    pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming england wales ireland germany france spain japan canada
    israel company customer supplier seller buyer purchaser lender borrower agent executive employee partnership manager licensor licensee
    landlord tenant provider client products services plan code merger pursuant partners
    """.split()  # noqa: SIM905 - reads as words
)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document as this one names it; `span` is where it does."""

    title: str
    dated: date | None
    span: Span


@dataclass(frozen=True, slots=True)
class Caption:
    """What a document says of itself. `kind` is one of `words.KINDS` or other; `number` is that of an amendment; names are folded."""

    title: str
    title_span: Span | None
    kind: str
    number: int | None
    dated: date | None
    effective_on: date | None
    names: tuple[str, ...]
    bases: tuple[Reference, ...]


def caption(text: str, *, title: str = "") -> Caption:
    """Read the opening of a document; `title` is what its file says that it is called, taken where the text has no title."""
    opening = text[:OPENING]
    span = _title(opening)
    if span is None and (itself := _SELF.search(opening, 0, _HEAD)):
        span = itself.span("title")
    called = " ".join(opening[span[0] : span[1]].split()) if span else title
    kind = words.kind(called)
    if kind in ("other", "agreement") and (said := _says_it_changes(opening)):
        kind = said
    bases = tuple(_bases(opening, called, span, kind))
    elsewhere = [reference.span for reference in bases if reference.dated]
    dated, effective = _days(opening, span[1] if span else 0, elsewhere)
    return Caption(
        title=called[:300],
        title_span=span,
        kind=kind,
        number=words.number(called) if kind in words.CHANGING else None,
        dated=dated,
        effective_on=effective or dated,
        names=_names(opening[:_HEAD]),
        bases=bases,
    )


def _days(opening: str, start: int, elsewhere: list[Span]) -> tuple[date | None, date | None]:
    """The day of a document and the one it takes effect on; a day that belongs to another document it names is neither."""
    head = opening[:_HEAD]
    for first, last in elsewhere:
        if first < len(head):
            head = head[:first] + " " * (min(last, len(head)) - first) + head[last:]
    effect = _EFFECT.search(head)
    effective = words.day(head, effect.start("day") if effect["day"] else effect.start("before")) if effect else None
    own = [(_SIGNED.search(before) is None, found) for found, before in _all_days(head) if _is_own(before, in_title=found[1] < start)]
    dated = min(own, key=lambda one: (one[0], one[1][1]))[1][0] if own else None
    return dated, effective[0] if effective else None


def _all_days(head: str) -> Iterator[tuple[tuple[date, int, int], str]]:
    """Each day of an opening with what stands before it."""
    at = 0
    while found := words.day(head, at):
        yield found, head[max(0, found[1] - 60) : found[1]]
        at = found[2]


def _is_own(before: str, *, in_title: bool) -> bool:
    """Whether a day is the document's: said to be, or on a line of its own below the title; never that of a restated one."""
    if re.search(r"(?i)\b(?:restated|amended)\b[^.;\n]{0,25}\Z", before):
        return False
    return bool(_OWN.search(before)) or (not in_title and bool(re.search(r"(?:\A|\n)\s*\Z", before)))


def _title(opening: str) -> Span | None:
    """The first lines that name a kind of document, as far as they go on as a title."""
    at = 0
    for number, line in enumerate(opening[:_HEAD].splitlines(keepends=True)[:40]):
        stripped = line.strip()
        if (
            stripped
            and len(stripped) <= 200
            and not stripped.endswith((".", ";", ","))
            and words.kind(stripped) != "other"
            and _is_heading(stripped)
        ):
            start = at + line.index(stripped)
            return start, _end_of_title(opening, start, start + len(stripped))
        if number and len(stripped) > 300:
            break
        at += len(line)
    return None


def _is_heading(line: str) -> bool:
    """Whether it is set as one: mostly capitals, or each longer word with a capital."""
    long = re.findall(r"[^\W\d_]{4,}", line)
    return not long or sum(word[0].isupper() or not word.isascii() for word in long) >= 0.75 * len(long) or not line.isascii()


def _end_of_title(opening: str, start: int, end: int) -> int:
    """Where a title that goes on over the next lines ends: as long as they are headings and it lacks its object."""
    for _ in range(4):
        rest = re.match(r"\s*\n\s*(?P<line>\S[^\n]{0,160}?)[ \t]*(?=\n|\Z)", opening[end : end + 400])
        if rest is None or not _is_heading(rest["line"]) or rest["line"].endswith((".", ";")):
            break
        if re.match(r"(?i)by and (?:between|among)\b|between\b", rest["line"]) or not _goes_on(opening[start:end], rest["line"]):
            break
        end += rest.end("line")
    return end


def _goes_on(title: str, line: str) -> bool:
    """Whether a line goes on with a title: one of them breaks off there, or what it amends has not been named yet."""
    if re.match(r"(?i)(?:to|of|and|zum|zu|au|al?|by)\b", line) or re.search(r"(?i)\b(?:to|of|the|and|zum)\s*\Z", title):
        return True
    base = _TO.search(title)
    return base is not None and words.kind(base["base"]) == "other"


def _says_it_changes(opening: str) -> str:
    """amendment, for a document without a telling title that calls itself one in its first sentences."""
    match = re.search(r"(?i)\bthis (?:\w+ ){0,3}(amendment|side letter|waiver|consent|joinder|addendum)\b", opening[:_HEAD])
    return words.kind(match[1]) if match else ""


def _names(head: str) -> tuple[str, ...]:
    """The parties' names as they can be compared: folded, without their legal form."""
    found = (match["name"] or match["defined"] for match in _NAME.finditer(head))
    names = (re.sub(r"\A(?:to|the|and|by) ", "", folded_name(name)) for name in found if not _NOT_NAMES.search(name))
    return tuple(dict.fromkeys(name for name in names if len(name) > 2 and name not in _NOBODY))[:20]


def folded_name(name: str) -> str:
    """`Harbourline Freight Ltd.` as `harbourline freight`."""
    return " ".join(re.sub(r"[^\w&]+", " ", _ENDINGS.sub("", name).casefold()).split())


def _bases(opening: str, title: str, span: Span | None, kind: str) -> Iterator[Reference]:
    """The documents that this one names as what it changes or belongs to: those with a day first, then the one of its title."""
    if kind not in (*words.CHANGING, "exhibit"):
        return
    dated = list(_dated(opening, span[1] if span else 0))
    telling = [reference for reference, tells in dated if tells]
    if dated:
        yield from telling or [reference for reference, _ in dated]
        return
    if span and (to := _TO.search(title)):
        yield _of_title(to["base"], span)
    elif span and kind == "restatement":
        yield Reference(
            re.sub(r"(?i)\b(?:second|third|fourth|fifth|\w+th)?\s*(?:amended and restated|restated)\b\s*", "", title), None, span
        )


def _of_title(base: str, span: Span) -> Reference:
    """The document that a title names after its `to`, with the day that it may have there."""
    said = words.day(base)
    title = re.sub(r"(?i)[\s,]*\b(?:dated(?: as of)?|as of|of|vom|du|de fecha|del)\s*\Z", "", base[: said[1]]) if said else base
    return Reference(_cleaned(title), said[0] if said else None, span)


def _dated(opening: str, start: int) -> Iterator[tuple[Reference, bool]]:
    """The documents that are named with their day, and whether this one says that it changes them."""
    for match in _REFERENCE.finditer(opening, start):
        before = opening[max(0, match.start() - 120) : match.start()]
        said = words.day(opening, match.start("day"), match.end("day"))
        if said and not _itself(match["title"], before):
            tells = bool(_CHANGES.search(before)) or "that certain" in match[0].lower()
            yield Reference(_cleaned(match["title"]), said[0], match.span()), tells


def _itself(title: str, before: str) -> bool:
    """Whether the title is this document's own: `This Amendment`, `this Second Amendment to the Lease`."""
    return bool(re.search(r"(?i)\bthis\s+(?:[\w&'’.-]+\s+){0,10}\Z", before)) or bool(re.match(r"(?i)this\b", title))


def _cleaned(title: str) -> str:
    return " ".join(re.sub(r"(?i)\A(?:(?:the|that|certain|this|and|to|of|for)\s+)+", "", " ".join(title.split())).split())[:300]
