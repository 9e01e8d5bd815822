"""Promises of the vote: answers are compared by what they mean, most samples decide, and nobody is asked whose answer would not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.findings import Ballot, Said, Tally, lost_line, vote
from nightclerk.findings.meaning import meaning, says_the_same
from nightclerk.records import Evidence, Finding, Value

KINDS = {"Law": "clause", "Signed": "date", "Cap": "money", "Audit": "yes_no", "Party": "party", "Term": "duration", "Fee": "percentage"}


def found(category: str, start: int, end: int, *, answer: str = "", quote: str = "", **value: Any) -> Finding:
    """A finding that was found word for word."""
    evidence = Evidence(quote or "q" * (end - start), quote or "q" * (end - start), start, end, "exact")
    return Finding(category, "present", answer, (evidence,), Value(**value))


def held(samples: list[list[Finding]], *, votes: int | dict[str, int] = 5, chunks: int = 1, most: int = 0) -> Tally:
    """A vote of samples about a document of so many chunks of 1,000 characters."""
    worth = dict.fromkeys(KINDS, votes) if isinstance(votes, int) else votes
    everywhere = frozenset(range(chunks))
    ballots = [Ballot(number, everywhere, tuple(_said(one) for one in sample)) for number, sample in enumerate(samples)]
    return vote(ballots, votes=worth, kinds=KINDS, room=dict.fromkeys(everywhere, max(worth.values()) - len(samples)))


def _said(finding: Finding) -> Said:
    start = finding.evidence[0].char_start
    return Said(finding, frozenset([(start or 0) // 1_000]))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (found("Signed", 0, 9, day=date(2025, 3, 3)), found("Signed", 500, 520, answer="3rd of March, 2025"), True),
        (found("Signed", 0, 9, day=date(2025, 3, 3)), found("Signed", 0, 9, quote="March 4, 2025"), False),
        (found("Cap", 0, 9, number=5.0, scale="million", currency="USD"), found("Cap", 90, 99, answer="US$ 5,000,000"), True),
        (found("Cap", 0, 9, number=5.0, scale="million", currency="USD"), found("Cap", 90, 99, number=5e6, currency="EUR"), False),
        (found("Cap", 0, 9, number=5e6, currency="USD"), found("Cap", 90, 99, answer="$5,500,000"), False),
        (found("Term", 0, 9, duration="P2Y"), found("Term", 90, 99, answer="twenty-four (24) months"), True),
        (found("Term", 0, 9, duration="P1Y12M"), found("Term", 90, 99, duration="P24M"), True),
        (found("Term", 0, 9, duration="P30D"), found("Term", 90, 99, duration="P1M"), False),
        (found("Term", 0, 9, duration="P30D"), found("Term", 90, 99, answer="thirty (30) business days"), True),
        (found("Fee", 0, 9, number=1.5, unit="percent"), found("Fee", 90, 99, answer="150 basis points"), True),
        (found("Fee", 0, 9, number=1.5, unit="percent"), found("Fee", 90, 99, answer="15%"), False),
        (found("Audit", 0, 9, answer="Yes, once a year"), found("Audit", 90, 99, answer="ja"), True),
        (found("Audit", 0, 9, answer="Yes"), found("Audit", 90, 99, answer="No: audits are excluded"), False),
        (found("Party", 0, 9, party="Alderbrook Works Ltd."), found("Party", 90, 99, party="ALDERBROOK WORKS"), True),
        (found("Law", 0, 9, answer="New York"), found("Law", 90, 99, answer="New York"), None),
    ],
)
def test_answers_are_compared_by_the_meaning_of_their_type(one: Finding, other: Finding, same: bool | None) -> None:
    """The same day, amount, span, share, yes or name however worded; a clause is known by its place alone."""
    kind = KINDS[one.category]
    assert says_the_same(meaning(one, kind), meaning(other, kind)) is same
    assert says_the_same(meaning(other, kind), meaning(one, kind)) is same


def test_what_most_samples_say_is_filed_with_all_evidence() -> None:
    """Three of five that cut the same clause differently are one finding; the place named most often stands first."""
    law = [[found("Law", 0, 80)], [found("Law", 0, 80)], [found("Law", 10, 90)], [], []]
    (filed,) = held(law).found
    assert (filed.state, filed.votes, filed.votes_agreeing) == ("present", 5, 3)
    assert [(item.char_start, item.role) for item in filed.evidence] == [(0, "basis"), (10, "repeat")]


def test_what_few_samples_say_is_no_finding() -> None:
    """A minority is dropped and counted."""
    tally = held([[found("Law", 0, 80)], [found("Law", 0, 80)], [], [], []])
    assert tally.found == []
    assert lost_line(tally.lost) == "1 finding lost the vote: Law (2 of 5 samples)"


def test_a_disputed_reading_is_unclear() -> None:
    """Where most samples see something and no reading has most of them, the leading one is filed for a person to look at."""
    five = found("Cap", 0, 80, answer="5 million", number=5e6, currency="USD")
    six = found("Cap", 0, 80, answer="6 million", number=6e6, currency="USD")
    (filed,) = held([[five], [five], [six], [six], []]).found
    assert filed.state == "unclear"
    assert "(2 of 5 samples say so, 2 otherwise, 1 nothing)" in filed.answer


def test_different_places_for_different_answers_are_a_dispute_too() -> None:
    """No category is absent of which most samples found something, each something else."""
    days = [[found("Signed", place, place + 20, day=date(2025, 1, place // 100 + 1))] for place in (0, 100, 200)]
    tally = held([*days, [], []])
    assert [finding.state for finding in tally.found] == ["unclear"]


def test_what_the_source_denies_is_no_vote_for_what_it_says() -> None:
    """A contradicted quote of a clause stands against a true one at the same place."""
    law = found("Law", 0, 80)
    wrong = replace(law, state="contradicted")
    assert [(one.state, one.votes_agreeing) for one in held([[law], [law], [wrong], [law], [wrong]]).found] == [("present", 3)]
    tally = held([[law], [wrong], [wrong], [law], [wrong]])
    assert [(one.state, one.confidence) for one in tally.found] == [("contradicted", None)]


def test_a_name_within_a_name_that_every_sample_lists_stays() -> None:
    """What samples list beside each other are two things, though one stands within the other."""
    both = [found("Party", 0, 30, quote="Rogers Cable Communications Inc"), found("Party", 0, 6, quote="Rogers")]
    assert len(held([both, both, both[:1], both, both]).found) == 2


def test_a_category_worth_one_sample_is_not_voted_on() -> None:
    """Its findings are those of the first sample, without counts; the others have no say."""
    worth = {**dict.fromkeys(KINDS, 5), "Law": 1}
    tally = held([[found("Law", 0, 80)], [], [], [], []], votes=worth)
    assert [(one.state, one.votes) for one in tally.found] == [("present", None)]
    assert held([[], [found("Law", 0, 80)], [], [], []], votes=worth).found == []


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        ([True], 2),
        ([True, True, True], 0),
        ([False, False, False], 0),
        ([True, False, True], 1),
        ([True, False, False], 1),
        ([True, False, False, True], 1),
        ([True, False, False, False], 0),
    ],
)
def test_no_sample_is_asked_whose_answer_would_not_matter(samples: list[bool], wanted: int) -> None:
    """As many further samples are wanted as it takes at least to decide, absence included."""
    tally = held([[found("Law", 0, 80)] if said else [] for said in samples])
    assert tally.wanted == ({0: wanted} if wanted else {})


def test_a_claim_that_the_document_does_not_make_is_worth_no_further_sample() -> None:
    """However many samples make it, it cannot become present."""
    claim = Finding("Law", "unverified", "", (Evidence("nowhere said", "", None, None, "none"),))
    assert held([[claim], [], []]).wanted == {}


def test_only_the_chunk_in_which_samples_disagree_wants_more() -> None:
    """Chunks are decided one by one."""
    agreed, doubted = found("Law", 0, 80), found("Law", 1_000, 1_080)
    assert held([[agreed, doubted], [agreed], [agreed]], chunks=2).wanted == {1: 1}


READINGS = [
    found("Law", 0, 80),
    found("Law", 40, 120),
    found("Law", 200, 280),
    found("Cap", 300, 380, number=5e6, currency="USD"),
    found("Cap", 300, 380, number=6e6, currency="USD"),
    found("Cap", 400, 480, number=6e6, currency="USD"),
    found("Signed", 500, 520, day=date(2025, 3, 3)),
    found("Audit", 600, 680, answer="Yes"),
    found("Audit", 700, 780, answer="No"),
    found("Party", 800, 830, quote="Rogers Cable Communications Inc"),
    found("Party", 800, 806, quote="Rogers"),
]


@given(samples=st.lists(st.sets(st.integers(0, len(READINGS) - 1), max_size=4), min_size=5, max_size=5), votes=st.sampled_from([3, 4, 5]))
def test_stopping_early_changes_no_outcome(samples: list[set[int]], votes: int) -> None:
    """What is present or unclear after the samples that were asked for is what it is after all of them."""
    ballots = [[READINGS[number] for number in sorted(sample)] for sample in samples[:votes]]
    asked = votes // 2 + 1
    while wanted := held(ballots[:asked], votes=votes).wanted:
        asked += wanted[0]
    assert asked <= votes
    early, whole = held(ballots[:asked], votes=votes), held(ballots, votes=votes)
    assert sorted((one.category, one.state) for one in early.found) == sorted((one.category, one.state) for one in whole.found)
