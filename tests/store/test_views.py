"""Promises of the views: their columns stay, and on rows made by hand each says what a person would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from nightclerk.store import Store
from nightclerk.store import tables as t

Put = Callable[..., dict[str, Any]]
MEASURES = [
    *["calls", "answered", "refused", "failed", "in_flight", "cache_hits"],
    *["prompt_tokens", "cached_tokens", "completion_tokens", "thinking_tokens", "cost_usd", "at_risk_usd", "avoided_usd"],
    "wasted_usd",
]
SCORE = ["estimate_low_usd", "estimate_high_usd", "estimate_error"]
# Whoever queries the database relies on these: a column may be added at the end, and none may be renamed, moved or dropped.
COLUMNS = {
    "document_names": ["collection_id", "collection", "sha256", "document", "uri", "source_status", "places"],
    "findings_current": [
        *["collection", "document", "uri", "profile", "profile_version", "provider", "model", "category", "state", "answer"],
        *["quote", "page", "pdf_page", "last_page", "last_pdf_page", "clause_path", "match_level"],
        *["verdict", "corrected_answer", "reviewer", "review_note", "reviewed_at"],
        *["value_text", "value_number", "value_unit", "value_scale", "value_currency", "value_date", "value_duration"],
        *["period_start", "period_end", "period_instant", "party", "severity", "confidence", "votes", "votes_agreeing", "rule_id"],
        *["evidence_ordinal", "evidence_role", "claimed_quote", "char_start", "char_end", "checks_failed"],
        *["source_status", "analysis_state", "settled_at"],
        *["collection_id", "document_id", "analysis_id", "finding_id", "identity_id", "evidence_id"],
        *["review_status", "superseded_on", "superseded_because", "superseded_by_document_id"],
    ],
    "evaluation_results": [
        *["gold", "profile", "profile_version", "provider", "model", "measure", "category", "precision", "recall", "f1", "found_right"],
        *["found_wrong", "missed", "wrong_findings_flagged", "right_findings_flagged", "answers_right", "documents", "labels", "cost_usd"],
        *["evaluated_at", "gold_sha256", "run_id", "evaluation_id"],
    ],
    "amendment_chain": [
        *["collection", "family", "place", "document", "uri", "relation", "title", "number", "dated", "effective_on", "changes", "named"],
        *["basis", "quote", "pdf_page", "supersedes", "collection_id", "document_id", "lineage_id", "family_id"],
    ],
    "operative_terms": [
        *["collection", "family", "profile", "provider", "category", "kind", "answer", "quote"],
        *["value_text", "value_number", "value_currency", "value_date", "value_duration", "document", "relation", "clause_path"],
        *["page", "pdf_page", "starts_on", "ends_on", "superseded_by", "reason", "char_start"],
        *["collection_id", "document_id", "finding_id", "family_id"],
    ],
    "cost_by_day": ["day", *MEASURES, "batch_cost_usd"],
    "cost_by_run": ["run_id", "collection", "profile", "provider", "model", "state", "started_at", *MEASURES, *SCORE, "batch_cost_usd"],
    "cost_by_document": ["collection", "document", "uri", "collection_id", "document_id", *MEASURES, "batch_cost_usd"],
    "cost_by_model": ["provider", "model", *MEASURES, "batch_cost_usd"],
    "cost_by_month": ["month", *MEASURES, "batch_cost_usd"],
    "cost_by_collection": ["collection", "collection_id", *MEASURES, "batch_cost_usd"],
    "cost_by_profile": ["profile", *MEASURES, "batch_cost_usd"],
    "batch_jobs": [
        *["batch_id", "run_id", "collection", "profile", "provider", "model", "state", "provider_status"],
        *["requests", "answered", "failed", "in_flight", "reserved_usd", "cost_usd", "at_risk_usd", "saved_usd"],
        *["created_at", "submitted_at", "collected_at", "cleaned_at", "reason", "provider_job_id"],
    ],
    "budget_use": ["kind", "name", "cap_usd", "spent_usd", "reserved_usd", "left_usd", "subject"],
    "run_summary": [
        *["run_id", "collection", "profile", "profile_version", "provider", "model_asked", "model", "mode", "state", "reason"],
        *["trigger", "triggered_by", "started_at", "ended_at"],
        *["documents", "documents_complete", "documents_partial", "documents_unread", "documents_open"],
        *["findings", "findings_present", "findings_to_review", "calls", "failed", "cache_hits"],
        *["cost_usd", "at_risk_usd", "avoided_usd", "estimate_low_usd", "estimate_high_usd", "budget_usd", "flow_run_id"],
        *["wasted_usd", "estimate_error"],
    ],
    "coverage": [
        *["collection", "document", "uri", "profile", "profile_version", "provider", "model", "state", "reason"],
        *["chunks", "chunks_answered", "characters", "characters_answered", "share", "pages", "pages_readable"],
        *["created_at", "settled_at", "collection_id", "document_id", "analysis_id"],
    ],
    "unread_documents": [
        *["collection", "kind", "document", "uri", "status", "reason", "page", "pdf_page", "last_seen_at"],
        *["collection_id", "document_id"],
    ],
    "review_queue": [
        *["collection", "document", "uri", "profile", "provider", "model", "category", "state", "answer", "quote", "claimed_quote"],
        *["page", "pdf_page", "clause_path", "match_level", "checks_failed", "confidence", "settled_at"],
        *["collection_id", "document_id", "finding_id", "identity_id", "why"],
    ],
    "reviewed_findings": [
        *["collection", "document", "uri", "profile", "category", "status", "verdict", "corrected_answer", "reviewer", "review_note"],
        *["reviewed_at", "reviews", "state_seen", "answer_seen", "quote_seen", "state", "answer", "quote", "page", "pdf_page"],
        *["clause_path", "settled_at", "collection_id", "document_id", "finding_id", "identity_id"],
    ],
}


def hour(number: int, day: int = 1) -> datetime:
    """A moment of January 2026, in UTC."""
    return datetime(2026, 1, day, number, tzinfo=UTC)


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    """What a query gives."""
    return store.read(lambda conn: [tuple(row) for row in conn.execute(sa.text(query))])


@dataclass(frozen=True)
class Deal:
    """A collection `deal` with two versions of the profile `credit`, and short ways to put documents and analyses into it."""

    put: Put

    def document(self, name: str, **values: Any) -> None:
        """File a document that was read, with the one place where it lies; the name is its id, content and lineage."""
        self.put(t.contents, sha256=name)
        document = {"id": name, "sha256": name, "lineage_id": name, "view": "as_is", "status": "read"}
        self.put(t.documents, **document | values)
        place = {"collection_id": "deal", "uri": f"/in/{name}.pdf", "name": f"{name}.pdf"}
        self.put(t.document_sources, id=name, sha256=name, document_id=name, status="seen", **place)

    def analysed(self, name: str, document_id: str, **values: Any) -> None:
        """File an analysis, settled and complete unless told otherwise, with one finding that answers `by <name>`."""
        identity = {"collection_id": "deal", "document_id": document_id, "prompt_version_id": "credit-1", "provider": "mistral"}
        outcome = {"model": "m", "settle_version": name, "state": "complete", "settled_at": hour(1)}
        self.put(t.analyses, id=name, **identity | outcome | values)
        self.put(t.findings, id=f"{name}-f", analysis_id=name, category="maturity", state="present", answer=f"by {name}")


@pytest.fixture
def deal(put: Put) -> Deal:
    """The collection that the tests below fill."""
    put(t.collections, id="deal", name="Deal")
    for version in ("1", "2"):
        put(t.prompt_versions, id=f"credit-{version}", name="credit", version=version, sha256=version)
    return Deal(put)


def test_the_columns_of_every_view_are_pinned(store: Store) -> None:
    """There are exactly these views with exactly these columns, on both kinds of database."""

    def columns(conn: sa.Connection) -> dict[str, list[str]]:
        return {name: list(conn.execute(sa.text(f"SELECT * FROM {name}")).keys()) for name in sa.inspect(conn).get_view_names()}

    assert store.read(columns) == COLUMNS


def test_current_findings_are_those_of_the_newest_settled_analysis(store: Store, deal: Deal, put: Put) -> None:
    """Newest by settling, per lineage, profile name and provider; what is open or failed, or superseded, takes nobody's place."""
    deal.document("loan")
    deal.analysed("old", "loan", settled_at=hour(1))
    deal.analysed("new", "loan", settled_at=hour(3), prompt_version_id="credit-2", state="partial")
    deal.analysed("between", "loan", settled_at=hour(2))
    deal.analysed("open", "loan", settled_at=None, state="open")
    deal.analysed("failed", "loan", settled_at=hour(5), state="failed")
    deal.analysed("rules", "loan", settled_at=hour(1), provider="rules")
    put(t.prompt_versions, id="lease-1", name="lease", version="1")
    deal.analysed("lease", "loan", settled_at=hour(1), prompt_version_id="lease-1")
    put(t.findings, id="replaced", analysis_id="new", category="maturity", state="present", superseded_by="new-f")
    found = rows(store, "SELECT profile, profile_version, provider, answer, analysis_state FROM findings_current ORDER BY 1, 2, 3")
    assert found == [
        ("credit", "1", "rules", "by rules", "complete"),
        ("credit", "2", "mistral", "by new", "partial"),
        ("lease", "1", "mistral", "by lease", "complete"),
    ]


