"""Words that a PDF breaks at a line's end, made whole."""

from __future__ import annotations

import re

# pdfium marks a hyphen at a line's end with U+FFFE or U+0002 and takes the line break away; others leave it there. The pattern begins
# with the sign: one that began with the word before it would be tried at every letter
BREAK = re.compile(r"[\ufffe\x02]|-[ ]?\n(?=[^\W\d_])|\u00ad\n?(?=[^\W\d_])")
# the same for texts that have none of the rarer signs, six times as fast
LINE_END_BREAK = re.compile(r"-[ ]?\n(?=[^\W\d_])")
WORD = re.compile(r"[^\W\d_]+")
WORD_BEFORE = re.compile(r"[^\W\d_]+\Z")
LONGEST_WORD = 60
# the hyphen at the end of a line is part of an address
ADDRESS = re.compile(r"(?:://|www\.|@)[^\s\ufffe\x02]*\Z")
LONGEST_ADDRESS = 120
MARKS = ("\ufffe", "\x02")
RARE = (*MARKS, "\u00ad")
HYPHENS = (*RARE, "-\n", "- \n")
SIGNS = (*HYPHENS, "\u00ad\n")
PREFIXES = frozenset(
    [
        "non",
        "pre",
        "co",
        "self",
        "anti",
        "sub",
        "post",
        "semi",
        "multi",
        "quasi",
        "cross",
        "ex",
        "mid",
        "off",
        "out",
        "well",
        "then",
        "so",
        "e",
    ]
)


class _Words:
    """Which words a document writes: asked of a few words only, so the text is searched and not taken apart."""

    def __init__(self, texts: list[str]) -> None:
        self.text = " ".join(texts).lower()
        self.known: dict[str, bool] = {}

    def have(self, word: str) -> bool:
        """Whether the word stands in the text by itself; a half of a broken word does not."""
        if word not in self.known:
            self.known[word] = self._found(word)
        return self.known[word]

    def _found(self, word: str) -> bool:
        place = self.text.find(word)
        while place >= 0:
            end = place + len(word)
            before, after = self.text[max(place - 3, 0) : place], self.text[end : end + 3]
            if not (before[-1:].isalpha() or before.endswith(SIGNS) or after[:1].isalpha() or after.startswith(SIGNS)):
                return True
            place = self.text.find(word, end)
        return False


def rejoined(texts: list[str]) -> list[str]:
    """Words broken at a line's end made whole: as the document writes them elsewhere, else with the hyphen if both halves are words."""
    broken = [any(sign in text for sign in HYPHENS) for text in texts]
    if not any(broken):
        return texts
    words = _Words(texts)
    return [_rejoined(text, words) if is_broken else text for text, is_broken in zip(texts, broken, strict=True)]


def _rejoined(text: str, words: _Words) -> str:
    pieces: list[str] = []
    end = 0
    pattern = BREAK if any(sign in text for sign in RARE) else LINE_END_BREAK
    for match in pattern.finditer(text):
        first = WORD_BEFORE.search(text, max(end, match.start() - LONGEST_WORD), match.start())
        second = WORD.match(text, match.end())
        is_address = ADDRESS.search(text, max(end, match.start() - LONGEST_ADDRESS), match.start())
        link = "-" if is_address and match[0] in MARKS else _link(first[0], second[0], words) if first and second else match[0]
        if link in MARKS and _is_between_figures(text, match):
            link = "-"
        pieces += [text[end : match.start()], link]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _is_between_figures(text: str, match: re.Match[str]) -> bool:
    """Whether a mark stands for the hyphen of `10-12` or `AB-7`; elsewhere it is a glyph without a meaning."""
    around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
    return len(around) == 2 and around.isalnum()


def _link(first: str, second: str, words: _Words) -> str:
    if words.have((first + second).lower()):
        return ""
    return "-" if first.lower() in PREFIXES or second[0].isupper() or words.have(second.lower()) else ""
