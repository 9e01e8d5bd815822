"""What a document says of itself in its opening: title, kind, number, day, parties, and which document it changes or belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from nightclerk.findings.families import words
from nightclerk.findings.families.names import names
from nightclerk.findings.families.references import NOUN, TITLE, Named, Reference, Span, cleaned, named

# the version of this reading; another one is made where the stored one is of an older version
CAPTION = "2"
OPENING = 12_000
_HEAD = 2_500
# THIS NETWORK AFFILIATE AGREEMENT
_SELF = re.compile(
    rf"\b(?:This|THIS|Dieser|Diese|Ce|Cet|Este)\s+(?P<title>(?:[A-ZÄÖÜÉ&][\w&'’./-]*,?\s|(?:and|of|for|to|the)\s){{0,12}}?{NOUN})(?=[\s,(])(?!\s+{NOUN})"
)
_EFFECT = re.compile(
    r"(?<!restated\s)(?<!initial\s)(?<!original\s)\b(?:takes? effect|effective(?: date)?|shall (?:be|become) effective|with effect from|tritt|in Kraft|entrée en vigueur|prend effet"  # noqa: E501
    r"|entra en vigor)\b"
    rf"[^.;\n]{{0,60}}?(?P<day>{words.DAY})"
    rf"|(?P<before>{words.DAY}),?\s{{0,3}}\([^)]{{0,20}}[“\"](?:\w+\s){{0,3}}effective date",
    re.IGNORECASE,
)
# the day on which it takes effect hangs on something that this document does not say
_CONDITIONAL = re.compile(
    r"(?i)\b(?:this|the|such)\s+(?:\w+\s+){0,2}(?:amendment|agreement|waiver|consent|restatement)\s+(?:shall|will)\s+(?:not\s+)?(?:only\s+)?(?:become|be|take)\s+(?:effective|effect)\s+"
    r"(?:only\s+)?(?:upon|when|if|until|unless|subject\s+to|as\s+of\s+the\s+(?:first\s+)?date\s+(?:on\s+which|that|upon)|on\s+the\s+(?:first\s+)?(?:date|day)\s+(?:on\s+which|that|upon|when)|once)"
    r"(?P<what>[^.;]{0,160})"
)
_UPON_SIGNING = re.compile(
    r"(?i)\b(?:execution|executed|signature|signed|signing|date\s+hereof|first\s+(?:above\s+)?written|counterparts)\b"
)
# what stands before the day of a document itself
_OWN = re.compile(
    r"(?i)\b(?:as of|dated?|made|entered into|executed|effective|this|vom|am|le|du|el|de fecha)\b[^.;]{0,40}\Z|年月日?[^。]{0,20}\Z"
)
# of several days the one of signing counts
_SIGNED = re.compile(r"(?i)(?:(?<!effective\s)\bdated?|\b(?:made|entered into|executed|vom|en date du|de fecha))\b[^.;]{0,40}\Z")
_ALONE = re.compile(r"(?i)(?:\A|\n)\s*(?:(?:effective\s+)?(?:as\s+of|dated?(?:\s+as\s+of)?)\s*:?\s*)?\Z")
_TO = re.compile(
    r"\b(?:to|zum|zur|zu|au|à la|al|a la)\b\s+(?:the\s+|that certain\s+|dem\s+|der\s+)?(?P<base>.+)\Z", re.IGNORECASE | re.DOTALL
)
_LETTER = re.compile(r"(?i)\A(?:re|subject|ref|betreff|objet|betr\.?|asunto)\s*:\s*")
_CHANGING_WORDS = re.compile(
    r"(?i)\b(?:(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\s+)?(?:amendments?|amending|addendum|modification|variation|supplement|waiver|consent|side[ -]letter)\b"  # noqa: E501
    r"(?:\s*(?:no\.?|number|nr\.?|n°|#)?\s*(?:\d+|[IVX]+\b|one|two|three|four|five|six))?"
)


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
    """Read the opening of a document; `title` is what its file says that it is called, taken where the text has no title.

    `effective_on` is the day of signing where no other one is said, and None where it hangs on a condition.
    """
    opening = text[:OPENING]
    span = _title(opening)
    if span is None and (itself := _SELF.search(opening, 0, _HEAD)):
        span = itself.span("title")
    called = re.sub(r"\A[\s#*_=-]+|[\s#*_=-]+\Z", "", " ".join(opening[span[0] : span[1]].split())) if span else title
    kind = words.kind(called)
    if kind in ("other", "agreement") and (said := _says_it_changes(opening)):
        kind = said
    others = list(named(opening, _own_part(opening, span, kind), changing=kind in words.CHANGING and kind != "restatement"))
    bases = tuple(_bases(others, called, span, kind))
    dated, effective = _days(opening, [one.day_span for one in others if not one.itself])
    # behind a table of contents
    dated = dated or next((one.reference.dated for one in others if one.itself), None)
    if kind in words.CHANGING and _hangs_on_something(text):
        effective = None
    elif effective is None:
        effective = dated
    return Caption(
        title=called[:300],
        title_span=span,
        kind=kind,
        number=words.number(called) if kind in words.CHANGING else None,
        dated=dated,
        effective_on=effective,
        names=names(opening[:_HEAD]),
        bases=bases,
    )


def _own_part(opening: str, span: Span | None, kind: str) -> Span | None:
    """The part of a heading that a day behind it is the document's own of: all of it, but in a letter's subject, and not what is amended."""  # noqa: E501
    if span is None or kind not in words.CHANGING or kind == "restatement":
        return span
    heading = opening[slice(*span)]
    if _LETTER.match(heading) or (re.search(r"(?i)\b(?:zum|zur|au|al)\b", heading) and words.day(heading)):
        return None
    return span


def _hangs_on_something(text: str) -> bool:
    found = (match["what"] for match in _CONDITIONAL.finditer(text))
    return any(not _UPON_SIGNING.search(what) and not words.day(what) for what in found)


def _days(opening: str, elsewhere: Sequence[Span]) -> tuple[date | None, date | None]:
    """The day of a document and the one it takes effect on; a day that belongs to another document it names is neither."""
    head = opening[:_HEAD]
    for first, last in elsewhere:
        if first < len(head):
            head = head[:first] + " " * (min(last, len(head)) - first) + head[last:]
    effect = _EFFECT.search(head)
    effective = words.day(head, effect.start("day") if effect["day"] else effect.start("before")) if effect else None
    own = []
    for day, start, end in words.days(head):
        before = head[max(0, start - 60) : start]
        alone = bool(_ALONE.search(before)) and not head[end : end + 80].partition("\n")[0].strip(" .,")
        if (_OWN.search(before) or alone) and not re.search(r"(?i)\b(?:restated|amended)\b[^.;\n]{0,25}\Z", before):
            own.append((_SIGNED.search(before) is None, alone and _OWN.search(before) is None, start, day))
    return min(own)[3] if own else None, effective[0] if effective else None


def _title(opening: str) -> Span | None:
    """The first lines that name a kind of document, as far as they go on as a title."""
    at, above = 0, None
    for number, line in enumerate(opening[:_HEAD].splitlines(keepends=True)[:40]):
        stripped = line.strip()
        start = at + line.index(stripped) if stripped else at
        heading = bool(stripped) and len(stripped) <= 200 and not stripped.endswith((".", ";", ",")) and _is_heading(stripped)
        heading = heading and not re.search(r":\s*\w", _LETTER.sub("", stripped))
        if heading and words.kind(_LETTER.sub("", stripped)) != "other":
            above = above if above is not None and words.kind(stripped) == "agreement" and len(stripped.split()) < 3 else start
            return above, _end_of_title(opening, start, start + len(stripped))
        # PLAN, under a name that goes on over several lines
        above = (above if above is not None else start) if heading and _may_go_on(stripped) else None
        if number and len(stripped) > 300:
            break
        at += len(line)
    return None


def _may_go_on(line: str) -> bool:
    return line.isupper() and not re.match(r"(?i)exhibit|ex-|schedule|\W|execution", line) and len(line) < 60 and not re.search(r"\d", line)


def _is_heading(line: str) -> bool:
    """Whether it is set as one: mostly capitals, or each longer word with a capital."""
    long = re.findall(r"[^\W\d_]{4,}", line)
    return (
        not long
        or sum(word[0].isupper() or not word.isascii() for word in long) >= 0.75 * len(long)
        or not line.isascii()
        or bool(_LETTER.match(line))
    )


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
    if re.match(r"(?i)(?:to|of|and|zum|zu|au|al?|by|as amended and restated|amended and restated)\b", line) or re.search(
        r"(?i)\b(?:to|of|the|and|zum)\s*\Z", title
    ):
        return True
    base = _TO.search(title)
    return base is not None and words.kind(base["base"]) == "other"


def _says_it_changes(opening: str) -> str:
    """amendment, for a document without a telling title that calls itself one in its first sentences."""
    match = re.search(
        r"\b(?:This|THIS)\s+(?:\w+\s+){0,3}(?P<kind>Amendment|AMENDMENT|Side Letter|SIDE LETTER|Waiver|Consent|Joinder|Addendum|ADDENDUM)\b(?!\s+and)"  # noqa: E501
        r"|\bthis\s+(?P<small>amendment|side letter|addendum)\s+\((?:the|this)\b"
        r"|\A\s*(?:(?:[A-Z][A-Za-z]+)\s+){0,3}(?P<first>AMENDMENT|Amendment)\b(?!\s+[Aa][Nn][Dd])",
        opening[:_HEAD],
    )
    return words.kind(match["kind"] or match["small"] or match["first"]) if match else ""


def _bases(others: Sequence[Named], title: str, span: Span | None, kind: str) -> Iterator[Reference]:
    """The documents that this one names as what it changes or belongs to: those with a day first, then the one of its title."""
    if kind not in (*words.CHANGING, "exhibit"):
        return
    wanted = _object(title, kind)
    found = [
        one for one in others if not one.itself and words.kind(one.reference.title) not in ("amendment", "waiver", "consent", "side_letter")
    ]
    fitting = [one for one in found if _fits(one.reference.title, wanted)]
    if told := fitting or [one for one in found if one.tells and not wanted]:
        yield from dict.fromkeys(one.reference for one in (told if fitting else told[:2]))
    elif span and wanted:
        yield Reference(wanted[:300], None, span)


def _object(title: str, kind: str) -> str:
    """What a title says that it changes: behind its `to`, or what is left of it without the words of changing."""
    title = _LETTER.sub("", title)
    if kind == "restatement":
        rest = re.sub(
            r"(?i)\b(?:second|third|fourth|fifth|\w+th)?\s*(?:amended\s+and\s+restated|amendment\s+and\s+restatement(?:\s+of)?|restated)\b\s*",
            "",
            title,
        )
    elif (to := _TO.search(title)) and words.kind(to["base"]) != "other":
        rest = to["base"]
    else:
        rest = _CHANGING_WORDS.sub(" ", title)
    said = words.day(rest)
    rest = re.sub(r"(?i)[\s,]*\b(?:dated(?: as of)?|as of|of|vom|du|de fecha|del|effective)\s*\Z", "", rest[: said[1]]) if said else rest
    rest = cleaned(re.sub(r"(?i)\A\W*(?:of|to|agreement)\b\s*|[\s\W]+\Z", "", rest.strip()))
    named_ones = [match["title"] for match in TITLE.finditer(rest)]
    rest = rest if len(rest) < 120 or not named_ones else named_ones[-1]
    return rest if words.kind(rest) != "other" and _telling(rest) else ""


def _fits(title: str, wanted: str) -> bool:
    """Whether a title is the one that is wanted, by a word that tells."""
    return bool(_telling(title) & _telling(wanted))


def _telling(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]{2,}", title.casefold())) - words.GENERIC
