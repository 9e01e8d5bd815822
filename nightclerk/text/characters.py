"""What one character folds to, and which characters carry no meaning of their own.

Compatibility and case folding follow Unicode (UAX #15 NFKC; the standard's full case folding, which may change the length). Three kinds
of characters are kept as they are although NFKC would change them, since the change could forge a figure or a word: numbers of category
No ("10²" is not 102, "2½" is not 21/2), signs such as ™, and spacing accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

HYPHENS = "-\u2010\u2011"
DASHES = HYPHENS + "\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
# a soft hyphen, and what PDF readers put in the place of a hyphen at the end of a line
BROKEN_WORD = "\u00ad\x02\ufffe"
TATWEEL = "\u0640"
# fatha to sukun and the small alef: vowel signs that one copy of an Arabic text has and another leaves out
HARAKAT = frozenset(map(chr, range(0x64B, 0x653))) | {"\u0670"}

_ALIKE = {
    **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
    **dict.fromkeys("‘’‚‛′ʼ´`‹›＇", "'"),
    "٫": ".",
    "٬": ",",
}
_SIGNS = frozenset("™℠®©℗")


def is_mark(character: str) -> bool:
    """Whether it belongs to the character before it: combining marks, the tatweel, half-width voicing marks."""
    return unicodedata.category(character)[0] == "M" or character in TATWEEL + "\uff9e\uff9f"


def is_space(character: str) -> bool:
    """White space, separators and control characters."""
    return (
        character.isspace()
        or unicodedata.category(character)[0] == "Z"
        or (unicodedata.category(character) == "Cc" and character != "\x02")
    )


def is_silent(character: str) -> bool:
    """Whether it is dropped: zero-width and direction characters, soft hyphens, tatweel, vowel signs, variation selectors."""
    return (
        character in BROKEN_WORD
        or character == TATWEEL
        or character in HARAKAT
        or unicodedata.category(character) == "Cf"
        or "\ufe00" <= character <= "\ufe0f"
    )


@lru_cache(maxsize=16_384)
def fold_character(character: str) -> str:
    """The folded form of one character: empty where it is silent, several characters where it stands for several."""
    if is_silent(character):
        return ""
    if is_space(character):
        return " "
    if alike := _ALIKE.get(character):
        return alike
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    return _compatible(character)


@lru_cache(maxsize=16_384)
def fold_cluster(cluster: str) -> str:
    """The folded form of a character with its marks, composed: `e` + U+0301 folds like `é`."""
    kept = "".join(character for character in cluster if not is_silent(character))
    return fold_character(kept) if len(kept) <= 1 else _compatible(kept)


def _compatible(text: str) -> str:
    """NFKC and case folding; NFC alone where that would forge a figure or a word, or turn an accent into a blank and a mark."""
    kept = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(character) == "No" or character in _SIGNS for character in text):
        return kept
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # the Turkish dotted capital folds to i and a dot, and the small dotless i has I as its capital: one letter for all four
    return kept if " " in folded else folded.replace("i\u0307", "i").replace("ı", "i")


def character_class(characters: Iterable[str]) -> str:
    """The inside of a regular expression's [...] that holds exactly these characters."""
    return "".join(map(re.escape, sorted(characters)))
