"""The day a contract was signed and the day it takes effect are two things, however a sentence orders them."""

from __future__ import annotations

import pytest

from nightclerk import profiles
from nightclerk.providers.rules import answer

# sentence, date of signing, date of effect
OPENINGS = [
    (
        "This Agreement is entered into as of May 2, 2020 and takes effect on June 1, 2020 (the “Effective Date”).",
        "May 2, 2020",
        "June 1, 2020",
    ),
    ("This Agreement is made as of May 2, 2020 and effective as of June 1, 2020.", "May 2, 2020", "June 1, 2020"),
    ("This Agreement takes effect on June 1, 2020, although it was entered into on May 2, 2020.", "May 2, 2020", "June 1, 2020"),
    ("This Agreement is effective as of June 1, 2020 and is dated May 2, 2020.", "May 2, 2020", "June 1, 2020"),
    ("Effective as of 1 June 2020, the parties, having entered into this Agreement on 2 May 2020, agree:", "2 May 2020", "1 June 2020"),
    ("This Agreement, executed on 2020-05-02, takes effect from 2020-06-01.", "2020-05-02", "2020-06-01"),
    ("Agreement Date: May 2, 2020\n\nEffective Date: June 1, 2020", "May 2, 2020", "June 1, 2020"),
    ("Effective Date: June 1, 2020\nThis Lease Agreement is dated May 2, 2020.", "May 2, 2020", "June 1, 2020"),
    ("Effective Date: June 1, 2020\n\nThis Lease Agreement is dated May 2, 2020.", "May 2, 2020", "June 1, 2020"),
    ("This Agreement comes into force on 1 June 2020.", None, "1 June 2020"),
    # where there is one date for both, it is both
    ("This Agreement is entered into on May 2, 2020 (the “Effective Date”).", "May 2, 2020", "May 2, 2020"),
    ("This Agreement is effective as of May 2, 2020 between A and B.", "May 2, 2020", "May 2, 2020"),
    ("This Agreement is made this 2nd day of May, 2020.", "2nd day of May, 2020", "2nd day of May, 2020"),
    # the date of another document is neither
    ("This Amendment is effective as of May 2, 2020 and amends that certain Agreement dated July 1, 2017.", "May 2, 2020", "May 2, 2020"),
]


@pytest.mark.parametrize(("text", "signed", "effective"), OPENINGS)
def test_signing_and_effect_are_told_apart(text: str, signed: str | None, effective: str) -> None:
    """Each date is filed once, under what the sentence says of it."""
    found = answer(profiles.load("contract_review"), text, (0, 1))["findings"]
    dates = sorted(
        (item["category"], item["quote"]) for item in found if item["rule_id"] in {"date-of-agreement", "effective-date-opening"}
    )
    assert dates == ([("Agreement Date", signed)] if signed else []) + [("Effective Date", effective)]
