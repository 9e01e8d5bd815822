"""Documents that give orders to whoever reads them: what of them is not asked about, and what becomes of the answers.

What stands in the text and is found to be an order is not sent to a model. What is not sent is not read, so nothing is absent for sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from nightclerk import findings, prompting
from nightclerk.findings import Planted
from nightclerk.profiles import Profile
from nightclerk.records import Annotation, Answer, Ask, Chunk, Passage
from nightclerk.store import Store, sources

UNSEEN = "not seen on the page"
MOST_NAMED = 3
LONGEST_LEAD = 40


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What belongs to a document and is no part of its text: what was said about it, its title, the names of its files."""

    annotations: tuple[Annotation, ...] = ()
    title: str = ""
    names: tuple[str, ...] = ()


async def surroundings(store: Store, document_id: str) -> Surroundings:
    """What the store knows beside a document's text; raises StoreError."""
    annotations = await store.aread(sources.said_about, document_id)
    title, names = await store.aread(sources.called, document_id)
    return Surroundings(annotations, title, names)


def in_text(text: str, around: Surroundings) -> list[Planted]:
    """The passages in a document's text, in order."""
    unseen = [
        (one.char_start, one.char_end, one.text.partition(": ")[0])
        for one in around.annotations
        if one.char_start is not None and one.char_end is not None and one.text.startswith(UNSEEN)
    ]
    return list(_in_text(text, tuple(unseen)))


# asked when questions are planned and again when they are settled; a few documents are at hand at a time
@lru_cache(maxsize=16)
def _in_text(text: str, unseen: tuple[tuple[int, int, str], ...]) -> tuple[Planted, ...]:
    return tuple(findings.planted_in(text, unseen))


def beside(around: Surroundings) -> list[Planted]:
    """The passages that stand beside the text: in comments and hidden words, in the title, in a file's name."""
    said = [said for one in around.annotations if not one.text.startswith(UNSEEN) for said in _said(one)]
    said += [(around.title, "title")] if around.title else []
    said += [(name.replace("_", " "), "file name") for name in around.names]
    found = [one for words, where in said if (one := findings.planted_beside(words, where))]
    # the same without its lead
    return [one for one in found if not any(other is not one and one.words.endswith(f": {other.words}") for other in found)]


def _said(one: Annotation) -> list[tuple[str, str]]:
    """(what an annotation says, where it stands), with and without what a reader puts before its own notes: people write colons, too."""
    lead, colon, words = one.text.partition(": ")
    whole = (one.text, f"{one.kind} by {one.author}" if one.author else one.kind)
    return [(words, lead), whole] if one.kind == "note" and not one.author and colon and len(lead) <= LONGEST_LEAD else [whole]


def question(profile: Profile, piece: Chunk, count: int, planted: Sequence[Planted], beside: Sequence[Passage] = ()) -> Ask:
    """The question about a piece of a document, without the orders in it; `beside` are the passages that are shown with it."""
    path = "" if findings.planted_beside(piece.clause_path, "heading") else piece.clause_path
    spans = [(one.char_start, one.char_end) for one in planted if one.char_start is not None and one.char_end is not None]
    return prompting.ask(profile, replace(piece, clause_path=path), count, left_out=spans, beside=beside)


def as_written(answer: Answer) -> Answer:
    """An answer whose words are those of the document, where it copied the signs by which the prompt broke them."""
    value = answer.value
    if value.text:
        value = replace(value, text=prompting.unescape(value.text))
    return replace(answer, quote=prompting.unescape(answer.quote), answer=prompting.unescape(answer.answer), value=value)


def unread(planted: Sequence[Planted], chunks: Sequence[Any]) -> str:
    """Why nothing is absent for sure: the chunks with passages that were not asked about; empty where there are none."""
    numbers = [
        str(chunk.ordinal + 1)
        for chunk in chunks
        if any(one.char_start is not None and one.char_start < chunk.char_end and chunk.char_start < (one.char_end or 0) for one in planted)
    ]
    if not numbers:
        return ""
    listed = ", ".join(numbers[:MOST_NAMED]) + (f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else "")
    return f"chunk {listed} of {len(chunks)}: words that tell whoever reads the document what to answer were not sent to the model"
