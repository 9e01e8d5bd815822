"""The words by which documents name themselves and each other, and days as openings write them.

English in full; for German, French, Spanish, Japanese and Arabic the words of a title and plain dates.
"""

from __future__ import annotations

import re
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero",
            "february feb februar février fevrier febrero",
            "march mar märz maerz mars marzo",
            "april apr avril abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug août aout agosto",
            "september sept sep septembre septiembre",
            "october oct oktober octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember décembre decembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
_DAY_WORDS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth"  # noqa: E501, SIM905
        " eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh"
        " twenty-eighth twenty-ninth thirtieth thirty-first".split(),
        1,
    )
}
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_MONTH}\s{{1,9}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s{{0,9}},\s{{0,9}}|\s{{1,9}})(?P<year>\d{{4}})\b",
        (
            rf"\b(?P<day>\d{{1,2}}|{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})(?:st|nd|rd|th|er|\.)?\s{{1,9}}(?:day\s{{1,9}}of\s{{1,9}}|de\s{{1,9}}|of\s{{1,9}})?{_MONTH}\s?,?\s{{1,9}}"  # noqa: E501
            r"(?:de[l]?\s{1,9})?(?P<year>\d{4})\b"
        ),
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
        r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        r"\b(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})\b",
        # month first: these documents are American where they write days with slashes
        r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})\b",
    )
)
DAY = "|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern in _DAYS)

ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first erste premier primera primer",
            "second zweite deuxième segunda segundo",
            "third dritte troisième tercera tercer",
            "fourth vierte quatrième cuarta",
            "fifth fünfte cinquième quinta",
            "sixth sechste sixième sexta",
            "seventh siebte septième séptima",
            "eighth achte huitième octava",
            "ninth neunte neuvième novena",
            "tenth zehnte dixième décima",
            "eleventh",
            "twelfth",
        ),
        1,
    )
    for word in words.split()
}
CARDINALS = {word: number for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}  # noqa: SIM905 - reads as words
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11, "XII": 12}

# what a document is, by the words of its title; the first that matches
_TITLES = {
    "side_letter": r"\bside[ -]letter\b|\bletter agreement\b|\bnebenabrede\b|\blettre d.accompagnement\b",
    "exhibit": (
        r"\A\s*(?:exhibit|schedule|annex|appendix|attachment|anlage|anhang|annexe|anexo|別紙)\s*[\w.-]{0,6}\s*"
        r"(?:to\b|zu[mr]?\b|à|au\b|al\b|:|\s[-–—]\s)"
    ),
    "amendment": (
        r"\bamendment\b(?! and restatement)|\bamending agreement\b|\bvariation\b|\baddendum\b|\bmodification agreement\b"
        r"|\bsupplement(?:al)? (?:no|number|to|agreement|indenture)\b|\bnachtrag\b|\bänderungs(?:vereinbarung|vertrag)\b"
        r"|\bergänzungsvereinbarung\b|\bavenant\b|\badenda\b|\bmodificaci[oó]n\b|変更契約|変更覚書|ملحق|تعديل"
    ),
    "restatement": r"\bamended and restated\b|\bamendment and restatement\b|\brestate(?:d|ment)\b|\bneufassung\b|\bconsolidad[oa]\b",
    "waiver": r"\bwaiver\b|\bforbearance\b",
    "consent": r"\bconsent\b",
    "joinder": r"\bjoinder\b|\baccession\b",
    "termination": r"\btermination (?:agreement|letter|and release)\b|\bnotice of termination\b|\baufhebungsvertrag\b",
    "agreement": (
        r"agreement\b|\bcontract\b|\blease\b|\blicen[cs]e\b|\bindenture\b|\bdeed\b|\bplan\b|\bnote\b|\bguarant(?:y|ee)\b"
        r"|\bterms (?:of|and)\b|\bcharter\b|\bpolicy\b|vertrag\b|vereinbarung\b|\bcontrat\b|\bconvention\b|\baccord\b|\bcontrato\b"
        r"|\bacuerdo\b|\bconvenio\b|契約書?|合意書|覚書|اتفاقية|عقد"
    ),
}
# what a document is, by the words of its title; the first that matches
KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _TITLES.items()}
# they change a document that went before and do not stand for themselves
CHANGING = ("amendment", "restatement", "side_letter", "waiver", "consent", "joinder", "termination")

# words of titles that tell nothing
GENERIC = frozenset(
    """
    the of and to for a an by between among agreement contract amended restated amendment addendum no number first second third fourth fifth
    sixth seventh eighth certain this that dated as master zum zu der die das vertrag au de du des la le contrat contrato del deed letter variation
    """.split()  # noqa: E501, SIM905
)

_NUMBER = re.compile(
    rf"\b(?:(?P<ordinal>{'|'.join(ORDINALS)})\b|(?:no\.?|number|nr\.?|n[°º]\.?)\s{{0,3}}(?P<digits>\d{{1,3}})\b|#\s?(?P<hash>\d{{1,3}})\b"
    rf"|(?:amendment|nachtrag|avenant|addendum|supplement)\s{{1,3}}(?:no\.?\s{{0,3}}|number\s{{1,3}})?"
    rf"(?P<plain>\d{{1,3}}|{'|'.join(CARDINALS)}|[ivx]{{1,4}})\b"
    rf"|(?:number|no\.?)\s{{1,3}}(?P<word>{'|'.join(CARDINALS)}|[ivx]{{1,4}})\b)",
    re.IGNORECASE,
)


def day(text: str, start: int = 0, end: int | None = None) -> tuple[date, int, int] | None:
    """The first day that is written in a stretch of text, and where; what no calendar has is passed over."""
    found = []
    for pattern in _DAYS:
        for match in pattern.finditer(text, start, len(text) if end is None else end):
            if (read := _read(match)) is not None:
                found.append((match.start(), -match.end(), read))
                break
    if not found:
        return None
    first, last, read = min(found)
    return read, first, -last


def days(text: str) -> list[tuple[date, int, int]]:
    """Each day of a text and where it stands, in their order; of several that overlap the first and longest."""
    found = sorted(
        (match.start(), -match.end(), read) for pattern in _DAYS for match in pattern.finditer(text) if (read := _read(match)) is not None
    )
    kept: list[tuple[date, int, int]] = []
    for first, last, read in found:
        if not kept or first >= kept[-1][2]:
            kept.append((read, first, -last))
    return kept


def _read(match: re.Match[str]) -> date | None:
    month = match["month"].lower()
    try:
        said = match["day"].lower()
        return date(int(match["year"]), int(month) if month.isdecimal() else MONTHS[month], _DAY_WORDS.get(said) or int(said))
    except ValueError:
        return None


def number(title: str) -> int | None:
    """The number that an amendment has in its title: Second, No. 2, Number Two, II."""
    match = _NUMBER.search(title)
    if match is None:
        return None
    if match["ordinal"]:
        return ORDINALS[match["ordinal"].lower()]
    said = match["digits"] or match["hash"] or match["plain"] or match["word"]
    return int(said) if said.isdecimal() else CARDINALS.get(said.lower()) or ROMAN.get(said.upper())


def kind(title: str) -> str:
    """What a document is, by its title: one of those above, or `other`."""
    return next((name for name, pattern in KINDS.items() if pattern.search(title)), "other")