def test_another_reading_of_a_file_replaces_the_first_and_another_file_does_not(store: Store, deal: Deal, put: Put) -> None:
    """Two readings of one content are one lineage; two files, and one file in two collections, each have their own."""
    deal.document("loan")
    put(t.documents, id="loan2", sha256="loan", lineage_id="loan", status="read", view="accepted", reader="loan")
    deal.document("lease")
    deal.analysed("first", "loan", settled_at=hour(1))
    deal.analysed("second", "loan2", settled_at=hour(2))
    deal.analysed("third", "lease", settled_at=hour(1))
    put(t.collections, id="other", name="Other")
    put(t.document_sources, id="o", collection_id="other", uri="/o", name="copy.pdf", sha256="loan", document_id="loan", status="seen")
    deal.analysed("fourth", "loan", collection_id="other")
    found = rows(store, "SELECT collection, document, uri, answer FROM findings_current ORDER BY answer")
    assert found == [
        ("Other", "copy.pdf", "/o", "by fourth"),
        ("Deal", "loan.pdf", "/in/loan.pdf", "by second"),
        ("Deal", "lease.pdf", "/in/lease.pdf", "by third"),
    ]


def test_findings_follow_the_file_they_were_found_in(store: Store, deal: Deal, put: Put) -> None:
    """A file in two places is one document; one that vanished or cannot be opened keeps its findings; one that was replaced does not."""
    for name in ("twice", "gone", "shut", "replaced"):
        deal.document(name)
        deal.analysed(name, name)
    twin = {"collection_id": "deal", "sha256": "twice", "document_id": "twice", "name": "a.pdf"}
    put(t.document_sources, id="twin", uri="/a/first.pdf", status="vanished", **twin)
    put(t.contents, sha256="new bytes")

    def change(conn: sa.Connection) -> None:
        s = t.document_sources
        conn.execute(sa.update(s).where(s.c.id == "gone").values(status="vanished"))
        conn.execute(sa.update(s).where(s.c.id == "shut").values(status="unreadable", sha256=None))
        conn.execute(sa.update(s).where(s.c.id == "replaced").values(sha256="new bytes"))

    store.write_now(change)
    found = rows(store, "SELECT document, source_status FROM findings_current ORDER BY document")
    assert found == [("gone.pdf", "vanished"), ("shut.pdf", "unreadable"), ("twice.pdf", "seen")]
    assert rows(store, "SELECT places FROM document_names WHERE sha256 = 'twice'") == [(2,)]


