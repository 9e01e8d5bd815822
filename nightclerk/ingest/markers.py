"""The marks that open a section: `ARTICLE IV`, `Section 7.2`, `7.2.1`, `(b)`, `Item 1A.`, `Exhibit A`, `§ 5`, `第3条`.

This is the grammar only. Whether a mark opens a section here or is a reference, a figure or a line of a table of contents is decided by
its place in a sequence (`sections`) and by what stands around it (`contents`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# containers first: a mark of a lower rank closes all open ones of its own and of higher ranks
EXHIBIT, PART, ITEM, ARTICLE, CLAUSE, LIST = 0, 1, 2, 3, 4, 20
LONG_LINE = 400
MOST_TITLE = 120
WORDS = {word: count for count, word in enumerate(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(), start=1)}
WORDS |= {word: count for count, word in enumerate(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth".split(), start=1)}
WORDS |= {"premier": 1, "première": 1, "primera": 1, "primero": 1, "segunda": 2, "segundo": 2, "tercera": 3, "tercero": 3, "cuarta": 4,
          "quinta": 5, "sexta": 6, "séptima": 7, "octava": 8, "novena": 9, "décima": 10}  # fmt: skip
ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
KANJI = {sign: count for count, sign in enumerate("〇一二三四五六七八九")} | {"十": 10, "百": 100}

NUMBER_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
COUNT = rf"(?:\d{{1,3}}[A-Z]?(?:\.\d{{1,3}})*|[IVXLC]{{1,8}}|[ivxlc]{{1,8}}|{NUMBER_WORD}|[A-Z])(?:er)?"
MARK = re.compile(
    rf"""
    (?P<exhibit>exhibits?|schedule|annex(?:e|ure)?|appendix|attachment|addendum|rider|anlage|anhang|anexo|allegato|bijlage)
        [ ]+(?:n[o°º]\.?[ ]*)?(?P<exhibit_count>[A-Z]{{1,2}}(?:[-.]\d{{1,3}})*|\d{{1,3}}(?:[-.]\w{{1,3}})*(?:[A-Z])?|[IVXLC]{{1,7}})\b
  | (?P<part>part|teil|título|titre|titolo|chapter|kapitel|chapitre|capítulo)[ ]+(?P<part_count>{COUNT})\b
  | (?P<item>item)[ ]+(?P<item_count>\d{{1,2}}(?:\.\d{{2}})?[A-Z]?)\b
  | (?P<article>article|artikel|artículo|articolo|artigo|abschnitt)[ ]+(?P<article_count>{COUNT})(?!\w)
  | (?P<section>section|sec\.|clause|cláusula|clausola|klausel|sección|ziffer|paragraph)[ ]*(?P<section_count>{COUNT})(?!\w)
  | (?P<paragraph>§§?|art\.)[ ]*(?P<paragraph_count>\d{{1,4}}[a-z]?(?:\.\d{{1,3}})*)\b
  | (?P<cjk>第(?P<cjk_count>[〇一二三四五六七八九十百\d]{{1,5}})(?P<cjk_kind>[条條章编編]))
  | (?P<decimal>\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}\.?|\d{{1,3}}[.)])(?=[\s"“A-Z(\[]|$)
  | \((?P<bracketed>[a-zA-Z]{{1,2}}|[ivxlcIVXLC]{{1,7}}|\d{{1,3}}[a-z]?)\)
  | (?P<lettered>[A-Za-z]|[ivxlcIVXLC]{{1,7}})(?P<letter_end>[.)])(?=\s)
  | (?P<hash>\#{{1,6}})[ ]+(?=\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
NAMED = re.compile(
    r"""
    (?P<signature>in[ ]witness[ ]whereof|signatures?[ ]*(?=\n|$)|\[?signature[ ]page|(?:the[ ]parties[ ]have[ ]executed)|executed[ ]as[ ]a[ ]deed)
  | (?P<recitals>recitals?[ ]*:?(?=\n|$)|w[ ]?i[ ]?t[ ]?n[ ]?e[ ]?s[ ]?s[ ]?e[ ]?t[ ]?h\b|background[ ]*:?(?=\n|$)|preamble[ ]*:?(?=\n|$)|whereas\b)
  | (?P<definitions>(?:certain[ ])?(?:definitions|defined[ ]terms)(?:[ ]and[ ]interpretation)?[ ]*[:.]?(?=\n|$))
    """,
    re.VERBOSE | re.IGNORECASE,
)
LINE_START = re.compile(r"^[ \t>*_|]*", re.MULTILINE)
# inside a long line a heading stands after the end of a sentence or after the blanks that were once a line break
INNER_START = re.compile(r"[.;:!?][\"”’)]?[ ]+|[ ]{2,}|\t")
REFERENCE_BEFORE = re.compile(
    r"(?:\b(?:sections?|articles?|clauses?|paragraphs?|sub-?sections?|items?|exhibits?|schedules?|annex|and|or|of|to|in|under|with|by|the|see|per|this)|[,§&–-])\s*\Z",
    re.IGNORECASE,
)
TITLE_END = re.compile(r"(?<=[a-z)\]A-Z])[.:](?=\s|$)|[.:]?[—–]|\s{3,}|\n|\s\|\s")
LEADERS = re.compile(r"(?:\s*\.){2,}[\s\d]*$|[ \t|]+\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A possible opening of a section. `order` compares marks of one scheme; `inline` says that it stands inside a line."""

    start: int
    end: int
    scheme: str
    rank: int
    order: tuple[int, ...]
    label: str
    kind: str
    alternatives: tuple[Mark, ...] = ()
    inline: bool = False


def find_marks(text: str) -> Iterator[Mark]:
    """Every possible opening of a section, in order; time linear in the text."""
    line_start = 0
    while line_start <= len(text):
        line_end = text.find("\n", line_start)
        line_end = len(text) if line_end < 0 else line_end
        start = LINE_START.match(text, line_start, line_end)
        position = start.end() if start else line_start
        mark = mark_at(text, position, line_end)
        if mark:
            yield mark
        if line_end - line_start > LONG_LINE:
            after = mark.end if mark else position
            for gap in INNER_START.finditer(text, after, line_end):
                inner = mark_at(text, gap.end(), line_end, inline=True)
                if inner:
                    yield inner
        line_start = line_end + 1


def mark_at(text: str, position: int, line_end: int, *, inline: bool = False) -> Mark | None:
    """The mark at a position, if one is there and what surrounds it is no reference."""
    return None
