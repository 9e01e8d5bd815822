"""An answerer that errs at random on top of one that does not, as samples of a model do: another seed, other mistakes.

Each finding of the right answer goes wrong by itself with the given chance: it is left out, or stands on a sentence of the chunk that says
nothing of it, or has its typed value changed. To an answer without findings one is added with the chance `invents`. Right findings without
a typed value are cut a little differently from sample to sample. The same question with the same seed always gets the same answer.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from mistral_server.answers import asked_text
from nightclerk.profiles.models import VALUE_FIELDS

SENTENCE = re.compile(r"[^.\n]{30,}\.")
# of a quote at least so many of its words are kept where it is cut
KEPT = 0.6
SECOND = "Go through the chunk a second time"


class Erring:
    """Answers as `answer` does, and errs with the chance `share`; `seed` is that of all chance beside the request's own."""

    def __init__(self, answer: Callable[[dict[str, Any]], str], share: float, *, invents: float = 0.0, seed: int = 0) -> None:
        self._answer = answer
        self._share = share
        self._invents = invents
        self._seed = seed

    def __call__(self, body: dict[str, Any]) -> str:
        """The answer to a request body with its mistakes."""
        text = self._answer(body)
        try:
            items = json.loads(text)["findings"]
            chunk = asked_text(body)
        except (ValueError, KeyError, TypeError):
            return text
        sample = body.get("random_seed", body.get("seed", 0))
        # by the text that is asked about and not by the prompt around it, whose wording may change; a second pass errs anew
        again = SECOND in json.dumps(body["messages"][-1])
        chance = random.Random(f"{self._seed} {sample} {again} {zlib.crc32(chunk.encode())}")
        said = [item for each in items if (item := self._said(each, chunk, chance))]
        if not items and chance.random() < self._invents and (names := _categories(body)):
            said = [_moved(_blank(chance.choice(names)), chunk, chance)]
        return json.dumps({"findings": said}, ensure_ascii=False)

    def _said(self, item: dict[str, Any], chunk: str, chance: random.Random) -> dict[str, Any] | None:
        """One finding as this sample has it; None where it is left out."""
        errs = chance.random() < self._share
        typed = any(item["value"].get(name) is not None for name in VALUE_FIELDS)
        if not errs:
            return item if typed else _cut(item, chance)
        how = chance.choice(["left out", "moved", "changed"])
        if how == "left out":
            return None
        return _changed(item, chance) if how == "changed" and typed else _moved(item, chunk, chance)


def _cut(item: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    words = item["quote"].split(" ")
    quote = " ".join(words[: chance.randint(max(1, round(len(words) * KEPT)), len(words))])
    return {**item, "quote": quote, "answer": quote if item["answer"] == item["quote"] else item["answer"]}


def _changed(item: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Another figure, and another year where there is a date."""
    value, added = dict(item["value"]), chance.randint(1, 9)
    if value.get("number") is not None:
        value["number"] += added
    if value.get("date"):
        value["date"] = f"{int(value['date'][:4]) + added}{value['date'][4:]}"
    return {**item, "value": value, "answer": ""}


def _moved(item: dict[str, Any], chunk: str, chance: random.Random) -> dict[str, Any]:
    """Another sentence of the chunk, and no value."""
    sentences = [found[0].strip() for found in SENTENCE.finditer(chunk)]
    right = item["quote"]
    others = [sentence for sentence in sentences if not right or (right not in sentence and sentence not in right)]
    quote = chance.choice(others) if others else right
    return {**item, "quote": quote, "answer": quote, "value": dict.fromkeys(VALUE_FIELDS)}


def _blank(category: str) -> dict[str, Any]:
    value = dict.fromkeys(VALUE_FIELDS)
    return {"category": category, "state": "present", "quote": "", "answer": "", "confidence": None, "value": value}


def _categories(body: Mapping[str, Any]) -> list[str]:
    found: Any = body.get("response_format") or {}
    for key in ("json_schema", "schema", "properties", "findings", "items", "properties", "category"):
        found = found.get(key, {})
    names: list[str] = found.get("enum", [])
    return names
