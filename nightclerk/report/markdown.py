"""A run as an artifact of Prefect: markdown that reads well rendered and as it stands, since not every page of its UI renders it."""

from __future__ import annotations

import re

from nightclerk.report.summary import RunReport
from nightclerk.report.terminal import cost

ROWS = 40


def markdown(report: RunReport) -> str:
    """The run's documents, problems, findings by category, cost, and where to look further."""
    row = report.summary
    readable, pages = report.pages
    counts = (
        f"{row['documents']}: {row['documents_complete']} complete, {row['documents_partial']} partial, "
        f"{row['documents_unread']} not read, {row['documents_open']} unfinished. {readable} of {pages} pages readable."
    )
    parts = [
        f"# {row['profile']}: {report.state.replace('_', ' ')}",
        row["reason"],
        f"**Documents** {counts}",
        f"**Cost** {cost(report)}",
    ]
    if report.problems:
        parts.append(
            "## Not read whole\n\n"
            + _table(["document", "state", "reason"], [[p["document"], p["state"], p["reason"]] for p in report.problems])
        )
    if report.categories:
        parts.append(
            "## Findings\n\n"
            + _table(["category", "findings", "documents"], [[c["category"], c["findings"], c["documents"]] for c in report.categories])
        )
    parts.append(f"## Look further\n\n```sql\n{sql(row['collection'])}\n```")
    return "\n\n".join(part for part in parts if part)


def sql(collection: str) -> str:
    """A query for the findings of one collection."""
    name = collection.replace("'", "''")
    return f"SELECT document, category, clause_path, page, quote\nFROM findings_current\nWHERE collection = '{name}' AND state = 'present';"


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in cells)} |" for cells in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(f"\n(+{len(rows) - ROWS} more, in SQL)")
    return "\n".join(lines)


def _cell(value: object) -> str:
    """A file name or a reason comes from outside: it must not become markup, a link or an image in somebody's browser."""
    return re.sub(r"([\\`*_\[\]<>|!])", r"\\\1", " ".join(str(value).split()))
