"""What `make serve` serves: a schedule that schedules, a form that a person can fill in, and refusals that say why."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flows_support import eventually

pytestmark = pytest.mark.xdist_group("prefect")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# without these Chromium looks for hosts of its own, which a machine without internet refuses many times over
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture
def page() -> Iterator[Any]:
    """A page in a real browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page(viewport={"width": 1400, "height": 1300})
        browser.close()


def rows(data: Path, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a SQL query, as a BI tool would ask it."""
    with sqlite3.connect(f"file:{data / 'nightclerk.db'}?mode=ro", uri=True) as conn:
        return conn.execute(statement).fetchall()


def test_the_cron_deployment_gets_scheduled_runs(served: Any) -> None:
    """The nightly deployment has runs waiting; with an unsuitable SQLAlchemy Prefect makes none and says nothing."""
    nightly = served.deployments()["nightly"]["id"]
    query = {"deployments": {"id": {"any_": [nightly]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    found = eventually(lambda: served.api("/flow_runs/filter", query), 60)
    assert all(run["auto_scheduled"] for run in found)


def test_a_person_starts_a_run_from_the_form(served: Any, page: Any) -> None:
    """Filling in the form of `analyse` and pressing Submit leads to findings in SQL and a summary in the UI."""
    analyse = served.deployments()["analyse"]["id"]
    base = f"http://127.0.0.1:{served.port}"
    page.goto(f"{base}/deployments/deployment/{analyse}/run")
    page.get_by_role("button", name="Add item").click()
    # the new item's text area stands before the one of the collection, once it is there
    page.locator("textarea").nth(1).wait_for(timeout=20_000)
    page.locator("textarea").first.fill(str(served.inbox))
    page.get_by_role("button", name="Submit").click()
    run = served.wait_for_run(analyse)
    assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    data = Path(served.environment["NIGHTCLERK_DATA_DIR"])
    found = rows(data, "SELECT category, quote FROM findings_current WHERE state = 'present'")
    assert ("Governing Law", "This Agreement shall be governed by the laws of the State of Oregon.") in found
    assert rows(data, "SELECT trigger, state FROM runs") == [("ui", "complete")]
    [artifact] = served.api("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    page.goto(f"{base}/artifacts/artifact/{artifact['id']}")
    page.get_by_role("heading", name="Look further").wait_for(timeout=20_000)
    assert page.get_by_role("cell", name="Governing Law").is_visible()


def test_a_path_outside_the_roots_is_refused(served: Any) -> None:
    """A path typed into the form that lies outside the allowed roots ends the run with one line and opens nothing."""
    analyse = served.deployments()["analyse"]["id"]
    body = {"parameters": {"request": {"sources": ["/etc/passwd"]}}, "state": {"type": "SCHEDULED"}}
    started = served.api(f"/deployments/{analyse}/create_flow_run", body)
    ended = eventually(lambda: (run := served.api(f"/flow_runs/{started['id']}"))["end_time"] and run, 120)
    assert ended["state"]["type"] == "FAILED"
    assert "outside the allowed source roots" in ended["state"]["message"]
    assert "\n" not in ended["state"]["message"]
