"""The parties' names in the opening of a document, as they can be compared."""

from __future__ import annotations

import re

from nightclerk.findings.families import words

_FORM = (
    r"(?i:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Incorporated|Company|Co|LP|L\.P|LLP|PLC|GmbH|AG|KG|SE|S\.A|SA|SAS|SARL|S\.L|S\.à r\.l|B\.V|BV"  # noqa: E501
    r"|N\.V|NV|Trust|Bank|N\.A|Partnership|Pty|Oy|AB|ASA|S\.p\.A|S\.L\.U|Pte)\b\.?"
)
# Harbourline, iShip.com, i3, 3M, DR.
_TOKEN = r"(?:[A-ZÀ-Þ][\w&'’.()-]*|[a-z]{1,2}(?=[A-Z0-9])[\w.-]{1,30}|\d{1,3}[A-Z][\w-]*)"  # noqa: S105
# white space within a line or over its end, not over that of a paragraph
_GAP = r"(?:[^\S\n]{1,3}(?:\n[^\S\n]{0,3})?|\n[^\S\n]{0,3})"
_NAME = re.compile(
    rf"(?<![\w.])(?P<name>{_TOKEN}(?:,?{_GAP}(?:{_TOKEN}|of|and|de|&|der|für|du|/)){{0,8}}?,?{_GAP}{_FORM})"
    rf"|(?<![\w.])(?P<defined>{_TOKEN}(?:\s(?:{_TOKEN}|of)){{1,7}})"
    r"(?=,?\s?(?:an individual[^.;“\"(]{0,80}|\([^()“\"]{0,60}\)\s?)?\((?:the |each,? an? |collectively,? |hereinafter,? |nachfolgend |ci-après )*[“\"„«])"  # noqa: E501
)
_ENDINGS = re.compile(rf",?\s*\b{_FORM}")
_NOT_NAMES = re.compile(
    r"(?i)\b(?:agreement|amendment|effective date|whereas|recitals?|section|article|party|parties|this|these|exhibit|schedule|contract|lease"  # noqa: E501
    r"|vertrag|nachtrag|avenant|contrat|date)\b|\d{4}"
)
# capital words of an opening that name nobody in particular
_NOBODY = frozenset(words.MONTHS) | frozenset(
    """
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas
    kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon
    pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming england wales ireland germany france spain japan canada
    israel china india company customer supplier seller buyer purchaser lender borrower agent executive employee partnership manager licensor
    licensee landlord tenant provider client products services plan code merger pursuant partners the
    """.split()  # noqa: E501, SIM905
)


def names(head: str) -> tuple[str, ...]:
    """The parties' names as they can be compared: folded, without their legal form."""
    found = (match["name"] or match["defined"] for match in _NAME.finditer(head))
    folded = (
        re.sub(r"\A(?:(?:to|the|and|by|between|among|der|die|entre|for) )+", "", folded_name(name))
        for name in found
        if not _NOT_NAMES.search(name)
    )
    return tuple(dict.fromkeys(name for name in folded if len(name) > 2 and not {name, name.rpartition(" ")[2]} & _NOBODY))[:20]


def folded_name(name: str) -> str:
    """`Harbourline Freight Ltd.` as `harbourline freight`."""
    return " ".join(re.sub(r"[^\w&]+", " ", _ENDINGS.sub("", name).casefold()).split())
