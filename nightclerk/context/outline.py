"""The sections of a document by the numbers that people cite: `9.2(b)(iii)` leads to `Article IX > 9.2 > (b) > (iii)`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from nightclerk.records import Section

# a printed number as it can be compared: `9.2(b)(iii)` is ("9.2", "b", "iii"), Article VII is ("7",)
Key = tuple[str, ...]

ROMAN = re.compile(r"[IVXLC]{1,7}\Z")
_KANJI = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}
_NAMED = re.compile(
    r"(?P<article>Article|Artikel|Art\.|Artículo|المادة)\s?(?P<a>[\dIVXLC]+(?:\.\d+)*[a-z]?)\Z"
    r"|(?P<section>Section|Abschnitt|Sección|Clause|Cláusula|Paragraph|Ziffer|§+|Part|Teil|القسم|البند)\s?"
    r"(?P<s>[\dIVXLC]+(?:\.\d+)*[A-Za-z]?)\Z"
    r"|第\s?(?P<j>[\d〇一二三四五六七八九十百]+)\s?[条條]",
    re.IGNORECASE,
)
_EXHIBIT = re.compile(
    r"(?:Exhibit|Schedule|Annex(?:e|ure)?|Appendix|Attachment|Addendum|Anlage|Anhang|Anexo|別紙|付属書)\s?(?P<label>[\w.-]{1,8})?\Z",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\Z")
_NUMBER = re.compile(r"(\d{1,3})[.)]?\Z")
_ITEM = re.compile(r"\(?([A-Za-z]{1,5}|\d{1,3})[.)]\Z")
_PARTS = re.compile(r"\(\s?(\w{1,5})\s?\)")


class Outline:
    """Sections by place and by number. Exhibits count for themselves: their `2` is not the agreement's."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = list(sections)
        self._starts = [section.char_start for section in self.sections]
        self._around = _enclosing(self.sections)
        self.keys: list[Key] = []
        self.scopes: list[str] = []
        self._by_key: dict[tuple[str, Key], list[int]] = defaultdict(list)
        self._articles: set[int] = set()
        self._exhibits: dict[str, int] = {}
        self.children: dict[tuple[str, Key], list[Key]] = defaultdict(list)
        self._fill()
        heads = [(key[0], place) for place, key in enumerate(self.keys) if key and not self.scopes[place]]
        self._greatest = max((int(figures) for head, _ in heads if (figures := head.split(".")[0]).isdecimal()), default=0)
        decimals = any("." in head for head, _ in heads)
        whole = [head for head, place in heads if len(self.keys[place]) == 1 and place not in self._articles]
        self._has_plain = not decimals or any("." not in head for head in whole)

    def at(self, offset: int) -> int | None:
        """The number of the deepest section that holds a character; None where none does."""
        place: int | None = bisect_right(self._starts, offset) - 1
        while place is not None and place >= 0:
            if offset < self.sections[place].char_end:
                return place
            place = self._around[place]
        return None

    def path(self, offset: int) -> str:
        """The clause path at a place; empty where there is none."""
        place = self.at(offset)
        return "" if place is None else self.sections[place].clause_path

    def ancestors(self, place: int | None) -> Iterator[int]:
        """A section and those around it, the innermost first."""
        while place is not None:
            yield place
            place = self._around[place]

    def exhibit(self, label: str) -> Section | None:
        """The exhibit, schedule or annex of that label."""
        place = self._exhibits.get(label.casefold())
        return None if place is None else self.sections[place]

    def find(self, key: Key, at: int, *, article: bool = False) -> tuple[Section | None, bool]:
        """(the section that a number leads to from a place, whether it is that very one and not only one around it)."""
        for length in range(len(key), 0, -1):
            if found := self._best(key[:length], at, article=article):
                return found, length == len(key)
        return None, False

    def is_numbered_like(self, number: str) -> bool:
        """Whether a section can have a number: no plain one where sections are `3.1` of Article III, and none far beyond the last."""
        head = number.split(".")[0]
        if not head.isdigit() or not self._greatest:
            return True
        if "." not in number and not self._has_plain:
            return False
        return int(head) <= 2 * self._greatest + 5

    def relative(self, parts: Key, at: int) -> Section | None:
        """The item `(iii)` that is meant at a place: of the clause there, or of the nearest one around it that has such an item."""
        for place in self.ancestors(self.at(at)):
            for scope in (self.scopes[place],):
                found = self._by_key.get((scope, (*self.keys[place], *parts))) if self.keys[place] else None
                if found:
                    return self.sections[self._nearest(found, at)]
        return None

    def _best(self, key: Key, at: int, *, article: bool) -> Section | None:
        here = self.at(at)
        scope = self.scopes[here] if here is not None else ""
        for one in dict.fromkeys((scope, "")):
            found = self._by_key.get((one, key), [])
            fitting = [place for place in found if (place in self._articles) == article] if len(key) == 1 else found
            if fitting or found:
                return self.sections[self._nearest(fitting or found, at)]
            # the heading of `3` was not read, and `3.1` was
            parts = self._by_key.get((one, (f"{key[0]}.1",))) if len(key) == 1 and key[0].isdigit() else None
            if parts:
                return self.sections[parts[0]]
        return None

    def _nearest(self, places: Sequence[int], at: int) -> int:
        """The one that stands nearest: several parts of a document may count alike."""
        return min(places, key=lambda place: (abs(self.sections[place].char_start - at), place)) if len(places) < 50 else places[0]

    def _fill(self) -> None:
        for place, section in enumerate(self.sections):
            around = self._around[place]
            above: Key = self.keys[around] if around is not None else ()
            scope = self.scopes[around] if around is not None else ""
            label = section.clause_path.rsplit(" > ", 1)[-1].strip()
            if exhibit := _EXHIBIT.match(label):
                scope, above = label.casefold(), ()
                self._exhibits.setdefault((exhibit["label"] or label).casefold(), place)
            self.scopes.append(scope)
            keys = [()] if exhibit else _keys(label, above, is_article=around in self._articles)
            self.keys.append(keys[0])
            if label[:3].casefold() == "art":
                self._articles.add(place)
            for key in filter(None, keys):
                self._by_key[scope, key].append(place)
                self.children[scope, _above(key)].append(key)


