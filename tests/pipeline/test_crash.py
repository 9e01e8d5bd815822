"""Killed at every kind of moment and started again, through the real wire and in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def kills(repository: Path, *arguments: str) -> dict[str, Any]:
    """What `benchmarks/kills.py` prints; with `--kills 50` by hand it kills as often as its figures in the docs say."""
    command = [sys.executable, "benchmarks/kills.py", "--requests", "20", "--json", *arguments]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=240, check=False)
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_run_that_is_killed_at_every_kind_of_moment_ends_whole(repository: Path) -> None:
    """After SIGKILL at each kind of moment nothing answered is asked again, nothing is missing, and the books bracket the bill."""
    result = kills(repository, "--kills", "7")
    assert sum(result["kills"].values()) == 7
    assert len(result["kills"]) == 7
    assert result["promises"] == dict.fromkeys(result["promises"], True), result
    assert result["exit_codes"] == [0] * len(result["exit_codes"])
    # else nothing was at stake
    assert result["in_flight_at_kills"] > 0
    assert result["at_risk_nano_usd"] > 0


def test_a_killed_run_on_postgresql_ends_whole(repository: Path, postgres_url: str) -> None:
    """The same where the database is a server that outlives the process, and ends its transaction for it."""
    moments = [part for moment in ("in_flight", "reply", "commit") for part in ("--moment", moment)]
    result = kills(repository, "--kills", "3", "--database-url", postgres_url, *moments)
    assert result["kills"] == {"in_flight": 1, "reply": 1, "commit": 1}
    assert result["promises"] == dict.fromkeys(result["promises"], True), result
