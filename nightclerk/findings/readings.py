"""What several samples say about one document, put together: what is the same by place and by meaning is one reading of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nightclerk.findings.identity import claim_of, common, is_fuzzy, pieces_of, place_of
from nightclerk.findings.meaning import Meaning, meaning, says_the_same
from nightclerk.findings.merge import SHARED, TWICE
from nightclerk.records import Finding

# places are looked up by blocks of so many characters
_BLOCK = 500
# of so many readings of one category in one chunk the meanings are compared; beyond that only their places
_MOST = 50
# of what one sample says again and again, so much is compared with what is said later
_FEW = 4


@dataclass(frozen=True, slots=True)
class Said:
    """One finding of one sample, and the ordinals of the chunks that it is about."""

    finding: Finding
    chunks: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one sample says of the chunks that it has answered."""

    sample: int
    chunks: frozenset[int]
    said: tuple[Said, ...]


@dataclass(slots=True)
class Reading:
    """One thing that samples say alike: (sample, what it said), in the order of the samples."""

    category: str
    members: list[tuple[int, Said]] = field(default_factory=list)
    # the first of what each sample said, with what that means
    heads: dict[int, list[tuple[Said, Meaning]]] = field(default_factory=dict)

    @property
    def chunks(self) -> frozenset[int]:
        """The chunks that it is about."""
        return frozenset().union(*(said.chunks for _, said in self.members))

    def count(self, voters: Sequence[int]) -> int:
        """How many of these samples say it."""
        return len({sample for sample, _ in self.members}.intersection(voters))


def readings(ballots: Sequence[Ballot], kinds: Mapping[str, str]) -> list[Reading]:
    """The readings of all ballots; `kinds` are those of the categories.

    A finding of one sample and one of another are the same when they are about the same chunk, their spans share half of the shorter one
    and what they mean does not differ; or when they mean the same day, amount, name or yes at different places. Each finding of a sample
    is another reading than its others, unless both are the same passage.
    """
    known = _Known()
    for ballot in sorted(ballots, key=lambda ballot: ballot.sample):
        _cast(ballot, [meaning(said.finding, kinds.get(said.finding.category, "")) for said in ballot.said], known)
    return known.readings


class _Known:
    """The readings so far, and where to look for one."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self._places: defaultdict[tuple[str, object], list[int]] = defaultdict(list)
        self._chunks: defaultdict[tuple[str, int], list[int]] = defaultdict(list)

    def near(self, said: Said) -> list[int]:
        """Numbers of the readings that may be the same, in order."""
        category = said.finding.category
        found = {number for key in _blocks(said.finding) for number in self._places.get((category, key), ())}
        for chunk in said.chunks:
            same = self._chunks.get((category, chunk), [])
            found.update(same[:_MOST])
        return sorted(found)

    def add(self, number: int | None, sample: int, said: Said, means: Meaning) -> int:
        """Add what was said to a reading, or as a new one; returns its number."""
        if number is None:
            number = len(self.readings)
            self.readings.append(Reading(said.finding.category))
            for key in _blocks(said.finding):
                self._places[said.finding.category, key].append(number)
            for chunk in said.chunks:
                self._chunks[said.finding.category, chunk].append(number)
        reading = self.readings[number]
        reading.members.append((sample, said))
        heads = reading.heads.setdefault(sample, [])
        if len(heads) < _FEW:
            heads.append((said, means))
        return number


def _blocks(finding: Finding) -> Iterator[object]:
    spans = pieces_of(finding)
    for start, end in spans:
        yield from range(start // _BLOCK, end // _BLOCK + 1)
    if not spans:
        yield place_of(finding)


def _cast(ballot: Ballot, meanings: Sequence[Meaning], known: _Known) -> None:
    """Add a ballot: each of its findings to the reading that it fits best, the best fits first."""
    ranked = [
        (*fit, -place, -number)
        for place, said in enumerate(ballot.said)
        for number in known.near(said)
        if (fit := _fit(said, meanings[place], known.readings[number]))
    ]
    home: dict[int, int] = {}
    taken: set[int] = set()
    for *_, place, number in sorted(ranked, reverse=True):
        if -place not in home and number not in taken:
            home[-place] = -number
            taken.add(number)
    for place, said in enumerate(ballot.said):
        twins = (other for other in known.near(said) if _is_twin(ballot.sample, said, meanings[place], known.readings[other]))
        known.add(home[place] if place in home else next(twins, None), ballot.sample, said, meanings[place])


def _fit(said: Said, means: Meaning, reading: Reading) -> tuple[int, float] | None:
    """How well a finding fits a reading; None where it is another one."""
    fits = [_likeness(said, means, *heads[0]) for heads in reading.heads.values()]
    return None if any(fit == (0, 0.0) for fit in fits) else max((fit for fit in fits if fit), default=None)


def _likeness(one: Said, means: Meaning, other: Said, others_means: Meaning) -> tuple[int, float] | None:
    """(2, shared part) at one place, (1, closeness) by meaning alone, None for nothing in common, (0, 0.0) where one speaks against it."""
    if _stance(one.finding) != _stance(other.finding) or not one.chunks & other.chunks:
        return 0, 0.0
    same = says_the_same(means, others_means)
    shorter, both = common(one.finding, other.finding)
    # the same words name the same party, in whatever form its name is given
    if same is False and not (means.words and both >= TWICE):
        return 0, 0.0
    if shorter >= SHARED and not _is_other_claim(one.finding, other.finding):
        return 2, both
    if not pieces_of(one.finding) and not pieces_of(other.finding) and place_of(one.finding) == place_of(other.finding):
        return 2, 1.0
    return (1, float(means == others_means)) if same else None


def _stance(finding: Finding) -> str:
    """What a finding does beside saying something: what the source denies is not what it says, and an open question no answer."""
    return finding.state if finding.state in ("unclear", "contradicted") else "present"


def _is_other_claim(one: Finding, other: Finding) -> bool:
    """Whether two claims that a place nearly says differ, and neither was found harmless."""
    doubtful = any(is_fuzzy(finding) and finding.state != "present" for finding in (one, other))
    return doubtful and claim_of(one) != claim_of(other)


def _is_twin(sample: int, said: Said, means: Meaning, reading: Reading) -> bool:
    """Whether this sample has said the same thing of the same words before."""
    return any(
        other.finding.state == said.finding.state
        and says_the_same(means, others_means) is not False
        and (common(said.finding, other.finding)[1] >= TWICE or place_of(said.finding) == place_of(other.finding))
        for other, others_means in reading.heads.get(sample, ())
    )