def _keys(label: str, above: Key, *, is_article: bool) -> list[Key]:
    """The numbers by which a section can be cited, the usual one first; that of the section above where it has none of its own."""
    if named := _NAMED.match(label):
        return [(plain(named["a"] or named["s"] or named["j"]),)]
    if _DECIMAL.match(label):
        return [(label.rstrip("."),)]
    if number := _NUMBER.match(label):
        if above and not is_article and above[0][0].isdigit():
            return [(*above, number[1])]
        return [(number[1],), (*above, number[1])] if above else [(number[1],)]
    if item := _ITEM.match(label):
        return [(*above, item[1])]
    return [above]


def _above(key: Key) -> Key:
    """What a number is one of: `9.2(b)` of 9.2, `9.2` of 9, `9` of the whole."""
    if len(key) > 1:
        return key[:-1]
    return (key[0].rsplit(".", 1)[0],) if "." in key[0] else ()


def above(key: Key) -> Key:
    """The number around a number: `9.2(b)` stands in 9.2, `9.2` in 9, `9` in the whole (empty)."""
    return _above(key)


def parse_key(label: str) -> Key:
    """A printed number as it can be compared; of `(b)(iii)`, which is counted from where it stands, the parts alone."""
    head = re.match(r"\s*([\w.]+?)\s?(?=\(|\Z)", label)
    return (*((plain(head[1].rstrip(".")),) if head else ()), *_PARTS.findall(label[head.end() if head else 0 :]))


def plain(number: str) -> str:
    """A Roman or Chinese number in Arabic figures, any other as it is, without the `.0` of a heading."""
    if ROMAN.match(number):
        return str(_roman(number))
    if number and all(sign in _KANJI or sign in "十百" for sign in number):
        return str(_kanji(number))
    return re.sub(r"\.0\Z", "", number)


def _roman(number: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    total = 0
    for one, following in zip(number, [*number[1:], ""], strict=True):
        total += -values[one] if values.get(following, 0) > values[one] else values[one]
    return total


def _kanji(number: str) -> int:
    total = figure = 0
    for sign in number:
        if sign in "十百":
            total += (figure or 1) * (10 if sign == "十" else 100)
            figure = 0
        else:
            figure = figure * 10 + _KANJI[sign]
    return total + figure


def _enclosing(sections: Sequence[Section]) -> list[int | None]:
    """For each section the one around it: the nearest earlier one of a lower depth that has not ended."""
    around: list[int | None] = []
    open_sections: list[int] = []
    for place, section in enumerate(sections):
        while open_sections and (
            sections[open_sections[-1]].char_end <= section.char_start or sections[open_sections[-1]].depth >= section.depth
        ):
            open_sections.pop()
        around.append(open_sections[-1] if open_sections else None)
        open_sections.append(place)
    return around
