"""The title of a section: the words of its heading, and not the beginning of its first sentence."""

from __future__ import annotations

import re

from nightclerk.ingest.marks import CLAUSE, LIST, Mark, is_word
from nightclerk.ingest.marks_patterns import MARK
from nightclerk.ingest.sections_shape import MOST_TITLE

MOST_TITLE_WORDS, SHORT_TITLE_WORDS, LONG_WORD = 14, 3, 4
ENDS_LINE = re.compile(r"\.[ ]*(?:\r|\n|\Z)")
TITLE_GAP = re.compile(r"[\s.:–—|)*_-]+")
# it begins with one set of characters, so that all others are passed over
TITLE_END = re.compile(
    r"[.:\s–—](?:(?<=[.:])(?=[\s”\"\[]|$)|(?<!\d.)(?<=[–—])|(?<=\s)(?=[–—]|\s\s|\|\s)|(?<=\n))",
)


def title_of(text: str, mark: Mark) -> str:
    """The words of a heading: up to the end of its line, or up to the stop or dash before the text of a clause."""
    if not mark.readings[0][1] and mark.kind != "exhibit":
        return mark.label
    gap = TITLE_GAP.match(text, mark.end)
    start = gap.end() if gap else mark.end
    window = text[start : start + MOST_TITLE]
    found = TITLE_END.search(window)
    end = found.start() if found else len(window)
    if end == MOST_TITLE or (window and not is_word(window, 0, len(window)) and MARK.match(window)):
        return ""
    if mark.rank >= LIST and ENDS_LINE.match(window, end):
        # the one sentence of a list item
        return ""
    words = window[:end].split()
    return " ".join(words) if _is_heading(words, mark.rank) else ""


def _is_heading(words: list[str], rank: int) -> bool:
    """Whether words are a heading and not the beginning of a sentence."""
    if not words or words[0][0].islower():
        return False
    if len(words) <= (MOST_TITLE_WORDS if rank < CLAUSE else SHORT_TITLE_WORDS):
        return True
    long_words = [word for word in words if len(word) >= LONG_WORD] or words
    return (rank < CLAUSE or len(words) <= MOST_TITLE_WORDS) and sum(word[0].isupper() for word in long_words) * 2 > len(long_words)
