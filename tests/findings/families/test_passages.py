"""Promises of passages: an instruction is found however it is worded, and what only looks like one is not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.findings.families import caption, passages
from nightclerk.findings.families.citations import CITED, cited, covers, path_keys
from nightclerk.findings.families.quotes import HIDDEN, quoted

WORDINGS = {
    # clauses, act, former words, first of the new ones
    "The parties hereby delete Section 5.": ([("5",)], "delete", "", ""),
    "Strike Clause 5.1 of the Agreement in its entirety.": ([("5.1",)], "delete", "", ""),
    "Delete paragraph 5 and replace with: “new”": ([("5",)], "replace", "", "new"),
    "The Agreement is amended by deleting Section 5 and inserting in lieu thereof a new Section 5 as follows: “new”": (
        *([("5",)], "replace", ""),
        "new",
    ),
    "The text of § 5 is superseded by the following text: If it rains, nothing is due.": ([("5",)], "replace", "", "If it rains"),
    "Section 5, entitled “Fees”, is amended in its entirety to read: “new”": ([("5",)], "replace", "", "new"),
    "Section 5 is deleted and replaced with “[Reserved]”.": ([("5",)], "replace", "", "[Reserved]"),
    "Section 5 shall be of no further force or effect and is deleted.": ([("5",)], "delete", "", ""),
    "The reference to “ten” in Section 5 is replaced with “twelve”.": ([("5",)], "replace", "ten", "twelve"),
    "Section 5 is modified by substituting “twelve” for “ten”.": ([("5",)], "replace", "ten", "twelve"),
    "Section 5 is amended by deleting the words “or ten”.": ([("5",)], "delete", "or ten", ""),
    "In Section 5 the words ‘the Supplier’s fee’ shall be replaced by ‘the Supplier’s cost’.": (
        *([("5",)], "replace", "the Supplier’s fee"),
        "the Supplier’s cost",
    ),
    "Section 5 is amended as follows:\n\n(a) In Section 5(b), “ten” is replaced by “nine”.": ([("5", "b")], "replace", "ten", "nine"),
    "Exhibit B is replaced in its entirety by Exhibit B attached hereto.": ([("schedule b",)], "replace", "", ""),
    "The first sentence of Section 5 is deleted.": ([("5",)], "part", "", ""),
    "The following sentence of Section 5 is deleted:\n\n“Ten is enough.”": ([("5",)], "delete", "Ten is enough.", ""),
    "Ziffer 5 erhält folgende Fassung: „neu“": ([("5",)], "replace", "", "neu"),
    "L'article 5 est remplacé par les dispositions suivantes : « neuf »": ([("article 5",)], "replace", "", "neuf"),
}
IDLE = [
    "Except as expressly amended hereby, Section 5 remains in full force.",
    "Nothing in this Amendment shall modify or replace Section 5.",
    "Pursuant to Section 5, the Agreement is amended in writing.",
    "Section 2 of this Amendment may be deleted.",
    "If Section 5 is amended by law, the parties shall negotiate.",
    "§ 5 bleibt unverändert.",
]


@pytest.mark.parametrize("text", WORDINGS)
def test_an_instruction_is_understood(text: str) -> None:
    """The clause, what is done to it, the former words and the new ones."""
    clauses, act, former, latter = WORDINGS[text]
    [passage] = passages(text)
    assert (list(passage.clauses), passage.act, passage.former) == (clauses, act, former)
    assert passage.latter.startswith(latter)


@pytest.mark.parametrize("text", IDLE)
def test_what_only_speaks_of_a_clause_is_no_instruction(text: str) -> None:
    """Reasons, conditions, denials and what remains."""
    assert [passage for passage in passages(text) if passage.act != "add"] == []


def test_definitions_that_are_listed_are_changed_one_by_one() -> None:
    """`Section 1.01 is amended (a) by amending the definition of ..., (b) by ...`: the terms, and not all of Section 1.01."""
    found = passages(
        "Section 1.01 of the Credit Agreement is amended (a) by amending the definition of “Commitment” by deleting “USD 9” and inserting "
        "“USD 12” in lieu thereof and (b) by amending the definition of “Maturity” by replacing “2025” with “2027”."
    )
    assert [(one.term, one.former, one.latter) for one in found] == [("Commitment", "USD 9", "USD 12"), ("Maturity", "2025", "2027")]


def test_an_instruction_may_have_a_day_of_its_own() -> None:
    """It holds from that day on, and the next one from that of the amendment."""
    found = passages("In Section 5, “1” is replaced by “2”. This change applies from January 1, 2027.\n\nSection 6 is deleted.")
    assert [passage.starts_on for passage in found] == [date(2027, 1, 1), None]


def test_a_mark_that_nobody_closes_hides_no_other_instruction() -> None:
    """New wording whose closing mark was forgotten ends with its paragraph."""
    text = "3. Section 5 is replaced by:\n\n“(g) Prices are as listed.\n\n4. Section 6 is deleted."
    assert [passage.clauses for passage in passages(text)] == [(("5",),), (("6",),)]


def test_quoted_wording_of_several_paragraphs_is_hidden_whole() -> None:
    """With a mark at the head of each paragraph, or at the first one only."""
    for text in ("“One.\n\n“Section 6 is deleted.\n\n“Three.” End", "“One.\n\nSection 6 is deleted.\n\nThree.” End"):
        assert "deleted" not in quoted(text).frame


def test_a_place_in_a_schedule_is_no_clause_of_the_agreement() -> None:
    """`Section 4` is not Exhibit C's paragraph 4; an article holds its sections."""
    match = CITED.fullmatch("Section 4")
    article = CITED.fullmatch("Article VII")
    assert match is not None
    assert article is not None
    assert not covers(cited(match)[0], path_keys("Exhibit C > 4"))
    assert covers(cited(match)[0], path_keys("4 > (b)"))
    assert covers(cited(article)[0], path_keys("Article VII > 7.2"))


FRAGMENTS = [
    *("Section 5.1(a) ", "“", "”", '"', "is amended", " by deleting ", "\n\n", "(a) ", "May 2, 2020", "Agreement "),
    *("the definition of ", "ß", "\x0c", "1. "),
]


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=60).map("".join))
def test_whatever_a_document_says_is_read(text: str) -> None:
    """No text breaks the reading, and every span lies in it."""
    assert len(quoted(text).frame) == len(text)
    assert HIDDEN not in text or quoted(text)
    caption(text)
    ends = [place for passage in passages(text) for place in (passage.char_start, passage.char_end)]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(text) for place in ends)
