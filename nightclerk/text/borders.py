"""Where a text may be cut without changing what it says: not inside a word, a figure or a date.

`limited liability` stands letter for letter in `unlimited liability`, `exclusive` in `non-exclusive`, `$5,000` in `$5,000,000` and in
`$5,000 million`. A quote that begins or ends at such a place is not what the document says, at no match level.
"""

from __future__ import annotations

import regex

_REACH = 48
# scripts that put no space between words: a cut between two of their letters is none inside a word
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Bopomofo}々〆ー"
_TOKEN = regex.compile(
    rf"""(?xV1)
    (?(DEFINE)
      (?<letter> [[\p{{L}}\p{{M}}]--[{_UNSPACED}]] )
      (?<hyphen> [-\u2010\u2011] )
      (?<join>   (?<=\b(?i:non))\s+ | \p{{Cf}}+ | [\u00ad\x02\ufffe]\s* | (?&hyphen) (?: [^\S\n]*\n\s* )? )
      (?<word>   (?&letter)+ (?: (?<=\p{{Lu}})\d+ )? )
    )
    # the words of a compound, also over the end of a line; non exclusive; can't
    (?&word) (?: (?&join) (?: (?&word) | \d+ ) )* (?: ['’]t\b )?
    # a figure or a date with its sign, its separators, what is glued to it, and the word that multiplies it
    | (?: (?<![\w)]) [-\u2212] )? \d+ (?: (?: [.,'’/:٫٬\u2010-\u2015\u2212-] | [\u00a0\u2009\u202f](?=\d{{3}}(?!\d)) ) \d+ )* [¼-¾⅐-⅞]?
      (?: \p{{Lu}}+ (?!\p{{Ll}}) | [\p{{L}}--\p{{Lu}}]+ | (?&hyphen)\p{{L}}+
        | \s? [%‰] | \s? (?i: hundred | thousand | million | billion | trillion | per\s?cent | bn | mn
        | hundert | tausend | mio | mrd | millionen | milliarden? | mille | millions | milliards?
        | cien | mil | mill[oó]n | millones ) \b )?
    # a character and its marks
    | [^\p{{M}}] \p{{M}}+
    """
)

_PREFIX = regex.compile(r"(?i)\b(?:non|un|dis|anti|sub)$")


def clean_span(source: str, start: int, end: int) -> bool:
    """Whether `source[start:end]` begins and ends at a border: not within a word, a compound, a figure, a date, a letter and its accent.

    A capital after a small letter (`theLicensee`, as PDF readers glue words) is a border; so is a digit after a small letter, and a
    letter after a digit at the start (`2.1Term`), though not at the end (`$5m`).
    """
    glued = 0 < start < len(source) and source[start - 1].isdecimal() and source[start].isalpha()
    return (glued or _clean_cut(source, start)) and _clean_cut(source, end)


def whole_words(source: str, start: int, end: int) -> tuple[int, int] | None:
    """A span widened to the nearest borders of words and figures; None where none is near."""
    starts = (place for place in range(start, max(0, start - _REACH) - 1, -1) if _clean_cut(source, place))
    ends = (place for place in range(end, min(len(source), end + _REACH) + 1) if _clean_cut(source, place))
    first, last = next(starts, None), next(ends, None)
    return None if first is None or last is None else (first, last)


def _clean_cut(source: str, at: int) -> bool:
    if not 0 < at < len(source):
        return True
    if source[at - 1].islower() and source[at].isupper() and not _PREFIX.search(source[max(0, at - 6) : at]):
        return True
    start = max(0, at - _REACH)
    tokens = _TOKEN.finditer(source[start : at + _REACH])
    return not any(token.start() < at - start < token.end() for token in tokens)
