"""Facts of inline XBRL (1.1): which concept a figure of a table is, its unit, scale, sign, period and dimensions."""

from __future__ import annotations

import re
from functools import lru_cache

from nightclerk.ingest.html_tags import ATTRIBUTE

HEADER, HEADER_END = "<ix:header", "</ix:header>"
CONTEXT, UNIT = re.compile(r"<(?:[\w.-]{1,40}:)?context\s"), re.compile(r"<(?:[\w.-]{1,40}:)?unit\s")
ID = re.compile(r'[^<>]*?\bid="([^"]{1,100})"')
DATE = re.compile(r"<[\w.-]*:?(?:startdate|enddate|instant)>\s*([\d-]{10})")
MEMBER = re.compile(r"<[\w.-]*:?explicitmember\b[^>]*>\s*([^<\s]{1,120})")
MEASURE = re.compile(r"<[\w.-]*:?measure>\s*(?:[^<:]*:)?([^<\s]{1,40})")
DIVIDE = re.compile(r"<[\w.-]*:?unitdenominator>")
MOST_MEMBERS = 3
MOST_HEADERS = 20


def without_headers(html: str) -> tuple[str, str]:
    """(the page without the headers of inline XBRL, which nobody sees, what stood in them)."""
    kept: list[str] = []
    taken: list[str] = []
    position = 0
    for _ in range(MOST_HEADERS):
        start = html.find(HEADER, position)
        end = html.find(HEADER_END, start) if start >= 0 else -1
        if end < 0:
            break
        kept.append(html[position:start])
        taken.append(html[start:end])
        position = end + len(HEADER_END)
    return "".join([*kept, html[position:]]) if kept else html, "".join(taken)


class Facts:
    """The contexts and units that the header of a page declares."""

    def __init__(self, header: str) -> None:
        self._contexts = _by_id(CONTEXT, header)
        self._units = _by_id(UNIT, header)
        self._period = lru_cache(maxsize=4096)(self._read_period)
        self._unit = lru_cache(maxsize=4096)(self._read_unit)

    def words(self, tag: str) -> str:
        """A fact in words, from the tag that opens it: `us-gaap:Revenues USD 2024-06-30/2025-06-28 scale 6 sign -`."""
        found = dict(ATTRIBUTE.findall(tag))
        name, unit = found.get("name", "")[:120], self._unit(found.get("unitref", ""))
        scale, sign = found.get("scale", "0")[:4], found.get("sign", "")[:1]
        parts = [
            name,
            unit,
            self._period(found.get("contextref", "")),
            f"scale {scale}" if scale != "0" else "",
            f"sign {sign}" if sign else "",
        ]
        return " ".join(part for part in parts if part)

    def _read_unit(self, key: str) -> str:
        declared = self._units.get(key, "")
        measures = MEASURE.findall(declared)
        return ("/" if DIVIDE.search(declared) else "*").join(measures[:2]) or key[:40]

    def _read_period(self, key: str) -> str:
        declared = self._contexts.get(key, "")
        members = ", ".join(MEMBER.findall(declared)[:MOST_MEMBERS])
        return "/".join(DATE.findall(declared)[:2]) + (f" [{members}]" if members else "")


def _by_id(element: re.Pattern[str], header: str) -> dict[str, str]:
    """What stands from the beginning of each such element to that of the next, by its id."""
    pieces = element.split(header)[1:]
    return {match[1]: piece for piece in pieces if (match := ID.match(piece))}
