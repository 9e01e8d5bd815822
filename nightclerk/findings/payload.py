"""The items inside an answer's text: JSON behind prose or in a code fence, whole or broken off, of any size and from anybody."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nightclerk.errors import BadAnswer

MAX_CHARACTERS = 8_000_000
_MAX_STARTS = 100
_MAX_DIGITS = 400
_LIST = re.compile(r'"findings"\s*:\s*\[')
_NEXT = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Payload:
    """The items of an answer, none of them checked, and how many lists of findings the answer held.

    `lists` is 0 where the JSON broke off and the complete items were saved.
    """

    items: list[Any]
    lists: int


def read(answer_text: str, *, salvage: bool = False) -> Payload:
    """Find the findings in an answer. NaN, infinities and numbers beyond a float are read as text, so that a schema refuses them.

    Raises `BadAnswer` where there is no JSON object with a list `findings`; with `salvage` the complete items of a list that broke off
    are good enough.
    """
    if len(answer_text) > MAX_CHARACTERS:
        raise BadAnswer(f"the answer has {len(answer_text):,} characters; more than {MAX_CHARACTERS:,} are not read")
    lists = [items for items in map(_items, _values(answer_text)) if items is not None]
    if lists:
        # a draft may stand before the answer
        return Payload(lists[-1], len(lists))
    begin = _LIST.search(answer_text) if salvage else None
    if begin is None:
        raise BadAnswer(f"the answer holds no JSON object with a list of findings: {_shown(answer_text)}")
    return Payload(list(_complete_items(answer_text, begin.end())), 0)


def _items(value: Any) -> list[Any] | None:
    if isinstance(value, dict) and isinstance(value.get("findings"), list):
        found: list[Any] = value["findings"]
        return found
    if isinstance(value, list) and value and all(isinstance(item, dict) and "category" in item for item in value):
        return value
    return None


def _values(text: str) -> Iterator[Any]:
    """Each outermost JSON object or list in the text; the first so many places that look like one are tried."""
    place = 0
    for _ in range(_MAX_STARTS):
        start = min((found for found in (text.find("{", place), text.find("[", place)) if found >= 0), default=-1)
        if start < 0:
            return
        value, place = _decode(text, start)
        if place > start:
            yield value
        else:
            place = start + 1


def _complete_items(text: str, place: int) -> Iterator[Any]:
    while True:
        blank = _NEXT.match(text, place)
        start = blank.end() if blank else place
        value, place = _decode(text, start) if text[start : start + 1] == "{" else (None, start)
        if place == start:
            return
        yield value


def _decode(text: str, start: int) -> tuple[Any, int]:
    """The JSON value at `start` and the index after it; (None, start) where there is none, or one nested too deeply."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    return value, end


def _whole_number(digits: str) -> int | str:
    return int(digits) if isinstance(_number(digits), float) else digits


def _number(digits: str) -> float | str:
    # reading a million digits takes quadratic time
    value = float(digits) if len(digits) <= _MAX_DIGITS else math.inf
    return value if math.isfinite(value) else digits


# strict=False: models put line ends into strings as they are
_DECODER = json.JSONDecoder(strict=False, parse_int=_whole_number, parse_float=_number, parse_constant=str)


def _shown(text: str) -> str:
    start = " ".join(text[:200].split())
    return repr(start[:80]) if start else "it is empty"
