"""Rows about analyses: one way of reading one document for one profile, its questions, and the findings that came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.errors import SettingsError
from nightclerk.findings import fingerprint
from nightclerk.providers.prices import NANO_USD_PER_PAGE, NANO_USD_PER_TOKEN
from nightclerk.records import READABLE, Finding, Price, derived_id
from nightclerk.store import ledger
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

Row = Mapping[str, Any]
AMOUNTS = ("input_nano_usd", "cached_nano_usd", "output_nano_usd", "batch_percent", "page_nano_usd")


@dataclass(frozen=True, slots=True)
class Due:
    """What an earlier, fully answered analysis was made with; comparing it with today's says whether a document is due again."""

    analysis_id: str
    document_id: str
    prompt_sha256: str
    model: str
    reader: str
    view: str
    state: str
    reason: str
    pages_unread: int


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One question with the newest reply to its request, if there is one; without a span it is about the whole chunk.

    `sample` numbers the votes on one question, from 0.
    """

    question_id: str
    chunk_id: str
    kind: str
    round: int
    char_start: int | None
    char_end: int | None
    state: str
    reason: str
    request_hash: str
    answer: str | None
    usable: bool | None
    unusable_reason: str | None
    finish_reason: str | None
    sample: int = 0


def ensure_prompt_version(conn: sa.Connection, *, name: str, version: str, sha256: str, content: Row, now: datetime) -> None:
    """File a profile version, whole, when it is new."""
    identity = derived_id("prompt_version", name, version, sha256)
    row = {"id": identity, "name": name, "version": version, "sha256": sha256, "content": dict(content), "first_used_at": now}
    insert_new(conn, t.prompt_versions, [row])


def ensure_price(conn: sa.Connection, price: Price) -> None:
    """File a row of the price book when it is new, so that a call can name the price it was billed at.

    Raises:
        SettingsError: the row stands with other amounts, and calls may have been billed at them.
    """
    columns = {column.name: getattr(price, column.name) for column in t.prices.columns}
    if insert_new(conn, t.prices, [columns]):
        return
    stands = conn.execute(sa.select(*(t.prices.c[name] for name in AMOUNTS)).where(t.prices.c.id == price.id)).one()
    if any(stands[place] != columns[name] for place, name in enumerate(AMOUNTS)):
        raise SettingsError(
            f"the price of {price.model} of {price.provider} from {price.valid_from} on stands in the books as {_amounts(*stands)}, and "
            f"{price.source} says {_amounts(*(columns[name] for name in AMOUNTS))}: calls may have been billed at it, so one day has one "
            "price; set it back, or let the new one begin on another day"
        )


def _amounts(input_nano_usd: int, cached_nano_usd: int, output_nano_usd: int, batch_percent: int, page_nano_usd: int) -> str:
    per_mtok = [f"{amount / NANO_USD_PER_TOKEN:g}" for amount in (input_nano_usd, cached_nano_usd, output_nano_usd)]
    page = f", {page_nano_usd / NANO_USD_PER_PAGE:g} per thousand pages" if page_nano_usd else ""
    return f"{'/'.join(per_mtok)} USD per million tokens (input/cached/output){page}, batch at {batch_percent} %"


def answered(conn: sa.Connection, collection_id: str, lineage_id: str, *, profile: str, provider: str) -> Sequence[Due]:
    """The analyses of this document, in any reading, for this profile name and provider, whose questions were all answered."""
    a, d, p = t.analyses.c, t.documents.c, t.prompt_versions.c
    pages = sa.select(sa.func.count()).where(t.pages.c.document_id == d.id, t.pages.c.status.not_in(READABLE))
    unread = pages.correlate(t.documents).scalar_subquery()
    query = (
        sa.select(a.id, a.document_id, p.sha256, a.model, d.reader, d.view, a.state, a.reason, unread.label("pages_unread"))
        .select_from(t.analyses.join(t.documents, a.document_id == d.id).join(t.prompt_versions, a.prompt_version_id == p.id))
        .where(a.collection_id == collection_id, d.lineage_id == lineage_id, p.name == profile, a.provider == provider)
        .where(a.settled_at.is_not(None), a.chunks > 0, a.chunks_answered == a.chunks)
        .order_by(a.settled_at.desc())
    )
    return [Due(*row) for row in conn.execute(query)]


def file_plan(conn: sa.Connection, analysis: Row, *, chunks: Sequence[Row], requests: Sequence[Row], questions: Sequence[Row]) -> None:
    """File an analysis with its chunks, requests and questions; what stands there already stays as it is."""
    insert_new(conn, t.analyses, [analysis])
    insert_new(conn, t.chunks, chunks)
    insert_new(conn, t.requests, requests)
    insert_new(conn, t.questions, questions)


def settled_since(conn: sa.Connection, analysis_id: str, since: datetime) -> tuple[str, str] | None:
    """(state, reason) of an analysis that was settled since that time and has nothing left to ask; None where it wants work."""
    a, q = t.analyses.c, t.questions.c
    unasked = sa.select(q.id).where(q.analysis_id == a.id, q.state == "open").exists()
    row = conn.execute(sa.select(a.state, a.reason).where(a.id == analysis_id, a.settled_at >= since, ~unasked)).first()
    return (row.state, row.reason) if row else None


def reopen_failed(conn: sa.Connection, analysis_id: str) -> None:
    """Open the questions that failed without a paid answer; the same prompt is never paid for twice to fail again.

    For whoever holds the lease: an analysis that is worked on has its own idea of what failed.
    """
    q = t.questions.c
    paid = sa.select(t.replies.c.call_id).where(t.replies.c.request_hash == q.request_hash).exists()
    conn.execute(sa.update(t.questions).where(q.analysis_id == analysis_id, q.state == "failed", ~paid).values(state="open", reason=""))


def open_jobs(conn: sa.Connection, analysis_id: str) -> Sequence[sa.Row[Any]]:
    """(question id, kind, request hash, body, prompt tokens, max output tokens) of each open question, in the order of the text."""
    q, r, c = t.questions.c, t.requests.c, t.chunks.c
    query = (
        sa.select(q.id, q.kind, q.request_hash, r.body, r.prompt_tokens, r.max_output_tokens)
        .select_from(t.questions.join(t.requests, q.request_hash == r.hash).outerjoin(t.chunks, q.chunk_id == c.id))
        .where(q.analysis_id == analysis_id, q.state == "open")
        .order_by(c.ordinal)
    )
    return conn.execute(query).all()


def chunk_rows(conn: sa.Connection, analysis_id: str) -> Sequence[sa.Row[Any]]:
    """(id, ordinal, char_start, char_end, tokens, clause_path) of each chunk that an analysis asks about."""
    c, a = t.chunks.c, t.analyses.c
    query = (
        sa.select(c.id, c.ordinal, c.char_start, c.char_end, c.tokens, c.clause_path)
        .join(t.analyses, (c.document_id == a.document_id) & (c.chunking == a.chunking))
        .where(a.id == analysis_id)
        .order_by(c.ordinal)
    )
    return conn.execute(query).all()


def replies(conn: sa.Connection, analysis_id: str) -> list[ReplyRow]:
    """Each question of an analysis with the newest reply to its request, usable ones before others."""
    q, r = t.questions.c, t.replies.c
    query = (
        sa.select(
            *(q.id, q.chunk_id, q.kind, q.round, q.char_start, q.char_end, q.state, q.reason, q.request_hash),
            *(r.answer, r.usable, r.unusable_reason, r.finish_reason, t.requests.c.sample),
        )
        .select_from(
            t.questions.join(t.requests, q.request_hash == t.requests.c.hash).outerjoin(t.replies, q.request_hash == r.request_hash)
        )
        .where(q.analysis_id == analysis_id)
        .order_by(q.created_at, q.id, r.usable.desc(), r.created_at.desc())
    )
    newest: dict[str, ReplyRow] = {}
    for row in conn.execute(query):
        newest.setdefault(row.id, ReplyRow(*row))
    return list(newest.values())


def replace_questions(
    conn: sa.Connection, useless: Sequence[tuple[ReplyRow, str]], *, requests: Sequence[Row], questions: Sequence[Row]
) -> None:
    """Give up the questions whose stored reply is of no use, with the reason, and file what is asked next: all or nothing.

    Such a reply is no cache hit any more, for nobody who asks the same.
    """
    q = t.questions.c
    for reply, reason in useless:
        ledger.mark_unusable(conn, reply.request_hash, reason)
        conn.execute(sa.update(t.questions).where(q.id == reply.question_id).values(state="failed", reason=reason))
    insert_new(conn, t.requests, requests)
    insert_new(conn, t.questions, questions)


def file_findings(
    conn: sa.Connection,
    analysis_id: str,
    findings: Sequence[tuple[str, Finding]],
    *,
    identities: Mapping[str, str],
    outcome: Row,
    now: datetime,
) -> None:
    """Replace the findings of an analysis by these (id, finding) and file how it ended; doing it again gives the same rows.

    `identities` (finding id -> identity id) are filed already.
    """
    # first, since it locks the row: two who settle at once on PostgreSQL would otherwise mix their findings
    conn.execute(sa.update(t.analyses).where(t.analyses.c.id == analysis_id).values(settled_at=now, **outcome))
    old = sa.select(t.findings.c.id).where(t.findings.c.analysis_id == analysis_id)
    conn.execute(sa.delete(t.evidence).where(t.evidence.c.finding_id.in_(old)))
    conn.execute(sa.delete(t.findings).where(t.findings.c.analysis_id == analysis_id))
    insert_new(conn, t.findings, [_finding_row(analysis_id, name, identities[name], finding, now) for name, finding in findings])
    insert_new(conn, t.evidence, [row for identity, finding in findings for row in _evidence_rows(identity, finding)])


def _finding_row(analysis_id: str, name: str, identity_id: str, finding: Finding, now: datetime) -> dict[str, Any]:
    value = finding.value
    return {
        "id": name,
        "analysis_id": analysis_id,
        "identity_id": identity_id,
        "fingerprint": fingerprint(finding),
        "category": finding.category,
        "state": finding.state,
        "answer": finding.answer,
        "value_text": value.text,
        "value_number": value.number,
        "value_unit": value.unit,
        "value_scale": value.scale,
        "value_currency": value.currency,
        "value_date": value.day,
        "value_duration": value.duration,
        "period_start": value.period_start,
        "period_end": value.period_end,
        "period_instant": value.period_instant,
        "party": value.party,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "votes": finding.votes,
        "votes_agreeing": finding.votes_agreeing,
        "rule_id": finding.rule_id,
        "created_at": now,
    }


def _evidence_rows(finding_id: str, finding: Finding) -> list[dict[str, Any]]:
    return [
        {
            "id": derived_id("evidence", finding_id, ordinal),
            "finding_id": finding_id,
            "ordinal": ordinal,
            "role": item.role,
            "claimed_quote": item.claimed_quote,
            "quote": item.quote,
            "char_start": item.char_start,
            "char_end": item.char_end,
            "page_index": item.page_index,
            "page_label": _label(item.page_label),
            "last_page_index": item.last_page_index,
            "last_page_label": _label(item.last_page_label),
            "clause_path": item.clause_path,
            "match_level": item.match_level,
            "checks_passed": list(item.checks_passed),
            "checks_failed": [asdict(check) for check in item.checks_failed],
        }
        for ordinal, item in enumerate(finding.evidence)
    ]


def _label(printed: str | None) -> str | None:
    """A page's label as wide as its column; a file may print anything there."""
    return printed[:60] if printed else printed


def outcome(conn: sa.Connection, analysis_id: str) -> tuple[str, str]:
    """(state, reason) of an analysis."""
    row = conn.execute(sa.select(t.analyses.c.state, t.analyses.c.reason).where(t.analyses.c.id == analysis_id)).one()
    return row.state, row.reason


def answered_hashes(conn: sa.Connection, hashes: Sequence[str]) -> set[str]:
    """Those of these requests that have a usable reply."""
    r = t.replies.c
    found: set[str] = set()
    for start in range(0, len(hashes), 500):
        part = sa.select(r.request_hash).where(r.request_hash.in_(hashes[start : start + 500]), r.usable)
        found.update(conn.execute(part).scalars())
    return found
