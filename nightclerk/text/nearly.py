"""Where a text says nearly what a quote says: the place where at least four in five words are the same, in order.

What such a place is worth is for others to judge: a similarity that forgives a typing mistake forgives a changed figure or a lost "not".
Places are found by short stretches of the quote, which `str.find` sees at once in a long text; only a few are compared word by word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from difflib import Match as Run
from difflib import SequenceMatcher
from itertools import islice

ENOUGH = 0.8
SURE = 0.95
SHORTESTWORDS = 5
# a longer quote is not compared word by word, which takes time by the square
LONGESTWORDS = 1_500
# stretches of a quote that are looked for, their length in characters, and how many places of each are counted
_STRETCHES = 16
_STRETCH = 10
_PLACES = 60
_BAND = 64
_TRIED = 3
_SLACK = 100
_STRAY = 4
# figures with their separators are one word, and so is every sign of a script that puts no blanks between words
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
WORD = re.compile(rf"\d+(?:[.,:/'٫٬-]\d+)*|[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+|[%$€£¥]")
Span = tuple[int, int]


def nearest(text: str, quote: str, bounds: Span) -> Iterator[tuple[float, Span]]:
    """(share of words that are the same, span of the text) of places between two bounds that nearly say a quote; both are folded."""
    wanted = WORD.findall(quote)
    if not SHORTESTWORDS <= len(wanted) <= LONGESTWORDS:
        return
    for place in _candidates(text, quote, bounds):
        around = _SLACK + len(quote) // 5
        found = _aligned(wanted, text, max(bounds[0], place - around), min(bounds[1], place + len(quote) + around))
        if found:
            yield found
            if found[0] >= SURE:
                return


def _candidates(text: str, quote: str, bounds: Span) -> list[int]:
    """Places where the quote may begin, by the votes of its stretches; a place near the border of two bands gets those of both."""
    votes: defaultdict[int, float] = defaultdict(float)
    step = max(_STRETCH // 2, (len(quote) - _STRETCH) // _STRETCHES)
    for offset in range(0, max(1, len(quote) - _STRETCH + 1), step):
        places = list(islice(_places(text, quote[offset : offset + _STRETCH], bounds), _PLACES))
        for place in places:
            votes[(place - offset) // _BAND] += 1 / len(places)
    together = {band: count + votes.get(band + 1, 0.0) for band, count in votes.items()}
    best = sorted(together, key=lambda band: (-together[band], band))[:_TRIED]
    return [max(0, band * _BAND) for band in best]


def _places(text: str, stretch: str, bounds: Span) -> Iterator[int]:
    place = text.find(stretch, *bounds)
    while place >= 0:
        yield place
        place = text.find(stretch, place + 1, bounds[1])


def _aligned(wanted: list[str], text: str, begin: int, end: int) -> tuple[float, Span] | None:
    """The words of a stretch of text that stand for a quote, as (likeness, span); None where too few of them are the same."""
    found = list(WORD.finditer(text, begin, end))
    matcher = SequenceMatcher(None, [match.group() for match in found], wanted, autojunk=False)
    blocks = _chain(matcher.get_matching_blocks()[:-1])
    if not blocks:
        return None
    first = max(0, blocks[0].a - blocks[0].b)
    last = min(len(found), blocks[-1].a + len(wanted) - blocks[-1].b)
    likeness = sum(block.size for block in blocks) / max(len(wanted), last - first)
    return (likeness, (found[first].start(), found[last - 1].end())) if likeness >= ENOUGH else None


def _chain(blocks: list[Run]) -> list[Run]:
    """The blocks without single words at either end that stand far from the rest: they belong to another sentence."""
    while len(blocks) > 1 and _is_stray(blocks[0], blocks[1]):
        blocks = blocks[1:]
    while len(blocks) > 1 and _is_stray(blocks[-1], blocks[-2]):
        blocks = blocks[:-1]
    return blocks


def _is_stray(end: Run, neighbour: Run) -> bool:
    first, second = sorted((end, neighbour))
    skipped = (second.a - first.a - first.size) - (second.b - first.b - first.size)
    return end.size < _STRAY and skipped > 2 * end.size
