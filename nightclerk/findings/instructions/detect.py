"""Passages that tell whoever reads a document what to answer, found by what such an order is made of.

An order has somebody who is spoken to, something to do and something it is about; in a contract the same words speak of parties and their
duties. So each sign counts a little, signs near each other add up, and the few that stand in no contract are enough alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from nightclerk.findings.instructions.plain import plain_texts
from nightclerk.findings.instructions.speech import Sign, Speech, speeches

# what adds up to an order: in plain sight, and where nobody sees it or it is no part of the document's text
ENOUGH, ENOUGH_HIDDEN = 3, 2
# characters that signs may stand apart
NEAR = 160
LONGEST_SENTENCE = 600
BEFORE = ".:;!?,(\"'*>|-[] "
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?。！？؟](?=[\s\"')\]]|$)|[。！？؟]|\s\|(?=\s)")
# chat formats and our own: nobody writes them into a contract
FORMAT = re.compile(
    r"\[/?\s?(?:inst|system_prompt|think|tool_calls|tool_results|available_tools|tool_content|model_settings)\s?\]|<\s?\|[^|<>]{1,40}\|\s?>|<<\s?/?\s?sys\s?>>"
    r"|</?\s?(?:start_of_turn|end_of_turn|think|tool_call|system|instructions?)\s?>|<[^\w<]{0,3}chunk\b|&lt;\W{0,3}chunk\b"
)
# an answer of ours, ready-made
ANSWER = re.compile(r'"(?:findings|tool_calls)"\s?:\s?\[|"category"\s?:.{0,200}?"(?:state|quote|confidence)"\s?:|"confidence"\s?:\s?[01]\b')


class Hit(NamedTuple):
    """A sign at a place of a plain text."""

    start: int
    end: int
    kind: str
    weight: int


@dataclass(frozen=True, slots=True)
class Planted:
    """A passage that addresses whoever reads the document. `signs` is what it is made of; `where` is empty in plain sight.

    `words` is what it says, decoded where it was hidden. The span is None where it stands beside the text.
    """

    words: str
    signs: tuple[str, ...]
    where: str = ""
    char_start: int | None = None
    char_end: int | None = None


def planted_in(text: str, hidden: Sequence[tuple[int, int, str]] = ()) -> list[Planted]:
    """The passages of a text, in order. `hidden` are (begin, end, how) of words in it that nobody sees; there less is enough."""
    found: list[Planted] = []
    for plain in plain_texts(text):
        for start, end, signs, weight in _passages(plain.text):
            span = plain.span(start, end)
            how = plain.how or next((how for first, last, how in hidden if first < span[1] and span[0] < last), "")
            if weight >= (ENOUGH_HIDDEN if how else ENOUGH):
                words = plain.text[start:end] if plain.folded is None else text[slice(*span)]
                found.append(Planted(words, signs, how, *span))
    return _joined(found, text)


def planted_beside(words: str, where: str) -> Planted | None:
    """What stands beside a text, such as a comment or a title, where it is an order; `where` names its place."""
    signs: dict[str, None] = {}
    for plain in plain_texts(words):
        for _, _, found, weight in _passages(plain.text):
            signs |= dict.fromkeys(found) if weight >= ENOUGH_HIDDEN else {}
    return Planted(" ".join(words.split()), tuple(signs), where) if signs else None


def _passages(text: str) -> Iterator[tuple[int, int, tuple[str, ...], int]]:
    """(begin, end, signs, weight) of each cluster of signs that may be enough somewhere, widened to whole sentences."""
    vocabulary = " ".join(set(WORD.findall(text)))
    hits = [Hit(*match.span(), "format", ENOUGH) for match in FORMAT.finditer(text)]
    hits += [Hit(*match.span(), "ready answer", ENOUGH) for match in ANSWER.finditer(text)]
    for cluster in _clusters(sorted(hits)):
        yield _passage(text, cluster)
    for speech in speeches():
        if speech.anchor.search(vocabulary):
            for cluster in _clusters(_hits(text, speech)):
                passage = _passage(text, cluster)
                if passage[3] >= ENOUGH_HIDDEN:
                    yield passage


def _hits(text: str, speech: Speech) -> list[Hit]:
    """The rare signs of a language, and the others around them."""
    rare = [_hit(match, sign) for sign in speech.rare for match in sign.pattern.finditer(text)]
    around = _stretches([(max(hit.start - NEAR, 0), min(hit.end + NEAR, len(text))) for hit in sorted(rare)])
    others = [_hit(match, sign) for sign in speech.frequent for start, end in around for match in sign.pattern.finditer(text, start, end)]
    return sorted(rare + others)


def _hit(match: re.Match[str], sign: Sign) -> Hit:
    # what stands before an order belongs to the sentence before
    words = match.group().lstrip(BEFORE)
    return Hit(match.end() - len(words), match.end(), sign.kind, sign.weight)


def _stretches(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _clusters(hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    """For each sign those that stand near behind it, without what the cluster before holds as a whole."""
    last = reached = 0
    for first, hit in enumerate(hits):
        last = max(last, first)
        while last < len(hits) and hits[last].start <= hit.end + NEAR:
            last += 1
        if last > reached:
            reached = last
            yield list(hits[first:last])


def _weight(cluster: Sequence[Hit]) -> int:
    """What a cluster adds up to.

    People ask people for answers, too: signs that say little each are one short together, and nothing where no machine is named.
    """
    weights: dict[str, int] = {}
    for hit in cluster:
        weights[hit.kind] = max(hit.weight, weights.get(hit.kind, 0))
    if not weights.keys().isdisjoint({"to_reader", "salute"}):
        # who is spoken to is named once
        weights.pop("reader", None)
    if max(weights.values()) == 1:
        return sum(weights.values()) - 1 if "reader" in weights else 0
    return sum(weights.values())


def _passage(text: str, cluster: Sequence[Hit]) -> tuple[int, int, tuple[str, ...], int]:
    # common words before the first sign that says something belong to somebody else's sentence
    start = next((hit.start for hit in cluster if hit.weight > 1), cluster[0].start)
    end = max(hit.end for hit in cluster)
    before = [match.end() for match in SENTENCE_END.finditer(text, max(start - LONGEST_SENTENCE, 0), start)]
    behind = SENTENCE_END.search(text, end - 1, min(end + LONGEST_SENTENCE, len(text)))
    begin = before[-1] if before else max(start - LONGEST_SENTENCE, 0)
    begin += len(text[begin:start]) - len(text[begin:start].lstrip())
    return (
        begin,
        behind.end() if behind else min(end + LONGEST_SENTENCE, len(text)),
        tuple(dict.fromkeys(hit.kind for hit in cluster)),
        _weight(cluster),
    )


def _joined(found: Sequence[Planted], text: str) -> list[Planted]:
    """Passages that touch are one."""
    joined: list[Planted] = []
    for one in sorted(found, key=lambda planted: (planted.char_start or 0, planted.char_end or 0)):
        last = joined[-1] if joined else None
        if last and last.char_end is not None and one.char_start is not None and one.char_start <= last.char_end:
            end = max(last.char_end, one.char_end or 0)
            words = last.words if last.where else text[last.char_start : end]
            joined[-1] = replace(
                last, words=words, signs=tuple(dict.fromkeys(last.signs + one.signs)), where=last.where or one.where, char_end=end
            )
        else:
            joined.append(one)
    return joined
