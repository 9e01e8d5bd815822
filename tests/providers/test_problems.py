"""From any answer that is not 200 to the error that says what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import bodies

from nightclerk.errors import (
    CallError,
    ContentRefused,
    ContextTooLong,
    ModelGone,
    NightclerkError,
    OutOfCredit,
    ProviderStop,
    Refused,
    ServerFailed,
    Unauthorised,
    Unprocessable,
)
from nightclerk.providers.problems import MESSAGE_CHARACTERS, problem_of, read_problem, retry_after_s

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TYPE = "invalid_request_error"


def problem(status: int, body: object, *, sent: str = "", **headers: str) -> NightclerkError:
    """The error for this answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    return problem_of(status, {name.replace("_", "-"): value for name, value in headers.items()}, text=text, sent=sent, now=NOW)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, bodies.error("Invalid model: mistral-medium-3.5", "invalid_model", "1500", 400), ModelGone),
        (404, bodies.error("Model magistral-medium-2509 has been retired", "not_found", None), ModelGone),
        (404, {"message": "no Route matched with those values", "request_id": "r"}, ModelGone),
        (401, {"detail": "Unauthorized"}, Unauthorised),
        (401, {"message": "Unauthorized", "request_id": "933f"}, Unauthorised),
        (403, {"message": "This model is not available on your tier"}, Unauthorised),
        (403, bodies.error("Account inactive or usage limit reached", "subscription_error", "10572"), OutOfCredit),
        (403, bodies.error("Blocked by guardrail", "guardrail", None), ContentRefused),
        (402, "", OutOfCredit),
        (402, {"error": "No usage left for request.", "code": "insufficient_funds"}, OutOfCredit),
        (429, {"message": "Organization spend limit reached"}, OutOfCredit),
        (429, {"message": "Monthly token limit exceeded"}, OutOfCredit),
        (429, {"message": "Requests rate limit exceeded"}, Refused),
        (429, bodies.REFUSED, Refused),
        (429, bodies.CAPACITY, Refused),
        (429, bodies.error("Service tier capacity exceeded for this model.", TYPE, None), Refused),
        (400, bodies.error("Prompt contains 9 tokens, too large for model with 8 maximum context length", TYPE, "3051"), ContextTooLong),
        (422, bodies.error("the prompt couldn't fit with truncation", TYPE, None), ContextTooLong),
        (400, {"error": {"code": 400, "message": "request (9 tokens) too big", "type": "exceed_context_size_error"}}, ContextTooLong),
        (413, "<html>Request Entity Too Large</html>", ContextTooLong),
        (400, bodies.error("Unable to generate a parser from the schema", TYPE, None), Unprocessable),
        (405, {"detail": "Method Not Allowed"}, Unprocessable),
        (408, "", ServerFailed),
        (409, "", ServerFailed),
        (425, "", ServerFailed),
        (500, bodies.error("Internal server error", "internal_server_error", "3000"), ServerFailed),
        (502, bodies.HTML.decode(), ServerFailed),
        (503, "upstream connect error", ServerFailed),
        (504, {"message": "The upstream server is timing out"}, ServerFailed),
        (529, "", ServerFailed),
        (302, "", ProviderStop),
    ],
)
def test_each_answer_has_its_error(status: int, body: object, expected: type[NightclerkError]) -> None:
    """Status, type, code and wording decide what is to be done; the message names the status."""
    found = problem(status, body)
    assert type(found) is expected
    assert str(found).startswith(f"HTTP {status}: ")
    if isinstance(found, CallError):
        assert found.http_status == status
        # a gateway that stops waiting does not stop the model behind it
        assert found.billable is (status == 504)


DETAILS = [
    {"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted", "input": "SECRET"}
]


@pytest.mark.parametrize("shape", bodies.PROBLEM_SHAPES)
def test_a_422_of_every_shape_says_what_is_wrong(shape: str) -> None:
    """The complaint is found in all four shapes, and the value complained about is left out: it may be the document."""
    found = problem(422, bodies.unprocessable(DETAILS, shape))
    assert isinstance(found, Unprocessable)
    assert "Extra inputs are not permitted" in str(found)
    assert "SECRET" not in str(found)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (bodies.REFUSED, "1300"),
        (bodies.CAPACITY, "3505"),
        ({"message": "no", "code": 3001}, "3001"),
        ({"message": "no", "code": None}, None),
        ({"error": {"message": "no", "code": 400}}, "400"),
        ("<html>", None),
    ],
)
def test_codes_are_text(body: object, code: str | None) -> None:
    """A code is kept as text, whatever it was; no code is None."""
    found = problem(429, body)
    assert isinstance(found, Refused)
    assert found.code == code


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "9", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0.0),
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and HTTP dates are understood; nonsense is no wait at all."""
    assert retry_after_s(headers, NOW) == seconds


@given(st.text() | st.datetimes().map(str) | st.floats().map(str))
def test_any_wait_is_sane_or_none(value: str) -> None:
    """Whatever the header says, the wait is None or finite and not negative."""
    seconds = retry_after_s({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds < float("inf")


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_http_dates_count_to_the_second(ahead: timedelta) -> None:
    """An HTTP date waits until that moment."""
    seconds = retry_after_s({"retry-after": format_datetime(NOW + ahead, usegmt=True)}, NOW)
    assert seconds == int(ahead.total_seconds())


def test_the_document_is_not_quoted_and_decides_nothing() -> None:
    """A server that quotes the request back neither leaks the document nor lets its words choose the error."""
    document = "The spending limit of the Borrower under this facility is one million; the invalid model clause applies."
    found = problem(429, {"message": f"rejected: {document}"}, sent=f"Question\n{document}")
    assert type(found) is Refused
    assert "Borrower" not in str(found)
    assert str(found) == "HTTP 429: rejected:…"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.sampled_from(["message", "detail", "error", "msg", "loc", "x"]), part),
    max_leaves=20,
)


@given(st.integers(300, 599), JSON, st.text(), st.dictionaries(st.sampled_from(["retry-after", "x-request-id"]), st.text()))
def test_any_answer_becomes_one_error(status: int, body: Any, text: str, headers: dict[str, str]) -> None:
    """Whatever comes, it is one provider error with a message of one short line; nothing is raised on the way."""
    for raw in (json.dumps(body), text, json.dumps({"message": json.dumps(body)})):
        found = problem_of(status, headers, text=raw, now=NOW)
        assert isinstance(found, CallError | ProviderStop)
        # the status before it, and behind it what to do about a key
        assert len(str(found)) <= MESSAGE_CHARACTERS + 150
        assert "\n" not in str(found)
        str(found).encode()


def test_deep_nesting_is_no_trap() -> None:
    """A body that is nested deeper than anybody nests is an error like others."""
    assert read_problem('{"message":' * 5_000 + '"x"' + "}" * 5_000).code is None
    assert read_problem('{"message":' * 400 + '"x"' + "}" * 400).code is None
