"""From a folder to rows, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mistral_server import MistralServer

from nightclerk.errors import MissingKey, ModelGone, SourceNotFound, UnknownProfile
from nightclerk.settings import Settings

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]

KEPT = """SELECT text, f.char_start, f.char_end, quote FROM findings_current f JOIN documents d ON d.id = f.document_id
    WHERE f.state = 'present'"""
LISTED = "SELECT s.name, r.state, r.reason FROM run_documents r JOIN document_sources s ON s.id = r.source_id ORDER BY s.name"


def served(server: MistralServer, **more: Any) -> dict[str, Any]:
    """Settings that reach the imitation server."""
    limits = {"requests_per_second": 200, "tokens_per_minute": 100_000_000, "chunk_tokens": 1_000}
    return {"provider": "mistral", "endpoint": server.url, "api_key": server.key, **limits, **more}


def test_every_file_ends_as_a_row(database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """Each file of an inbox is a row with a state, and whatever was not read has a reason; the run is called partial."""
    settings = make_settings(database_url=database_url)
    _, state = run_order(settings, inbox)
    rows = query(
        settings, "SELECT s.name, r.state, r.reason FROM run_documents r JOIN document_sources s ON s.id = r.source_id ORDER BY s.name"
    )
    assert [(row["name"], row["state"]) for row in rows] == [
        ("agreement.txt", "complete"),
        ("copy of agreement.txt", "complete"),
        ("empty.txt", "unread"),
        ("memo.md", "complete"),
        ("noise.bin", "unread"),
    ]
    assert all(row["reason"] for row in rows if row["state"] == "unread")
    assert state == "partial"


def test_findings_stand_on_the_sources_own_words(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path
) -> None:
    """Every stored quote is exactly the slice of the stored text that its offsets name."""
    settings = make_settings(database_url=database_url)
    run_order(settings, inbox)
    rows = query(settings, KEPT)
    assert len(rows) >= 4
    assert all(row["text"][row["char_start"] : row["char_end"]] == row["quote"] for row in rows)
    law = query(settings, "SELECT DISTINCT quote FROM findings_current WHERE category = 'Governing Law' AND state = 'present'")
    assert len(law) == 1
    assert "State of New York" in law[0]["quote"]


def test_the_same_content_is_read_and_asked_once(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """A copy under another name shares the document, its analysis and its calls."""
    settings = make_settings()
    run_order(settings, inbox)
    [counts] = query(
        settings,
        "SELECT COUNT(DISTINCT s.document_id) AS documents, (SELECT COUNT(*) FROM analyses) AS analyses FROM document_sources s "
        "WHERE s.name LIKE '%agreement.txt'",
    )
    assert counts["documents"] == 1
    assert counts["analyses"] == 2  # the agreement and the memorandum


def test_a_second_run_asks_nothing(database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """Running again over the same inbox makes no call and no second finding, and comes to the same state."""
    settings = make_settings(database_url=database_url)
    first, state = run_order(settings, inbox)
    before = query(settings, "SELECT id, category, state FROM findings ORDER BY id")
    second, again = run_order(settings, inbox)
    assert again == state
    assert query(settings, "SELECT id, category, state FROM findings ORDER BY id") == before
    assert {row["run_id"] for row in query(settings, "SELECT run_id FROM calls")} == {first.id}
    assert second.id != first.id


def test_rules_never_say_absent(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """What no pattern matched is `no_match`, and every finding's analysis names the rules as its provider."""
    settings = make_settings()
    run_order(settings, inbox)
    states = {row["state"] for row in query(settings, "SELECT DISTINCT state FROM findings")}
    assert states == {"present", "no_match"}
    assert query(settings, "SELECT DISTINCT provider, model FROM findings_current") == [{"provider": "rules", "model": "rules-1"}]


