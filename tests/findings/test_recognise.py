"""Promises of recognising: a finding is known again by what it stands on, one to one."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from nightclerk.findings import Known, fingerprint, recognised
from nightclerk.records import Evidence, Finding, Value

NOTHING = Value()
SPANS = st.tuples(st.integers(0, 500), st.integers(1, 80)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def finding(*spans: tuple[int, int], category: str = "Term", state: str = "present", value: Value = NOTHING, answer: str = "") -> Finding:
    """A finding that stands on these spans."""
    evidence = tuple(Evidence("q", "q", start, end, "exact") for start, end in spans)
    return Finding(category, state, answer, evidence, value)  # type: ignore[arg-type]


def known(name: str, *spans: tuple[int, int], category: str = "Term", absent: bool = False, says: Finding | None = None) -> Known:
    """What was filed earlier."""
    return Known(name, category, absent, spans, (), fingerprint(says) if says else None)


def test_a_longer_or_shorter_quote_of_the_same_words_is_the_same_finding() -> None:
    """Overlap by half of the shorter span is enough; a neighbour that only touches it is another finding."""
    found = [("longer", finding((0, 300))), ("beside", finding((400, 440)))]
    assert recognised(found, [known("a", (100, 150)), known("b", (430, 500))]) == {"longer": "a"}


def test_of_two_at_one_place_each_keeps_its_own_name() -> None:
    """Two amounts of one sentence are told apart by what they say, whatever order they come in."""
    low, high = finding((0, 90), value=Value(number=5.0)), finding((0, 90), value=Value(number=7.0))
    earlier = [known("low", (0, 90), says=low), known("high", (0, 90), says=high)]
    assert recognised([("1", high), ("2", low)], earlier) == {"1": "high", "2": "low"}


def test_another_category_is_another_finding() -> None:
    """The place alone does not make it the same."""
    assert recognised([("1", finding((0, 90)))], [known("a", (0, 90), category="Parties")]) == {}


def test_an_absence_is_known_again_by_its_category() -> None:
    """Nothing found by rules and nothing found by a model are one absence; something found is not."""
    absent = [known("none", absent=True)]
    assert recognised([("1", finding(state="no_match"))], absent) == {"1": "none"}
    assert recognised([("1", finding((0, 9)))], absent) == {}


def test_a_claim_that_stands_nowhere_is_known_again_by_its_words() -> None:
    """White space aside."""
    claim = Finding("Term", "unverified", "", (Evidence("five\n years", "", None, None, "none"),))
    assert recognised([("1", claim)], [Known("a", "Term", False, (), ("five years",), None)]) == {"1": "a"}


def test_the_fingerprint_holds_what_is_said_and_not_how() -> None:
    """Another wording says the same; another state, value, or a no for a yes does not."""
    plain = finding((0, 9), value=Value(day=date(2026, 1, 1)), answer="Yes, it may.")
    assert fingerprint(plain) == fingerprint(finding((5, 9), value=Value(day=date(2026, 1, 1), text="1 Jan"), answer="yes"))
    for other in (
        finding((0, 9), value=Value(day=date(2026, 1, 2)), answer="Yes"),
        finding((0, 9), value=Value(day=date(2026, 1, 1)), answer="No"),
        finding((0, 9), value=Value(day=date(2026, 1, 1)), answer="Yes", state="contradicted"),
    ):
        assert fingerprint(plain) != fingerprint(other)


@given(st.lists(SPANS, max_size=8), st.lists(SPANS, max_size=8))
def test_names_are_given_one_to_one(new: list[tuple[int, int]], old: list[tuple[int, int]]) -> None:
    """No identity is given to two findings, and only to those that overlap what it stood on."""
    found = [(str(number), finding(span)) for number, span in enumerate(new)]
    names = recognised(found, [known(str(number), span) for number, span in enumerate(old)])
    assert len(set(names.values())) == len(names)
    for one, other in names.items():
        (start, end), (first, last) = new[int(one)], old[int(other)]
        assert min(end, last) - max(start, first) >= min(end - start, last - first) / 2


@given(st.lists(SPANS, max_size=8, unique=True))
def test_a_rerun_renames_nothing(spans: list[tuple[int, int]]) -> None:
    """What is found at the same places again has the same names."""
    found = [(str(number), finding(span)) for number, span in enumerate(spans)]
    earlier = [known(name, (one.evidence[0].char_start or 0, one.evidence[0].char_end or 0), says=one) for name, one in found]
    again = recognised(found, earlier)
    assert set(again) == {name for name, _ in found}
    assert {spans[int(name)] for name in again} == {spans[int(name)] for name in again.values()}


def test_two_findings_that_changed_their_order_keep_their_names() -> None:
    """Hundreds of one category, far apart, in any order: each is met where it stands."""
    spans = [(at * 60, at * 60 + 50) for at in range(300)]
    earlier = [known(f"k{start}", (start + 3, end + 3)) for start, end in spans]
    found = [(f"f{start}", finding((start, end))) for start, end in reversed(spans)]
    assert recognised(found, earlier) == {f"f{start}": f"k{start}" for start, _ in spans}
