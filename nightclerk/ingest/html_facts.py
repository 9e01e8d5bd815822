"""Facts of inline XBRL (1.1): which concept a figure of a table is, its unit, scale, sign, period and dimensions."""

from __future__ import annotations

import re
from functools import lru_cache

# the name first, which is searched for fast
CONTEXT, UNIT = re.compile("context (?<=[<:]context )"), re.compile("unit (?<=[<:]unit )")
ID = re.compile(r'[^<>]*?\bid="([^"]{1,100})"')
DATE = re.compile(r"<[\w.-]*:?(?:startdate|enddate|instant)>\s*([\d-]{10})")
MEMBER = re.compile(r"<[\w.-]*:?explicitmember\b[^>]*>\s*([^<\s]{1,120})")
MEASURE = re.compile(r"<[\w.-]*:?measure>\s*(?:[^<:]*:)?([^<\s]{1,40})")
DIVIDE = re.compile(r"<[\w.-]*:?unitdenominator>")
MOST_MEMBERS = 3


class Facts:
    """The contexts and units that the header of a page declares."""

    def __init__(self, header: str) -> None:
        self._contexts = _by_id(CONTEXT, header)
        self._units = _by_id(UNIT, header)
        self._period = lru_cache(maxsize=4096)(self._read_period)
        self._unit = lru_cache(maxsize=4096)(self._read_unit)

    def words(self, tag: str) -> str:
        """A fact in words, from the tag that opens it: `us-gaap:Revenues USD 2024-06-30/2025-06-28 scale 6 sign -`."""
        said = [_value(tag, ' name="')[:120], self._unit(_value(tag, ' unitref="')), self._period(_value(tag, ' contextref="'))]
        scale, sign = _value(tag, ' scale="')[:4], _value(tag, ' sign="')[:1]
        if scale and scale != "0":
            said.append(f"scale {scale}")
        if sign:
            said.append(f"sign {sign}")
        return " ".join(filter(None, said))

    def _read_unit(self, key: str) -> str:
        declared = self._units.get(key, "")
        measures = MEASURE.findall(declared)
        return ("/" if DIVIDE.search(declared) else "*").join(measures[:2]) or key[:40]

    def _read_period(self, key: str) -> str:
        declared = self._contexts.get(key, "")
        members = ", ".join(MEMBER.findall(declared)[:MOST_MEMBERS])
        return "/".join(DATE.findall(declared)[:2]) + (f" [{members}]" if members else "")


def _value(tag: str, opening: str) -> str:
    """The value of an attribute, from the place where it is written; empty where it is not."""
    start = tag.find(opening)
    if start < 0:
        return ""
    start += len(opening)
    return tag[start : tag.find('"', start)]


def _by_id(element: re.Pattern[str], header: str) -> dict[str, str]:
    """What stands from the beginning of each such element to that of the next, by its id."""
    pieces = element.split(header)[1:]
    return {match[1]: piece for piece in pieces if (match := ID.match(piece))}
