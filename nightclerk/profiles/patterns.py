"""The patterns of rules.yaml: Python's syntax, compiled by an engine that can be stopped, since a pattern may backtrack for ever.

`re` holds the interpreter's lock for as long as it searches, so one bad pattern would stop every thread and the event loop with it;
`regex` lets go of the lock and takes a timeout.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import regex
from pydantic import BeforeValidator, InstanceOf

TERM = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_FLAGS = regex.IGNORECASE | regex.DOTALL | regex.VERSION0
_CLASS_OR_ESCAPE = r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\."
# a bracketed class and an escaped letter stay as they are; the rest of the alternation is the blanks between words
_BLANK = re.compile(rf"{_CLASS_OR_ESCAPE}|(?P<blank> \??)", re.DOTALL)
_PIECE = re.compile(
    rf"{_CLASS_OR_ESCAPE}|(?P<comment>\(\?(?:#|[a-z-]*x))|(?P<open>\()|(?P<close>\))|\{{(?P<least>\d+)(?:,\d*)?\}}|.", re.DOTALL
)
# the compiler writes {1000} out a thousand times, and within brackets a million times: that much memory no pattern may take
MAX_PIECES = 100_000


def _compiled(value: Any) -> Any:
    """A rule's pattern: case does not matter, and a blank stands for any white space, since sentences run over line ends."""
    if not isinstance(value, str):
        # pydantic turns a ValueError into its own report, and lets a TypeError through
        raise ValueError("a pattern is a string")
    if loose := TERM.search(value):
        raise ValueError(f"there is no term {loose[0]}")
    spaced = _BLANK.sub(lambda found: {" ": r"\s+", " ?": r"\s*"}.get(found["blank"], found[0]), value)
    try:
        # the documented syntax is Python's; what only the other engine knows is refused
        re.compile(spaced, re.IGNORECASE | re.DOTALL)
        if _pieces(spaced) > MAX_PIECES:
            raise ValueError(f"its repeats come to more than {MAX_PIECES:,} pieces when they are written out; repeat less")
        return regex.compile(spaced, _FLAGS)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None


def _pieces(pattern: str) -> int:
    """How many letters, classes and the like a pattern has once each repeat stands there as often as it must match at least."""
    open_groups, last = [0], 0
    for piece in _PIECE.finditer(pattern):
        if piece["comment"]:
            # brackets in a comment are no groups, so the count would be wrong
            raise ValueError("comments and (?x) are not for a pattern: say it in a YAML comment")
        if piece["open"]:
            open_groups.append(0)
            continue
        if piece["close"]:
            last = open_groups.pop() + 1
        else:
            least = int(piece["least"] or 1)
            last = last * max(least - 1, 0) if piece["least"] else 1
        open_groups[-1] += last
    return open_groups[0]


Pattern = Annotated[InstanceOf[regex.Pattern], BeforeValidator(_compiled)]
