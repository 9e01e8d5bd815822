"""Seams: which borders cut a sentence or a list in two, and which stand between two sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.chunk import seams


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [
        ("The Seller shall pay ", "the Buyer.", True),
        ("conditions in any country; or ", "(C) any suspension of trading", True),
        ("the consent of Acme Inc. ", "or its successors", True),
        ("Parties agree: ", "1. The Seller", False),
        ("This Section survives.\n\n", "7. Insurance.", False),
        ("“the Services.”)\n", "The Buyer", False),
        ("本契約は終了する。", "第二条", False),
        ("本契約は、相手方の", "承諾なく", True),
        ("ينتهي العقد؟ ", "المادة الثانية", False),
    ],
)
def test_a_border_is_a_seam_where_the_text_runs_on(before: str, after: str, cut: bool) -> None:
    """No sentence ends before it, or a small letter follows."""
    assert seams(before + after, [len(before)]) == ([len(before)] if cut else [])


@given(st.text(max_size=60), st.lists(st.integers(-5, 70), max_size=5))
def test_seams_are_borders_inside_the_text(text: str, borders: list[int]) -> None:
    """The ends of a text are none, whatever is asked."""
    assert set(seams(text, borders)) <= {border for border in borders if 0 < border < len(text)}
