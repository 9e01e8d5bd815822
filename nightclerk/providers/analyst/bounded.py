"""Searches that end: one rule has so much processor time for one chunk, whatever its patterns and the text are."""

from __future__ import annotations

import time
from collections.abc import Iterator

import regex

# of this thread's processor time, so that a busy machine is not taken for a bad pattern; a shipped rule needs less than a tenth of it even
# over 300,000 characters of near matches
SECONDS_PER_RULE = 2.0


class Searches:
    """The searches of one rule in one chunk. They let go of the interpreter's lock, so everything else in the process goes on.

    Raises:
        TimeoutError: by each method, once the rule's time is used up.
    """

    def __init__(self, seconds: float = SECONDS_PER_RULE) -> None:
        self._until = time.thread_time() + seconds

    def search(self, pattern: regex.Pattern[str], text: str) -> regex.Match[str] | None:
        """The first match, if there is one."""
        while True:
            try:
                return pattern.search(text, timeout=self._left(), concurrent=True)
            except TimeoutError:
                # `regex` counts the whole process: the time may have been that of other threads, and then `_left` has some
                self._left()

    def finditer(self, pattern: regex.Pattern[str], text: str) -> Iterator[regex.Match[str]]:
        """All matches, one after the other."""
        at = 0
        while True:
            try:
                for found in pattern.finditer(text, pos=at, timeout=self._left(), concurrent=True):
                    at = found.end() + (not found.group())
                    yield found
                    self._left()
                return
            except TimeoutError:
                self._left()

    def _left(self) -> float:
        left = self._until - time.thread_time()
        if left <= 0:
            raise TimeoutError
        return left
