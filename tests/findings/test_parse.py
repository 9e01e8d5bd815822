"""Parsing answers: good items survive whatever stands around them, bad ones become problems, and nothing hurts."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightclerk.errors import BadAnswer
from nightclerk.findings import parse
from nightclerk.profiles import load
from nightclerk.records import Answer, Value

GOOD = {"category": "Governing Law", "state": "present", "quote": "the law of Ohio", "answer": "Ohio"}


def answer_text(*items: Any) -> str:
    return json.dumps({"findings": list(items)})


def test_an_item_becomes_an_answer_with_typed_values(profile: Any) -> None:
    """Every field of an item arrives with its type; dates are dates."""
    value = {"text": "USD 5 million", "number": 5, "scale": "million", "currency": "USD", "date": "2024-02-29", "party": "Acme"}
    value |= {"unit": None, "duration": "P1Y", "period_start": "2024-01-01", "period_end": "2024-12-31", "period_instant": None}
    item = {
        "category": "Cap On Liability",
        "state": "unclear",
        "quote": " USD 5 million ",
        "answer": "5m",
        "confidence": 0.5,
        "value": value,
    }
    parsed = parse(answer_text({**item, "rule_id": "cap-1"}), profile)
    expected = Value(
        "USD 5 million", 5.0, None, "million", "USD", date(2024, 2, 29), "P1Y", date(2024, 1, 1), date(2024, 12, 31), None, "Acme"
    )
    assert parsed.answers == (Answer("Cap On Liability", "unclear", "USD 5 million", "5m", expected, 0.5, "cap-1"),)
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "```json\n{}\n```",
        "Here is {{what}} I [found]:\n```\n{}\n```\nAnything else?",
        '[THINK]maybe {{"category": "x"}}[/THINK]\n{}',
        "\ufeff  {} trailing }} ] text",
    ],
)
def test_json_is_found_in_prose_and_fences(profile: Any, wrapped: str) -> None:
    """Fences, leading prose with brackets of its own and trailing text do not matter."""
    parsed = parse(wrapped.format(answer_text(GOOD)), profile)
    assert [answer.answer for answer in parsed.answers] == ["Ohio"]
    assert parsed.problems == ()


def test_of_several_lists_the_last_counts_and_it_is_said(profile: Any) -> None:
    """A draft before the answer is not mixed into it."""
    parsed = parse(answer_text({**GOOD, "answer": "draft"}) + "\nFinally:\n" + answer_text(GOOD), profile)
    assert [answer.answer for answer in parsed.answers] == ["Ohio"]
    assert "2 lists" in parsed.problems[0]


def test_an_empty_list_is_an_answer(profile: Any) -> None:
    """Nothing found is an answer without items, not a bad answer."""
    assert parse('{"findings": []}', profile).answers == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "I cannot help with that.",
        "{}",
        "[]",
        "null",
        '{"findings": null}',
        '{"findings": {"a": 1}}',
        "[" * 200_000,
        '{"a":' * 200_000,
    ],
)
@pytest.mark.parametrize("salvage", [False, True])
def test_what_holds_no_findings_is_a_bad_answer(profile: Any, text: str, salvage: bool) -> None:
    """Text without a list of findings raises BadAnswer, however deep or empty it is."""
    with pytest.raises(BadAnswer):
        parse(text, profile, salvage=salvage)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("text", "not an object"),
        ({**GOOD, "category": "Weather"}, "no category"),
        ({**GOOD, "category": ["Governing Law"]}, "no category"),
        ({**GOOD, "state": "not_present"}, "state"),
        ({key: GOOD[key] for key in ("category", "state", "answer")}, "quote"),
        ({**GOOD, "quote": 7}, "quote"),
        ({**GOOD, "quote": "x" * 1_000_000}, "1,000,000 characters"),
        ({**GOOD, "surplus": 1}, "surplus"),
        ({**GOOD, "value": {"number": "5"}}, "value.number"),
        ({**GOOD, "value": {"number": float("nan")}}, "value.number"),
        ({**GOOD, "value": {"number": float("-inf")}}, "value.number"),
        ({**GOOD, "confidence": True}, "confidence"),
    ],
)
def test_a_bad_item_costs_only_itself(profile: Any, bad: Any, why: str) -> None:
    """The good items before and after it are kept; the problem names the item and the reason, briefly."""
    parsed = parse(answer_text(GOOD, bad, GOOD), profile)
    assert len(parsed.answers) == 2
    assert len(parsed.problems) == 1
    assert parsed.problems[0].startswith("finding 2: ")
    assert why in parsed.problems[0]
    assert len(parsed.problems[0]) < 500


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5_000, "0." + "3" * 5_000])
def test_numbers_beyond_a_float_are_refused(profile: Any, number: str) -> None:
    """A number that no float holds is a problem of its item, not an infinity and not an exception."""
    beyond = json.dumps({**GOOD, "value": {"number": 0}}).replace(": 0", f": {number}")
    text = f'{{"findings": [{beyond}, {json.dumps(GOOD)}]}}'
    parsed = parse(text, profile)
    assert (len(parsed.answers), len(parsed.problems)) == (1, 1)


def test_the_largest_numbers_are_kept(profile: Any) -> None:
    """1e308 and integers of 300 digits are finite floats."""
    parsed = parse(answer_text({**GOOD, "value": {"number": 1e308}}, {**GOOD, "value": {"number": 10**300}}), profile)
    assert [answer.value.number for answer in parsed.answers] == [1e308, 1e300]


@pytest.mark.parametrize(
    "day", ["2023-02-29", "29.02.2024", "20240229", "2024-W01-1", "2024", "soon", "2024-01-01T00:00:00Z", "٢٠٢٤-٠١-٠١x"]
)
def test_an_impossible_date_is_left_out_with_a_problem(profile: Any, day: str) -> None:
    """The finding stays, without the date."""
    parsed = parse(answer_text({**GOOD, "value": {"date": day, "text": "kept"}}), profile)
    assert parsed.answers[0].value == Value(text="kept")
    assert "date" in parsed.problems[0]


def test_fields_keep_to_what_the_database_holds(profile: Any) -> None:
    """Overlong fields are cut with a problem; NUL and half surrogates, which no database takes, are replaced."""
    item = {**GOOD, "quote": "a\x00b\ud800c", "answer": "x" * 20_000, "confidence": 7, "value": {"unit": "u" * 100, "currency": ""}}
    parsed = parse(answer_text(item), profile)
    (answer,) = parsed.answers
    assert answer.quote == "a\ufffdb\ufffdc"
    assert (len(answer.answer), len(answer.value.unit or ""), answer.value.currency, answer.confidence) == (10_000, 60, None, None)
    assert len(parsed.problems) == 3


def test_a_category_may_differ_in_case_and_punctuation(profile: Any) -> None:
    """The finding is filed under the profile's own spelling."""
    parsed = parse(answer_text({**GOOD, "category": "cap on-liability"}), profile)
    assert [answer.category for answer in parsed.answers] == ["Cap On Liability"]


