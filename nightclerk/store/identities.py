"""Rows about findings over time: their identities, and what people decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.errors import SettingsError
from nightclerk.records import derived_id
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

VERDICTS = ("confirmed", "corrected", "rejected")
# so short a beginning of an id is not asked for: it would be taken for another one tomorrow
SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class Lineage:
    """What identities are kept under: one document in all its readings, in one collection, for one profile name."""

    collection_id: str
    lineage_id: str
    profile: str


@dataclass(frozen=True, slots=True)
class Filed:
    """One evidence of a finding that has an identity, in the text of its own reading."""

    identity_id: str
    finding_id: str
    category: str
    state: str
    fingerprint: str | None
    document_id: str
    char_start: int | None
    char_end: int | None
    claimed_quote: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided about a finding."""

    verdict: str
    reviewer: str
    corrected_answer: str | None = None
    note: str = ""


def lineage(conn: sa.Connection, analysis_id: str) -> Lineage:
    """Where the findings of an analysis belong."""
    a, d, p = t.analyses, t.documents, t.prompt_versions
    query = (
        sa.select(a.c.collection_id, d.c.lineage_id, p.c.name)
        .select_from(a.join(d, a.c.document_id == d.c.id).join(p, a.c.prompt_version_id == p.c.id))
        .where(a.c.id == analysis_id)
    )
    return Lineage(*conn.execute(query).one())


def filed(conn: sa.Connection, where: Lineage) -> list[Filed]:
    """What earlier analyses filed under the identities of a lineage, evidence by evidence."""
    f, e, i, a = t.findings.c, t.evidence.c, t.finding_identities.c, t.analyses.c
    query = (
        sa.select(
            *(f.identity_id, f.id, f.category, f.state, f.fingerprint),
            *(a.document_id, e.char_start, e.char_end, sa.func.coalesce(e.claimed_quote, "")),
        )
        .select_from(
            t.finding_identities.join(t.findings, f.identity_id == i.id)
            .join(t.analyses, f.analysis_id == a.id)
            .outerjoin(t.evidence, e.finding_id == f.id)
        )
        .where(*_of(where))
        .distinct()
    )
    return [Filed(*row) for row in conn.execute(query)]


def texts(conn: sa.Connection, document_ids: Sequence[str]) -> dict[str, str]:
    """The texts of earlier readings."""
    d = t.documents.c
    return {row.id: row.text for row in conn.execute(sa.select(d.id, d.text).where(d.id.in_(document_ids)))}


def count(conn: sa.Connection, where: Lineage) -> int:
    """How many identities a lineage has: they are only ever added."""
    return conn.execute(sa.select(sa.func.count()).select_from(t.finding_identities).where(*_of(where))).scalar_one()


def hold(conn: sa.Connection, where: Lineage) -> None:
    """Let nobody else file identities of a lineage until the end of the transaction; on SQLite nobody can anyway."""
    d = t.documents.c
    conn.execute(sa.select(d.id).where(d.lineage_id == where.lineage_id).order_by(d.id).with_for_update(key_share=True)).all()


def ensure(conn: sa.Connection, where: Lineage, identities: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """File the identities (id, category) that are new."""
    rows = [
        {
            "id": identity,
            "collection_id": where.collection_id,
            "lineage_id": where.lineage_id,
            "profile": where.profile,
            "category": category,
            "created_at": now,
        }
        for identity, category in identities
    ]
    insert_new(conn, t.finding_identities, rows)


def review(conn: sa.Connection, finding: str, decided: Review, *, now: datetime) -> str:
    """File what a person decided about a finding, named by its id or the beginning of it; the finding's whole id.

    A review is never changed or deleted: who thinks again adds another one, and the newest counts.

    Raises:
        SettingsError: no such finding, or several.
    """
    row = _named(conn, finding)
    seen = conn.execute(sa.select(t.evidence.c.quote).where(t.evidence.c.finding_id == row.id).order_by(t.evidence.c.ordinal)).first()
    conn.execute(
        sa.insert(t.reviews),
        {
            "id": derived_id("review", row.identity_id, decided.reviewer, now.isoformat()),
            "identity_id": row.identity_id,
            "verdict": decided.verdict,
            "corrected_answer": decided.corrected_answer,
            "reviewer": decided.reviewer,
            "note": decided.note,
            "reviewed_at": now,
            "finding_id": row.id,
            "fingerprint": row.fingerprint,
            "state_seen": row.state,
            "answer_seen": row.answer,
            "quote_seen": seen.quote if seen else "",
        },
    )
    return str(row.id)


def reviewed(conn: sa.Connection, *, collection: str | None, status: str | None) -> list[dict[str, Any]]:
    """Rows of the view `reviewed_findings`, newest review first."""
    query = """
        SELECT * FROM reviewed_findings
        WHERE (CAST(:collection AS TEXT) IS NULL OR collection = :collection) AND (CAST(:status AS TEXT) IS NULL OR status = :status)
        ORDER BY reviewed_at DESC, category"""
    return [dict(row) for row in conn.execute(sa.text(query), {"collection": collection, "status": status}).mappings()]


def queue(conn: sa.Connection, *, collection: str | None) -> list[dict[str, Any]]:
    """Rows of the view `review_queue`, document by document in the order of the text."""
    query = """
        SELECT * FROM review_queue WHERE CAST(:collection AS TEXT) IS NULL OR collection = :collection
        ORDER BY collection, document, uri, pdf_page, category"""
    return [dict(row) for row in conn.execute(sa.text(query), {"collection": collection}).mappings()]


def _of(where: Lineage) -> list[sa.ColumnElement[bool]]:
    i = t.finding_identities.c
    return [i.collection_id == where.collection_id, i.lineage_id == where.lineage_id, i.profile == where.profile]


def _named(conn: sa.Connection, finding: str) -> sa.Row[Any]:
    if len(finding) < SHORTEST_ID or not finding.isalnum():
        raise SettingsError(
            f"{finding!r} is no id of a finding: give its first {SHORTEST_ID} characters or more; `nightclerk reviews queue` lists them"
        )
    f = t.findings.c
    query = sa.select(f.id, f.identity_id, f.state, f.answer, f.fingerprint).where(f.id.startswith(finding, autoescape=True)).limit(2)
    found = conn.execute(query).all()
    if len(found) == 1:
        return found[0]
    raise SettingsError(
        f"{'several findings begin' if found else 'no finding begins'} with {finding!r}: `nightclerk findings --json` lists whole ids"
    )