def test_each_evidence_is_a_row_and_pages_count_from_one(store: Store, deal: Deal, put: Put) -> None:
    """A finding has a row per evidence, or one without; the printed label and the page of the PDF are told apart."""
    deal.document("loan")
    deal.analysed("a", "loan")
    put(t.findings, id="none", analysis_id="a", category="covenant", state="not_present")
    first = {"page_index": 4, "page_label": "iii", "last_page_index": 5, "last_page_label": "iv", "char_start": 10, "char_end": 14}
    put(t.evidence, id="e0", finding_id="a-f", ordinal=0, quote="2027", match_level="exact", clause_path="Article II > 2.1", **first)
    put(t.evidence, id="e1", finding_id="a-f", ordinal=1, claimed_quote="2028", match_level="none", checks_failed=["figure"])
    query = "SELECT category, evidence_ordinal, quote, page, pdf_page, last_pdf_page, clause_path, match_level, checks_failed"
    assert rows(store, f"{query} FROM findings_current ORDER BY category, evidence_ordinal") == [
        ("covenant", None, None, None, None, None, None, None, None),
        ("maturity", 0, "2027", "iii", 5, 6, "Article II > 2.1", "exact", None),
        ("maturity", 1, "", None, None, None, "", "none", '["figure"]'),
    ]


