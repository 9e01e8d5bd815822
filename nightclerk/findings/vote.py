"""The vote of several samples: what most of them say is filed, what most do not say is not, and what neither settles is unclear.

A sample is the same question asked with another seed. Of `n` samples that a category is worth, a reading needs more than half, and is
lost when more than half do not see anything in its place. As soon as no further sample could change that, none is asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nightclerk.findings.identity import common, filled, pieces_of, place_of
from nightclerk.findings.merge import SHARED, repeats
from nightclerk.findings.readings import Ballot, Reading, Said, readings
from nightclerk.records import Finding

_RANK = ("present", "unclear", "unverified", "contradicted")
_MOST_NAMED = 5


@dataclass(slots=True)
class Tally:
    """What a vote came to: the findings, a line for each reading that lost, and how many further samples a chunk needs at least."""

    found: list[Finding] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wanted: dict[int, int] = field(default_factory=dict)


def majority(samples: int) -> int:
    """More than half of so many samples: what has to agree, and how many are asked at first."""
    return samples // 2 + 1


def vote(ballots: Sequence[Ballot], *, votes: Mapping[str, int], kinds: Mapping[str, str], room: Mapping[int, int]) -> Tally:
    """Count the ballots on one document.

    Args:
        ballots: what the samples say, each of the chunks that it has answered.
        votes: how many samples each category is worth; of one that is worth one, the first sample's findings are taken as they are.
        kinds: kinds of the categories.
        room: how many samples can still be asked about each chunk (ordinal), 0 where all were.
    """
    tally = Tally()
    together: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in readings(ballots, kinds):
        together[reading.category].append(reading)
    most = max(votes.values(), default=1)
    for chunk, left in room.items():
        # without a majority that has answered, not even an absence is decided
        _want(tally, [chunk], min(left, majority(most) - len(_voters(ballots, frozenset([chunk]), most))))
    for category, known in together.items():
        if votes.get(category, 1) == 1:
            tally.found += [said.finding for reading in known for said in _of_first(reading, ballots)]
        else:
            _elect(category, known, ballots, votes[category], room, tally)
    return tally


def _want(tally: Tally, chunks: Sequence[int] | frozenset[int], further: int) -> None:
    if further > 0:
        tally.wanted |= {chunk: max(further, tally.wanted.get(chunk, 0)) for chunk in chunks}


def _voters(ballots: Sequence[Ballot], chunks: frozenset[int], votes: int) -> list[int]:
    """The samples that decide: the first so many that have answered all these chunks."""
    return sorted(ballot.sample for ballot in ballots if chunks <= ballot.chunks)[:votes]


def _of_first(reading: Reading, ballots: Sequence[Ballot]) -> Iterator[Said]:
    for sample, said in reading.members:
        # of a chunk that nobody has answered whole, what the first sample said before it broke off
        if sample == next(iter(_voters(ballots, said.chunks, 1)), reading.members[0][0]):
            yield said


def _elect(category: str, known: Sequence[Reading], ballots: Sequence[Ballot], votes: int, room: Mapping[int, int], tally: Tally) -> None:
    """Elect among the readings of one category: place by place, and where nothing is kept of a chunk, among all that was said of it."""
    contests = [_Contest(rivals, ballots, votes, room) for rivals in _rivals(known)]
    settled = {chunk for contest in contests if contest.state != "lost" for chunk in contest.chunks}
    unsettled = sorted({chunk for reading in known for chunk in reading.chunks} - settled)
    by_chunk = ([reading for reading in known if chunk in reading.chunks] for chunk in unsettled)
    contests += [_Contest(among, ballots, votes, room) for among in by_chunk]
    kept = {id(contest.leader): contest for contest in contests if contest.state != "lost"}
    for contest in contests:
        _want(tally, contest.chunks, contest.wanted)
    for reading in known:
        voters = _voters(ballots, reading.chunks, votes)
        if id(reading) in kept:
            tally.found.append(_filed(reading, voters, kept[id(reading)]))
        else:
            tally.lost.append(f"{category} ({reading.count(voters)} of {len(voters)} samples)")


def _rivals(known: Sequence[Reading]) -> list[list[Reading]]:
    """The readings by place: those that stand on much the same words and that no sample says both of."""
    spans = {id(reading): _span(reading) for reading in known}
    ordered = sorted(known, key=lambda reading: spans[id(reading)])
    groups: dict[int, list[Reading]] = {}
    for number, reading in enumerate(ordered):
        groups[number] = [reading]
        for before, other in enumerate(ordered[:number]):
            if spans[id(other)][1] > spans[id(reading)][0] and groups[before] is not groups[number] and _are_rivals(other, reading):
                joined = [*groups[before], *groups[number]]
                groups |= {place: joined for place, group in groups.items() if group is groups[before] or group is groups[number]}
    return list({id(group): group for group in groups.values()}.values())


def _span(reading: Reading) -> tuple[int, int]:
    pieces = pieces_of(reading.members[0][1].finding)
    return (min(start for start, _ in pieces), max(end for _, end in pieces)) if pieces else (-1, -1)


def _are_rivals(one: Reading, other: Reading) -> bool:
    # what one sample lists beside each other are two things, also where one stands within the other: a name, and a longer one around it
    if not {sample for sample, _ in one.members}.isdisjoint(sample for sample, _ in other.members):
        return False
    return common(one.members[0][1].finding, other.members[0][1].finding)[0] >= SHARED


class _Contest:
    """Readings that stand against each other, and how the vote on them stands.

    `state` is elected, unclear or lost, `leader` the reading with most votes, `seen` how many samples say any of them, `wanted` how many
    further ones it takes at least.
    """

    def __init__(self, among: Sequence[Reading], ballots: Sequence[Ballot], votes: int, room: Mapping[int, int]) -> None:
        self.readings = among
        self.chunks = frozenset().union(*(reading.chunks for reading in among))
        voters = _voters(ballots, self.chunks, votes)
        need, cast = majority(votes), len(voters)
        self.leader = max(among, key=lambda reading: (reading.count(voters), -_rank(reading)))
        top = self.leader.count(voters)
        self.seen = len({sample for reading in among for sample, _ in reading.members}.intersection(voters))
        self.state = "elected" if top >= need else "lost" if cast - self.seen >= need else "unclear"
        left = min([votes - cast, *(room.get(chunk, 0) for chunk in self.chunks)])
        # what the source does not bear out cannot become present, however many say it
        hopeless = all(_rank(reading) > 1 for reading in among)
        self.wanted = 0 if hopeless else _further(top, self.seen, cast, need, left)


def _further(top: int, seen: int, cast: int, need: int, left: int) -> int:
    """How many further samples it takes at least until no other one matters; 0 where it is so, or none is left."""
    for further in range(max(left, 0)):
        is_open = top + left - further >= need
        if top + further >= need or (not is_open and max(seen, cast - seen) + further >= need):
            return further
    return max(left, 0)


def _rank(reading: Reading) -> int:
    return min(_RANK.index(said.finding.state) for _, said in reading.members if said.finding.state in _RANK)


def _filed(reading: Reading, voters: Sequence[int], contest: _Contest) -> Finding:
    """The finding that stands for a reading: the best borne out, then the most frequent, then the first; with all evidence."""
    members = [said.finding for sample, said in reading.members if sample in voters or not voters]
    places = Counter(place_of(finding) for finding in members)
    best = min(members, key=lambda finding: (_RANK.index(finding.state), -places[place_of(finding)], place_of(finding)))
    count, cast = reading.count(voters), len(voters)
    value, evidence = best.value, list(best.evidence)
    for other in members:
        if other.state == best.state:
            value = filled(value, other.value)
            evidence += repeats(evidence, other.evidence)
    found = replace(
        best, value=value, evidence=tuple(evidence), votes=cast, votes_agreeing=count, confidence=_confidence(best, count, cast)
    )
    if contest.state == "elected":
        return found
    told = f"{count} of {cast} samples say so, {contest.seen - count} otherwise, {cast - contest.seen} nothing"
    doubt = "unclear" if best.state == "present" else best.state
    return replace(found, state=doubt, answer=f"{best.answer} ({told if cast else 'no sample has answered whole'})".strip())


def _confidence(finding: Finding, count: int, cast: int) -> float | None:
    """By the rule of succession; None where the source does not bear the finding out, since no agreement makes up for that."""
    return round((count + 1) / (cast + 2), 4) if finding.state in ("present", "unclear") else None


def lost_line(lost: Sequence[str]) -> str:
    """What lost the vote, for the reason of an analysis; empty where nothing did."""
    if not lost:
        return ""
    told = [what if number == 1 else f"{number} of {what}" for what, number in Counter(lost).items()]
    more = f" and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
    return f"{len(lost)} finding{'' if len(lost) == 1 else 's'} lost the vote: {', '.join(told[:_MOST_NAMED])}{more}"
