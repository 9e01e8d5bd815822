"""What people ask of the database, answered from the views that are documented for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from nightclerk.store.tables import runs

Rows = list[Mapping[str, Any]]

TAIL = [
    "calls",
    "answered",
    "refused",
    "failed",
    "cache_hits",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "at_risk_usd",
    "avoided_usd",
    "wasted_usd",
    "batch_cost_usd",
]
SCORE = ["estimate_low_usd", "estimate_high_usd", "estimate_error"]
COSTS = {
    "run": ["run_id", "started_at", "collection", "profile", "model", "state", *TAIL, *SCORE],
    "day": ["day", *TAIL],
    "month": ["month", *TAIL],
    "collection": ["collection", *TAIL],
    "document": ["document", "collection", *TAIL],
    "model": ["provider", "model", *TAIL],
    "profile": ["profile", *TAIL],
}
ORDER = {
    "run": "started_at DESC",
    "day": "day DESC",
    "month": "month DESC",
    "collection": "cost_usd DESC, collection",
    "document": "cost_usd DESC, document",
    "model": "provider, model",
    "profile": "cost_usd DESC, profile",
}


def findings(conn: sa.Connection, *, category: str | None, document: str | None, state: str, collection: str | None, limit: int) -> Rows:
    """Rows of `findings_current`, in the order of documents and of the text."""
    view = sa.table("findings_current", *map(sa.column, ("document", "category", "state", "collection", "char_start", "uri")))
    query = sa.select(sa.text("*")).select_from(view).order_by(view.c.document, view.c.uri, view.c.char_start).limit(limit)
    if category:
        query = query.where(sa.func.lower(view.c.category) == category.lower())
    if document:
        query = query.where(sa.func.lower(view.c.document).contains(document.lower(), autoescape=True))
    if state != "all":
        query = query.where(view.c.state == state)
    if collection:
        query = query.where(view.c.collection == collection)
    return _rows(conn, query)


def costs(conn: sa.Connection, by: str) -> Rows:
    """Rows of the view `cost_by_<by>`."""
    return _rows(conn, sa.text(f"SELECT * FROM cost_by_{by} ORDER BY {ORDER[by]}"))  # noqa: S608 - `by` is a key of COSTS


def documents(conn: sa.Connection, *, collection: str | None) -> Rows:
    """One row per place where a document was seen."""
    query = """
        SELECT s.name AS document, COALESCE(d.status, s.status) AS status, COALESCE(NULLIF(d.reason, ''), s.reason) AS reason,
               d.pages, d.characters, d.language, d.readable_share, s.uri, s.sha256, c.name AS collection, s.last_seen_at,
               d.id AS document_id
        FROM document_sources s JOIN collections c ON c.id = s.collection_id LEFT JOIN documents d ON d.id = s.document_id
        WHERE CAST(:collection AS TEXT) IS NULL OR c.name = :collection
        ORDER BY c.name, s.uri"""
    return _rows(conn, sa.text(query), collection=collection)


def problems(conn: sa.Connection, *, collection: str | None) -> Rows:
    """Rows of `unread_documents`."""
    query = """
        SELECT * FROM unread_documents WHERE CAST(:collection AS TEXT) IS NULL OR collection = :collection
        ORDER BY uri, kind DESC, pdf_page"""
    return _rows(conn, sa.text(query), collection=collection)


def run_summary(conn: sa.Connection, run_id: str) -> Mapping[str, Any]:
    """The row of `run_summary` of one run."""
    return dict(conn.execute(sa.text("SELECT * FROM run_summary WHERE run_id = :run"), {"run": run_id}).mappings().one())


def run_notes(conn: sa.Connection, run_id: str) -> list[str]:
    """What was to be said about the model when the run began: another one than asked for, deprecated, retired."""
    return list(conn.execute(sa.select(runs.c.parameters).where(runs.c.id == run_id)).scalar_one().get("notes", []))


def newest_runs(conn: sa.Connection, *, limit: int) -> Rows:
    """Rows of `run_summary`, newest first."""
    return _rows(conn, sa.text("SELECT * FROM run_summary ORDER BY started_at DESC LIMIT :limit"), limit=limit)


def batch_jobs(conn: sa.Connection, *, limit: int) -> Rows:
    """Rows of `batch_jobs`, newest first."""
    return _rows(conn, sa.text("SELECT * FROM batch_jobs ORDER BY created_at DESC LIMIT :limit"), limit=limit)


def runs_like(conn: sa.Connection, beginning: str) -> list[str]:
    """The ids of the runs that begin like this."""
    return list(conn.execute(sa.select(runs.c.id).where(runs.c.id.startswith(beginning.lower(), autoescape=True))).scalars())


def run_documents(conn: sa.Connection, run_id: str) -> Rows:
    """How each document of a run ended, its pages and how many of them could be read, and whether an earlier run had analysed it."""
    query = """
        SELECT s.name AS document, s.uri, r.state, r.reason, d.pages, d.status AS document_status,
               CASE WHEN a.settled_at < n.started_at THEN 1 ELSE 0 END AS analysed_before,
               (SELECT COUNT(*) FROM pages g WHERE g.document_id = d.id AND g.status IN ('text', 'ocr', 'blank')) AS pages_readable
        FROM run_documents r JOIN runs n ON n.id = r.run_id JOIN document_sources s ON s.id = r.source_id
        LEFT JOIN documents d ON d.id = r.document_id LEFT JOIN analyses a ON a.id = r.analysis_id
        WHERE r.run_id = :run ORDER BY s.uri"""
    return _rows(conn, sa.text(query), run=run_id)


def run_categories(conn: sa.Connection, run_id: str) -> Rows:
    """(category, findings, documents) of what a run's documents hold, most frequent first."""
    query = """
        SELECT f.category, COUNT(*) AS findings, COUNT(DISTINCT f.analysis_id) AS documents
        FROM findings f
        WHERE f.state = 'present' AND f.analysis_id IN (SELECT analysis_id FROM run_documents WHERE run_id = :run)
        GROUP BY f.category ORDER BY COUNT(*) DESC, f.category"""
    return _rows(conn, sa.text(query), run=run_id)


