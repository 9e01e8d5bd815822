"""A located quote is not yet a true finding: what the verifier lets stand, and what it does not."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightclerk.findings import Verifier, place
from nightclerk.records import Answer, Evidence, Finding, Value
from nightclerk.text import Locator

CONTRACT = """SUPPLY AGREEMENT between Example Components, Inc. ("Supplier") and Sample Devices GmbH ("Customer") of March 3, 2021.
1. Price. The Customer shall pay the Supplier $5,500,000 within thirty (30) days after Closing.
2. Assignment. The Supplier shall not assign this Agreement without the prior written consent of the Customer.
3. Liability. In no event shall the Supplier be liable for more than EUR 2 million. Interest is 4.5% per year from 31/12/2021.
Revenue (in thousands of USD)
Net revenue 12,500 11,000
"""


def judged(quote: str, answer: str = "", source: str = CONTRACT, language: str = "en", state: str = "present", **value: object) -> Finding:
    """The finding that an answer about a text ends as."""
    given_ = Answer("c", state, quote, answer, Value(**value))  # type: ignore[arg-type]
    (finding,) = place([given_], locator=Locator(source), span=(0, len(source)), pages=(), sections=())
    return Verifier(source, language).verify(finding)


PRICE = "The Customer shall pay the Supplier $5,500,000 within thirty (30) days after Closing."
NO_ASSIGNMENT = "The Supplier shall not assign this Agreement without the prior written consent of the Customer."


def test_what_stands_names_its_checks() -> None:
    """A true answer keeps its state; what was looked at is on the evidence."""
    found = judged(PRICE, "USD 5.5 million within 30 days")
    assert (found.state, found.evidence[0].checks_failed) == ("present", ())
    assert {"quote", "figure", "negation", "modality"} <= set(found.evidence[0].checks_passed)


def test_a_contradiction_names_both_readings() -> None:
    """In one sentence, and each by itself."""
    found = judged(PRICE, "$5,000,000")
    (check,) = found.evidence[0].checks_failed
    assert (found.state, check.check, check.claimed, check.source) == ("contradicted", "figure", "$5,000,000", "$5,500,000")
    assert check.says == "the answer says '$5,000,000', the source '$5,500,000'"


def test_an_unclear_answer_stays_unclear_or_is_contradicted() -> None:
    """Verifying never makes an answer surer than whoever gave it."""
    assert judged(PRICE, "$5,500,000", state="unclear").state == "unclear"
    assert judged(PRICE, "$5,000,000", state="unclear").state == "contradicted"


@pytest.mark.parametrize(
    ("quote", "state"),
    [
        (PRICE.replace("$5,500,000", "$5,000,000"), "contradicted"),
        (PRICE.replace("$5,500,000", "€5,500,000"), "contradicted"),
        (PRICE.replace("thirty (30)", "30"), "present"),
        (PRICE.replace("$5,500,000", "USD 5.5 million"), "present"),
        (NO_ASSIGNMENT.replace("shall not", "shall"), "contradicted"),
        (NO_ASSIGNMENT.replace("shall not", "should not"), "contradicted"),
        (NO_ASSIGNMENT.replace("The Supplier", "The Customer"), "contradicted"),
        (NO_ASSIGNMENT.replace("consent", "c0nsent"), "present"),
        (NO_ASSIGNMENT.replace("consent", "approval"), "unverified"),
        ("The Supplier warrants that the goods are free of defects.", "unverified"),
    ],
)
def test_a_quote_that_nearly_stands_must_say_the_same(quote: str, state: str) -> None:
    """Figures may be written otherwise and letters misread; nothing else may differ."""
    assert judged(quote).state == state


@pytest.mark.parametrize("quote", ["assign this Agreement without the prior written consent", "The Supplier shall"])
def test_a_quote_that_cuts_off_its_negation_is_unverified(quote: str) -> None:
    """Unless the answer says it."""
    assert judged(quote).state == "unverified"
    assert judged(quote, "No assignment without consent").state == "present"


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ({"number": 5_500_000.0, "currency": "USD"}, "present"),
        ({"number": 5.5, "scale": "million", "currency": "USD"}, "present"),
        ({"number": 5.5, "currency": "USD"}, "contradicted"),
        ({"number": 5_500_000.0, "currency": "EUR"}, "contradicted"),
        ({"number": 5_500_000.0, "currency": "CAD"}, "unverified"),
        ({"number": 30.0, "unit": "days", "duration": "P30D"}, "present"),
        ({"number": 30.0, "unit": "months"}, "contradicted"),
        ({"duration": "P60D"}, "contradicted"),
        ({"party": "Customer"}, "present"),
        ({"party": "Sample Devices GmbH"}, "present"),
        ({"party": "Another Company Ltd"}, "unverified"),
        ({"day": date(2021, 3, 3)}, "unverified"),
        ({"text": "within thirty (30) days"}, "present"),
    ],
)
def test_each_field_of_a_value_must_stand_in_the_quote(value: dict[str, object], state: str) -> None:
    """With its scale, currency and unit; a party also by the name that the document gives it."""
    assert judged(PRICE, **value).state == state


def test_the_figures_of_a_table_have_their_scale_in_a_heading() -> None:
    """What the heading says is right, another scale contradicts it."""
    row = "Net revenue 12,500 11,000"
    assert judged(row, number=12_500.0, scale="thousand", currency="USD").state == "present"
    assert judged(row, number=12_500.0, scale="million", currency="USD").state == "contradicted"


def test_the_document_settles_day_and_month() -> None:
    """31/12/2021 elsewhere makes 03/04/2021 the third of April."""
    text = CONTRACT + "4. Start. Deliveries begin on 03/04/2021.\n"
    assert judged("Deliveries begin on 03/04/2021", "3 April 2021", text).state == "present"
    assert judged("Deliveries begin on 03/04/2021", "March 4, 2021", text).state == "contradicted"


@pytest.mark.parametrize("language", ["pl", ""])
def test_another_language_is_never_silently_accepted(language: str) -> None:
    """Its figures are checked; what it negates nobody here can tell."""
    text = "Sprzedawca nie może przenieść praw z niniejszej umowy bez zgody kupującego, a cena wynosi 5 500 000 PLN."
    assert judged(text, text, text, language).state == "unverified"
    assert judged(text, "5 000 000 PLN", text, language).state == "contradicted"


def test_an_absence_has_nothing_to_verify() -> None:
    """A finding without evidence is given back as it is."""
    absence = Finding("c", "not_present", "not found in 1 of 1 pages", ())
    assert Verifier(CONTRACT, "en").verify(absence) is absence


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([PRICE, NO_ASSIGNMENT]), st.data())
def test_layout_and_case_change_nothing(sentence: str, data: st.DataObject) -> None:
    """An answer that is the source in other blanks, quotation marks and case stands."""
    gaps = st.sampled_from([" ", "  ", "\n", "\u00a0", " \t"])
    words = [word + data.draw(gaps) for word in sentence.replace("'", data.draw(st.sampled_from("'’"))).split()]
    text = "".join(words)
    assert judged(sentence, data.draw(st.sampled_from([text, text.upper(), text.lower()]))).state == "present"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["$5,500,000", "thirty (30) days", "EUR 2 million", "4.5%", "March 3, 2021", "31/12/2021"]), st.data())
def test_a_falsified_digit_is_always_caught(figure: str, data: st.DataObject) -> None:
    """Whichever digit of a figure or a date in an answer is changed."""
    sentence = next(line for line in CONTRACT.split("\n") if figure in line)
    places = [place for place, character in enumerate(figure) if character.isdigit()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != figure[at]]))
    changed = figure[:at] + digit + figure[at + 1 :]
    assert judged(sentence, changed).state in ("contradicted", "unverified"), changed


# what figures, dates, currencies and operators of all six languages are made of
PIECES = st.sampled_from(
    re.findall(
        r"\S+",
        "1 23 456 1,234 1.234,56 ½ ² ( ) - – % ‰ $ € £ ¥ USD kr. 円 億 二千 万 ألف ريال مليون و لا ne pas nicht shall may not no unless"
        " thirty und zwei cents Mio. 3/4/21 31.12.2020 令和 年 月 日 March Sept. Inc. The Supplier .. ... [●] ' ’ “ 第 条 § 7.2 (a) None"
        " \u200f ﬁ İ ß ①",
    )
)
texts = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=15).map("".join))


@settings(max_examples=300, deadline=None)
@given(texts, texts, st.sampled_from(["", "en", "de", "ja", "ar", "pl"]), st.floats(allow_nan=False, allow_infinity=False), texts)
def test_any_text_is_judged(source: str, answer: str, language: str, number: float, word: str) -> None:
    """Whatever a document and an answer hold, there is a verdict, and the same one twice."""
    value = Value(number=number, unit=word[:20], scale=word[:9], currency=word[:9], party=word, text=word, duration="P3Y6M")
    evidence = Evidence(word, source, 0, len(source), "fuzzy")
    finding = Finding("c", "present", answer, (evidence,), value)
    verifier = Verifier(source, language)
    found = verifier.verify(finding)
    assert found.state in ("present", "unverified", "contradicted")
    assert verifier.verify(finding) == found