def test_a_model_run_is_costed_like_the_servers_own_account(
    database_url: str, make_settings: Make, run_order: RunOrder, query: Query, inbox: Path
) -> None:
    """Through the wire: findings as the rules give them, absence stated, and costs equal to the provider's to the nano-dollar."""
    with MistralServer() as server:
        settings = make_settings(database_url=database_url, **served(server))
        run_order(settings, inbox)
        billed = server.account.cost_nano_usd
    [spent] = query(settings, "SELECT SUM(cost_nano_usd) AS cost, COUNT(*) AS calls FROM calls WHERE state = 'answered'")
    assert spent["cost"] == billed > 0
    states = {row["state"] for row in query(settings, "SELECT DISTINCT state FROM findings")}
    assert states == {"present", "not_present"}
    rows = query(settings, KEPT)
    assert rows
    assert all(row["text"][row["char_start"] : row["char_end"]] == row["quote"] for row in rows)


def test_the_key_is_nowhere_in_the_database(make_settings: Make, run_order: RunOrder, inbox: Path) -> None:
    """The API key reaches the wire and nothing that is kept."""
    with MistralServer(key="sk-very-secret-0123456789") as server:
        settings = make_settings(**served(server))
        run_order(settings, inbox)
    kept = b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    assert b"sk-very-secret-0123456789" not in kept
    assert b"State of New York" in kept


def test_a_budget_stops_the_run_and_a_higher_one_resumes_it(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """At the cap the run ends as over_budget with what is left named; with a higher cap only what was open is asked."""
    with MistralServer() as server:
        settings = make_settings(**served(server), max_in_flight=1)
        run, state = run_order(settings, inbox, budget_nano_usd=60_000_000)
        assert state == "over_budget"
        assert server.account.cost_nano_usd <= 60_000_000
        left = query(settings, "SELECT reason FROM run_documents WHERE run_id = :run AND state = 'unfinished'", run=run.id)
        assert left
        assert all("budget" in row["reason"] for row in left)
        _, state = run_order(settings, inbox)
        assert state == "partial"  # the empty and the unknown file stay unread
        bodies = [entry.body_sha256 for entry in server.account.entries if entry.status == 200]
    assert len(bodies) == len(set(bodies))


def test_an_answer_that_is_no_json_is_asked_for_once_more(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """A reply that is no JSON is kept, marked as no use and costed; the question is asked once more as another sample."""
    with MistralServer() as server:
        settings = make_settings(**served(server))
        server.force("bad_json")
        _, state = run_order(settings, inbox / "agreement.txt")
        assert state == "complete"
        billed = server.account.cost_nano_usd
    [sums] = query(settings, "SELECT SUM(cost_nano_usd) AS cost, COUNT(*) AS calls FROM calls")
    assert sums == {"cost": billed, "calls": 2}
    assert query(settings, "SELECT COUNT(*) AS n FROM replies WHERE NOT usable") == [{"n": 1}]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"provider": "mistral"}, MissingKey),
        ({"provider": "mistral", "api_key": "wrong", "model": "magistral-medium-2506"}, ModelGone),
    ],
)
def test_what_cannot_work_is_said_before_a_file_is_opened(
    values: dict[str, Any], error: type[Exception], make_settings: Make, run_order: RunOrder, inbox: Path
) -> None:
    """A missing key and a model that is not served stop the run with one line."""
    with MistralServer(key="wrong") as server, pytest.raises(error) as raised:
        run_order(make_settings(endpoint=server.url, **values), inbox)
    assert "\n" not in str(raised.value)


def test_unknown_names_are_said(make_settings: Make, run_order: RunOrder, inbox: Path) -> None:
    """An unknown profile and a path that is not there are errors that name them."""
    with pytest.raises(UnknownProfile, match="no_such_profile"):
        run_order(make_settings(), inbox, profile="no_such_profile")
    with pytest.raises(SourceNotFound, match="nowhere"):
        run_order(make_settings(), inbox / "nowhere")


def test_a_vanished_file_is_marked(make_settings: Make, run_order: RunOrder, query: Query, inbox: Path) -> None:
    """A file that is gone at the next walk keeps its row and is called vanished."""
    settings = make_settings()
    run_order(settings, inbox)
    (inbox / "memo.md").unlink()
    run_order(settings, inbox)
    assert query(settings, "SELECT name FROM document_sources WHERE status = 'vanished'") == [{"name": "memo.md"}]
