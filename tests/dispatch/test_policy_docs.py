"""The retry policy in the docs is the one in the code: every row of its table is played through the dispatcher."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from dispatch_office import Office, QuickTime, Script, drain, reply

from nightclerk import errors
from nightclerk.dispatch import patience
from nightclerk.dispatch.books import STORE_WAITS_S
from nightclerk.errors import CallError, GiveUpCall, ProviderStop, RetryCall
from nightclerk.pipeline import rounds
from nightclerk.providers.problems import problem_of
from nightclerk.records import utc_now
from nightclerk.store.engine import BUSY_TIMEOUT_S
from nightclerk.store.writer import RETRY_WAITS_S

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "dispatch.md"
MAX_ATTEMPTS = 7
CEILING = 3_364 * 2_000 + 1_000 * 5_000
SENT = {"once": 1, "`max_attempts` times": MAX_ATTEMPTS, f"{patience.PAID_ATTEMPTS} times": patience.PAID_ATTEMPTS}


def table() -> list[list[str]]:
    """The rows of the table of causes: cause, error, bill, sent, others are answered, nobody is."""
    text = DOCS.read_text(encoding="utf-8").partition("| cause | error |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]


def error_of(row: list[str]) -> Exception:
    """The error of a row."""
    kind = getattr(errors, row[1].strip("`"))
    return kind("told") if issubclass(kind, ProviderStop) else kind("told", billable=row[2] == "may be")


WORDS = {"`ContextTooLong`": "maximum context", "`ContentRefused`": "blocked by guardrail"}
ROWS = pytest.mark.parametrize("row", table(), ids=lambda row: f"{row[1].strip('`')}-{row[2]}")


def families(kind: type[Exception]) -> list[type[Exception]]:
    """The errors that a call can end in, without those of a batch job and of a price that is not known."""
    found = [error for child in kind.__subclasses__() for error in families(child)] or [kind]
    return [error for error in found if error is not errors.PriceUnknown]


def test_every_error_of_a_call_has_its_row() -> None:
    """No error can be added without a line that says what is done about it."""
    named = {row[1].strip("`") for row in table()}
    assert named == {error.__name__ for kind in (RetryCall, GiveUpCall, ProviderStop) for error in families(kind)} | {"ProviderStop"}


@ROWS
def test_while_others_are_answered(office: Office, row: list[str]) -> None:
    """A request that always fails is sent as often as its row says, costs what it says, and ends as it says."""
    error, clock = error_of(row), QuickTime()
    provider = Script(lambda key, _: error if key == "q0" else reply())
    jobs = office.ask(2 if row[4] == "run stops" else 400)
    ended = drained(office, provider, jobs, clock=clock, max_in_flight=2)
    tries = [call for call in office.calls() if call["state"] != "answered"]
    risk = sum(call["at_risk_nano_usd"] for call in tries)
    assert {call["cost_nano_usd"] for call in tries} == {0}
    assert risk == (CEILING * len(tries) if row[2] == "may be" else 0)
    if row[3] == f"for {patience.REFUSAL_PATIENCE_S / 60:.0f} minutes":
        assert clock.now > patience.REFUSAL_PATIENCE_S
    else:
        assert provider.sent.count("q0") == SENT[row[3]]
    assert ended == (row[4] == "run stops")
    assert office.states() == ({"answered": 1, "open": 1} if ended else {"answered": 399, "failed": 1})


@ROWS
def test_while_nobody_is_answered(office: Office, row: list[str]) -> None:
    """Where every request fails, the run stops with the questions open, or each question fails for itself, as the row says."""
    error = error_of(row)
    ended = drained(office, Script(lambda *_: error), office.ask(20), max_in_flight=4)
    assert ended == (row[5] == "run stops")
    states = office.states()
    assert states.get("open", 0) >= 19 if ended else states == {"failed": 20}


def drained(office: Office, provider: Script, jobs: Any, **options: Any) -> bool:
    """Whether a drain was stopped by the provider."""
    try:
        drain(office, provider, jobs, max_attempts=MAX_ATTEMPTS, **options)
    except ProviderStop:
        return True
    return False


@ROWS
def test_the_statuses_of_a_row(row: list[str]) -> None:
    """An answer with a status that a row names is its error, with its words where the status alone does not say it."""
    for number in re.findall(r"\b\dxx\b|\b\d{3}\b", row[0]):
        for status in {"5xx": (500, 502, 503, 529), "3xx": (301, 307)}.get(number, (number,)):
            found = problem_of(int(status), {}, text=WORDS.get(row[1], ""), now=utc_now())
            assert type(found).__name__ == row[1].strip("`")
            assert getattr(found, "billable", False) is (row[2] == "may be")


def test_how_long_a_database_is_waited_for() -> None:
    """The times in the docs are those of the writer and of the books."""
    text = " ".join(DOCS.read_text(encoding="utf-8").split())
    assert f"about {round(sum(RETRY_WAITS_S), -1):.0f} s in all" in text
    assert sum(STORE_WAITS_S) == 60
    assert "tried for a minute more" in text
    assert f"{BUSY_TIMEOUT_S} s for each attempt" in text


def test_what_is_asked_instead() -> None:
    """The bounds of the further questions are those of the code."""
    rows = DOCS.read_text(encoding="utf-8").partition("| cause | bill | what is asked instead |")[2].partition("\n\n")[0].splitlines()
    truncated, unreadable = rows[2:]
    assert f"at most {rounds.MOST_CONTINUES} times" in truncated
    assert f"down to {rounds.LEAST_CHARACTERS:,} characters" in truncated
    assert re.search(rf"\b{rounds.MOST_REPAIRS} repair\b", unreadable)


def test_the_classes_say_what_is_done() -> None:
    """The tree of errors and the table agree: what is to be tried again is sent more than once, all else once."""
    for _cause, name, _bill, sent, *_ends in table():
        kind = getattr(errors, name.strip("`"))
        assert (sent != "once") is issubclass(kind, RetryCall)
        assert issubclass(kind, CallError | ProviderStop)
