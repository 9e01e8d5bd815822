"""Halves: what a border between two questions cut in two is one finding again, and nothing else is joined."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.findings import join_halves
from nightclerk.records import Evidence, Finding, Value

TEXT = "Fees. The Seller shall pay all taxes, duties and levies when due. Law. New York."
SEAM = TEXT.index("duties")
START, END = TEXT.index("The"), TEXT.index(" Law")


def finding(start: int | None, end: int | None, category: str = "A", page: int = 0, level: Any = "exact", **value: Any) -> Finding:
    quote = "" if start is None else TEXT[start:end]
    evidence = Evidence(quote or "a claim", quote, start, end, level, page_index=page, last_page_index=page)
    return Finding(category, "present", quote, (evidence,), Value(**value), 0.9 if page else 0.8)


def test_two_halves_are_one_finding_over_the_seam() -> None:
    """One evidence from the first character to the last, with both claims, both pages, the weaker level and the lower confidence."""
    (whole,) = join_halves([finding(START, SEAM - 1), finding(SEAM, END, page=1, level="folded", number=5.0)], TEXT, [SEAM])
    (evidence,) = whole.evidence
    assert (evidence.quote, evidence.char_start, evidence.char_end) == (TEXT[START:END], START, END)
    assert evidence.claimed_quote == TEXT[START:END]
    assert (evidence.page_index, evidence.last_page_index, evidence.match_level) == (0, 1, "folded")
    assert (whole.answer, whole.value.number, whole.confidence) == (TEXT[START:END], 5.0, 0.8)


def test_three_parts_are_one_finding() -> None:
    """A passage longer than a chunk is joined over each of its seams."""
    second = TEXT.index("levies")
    parts = [finding(second, END), finding(START, SEAM), finding(SEAM, second)]
    (whole,) = join_halves(parts, TEXT, [second, SEAM])
    assert whole.evidence[0].quote == TEXT[START:END]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (finding(START, SEAM), finding(SEAM, END, "B")),
        (finding(START, SEAM, number=5.0), finding(SEAM, END, number=6.0)),
        (finding(START, SEAM - 8), finding(SEAM, END)),
        (finding(START, SEAM), finding(SEAM + 7, END)),
        (finding(START, SEAM), finding(None, None, level="none")),
    ],
)
def test_what_is_no_half_of_the_other_stays(one: Finding, other: Finding) -> None:
    """Another category, another figure, words in between, or a claim that was not found: two findings."""
    assert join_halves([one, other], TEXT, [SEAM]) == [one, other]


def test_two_items_of_a_list_stay_two() -> None:
    """An item that ends where the next one begins is whole."""
    text = "(a) who know of it; (b) who signed it;"
    items = [
        Finding("A", "present", "", (Evidence("", text[start:end], start, end, "exact"),)) for start, end in ((0, 19), (20, len(text)))
    ]
    assert join_halves(items, text, [20]) == items


@given(st.lists(st.tuples(st.integers(0, 70), st.integers(1, 10)), max_size=8), st.sets(st.integers(1, 79), max_size=4))
def test_every_place_that_was_found_stays_found(spans: list[tuple[int, int]], seams: set[int]) -> None:
    """Whatever is joined covers what it was joined from."""
    findings = [finding(start, start + length) for start, length in spans]
    joined = [(one.evidence[0].char_start, one.evidence[0].char_end) for one in join_halves(findings, TEXT, seams)]
    for start, length in spans:
        assert any(first is not None and last is not None and first <= start and start + length <= last for first, last in joined)
