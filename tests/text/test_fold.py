"""Folding: what becomes equal, what stays different, and the way back to the source."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.text import fold, letters

LAYOUT = " \t\n\u00a0\u200b\u00ad\u200f\ufeff\x00\x02\ufffe-–—“”’…"
SCRIPTS = "aBéßİıﬁ＄１０½²①™é\u0301\u0327क\u093fक्षकِتابـअ한\u1112\u1161\u11ab契約ｶﾞ𝒜𠮷👩\u200d⚖\ufe0f٣٠٫5,.%$€"
texts = st.one_of(st.text(max_size=60), st.text(alphabet=LAYOUT + SCRIPTS, max_size=60))


def folded(text: str) -> str:
    return fold(text).text


def skeleton(text: str) -> str:
    return letters(fold(text)).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the  Seller\u00a0\n shall", "The Seller shall"),
        ("termi-\nnation", "termination"),
        ("termi-  \r\n   nation", "termination"),
        ("termi\u00adnation termi\u00ad\nnation", "termination termination"),
        ("termi\ufffe\nnation termi\x02nation", "termination termination"),
        ("“Buyer” ‘x’ «y»", '"buyer" \'x\' "y"'),
        ("2019–2020 — a‑b −5", "2019-2020 - a-b -5"),
        ("ﬁnal eﬀect", "final effect"),
        ("ＡＢＣ１２３，（甲）", "abc123,(甲)"),
        ("Straße STRASSE", "strasse strasse"),
        ("cafe\u0301 CAFÉ", "café café"),
        ("İstanbul", "i̇stanbul"),
        ("كـــتـاب كِتَابٌ", "كتاب كتاب"),
        ("٣٠ يومًا", "30 يوما"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("\u1112\u1161\u11ab", "한"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a \u200b \u200b b", "a b"),
        ("and so…", "and so..."),
    ],
)
def test_what_layout_and_spelling_change_folds_to_the_same(one: str, other: str) -> None:
    """Two spellings of the same words have the same folded form."""
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10²", "102"),
        ("2½", "21/2"),
        ("①5", "15"),
        ("1.5", "15"),
        ("1.5", "1,5"),
        ("1 5", "15"),
        ("5,000", "5000"),
        ("$5", "€5"),
        ("5%", "5"),
        ("profit of -5", "profit of 5"),
        ("☒ Yes ☐ No", "☐ Yes ☒ No"),
        ("< 10", "> 10"),
        ("shall not", "shall"),
        ("Maß", "Mas"),
    ],
)
def test_what_changes_the_meaning_stays_different_even_among_letters(one: str, other: str) -> None:
    """Figures, currencies, signs and words are never folded into other ones."""
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("thirty (30) days’ notice.", "thirty 30 days notice"),
        ("契約\n期間は、三十日", "契約期間は三十日"),
        ("non-\nexclusive", "non-exclusive"),
        ("12 / 31 / 2020", "12/31/2020"),
        ("Acme® Corp™, Inc.", "ACME CORP INC"),
        ("1. ● Rent", "1 Rent"),
    ],
)
def test_letters_see_through_punctuation(one: str, other: str) -> None:
    """Punctuation, spaces and hyphens of words do not count among letters."""
    assert skeleton(one) == skeleton(other)


@given(texts)
def test_every_folded_character_leads_to_a_span_that_folds_back(text: str) -> None:
    """The span behind a whole folded text holds all of it, and spans ascend without overlap."""
    result = fold(text)
    end = 0
    for index in range(len(result.text)):
        span = result.span(index, index + 1)
        if span is None:
            continue
        assert end <= span[0] < span[1] <= len(text)
        end = span[1]
        assert result.text[index] in fold(text[span[0] : span[1]]).text


@given(texts, st.data())
def test_a_stretch_leads_to_the_slice_that_folds_to_it(text: str, data: st.DataObject) -> None:
    """The slice behind any stretch between two pieces folds, on its own, to that stretch."""
    result = fold(text)
    borders = sorted({*result.starts, len(result.text)})
    start = data.draw(st.sampled_from(borders))
    end = data.draw(st.sampled_from([border for border in borders if border >= start]))
    span = result.span(start, end)
    assert (span is None) == (start == end)
    if span:
        assert fold(text[span[0] : span[1]]).text == result.text[start:end]


@given(texts)
def test_places_ascend_and_meet_the_spans(text: str) -> None:
    """`place` is monotonic, and the first character of a piece leads back to that piece."""
    result = fold(text)
    places = [result.place(index) for index in range(len(text) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(result.text) for place in places)
    for start, source in zip(result.starts, result.sources, strict=True):
        assert result.place(source) == start


@given(st.characters(), st.characters(categories=["M"]))
def test_composed_and_decomposed_characters_fold_alike(base: str, mark: str) -> None:
    """Canonically equivalent spellings of a character with its mark have one folded form."""
    composed = unicodedata.normalize("NFC", base + mark)
    assert skeleton(composed) == skeleton(unicodedata.normalize("NFD", composed))


@pytest.mark.parametrize(
    "unit", ["\u200b", "\u0301", "a\u0300\u0323", "-", "- ", "\u00ad\n", "5 ", "5.", "ﬁ", "\u1112", "　", "((", "1 -", "a-\n"]
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    """Half a million characters of one repeated unit fold in seconds at most, where a quadratic step would take hours."""
    text = unit * (500_000 // len(unit))
    started = time.perf_counter()
    letters(fold(text))
    assert time.perf_counter() - started < 10
