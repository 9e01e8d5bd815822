"""Where defined terms are used: one walk over the words of a text, through a tree of the terms' words.

A word matches in the plural, the possessive and, in German, in its cases; it must be written large where the term is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nightclerk.context.model import Use

_WORD = re.compile(r"[^\W_]+(?:['’&.-](?=[^\W_])[^\W_]+)*|&")
_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_GERMAN = re.compile(r"(?:e[mnrs]|[ens])\Z")
# languages that write the adjectives of a term small in a sentence
SMALL = frozenset({"de", "fr", "es"})
# between two words of one term
GAP, SHORT = 40, 3


@dataclass(slots=True)
class _Node:
    """A word of a term, and those that may follow it."""

    following: dict[str, _Node] = field(default_factory=dict)
    # the names that end here, with whether each of their words is written large
    names: list[tuple[str, tuple[bool, ...]]] = field(default_factory=list)


def find_uses(text: str, names: Iterable[str], language: str = "") -> list[Use]:
    """Every place where one of the names stands, the longest where several begin, in order; definitions are places too."""
    spelled, written = _trees(names, language)
    found = list(_words(text, spelled, language)) if spelled.following else []
    return sorted([*found, *_runs(text, written)], key=lambda use: use.char_start) if written.following else found


def forms(name: str, language: str = "") -> tuple[str, ...]:
    """The words of a name in the form in which all its forms agree."""
    return tuple(_stem(match[0].casefold(), language) for match in _WORD.finditer(name))


def _trees(names: Iterable[str], language: str) -> tuple[_Node, _Node]:
    spelled, written = _Node(), _Node()
    for name in dict.fromkeys(names):
        if _RUN.search(name):
            _grow(written, tuple(name), name, ())
        elif words := [match[0] for match in _WORD.finditer(name)]:
            _grow(spelled, forms(name, language), name, tuple(word[0].isupper() for word in words))
    return spelled, written


def _grow(root: _Node, steps: tuple[str, ...], name: str, large: tuple[bool, ...]) -> None:
    node = root
    for step in steps:
        node = node.following.setdefault(step, _Node())
    node.names.append((name, large))


def _words(text: str, root: _Node, language: str) -> Iterator[Use]:
    words = [match.span() for match in _WORD.finditer(text)]
    first_letters = _letters(root, language)
    # most words of a text stand in it often
    known: dict[str, str] = {}
    end = 0
    for place, (start, stop) in enumerate(words):
        if place < end or text[start] not in first_letters or _known(text[start:stop], known, language) not in root.following:
            continue
        name, count = _longest(text, words, place, root, language, known)
        if name:
            end = place + count
            yield Use(name, start, words[end - 1][1])


def _known(word: str, known: dict[str, str], language: str) -> str:
    stem = known.get(word)
    if stem is None:
        stem = known[word] = _stem(word.casefold(), language)
    return stem


def _letters(root: _Node, language: str) -> frozenset[str]:
    """The letters that a use may begin with: small ones only where a term, or its language, is written so."""
    small = {step[0] for step, node in root.following.items() if language in SMALL or _has_small(node)}
    return frozenset({*(step[0].upper() for step in root.following), *small})


def _has_small(node: _Node) -> bool:
    return any(not large[0] for _, large in node.names) or any(_has_small(below) for below in node.following.values())


def _longest(text: str, words: list[tuple[int, int]], place: int, root: _Node, language: str, known: dict[str, str]) -> tuple[str, int]:
    """(the longest name that begins at a word, how many words it takes); no name where none does."""
    node: _Node | None = root
    best, count = "", 0
    large: list[bool] = []
    for number in range(place, len(words)):
        start, end = words[number]
        node = node.following.get(_known(text[start:end], known, language)) if node else None
        if node is None or (number > place and not _joins(text, *words[number - 1], start)):
            break
        large.append(text[start].isupper())
        for name, wanted in node.names:
            if _is_written(wanted, large, language):
                best, count = name, number - place + 1
                break
        if not node.following:
            break
    return best, count


def _joins(text: str, before: int, end: int, start: int) -> bool:
    """Whether two words with this between them can be of one term: blanks, a hyphen, the stop of `Dr.`"""
    between = text[end:start]
    if between == " ":
        return True
    signs = " \t\n-–/,." if end - before <= SHORT else " \t\n-–/,"
    return start - end <= GAP and not between.strip(signs) and "\n\n" not in between


def _is_written(wanted: tuple[bool, ...], large: list[bool], language: str) -> bool:
    if language in SMALL and any(wanted):
        return any(large)
    return all(is_large or not must for must, is_large in zip(wanted, large, strict=True))


def _stem(word: str, language: str) -> str:
    """A folded word without the endings of number, case and possession."""
    word = word.removesuffix("'s").removesuffix("’s").replace("-", "")
    if language == "de":
        return _GERMAN.sub("", word) if len(word) > 4 else word
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]
    return word


def _runs(text: str, root: _Node) -> Iterator[Use]:
    """The same for scripts without blanks, character by character."""
    first = re.compile("[" + "".join(map(re.escape, root.following)) + "]")
    end = 0
    for match in first.finditer(text):
        if match.start() < end:
            continue
        node: _Node | None = root
        for place in range(match.start(), len(text)):
            node = node.following.get(text[place]) if node else None
            if node is None:
                break
            if node.names:
                name, end = node.names[0][0], place + 1
        if end > match.start():
            yield Use(name, match.start(), end)
