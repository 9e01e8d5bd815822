"""What `make serve` serves: a schedule that schedules, a form that a person can fill in, and refusals that say why."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flows_support import eventually

from nightclerk.store import Store

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
    mine = {"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": ["run-summary"]}}
    [artifact] = served.api("/artifacts/filter", {"artifacts": mine})
    page.goto(f"{base}/artifacts/artifact/{artifact['id']}")
    page.get_by_role("heading", name="Look further").wait_for(timeout=20_000)
    assert page.get_by_role("cell", name="Governing Law").is_visible()


def start(served: Any, name: str, parameters: dict[str, Any]) -> str:
    """Start a flow run of a deployment as the UI's form does, and return its id."""
    deployment = served.deployments()[name]["id"]
    body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
    return str(served.api(f"/deployments/{deployment}/create_flow_run", body)["id"])


def ended(served: Any, run_id: str) -> Any:
    """A flow run once it has ended."""
    return eventually(lambda: (run := served.api(f"/flow_runs/{run_id}"))["end_time"] and run, 120)


def test_a_path_outside_the_roots_is_refused(served: Any) -> None:
    """A path that a link leads out of the allowed roots ends the run with one line and opens nothing."""
    (served.inbox / "out").symlink_to("/etc")
    state = ended(served, start(served, "analyse", {"request": {"sources": [f"{served.inbox}/out/passwd"]}}))["state"]
    (served.inbox / "out").unlink()
    assert state["type"] == "FAILED"
    assert "outside the allowed source roots" in state["message"]
    assert "\n" not in state["message"]


def test_one_inbox_that_is_gone_does_not_cost_the_others(served: Any) -> None:
    """The night reads the inboxes that are there, ends as failed and names the one that is not."""
    (served.inbox / "second").mkdir(exist_ok=True)
    (served.inbox / "second" / "lease.txt").write_text("LEASE\n\n1. Term. This lease ends in 2031.\n", encoding="utf-8")
    inboxes = [{"sources": [f"{served.inbox}/gone"]}, {"sources": [f"{served.inbox}/second"], "collection": "second inbox"}]
    state = ended(served, start(served, "nightly", {"inboxes": inboxes}))["state"]
    assert (state["type"], state["name"]) == ("FAILED", "Failed")
    assert f"no file or folder at {served.inbox}/gone" in state["message"]
    assert "second inbox: complete" in state["message"]
    data = Path(served.environment["NIGHTCLERK_DATA_DIR"])
    assert rows(data, "SELECT state FROM run_summary WHERE collection = 'second inbox'") == [("complete",)]


def test_collecting_without_batch_jobs_does_nothing(served: Any) -> None:
    """The scheduled `collect` ends in order where no job is out, without a key."""
    state = ended(served, start(served, "collect", {}))["state"]
    assert (state["type"], state["message"]) == ("COMPLETED", "no batch job is out and no run waits")


def test_a_cancelled_flow_run_is_closed_in_the_books(served: Any) -> None:
    """Cancelling in the UI closes the run in SQL, with its documents unfinished and no call left open."""
    many = served.inbox / "many"
    many.mkdir(exist_ok=True)
    for number in range(400):
        (many / f"order {number}.txt").write_text(f"ORDER {number}\n\n1. Price. The price is USD {number}.\n", encoding="utf-8")
    run_id = start(served, "analyse", {"request": {"sources": [str(many)], "collection": "cancelled"}})
    data = Path(served.environment["NIGHTCLERK_DATA_DIR"])
    data.mkdir(exist_ok=True)
    with contextlib.closing(Store.open(f"sqlite:///{data / 'nightclerk.db'}")):
        # the tables are there from here on, whichever test came first
        pass
    eventually(lambda: rows(data, "SELECT 1 FROM run_summary WHERE collection = 'cancelled' AND documents > 0"), 90)
    served.api(f"/flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
    eventually(lambda: served.api(f"/flow_runs/{run_id}")["state"]["type"] == "CANCELLED", 90)
    closed = "SELECT 1 FROM run_summary WHERE collection = 'cancelled' AND state <> 'running'"
    # Prefect says that it is cancelled before the process has ended
    eventually(lambda: rows(data, closed), 30)
    [(state, reason, left)] = rows(data, "SELECT state, reason, documents_open FROM run_summary WHERE collection = 'cancelled'")
    # the signal may strike inside Prefect's own engine, which then reports an error of its own; closed is closed, and the reason says so
    assert state in {"interrupted", "failed"}
    assert reason
    assert left > 0
    assert rows(data, "SELECT COUNT(*) FROM calls WHERE state = 'sent'") == [(0,)]
