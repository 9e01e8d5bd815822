"""What stands between the lines of a plain text without belonging to them: page numbers, and headers and footers that repeat.

Formats that have pages say so themselves (blocks of kind `page_header` and `page_footer`); a text file shows it only by its lines.
"""

from __future__ import annotations

import re
from collections import Counter

Span = tuple[int, int]

_LINE = re.compile(r"[^\n\r\f]+")
# 12, - 12 -, Page 3 of 20, A-3, iv: a line of its own, which people set in every language
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-–—\[(]\s*)?(?:(?:page|seite|página|pagina|p\.)\s*)?(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?"
    r"(?:\s*[-–—\])])?\s*|\s*第?\s*\d{1,4}\s*[页頁ページ]+\s*|\s*<PAGE>\s*\d*\s*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_LONGEST = 160
_REPEATS = 3


def furniture_lines(text: str) -> list[Span]:
    """The lines that a sentence may run across: page numbers, and lines that repeat at least three times whatever numbers are in them.

    A line counts only where blank lines or a page's end part it from its neighbours. One word alone, and a line of small letters, is never
    taken for a header: `not` may stand on a line of its own.
    """
    lines = [match.span() for match in _LINE.finditer(text) if not match.group().isspace()]
    keys = [_key(text[start:end]) if end - start <= _LONGEST else "" for start, end in lines]
    repeats = Counter(keys)
    return [
        (start, end)
        for number, (start, end) in enumerate(lines)
        if keys[number]
        and (_PAGE_NUMBER.fullmatch(text, start, end) or (repeats[keys[number]] >= _REPEATS and _is_title(text[start:end])))
        and _stands_alone(text, lines, number)
    ]


def _key(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split())).casefold()


def _is_title(line: str) -> bool:
    words = line.split()
    return len(words) > 1 and not line.islower()


def _stands_alone(text: str, lines: list[Span], number: int) -> bool:
    """Whether blank lines or a page's end part a line from the next ones."""
    before = text[lines[number - 1][1] : lines[number][0]] if number else "\f"
    after = text[lines[number][1] : lines[number + 1][0]] if number + 1 < len(lines) else "\f"
    return all("\f" in gap or gap.replace("\r\n", "\n").count("\n") > 1 for gap in (before, after))


def without(text: str, spans: list[Span]) -> list[Span]:
    """What is left of a text between some spans of it, in order."""
    kept = []
    done = 0
    for start, end in sorted(spans):
        if start > done:
            kept.append((done, start))
        done = max(done, end)
    if done < len(text):
        kept.append((done, len(text)))
    return kept
