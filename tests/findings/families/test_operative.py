"""Promises of operative terms: an amendment changes what it says that it changes, from its day on, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from nightclerk.findings.families import Member, Passage, Supersession, Term, passages, supersessions
from nightclerk.findings.families.citations import CITED, cited, covers, path_keys

DAY = date(2025, 7, 1)


def base(*terms: Term) -> Member:
    """An agreement with these terms."""
    return Member("base", "base", None, terms)


def term(name: str, path: str, quote: str, *, category: str = "Cap", start: int = 0) -> Term:
    """A finding of a document."""
    return Term(name, category, start, start + len(quote), path, quote)


def amended(text: str, *terms: Term, day: date = DAY, name: str = "amendment") -> Member:
    """An amendment of that text."""
    return Member(name, "amendment", day, terms, tuple(passages(text)))


def only(found: list[Supersession]) -> Supersession:
    """The one that there is."""
    [one] = found
    return one


def test_a_clause_that_is_replaced_is_superseded_by_what_the_amendment_says() -> None:
    """By the finding of the same category in the passage, from the amendment's day on."""
    text = "Section 7.2(a) of the Agreement is deleted in its entirety and replaced by: “(a) USD 5,000,000”."
    new = term("new", "1", "USD 5,000,000", start=text.index("USD"))
    found = only(supersessions([base(term("old", "Article VII > 7.2 > (a)", "USD 2,500,000")), amended(text, new)]))
    assert (found.finding_id, found.by_finding_id, found.starts_on, found.reason) == ("old", "new", DAY, "Section 7.2(a) is changed")


@pytest.mark.parametrize(
    "text",
    [
        "Section 7.3 of the Agreement is replaced by: “no cap”.",
        "Section 7.2(b) of the Agreement is replaced by: “the fees”.",
        "Section 7.2(a) of the Agreement is not changed.",
        "Section 7.2(a) of the Agreement, as amended by Amendment No. 1, applies.",
        "Section 7.2 provides that the Agreement may be amended in writing.",
        "Section 7.2 is amended by adding the following new sentence: “Interest is no damage.”",
        "In Section 7.2(a) of the Agreement, “EUR 9” is replaced by “EUR 10”.",
    ],
)
def test_what_an_amendment_leaves_alone_holds(text: str) -> None:
    """Another clause, a sibling, a denial, a mention, an addition and other words of the clause supersede nothing."""
    assert supersessions([base(term("old", "Article VII > 7.2 > (a)", "USD 2,500,000")), amended(text)]) == []


def test_words_that_are_replaced_are_replaced_in_the_quote() -> None:
    """Where an amendment names the words, the finding is shown as it reads from then on."""
    text = "In Section 3.2 of the Agreement, “USD 1,200,000” is replaced by “USD 1,450,000”."
    found = only(supersessions([base(term("old", "3.2", "not less than USD\n1,200,000 a year")), amended(text)]))
    assert found.by_finding_id is None
    assert found.reads == "not less than USD 1,450,000 a year"
    assert found.passage == (0, len(text))


def test_each_amendment_supersedes_the_one_before() -> None:
    """A finding is superseded once, by the next that changes its clause: three dates have three answers."""
    first = "Section 7.2 is replaced by: “USD 2”."
    second = "Section 7.2 is replaced by: “USD 3”."
    members = [
        base(term("one", "7.2", "USD 1")),
        amended(first, term("two", "", "USD 2", start=first.index("USD")), name="first"),
        amended(second, term("three", "", "USD 3", start=second.index("USD")), day=date(2026, 1, 1), name="second"),
    ]
    found = {one.finding_id: (one.by_finding_id, one.starts_on) for one in supersessions(members)}
    assert found == {"one": ("two", DAY), "two": ("three", date(2026, 1, 1))}