def test_a_key_that_may_be_null_may_be_missing() -> None:
    """Under the shipped profile's strict schema an item without confidence, or with half a value, is as good as one with nulls."""
    shipped = load("contract_review")
    for item in (GOOD, {**GOOD, "value": {"party": "Acme"}}, {**GOOD, "confidence": None, "rule_id": None}):
        parsed = parse(answer_text(item), shipped)
        assert (len(parsed.answers), parsed.problems) == (1, ())


def test_items_beyond_the_limit_are_a_problem(profile: Any) -> None:
    """A flood of items is cut, and it is said."""
    parsed = parse(answer_text(*[GOOD] * 2_001), profile)
    assert len(parsed.answers) == 2_000
    assert "2,001" in parsed.problems[0]


@given(st.integers(0, 3), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_salvage_keeps_exactly_the_complete_items(profile: Any, count: int, data: st.DataObject) -> None:
    """Wherever the answer breaks off, the items that are complete are kept, in order, and the break is said."""
    items = [{**GOOD, "answer": f'No. {number} with " and ]}}', "value": {"number": number}} for number in range(count + 1)]
    text = answer_text(*items)
    ends = [text.index(json.dumps(item)) + len(json.dumps(item)) for item in items]
    cut = data.draw(st.integers(text.index("[") + 1, len(text) - 3))
    parsed = parse("```json\n" + text[:cut], profile, salvage=True)
    assert [answer.answer for answer in parsed.answers] == [item["answer"] for item, end in zip(items, ends, strict=True) if end <= cut]
    assert "broke off" in parsed.problems[0]
    with pytest.raises(BadAnswer):
        parse(text[:cut], profile)


@given(st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_text_is_parsed_or_bad(profile: Any, text: str) -> None:
    """No text raises anything but BadAnswer."""
    for candidate in (text, '{"findings": [' + text, '{"findings": [' + json.dumps({**GOOD, "answer": text}) + "]}"):
        try:
            parse(candidate, profile, salvage=True)
        except BadAnswer:
            assert '"findings": [' not in candidate


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "value", "number", "date"]) | st.text(max_size=3), inner)
    ),
    max_leaves=8,
)


@given(st.lists(JSON_VALUES, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_item_is_an_answer_or_a_problem(profile: Any, items: list[Any]) -> None:
    """Nothing vanishes silently: as many answers and left-out items as there were items."""
    parsed = parse(answer_text(*items), profile)
    left_out = [problem for problem in parsed.problems if problem.endswith("it was left out")]
    assert len(parsed.answers) + len(left_out) == len(items)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 1_000_000,
        '{"findings": [' + "{" * 500_000,
        '{"findings": [' + '{"a": "' * 100_000,
        '{"findings": [' + "[" * 900 + "]" * 900 + "]}",
        '{"findings": [{"category": "Parties", "state": ' + "[" * 900 + "]" * 900 + "}]}",
        '{"findings": [1e' + "9" * 1_000_000 + "]}",
        '{"findings": [' + "9" * 1_000_000 + "]}",
    ],
)
def test_hostile_answers_are_done_quickly(profile: Any, text: str) -> None:
    """Deep nesting, endless numbers and unclosed brackets take no more than seconds and raise nothing else."""
    started = time.perf_counter()
    with contextlib.suppress(BadAnswer):
        assert parse(text, profile, salvage=True).answers == ()
    assert time.perf_counter() - started < 5