def test_the_newest_review_lies_over_the_finding(store: Store, deal: Deal, put: Put) -> None:
    """A finding shows the last verdict on its identity, and keeps it when a newer analysis finds it again."""
    deal.document("loan")
    put(t.finding_identities, id="i", collection_id="deal", lineage_id="loan")
    put(t.reviews, id="r1", identity_id="i", verdict="wrong", corrected_answer="2029", reviewed_at=hour(9))
    put(t.reviews, id="r2", identity_id="i", verdict="right", reviewed_at=hour(10))
    for name, settled in (("old", 1), ("new", 12)):
        deal.analysed(name, "loan", settled_at=hour(settled))
        put(t.findings, id=f"{name}-i", analysis_id=name, category="amount", state="unclear", answer=name, identity_id="i")
    found = rows(store, "SELECT category, answer, verdict, corrected_answer FROM findings_current ORDER BY category")
    assert found == [("amount", "new", "right", None), ("maturity", "by new", None, None)]


def test_the_review_queue_is_what_nobody_has_judged(store: Store, deal: Deal, put: Put) -> None:
    """Unverified, contradicted and unclear findings wait once each, with their first evidence, until somebody reviews them."""
    deal.document("loan")
    deal.analysed("a", "loan")
    put(t.finding_identities, id="judged", collection_id="deal", lineage_id="loan")
    put(t.reviews, id="r", identity_id="judged", verdict="right", reviewed_at=hour(9))
    for state in ("unverified", "contradicted", "unclear", "present", "not_present", "no_match"):
        put(t.findings, id=state, analysis_id="a", category="x", state=state)
        put(t.findings, id=f"{state}-judged", analysis_id="a", category="x", state=state, identity_id="judged")
    for ordinal, quote in enumerate(("first", "second")):
        put(t.evidence, id=quote, finding_id="unclear", ordinal=ordinal, quote=quote)
    found = rows(store, "SELECT finding_id, quote FROM review_queue ORDER BY finding_id")
    assert found == [("contradicted", None), ("unclear", "first"), ("unverified", None)]


@pytest.fixture
def spent(deal: Deal, put: Put) -> None:
    """Calls of two runs, three days, two models; one of each state, one from the cache, one that outlived its run."""
    deal.document("loan")
    for run in ("one", "two"):
        put(
            t.runs,
            id=run,
            collection_id="deal",
            profile="credit",
            model="m",
            state="complete",
            started_at=hour(1),
            budget_nano_usd=5 * 10**9,
        )
    usage = {"prompt_tokens": 1000, "cached_tokens": 10, "completion_tokens": 500, "thinking_tokens": 300}
    loan = {"collection_id": "deal", "document_id": "loan", "provider": "mistral", "model_asked": "magistral", "mode": "realtime"}
    paid = {**loan, **usage, "model_served": "magistral-medium", "state": "answered", "cost_nano_usd": 4_500_001}
    put(t.calls, id="c1", run_id="one", sent_at=hour(23, day=1), **paid)
    put(t.calls, id="c2", run_id="one", sent_at=hour(0, day=2), **paid | {"mode": "batch", "cost_nano_usd": 2_250_000})
    put(t.calls, id="c3", run_id="two", sent_at=hour(5, day=2), **loan, state="refused")
    put(t.calls, id="c4", run_id="two", sent_at=hour(6, day=2), **loan, state="cut_off", at_risk_nano_usd=7_000_000)
    put(t.calls, id="c5", run_id="two", sent_at=hour(7, day=2), **loan, state="sent", at_risk_nano_usd=1_000_000)
    cached = {"mode": "cache", "cost_nano_usd": 0, "avoided_nano_usd": 4_500_001}
    put(t.calls, id="c6", run_id="two", sent_at=hour(8, day=3), **paid | cached)
    put(t.calls, id="c7", sent_at=hour(8, day=3), **paid | {"collection_id": None, "document_id": None})