def test_words_that_are_changed_twice_end_the_first_change() -> None:
    """The second amendment finds the words of the first."""
    members = [
        base(term("old", "3", "USD 1 a year")),
        amended("In Section 3, “USD 1” is replaced by “USD 2”."),
        amended("In Section 3, “USD 2” is replaced by “USD 3”.", day=date(2026, 1, 1), name="second"),
    ]
    assert [(one.by_lineage_id, one.reads) for one in supersessions(members)] == [
        ("amendment", "USD 2 a year"),
        ("second", "USD 3 a year"),
    ]


def test_a_restatement_takes_the_place_of_everything() -> None:
    """What it says nothing about is superseded as well, by no finding."""
    members = [
        base(term("cap", "7", "USD 1"), term("audit", "8", "may audit", category="Audit")),
        Member("restated", "restatement", DAY, (term("new", "6", "USD 2"),)),
    ]
    assert {one.finding_id: one.by_finding_id for one in supersessions(members)} == {"cap": "new", "audit": None}


def test_a_definition_that_is_amended_is_superseded() -> None:
    """By its term, wherever the amendment places it."""
    text = "The definition of “Maturity Date” in the Credit Agreement is amended to read: “June 30, 2027”."
    found = only(supersessions([base(term("old", "1.1", "“Maturity Date” means June 30, 2025")), amended(text)]))
    assert found.reason == "the definition of 'Maturity Date' is changed"


def test_new_wording_that_speaks_of_clauses_is_no_instruction() -> None:
    """`Section 9 is deleted`, within the quoted new wording, deletes nothing."""
    text = "Section 5 is replaced by: “If Section 9 is deleted by law, the rest stays.” Section 6 is deleted."
    assert [passage.clauses for passage in passages(text)] == [(("5",),), (("6",),)]


def test_several_clauses_of_one_instruction_are_all_changed() -> None:
    """`Sections 3.6 and 12.5 shall be deleted` is two."""
    assert passages("Sections 3.6 and 12.5 shall be deleted in their entirety.") == [
        Passage(0, 57, (("3.6",), ("12.5",)), "", "delete", "", "")
    ]


@pytest.mark.parametrize(
    ("label", "path"),
    [("7.2(a)(iii)", "Article VII > 7.2 > (a) > (iii)"), ("Article VII", "Article VII"), ("1(a)", "1 > (a)"), ("5.0", "5")],
)
def test_a_cited_clause_and_its_path_compare_equal(label: str, path: str) -> None:
    """As an amendment cites it, and as the document's outline has it."""
    match = CITED.fullmatch(label if label[0] == "A" else f"Section {label}")
    assert match is not None
    assert covers(cited(match)[0], path_keys(path))


def test_what_changes_a_part_of_the_clause_ends_nothing_and_is_said() -> None:
    """A sentence that is not quoted, or a narrower clause than that of the finding: nobody can tell from the two."""
    for text in ("The first sentence of Section 7.2 is deleted.", "Section 7.2(a) is replaced by: “USD 2”."):
        found = only(supersessions([base(term("old", "7.2", "USD 1")), amended(text)]))
        assert not found.certain
        assert "cannot be told" in found.reason


def test_words_of_new_wording_that_are_changed_later_are_followed() -> None:
    """The first amendment replaces the clause, the second one words of the new wording."""
    members = [
        base(term("old", "3", "USD 1 a year")),
        amended("Section 3 is replaced by: “USD 2 a year”."),
        amended("In Section 3, “USD 2” is replaced by “USD 3”.", day=date(2026, 1, 1), name="second"),
    ]
    assert [one.reads for one in supersessions(members)] == ["", "USD 3 a year"]


def test_two_changes_of_one_amendment_to_one_finding_are_both_made() -> None:
    """The last one reads as both of them."""
    text = "In Section 3, “ten” is replaced by “nine”. In Section 3, “red” is replaced by “blue”."
    assert supersessions([base(term("old", "3", "ten red balls")), amended(text)])[-1].reads == "nine blue balls"
