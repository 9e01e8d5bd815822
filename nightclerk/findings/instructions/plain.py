"""A text as its orders are looked for: folded, without accents, with look-alikes as what they look like, and with what nobody sees decoded.

Every place leads back to the source: plain text has the offsets of the folded text, and decoded words the span that they were hidden in.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from nightclerk.text import Folded, fold
from nightclerk.text.characters import BROKEN_WORD

# characters that only stand for others (Unicode, tags block) or that only change the look of the one before (variation selectors): runs of
# them spell words for programs
TAGS = re.compile("[\U000e0001\U000e0020-\U000e007f]{4,}")
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")
BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![A-Za-z0-9+/=])")
SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){4,}[^\W\d_](?!\w)")
# what follows on letters that stand apart
BEHIND = 200
MOST_ENCODED = 200
BROKEN = frozenset(BROKEN_WORD)
UNBROKEN = dict.fromkeys(map(ord, BROKEN_WORD), "\u200b")
# of decoded bytes, what must be letters and blanks for them to be words
WORDS_SHARE = 0.9
LATIN = {
    ord(letter): base
    for letter in map(chr, range(0xC0, 0x250))
    if len(base := unicodedata.normalize("NFD", letter)[0]) == 1 and base.isascii()
}
ARABIC = str.maketrans("أإآٱىةؤ", "اااايهو")
PLAIN = LATIN | ARABIC
# Cyrillic and Greek letters that pass for Latin ones; of words that mix them
ALIKE = str.maketrans("асеорхуіјѕһкмтвнԁɡοαερνικτυ", "aceopxyijshkmtbhdgoaepvlktu")
MIXED = re.compile(r"[a-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][a-z]")


@dataclass(frozen=True, slots=True)
class Plain:
    """One stretch of words to look at. `how` says how it was hidden, empty for words in plain sight."""

    text: str
    how: str
    folded: Folded | None
    start: int
    end: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source behind `text[start:end]`; the whole that it was hidden in, where it was decoded."""
        if self.folded is None:
            return self.start, self.end
        # half of a ligature is no place of the source: the next that is
        spans = (self.folded.span(first, last) for first in (start, start - 1) for last in (end, end + 1))
        return next((span for span in spans if span), (self.start, self.end))


def plain_texts(source: str) -> Iterator[Plain]:
    """The text itself, and what stands in it in a form that people do not read."""
    folded = fold(source)
    text = folded.text.translate(PLAIN)
    yield Plain(text, "", folded, 0, len(source))
    if not BROKEN.isdisjoint(source):
        # between the words of a line, signs of broken words glue them together
        whole = fold(source.translate(UNBROKEN))
        yield Plain(whole.text.translate(PLAIN), "", whole, 0, len(source))
    if MIXED.search(text):
        yield Plain(text.translate(ALIKE), "letters of two scripts", folded, 0, len(source))
    for how, start, end, words in _decoded(source):
        yield Plain(fold(words).text.translate(PLAIN), how, None, start, end)


def _decoded(source: str) -> Iterator[tuple[str, int, int, str]]:
    if not source.isascii():
        for match in TAGS.finditer(source):
            yield "characters that nobody sees", *match.span(), "".join(chr(ord(one) & 0x7F) for one in match.group())
        for match in SELECTORS.finditer(source):
            content = bytes(_selected(one) for one in match.group())
            yield "characters that nobody sees", *match.span(), content.decode("utf-8", "replace")
    for match in SPACED.finditer(source):
        words = re.sub(r"[ .\-_*]", "", match.group()) + source[match.end() : match.end() + BEHIND]
        yield "letters that stand apart", match.start(), min(match.end() + BEHIND, len(source)), words
    for _, match in zip(range(MOST_ENCODED), BASE64.finditer(source), strict=False):
        words = _words(match.group())
        if words:
            yield "base64", *match.span(), words


def _selected(selector: str) -> int:
    number = ord(selector)
    return number - 0xFE00 if number < 0xFE10 else number - 0xE0100 + 16


def _words(encoded: str) -> str:
    """What base64 stands for, where that is words."""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    good = sum(one.isalpha() or one in " .,:;'\"!?-\n" for one in text)
    return text if good >= WORDS_SHARE * len(text) and " " in text else ""
