"""A run as an artifact of Prefect: markdown that reads well rendered and as it stands, since not every page of its UI renders it."""

from __future__ import annotations

import re

from nightclerk.report.plain import one_line
from nightclerk.report.summary import RunReport
from nightclerk.report.terminal import cost, documents

ROWS = 60
# neither markup nor the beginning of an address, which renderers make a link of
_HARMLESS = re.compile(r"(?!.*(?:://|www\.))(?:[^\W_]|[ .,;:()'%/§-])*", re.IGNORECASE)


def markdown(report: RunReport) -> str:
    """The run's documents, problems, findings by category, cost, and where to look further."""
    row = report.summary
    parts = [
        f"# {row['profile']}: {report.state.replace('_', ' ')}",
        f"**Reason** {harmless(row['reason'])}" if row["reason"] else "",
        f"**Collection** {harmless(row['collection'])}",
        f"**Documents** {documents(report)}",
        f"**Cost** {cost(report)}",
        *(f"**Model** {harmless(note)}" for note in report.notes),
    ]
    if report.problems:
        # a list, since Prefect's first UI does not wrap the lines of a table
        lines = [f"- **{harmless(p['document'])}** {p['state']}: {harmless(p['reason'])}" for p in report.problems]
        parts.append("## Not read whole\n\n" + _shortened(lines))
    if report.categories:
        rows = [f"| {harmless(c['category'])} | {c['findings']} | {c['documents']} |" for c in report.categories]
        parts.append("## Findings\n\n| category | findings | documents |\n| --- | --- | --- |\n" + _shortened(rows))
    parts.append(f"## Look further\n\n```sql\n{sql(row['collection'])}\n```")
    return "\n\n".join(part for part in parts if part)


def sql(collection: str) -> str:
    """A query for the findings of one collection."""
    name = one_line(collection).replace("'", "''")
    return f"SELECT document, category, clause_path, page, quote\nFROM findings_current\nWHERE collection = '{name}' AND state = 'present';"


def harmless(text: object) -> str:
    """The text on one line as it stands, or as a code span where any of it could be markup.

    A file name or an endpoint's message must not become a link or an image in somebody's browser, and escaping does not do it, since
    renderers make links of bare addresses. Back quotes and bars, which would end the span or its table cell, become characters that look
    like them.
    """
    line = one_line(text)
    return line if _HARMLESS.fullmatch(line) else f"`{line.translate({ord('`'): 'ˋ', ord('|'): '¦'})}`"


def _shortened(lines: list[str]) -> str:
    more = f"\n\n(+{len(lines) - ROWS} more, in SQL)" if len(lines) > ROWS else ""
    return "\n".join(lines[:ROWS]) + more
