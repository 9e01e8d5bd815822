"""Words that a PDF breaks at a line's end, made whole."""

from __future__ import annotations

import re

# pdfium marks a hyphen at a line's end with U+FFFE or U+0002 and takes the line break away
BROKEN_WORD = re.compile(r"([^\W\d_]+)(?:[\ufffe\x02]|-[ ]?\n|\u00ad\n?)([^\W\d_]+)")
WORD = re.compile(r"[^\W\d_]+")
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


def rejoined(texts: list[str]) -> list[str]:
    """Words broken at a line's end made whole: as the document writes them elsewhere, else with the hyphen if both halves are words."""
    if not any(BROKEN_WORD.search(text) for text in texts):
        return texts
    known = {word.lower() for text in texts for word in WORD.findall(BROKEN_WORD.sub(" ", text))}

    def join(match: re.Match[str]) -> str:
        first, second = match.groups()
        if (first + second).lower() in known:
            return first + second
        hyphenated = first.lower() in PREFIXES or second.lower() in known or second[0].isupper()
        return f"{first}-{second}" if hyphenated else first + second

    return [BROKEN_WORD.sub(join, text) for text in texts]
