"""Promises of findings over time: a person's review stays with its finding, whatever is run over the document later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from word_fixtures import deleted, p, word

from nightclerk import wiring
from nightclerk.pipeline import Run
from nightclerk.records import utc_now
from nightclerk.settings import Settings
from nightclerk.store import identities, tables

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Run, str]]
Query = Callable[..., list[dict[str, Any]]]
SENTENCES = ("Each party keeps its own books. ", "This Agreement shall be governed by the laws of the State of New York.")
LAW = "SELECT * FROM findings_current WHERE category = 'Governing Law' AND state = 'present'"


@pytest.fixture
def contract(inbox: Path) -> Path:
    """One contract."""
    return inbox / "agreement.txt"


def review(settings: Settings, finding_id: str, verdict: str = "confirmed", **more: Any) -> None:
    """File a review."""
    with wiring.open_store(settings) as store:
        store.write_now(identities.review, finding_id[:8], identities.Review(verdict, "reviewer", **more), now=utc_now())


def profile_v2(folder: Path) -> Path:
    """The released profile, once more as v2: another prompt, the same rules."""
    source = Path(__file__).parents[2] / "prompts" / "contract_review" / "v1"
    target = folder / "contract_review" / "v2"
    target.mkdir(parents=True)
    for file in source.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "profile.yaml":
            text = text.replace("version: v1", "version: v2")
        target.joinpath(file.name).write_text(text, encoding="utf-8")
    return folder


def test_a_review_survives_a_rerun_another_prompt_and_another_reading(
    make_settings: Make, run_order: RunOrder, query: Query, tmp_path: Path
) -> None:
    """A finding keeps its identity, and with it the review, although each of them is a new analysis, and the place is another one."""
    contract = tmp_path / "contract.docx"
    contract.write_bytes(word(p("SERVICES AGREEMENT") + p(deleted("It is made on Monday, after lunch. ")) + p(*SENTENCES)))
    settings = make_settings()
    run_order(settings, contract)
    [first] = query(settings, LAW)
    assert first["review_status"] == "unreviewed"
    review(settings, first["finding_id"])
    run_order(settings, contract)
    [rerun] = query(settings, LAW)
    run_order(make_settings(reanalyse="all", profile_path=[profile_v2(tmp_path / "profiles")]), contract)
    [prompted] = query(settings, LAW)
    run_order(make_settings(docx_view="original"), contract)
    [read_again] = query(settings, LAW)
    found = [first, rerun, prompted, read_again]
    assert len({row["analysis_id"] for row in found}) == 3
    assert prompted["profile_version"] == "v2"
    assert first["char_start"] < read_again["char_start"]
    assert first["document_id"] != read_again["document_id"]
    assert {row["identity_id"] for row in found} == {first["identity_id"]}
    assert [(row["review_status"], row["verdict"]) for row in found[1:]] == [("reviewed", "confirmed")] * 3


def test_what_says_something_else_than_at_its_review_is_raised(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """The review is kept as it was made, and the queue says that the finding has changed since."""
    settings = make_settings()
    run_order(settings, contract)
    [first] = query(settings, LAW)
    review(settings, first["finding_id"], "corrected", corrected_answer="New York")
    with wiring.open_store(settings) as store:
        store.write_now(lambda conn: conn.execute(tables.reviews.update().values(fingerprint="something else")))
    run_order(make_settings(reanalyse="all"), contract)
    [again] = query(settings, LAW)
    assert (again["review_status"], again["corrected_answer"]) == ("changed since review", "New York")
    [queued] = query(settings, "SELECT why, category FROM review_queue WHERE identity_id = :id", id=first["identity_id"])
    assert queued == {"why": "changed since review", "category": "Governing Law"}
    [row] = query(settings, "SELECT status, quote_seen FROM reviewed_findings")
    assert row == {"status": "changed since review", "quote_seen": first["quote"]}


def test_a_confirmed_finding_that_is_not_found_again_is_not_lost(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """It stands in the queue as no longer found, with what the reviewer saw."""
    settings = make_settings()
    run_order(settings, contract)
    [first] = query(settings, LAW)
    review(settings, first["finding_id"])
    with wiring.open_store(settings) as store:
        store.write_now(lambda conn: conn.execute(tables.findings.delete().where(tables.findings.c.id == first["finding_id"])))
    assert query(settings, LAW) == []
    [queued] = query(settings, "SELECT why, quote, document FROM review_queue WHERE why = 'no longer found'")
    assert queued == {"why": "no longer found", "quote": first["quote"], "document": "agreement.txt"}


def test_something_found_where_nothing_was_confirmed_is_raised(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """A person confirmed that a contract has no such clause; a later run that finds one does not go unnoticed."""
    settings = make_settings()
    run_order(settings, contract)
    [absent] = query(settings, "SELECT * FROM findings_current WHERE category = 'Audit Rights' AND state = 'no_match'")
    review(settings, absent["finding_id"])
    assert [row["status"] for row in query(settings, "SELECT status FROM reviewed_findings")] == ["unchanged"]
    [law] = query(settings, LAW)
    with wiring.open_store(settings) as store:
        store.write_now(
            lambda conn: conn.execute(
                tables.findings.update().where(tables.findings.c.id == law["finding_id"]).values(category="Audit Rights")
            )
        )
    assert [row["status"] for row in query(settings, "SELECT status FROM reviewed_findings")] == ["changed since review"]


def test_who_thinks_again_adds_a_review_and_the_newest_counts(
    make_settings: Make, run_order: RunOrder, query: Query, contract: Path
) -> None:
    """Nothing that a person decided is overwritten, by a run or by another person."""
    settings = make_settings()
    run_order(settings, contract)
    [law] = query(settings, LAW)
    review(settings, law["finding_id"], "rejected", note="wrong clause")
    review(settings, law["finding_id"])
    [row] = query(settings, "SELECT verdict, reviews FROM reviewed_findings")
    assert row == {"verdict": "confirmed", "reviews": 2}
    assert [row["note"] for row in query(settings, "SELECT note FROM reviews ORDER BY reviewed_at")] == ["wrong clause", ""]
