"""A provider that is away for a whole run, from its beginning or from its middle on: the run says so and stops, a later one goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mistral_server import Faults, MistralServer

Nightclerk = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Six contracts, no two alike."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(6):
        clause = f"ORDER {number}\n\nThis Agreement, Order {number}, shall be governed by the laws of the State of Oregon.\n"
        (folder / f"order {number}.txt").write_text(clause, encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path, papers: Path) -> Nightclerk:
    """`nightclerk run` over the papers, against an endpoint."""

    def call(url: str, key: str) -> subprocess.CompletedProcess[str]:
        own = {"data_dir": tmp_path / "data", "provider": "mistral", "endpoint": url, "api_key": key, "max_attempts": 2}
        own |= {"requests_per_second": 100, "tokens_per_minute": 100_000_000, "max_in_flight": 2}
        environment = {f"NIGHTCLERK_{name.upper()}": str(value) for name, value in own.items()}
        command = [sys.executable, "-m", "nightclerk", "run", str(papers), "--profile", "contract_review", "--json"]
        return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False)

    return call


def went_on(run: Nightclerk, before: int) -> None:
    """A later run completes every document, and asks nothing that was answered before."""
    with MistralServer() as server:
        done = run(server.url, server.key)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["state"] == "complete"
        assert len(server.account.billed) == 6 - before


def test_a_provider_that_fails_all_the_time(run: Nightclerk, query: Callable[..., Any], make_settings: Any) -> None:
    """Where every call fails the run ends as failed with one clear reason, no call stays open, and a later run does it all."""
    with MistralServer(faults=Faults({"503": 1.0})) as server:
        done = run(server.url, server.key)
        tried = len(server.account.entries)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["state"] == "failed"
    assert "the provider has answered none of the last" in report["reason"]
    assert "Traceback" not in done.stderr
    # nobody goes on asking once that is clear
    assert tried <= 6
    assert not query(make_settings(), "SELECT id FROM calls WHERE state <> 'failed'")
    assert query(make_settings(), "SELECT SUM(reserved_nano_usd) AS held FROM budgets") == [{"held": 0}]
    went_on(run, before=0)


def test_a_provider_that_goes_away_in_the_middle(run: Nightclerk, query: Callable[..., Any], make_settings: Any) -> None:
    """What was answered before the provider went away stays and is not asked again; the rest is left to a later run."""
    seen: list[str] = []

    def fault(body: str, _attempt: int) -> str | None:
        seen.append(body)
        return "503" if len(set(seen)) > 2 else None

    with MistralServer(faults=fault) as server:
        done = run(server.url, server.key)
        answered = len(server.account.billed)
    assert (done.returncode, answered) == (1, 2)
    assert query(make_settings(), "SELECT COUNT(*) AS n FROM analyses WHERE state = 'complete'") == [{"n": 2}]
    went_on(run, before=2)


def test_nobody_at_the_address(run: Nightclerk, make_settings: Any) -> None:
    """Where nothing listens the run ends before a file is opened, with one line that names the address and the setting."""
    with MistralServer() as server:
        url, key = server.url, server.key
    done = run(url, key)
    assert done.returncode == 1
    assert f"no connection to {url} (NIGHTCLERK_ENDPOINT)" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    went_on(run, before=0)
