"""Rows about evaluations: how a profile did on labelled documents, whole and by category."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.records import NANO
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new


def findings(conn: sa.Connection, run_id: str) -> list[dict[str, Any]]:
    """The findings of a run's documents with their first evidence, whatever their state."""
    f, e = t.findings.c, t.evidence.c
    query = (
        sa.select(
            t.document_sources.c.name.label("document"), f.category, f.state, f.answer, f.confidence, e.quote, e.char_start, e.char_end
        )
        .select_from(
            t.run_documents.join(t.document_sources, t.run_documents.c.source_id == t.document_sources.c.id)
            .join(t.findings, f.analysis_id == t.run_documents.c.analysis_id)
            .outerjoin(t.evidence, (e.finding_id == f.id) & (e.ordinal == 0))
        )
        .where(t.run_documents.c.run_id == run_id)
        .order_by(t.document_sources.c.name, e.char_start, f.id)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def texts(conn: sa.Connection, run_id: str) -> dict[str, str]:
    """File name -> text of the documents of a run that could be read."""
    r, s, d = t.run_documents.c, t.document_sources.c, t.documents.c
    query = (
        sa.select(s.name, d.text)
        .select_from(t.run_documents.join(t.document_sources, r.source_id == s.id).join(t.documents, r.document_id == d.id))
        .where(r.run_id == run_id)
    )
    return {row.name: row.text for row in conn.execute(query)}


def cost_nano_usd(conn: sa.Connection, run_id: str) -> int:
    """What a run's documents cost, whoever paid: its own calls, and what those that it found answered had cost."""
    c = t.calls.c
    query = sa.select(sa.func.coalesce(sa.func.sum(c.cost_nano_usd + c.avoided_nano_usd), 0)).where(c.run_id == run_id)
    return int(conn.execute(query).scalar_one())


def file(conn: sa.Connection, identity: str, run_id: str, gold: str, gold_sha256: str, result: Mapping[str, Any], *, now: datetime) -> None:
    """File an evaluation with a row for each category and measure; the category of all of them together is empty."""
    run = conn.execute(sa.select(t.runs).where(t.runs.c.id == run_id)).mappings().one()
    row = {
        "id": identity,
        "run_id": run_id,
        "profile": run["profile"],
        "profile_version": run["profile_version"],
        "provider": run["provider"],
        "model": run["model"],
        "gold": gold,
        "gold_sha256": gold_sha256,
        "documents": result["documents"],
        "labels": result["labels"],
        "cost_nano_usd": round(result["cost_usd"] * NANO),
        "wrong_findings_flagged": result["wrong_findings_flagged"],
        "right_findings_flagged": result["right_findings_flagged"],
        "answers_right": result["answers_right"],
        "calibration": result["calibration"],
        "evaluated_at": now,
    }
    insert_new(conn, t.evaluations, [row])
    insert_new(conn, t.evaluation_scores, [_score(identity, *key) for key in _keys(result)])


def _keys(result: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    whole = [("", measure, figures) for measure, figures in result["micro"].items()]
    return whole + [(category, measure, figures) for category, found in result["categories"].items() for measure, figures in found.items()]


def _score(identity: str, category: str, measure: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "evaluation_id": identity,
        "category": category,
        "measure": measure,
        "found_right": figures["right"],
        "found_wrong": figures["false"],
        **{name: figures[name] for name in ("missed", "precision", "recall", "f1")},
    }
