"""Figures, number words and days: what somebody else's formatter writes is read back as what it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from nightclerk.findings.verify.dates import dates, day_first_of
from nightclerk.findings.verify.languages import LANGUAGES
from nightclerk.findings.verify.number_words import spelled
from nightclerk.findings.verify.numerals import numerals, readings
from nightclerk.findings.verify.reading import read
from nightclerk.text import fold

LOCALES = ("en_US", "en_IN", "de_DE", "de_CH", "fr_FR", "fr_CH", "es_ES", "es_MX", "ja_JP", "ar_EG", "ar_AE", "hi_IN", "fa_IR", "pt_BR")
DATED = ("en_US", "en_GB", "de_DE", "de_AT", "fr_FR", "fr_CA", "es_ES", "es_MX", "ja_JP", "ar_EG", "ar_LB", "ar_SA")
days = st.dates(date(1970, 1, 1), date(2068, 12, 31))


@settings(max_examples=200)
@given(st.sampled_from(LOCALES), st.decimals(0, 10**12, places=2))
def test_a_figure_is_read_back_in_every_locale(locale: str, number: Decimal) -> None:
    """Whatever groups the thousands and marks the decimals, in digits of any script, the number is among the readings."""
    text = fold(f"x {format_decimal(number, locale=locale, decimal_quantization=False)} y").text
    found = [value for numeral in numerals(text) for value in numeral.values]
    assert number in found, text


@settings(max_examples=200)
@given(st.sampled_from(sorted(LANGUAGES)), st.integers(0, 10**9 - 1))
def test_number_words_are_read_back_in_six_languages(code: str, number: int) -> None:
    """The words of one number are one number, and that one."""
    text = fold(num2words(number, lang=code)).text
    assert [numeral.values for numeral in spelled(text, LANGUAGES[code])] == [(number,)]


@settings(max_examples=200)
@given(st.sampled_from(DATED), st.sampled_from(["short", "medium", "long", "full"]), days)
def test_a_day_is_read_back_in_every_locale(locale: str, style: str, day: date) -> None:
    """One date is seen, and the day is among those that it may mean."""
    text = fold(f"x {format_date(day, style, locale=locale)} y").text
    (found,) = dates(text)
    assert (day.year, day.month, day.day) in found.days, text


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("03/04/2021", {(2021, 3, 4), (2021, 4, 3)}),
        ("13/04/2021", {(2021, 4, 13)}),
        ("03.04.2021", {(2021, 4, 3)}),
        ("1/2/99", {(1999, 1, 2), (1999, 2, 1), (2099, 1, 2), (2099, 2, 1)}),
        ("the first day of march, 2021", {(2021, 3, 1)}),
        ("march 2021", {(2021, 3, None)}),
        ("令和元年5月1日", {(2019, 5, 1)}),
        ("31/31/2021", set()),
    ],
)
def test_a_date_keeps_every_day_that_it_may_mean(text: str, days: set[tuple[int, int, int | None]]) -> None:
    """An ambiguous one has two, an impossible one none; a part that is not said stays open."""
    assert {day for found in dates(text) for day in found.days} == days


def test_a_document_tells_which_of_day_and_month_stands_first() -> None:
    """By its dates that can be read one way only; not where it has both kinds."""
    assert day_first_of("on 31/12/2020 and on 03/04/2021") is True
    assert day_first_of("on 12/31/2020 and on 03/04/2021") is False
    assert day_first_of("on 12/31/2020 and on 31/12/2021") is None


@pytest.mark.parametrize(
    ("digits", "comma", "values"),
    [
        ("1.234", None, ["1234", "1.234"]),
        ("1.234", True, ["1234"]),
        ("1.234", False, ["1.234", "1234"]),
        ("1,234", False, ["1234"]),
        ("12,34,567.89", None, ["1234567.89"]),
        ("0.125", True, ["0.125"]),
        ("1'234.5", None, ["1234.5"]),
    ],
)
def test_a_figure_with_two_readings_keeps_both(digits: str, comma: bool | None, values: list[str]) -> None:
    """The language orders them, or leaves the one that is usual there."""
    assert [str(value) for value in readings(digits, decimal_comma=comma)] == values


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "thirty (30) business days", [("30", "business_day"), ("30", "business_day")]),
        ("en", "$5.5 million", [("5500000.0", "money")]),
        ("en", "net loss of $(12.5) million", [("12500000.0", "money")]),
        ("en", "two and one-half percent (2.5%)", [("2.5", "percent"), ("2.5", "percent")]),
        ("en", "250 basis points", [("250", "basis_point")]),
        ("en", "30 to 60 days", [("30", "day"), ("60", "day")]),
        ("en", "one of the parties", []),
        ("en", "section 3.4.21 and (1) first", []),
        ("de", "5,5 mrd. eur", [("5500000000.0", "money")]),
        ("fr", "3 milliards d'euros", [("3000000000", "money")]),
        ("es", "dos mil millones de euros", [("2000000000", "money")]),
        ("ja", "5億円", [("500000000", "money")]),
        ("ja", "一切の責任", []),
        ("ar", "3 ملايين ريال", [("3000000", "money")]),
    ],
)
def test_a_figure_has_its_scale_and_its_unit(code: str, text: str, expected: list[tuple[str, str]]) -> None:
    """In words or digits, before or behind it, one unit for a figure that is said twice."""
    found = [each for each in read(text, LANGUAGES[code]).quantities if not each.piece]
    assert [(str(each.values[0]), each.unit) for each in found] == expected
