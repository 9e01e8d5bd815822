"""The facts about one run, read from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from nightclerk.providers import prices
from nightclerk.providers.outlook import REFERENCE_MODEL, REFERENCE_PROVIDER, cost_range
from nightclerk.records import utc_now
from nightclerk.store import queries

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run: its row in `run_summary`, its documents, what they hold, what was to be said about the model that was chosen, and what
    Magistral would have cost (None where a model answered)."""

    summary: Row
    documents: list[Row]
    categories: list[Row]
    notes: list[str]
    reference_nano_usd: tuple[int, int] | None

    @classmethod
    def read(cls, conn: Any, run_id: str) -> Self:
        """Read one run; `conn` is the store's."""
        summary = queries.run_summary(conn, run_id)
        return cls(
            summary=summary,
            documents=queries.run_documents(conn, run_id),
            categories=queries.run_categories(conn, run_id),
            notes=queries.run_notes(conn, run_id),
            reference_nano_usd=_reference(conn, run_id) if summary["provider"] == "rules" else None,
        )

    @property
    def state(self) -> str:
        """complete, partial, over_budget, failed, interrupted, or waiting for batch jobs."""
        return str(self.summary["state"])

    @property
    def problems(self) -> list[Row]:
        """The documents that were not read and answered whole, each with its reason; not those that wait for a batch job."""
        return [row for row in self.documents if row["state"] not in {"complete", "waiting"}]

    @property
    def waiting(self) -> int:
        """How many documents wait for a batch job."""
        return sum(row["state"] == "waiting" for row in self.documents)

    @property
    def analysed_before(self) -> int:
        """How many documents were settled before this run began, and were not asked about again."""
        return sum(bool(row["analysed_before"]) for row in self.documents)

    @property
    def pages(self) -> tuple[int, int]:
        """(pages that could be read, pages in all) of the documents that were opened."""
        return sum(row["pages_readable"] or 0 for row in self.documents), sum(row["pages"] or 0 for row in self.documents)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        plain = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in self.summary.items()}
        lists = {"not_read": [dict(row) for row in self.problems], "categories": [dict(row) for row in self.categories]}
        return {**plain, "notes": self.notes, "analysed_before": self.analysed_before, **lists}


def _reference(conn: Any, run_id: str) -> tuple[int, int]:
    calls, prompt_tokens, longest_tokens = queries.run_prompts(conn, run_id)
    price = prices.price(REFERENCE_PROVIDER, REFERENCE_MODEL, utc_now().date())
    return cost_range(price, calls=calls, prompt_tokens=prompt_tokens, longest_tokens=longest_tokens)
