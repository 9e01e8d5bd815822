"""Promises of captions: what a document says of itself in its opening, and which other document it names."""

from __future__ import annotations

from datetime import date

import pytest

from nightclerk.findings.families import caption

OPENINGS = {
    # kind, number, dated, effective on, (title, day) of what it changes
    "AMENDMENT NO. 2 TO SUPPLY AGREEMENT\n\nThis Amendment No. 2 is entered into as of May 4, 2021 between Alder Ltd. and Birch Inc. "
    "and amends that certain Supply Agreement between Alder and Birch dated July 1, 2017.": (
        *("amendment", 2, date(2021, 5, 4), date(2021, 5, 4)),
        [("Supply Agreement", date(2017, 7, 1))],
    ),
    "SECOND AMENDMENT\nTO\nLEASE AGREEMENT\n\nTHIS SECOND AMENDMENT TO LEASE AGREEMENT is made on this 3rd day of March, 2020 by "
    "Alder Ltd. The parties entered into that certain Lease Agreement, dated as of 1 June 2015, and it takes effect on April 1, 2020.": (
        *("amendment", 2, date(2020, 3, 3), date(2020, 4, 1)),
        [("Lease Agreement", date(2015, 6, 1))],
    ),
    "AMENDED AND RESTATED CREDIT AGREEMENT\n\nDated as of March 9, 2022\n\nThis Amended and Restated Credit Agreement amends and "
    "restates in its entirety that certain Credit Agreement dated as of June 30, 2019 among Alder Ltd. and the Lenders.": (
        *("restatement", None, date(2022, 3, 9), date(2022, 3, 9)),
        [("Credit Agreement", date(2019, 6, 30))],
    ),
    "Nachtrag Nr. 1 zum Dienstleistungsvertrag vom 15. Januar 2023\n\nDieser Nachtrag vom 2. Mai 2024 ändert den Vertrag.": (
        *("amendment", 1, date(2024, 5, 2), date(2024, 5, 2)),
        [("Dienstleistungsvertrag", date(2023, 1, 15))],
    ),
    "MASTER SERVICES AGREEMENT\n\nEffective Date: April 1, 2024\n\nThis Master Services Agreement is entered into as of March 18, 2024.": (
        *("agreement", None, date(2024, 3, 18), date(2024, 4, 1)),
        [],
    ),
    "BOARD MEMORANDUM\n\nThe committee met on Tuesday.": ("other", None, None, None, []),
    "": ("other", None, None, None, []),
}


@pytest.mark.parametrize("opening", OPENINGS, ids=lambda text: text[:24])
def test_an_opening_is_read(opening: str) -> None:
    """Kind, number, day of signing, day of effect, and the document that is changed, as the opening says them."""
    kind, number, dated, effective_on, bases = OPENINGS[opening]  # type: ignore[misc]
    told = caption(opening)
    assert (told.kind, told.number, told.dated, told.effective_on) == (kind, number, dated, effective_on)
    assert [(base.title, base.dated) for base in told.bases[: len(bases)]] == bases


def test_a_reference_is_a_slice_of_the_text() -> None:
    """Where a document names another is kept, to be read by a person."""
    text = next(iter(OPENINGS))
    start, end = caption(text).bases[0].span
    assert text[start:end] == "Supply Agreement between Alder and Birch dated July 1, 2017"


def test_a_day_without_its_number_is_no_day() -> None:
    """`August ___, 2006` is unknown, and the day of the agreement that is amended does not take its place."""
    told = caption(
        "FIRST AMENDMENT TO EMPLOYMENT AGREEMENT\n\nThis amendment, dated as of August ___, 2006, is between Alder Ltd. and the "
        "Executive.\n"
        "They have entered into that certain Employment Agreement, dated and effective as of February 20, 2004."
    )
    assert told.dated is None
    assert told.bases[0].dated == date(2004, 2, 20)


def test_a_day_that_no_calendar_has_is_passed_over() -> None:
    """February 30 is neither an error nor a day."""
    assert caption("SUPPLY AGREEMENT\n\nThis Agreement is dated February 30, 2020.").dated is None


def test_names_are_compared_without_their_legal_form() -> None:
    """`Alder Works Ltd.` and `ALDER WORKS LIMITED` are one name."""
    one = caption("SUPPLY AGREEMENT\n\nThis Agreement is made between Alder Works Ltd. and Birch Stores, Inc.")
    other = caption("SUPPLY AGREEMENT\n\nThis Agreement is made between ALDER WORKS LIMITED and Birch Stores Corp.")
    assert set(one.names) & set(other.names) == {"alder works", "birch stores"}


CHANGED = {
    "DEED OF VARIATION\n\nDated 4 May 2021\n\nbetween Alder Ltd. and Birch Inc.\n\n(A) The parties entered into the Supply Agreement on "
    "1 July 2017 (the “Agreement”).": (date(2021, 5, 4), "Supply Agreement"),
    "May 4, 2021\n\nRe: Supply Agreement dated July 1, 2017 - Amendment No. 1\n\nLadies and Gentlemen:\n\nThis letter amends it.": (
        date(2021, 5, 4),
        "Supply Agreement",
    ),
    "AMENDMENT\n\nReference is made to the Supply, Storage and Delivery Agreement, dated as of 7/1/2017, between Alder Ltd. and Birch Inc. "
    "(the “Agreement”). This Amendment is made as of the fourth day of May, 2021.": (
        date(2021, 5, 4),
        "Supply, Storage and Delivery Agreement",
    ),
    "FIRST AMENDMENT, dated as of May 4, 2021 (the “Amendment”), to Credit Agreement, dated as of July 1, 2017 (as amended), between Alder "
    "Ltd. and Birch Inc.": (date(2021, 5, 4), "Credit Agreement"),
    "ADDENDUM TO SUPPLY AGREEMENT\n\nThis Addendum is effective as of 4 May 2021 and modifies the Supply Agreement between Alder Ltd. and "
    "Birch Inc. dated July 1, 2017.": (date(2021, 5, 4), "Supply Agreement"),
}


@pytest.mark.parametrize("opening", CHANGED, ids=lambda text: text[:24])
def test_its_own_day_and_that_of_what_it_changes_are_told_apart(opening: str) -> None:
    """Whatever the wording and the way of writing days."""
    told = caption(opening)
    assert told.kind == "amendment"
    assert (told.dated, told.bases[0].title) == CHANGED[opening]
    assert told.bases[0].dated == date(2017, 7, 1)


def test_the_name_that_a_document_gives_itself_names_no_other() -> None:
    """`This Supply Agreement (the "Agreement") dated ...` has its own day."""
    told = caption('SUPPLY AGREEMENT\n\nThis Supply Agreement (this "Agreement") is entered into as of March 3, 2020 by Alder Ltd.')
    assert told.dated == date(2020, 3, 3)


def test_a_day_of_effect_that_hangs_on_a_condition_is_not_known() -> None:
    """Signing is no condition; an approval is."""
    opening = "AMENDMENT NO. 1 TO LEASE\n\nThis Amendment is dated May 2, 2020 and amends the Lease dated May 1, 2019.\n\n"
    assert caption(opening + "This Amendment shall become effective upon execution by both parties.").effective_on == date(2020, 5, 2)
    assert caption(opening + "This Amendment shall become effective upon the approval of the Lender.").effective_on is None
