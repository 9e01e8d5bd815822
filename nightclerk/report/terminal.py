"""A run for somebody who reads a terminal or a log."""

from __future__ import annotations

from nightclerk.providers.outlook import REFERENCE_MODEL
from nightclerk.report.plain import one_line, usd
from nightclerk.report.summary import RunReport

MANY = 12
# a log takes what a screen does not; an archive of ten thousand locked files it does not
MANY_IN_LOGS = 1_000


def text(report: RunReport, *, wide: bool = True) -> str:
    """What was read, what not and why, what was found, what it cost. Without `wide`, for logs, problems are told by the thousand."""
    row = report.summary
    lines = [
        f"run {row['run_id'][:8]} {report.state}" + (f": {row['reason']}" if row["reason"] else ""),
        f"  documents  {documents(report)}",
        f"  findings   {row['findings_present']} in {len(report.categories)} categories, {row['findings_to_review']} to review",
        f"  cost       {cost(report)}",
        *(f"  model      {note}" for note in report.notes),
    ]
    shown = report.problems[: MANY if wide else MANY_IN_LOGS]
    lines += [f"  {problem['state']:<10} {problem['document']}: {problem['reason']}" for problem in shown]
    if len(report.problems) > len(shown):
        lines.append(f"  (+{len(report.problems) - len(shown)} more: nightclerk documents --problems)")
    return "\n".join(_keep_indent(line) for line in lines)


def documents(report: RunReport) -> str:
    """How many there were, how they ended, and how many pages of them could be read."""
    row = report.summary
    readable, pages = report.pages
    before = f", {report.analysed_before} analysed by an earlier run (NIGHTCLERK_REANALYSE)" if report.analysed_before else ""
    waiting = f", {report.waiting} waiting for batch jobs" if report.waiting else ""
    return (
        f"{row['documents']}: {row['documents_complete']} complete, {row['documents_partial']} partial, "
        f"{row['documents_unread']} not read, {row['documents_open'] - report.waiting} unfinished{waiting}; "
        f"{readable} of {pages} pages readable{before}"
    )


def cost(report: RunReport) -> str:
    """What was spent against the budget; for a free run, what a model would have cost."""
    row = report.summary
    calls = f"calls: {row['calls']}, answered from the store: {row['cache_hits']}"
    if report.reference_nano_usd is None:
        risk = f", at most {_dollars(row['at_risk_usd'])} more for calls that broke off" if row["at_risk_usd"] else ""
        return f"{_dollars(row['cost_usd'])} USD of {_dollars(row['budget_usd'])} budget ({calls}){risk}"
    low, high = report.reference_nano_usd
    would = f"; {REFERENCE_MODEL} would have cost {usd(low)} to {usd(high)} USD" if high else ""
    return f"0.00 USD ({calls}){would}"


def _dollars(amount: float | None) -> str:
    return usd(round((amount or 0) * 1e9))


def _keep_indent(line: str) -> str:
    """Only what the line says can come from outside; the columns are ours."""
    head, body = line[:13], line[13:]
    return head + one_line(body) if line.startswith(" ") else one_line(line)
