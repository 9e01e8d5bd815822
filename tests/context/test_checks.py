"""What is wrong with a document's definitions and references: said where it is sure, and not where it may be right."""

from __future__ import annotations

import pytest

from nightclerk.context import remarks, survey
from nightclerk.ingest.sections import find_sections

FRAME = """SUPPLY AGREEMENT

1. Definitions

1.1 “Goods” means what is sold.

1.2 “Price” means what is paid for the Goods.

1.3 “Territory” means Norway.

2. Sale

2.1 The Goods are sold in the Territory at the Price.

2.2 {}
"""


def said(sentence: str, attached: tuple[str, ...] = (), frame: str = FRAME) -> list[tuple[str, str]]:
    """(check, words) of the remarks on a contract with this sentence."""
    text = frame.format(sentence)
    found = remarks(survey(text, find_sections(text), "en"), attached)
    return [(one.check, text[one.char_start : one.char_end]) for one in found]


def test_a_contract_in_order_is_not_remarked_on() -> None:
    """All that is defined is used, all that is used is defined, all references lead somewhere."""
    assert said("Section 2.1 is subject to Section 1.3.") == []


@pytest.mark.parametrize(
    ("sentence", "remark"),
    [
        ("The buyer pays on the Payment Date, and interest after the Payment Date.", ("Undefined Term", "Payment Date")),
        ("All is due in the Contract Period.", ("Undefined Term", "Contract Period")),
        ("“Delivery Point” means Oslo.", ("Unused Definition", "“Delivery Point”")),
        ("The buyer pays a fee (the “Storage Fee”).", ("Unused Definition", "“Storage Fee”")),
        ("This is subject to Section 1.7.", ("Dangling Reference", "Section 1.7")),
        ("The form is in Exhibit C.", ("Missing Exhibit", "Exhibit C")),
        ("They are listed in Schedules 1 and 2.", ("Missing Exhibit", "Schedules 1")),
    ],
)
def test_what_is_wrong_is_remarked_on(sentence: str, remark: tuple[str, str]) -> None:
    """A term, a definition, a reference, an exhibit."""
    assert remark in said(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Notices go to the Chief Executive Officer and to the American Arbitration Association.",
        "Under the Exchange Act Section 13(d) and Section 7.9 of the Lease all is well.",
        "The buyer pays the Purchase Price (as defined in the Lease).",
        "“Sells” and “Sold” mean what was done; it Sells.",
        "THE STORAGE FEE (THE “STORAGE FEE”) IS DUE. The Storage Fee is due.",
        "It files a Schedule 13D and Exhibit B to the Lease.",
        "The form is in Exhibit C.\n\nEXHIBIT C\n\nForm",
        "The buyer pays on the Payment Date.\n\nPayment Date: the first of May.",
    ],
)
def test_what_may_be_right_is_not_remarked_on(sentence: str) -> None:
    """Names, other documents, what is defined in another way, headings."""
    assert said(sentence) == []


def test_an_attached_exhibit_is_not_missing() -> None:
    """A file that belongs to the document is named by it."""
    assert said("The form is in Exhibit C.", attached=("2025-03 Exhibit_C.pdf",)) == []
    assert said("The form is in Exhibit C.", attached=("Exhibit_D.pdf",)) == [("Missing Exhibit", "Exhibit C")]


def test_terms_of_another_document_are_not_undefined() -> None:
    """Where a document says that it takes its terms from another one, or amends it."""
    borrowed = "Capitalized terms used but not defined herein have the meanings given in the Lease. It ends with the Contract Period."
    assert said(borrowed) == []
    amended = FRAME.replace("SUPPLY AGREEMENT", "FIRST AMENDMENT TO SUPPLY AGREEMENT")
    assert said("It ends with the Contract Period under Section 1.7.", frame=amended) == []
