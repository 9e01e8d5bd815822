"""`make demo`: the real `analyse` flow over the sample inbox, with SQLite, the rules analyst and no key; then what it filed.

Everything it makes lies in `demo-data/`. Run it twice: the second time nothing is read or asked again.
"""

from __future__ import annotations

import asyncio
import os
import textwrap
import time
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
INBOX, DATA = ROOT / "examples" / "inbox", ROOT / "demo-data"
SHOWN, WIDTH = 6, 150
GRAVE = ("high", "medium", "low", None)
NEXT = (
    "export NIGHTCLERK_DATA_DIR=demo-data",
    '.venv/bin/nightclerk findings --category "Cap On Liability"',
    ".venv/bin/nightclerk documents --problems",
    '.venv/bin/nightclerk estimate examples/inbox --profile contract_review',
)  # fmt: skip

ENVIRONMENT = {
    "NIGHTCLERK_DATA_DIR": str(DATA),
    "NIGHTCLERK_DATABASE_URL": "",
    "NIGHTCLERK_PROVIDER": "rules",
    "NIGHTCLERK_SOURCE_ROOTS": f'["{INBOX}"]',
    "PREFECT_HOME": str(DATA / "prefect"),
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # a loaded machine needs more than the 20 s that Prefect gives its own server
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "DO_NOT_TRACK": "1",
}


async def analyse_inbox() -> list[Any]:
    """Run the flow over all documents as contracts, then over the annual report as a filing; returns the states of the two flow runs."""
    from flows.analyse import analyse
    from flows.parameters import Request

    filing = INBOX / "annual-report-10k.html"
    requests = (
        Request(sources=[str(INBOX)], profile="contract_review", collection="demo contracts"),
        Request(sources=[str(filing)], profile="financial_filing", collection="demo filings"),
    )
    return [await analyse(request, return_state=True) for request in requests]


def show() -> None:
    """Print the two reports and the findings, document by document."""
    from nightclerk import settings, wiring
    from nightclerk.report import RunReport, text
    from nightclerk.store import queries

    with wiring.open_store(settings.load()) as store:
        for run in reversed(store.read(queries.newest_runs, limit=2)):
            report = store.read(RunReport.read, run["run_id"])
            print(f"\n{report.summary['collection']}, profile {report.summary['profile']}:\n{text(report, wide=False)}\n")
            shown: dict[Any, str] = {}
            for document, group in groupby(store.read(queries.run_findings, run["run_id"]), key=lambda row: row["document"]):
                rows = list(group)
                first = shown.setdefault(tuple((row["category"], row["quote"]) for row in rows), document)
                if first == document:
                    print_findings(document, rows)
                else:
                    print(f"  {document}\n    (the same as {first})")


def print_findings(document: str, rows: list[Any]) -> None:
    """The first finding of each category, the grave ones first: where it stands, and the source's own words."""
    print(f"  {document}")
    first = list({row["category"]: row for row in reversed(rows)}.values())
    first.sort(key=lambda row: (GRAVE.index(row["severity"]), row["pdf_page"] or 0))
    for row in first[:SHOWN]:
        page = f"p. {row['page'] or row['pdf_page']}"
        place = textwrap.shorten(f"{row['clause_path']}, {page}" if row["clause_path"] else page, 34, placeholder="...")
        quote = textwrap.shorten(row["quote"], WIDTH - 76, placeholder=" ...")
        print(f'    {row["category"]:<34}  {place:<34}  "{quote}"')
    if len(rows) > min(SHOWN, len(first)):
        print(f"    (+{len(rows) - min(SHOWN, len(first))} more)")


def main() -> int:
    """The exit code is 0 when both flow runs ended as they should; that some documents cannot be read is part of the demo."""
    os.environ.update(ENVIRONMENT)
    # without a URL Prefect starts a server of its own for as long as the flows run
    os.environ.pop("PREFECT_API_URL", None)
    # Prefect makes its home, but not the folder above it
    DATA.mkdir(exist_ok=True)
    print("Starting Prefect and reading examples/inbox ...", flush=True)
    started = time.monotonic()
    states = asyncio.run(analyse_inbox())
    seconds = time.monotonic() - started
    show()
    print(f"\nTwo flow runs in {seconds:.0f} s; everything is in demo-data/nightclerk.db. Try next:\n")
    print("\n".join(f"  {line}" for line in NEXT))
    return 0 if all(state.is_completed() for state in states) else 1


if __name__ == "__main__":
    raise SystemExit(main())
