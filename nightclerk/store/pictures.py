"""Rows about pages that are pictures and read by an endpoint: what is asked of it before there is an analysis, and what came of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from nightclerk.records import Price
from nightclerk.store import analyses
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new

Row = Mapping[str, Any]
# pages without text that anybody could read
UNREAD = ("needs_ocr", "garbled")


@dataclass(frozen=True, slots=True)
class OcrOutcome:
    """What became of one question: the reply's raw body, or None and the reason why there is none."""

    raw_body: str | None
    reason: str


def unread_pages(conn: sa.Connection, document_id: str) -> list[int]:
    """The indices, from 0, of a document's pages that are pictures, or whose text is garbage."""
    p = t.pages.c
    query = sa.select(p.page_index).where(p.document_id == document_id, p.status.in_(UNREAD)).order_by(p.page_index)
    return list(conn.execute(query).scalars())


def file_questions(conn: sa.Connection, price: Price, *, requests: Sequence[Row], questions: Sequence[Row]) -> None:
    """File what is asked about pictures, and the price it is billed at; what stands there already stays as it is."""
    analyses.ensure_price(conn, price)
    insert_new(conn, t.requests, requests)
    insert_new(conn, t.questions, questions)


def outcomes(conn: sa.Connection, question_ids: Sequence[str]) -> dict[str, OcrOutcome]:
    """What became of these questions, by id; of several usable replies to a request the newest counts."""
    q, r = t.questions.c, t.replies.c
    query = (
        sa.select(q.id, q.reason, r.raw_body)
        .select_from(t.questions.outerjoin(t.replies, (q.request_hash == r.request_hash) & r.usable.is_(True)))
        .where(q.id.in_(question_ids))
        .order_by(r.created_at)
    )
    return {row.id: OcrOutcome(row.raw_body, row.reason) for row in conn.execute(query)}
