"""Dates as contracts and filings write them, in six languages, with every day that an ambiguous one may mean. Works on folded text.

Names of months are recognised in all six languages at once: none means two months.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nightclerk.findings.verify.lexicon import ORDINALS
from nightclerk.text import fold

_NAMES = (
    "january jan jän jänner januar janvier janv enero ene يناير كانون_الثاني جانفي",
    "february feb februar février févr fév fevrier febrero فبراير شباط فيفري",
    "march mar märz maerz mär mrz mars marzo مارس آذار",
    "april apr avril avr abril abr أبريل ابريل إبريل نيسان أفريل",
    "may mai mayo مايو أيار ماي",
    "june jun juni juin junio يونيو يونيه حزيران جوان",
    "july jul juli juillet juill juil julio يوليو يوليه تموز جويلية",
    "august aug août aout agosto ago أغسطس اغسطس آب أوت",
    "september sept sep septembre septiembre setiembre سبتمبر أيلول",
    "october oct oktober okt octobre octubre أكتوبر اكتوبر تشرين_الأول",
    "november nov novembre noviembre نوفمبر تشرين_الثاني",
    "december dec dezember dez décembre déc decembre diciembre dic ديسمبر كانون_الأول",
)
MONTHS = {fold(name.replace("_", " ")).text: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_ANY_MONTH = "|".join(re.escape(name).replace("\\ ", "[ ]") for name in sorted(MONTHS, key=len, reverse=True))
_MONTH = "(?P<{0}>" + _ANY_MONTH + r")(?!\w)\.?"
# years begin with 0, as in "the first year of"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_DAY = r"(?P<{0}>\d{{1,2}})(?!\d)(?:[ ]?(?:st|nd|rd|th|t h|er|ro|\.|º|°|ª))?"
_YEAR = r"(?P<{0}>\d{{4}}|'?\d{{2}}(?![\d.,%]))"
_PATTERN = re.compile(
    rf"""
    (?<![\w/.-])(?P<y1>\d{{4}})(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})(?![\d/-])
    |(?P<era>令和|平成|昭和|)(?P<y2>(?<=[和成])\ ?(?:\d{{1,2}}|元)|(?<!\d)\d{{4}})
     \ ?年\ ?(?P<m2>\d{{1,2}})\ ?月(?:\ ?(?P<d2>\d{{1,2}})\ ?日)?
    |(?<![\w/.-])(?P<a3>\d{{1,2}})(?P<s3>[-/.])(?P<b3>\d{{1,2}})(?P=s3)(?P<y3>\d{{4}}|\d{{2}})(?![\d/-]|\.\d)
    |(?<!\w){_MONTH.format("n4")}[ -]?{_DAY.format("d4")},?[ -]{{0,2}},?[ ]?(?:of[ ])?{_YEAR.format("y4")}(?!\w)
    |(?<!\w)(?:{_DAY.format("d5")}|(?P<o5>{"|".join(reversed(ORDINALS))}))[ -]?(?:day[ ]of[ ]|of[ ]|de[ ]|du[ ]mois[ ]de[ ]|من[ ])?
     {_MONTH.format("n5")},?[ -]{{0,2}}(?:of[ ]|de[ ]|del[ ]|عام[ ]|سنة[ ])?{_YEAR.format("y5")}(?!\w)
    |(?<!\w){_MONTH.format("n6")},?[ ](?:of[ ]|de[ ]|del[ ])?(?P<y6>\d{{4}})(?!\w)
    |(?<!\w){_MONTH.format("n7")}[ ]{_DAY.format("d7")}(?![\w%]|[.,]\d|,\ \d{{4}})
    |(?<!\w)(?:{_DAY.format("d8")}|(?P<o8>{"|".join(reversed(ORDINALS))}))[ ](?:day[ ]of[ ]|of[ ]|de[ ])?{_MONTH.format("n8")}(?!\w)
    """,
    re.VERBOSE,
)


Day = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Dated:
    """A date at `text[start:end]` and the (year, month, day) that it may be; a part that is not said is None."""

    start: int
    end: int
    text: str
    days: frozenset[Day]


def dates(text: str, *, day_first: bool | None = None) -> Iterator[Dated]:
    """The dates in a folded text, in order.

    `day_first` settles 03/04/2021 where the document says it elsewhere; without it such a date may be two days. Years of two digits are
    of this century or the last.
    """
    for found in _PATTERN.finditer(text):
        days = frozenset(day for day in _days(found, day_first) if _exists(day))
        if days:
            yield Dated(found.start(), found.end(), found[0].strip(), days)


def day_first_of(text: str) -> bool | None:
    """Whether a document writes the day before the month, by its dates that can only be read one way; None where none or both are seen."""
    seen = set()
    for found in re.finditer(r"(?<![\w/.-])(\d{1,2})([-/.])(\d{1,2})\2(?:\d{4}|\d{2})(?![\w/-])", text):
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second > 0 or second > 12 >= first > 0:
            seen.add(first > 12)
    return seen.pop() if len(seen) == 1 else None


def _days(found: re.Match[str], day_first: bool | None) -> Iterator[Day]:
    if found["y1"]:
        yield int(found["y1"]), int(found["m1"]), int(found["d1"])
    elif found["m2"]:
        yield _japanese(found)
    elif found["a3"]:
        yield from _numeric(found, day_first)
    else:
        number = next(digit for digit in "45678" if found["n" + digit])
        month = MONTHS[found["n" + number]]
        day = int(found["d" + number]) if number != "6" and found["d" + number] else _ordinal(found, number)
        year = found["y" + number] if number in "456" else None
        yield from ((each, month, day) for each in (_years(year) if year else (None,)))


def _japanese(found: re.Match[str]) -> Day:
    year = found["y2"].strip()
    number = 1 if year == "元" else int(year)
    return _ERAS.get(found["era"], 0) + number, int(found["m2"]), int(found["d2"]) if found["d2"] else None


def _numeric(found: re.Match[str], day_first: bool | None) -> Iterator[Day]:
    first, second = int(found["a3"]), int(found["b3"])
    # with points the day stands first wherever points are used
    order = True if found["s3"] == "." else day_first
    if order is not None and (second if order else first) > 12:
        order = None
    for year in _years(found["y3"]):
        if order is not False:
            yield year, second, first
        if order is not True:
            yield year, first, second


def _years(digits: str) -> tuple[int, ...]:
    number = int(digits.strip("'"))
    return (number,) if len(digits.strip("'")) == 4 else (2000 + number, 1900 + number)


def _ordinal(found: re.Match[str], number: str) -> int | None:
    word = found["o" + number] if number in "58" else None
    return ORDINALS.index(word) + 1 if word else None


def _exists(day: Day) -> bool:
    try:
        date(day[0] or 2000, day[1] or 1, day[2] or 1)
    except ValueError:
        return False
    return True
