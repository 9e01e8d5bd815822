"""The quality gate: whether a page's text is words, or the garbage of a broken text layer, which is as long as words are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from math import log

# thresholds measured on 4,933 pages of public test files: 16 were garbage
BAD_SHARE = 0.05
GLYPH_NAME_SHARE = 0.20
# control characters, U+FFFD, private use; pdfium's hyphen marks and line ends are none of them
BAD = re.compile(r"[\x00\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
# what a reader prints of a font without a character map: /C50, /0/1/2, /g17, (cid:12)
GLYPH_NAME = re.compile(r"/[A-Za-z]{0,3}\d{1,5}\b|/uni[0-9A-F]{4}\b|\(cid:\d+\)")
MARK_SHARE = 0.2
LONGEST_NAME = 12
# words that a page of running text can hardly do without; three of them show that letters stand for themselves
FAMILIAR = (
    *(" the ", " of ", " and ", " to ", " in ", " or ", " de ", " la ", " que ", " en ", " el ", " los ", " les ", " des ", " et ", " du "),
    *(
        " der ",
        " die ",
        " und ",
        " den ",
        " von ",
        " di ",
        " il ",
        " che ",
        " da ",
        " do ",
        " het ",
        " van ",
        " een ",
        " att ",
        " och ",
        " som ",
    ),
)
ENOUGH_FAMILIAR = 3
# fewer letters than this tell nothing of a language
FEW_LETTERS = 250
LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]{3,}")
VOWELS = "aeiouy"
# of 20 languages that are written in Latin letters, none has fewer vowels than 35 in 100 letters or more than 55
FEWEST_VOWELS = 0.2
MOST_ACCENTS = 0.6
# letters in 1,000 of European languages together, a to z; text whose letters stand for others is less likely by these than by chance
LETTERS = (93, 14, 29, 40, 131, 12, 18, 22, 76, 4, 14, 45, 28, 76, 66, 23, 4, 68, 62, 69, 37, 14, 10, 3, 13, 9)
LIKELIHOOD = {letter: log(26 * share / 1_000) for letter, share in zip("abcdefghijklmnopqrstuvwxyz", LETTERS, strict=True)}
# Welsh has -0.04; a cipher of English -0.19 and less
LEAST_LIKELIHOOD = -0.12
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
MOST_PUNCTUATION = 0.6
# stars of redacted pages, dots of leaders and underscores of blanks are punctuation that is meant
MOST_OF_ONE = 0.4


def visible(text: str) -> int:
    """How many characters of a text leave ink."""
    return len("".join(text.split()))


def is_garbled(text: str) -> bool:
    """Whether a page's text is the garbage of a broken text layer."""
    bad = len(BAD.findall(text))
    marks = text.count("\x02") + text.count("\ufffe")
    # more hyphens than any narrow column has are glyphs that mean nothing
    bad += marks if marks > len(text) * MARK_SHARE else 0
    # a page of glyph names has a slash or a bracket for every name; dates and addresses have few
    signs = text.count("/") + text.count("(cid:")
    named = sum(map(len, GLYPH_NAME.findall(text))) if signs * LONGEST_NAME > len(text) * GLYPH_NAME_SHARE else 0
    if bad or named:
        count = visible(text)
        if bad > count * BAD_SHARE or named > count * GLYPH_NAME_SHARE:
            return True
    return not _is_familiar(text) and (_has_wrong_letters(text) or _has_signs_for_letters(text))


def _is_familiar(text: str) -> bool:
    found = 0
    text = text.replace("\xa0", " ")
    for word in FAMILIAR:
        found += word in text
        if found == ENOUGH_FAMILIAR:
            return True
    return False


def _has_wrong_letters(text: str) -> bool:
    """Whether Latin letters stand for others, or lack the vowels: no language is spelt so. Figures and other scripts are not looked at."""
    letters = "".join(LATIN_WORD.findall(text)).lower()
    if len(letters) < max(FEW_LETTERS, sum(map(str.isalnum, text)) / 2):
        return False
    if sum(letter > "\x7f" for letter in letters) > len(letters) * MOST_ACCENTS:
        return True
    counts = Counter(letter for letter in unicodedata.normalize("NFD", letters) if letter in LIKELIHOOD)
    total = counts.total()
    if total < FEW_LETTERS:
        return False
    vowels = sum(counts[vowel] for vowel in VOWELS)
    likelihood = sum(LIKELIHOOD[letter] * count for letter, count in counts.items()) / total
    return vowels < total * FEWEST_VOWELS or likelihood < LEAST_LIKELIHOOD


def _has_signs_for_letters(text: str) -> bool:
    """Whether most of a page is punctuation of all kinds."""
    signs = Counter(PUNCTUATION.findall(text))
    count = signs.total()
    return count > max(FEW_LETTERS, visible(text) * MOST_PUNCTUATION) and max(signs.values()) < count * MOST_OF_ONE
