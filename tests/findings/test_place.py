"""Placing answers: the evidence is the source's own slice with page and clause, or it says that there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.findings import place
from nightclerk.records import Answer, Evidence, Page, Section, Value
from nightclerk.text import Locator

TEXT = "ARTICLE I\n1.1 The Price is $5,500.\n(a) Payable at\nClosing by the Buyer.\n1.2 Taxes. ARTICLE II The end"
PAGES = (Page(0, "i", 0, 49), Page(1, "", 49, 49, "blank"), Page(2, "1", 49, len(TEXT)))
SECTIONS = (
    Section(0, "article", "Article I", "", 0, 0, 83),
    Section(1, "clause", "Article I > 1.1", "", 1, 10, 72),
    Section(2, "item", "Article I > 1.1 > (a)", "", 2, 35, 72),
    Section(3, "clause", "Article I > 1.2", "", 1, 72, 82),
    Section(4, "article", "Article II", "", 0, 83, len(TEXT)),
)


def evidence(quote: str, pages: tuple[Page, ...] = PAGES, sections: tuple[Section, ...] = SECTIONS) -> Evidence:
    (finding,) = place([Answer("Price", "present", quote, "")], locator=Locator(TEXT), span=(0, len(TEXT)), pages=pages, sections=sections)
    assert (finding.state == "unverified") == (finding.evidence[0].match_level == "none")
    return finding.evidence[0]


def test_a_quote_over_a_page_break_names_both_pages_and_the_deepest_clause() -> None:
    """First and last page by index and printed label, and the clause where the quote begins."""
    found = evidence("payable at closing by the buyer")
    assert found == Evidence(
        "payable at closing by the buyer",
        "Payable at\nClosing by the Buyer",
        39,
        70,
        "folded",
        "Article I > 1.1 > (a)",
        0,
        "i",
        2,
        "1",
    )


@pytest.mark.parametrize(
    ("quote", "path"),
    [
        ("ARTICLE I", "Article I"),
        ("The Price is $5,500", "Article I > 1.1"),
        ("1.2 Taxes.", "Article I > 1.2"),
        ("The end", "Article II"),
    ],
)
def test_the_clause_is_the_deepest_one_around_the_start(quote: str, path: str) -> None:
    """Sections that ended before, or begin after, are not cited."""
    assert evidence(quote).clause_path == path


def test_without_pages_and_sections_there_is_still_a_place() -> None:
    """A text without pages has no page to name; its span stands."""
    found = evidence("The end", (), ())
    assert (found.quote, found.page_index, found.page_label, found.last_page_index, found.clause_path) == ("The end", None, None, None, "")


@pytest.mark.parametrize(
    ("quote", "level", "slice_"),
    [
        ("The Price is $5,000.", "fuzzy", "The Price is $5,500"),
        ("The Price is not $5,500.", "fuzzy", "The Price is $5,500"),
        ("The Seller warrants the title.", "none", ""),
        ("", "none", ""),
    ],
)
def test_a_claim_that_the_source_does_not_make_keeps_its_words(quote: str, level: str, slice_: str) -> None:
    """The finding keeps its answer and value, its evidence the claim, and the slice that nearly says it, which is judged elsewhere."""
    answer = Answer("Price", "present", quote, "USD 5,000", Value(number=5000.0), 0.9, "rule")
    (finding,) = place([answer], locator=Locator(TEXT), span=(0, len(TEXT)), pages=PAGES, sections=SECTIONS)
    assert finding.state == ("unverified" if level == "none" else "present")
    (found,) = finding.evidence
    assert (found.claimed_quote, found.quote, found.match_level) == (quote, slice_, level)
    assert (finding.answer, finding.value, finding.confidence, finding.rule_id) == ("USD 5,000", Value(number=5000.0), 0.9, "rule")


def test_a_quote_with_an_elision_has_a_piece_of_evidence_for_each_part() -> None:
    """Each piece has its own slice, page and clause, and the part of the claim that stands there."""
    answer = Answer("Price", "present", "The Price is ... Payable at [...] by the Buyer.", "")
    (finding,) = place([answer], locator=Locator(TEXT), span=(0, len(TEXT)), pages=PAGES, sections=SECTIONS, asked="0-97")
    assert (finding.state, finding.asked) == ("present", "0-97")
    assert [(found.claimed_quote, found.quote, found.match_level, found.page_index) for found in finding.evidence] == [
        ("The Price is", "The Price is", "parts", 0),
        ("Payable at", "Payable at", "parts", 0),
        ("by the Buyer.", "by the Buyer.", "parts", 2),
    ]


@pytest.mark.parametrize(
    ("quote", "answer", "filed"),
    [
        ("payable at closing", "payable at closing", "Payable at\nClosing"),
        ("payable at closing", "at closing", "at closing"),
        ("The Price is $5,000.", "The Price is $5,000.", "The Price is $5,000."),
    ],
)
def test_an_answer_that_repeats_its_quote_is_filed_in_the_words_of_the_source(quote: str, answer: str, filed: str) -> None:
    """Any other answer, and one that the source does not say, stay as they were given."""
    (finding,) = place([Answer("Price", "present", quote, answer)], locator=Locator(TEXT), span=(0, 97), pages=PAGES, sections=SECTIONS)
    assert finding.answer == filed


def test_the_chunk_that_was_asked_decides_between_two_places() -> None:
    """Of two equal sentences the one in the chunk is cited."""
    text = "Notice is due. " * 4
    (finding,) = place([Answer("Notice", "unclear", "notice is due.", "")], locator=Locator(text), span=(30, 45), pages=(), sections=())
    assert finding.state == "unclear"
    assert finding.evidence[0].char_start == 30


def test_a_passage_that_is_quoted_twice_and_stands_twice_is_found_twice() -> None:
    """The second answer gets the second place; a third one, for which there is none, the first."""
    text = "All policies require thirty days' notice to the Owner. Taxes. All policies require thirty days' notice to the Owner. End."
    answers = [Answer("Insurance", "present", "all policies require thirty days' notice to the Owner", "")] * 3
    placed = place(answers, locator=Locator(text), span=(0, len(text)), pages=(), sections=())
    assert [found.evidence[0].char_start for found in placed] == [0, text.rindex("All"), 0]


spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)


@given(st.lists(spans, max_size=12), st.lists(st.text("ab \n", max_size=6), max_size=5), spans)
def test_evidence_is_always_the_slice_and_the_deepest_section(sections: list[list[int]], quotes: list[str], span: list[int]) -> None:
    """For any sections, nested or not, the slice is the source's, and the clause is one that holds its start, if any does."""
    text = "ab a\nbb aab b\n" * 4
    made = [Section(number, "clause", f"{number}", "", number, start, end) for number, (start, end) in enumerate(sections)]
    answers = [Answer("c", "present", quote, "") for quote in quotes]
    for finding in place(answers, locator=Locator(text), span=(span[0], span[1]), pages=(Page(0, "1", 0, len(text)),), sections=made):
        (found,) = finding.evidence
        if found.char_start is None:
            assert (found.quote, found.match_level, finding.state) == ("", "none", "unverified")
            continue
        assert text[found.char_start : found.char_end] == found.quote
        around = [section for section in made if section.char_start <= found.char_start < section.char_end]
        latest = max((section.char_start for section in around), default=None)
        assert found.clause_path in {section.clause_path for section in around if section.char_start == latest} or (
            not around and not found.clause_path
        )