def run_findings(conn: sa.Connection, run_id: str) -> Rows:
    """The present findings of a run's documents with their first evidence, in the order of the text."""
    query = """
        SELECT s.name AS document, f.category, f.answer, e.clause_path, e.page_label AS page, e.page_index + 1 AS pdf_page, e.quote,
               f.rule_id, f.severity
        FROM run_documents r
        JOIN document_sources s ON s.id = r.source_id
        JOIN findings f ON f.analysis_id = r.analysis_id AND f.state = 'present'
        JOIN evidence e ON e.finding_id = f.id AND e.ordinal = 0
        WHERE r.run_id = :run ORDER BY s.uri, e.char_start, f.category"""
    return _rows(conn, sa.text(query), run=run_id)


def run_prompts(conn: sa.Connection, run_id: str) -> tuple[int, int, int]:
    """(requests, their prompt tokens, the longest answers allowed in tokens) of a run's documents, whoever answered them."""
    query = """
        SELECT COUNT(*), COALESCE(SUM(q.prompt_tokens), 0), COALESCE(SUM(q.max_output_tokens), 0) FROM requests q WHERE q.hash IN (
            SELECT question.request_hash FROM questions question
            JOIN run_documents r ON r.analysis_id = question.analysis_id WHERE r.run_id = :run)"""
    row = conn.execute(sa.text(query), {"run": run_id}).one()
    return int(row[0]), int(row[1]), int(row[2])


def _rows(conn: sa.Connection, query: sa.Executable, **values: Any) -> Rows:
    return [dict(row) for row in conn.execute(query, values).mappings()]
