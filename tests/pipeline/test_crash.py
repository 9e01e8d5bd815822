"""Killed in the middle and started again, through the real wire and in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_a_killed_run_goes_on_and_pays_nothing_twice(repository: Path) -> None:
    """After SIGKILL and a restart every question is answered, no answered request was sent again, and the books bracket the bill."""
    command = [sys.executable, "benchmarks/wire.py", "--requests", "120", "--rps", "40", "--json"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=240, check=False)
    result = json.loads(done.stdout)
    steady, killed = result["steady"], result["killed"]
    assert steady["known_nano_usd"] == steady["billed_nano_usd"] > 0
    assert steady["questions_left"] == killed["questions_left"] == 0
    assert steady["exit_code"] == killed["exit_code"] == 0
    assert 0 < killed["answered_before_the_kill"] < killed["answered"]
    assert killed["holds"], killed
    assert killed["known_nano_usd"] == steady["billed_nano_usd"]
