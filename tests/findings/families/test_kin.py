"""Promises of families: a document hangs on the one that it names, on something that can be told, or on none."""

from __future__ import annotations

from nightclerk.findings.families import Link, Paper, caption, families

BASE = "SUPPLY AGREEMENT\n\nThis Supply Agreement is made on {day} between Alder Works Ltd. and Birch Stores, Inc."
AMENDS = (
    "AMENDMENT NO. {number} TO SUPPLY AGREEMENT\n\nThis Amendment is dated {day} between Alder Works Ltd. and Birch Stores, Inc. "
    "and amends that certain Supply Agreement dated {base}."
)


def paper(name: str, text: str) -> Paper:
    """A document of that name."""
    return Paper(name, caption(text))


def by_name(*papers: Paper) -> dict[str, Link]:
    """The links of some documents."""
    return {link.lineage_id: link for link in families(papers)}


def test_a_family_is_in_the_order_in_which_its_members_take_effect() -> None:
    """The base first, then what changes it, by day and not by name."""
    links = by_name(
        paper("b", AMENDS.format(number=2, day="June 1, 2022", base="May 2, 2020")),
        paper("a", BASE.format(day="May 2, 2020")),
        paper("c", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")),
    )
    assert sorted(links, key=lambda name: links[name].place) == ["a", "c", "b"]
    assert {link.family_id for link in links.values()} == {"a"}
    assert links["b"].base_id == "a"
    assert "dated 2020-05-02" in links["b"].basis


def test_another_day_is_another_agreement() -> None:
    """The same title and the same parties do not make it the one that is amended, if the day says otherwise."""
    links = by_name(paper("a", BASE.format(day="May 3, 2020")), paper("b", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")))
    assert links["b"].base_id is None
    assert "no document of the collection is the Supply Agreement of 2020-05-02" in links["b"].basis


def test_two_that_fit_equally_well_are_none() -> None:
    """Where nobody can tell which agreement is amended, that is said."""
    twins = [paper(name, BASE.format(day="May 2, 2020") + f" {name}") for name in ("a", "b")]
    other = Paper("b", caption(BASE.format(day="May 2, 2020").replace("SUPPLY", "RESTATED SUPPLY", 0) + " by Cedar Ltd."))
    links = by_name(twins[0], other, paper("c", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")))
    assert links["c"].base_id is None
    assert "2 documents" in links["c"].basis


def test_of_two_copies_the_family_hangs_on_one() -> None:
    """The same agreement filed twice is no reason to lose its amendment."""
    links = by_name(
        paper("a", BASE.format(day="May 2, 2020")),
        paper("b", BASE.format(day="May 2, 2020")),
        paper("c", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")),
    )
    assert links["c"].base_id == "a"
    assert "another copy" in links["c"].basis


def test_an_agreement_of_strangers_is_no_base() -> None:
    """The title alone is not enough."""
    stranger = BASE.format(day="May 2, 2020").replace("Alder Works", "Cedar").replace("Birch Stores", "Dogwood")
    links = by_name(paper("a", stranger), paper("b", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2019")))
    assert links["b"].base_id is None


def test_documents_that_name_no_other_are_in_no_family() -> None:
    """Two agreements of the same parties are not related by that."""
    assert by_name(paper("a", BASE.format(day="May 2, 2020")), paper("b", BASE.format(day="May 2, 2021"))) == {}


def test_an_agreement_of_others_of_the_same_day_and_title_is_no_base() -> None:
    """Day and title agree, the parties do not: two leases may be signed on one day."""
    stranger = BASE.format(day="May 2, 2020").replace("Alder Works", "Cedar Mills").replace("Birch Stores", "Dogwood Paper")
    links = by_name(paper("a", stranger), paper("b", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")))
    assert links["b"].base_id is None


def test_a_document_without_a_title_of_that_day_is_no_base() -> None:
    """A note of the day on which an agreement was signed is not the agreement."""
    links = by_name(
        paper("a", "Minutes.\n\nThe board met, dated May 2, 2020."),
        paper("b", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")),
    )
    assert links["b"].base_id is None


def test_an_amendment_without_a_day_stands_behind_those_of_lower_number() -> None:
    """Its number says where."""
    links = by_name(
        paper("a", BASE.format(day="May 2, 2020")),
        paper("x", AMENDS.format(number=2, day="June ___, 2022", base="May 2, 2020")),
        paper("y", AMENDS.format(number=1, day="June 1, 2021", base="May 2, 2020")),
        paper("z", AMENDS.format(number=3, day="June 1, 2023", base="May 2, 2020")),
    )
    assert sorted(links, key=lambda name: links[name].place) == ["a", "y", "x", "z"]
