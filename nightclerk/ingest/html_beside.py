"""What an HTML file says to others than those who look at the page: comments, descriptions, words instead of pictures.

None of it is text of the document. It is kept beside it, since programs read it, and somebody may have written it for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from nightclerk.ingest.reading import INVISIBLE
from nightclerk.records import Annotation

HIDDEN, COMMENT, PICTURE, DESCRIPTION = "hidden text: ", "comment in the source: ", "words instead of a picture: ", "description: "
# marks of our own, which a reading puts among the words
MARKS = re.compile("[\ufdd0-\ufdef]")
# shorter ones are names and labels
LEAST_LETTERS = 20
# from here on scripts in which a sign says as much as two letters do
WIDE = "\u2e80"
LONGEST = 2_000
MOST = 100
COMMENTS = re.compile(r"<!--(.*?)-->", re.DOTALL)
WORDS = re.compile(r"""\s(?:alt|title|aria-label)\s*=\s*(?:"([^"<>]{10,})"|'([^'<>]{10,})')""", re.IGNORECASE)
META = re.compile(r"<meta\s[^>]*>", re.IGNORECASE)
CONTENT = re.compile(r"""\scontent\s*=\s*(?:"([^"]{10,})"|'([^']{10,})')""", re.IGNORECASE)
# of a page's settings: `text/html; charset=utf-8`, `width=device-width`, addresses
SETTING = re.compile(r"^[^\s,;]*(?:[;,]\s*[\w-]+\s*=.*)?$")


def beside(source: str, hidden: Iterable[str]) -> list[Annotation]:
    """Notes of what stands beside the page, `hidden` words of it first; the first so many of each kind."""
    said = [(HIDDEN, hidden)]
    if "<!--" in source:
        said.append((COMMENT, (match[1] for match in COMMENTS.finditer(source) if "<" not in match[1])))
    said.append((PICTURE, (match[1] or match[2] for match in WORDS.finditer(source))))
    said.append((DESCRIPTION, _descriptions(source)))
    return [
        Annotation("note", lead + words)
        for lead, found in said
        for _, words in zip(range(MOST), _plain(found, 1 if lead == HIDDEN else LEAST_LETTERS), strict=False)
    ]


def _descriptions(source: str) -> Iterator[str]:
    for tag in META.finditer(source):
        match = CONTENT.search(tag.group())
        words = (match[1] or match[2]) if match else ""
        if words and not (words.isascii() and SETTING.match(words)):
            yield words


def _plain(found: Iterable[str], least: int) -> Iterator[str]:
    """The words without what spells them, once each."""
    seen: set[str] = set()
    for one in found:
        words = " ".join(MARKS.sub(" ", INVISIBLE.sub("", unescape(one))).split())[:LONGEST]
        if words not in seen and sum(map(_width, filter(str.isalpha, words))) >= least:
            seen.add(words)
            yield words


def _width(letter: str) -> int:
    return 2 if letter >= WIDE else 1
