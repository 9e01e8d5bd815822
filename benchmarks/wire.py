"""The whole way through the wire: many small chunks against the imitation server, its limits used, its bill matched, a crash survived.

    python benchmarks/wire.py [--requests 800] [--rps 20] [--json]

Two parts, each with a server process and a database of its own. `steady`: one run; how much of the request limit was used between the
first and the last admission, how many requests were refused, and whether the books equal the server's own account to the nano-dollar.
`killed`: the same run is ended by SIGKILL half way and started again; no answered request may be sent twice, and
known <= billed <= known + at risk.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# tokens a minute: the prompts' 3,000 tokens at 20 requests/s need 3.6 million, so both limits are in play and requests bind
TPM_PER_RPS = 270_000
CLAUSES = (
    "The Supplier shall deliver lot {n} no later than {d} days after the order date and bears the risk of loss until delivery.",
    "Neither party may assign its rights under Schedule {n} without the prior written consent of the other party.",
    "The aggregate liability of the Supplier under Order {n} shall not exceed USD {d},000.",
    "This Order {n} shall be governed by the laws of the State of New York.",
)


def write_documents(folder: Path, requests: int, *, first: int = 0) -> None:
    """Contracts of numbered clauses, no two alike, together at least as many chunks of 400 tokens as asked for."""
    folder.mkdir()
    for document in range(first, first + 20):
        lines = [f"FRAMEWORK AGREEMENT No. {document}", ""]
        for clause in range(requests // 20 * 13 + 13):
            text = CLAUSES[clause % len(CLAUSES)].format(n=f"{document}-{clause}", d=10 + clause % 80)
            lines += [f"{clause + 1}. {text}", ""]
        (folder / f"agreement-{document:02}.txt").write_text("\n".join(lines), encoding="utf-8")


@contextmanager
def server(rps: float, *, latency_s: float = 0.4) -> Iterator[dict[str, str]]:
    """The imitation as a process of its own: {"url", "key"}."""
    arguments = ["--rps", str(rps), "--tpm", str(int(rps * TPM_PER_RPS)), "--latency-s", str(latency_s)]
    process = subprocess.Popen([sys.executable, "-m", "mistral_server", *arguments], cwd=ROOT / "tests", stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def start(folder: Path, data: Path, wire: dict[str, str], rps: float) -> subprocess.Popen[bytes]:
    """`nightclerk run` as a person would start it."""
    own = {
        "NIGHTCLERK_DATA_DIR": str(data),
        "NIGHTCLERK_PROVIDER": "mistral",
        "NIGHTCLERK_ENDPOINT": wire["url"],
        "NIGHTCLERK_API_KEY": wire["key"],
        "NIGHTCLERK_REQUESTS_PER_SECOND": str(rps),
        "NIGHTCLERK_TOKENS_PER_MINUTE": str(int(rps * TPM_PER_RPS)),
        "NIGHTCLERK_CHUNK_TOKENS": "400",
        "NIGHTCLERK_BUDGET_USD": "1000",
    }
    command = [sys.executable, "-m", "nightclerk", "run", str(folder), "--profile", "contract_review", "--json"]
    return subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.DEVNULL)


def account(wire: dict[str, str]) -> dict[str, Any]:
    """The server's own books."""
    with urllib.request.urlopen(f"{wire['url']}/_account") as reply:
        found: dict[str, Any] = json.load(reply)
        return found


def books(data: Path) -> dict[str, int]:
    """What the database says: known cost, at risk, answered calls, questions left open."""
    with sqlite3.connect(f"file:{data / 'nightclerk.db'}?mode=ro", uri=True) as conn:
        known, risk, answered = conn.execute(
            "SELECT COALESCE(SUM(cost_nano_usd), 0), COALESCE(SUM(at_risk_nano_usd), 0), SUM(state = 'answered') FROM calls"
        ).fetchone()
        [left] = conn.execute("SELECT COUNT(*) FROM questions WHERE state <> 'answered'").fetchone()
    return {"known_nano_usd": known, "at_risk_nano_usd": risk, "answered": answered, "questions_left": left}


def admissions(seen: dict[str, Any]) -> list[float]:
    """When each admitted request came in, in order."""
    return sorted(entry["received_at"] for entry in seen["entries"] if entry["status"] != 429)


def steady(folder: Path, data: Path, rps: float) -> dict[str, Any]:
    """One undisturbed run."""
    with server(rps) as wire:
        process = start(folder, data, wire, rps)
        code = process.wait()
        seen = account(wire)
    times, own = admissions(seen), books(data)
    return {
        "requests": len(times),
        "refused": seen["refused"],
        "limit_used": (len(times) - 1) / (rps * (times[-1] - times[0])),
        "billed_nano_usd": seen["cost_nano_usd"],
        **own,
        "exit_code": code,
        "holds": seen["refused"] == 0 and own["known_nano_usd"] == seen["cost_nano_usd"] and not own["questions_left"],
    }


def killed(folder: Path, data: Path, rps: float, requests: int) -> dict[str, Any]:
    """The same run, killed half way and started again."""
    with server(rps) as wire:
        process = start(folder, data, wire, rps)
        while account(wire)["requests"] < requests // 2:
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = books(data)
        time.sleep(2)
        code = start(folder, data, wire, rps).wait()
        seen = account(wire)
    own = books(data)
    bodies = Counter(entry["body_sha256"] for entry in seen["entries"] if entry["cost_nano_usd"])
    low, high = own["known_nano_usd"], own["known_nano_usd"] + own["at_risk_nano_usd"]
    answered_at_kill, in_flight = before["answered"], sum(bodies.values()) - len(bodies)
    return {
        "answered_before_the_kill": answered_at_kill,
        "billed_nano_usd": seen["cost_nano_usd"],
        "paid_again": in_flight,
        "refused": seen["refused"],
        **own,
        "exit_code": code,
        "holds": low <= seen["cost_nano_usd"] <= high and own["answered"] == len(bodies) and not own["questions_left"],
    }


def main() -> int:
    """Run both parts; the exit code is 0 when every promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=800)
    parser.add_argument("--rps", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "documents"
        write_documents(folder, arguments.requests)
        result = {
            "steady": steady(folder, Path(name) / "steady", arguments.rps),
            "killed": killed(folder, Path(name) / "killed", arguments.rps, arguments.requests),
        }
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=2))
    return 0 if all(part["holds"] for part in result.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
