"""What verification has to know about a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Operators: what turns a statement round or changes its force. `only` narrows and `also` is "not only"; `anyhow` and `cause` are without
# and with a reason; `never` says "may not" in one word; `may` permits, `must` obliges, `duty` obliges too but its negation sets free
# ("is not required to"); `least` to `below` bound a figure; the empty one is an idiom that says nothing.
OPERATORS = (
    *("", "only", "also", "anyhow", "cause", "not", "unless", "if", "never", "may", "must", "duty", "should", "will"),
    *("least", "most", "above", "below"),
)
NEGATIONS = frozenset({"not", "never"})
# what a modal comes to: "must not" and "may not" forbid alike
MODALS = {"may": "may", "never": "may", "must": "must", "duty": "must", "should": "should", "will": "will"}
BOUNDS = {"least": 1, "above": 1, "most": -1, "below": -1}


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language that carry meaning a reader must not lose.

    `operators` are (operator, phrases) in the order in which they are tried, phrases as alternatives of a regular expression over lower
    case text. `negatives` are words that say no without a particle (prohibited, void): an answer may use them for a negated source.
    `numbers` are the words below a hundred and the hundreds that are one word; `scales` multiply what stands before them.
    `spaced` is False where no blanks stand between words. `cues` are words that permit or oblige without being a modal verb (grants,
    responsible): they support an answer's `may` or `must`. `articles` are words that are a number only before a scale, a unit or a bracket.
    `decimal_comma`: a comma begins the decimals of a figure.
    """

    code: str
    name: str
    function_words: frozenset[str]
    operators: tuple[tuple[str, str], ...]
    negatives: str
    prefixes: tuple[str, ...]
    numbers: Mapping[str, int]
    hundred: tuple[str, ...]
    scales: Mapping[str, int]
    joiners: tuple[str, ...]
    roles: frozenset[str]
    decimal_comma: bool = False
    spaced: bool = True
    articles: frozenset[str] = frozenset()
    cues: Mapping[str, str] = field(default_factory=dict)


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def counted(text: str) -> dict[str, int]:
    """`zero one two` as {zero: 0, one: 1, two: 2}; `x=20` sets the count, alternatives are joined by `/`."""
    found: dict[str, int] = {}
    count = 0
    for piece in text.split():
        names, _, number = piece.partition("=")
        count = int(number) if number else count
        found |= dict.fromkeys(names.split("/"), count)
        count += 1
    return found
