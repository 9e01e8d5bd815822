"""A run in batch that is killed at any moment: afterwards every document is complete, nothing was paid twice, and the books hold.

A moment is right after any write to the database is committed, right before any request to the provider leaves, or right after its answer
came: from the start of the run to the deletion of the last file. `BATCH_CRASH_MOMENTS=50` tries so many random ones.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from batch_runs import contracts, finish, served, start
from mistral_server import MistralServer

from nightclerk.providers.exchange import Exchange
from nightclerk.settings import Settings
from nightclerk.store import Store

pytestmark = pytest.mark.usefixtures("made_already")
Make = Callable[..., Settings]
Query = Callable[..., list[dict[str, Any]]]
MOMENTS = int(os.environ.get("BATCH_CRASH_MOMENTS", "2"))
# the steps between which a crash must not matter, each by the last thing that happens before it
STEPS = {
    "before calls are booked": "wait_for_batches",
    "after they are booked": "book",
    "after the upload, before its id is stored": "POST /v1/files",
    "after the creation, before its id is stored": "POST /v1/batch/jobs",
    "after the id is stored": "suspend_run",
    "during the download": "GET /v1/files/",
    "between a reply and the findings": "settle_call",
    "before the deletion": "file_named",
    "after the deletion": "DELETE /v1/files/",
}


def life(settings: Settings, folder: Path) -> None:
    """A run and everything that collects it."""
    start(settings, folder)
    finish(settings)


def dies(settings: Settings, folder: Path, *, at: Callable[[int, str], bool]) -> bool:
    """Live in a fork that is gone at the first moment (its number, its name) that is named; False if it lived to its end."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    try:
        _watch(at)
        life(settings, folder)
        os._exit(0)
    finally:
        os._exit(1)


def _watch(at: Callable[[int, str], bool]) -> None:
    count = 0
    submit, call = Store._submit, Exchange._call

    def moment(name: str) -> None:
        nonlocal count
        count += 1
        if at(count, name):
            os._exit(9)

    def submitting(self: Store, write: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        future = submit(self, write, *args, **kwargs)
        future.add_done_callback(lambda _: moment(write.__name__))
        return future

    async def calling(self: Exchange, method: str, path: str, **kwargs: Any) -> Any:
        moment(f"to {method} {path}")
        answer = await call(self, method, path, **kwargs)
        moment(f"{method} {path}")
        return answer

    Store._submit = submitting  # type: ignore[method-assign]
    Exchange._call = calling  # type: ignore[method-assign]


def holds(settings: Settings, folder: Path, server: MistralServer, query: Query) -> None:
    """After a restart everything is as it would have been without the crash."""
    finish(settings)
    # what was not planned by then, the next run asks
    start(settings, folder)
    finish(settings)
    assert query(settings, "SELECT state, COUNT(*) AS n FROM analyses GROUP BY state") == [{"state": "complete", "n": 4}]
    account = server.account
    [books] = query(settings, "SELECT SUM(cost_nano_usd) AS cost, SUM(at_risk_nano_usd) AS at_risk, SUM(state = 'sent') AS out FROM calls")
    assert (len(account.billed), account.paid_again, books["out"]) == (4, 0, 0)
    assert books["cost"] <= account.cost_nano_usd <= books["cost"] + books["at_risk"]
    budgets = query(settings, "SELECT DISTINCT reserved_nano_usd AS held, spent_nano_usd AS spent FROM budgets WHERE kind = 'month'")
    assert budgets == [{"held": 0, "spent": books["cost"] + books["at_risk"]}]
    assert len(server.app.batch.jobs.ever()) == 1
    assert not server.app.batch.files.left()
    assert {row["state"] for row in query(settings, "SELECT state FROM runs")} <= {"complete", "interrupted"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four contracts of one chunk each."""
    return contracts(tmp_path / "contracts", 4)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_between_two_steps(step: str, make_settings: Make, query: Query, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever dies between two steps of a job is made up for by the next `collect` or run, which asks and pays for nothing again."""
    monkeypatch.setattr("nightclerk.dispatch.batch_send.MOST_INLINE", 2)
    with MistralServer(batch_polls=0) as server:
        settings = make_settings(**served(server))
        assert dies(settings, folder, at=lambda _, name: name.startswith(STEPS[step]))
        holds(settings, folder, server, query)


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_a_crash_at_a_random_moment(seed: int, make_settings: Make, query: Query, folder: Path) -> None:
    """The same at any other moment."""
    chosen = random.Random(seed).randint(1, 90)
    with MistralServer(batch_polls=1) as server:
        settings = make_settings(**served(server))
        dies(settings, folder, at=lambda count, _: count == chosen)
        holds(settings, folder, server, query)
