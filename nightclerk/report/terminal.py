"""A run for somebody who reads a terminal or a log."""

from __future__ import annotations

from nightclerk.providers.outlook import REFERENCE_MODEL
from nightclerk.report.summary import RunReport

MANY = 12


def text(report: RunReport, *, wide: bool = True) -> str:
    """What was read, what not and why, what was found, what it cost. Without `wide`, for logs, no problem is left out."""
    row = report.summary
    readable, pages = report.pages
    counts = (
        f"{row['documents']}: {row['documents_complete']} complete, {row['documents_partial']} partial, "
        f"{row['documents_unread']} not read, {row['documents_open']} unfinished; {readable} of {pages} pages readable"
    )
    lines = [
        f"run {row['run_id'][:8]} {report.state}" + (f": {row['reason']}" if row["reason"] else ""),
        f"  documents  {counts}",
        f"  findings   {row['findings_present']} in {len(report.categories)} categories, {row['findings_to_review']} to review",
        f"  cost       {cost(report)}",
    ]
    shown = report.problems[:MANY] if wide else report.problems
    lines += [f"  {problem['state']:<10} {problem['document']}: {problem['reason']}" for problem in shown]
    if len(report.problems) > len(shown):
        lines.append(f"  (+{len(report.problems) - len(shown)} more: nightclerk documents --problems)")
    return "\n".join(lines)


def cost(report: RunReport) -> str:
    """What was spent against the budget; for a free run, what a model would have cost."""
    row = report.summary
    calls = f"calls: {row['calls']}, answered from the store: {row['cache_hits']}"
    if report.reference_nano_usd:
        low, high = (amount / 1e9 for amount in report.reference_nano_usd)
        return f"0.00 USD ({calls}); {REFERENCE_MODEL} would have cost {low:.2f} to {high:.2f} USD"
    risk = f", at most {row['at_risk_usd']:.4f} more for calls that broke off" if row["at_risk_usd"] else ""
    return f"{row['cost_usd']:.4f} USD of {row['budget_usd'] or 0:.2f} budget ({calls}){risk}"
