"""The marks that may open a section: `ARTICLE IV`, `Section 7.2`, `7.2.1`, `(b)`, `Item 1A.`, `Exhibit A`, `§ 5`, `第3条`.

The grammar itself is in `marks_patterns`. Whether a mark opens a section or is a figure or a reference after all is decided
by its place in a sequence (`sections`), and whether it belongs to a table of contents in `contents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from nightclerk.ingest.counts import Order, letter, roman, spelled
from nightclerk.ingest.marks_patterns import (
    BARE,
    CODE,
    ENUMERATOR,
    HEADS,
    INNER_START,
    LAST_WORD,
    LEADING,
    LINE,
    LINE_ENDS,
    LONGEST_REFERRING,
    MARK,
    NAMED,
    NAMED_HEADS,
    NAMED_STARTS,
    PLAIN_LINE,
    REFERENCE_BEHIND,
    REFERRING,
    REFERRING_SIGNS,
    TITLE,
    WIDE_GAP,
)

# an opened section closes all open ones of its own and of higher ranks
EXHIBIT, PART, ITEM, ARTICLE, CLAUSE, LIST, HEADING = 0, 1, 2, 3, 4, 20, 60
# in a longer line headings are looked for inside, too: some files are one line, many join the lines of a page
LONG_LINE = 100
WIDE_BLANK = " " * 4
HEADING_LINE = 80
LOOK_BACK = 60
DIGITS = frozenset("0123456789")
# the last group of a keyword's match: the keyword and the rank of what it opens
KEYWORDS = {
    "exhibit_count": ("exhibit", EXHIBIT),
    "part_count": ("part", PART),
    "item_count": ("item", ITEM),
    "article_count": ("article", ARTICLE),
    "section_count": ("section", CLAUSE),
    "note_count": ("note", CLAUSE),
    "statute_count": ("statute", CLAUSE),
}
# items of lists by the last group of their match
ITEMS = {
    "paragraph_count": "paragraph",
    "degree_end": "degree",
    "cjk_list": "cjk_item",
    "cjk_paragraph": "cjk_paragraph",
    "arabic_end": "arabic",
}
CODE_ENDS = frozenset("CRcr")
CODE_ARTICLE = re.compile(r"([LRD])\.?[ ]?(\d+(?:-\d+)*)\Z")


class Mark(NamedTuple):
    """A possible opening of a section, `text[start:end]`.

    `readings` are the schemes and places in them that it may have: `(i)` is the first Roman or the ninth letter.
    The items of a list inside a sentence have a `run_end`: that of the sentence for the last of them, 0 for the others.
    """

    start: int
    end: int
    rank: int
    label: str
    kind: str
    readings: tuple[tuple[str, Order], ...]
    inline: bool = False
    run_end: int | None = None


def find_marks(text: str) -> Iterator[Mark]:
    """Every possible opening of a section, in order; time linear in the text."""
    before_blank = True
    is_laid_out = WIDE_BLANK in text
    for line in (LINE if "\r" in text else PLAIN_LINE).finditer(text):
        position, line_end = line.span(2)
        if position < line_end:
            found = _marks_from(text, position, line_end, before_blank) if line[1] else []
            if not found and line[1] and line[1] in DIGITS and (bare := BARE.match(text, position)):
                found = [_decimal(bare, bare[1])]
            yield from found
            if before_blank and not found and (heading := _capitals(text, position, line_end)):
                yield heading
            if line_end - line.start() > LONG_LINE or (is_laid_out and text.find(WIDE_BLANK, position, line_end) >= 0):
                yield from _inner(text, found[-1].end if found else position, line_end)
        before_blank = position >= line_end


def _inner(text: str, start: int, line_end: int) -> Iterator[Mark]:
    for gap in INNER_START.finditer(text, start, line_end):
        for mark in _marks_from(text, gap.end(), line_end, before_blank=False):
            # in running text only `EXHIBIT A` is a heading, `Exhibit A` is named
            if mark.kind not in {"exhibit", "heading"} or text[mark.start : mark.start + 4].isupper():
                yield mark._replace(inline=True)


def _marks_from(text: str, position: int, line_end: int, before_blank: bool) -> list[Mark]:
    """The mark at a position and those right behind it or behind its title, as in `7.2 (a)(i)` and `7.2 Term. (a)`."""
    mark = _mark_at(text, position, line_end, before_blank)
    found: list[Mark] = []
    while mark:
        found.append(mark)
        if mark.end == mark.start:
            # named and not counted: nothing was passed over
            break
        position = mark.end
        while position < line_end and text[position] in " \t":
            position += 1
        title = TITLE.match(text, mark.end, line_end)
        mark = _mark_at(text, title.end() if title else position, line_end, True) if title or text.startswith("(", position) else None
    return found


def is_word(text: str, position: int, end: int) -> bool:
    """Whether a word begins at a position that begins no mark; a quick look, that leaves nearly all words to no other."""
    sign = text[position]
    if not (sign.isascii() and sign.isalpha()):
        return False
    return text[position : position + 3].lower() not in HEADS and not ENUMERATOR.match(text, position, end)


def _mark_at(text: str, position: int, line_end: int, before_blank: bool) -> Mark | None:
    head = text[position : position + 2].lower()
    may_be_named = text[position] in NAMED_STARTS and (head in NAMED_HEADS or not head.isascii())
    named = NAMED.match(text, position, line_end) if may_be_named else None
    if named and named.lastgroup:
        kind = named.lastgroup.lower().removesuffix("s") if named.lastgroup == "Signatures" else named.lastgroup.lower()
        rank = PART if kind == "signature" else CLAUSE
        return Mark(position, position, rank, named.lastgroup, kind, ((kind, ()),))
    if is_word(text, position, line_end):
        return None
    match = MARK.match(text, position, line_end)
    if match is None:
        return None
    mark = _read(match)
    if mark is None or not _fits(text, mark, line_end, before_blank):
        return None
    if mark.kind == "heading":
        inner = None if text[match.end()] == "#" else _mark_at(text, match.end(), line_end, before_blank)
        return inner._replace(start=position) if inner else mark
    return mark


def _read(match: re.Match[str]) -> Mark | None:
    """Which mark it is: its rank, its label as people cite it, and its readings."""
    last = match.lastgroup or ""
    if last == "decimal":
        return _decimal(match, match["decimal"].rstrip(".)"))
    if last in {"bracket", "letter_end"}:
        sign, count = ("()", match["bracket"]) if last == "bracket" else (match["letter_end"], match["letter"])
        readings = _enumerations(sign, count)
        # `(EU)` counts nothing
        return Mark(*match.span(), LIST, match[0] if last == "bracket" else count + sign, "paragraph", readings) if readings else None
    if last in KEYWORDS:
        kind, rank = KEYWORDS[last]
        return _keyword(match, kind, rank, match[kind], match[last])
    if last in ITEMS:
        return _item(match, last)
    if last == "ordinal_end":
        return Mark(match.start(), match.end(), CLAUSE, match["ordinal"].capitalize(), "clause", (("section", spelled(match["ordinal"])),))
    if last == "cjk_exhibit_count":
        return Mark(*match.span(), EXHIBIT, match[0].replace(" ", ""), "exhibit", ((f"exhibit {match[0]}", ()),))
    if last.startswith("cjk"):
        sign = match["cjk"]
        order = spelled(match["cjk_count"]) + (spelled(match["cjk_more"]) if match["cjk_more"] else ())
        rank = CLAUSE if sign in "条條" else ARTICLE if sign in "節节" else PART
        kind = "article" if rank == CLAUSE else "part"
        return Mark(*match.span(), rank, match[0].replace(" ", ""), kind, ((sign, order),)) if order else None
    level = len(match["hash"])
    title = match.string[match.end() : match.string.find("\n", match.end()) % (len(match.string) + 1)].strip(" #*_")
    return Mark(*match.span(), level - 1, title[:HEADING_LINE], "heading", ((f"heading{level}", ()),))


def _item(match: re.Match[str], last: str) -> Mark | None:
    """An item of a list: `Abs. 2`, `1°`, `（一）`, a paragraph of a Japanese article, `١-`."""
    count = match["paragraph_count"] or match["degree"] or match["cjk_item"] or match["cjk_paragraph"] or match["arabic"]
    scheme = last
    if last == "cjk_paragraph":
        scheme = "項" if count.isdecimal() else "号"
    order = spelled(count)
    return Mark(*match.span(), LIST, match[0].rstrip(), "paragraph", ((scheme, order),)) if order else None


def _keyword(match: re.Match[str], kind: str, rank: int, word: str, count: str) -> Mark | None:
    if word[0].islower():
        return None
    if kind == "section" and re.fullmatch(r"\d+(?:\.\d+)+", count):
        return _decimal(match, count)
    if kind == "item":
        count = count.replace(" ", "")
    is_word = len(count) > 2 and count.isalpha() and not (count.isupper() and roman(count))
    label = f"{word.capitalize()} {count.capitalize() if is_word else count}"
    if kind == "exhibit":
        return Mark(*match.span(), rank, label, kind, ((f"exhibit {label}", ()),))
    if code := CODE_ARTICLE.match(count):
        order = (ord(code[1]), *map(int, code[2].split("-")))
        return Mark(*match.span(), rank, label, "article", (("code", order),))
    if count[-1] in "º°":
        # `§ 1º` is a paragraph of a clause
        return Mark(*match.span(), LIST, label, "paragraph", (("§º", spelled(count[:-1])),))
    order = spelled(count.replace("(", ".").replace(")", "")) if kind == "item" else spelled(count.strip("()"))
    if kind == "item" and re.fullmatch(r"\d+\.\d\d", count):
        # the items of a Form 8-K stand below its sections
        rank = CLAUSE + 1
    # where some are written out, `Art. 2` comes after `Article 1`
    readings = ((kind, order), ("article", order)) if word == "Art." else ((kind, order),)
    return Mark(*match.span(), rank, label, "section" if kind == "statute" else kind, readings) if order else None


def _decimal(match: re.Match[str], label: str) -> Mark:
    order = tuple(map(int, label.split(".")))
    return Mark(*match.span(), CLAUSE + len(order) - 1, label, "clause", ((f"decimal{len(order)}", order),))


@lru_cache(maxsize=4096)
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
    if not before_blank and _is_referred_to(text[max(0, mark.start - LOOK_BACK) : mark.start].rstrip()):
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


def _is_referred_to(before: str) -> bool:
    """Whether what stands before a mark makes it the end of a reference."""
    if before[-1:] in REFERRING_SIGNS:
        return True
    if before.endswith("."):
        return before[-2:-1] in CODE_ENDS and CODE.search(before) is not None
    tail = before[-LONGEST_REFERRING:]
    word = LAST_WORD.search(tail)
    assert word is not None
    if word[0].lower() in {"and", "or"}:
        space = tail[word.start() - 1 : word.start()]
        return space.isspace() and tail[word.start() - 2 : word.start() - 1] not in {";", ","}
    return REFERRING.match(word[0]) is not None


def _capitals(text: str, position: int, line_end: int) -> Mark | None:
    """A line of its own in capitals is a heading without a number."""
    if not 4 <= line_end - position <= HEADING_LINE:
        return None
    line = text[position:line_end].rstrip()
    if not line.isupper() or line[-1] in ".,;|" or "|" in line or not LINE_ENDS.match(text, line_end):
        return None
    if sum(map(str.isalpha, line)) <= len(line) / 2:
        return None
    return Mark(position, line_end, HEADING, " ".join(line.split()), "heading", (("capitals", ()),))
