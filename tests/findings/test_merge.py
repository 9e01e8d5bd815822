"""Merging, ids and absences: one row for one thing, the same row on every run, and no absence that nobody may claim."""

from __future__ import annotations

import time
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


def listed(*spans: tuple[int, int], rule: str | None = None, asked: str = "0-999") -> list[Finding]:
    """Findings of one answer."""
    return [replace(finding(*span), asked=asked, rule_id=rule) for span in spans]


def test_what_one_answer_tells_apart_stays_apart() -> None:
    """A name within a longer name, listed beside it by one model, is a finding of its own; two cuts of the same passage are not."""
    assert spans(merge(listed((0, 32), (0, 6)))) == [(0, 32), (0, 6)]
    assert spans(merge(listed((0, 100), (0, 90)))) == [(0, 100)]
    assert spans(merge(listed((0, 32), (0, 6), rule="r"))) == [(0, 32)]


def test_two_samples_of_a_list_are_one_list() -> None:
    """Each finding of the second answer joins the one it fits best in the first."""
    merged = merge([*listed((0, 32), (0, 6)), *listed((0, 31), (0, 6), asked="0-999 again")])
    assert spans(merged) == [(0, 32), (0, 6)]


def test_every_evidence_is_kept_behind_that_of_the_longest() -> None:
    """The first evidence is what the finding stands on; other cuts of it are repeats, the same place is none."""
    (merged,) = merge([finding(10, 40), finding(0, 100), finding(0, 100, claim="other words"), finding(20, 90)])
    assert [(item.char_start, item.char_end, item.role) for item in merged.evidence] == [
        (0, 100, "basis"),
        (20, 90, "repeat"),
        (10, 40, "repeat"),
    ]


def test_an_answer_that_repeats_itself_is_merged_quickly() -> None:
    """Forty chunks whose answers say one thing two thousand times each are one finding, in seconds."""
    started = time.process_time()
    found = [replace(words("the Buyer", 500 * n), asked=str(n), answer=str(m)) for n in range(40) for m in range(2_000)]
    assert len(merge(found, kinds={"A": "party"})) == 1
    assert time.process_time() - started < 30


def words(text: str, start: int, category: str = "A", **value: Any) -> Finding:
    return Finding(category, "present", "", (Evidence(text, text, start, start + len(text), "exact"),), Value(**value))


def test_a_name_is_one_finding_wherever_it_stands() -> None:
    """In a category of names, the same words are one finding with a repeat for each further place; elsewhere two clauses stay two."""
    found = [words("the “Buyer”", 5), words("The Buyer", 500), words("the Seller", 900), words("the Buyer", 700, party="Acme")]
    merged = merge(found, kinds={"A": "party"})
    assert [[item.char_start for item in one.evidence] for one in merged] == [[5, 500, 700], [900]]
    assert len(merge(found)) == 4
    assert len(merge([words("[●]", 5), words("[●]", 50)], kinds={"A": "party"})) == 1


def test_a_passage_that_two_answers_cite_at_two_places_is_one_finding() -> None:
    """The place that was quoted most exactly comes first; one answer that lists it twice, and equal figures, stay two."""
    contents = replace(words("5.3 No Solicitation", 50), asked="0-99")
    contents = replace(contents, evidence=(replace(contents.evidence[0], match_level="letters"),))
    clause = replace(words("5.3 No Solicitation", 5_000), asked="4000-9000")
    (merged,) = merge([contents, clause], kinds={"A": "clause"})
    assert [(item.char_start, item.role) for item in merged.evidence] == [(5_000, "basis"), (50, "repeat")]
    assert len(merge([contents, replace(clause, asked="0-99")], kinds={"A": "clause"})) == 2
    assert len(merge([contents, clause], kinds={"A": "money"})) == 2


def test_a_name_and_its_term_in_one_answer_stay_two() -> None:
    """What one model lists in two spellings it has told apart; the same spelling twice is one."""
    found = [replace(words(text, place), asked="0-999") for text, place in (("the Buyer", 5), ("“the Buyer”", 50), ("the Buyer", 90))]
    assert [one.evidence[0].quote for one in merge(found, kinds={"A": "party"})] == ["the Buyer", "“the Buyer”"]


def test_a_name_with_another_value_is_another_finding() -> None:
    """The same words for two parties stay two."""
    found = [words("the Company", 5, party="Acme"), words("the Company", 500, party="Beta")]
    assert len(merge(found, kinds={"A": "party"})) == 2


def test_two_claims_that_one_place_nearly_says_stay_two() -> None:
    """What was claimed and is not so is never hidden by another such claim."""
    found = [
        Finding("A", "unverified", claim, (Evidence(claim, "x" * 9, 0, 9, "fuzzy"),)) for claim in ("fee of $5", "fee of $6", "fee of $5")
    ]
    assert sorted(one.answer for one in merge(found)) == ["fee of $5", "fee of $6"]


def test_a_finding_in_two_pieces_spans_both_and_has_its_own_id() -> None:
    """What overlaps its pieces is the same, what stands between them is not, and another second piece makes another id."""
    pieces = (Evidence("a", "x" * 10, 0, 10, "across"), Evidence("b", "x" * 10, 30, 40, "across"))
    whole = Finding("A", "present", "", pieces)
    (merged,) = merge([whole, finding(0, 40)])
    assert (merged.evidence[0].char_start, merged.evidence[0].role) == (0, "basis")
    assert len(merge([whole, finding(12, 28)])) == 2
    other = replace(whole, evidence=(pieces[0], replace(pieces[1], char_start=50, char_end=60)))
    assert finding_id("analysis", whole) != finding_id("analysis", other)


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
    evidence = {(found.category, item.char_start, item.char_end) for found in merged for item in found.evidence}
    assert evidence == {(found.category, item.char_start, item.char_end) for found in findings for item in found.evidence}


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
