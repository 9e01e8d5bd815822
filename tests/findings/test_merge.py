"""Merging, ids and absences: one row for one thing, the same row on every run, and no absence that nobody may claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.findings import absences, finding_id, merge
from nightclerk.records import Evidence, Finding, Value


def finding(start: int | None, end: int | None, category: str = "A", state: Any = "present", claim: str = "q", **value: Any) -> Finding:
    level: Any = "none" if start is None else "exact"
    quote = "" if start is None or end is None else "x" * (end - start)
    return Finding(category, state, "answer", (Evidence(claim, quote, start, end, level),), Value(**value))


def spans(findings: list[Finding]) -> list[tuple[int | None, int | None]]:
    return [(found.evidence[0].char_start, found.evidence[0].char_end) for found in findings]


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ((0, 100), (0, 100), [(0, 100)]),
        ((0, 100), (20, 60), [(0, 100)]),
        ((0, 100), (50, 150), [(0, 100)]),
        ((0, 100), (50, 200), [(50, 200)]),
        ((0, 100), (51, 151), [(0, 100), (51, 151)]),
        ((0, 100), (100, 200), [(0, 100), (100, 200)]),
        ((0, 100), (90, 110), [(0, 100)]),
        ((0, 100), (500, 600), [(0, 100), (500, 600)]),
    ],
)
def test_half_of_the_shorter_span_makes_one_finding(one: Any, other: Any, kept: Any) -> None:
    """Findings that share at least half of the shorter span become one, the longer; others stay two."""
    assert spans(merge([finding(*one), finding(*other)])) == kept
    assert spans(merge([finding(*other), finding(*one)])) == kept


def test_category_state_and_contradicting_values_keep_findings_apart() -> None:
    """Two parties in one preamble, two figures in one sentence, and unclear beside present are each their own finding."""
    apart = [
        finding(0, 9),
        finding(0, 9, "B"),
        finding(0, 9, state="unclear"),
        finding(20, 29, party="Buyer"),
        finding(20, 29, party="Seller"),
        finding(40, 49, number=5.0),
        finding(40, 49, number=6.0),
        finding(60, 69, day=date(2020, 1, 1)),
        finding(60, 69, day=date(2021, 1, 1)),
    ]
    merged = merge(apart)
    assert len(merged) == len(apart)
    assert len({finding_id("analysis", found) for found in merged}) == len(apart)


def test_what_one_finding_lacks_comes_from_the_other() -> None:
    """Merging loses no value."""
    (merged,) = merge([finding(0, 9, number=5.0), finding(0, 8, unit="days", text="five")])
    assert merged.value == Value(number=5.0, unit="days", text="five")


def test_claims_that_were_not_found_are_one_when_they_claim_the_same() -> None:
    """Unverified findings are merged by their claimed words."""
    merged = merge([finding(None, None, state="unverified", claim=claim) for claim in ("a b", "c", "a  b", "c")])
    assert sorted(found.evidence[0].claimed_quote.split()[0] for found in merged) == ["a", "c"]


def test_the_order_is_that_of_the_profile_then_of_the_place() -> None:
    """Categories in the order given, places ascending."""
    merged = merge([finding(50, 60), finding(9, 12, "B"), finding(0, 5), finding(3, 4, "C")], categories=["B", "A"])
    assert [(found.category, found.evidence[0].char_start) for found in merged] == [("B", 9), ("A", 0), ("A", 50), ("C", 3)]


made = st.builds(
    lambda start, length, category, state, number, party: finding(start, start + length, category, state, number=number, party=party),
    st.integers(0, 30),
    st.integers(1, 30),
    st.sampled_from("AB"),
    st.sampled_from(["present", "unclear"]),
    st.sampled_from([None, 1.0, 2.0]),
    st.sampled_from([None, "Buyer", "buyer ", "Seller"]),
)


@given(st.lists(made, max_size=12), st.randoms(use_true_random=False))
def test_merging_is_independent_of_order_and_ids_are_unique(findings: list[Finding], random_: Any) -> None:
    """Any order of chunks gives the same findings, no two with one id, and every merged span was somebody's."""
    merged = merge(findings)
    shuffled = list(findings)
    random_.shuffle(shuffled)
    assert merge(shuffled) == merged
    assert len({finding_id("analysis", found) for found in merged}) == len(merged)
    assert set(spans(merged)) <= set(spans(findings))
    covered = {(found.category, found.state) for found in merged}
    assert covered == {(found.category, found.state) for found in findings}


def test_an_id_depends_on_analysis_category_state_place_and_value_only() -> None:
    """Rewording does not change it; anything that makes another finding does."""
    base = finding(0, 9, number=5.0)
    same = replace(base, answer="other words", confidence=0.3, rule_id="r")
    assert finding_id("one", base) == finding_id("one", same)
    assert len(finding_id("one", base)) == 32
    others = [
        finding(0, 8, number=5.0),
        finding(0, 9, "B", number=5.0),
        finding(0, 9, number=6.0),
        finding(0, 9, state="unclear", number=5.0),
    ]
    ids = {finding_id("one", base), finding_id("two", base), *(finding_id("one", other) for other in others)}
    assert len(ids) == 6


def test_a_model_that_read_everything_may_say_that_something_is_absent() -> None:
    """`not_present` names what was read; a category with any finding gets no absence."""
    found = [finding(0, 9, "A"), finding(0, 9, "B", "unclear"), finding(None, None, "C", "unverified")]
    (absent,) = absences("ABCD", found, complete=True, analyst="model", read="12 of 12 pages, 3 of 3 chunks")
    assert (absent.category, absent.state, absent.evidence) == ("D", "not_present", ())
    assert "12 of 12 pages, 3 of 3 chunks" in absent.answer


def test_a_gap_makes_an_absence_unclear_and_patterns_never_claim_one() -> None:
    """Incomplete reading is `unclear` with its reason; the rules say only that no pattern matched."""
    (unclear,) = absences(["D"], [], complete=False, analyst="model", read="2 of 3 chunks", reason="chunk 3: budget reached")
    assert unclear.state == "unclear"
    assert "2 of 3 chunks" in unclear.answer
    assert "budget reached" in unclear.answer
    (no_match,) = absences(["D"], [], complete=True, analyst="rules", read="all")
    assert (no_match.state, no_match.answer) == ("no_match", "no pattern matched")
    (partial,) = absences(["D"], [], complete=False, analyst="rules", read="2 of 3 chunks")
    assert partial.state == "no_match"
    assert "2 of 3 chunks" in partial.answer
