"""Borders between chunks that cut through a sentence or a list, so that what stands there is seen in halves."""

from __future__ import annotations

from collections.abc import Iterable

# where a sentence ends, in any script, and what may close behind it
_ENDS = ".!?:。．！？：؟।॥။።"
_CLOSING = "\"'”’»)]}）】」』*_"


def seams(text: str, borders: Iterable[int]) -> list[int]:
    """Those of some places in a text where it runs on: no sentence ends before it, or what follows begins with a small letter."""
    return [border for border in borders if 0 < border < len(text) and _runs_on(text, border)]


def _runs_on(text: str, border: int) -> bool:
    before = text[max(0, border - 200) : border].rstrip().rstrip(_CLOSING)
    following = text[border : border + 200].lstrip()
    if not before or not following:
        return False
    return before[-1] not in _ENDS or following[0].islower()
