"""The same question once more, after an answer that could not be used, broke off, or may have missed something.

Never the same prompt: it would fail the same way.

What a model said is data as a document is: it is quoted as JSON on one line, so that it cannot pose as our words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from nightclerk import tokens
from nightclerk.prompting.marks import escape
from nightclerk.records import Ask

# of an answer that was of no use: its beginning, where most of them go wrong, and its end
HEAD_CHARACTERS, TAIL_CHARACTERS = 1_500, 500
QUOTE_CHARACTERS = 300
ERROR_CHARACTERS = 500


def repaired(ask: Ask, answer: str, error: str) -> Ask:
    """Ask for the whole answer again and show what was wrong with the last one, in the words of whoever checked it."""
    return _extended(
        ask,
        f"Your last answer to this could not be used: {_quoted(error[:ERROR_CHARACTERS])}\n"
        f"It read: {_quoted(_shortened(answer))}\n\n"
        "Give the whole answer again, as one JSON object of the form above and nothing else.",
    )


def continued(ask: Ask, kept: Iterable[tuple[str, str]]) -> Ask:
    """Ask for the findings that are not among the (category, quote) that an answer named before it broke off at its longest."""
    return _extended(
        ask,
        "Your last answer to this broke off at the limit of its length. These findings of it were kept:\n"
        f"{_listed(kept)}\n\n"
        "Answer in the same form with the findings that are not in this list, and with no other. "
        'If there are none, answer {"findings": []}.',
    )


def missed(ask: Ask, found: Iterable[tuple[str, str]]) -> Ask:
    """Ask once more for what is not among the (category, quote) that a whole answer named."""
    return _extended(
        ask,
        "The chunk was gone through once. These findings were made in it, listed as data:\n"
        f"{_listed(found)}\n\n"
        "Go through the chunk a second time, from beginning to end and category by category, and answer in the same form with the "
        'findings that were missed, and with none of this list. If nothing was missed, answer {"findings": []}.',
    )


def _listed(found: Iterable[tuple[str, str]]) -> str:
    listed = [{"category": category, "quote": quote[:QUOTE_CHARACTERS]} for category, quote in found]
    return escape(json.dumps(listed, ensure_ascii=False))


def _extended(ask: Ask, words: str) -> Ask:
    """The question as it was, which the provider may have in its cache, and words behind it."""
    user = f"{ask.user.rstrip()}\n\n{words}\n"
    return replace(ask, user=user, prompt_tokens=tokens.count_messages(ask.system, user))


def _shortened(answer: str) -> str:
    if len(answer) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        return answer
    return f"{answer[:HEAD_CHARACTERS]} [...] {answer[-TAIL_CHARACTERS:]}"


def _quoted(text: str) -> str:
    return escape(json.dumps(text, ensure_ascii=False))
