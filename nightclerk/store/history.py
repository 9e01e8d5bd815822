"""How long the answers of a profile by a model were so far: what an estimate can stand on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nightclerk.providers.outlook import Lengths
from nightclerk.store import tables as t

# the newest runs that asked anything: older ones had other documents, and perhaps another version of the profile
RUNS = 20

_call, _run = t.calls.c, t.runs.c


def lengths(conn: sa.Connection, *, profile: str, provider: str, model: str) -> Lengths | None:
    """The lengths of answers in the newest runs of this profile name with this model; None where there are none whose usage is known."""
    recent = _recent(profile, provider, model)
    asked = conn.execute(_answered().where(_call.run_id.in_(recent))).all()
    planned, said = sum(row.planned for row in asked), sum(row.completion_tokens for row in asked)
    if not planned or not said:
        return None
    billed = conn.execute(_billed().where(_call.run_id.in_(recent), _call.provider == provider)).one()
    ratios = sorted(row.completion_tokens / row.planned for row in asked if row.planned)
    return Lengths(
        calls=len(ratios),
        low=_percentile(ratios, 0.1),
        mean=said / planned,
        high=_percentile(ratios, 0.9),
        prompt_factor=int(billed.prompt_tokens) / planned,
        completion_factor=int(billed.completion_tokens) / said,
    )


def _recent(profile: str, provider: str, model: str) -> sa.Select[tuple[str]]:
    paid = sa.select(_call.id).where(_call.run_id == _run.id, _call.mode != "cache").exists()
    mine = sa.select(_run.id).where(_run.profile == profile, _run.provider == provider, _run.model == model, paid)
    newest = mine.order_by(_run.started_at.desc()).limit(RUNS).subquery()
    return sa.select(newest.c.id)


def _answered() -> sa.Select[Any]:
    """(prompt tokens as planned, completion tokens) of each question that was answered the first time; OCR has no tokens."""
    planned = sa.func.coalesce(t.requests.c.prompt_tokens, _call.prompt_tokens).label("planned")
    return (
        sa.select(planned, _call.completion_tokens)
        .select_from(t.calls.outerjoin(t.requests, t.requests.c.hash == _call.request_hash))
        .where(_call.purpose == "ask", _call.state == "answered", _call.mode != "cache", _call.cost_basis == "usage")
    )


def _billed() -> sa.Select[Any]:
    """Everything that was billed by tokens: answers that had to be asked for again, too."""
    sums = [sa.func.coalesce(sa.func.sum(column), 0).label(column.name) for column in (_call.prompt_tokens, _call.completion_tokens)]
    return sa.select(*sums).where(_call.mode != "cache", _call.purpose != "ocr", _call.cost_basis.in_(["usage", "estimate"]))


def _percentile(ordered: list[float], share: float) -> float:
    """Between neighbours, so that a short list has percentiles, too."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