COUNTS = "calls, answered, refused, failed, in_flight, cache_hits"


@pytest.mark.usefixtures("spent")
def test_costs_by_day_count_days_in_utc(store: Store) -> None:
    """Each day has its calls by outcome, and its money as a float of USD; an answer from the cache is no call."""
    found = rows(
        store, f"SELECT CAST(day AS TEXT), {COUNTS}, prompt_tokens, cost_usd, at_risk_usd, avoided_usd FROM cost_by_day ORDER BY 1"
    )
    assert found == [
        ("2026-01-01", 1, 1, 0, 0, 0, 0, 1000, 0.004500001, 0.0, 0.0),
        ("2026-01-02", 4, 1, 1, 1, 1, 0, 1000, 0.00225, 0.008, 0.0),
        ("2026-01-03", 1, 1, 0, 0, 0, 1, 1000, 0.004500001, 0.0, 0.004500001),
    ]


@pytest.mark.usefixtures("spent")
def test_a_day_is_a_day_in_utc_wherever_the_reader_is(store: Store) -> None:
    """A person whose session stands in another time zone sees the same days."""

    def elsewhere(conn: sa.Connection) -> list[tuple[str, int]]:
        if conn.dialect.name == "postgresql":  # SQLite has no such setting
            conn.execute(sa.text("SET LOCAL TIME ZONE 'Asia/Tokyo'"))
        return [tuple(row) for row in conn.execute(sa.text("SELECT CAST(day AS TEXT), calls FROM cost_by_day ORDER BY 1"))]

    assert store.read(elsewhere) == [("2026-01-01", 1), ("2026-01-02", 4), ("2026-01-03", 1)]


@pytest.mark.usefixtures("spent")
def test_costs_by_run_document_and_model(store: Store) -> None:
    """Each sum stands beside what it is a sum of, and money whose run or document was deleted has a row of its own."""
    assert rows(store, f"SELECT run_id, collection, {COUNTS}, cost_usd FROM cost_by_run ORDER BY run_id IS NULL, run_id") == [
        ("one", "Deal", 2, 2, 0, 0, 0, 0, 0.006750001),
        ("two", "Deal", 3, 0, 1, 1, 1, 1, 0.0),
        (None, None, 1, 1, 0, 0, 0, 0, 0.004500001),
    ]
    assert rows(store, f"SELECT document, uri, {COUNTS}, cost_usd FROM cost_by_document ORDER BY document IS NULL") == [
        ("loan.pdf", "/in/loan.pdf", 5, 2, 1, 1, 1, 1, 0.006750001),
        (None, None, 1, 1, 0, 0, 0, 0, 0.004500001),
    ]
    assert rows(store, f"SELECT model, {COUNTS}, completion_tokens, thinking_tokens FROM cost_by_model ORDER BY model") == [
        ("magistral", 3, 0, 1, 1, 1, 0, 0, 0),
        ("magistral-medium", 3, 3, 0, 0, 0, 1, 1500, 900),
    ]


@pytest.mark.usefixtures("spent")
def test_costs_by_month_collection_and_profile(store: Store) -> None:
    """Months are months in UTC; what outlived its collection or its run has a row of its own."""
    assert rows(store, f"SELECT month, {COUNTS}, cost_usd FROM cost_by_month") == [("2026-01", 6, 3, 1, 1, 1, 1, 0.011250002)]
    for column, view, name in (("collection", "cost_by_collection", "Deal"), ("profile", "cost_by_profile", "credit")):
        assert rows(store, f"SELECT {column}, {COUNTS}, cost_usd FROM {view} ORDER BY {column} IS NULL") == [
            (name, 5, 2, 1, 1, 1, 1, 0.006750001),
            (None, 1, 1, 0, 0, 0, 0, 0.004500001),
        ]


