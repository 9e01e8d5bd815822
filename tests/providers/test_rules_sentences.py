"""Sentences of contracts and filings, and the values that stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.providers.analyst import values
from nightclerk.providers.analyst.sentences import MAX_CHARACTERS, split


def cut(text: str) -> list[str]:
    """The sentences as text."""
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One party pays. The other delivers.", ["One party pays.", "The other delivers."]),
        ("Acme Inc. and Beta Ltd. agree. They sign.", ["Acme Inc. and Beta Ltd. agree.", "They sign."]),
        ("Sold by Acme Inc. The Buyer pays.", ["Sold by Acme Inc.", "The Buyer pays."]),
        ("See No. 5 and Sec. 12, e.g. Article 3, of the U.S. Code.", ["See No. 5 and Sec. 12, e.g. Article 3, of the U.S. Code."]),
        ("2.1 Term. This Agreement runs. 2.2 End. It ends.", ["Term.", "This Agreement runs.", "End.", "It ends."]),
        ("(a) First. (b) Second. (iv) Fourth.", ["First.", "Second.", "Fourth."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("The laws\nof New\nYork apply.\n\nNotices are in writing.", ["The laws\nof New\nYork apply.", "Notices are in writing."]),
        ("The price is paid within\n\n\nthirty days.", ["The price is paid within\n\n\nthirty days."]),
        ("It shall pay:\n\nthe fee.", ["It shall pay:", "the fee."]),
        ("It costs $1.50 or 2.5 percent.", ["It costs $1.50 or 2.5 percent."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_of_contracts(text: str, expected: list[str]) -> None:
    """Companies, abbreviations, clause numbers, line ends and page breaks do not end a sentence; stops and empty lines do."""
    assert cut(text) == expected


@given(st.text(alphabet='aA1.("\n \t;:|$”'))
def test_spans_are_in_order_and_trimmed(text: str) -> None:
    """Spans never overlap, never leave the text, never begin or end with a blank, and are never too long."""
    last = 0
    for start, end in split(text):
        assert last <= start < end <= len(text)
        assert end - start <= MAX_CHARACTERS
        assert text[start:end] == text[start:end].strip()
        last = end


@given(
    st.lists(st.sampled_from(["warranty", "Licensee", "delivers.", "Products;", "(term)"])),
    st.lists(st.sampled_from([" ", "\n", "\n\n", " \n"])),
)
def test_no_word_is_lost(words: list[str], blanks: list[str]) -> None:
    """Where there are no clause numbers, cutting leaves out blanks and nothing else."""
    text = "".join(word + blanks[number % len(blanks)] if blanks else word + " " for number, word in enumerate(words))
    assert [word for sentence in cut(text) for word in sentence.split()] == words


def test_a_text_without_any_stop_is_cut_at_blanks() -> None:
    """A table of 20,000 words is no sentence; it comes in pieces that end between words."""
    pieces = cut("word " * 20_000)
    assert max(map(len, pieces)) <= MAX_CHARACTERS
    assert {word for piece in pieces for word in piece.split()} == {"word"}


@pytest.mark.parametrize(
    ("kind", "quote", "expected"),
    [
        ("date", "the 23rd day of  September, 2016", {"date": "2016-09-23"}),
        ("date", "as of Sept. 3,\n2020", {"date": "2020-09-03"}),
        ("date", "February 30, 2020, corrected to 2021-01-02", {"date": "2021-01-02"}),
        ("date", "12/31/2019", {"date": "2019-12-31"}),
        ("date", "sometime in May", {"date": None, "text": None}),
        ("money", "US$ 1,250,000.50 in cash", {"number": 1_250_000.5, "currency": "USD", "scale": None}),
        ("money", "EUR 5 million", {"number": 5, "currency": "EUR", "scale": "million"}),
        ("money", "RMB10,000", {"number": 10_000, "currency": "CNY"}),
        ("money", "5,000 units", {"number": None}),
        ("percentage", "fifty percent (50%)", {"number": 50, "unit": "percent"}),
        ("percentage", "6.5 per cent", {"number": 6.5}),
        ("duration", "thirty (30) days", {"duration": "P30D", "number": 30, "unit": "day"}),
        ("duration", "a ten-year term", {"duration": "P10Y"}),
        ("duration", "eighteen months", {"duration": "P18M"}),
        ("figure", "Net loss | $(42) | $(7)", {"number": -42, "currency": "USD"}),
        ("figure", "Operating loss | (31) | 12", {"number": -31, "currency": None}),
        ("figure", "up 5% to 23,434", {"number": 23_434}),
        ("party", "Acme\n  Inc.", {"party": "Acme Inc."}),
        ("yes_no", "on May 1, 2020", {"date": None}),
    ],
)
def test_values(kind: str, quote: str, expected: dict[str, object]) -> None:
    """One value of the category's kind, every other field null; what is no date or no amount is no value."""
    value = values.extract(kind, quote)
    assert set(value) == set(values.empty())
    assert {key: value[key] for key in expected} == expected
