"""Samples of one question: which are asked at first, which are asked next, and what chunks are answered by them.

Sample 0 is the question itself. A profile that votes has as many samples asked at once as can decide, and more of them chunk by chunk only
where those disagree. A sample's repairs, continuations, halves and second pass belong to it: all together are one ballot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nightclerk import findings
from nightclerk.findings import Ballot, Said, Tally
from nightclerk.pipeline import rounds
from nightclerk.pipeline.desk import Run
from nightclerk.pipeline.rounds import Part
from nightclerk.profiles import Profile
from nightclerk.records import Ask, Finding
from nightclerk.store.analyses import ReplyRow

# for a model that the catalog asks at temperature 0: samples of it would all be the same
TEMPERATURE = 0.7


def samples(run: Run) -> int:
    """How many samples a question is worth at most. Patterns always say the same."""
    return run.profile.most_votes if run.analyst == "model" else 1


def at_first(run: Run) -> range:
    """The samples that are asked at once: the least that can decide."""
    most = samples(run)
    return range(findings.majority(most) if most > 1 else 1)


def as_sample(run: Run, ask: Ask, sample: int) -> Ask:
    """A question as one of its samples."""
    greedy = samples(run) > 1 and not (run.resolved.card.temperature if ask.temperature is None else ask.temperature)
    return replace(ask, sample=sample, temperature=TEMPERATURE if greedy else ask.temperature)


def read(chunks: Sequence[Any], replies: Iterable[ReplyRow], profile: Profile, *, second: bool) -> dict[int, list[Part]]:
    """The parts of each sample that was asked, with its replies read; sample 0 was asked about all chunks."""
    by_sample: dict[int, list[ReplyRow]] = {0: []}
    for reply in replies:
        by_sample.setdefault(reply.sample, []).append(reply)
    asked = {sample: {reply.chunk_id for reply in rows} for sample, rows in by_sample.items()}
    return {
        sample: rounds.parts([chunk for chunk in chunks if sample == 0 or chunk.id in asked[sample]], rows, profile, second=second)
        for sample, rows in sorted(by_sample.items())
    }


class Poll:
    """How far the samples of one analysis are.

    Args:
        chunks: the rows of its chunks.
        parts: the parts of each sample.
        votes: how many samples a question is worth at most.
    """

    def __init__(self, chunks: Sequence[Any], parts: Mapping[int, Sequence[Part]], votes: int) -> None:
        self._chunks = chunks
        self._votes = votes
        self._parts: defaultdict[int, dict[int, list[Part]]] = defaultdict(dict)
        for sample, theirs in parts.items():
            for part in theirs:
                self._parts[part.chunk.ordinal].setdefault(sample, []).append(part)

    def ballot(self, sample: int, found: Iterable[tuple[Finding, int]]) -> Ballot:
        """What a sample found, each with the ordinal of the chunk that it was asked about, as its ballot."""
        said = tuple(Said(finding, self._about(finding, ordinal)) for finding, ordinal in found)
        return Ballot(sample, frozenset(ordinal for ordinal in self._parts if sample in self._cast(ordinal)), said)

    def count(self, ballots: Sequence[Ballot], profile: Profile) -> Tally:
        """Hold the vote. `wanted` are further samples, of which some may be asked already and still be without a reply."""
        room = {ordinal: self._votes - len(self._cast(ordinal)) - len(self._spoilt(ordinal)) for ordinal in self._parts}
        worth = {category.name: category.votes or profile.votes for category in profile.categories}
        kinds = {category.name: category.kind for category in profile.categories}
        return findings.vote(ballots, votes=worth, kinds=kinds, room=room)

    def further(self, wanted: Mapping[int, int]) -> list[tuple[Any, int]]:
        """(chunk, sample) of what is to be asked next; nothing about a chunk of which a sample is still open."""
        asked = {ordinal: max(samples) + 1 for ordinal, samples in self._parts.items()}
        return [
            (chunk, sample)
            for chunk in self._chunks
            if not any(part.replies and part.last.state == "open" for part in self._gaps(chunk.ordinal))
            for sample in range(asked[chunk.ordinal], min(asked[chunk.ordinal] + wanted.get(chunk.ordinal, 0), self._votes))
        ]

    def accounted(self, wanted: Mapping[int, int]) -> list[Part]:
        """The parts that speak for each chunk: those of the sample with the fewest gaps and losses. An open vote is a gap."""
        told: list[Part] = []
        for ordinal, asked in sorted(self._parts.items()):
            chosen = asked[min(asked, key=lambda sample: (_worst(asked[sample]), sample))]
            if self._votes > 1 and not any(part.gap for part in chosen):
                self._say(chosen[0], ordinal, open_vote=wanted.get(ordinal, 0) > 0)
            told += chosen
        return told

    def _say(self, part: Part, ordinal: int, *, open_vote: bool) -> None:
        cast, need = self._cast(ordinal), findings.majority(self._votes)
        whole = [sample for sample in cast if not any(part.losses for part in self._parts[ordinal][sample])]
        so_far = f"{len(cast)} of {self._votes} samples have answered whole"
        if open_vote:
            others = next((other.gap for other in self._gaps(ordinal)), "")
            part.gap = f"the vote is open: {so_far}" + (f"; {others}" if others else "")
        elif len(cast) < need:
            part.losses = f"the vote is short: {so_far}, and it takes {need}"
        elif len(whole) < need and not part.losses:
            part.losses = next(other.losses for sample in cast for other in self._parts[ordinal][sample] if other.losses)

    def _cast(self, ordinal: int) -> list[int]:
        return [sample for sample, theirs in self._parts[ordinal].items() if not any(part.gap for part in theirs)]

    def _spoilt(self, ordinal: int) -> list[int]:
        """The samples of which a reply is of no use for good: nobody asks for it again."""
        gaps = {sample: [part for part in theirs if part.gap] for sample, theirs in self._parts[ordinal].items()}
        return [sample for sample, theirs in gaps.items() if any(part.replies and part.last.answer is not None for part in theirs)]

    def _gaps(self, ordinal: int) -> list[Part]:
        return [part for theirs in self._parts[ordinal].values() for part in theirs if part.gap]

    def _about(self, finding: Finding, ordinal: int) -> frozenset[int]:
        """The chunk that was asked about, and those that the finding reaches into from there."""
        spans = [(item.char_start, item.char_end) for item in finding.evidence if item.char_start is not None and item.char_end is not None]
        touched = {
            chunk.ordinal for chunk in self._chunks if any(start < chunk.char_end and chunk.char_start < end for start, end in spans)
        }
        return frozenset(touched | {ordinal}) if ordinal in touched else frozenset([ordinal])


def _worst(parts: Sequence[Part]) -> tuple[int, int]:
    return sum(bool(part.gap) for part in parts), sum(bool(part.losses) for part in parts)