@pytest.mark.usefixtures("spent")
def test_waste_is_what_was_paid_for_nothing(store: Store, put: Put) -> None:
    """An answer of no use and an attempt that broke off are wasted as far as they were paid; an answer that is good, or gone, is not."""
    put(t.replies, call_id="c1", usable=False)
    put(t.replies, call_id="c2", usable=True)
    paid = {"collection_id": "deal", "document_id": "loan", "run_id": "two", "mode": "realtime", "sent_at": hour(9, day=4)}
    put(t.calls, id="c8", **paid, state="cut_off", cost_nano_usd=1_000_000, at_risk_nano_usd=500_000)
    assert rows(store, "SELECT run_id, wasted_usd FROM cost_by_run WHERE run_id IS NOT NULL ORDER BY run_id") == [
        ("one", 0.004500001),
        ("two", 0.001),
    ]
    for view in ("cost_by_day", "cost_by_month", "cost_by_collection", "cost_by_document", "cost_by_model", "cost_by_profile"):
        assert rows(store, f"SELECT SUM(wasted_usd) FROM {view}") == [(pytest.approx(0.005500001),)]
    assert rows(store, "SELECT wasted_usd FROM run_summary ORDER BY run_id") == [(0.004500001,), (0.001,)]


@pytest.mark.usefixtures("spent")
def test_an_estimate_is_scored_by_what_was_paid(store: Store) -> None:
    """The error is the middle of the range against the cost; where nothing was paid or nothing estimated there is none."""
    estimated = sa.update(t.runs).values(estimate_low_nano_usd=6_000_000, estimate_high_nano_usd=12_000_000)
    store.write_now(lambda conn: conn.execute(estimated))
    score = "run_id, estimate_low_usd, estimate_high_usd, estimate_error"
    for view in ("cost_by_run", "run_summary"):
        assert rows(store, f"SELECT {score} FROM {view} WHERE run_id IS NOT NULL ORDER BY run_id") == [
            ("one", 0.006, 0.012, pytest.approx(1 / 3, abs=1e-6)),
            ("two", 0.006, 0.012, None),
        ]
    assert rows(store, "SELECT estimate_error FROM cost_by_run WHERE run_id IS NULL") == [(None,)]


def test_what_is_left_of_a_budget(store: Store, deal: Deal, put: Put) -> None:
    """Cap less spent less reserved; without a cap nothing is left or lacking, and a collection is called by its name."""
    assert deal
    put(t.budgets, id="d", kind="day", subject="2026-01-01", cap_nano_usd=3 * 10**9, spent_nano_usd=10**9, reserved_nano_usd=5 * 10**8)
    put(t.budgets, id="c", kind="collection", subject="deal", spent_nano_usd=10**9)
    assert rows(store, "SELECT kind, name, cap_usd, spent_usd, reserved_usd, left_usd FROM budget_use ORDER BY kind") == [
        ("collection", "Deal", None, 1.0, 0.0, None),
        ("day", "2026-01-01", 3.0, 1.0, 0.5, 1.5),
    ]


@pytest.mark.usefixtures("spent")
def test_every_cost_view_adds_up_to_the_same_money(store: Store) -> None:
    """No view loses a call or counts one twice."""
    kinds = ("day", "run", "document", "model", "month", "collection", "profile")
    for view in (f"cost_by_{kind}" for kind in kinds):
        calls, hits, cost, at_risk = rows(store, f"SELECT SUM(calls), SUM(cache_hits), SUM(cost_usd), SUM(at_risk_usd) FROM {view}")[0]
        assert (calls, hits) == (6, 1)
        assert (cost, at_risk) == (pytest.approx(0.011250002), pytest.approx(0.008))


