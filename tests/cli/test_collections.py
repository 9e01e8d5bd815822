"""`nightclerk collections`, `costs` and the progress of `run`, as a person or a script meets them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from click.testing import Result as Done

from nightclerk.cli import cli
from nightclerk.cli.progress import Bar
from nightclerk.report import Live
from nightclerk.store import queries
from nightclerk.store.live import Counts

Call = Callable[..., Done]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command line in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCLERK_DATA_DIR", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(cli, arguments)


def listed(call: Call) -> list[dict[str, Any]]:
    """The collections as JSON."""
    return list(json.loads(call("collections", "--json").stdout))


def test_a_collection_is_made_changed_and_listed(call: Call) -> None:
    """`set` makes a new collection and says so; later it changes only what is named; the list shows caps and what is left of them."""
    first = call("collections", "set", "deal", "--budget-usd", "2.5", "--confidential")
    assert (first.exit_code, first.stderr) == (0, "a new collection\n")
    assert call("collections", "set", "deal", "--retention-days", "90").stderr == ""
    [deal] = listed(call)
    assert (deal["cap_usd"], deal["left_usd"], deal["confidential"], deal["retention_days"]) == (2.5, 2.5, True, 90)
    call("collections", "set", "deal", "--no-budget", "--not-confidential")
    [deal] = listed(call)
    assert (deal["cap_usd"], deal["left_usd"], deal["confidential"], deal["retention_days"]) == (None, None, False, 90)


def test_late_confidence_is_told_what_it_cannot_undo(call: Call, tmp_path: Path) -> None:
    """A collection that becomes confidential after a run is told that what it shared so far stays shared."""
    (tmp_path / "note.txt").write_text("A note.\n", encoding="utf-8")
    call("run", "note.txt", "-p", "contract_review", "--collection", "deal")
    assert "stays shared" in call("collections", "set", "deal", "--confidential").stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deal", "--budget-usd", "1", "--no-budget"], "one of them"),
        (["deal", "--budget-usd", "-1"], "not an amount"),
        (["deal", "--retention-days", "0"], "x>=1"),
    ],
)
def test_what_makes_no_sense_is_bad_usage(call: Call, arguments: list[str], says: str) -> None:
    """Nothing is made or changed by a command that contradicts itself or names no amount."""
    done = call("collections", "set", *arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert listed(call) == []


def test_a_name_that_cannot_be_stored_is_refused(call: Call) -> None:
    """The name of a collection is checked as a run checks it."""
    assert "cannot name a collection" in str(call("collections", "set", "x" * 201).exception)


@pytest.mark.parametrize("by", list(queries.COSTS))
def test_costs_by_everything_show_savings_and_waste(call: Call, tmp_path: Path, by: str) -> None:
    """Whatever the costs are summed by, what the store saved and what was paid for nothing stand beside them."""
    (tmp_path / "note.txt").write_text("The laws of Peru govern it.\n", encoding="utf-8")
    call("run", "note.txt", "-p", "contract_review")
    heading, row = call("costs", "--by", by).stdout.splitlines()
    columns = dict(zip(heading.split("\t"), row.split("\t"), strict=True))
    assert (columns["calls"], columns["cost_usd"], columns["avoided_usd"], columns["wasted_usd"]) == ("1", "0", "0", "0")
    assert ("estimate_error" in columns) == (by == "run")


NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIVE = Live(Counts(9, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None), NOW, NOW - timedelta(minutes=1), 0, None, None, ZoneInfo("UTC"))


@pytest.mark.parametrize(("shown", "lines"), [(True, ["2 of 9 documents", "5 of 9 documents"]), (False, [])])
def test_in_a_log_the_progress_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str], shown: bool, lines: list[str]) -> None:
    """Where stderr is no terminal, a plain line comes every half minute, however often the run is looked at; asked for JSON, none."""
    now = 0.0
    with Bar(shown=shown, in_place=False, clock=lambda: now) as bar:
        for ended in range(7):
            now += 10
            asyncio.run(bar.show(replace(LIVE, counts=replace(LIVE.counts, documents_ended=ended))))
    assert [line.partition(" | ")[0] for line in capsys.readouterr().err.splitlines()] == lines
