"""A reply to be judged, and how an answer is cut out of a quote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from truths.corpus import Passage

_MOST_WORDS = 45
_END = re.compile(r"(?<=[a-zäöüßéáíóú)\]\"”][.;])\s+(?=[A-ZÄÖÜÉ(\"“¿])|(?<=[。])|\n\s*\n")


@dataclass(frozen=True)
class Reply:
    """What a model is imagined to say about a passage. `where` is the part of it that was changed."""

    passage: Passage
    where: str
    quote: str
    answer: str
    value: Mapping[str, object] = field(default_factory=dict)


def whole_sentence(text: str, place: int) -> str:
    """The whole sentence of a quote at a place; empty where it is long, or the quote begins or ends in the middle of it."""
    begin, stop = 0, len(text)
    for match in _END.finditer(text):
        if match.end() <= place:
            begin = match.end()
        elif match.start() >= place:
            stop = match.start()
            break
    sentence = " ".join(text[begin:stop].split())
    whole = sentence[:1].isupper() and sentence[-1:] in (".", ";", "。")
    return sentence if whole and len(sentence.split()) <= 60 else ""


def sentence_with(text: str, start: int, end: int) -> str:
    """The sentence of a quote that holds a span, cut to some words around it where it is long."""
    begin, stop = 0, len(text)
    for match in _END.finditer(text):
        if match.end() <= start:
            begin = match.end()
        elif match.start() >= end:
            stop = match.start()
            break
    sentence = text[begin:stop]
    words = list(re.finditer(r"\S+", sentence))
    inside = [number for number, word in enumerate(words) if begin + word.end() > start and begin + word.start() < end]
    if len(words) <= _MOST_WORDS or not inside:
        return " ".join(sentence.split()) if len(words) <= _MOST_WORDS else " ".join(word[0] for word in words[:_MOST_WORDS])
    first = max(0, inside[0] - _MOST_WORDS // 2)
    return " ".join(word[0] for word in words[first : first + _MOST_WORDS])
