"""What is known of a whole document, worked out once and only when a check needs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from nightclerk.findings.verify import currencies
from nightclerk.findings.verify.dates import day_first_of
from nightclerk.findings.verify.quantities import scale_named
from nightclerk.text import fold

# parties are named at the beginning of a document and again where they sign
_OPENING, _CLOSING = 20_000, 6_000
_MOST_TEXT = 2_000_000
_ALIAS = re.compile(
    r"(?P<name>[A-Z][\w&.,'’/ -]{2,120}?)[,;]?\s*(?:\([^()\"“”]{0,160}\)\s*)?(?:,[^()\"“”]{0,300})?"
    r"\(\s*(?:[^()\"“”„«]{0,80}?)[\"“„«](?P<alias>[^\"“”»]{2,60})[\"”“»]"
)
_NOTE = re.compile(
    r"\(?(?:amounts? |figures? |dollars? |all |u\.s\. )*(?:expressed |stated |presented |shown )?(?:in|en) "
    r"(?:(?:us|u\.s\.|canadian) )?(?:[$€£¥] ?)?"
    r"(thousands|millions|billions|tausend|tsd\.?|t€|mio\.?|millionen|mrd\.?|milliarden|milliers|millions|milliards|miles|millones|千|百万)"
)
_JAPANESE_NOTE = re.compile(r"単位[::]?\s?(千|百万|億)円?")


class Facts:
    """The facts of one document."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def folded(self) -> str:
        """The text, folded."""
        return fold(self._text[:_MOST_TEXT]).text

    @cached_property
    def currencies(self) -> frozenset[str]:
        """The currencies that it names beyond doubt; a `$` alone names none."""
        return currencies.named_in(self._text[:_MOST_TEXT].lower())

    @cached_property
    def day_first(self) -> bool | None:
        """Whether 03/04/2021 is in April here; None where no date tells."""
        return day_first_of(self._text[:_MOST_TEXT])

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Short names, folded, to the words they stand for: `supplier` -> `example components, inc.`."""
        part = self._text[:_OPENING] + "\n" + self._text[-_CLOSING:]
        return {fold(found["alias"]).text.strip(): fold(found["name"]).text.strip(" ,") for found in _ALIAS.finditer(part)}

    def scale_before(self, place: int, *, reach: int = 6_000) -> tuple[str, object] | None:
        """(words, multiplier) of the nearest note above a place that says what the figures are in, such as `(in thousands)`."""
        window = self._text[max(0, place - reach) : place + 400].lower()
        found = [*_NOTE.finditer(window), *_JAPANESE_NOTE.finditer(window)]
        if not found:
            return None
        last = max(found, key=lambda match: match.start())
        return last[0], scale_named(last[1])

    def names(self, words: Sequence[str]) -> bool:
        """Whether all these folded words stand in the document."""
        return all(word in self.folded for word in words)
