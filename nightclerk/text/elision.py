"""Quotes that leave words out and say so: `The Seller ... shall pay`, with dots, brackets or a sign of its own."""

from __future__ import annotations

import re

# … [...] (…) . . . <omitted>
_ELISION = re.compile(r"\s*(?:[\[(]\s*)?(?:(?:\.\s?){3,}|[…⋯]+|<omitted>|omitted(?=\s*[\])]))(?:\s*[\])])?\s*", re.IGNORECASE)
# words that turn a sentence into its contrary: a quote may not leave out the one that stands where it breaks off or goes on
TURNING = frozenset(
    re.findall(
        r"\w+",
        """
        not no nor never neither none without except unless cannot
        nicht kein keine keinen keinem keiner keines nie niemals weder ohne außer ausser
        pas ne ni jamais aucun aucune sans sauf ninguno ninguna ningún nunca jamás sin salvo excepto
        non né mai nessun nessuno senza não nem sem niet geen zonder
        لا ليس ليست لن لم دون بدون إلا غير
        """,
    )
)
_WORD = re.compile(r"[^\W\d_]+")
_MOST_PARTS = 12


def parts_of(quote: str) -> list[str]:
    """The parts around the elisions of a quote, those with letters or digits; one or none where it has no elision between them."""
    parts = [part.strip() for part in _ELISION.split(quote)]
    kept = [part for part in parts if any(map(str.isalnum, part))]
    return kept if len(kept) <= _MOST_PARTS else []


def turns(omitted: str) -> bool:
    """Whether what was left out begins or ends with a word that turns the meaning, so that leaving it out forges a statement."""
    words = _WORD.findall(omitted)
    return bool(words) and not {words[0].casefold(), words[-1].casefold()}.isdisjoint(TURNING)
