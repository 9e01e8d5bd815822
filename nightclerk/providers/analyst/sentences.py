"""Cuts contract prose into sentences: spans of the text, in one pass whose time grows with its length and nothing else.

Line ends are white space (text out of a PDF breaks anywhere); an empty line ends a sentence unless the next one goes on in lower
case, as it does across a page, and so does a line that opens a numbered clause. Clause numbers in front are left out of the span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# a longer "sentence" is a table, a list or an attack; the cap also bounds what one pattern can cost
MAX_CHARACTERS = 3_000

_BREAK = re.compile(
    r"(?P<blank>\n[ \t]*\n\s*)|(?P<stop>[.!?][\"”’')\]]{0,3})\s+(?=[A-Z\"“‘(\[0-9•])"
    r"|(?P<clause>\n)(?=[ \t]*\d{1,2}\.\d{1,2}(?:\.\d{1,2}){0,3}\.?[ \t]+[A-Z\"“])"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“])(?:No|Nos|Sec|Secs|Art|Arts|Ex|Exh|vs?|Mr|Mrs|Ms|Dr|St|Jr|Sr|Messrs|Prof|Esq|Attn|Tel|approx|e\.g|i\.e|cf|et al"
    r"|[A-Z]|(?:[A-Z]\.)+[A-Z])\.$"
)
_COMPANY = re.compile(r"(?:^|[\s,])(?:Inc|Ltd|Co|Corp|Bros|L\.P|L\.L\.C|N\.A|S\.A|B\.V|N\.V|P\.C)\.$", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:The|This|That|In|If|Any|All|Each|Every|No|Such|For|Either|Neither|Upon|Unless|Except|Notwithstanding|Subject|During)\b"
)
_NUMBER = re.compile(
    r"(?:(?:section|article|clause)\s+[0-9ivxlc]+(?:\.\d+)*[.:]?\s+|\(?(?:\d{1,3}|[a-z]|[ivxl]{1,6})[.)]\s+|\d+(?:\.\d+)+\.?\s+|[-•·*–]\s+){1,4}",
    re.IGNORECASE,
)


def split(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (char_start, char_end), in order, without overlap; blank stretches and clause numbers lie between."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end, after in _breaks(text):
        spans.extend(_pieces(text, start, end))
        start = after
    return spans


def _breaks(text: str) -> Iterator[tuple[int, int]]:
    for found in _BREAK.finditer(text):
        if found["blank"] is not None:
            if not _goes_on(text, found.start(), found.end()):
                yield found.start(), found.end()
        elif found["clause"] is not None:
            yield found.start(), found.end()
        elif not _is_abbreviation(text, found.end("stop"), found.end()):
            yield found.end("stop"), found.end()
    yield len(text), len(text)


def _goes_on(text: str, end: int, after: int) -> bool:
    """Whether a sentence runs on over an empty line: no stop before it, lower case after it."""
    before = text[max(0, end - 1) : end]
    return text[after : after + 1].islower() and before not in ".;:!?"


def _is_abbreviation(text: str, end: int, after: int) -> bool:
    before = text[max(0, end - 12) : end]
    return bool(_ABBREVIATION.search(before) or (_COMPANY.search(before) and not _OPENING.match(text, after)))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """One sentence without blanks and clause number around it, cut at white space where it is too long."""
    number = _NUMBER.match(text, start, end)
    start = number.end() if number else start
    while start < end:
        stop = end if end - start <= MAX_CHARACTERS else _cut(text, start)
        piece = text[start:stop]
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip())
        if first < last:
            yield first, last
        start = stop


def _cut(text: str, start: int) -> int:
    limit = start + MAX_CHARACTERS
    blank = text.rfind(" ", start + MAX_CHARACTERS // 2, limit)
    return limit if blank < 0 else blank
