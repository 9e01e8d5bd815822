"""The budgets that a run's calls are reserved under: its own, and those of the day, the month and the collection that it belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nightclerk.pipeline.desk import Run
from nightclerk.records import NANO
from nightclerk.settings import Settings
from nightclerk.store import budgets, ledger
from nightclerk.store.budgets import Span


def spans(moment: datetime, zone: ZoneInfo) -> tuple[Span, Span]:
    """The day and the month of a moment, as people in that zone count them."""
    today = moment.astimezone(zone).date()
    first = today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return (
        Span("day", today.isoformat(), _midnight(today, zone), _midnight(today + timedelta(days=1), zone)),
        Span("month", f"{today:%Y-%m}", _midnight(first, zone), _midnight(following, zone)),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def budget_ids(run_id: str, collection_id: str, moment: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The ids of the budgets of a run that begins at that moment; it counts under that day to its end."""
    subjects = [("run", run_id), ("collection", collection_id), *((span.kind, span.subject) for span in spans(moment, zone))]
    return tuple(ledger.budget_id(kind, subject) for kind, subject in subjects)


def open_budgets(conn: Any, run: Run) -> None:
    """File the budgets of a run, under the caps of its order and of the settings."""
    ledger.create_budget(conn, "run", run.id, run.order.budget_nano_usd)
    budgets.open_collection(conn, run.collection_id)
    renew(conn, run.desk.settings, run.started_at)


def renew(conn: Any, settings: Settings, moment: datetime) -> None:
    """File the budgets of a moment's day and month, or set them to the caps that the settings have by now."""
    for span in spans(moment, settings.zone):
        budgets.open_span(conn, span, _cap_nano_usd(settings, span.kind))


def _cap_nano_usd(settings: Settings, kind: str) -> int | None:
    cap_usd = {"day": settings.budget_day_usd, "month": settings.budget_month_usd}[kind]
    return None if cap_usd is None else int(cap_usd * NANO)