@pytest.mark.usefixtures("spent")
def test_a_run_is_summed_up_while_it_runs(store: Store, deal: Deal, put: Put) -> None:
    """Documents are counted by state from the run's list, findings once however many documents share an analysis, costs beside them."""
    deal.analysed("a", "loan")
    put(t.findings, id="odd", analysis_id="a", category="x", state="unverified")
    deal.document("copy")
    states = {"loan": "complete", "copy": "complete", "w": "working", "p": "partial", "u": "unread"}
    for name, state in states.items():
        if name not in {"loan", "copy"}:
            put(t.document_sources, id=name, collection_id="deal", uri=name, status="seen")
        analysis = "a" if state == "complete" else None
        put(t.run_documents, id=name, run_id="two", source_id=name, state=state, analysis_id=analysis)
    documents = "documents, documents_complete, documents_partial, documents_unread, documents_open"
    money = "calls, failed, cache_hits, cost_usd, at_risk_usd, avoided_usd, budget_usd, estimate_low_usd"
    found = rows(store, f"SELECT run_id, {documents}, findings, findings_present, findings_to_review, {money} FROM run_summary ORDER BY 1")
    assert found == [
        ("one", 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0.006750001, 0.0, 0.0, 5.0, None),
        ("two", 5, 2, 1, 1, 1, 2, 1, 1, 3, 1, 1, 0.0, 0.008, 0.004500001, 5.0, None),
    ]


def test_coverage_says_what_was_answered_and_what_could_be_read(store: Store, deal: Deal, put: Put) -> None:
    """The share is of characters; a document without text has none; pages that are blank count as read."""
    deal.document("loan", pages=5)
    deal.document("scan", status="needs_ocr", pages=1)
    for index, status in enumerate(("text", "ocr", "blank", "needs_ocr", "garbled")):
        put(t.pages, document_id="loan", page_index=index, status=status)
    deal.analysed("a", "loan", state="partial", chunks=4, chunks_answered=3, characters=1000, characters_answered=750)
    deal.analysed("b", "scan", state="partial")
    found = rows(store, "SELECT document, state, chunks, chunks_answered, share, pages, pages_readable FROM coverage ORDER BY document")
    assert found == [("loan.pdf", "partial", 4, 3, 0.75, 5, 3), ("scan.pdf", "partial", 0, 0, None, 1, 0)]


def test_everything_unread_is_listed_with_its_reason(store: Store, deal: Deal, put: Put) -> None:
    """Files that cannot be opened, were not read yet, changed, or were read in part or not at all, and pages that cannot be read."""
    deal.document("fine")
    deal.document("partly", status="partial", reason="2 of 3 pages")
    deal.document("locked", status="encrypted", reason="it needs a password")
    deal.document("changed")
    deal.document("archived")
    deal.document("lost", status="damaged", reason="it is cut off")
    for name, index, status in (
        ("fine", 0, "text"),
        ("fine", 1, "blank"),
        ("fine", 2, "ocr"),
        ("partly", 0, "text"),
        ("partly", 1, "garbled"),
        ("locked", 0, "x"),
    ):
        put(t.pages, document_id=name, page_index=index, status=status, label=f"A-{index}", reason=status)
    put(t.contents, sha256="new bytes")
    for name, status in (("denied", "unreadable"), ("waiting", "seen"), ("missed", "vanished")):
        put(t.document_sources, id=name, collection_id="deal", uri=name, name=name, status=status, reason=f"it is {status}")

    def change(conn: sa.Connection) -> None:
        s = t.document_sources
        conn.execute(sa.update(s).where(s.c.id == "changed").values(sha256="new bytes"))
        conn.execute(sa.update(s).where(s.c.id.in_(["archived", "lost"])).values(status="vanished"))

    store.write_now(change)
    found = rows(store, "SELECT document, kind, status, reason, page, pdf_page FROM unread_documents ORDER BY document, kind DESC")
    later = "seen and not read yet; the next run reads it"
    assert found == [
        ("changed.pdf", "source", "not_read", later, None, None),
        ("denied", "source", "unreadable", "it is unreadable", None, None),
        ("locked.pdf", "source", "encrypted", "it needs a password", None, None),
        ("lost.pdf", "source", "damaged", "it is cut off", None, None),
        ("missed", "source", "vanished", "it is vanished", None, None),
        ("partly.pdf", "source", "partial", "2 of 3 pages", None, None),
        ("partly.pdf", "page", "garbled", "garbled", "A-1", 2),
        ("waiting", "source", "not_read", later, None, None),
    ]
