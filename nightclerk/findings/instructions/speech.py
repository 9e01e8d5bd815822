"""How the languages tell a reader what to answer: the parts of such an order, from the files in `languages`.

Patterns are over plain text: folded (`nightclerk.text.fold`), without accents, the Arabic letters that are written in several ways in one.
Keys of a file, each but the first three a list of alternatives:

- `anchor`: small words, or letters, that hardly a sentence of the language goes without and other languages lack;
- `before`: what may stand before a verb that gives an order (`{b}` in a pattern; `the Agent may disregard` gives none); `{s}` stands for
  where a sentence begins;
- `verb_last`: whether the object of `ignore` comes before it;
- `reader`: nouns for a machine that reads (`{r}`); `to_reader`, `salute`: how it is spoken to; `you`: how an order is laid on it;
- `pose`: how it is told what to be; `prompt`: what its instructions are called; `ignore`, `orders`, `override`: verbs of setting
  aside, and what;
- `hush`: orders to leave something out; `say`: verbs of answering; `verdict`: what an answer says; `report`: what it answers with;
- `empty`: the answer that says nothing; `exact`: that it is to say just this; `asked`: what to say to whom; `field`: parts of our answers;
- `task`: what the reader does with the document; `user`: for whom it works; `confidence`: orders about confidences;
- `tool`, `address`: orders to call a tool, and to send something away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nightclerk.findings.instructions.plain import PLAIN

# how much each kind says by itself, and whether it is looked for everywhere: the words of the others stand in every contract
WEIGHTS = {
    "reader": 1,
    "to_reader": 2,
    "salute": 3,
    "user": 1,
    "pose": 2,
    "prompt": 2,
    "override": 3,
    "hush": 2,
    "confidence": 3,
    "report": 1,
    "empty": 2,
    "asked": 2,
    "exact": 2,
    "task": 2,
    "field": 2,
    "tool": 2,
    "address": 2,
    "say": 1,
    "verdict": 1,
    "you": 1,
}
# where a sentence, a cell or an item of a list begins
START = r"[.:;!?,(\"'*>|\])#\u2022\u3002-]\s?"
FREQUENT = frozenset(["say", "verdict", "you"])


@dataclass(frozen=True, slots=True)
class Sign:
    """One part of an order; the parts of one kind count once."""

    kind: str
    weight: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Speech:
    """The signs of one language, rare ones and frequent ones. Where `anchor` finds nothing among a text's words, nobody speaks it there."""

    name: str
    anchor: re.Pattern[str]
    rare: tuple[Sign, ...]
    frequent: tuple[Sign, ...]


@cache
def speeches() -> tuple[Speech, ...]:
    """All languages; reading and compiling them takes a moment, once."""
    found = (entry for entry in files("nightclerk.findings.instructions").joinpath("languages").iterdir() if entry.name.endswith(".yaml"))
    return tuple(_speech(yaml.safe_load(entry.read_text("utf-8"))) for entry in sorted(found, key=lambda entry: entry.name))


def _speech(said: dict[str, Any]) -> Speech:
    before, reader = said["before"], _any(said["reader"])

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern.translate(PLAIN).replace("{b}", before).replace("{s}", START).replace("{r}", f"(?:{reader})"))

    patterns = {kind: _any(said[kind]) for kind in WEIGHTS if said.get(kind)}
    ignore, orders = f"(?:{_any(said['ignore'])})", f"(?:{_any(said['orders'])})"
    override = f"{orders}.{{0,30}}{ignore}" if said["verb_last"] else f"{{b}}{ignore}.{{0,40}}?{orders}"
    patterns["override"] = _any([override, *said.get("override", [])])
    patterns["say"] = f"{{b}}(?:{patterns['say']})"
    signs = [Sign(kind, WEIGHTS[kind], compiled(pattern)) for kind, pattern in patterns.items()]
    rare = tuple(sign for sign in signs if sign.kind not in FREQUENT)
    return Speech(said["name"], re.compile(said["anchor"]), rare, tuple(sign for sign in signs if sign.kind in FREQUENT))


def _any(alternatives: list[str]) -> str:
    return "|".join(alternatives)
