"""The marks that may open a section: `ARTICLE IV`, `Section 7.2`, `7.2.1`, `(b)`, `Item 1A.`, `Exhibit A`, `§ 5`, `第3条`.

This is the grammar and what may stand around a mark. Whether a mark opens a section or is a figure or a reference after all is decided
by its place in a sequence (`sections`), and whether it belongs to a table of contents in `contents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nightclerk.ingest.counts import Order, letter, roman, spelled

# an opened section closes all open ones of its own and of higher ranks
EXHIBIT, PART, ITEM, ARTICLE, CLAUSE, LIST, HEADING = 0, 1, 2, 3, 4, 20, 60
# in a longer line headings are looked for inside, too: some files are one line, many join the lines of a page
LONG_LINE = 100
WIDE_BLANK = " " * 4
HEADING_LINE = 80
LOOK_BACK = 60

COUNT = (
    r"(?:\d{1,3}[A-Z]?(?:\.\d{1,3})*(?=er\b|(?!\w))|[IVXLC]{1,8}|[ivxlc]{1,6}|[A-Z]|[A-Za-zéèí]{3,11}(?:[ -][Oo]ne)?|[ء-ي]{4,9})"
    r"(?:(?<=\d)er\b|(?!\w))"
)
MARK = re.compile(
    rf"""
    (?P<exhibit>(?i:exhibit|schedule|annex(?:e|ure)?|appendix|attachment|addendum|rider|anlage|anhang|anexo|allegato|bijlage))
        [ ]+(?:[Nn][o°º]\.?[ ]*)?[“"]?(?P<exhibit_count>
        [A-Z]{{1,2}}(?:[-.]\d{{1,3}})*|\d{{1,3}}(?:[-.(]\w{{1,3}}\)?)*[A-Z]?|[IVXLC]{{1,7}})(?!\w)[”"]?
  | (?P<part>(?i:part|teil|título|titre|titolo|chapter|kapitel|chapitre|capítulo|الفصل))[ ]+(?P<part_count>{COUNT})
  | (?P<item>(?i:item))[ ]+(?P<item_count>\d{{1,2}}(?:\.\d{{2}})?[A-Z]?(?:[ ]?(?:\([a-z0-9]\))+(?=:|\.?[ ]*$))?)(?![\w(])
  | (?P<article>(?i:article|artikel|artículo|articolo|artigo|abschnitt|المادة|القسم))[ ]+(?P<article_count>{COUNT})
  | (?P<section>(?i:section|sec\.|clause|cláusula|clausola|klausel|sección|ziffer|البند))[ ]*(?P<section_count>{COUNT})
  | (?P<note>(?i:note))[ ]+(?P<note_count>\d{{1,2}}[A-Z]?|[A-Z])(?!\w)
  | (?P<statute>§|Art\.)[ ]*(?P<statute_count>\d{{1,4}}[a-z]?)(?![\w.-])
  | 第[ ]?(?P<cjk_count>[〇一二三四五六七八九十百\d]{{1,5}})[ ]?(?P<cjk>[条條章編编節节])
        (?:の(?P<cjk_more>[一二三四五六七八九十\d]{{1,3}}))?
  | (?P<decimal>\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}\.?|\d{{1,3}}[.)]|\d{{1,2}}(?=[ ]+[A-Z]{{2,}}[ ]+[A-Z ]{{3,}}))(?=[\s"“(\[A-Z]|$)
  | \((?P<bracket>[a-z]{{1,2}}|[A-Z]{{1,2}}|[ivxl]{{1,7}}|[IVXL]{{1,7}}|\d{{1,3}}[a-z]?)\)
  | (?P<letter>[A-Za-z]|[ivxl]{{1,7}}|[IVXL]{{1,7}})[ ]?(?P<letter_end>[.)])(?:(?=\s)|(?<=\s[a-z][.])(?=[A-Z]))
  | (?P<hash>\#{{1,6}})[ ]+(?=\S)
    """,
    re.VERBOSE,
)
NAMED = re.compile(
    r"""
    (?P<Signatures>in[ ]{1,4}witness[ ]{1,4}whereof|signatures?[ ]*$|\[?signature[ ]page|executed[ ]as[ ]a[ ]deed|(?:by:?[ ]*)?[/\\]s[/\\])
  | (?P<Recitals>(?:recitals?|r[ ]e[ ]c[ ]i[ ]t[ ]a[ ]l[ ]s|background|preamble)(?:[ ]*:)?[ ]*(?:$|-{3}|(?<=[ ]{3})(?=[A-Z]))
        |w[ ]?i[ ]?t[ ]?n[ ]?e[ ]?s[ ]?s[ ]?e[ ]?t[ ]?h\b|whereas\b)
  | (?P<Definitions>(?:certain[ ])?(?:definitions|defined[ ]terms)(?:[ ]and[ ]interpretation)?[ ]*[:.]?$)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# inside a long line a heading stands after the end of a sentence, or after the blanks that once were a line break
# or, in a table of contents, after the number of a page
INNER_START = re.compile(
    r"""
    (?<=[^. ])(?:[ ]?\.){4,200}[ ]{0,20}\d{1,3}[ ]+
  | (?<=[A-Za-z)0-9 ][ ])\d{1,20}[ ]+(?=\d{1,3}\.)
  | (?<=[A-Z]{4})[ ](?=\d{1,2}\.[ ])
  | (?<=[a-z)])[ ](?=\d{1,2}\.\d{1,2}[ .]+[A-Z][a-z])
  | [.;:!?][\"”’)]?[ ]+(?:(?:and|or)[ ]+)?
  | [.;:]and[ ]+
  | [ ]{2,}|\t+
    """,
    re.VERBOSE,
)
# the title of a section whose first part begins in the same line
TITLE = re.compile(
    r"(?:[ ]+(?:[–—-]|(?:[A-Z][^\s.:()]{0,30}|and|of|the|to|for|or|in|with|on|by|&)[,;]?)){1,14}\.?[ ]+"
    r"(?=\((?:a|i|1|A)\)[ ]+[\"“A-Z]|\d{1,3}\.[01]{1,2}\.?[ ]+[\"“A-Z])"
)
# a number before a small letter begins an item only after a stop, or after more blanks than stand between words
WIDE_GAP = re.compile(r"(?:[ ]{3}|[.;:][ ]+(?:and[ ]+|or[ ]+)?|\t)\Z")
LEADING = ' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000.:;–—-|)*_"“‘[('
LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|\Z)")
LINE_ENDS = re.compile(r"(?:\r\n?|\n|\Z)[ \t]*(?:\r|\n|\Z)")
INDENT = re.compile(r"[ \t\f>*_|•]*")
# what makes `Section 4.3` at the start of a line the end of a broken "pursuant to Section 4.3"
REFERENCE_BEFORE = re.compile(
    r"(?:\b(?:sections?|articles?|clauses?|paragraphs?|sub-?sections?|items?|parts?|exhibits?|schedules?|annex|of|to|in|under|with|by|the|see|per|"
    r"this|from|at|as|is|are|than|which|for|on|at|least)|U\.\s?S\.\s?C\.|C\.\s?F\.\s?R\.|(?<![;,])\s(?:and|or)|[,§&–—(-])\s*\Z",
    re.IGNORECASE,
)
# `Section 9 (Confidentiality) and`: a reference that names the title too
REFERENCE_BEHIND = re.compile(r"[ ]\([A-Z][^()]{3,60}\)[ ,.;]*(?:[a-z]|$)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A possible opening of a section, `text[start:end]`.

    `readings` are the schemes and places in them that it may have: `(i)` is the first Roman or the ninth letter.
    """

    start: int
    end: int
    rank: int
    label: str
    kind: str
    readings: tuple[tuple[str, Order], ...]
    inline: bool = False


def find_marks(text: str) -> Iterator[Mark]:
    """Every possible opening of a section, in order; time linear in the text."""
    before_blank = True
    for line in LINE.finditer(text):
        line_end = line.end(1)
        indent = INDENT.match(text, line.start(), line_end)
        position = indent.end() if indent else line.start()
        if position < line_end:
            found = list(_marks_from(text, position, line_end, before_blank))
            yield from found
            if not found and before_blank:
                yield from _capitals(text, position, line_end)
            if line_end - line.start() > LONG_LINE or text.find(WIDE_BLANK, position, line_end) >= 0:
                yield from _inner(text, found[-1].end if found else position, line_end)
        before_blank = position >= line_end


def _inner(text: str, start: int, line_end: int) -> Iterator[Mark]:
    for gap in INNER_START.finditer(text, start, line_end):
        for mark in _marks_from(text, gap.end(), line_end, before_blank=False):
            # in running text only `EXHIBIT A` is a heading, `Exhibit A` is named
            if mark.kind not in {"exhibit", "heading"} or text[mark.start : mark.start + 4].isupper():
                yield replace(mark, inline=True)


def _marks_from(text: str, position: int, line_end: int, before_blank: bool) -> Iterator[Mark]:
    """The mark at a position and those right behind it or behind its title, as in `7.2 (a)(i)` and `7.2 Term. (a)`."""
    mark = _mark_at(text, position, line_end, before_blank)
    while mark:
        yield mark
        position = mark.end
        while position < line_end and text[position] in " \t":
            position += 1
        title = TITLE.match(text, mark.end, line_end)
        mark = _mark_at(text, title.end() if title else position, line_end, True) if title or text.startswith("(", position) else None


def _mark_at(text: str, position: int, line_end: int, before_blank: bool) -> Mark | None:
    named = NAMED.match(text, position, line_end)
    if named and named.lastgroup and (text[position].isupper() or text[position] in "[/\\"):
        kind = named.lastgroup.lower().removesuffix("s") if named.lastgroup == "Signatures" else named.lastgroup.lower()
        rank = PART if kind == "signature" else CLAUSE
        return Mark(position, position, rank, named.lastgroup, kind, ((kind, ()),))
    match = MARK.match(text, position, line_end)
    if match is None:
        return None
    mark = _read(match)
    if mark is None or not _fits(text, mark, line_end, before_blank):
        return None
    if mark.kind == "heading":
        inner = None if text[match.end()] == "#" else _mark_at(text, match.end(), line_end, before_blank)
        return replace(inner, start=position) if inner else mark
    return mark


def _read(match: re.Match[str]) -> Mark | None:
    """Which mark it is: its rank, its label as people cite it, and its readings."""
    found = match.groupdict()
    for kind, rank in (
        ("exhibit", EXHIBIT),
        ("part", PART),
        ("item", ITEM),
        ("article", ARTICLE),
        ("section", CLAUSE),
        ("note", CLAUSE),
        ("statute", CLAUSE),
    ):
        if found[kind]:
            return _keyword(match, kind, rank, found[kind], found[f"{kind}_count"])
    if found["cjk"]:
        order = spelled(found["cjk_count"]) + (spelled(found["cjk_more"]) if found["cjk_more"] else ())
        rank = CLAUSE if found["cjk"] in "条條" else ARTICLE if found["cjk"] in "節节" else PART
        return (
            Mark(*match.span(), rank, match[0].replace(" ", ""), "article" if rank == CLAUSE else "part", ((found["cjk"], order),))
            if order
            else None
        )
    if found["decimal"]:
        label = found["decimal"].rstrip(".)")
        return _decimal(match, label)
    if found["bracket"]:
        return Mark(*match.span(), LIST, match[0], "paragraph", _enumerations("()", found["bracket"]))
    if found["letter"]:
        label = found["letter"] + found["letter_end"]
        return Mark(*match.span(), LIST, label, "paragraph", _enumerations(found["letter_end"], found["letter"]))
    level = len(found["hash"])
    title = match.string[match.end() : match.string.find("\n", match.end()) % (len(match.string) + 1)].strip(" #*_")
    return Mark(*match.span(), level - 1, title[:HEADING_LINE], "heading", ((f"heading{level}", ()),))


def _keyword(match: re.Match[str], kind: str, rank: int, word: str, count: str) -> Mark | None:
    if word[0].islower():
        return None
    if kind == "section" and re.fullmatch(r"\d+(?:\.\d+)+", count):
        return _decimal(match, count)
    label = f"{word.capitalize()} {count if len(count) < 3 or count.isupper() or not count.isalpha() else count.capitalize()}"
    if kind == "exhibit":
        return Mark(*match.span(), rank, label, kind, ((f"exhibit {label}", ()),))
    order = spelled(count.replace("(", ".").replace(")", "").replace(" ", "")) if kind == "item" else spelled(count)
    if kind == "item" and re.fullmatch(r"\d+\.\d\d", count):
        # the items of a Form 8-K stand below its sections
        rank = CLAUSE + 1
    return Mark(*match.span(), rank, label, "section" if kind == "statute" else kind, ((kind, order),)) if order else None


def _decimal(match: re.Match[str], label: str) -> Mark:
    order = tuple(int(part) for part in label.split("."))
    return Mark(*match.span(), CLAUSE + len(order) - 1, label, "clause", ((f"decimal{len(order)}", order),))


def _enumerations(sign: str, count: str) -> tuple[tuple[str, Order], ...]:
    """What an enumerator may be: digits, a letter, a Roman number; `(c)` and `(v)` are both."""
    if count[0].isdigit():
        return ((f"1{sign}", spelled(count)),)
    case = "upper" if count.isupper() else "lower"
    found = [(f"roman {case}{sign}", roman(count)), (f"letter {case}{sign}", letter(count))]
    if len(count) == 2 and count[0] == count[1]:
        found.append((f"double {case}{sign}", letter(count[0])))
    return tuple((scheme, order) for scheme, order in found if order)


def _fits(text: str, mark: Mark, line_end: int, before_blank: bool) -> bool:
    """Whether what stands before and behind allows a heading here."""
    rest = text[mark.end : min(line_end, mark.end + HEADING_LINE)]
    if mark.rank >= LIST or mark.kind == "heading":
        return mark.kind == "heading" or bool(rest.strip()) or before_blank
    if not before_blank and REFERENCE_BEFORE.search(text, max(0, mark.start - LOOK_BACK), mark.start):
        return False
    if mark.kind != "clause" and (rest[:1] in {"(", ",", ")", ";", "’", "'"} or REFERENCE_BEHIND.match(rest)):
        return False
    words = rest.lstrip(LEADING)
    if not words:
        # a number alone is a page number; a word with a number is a heading
        return mark.kind != "clause" or mark.rank > CLAUSE
    if words[0].islower():
        return mark.kind == "clause" and (before_blank or WIDE_GAP.search(text, max(0, mark.start - LOOK_BACK), mark.start) is not None)
    return mark.kind != "clause" or words[0].isalpha() or words[0] in "{[$*_«„"


def _capitals(text: str, position: int, line_end: int) -> Iterator[Mark]:
    """A line of its own in capitals is a heading without a number."""
    if not 4 <= line_end - position <= HEADING_LINE:
        return
    line = text[position:line_end].rstrip()
    if (
        line.isupper()
        and line[-1] not in ".,;|"
        and LINE_ENDS.match(text, line_end)
        and "|" not in line
        and sum(map(str.isalpha, line)) > len(line) / 2
    ):
        yield Mark(position, line_end, HEADING, " ".join(line.split()), "heading", (("capitals", ()),))
