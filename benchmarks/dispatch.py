"""Rate-limited dispatch, side by side on the same servers: the limit used, what was refused, lost and paid twice, the books, CPU, memory.

    python benchmarks/dispatch.py [--only clean,tokens,faults5,faults20,unlimited,shared] [--ways ours,langchain,semaphore,curator]
                                  [--runs 3] [--cache FOLDER] [--json]

Each way is a client process of its own (`benchmarks/ways/<name>.py`), each run has a server and a database of its own, and the ways take
turns, so that what else the machine does strikes all of them. All put the same questions with the same bodies, so latencies and faults,
which are drawn from the body and the attempt, are the same for all. A peer has a virtual environment of its own, made from the index
that pip is configured for and kept in --cache (or BENCHMARK_CACHE); one that cannot be installed, fails or does not end is
printed as not measured, with the reason. What is printed is the median of the runs, with --json one row a line; progress goes to stderr.
The whole takes about 50 minutes, and a few more the first time, for the environments; ours alone takes 20.

Scenarios: `clean`, 1,000 questions at 50 a second; `tokens`, 300 of about 3,430 tokens at 2.04 million tokens a minute; `faults5` and
`faults20`, 800 and 300 questions at 20 a second of whose attempts 5 and 20 % are struck, by every kind of fault that another attempt
can mend, with a deadline of 10 s; `unlimited`, 10,000 questions (of a peer 2,000) to `benchmarks/lean_server.py`, since the imitation
server would be the brake there; `shared`, 1,000 questions by 1, 2 and 4 processes that share one limit.

Figures: `floor` is when the last answer can be there if every request starts, in order, the moment the limit lets it (with the server's
burst of 5) and takes its own latency; `ideal` is questions / rate or tokens / rate, whichever is longer, plus the mean latency.
`limit_used` is what was admitted over what the server's bucket would have let in between the first and the last admission, its burst
included. `refused` leaves out the refusals that were faults. `paid_for_nothing` counts the bills for answers that nobody could use:
whoever loses nothing pays for as many questions twice, and `paid_twice` should be no more. `books_over_bill` is the cost that the way
itself recorded; `books_over_what_came` leaves out of the bill what no client can know of, the answers of which nothing came. Ours records
what is certain, and beside it what an answer that it did not see whole may have cost: `bracket_holds` says whether the bill lies between,
`calls_marked` how many calls are marked as estimated. `fair` is the shortest over the longest time that
processes with equal work took. CPU is user and system time of the client process alone, after its imports.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch_measures import against_the_bill, against_the_limit, cost, medians, under_faults
from dispatch_servers import HERE, MODEL, account, databases, imitation, lean
from mistral_server.faults import FREE, PAID, REFUSALS
from ways.environments import CACHE, REQUIREMENTS, NotMeasured, last_words, python_of

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send many questions: `benchmarks/ways/<name>.py`, and the interpreter that has what it needs."""

    name: str
    python: str


CHARACTERS = 12_000
MANY_TOKENS = 20_000_000
# no limit to speak of; still shared, as it always is
NO_RPS, NO_TPM = 10_000, 10**12
DEADLINE_S, SHORT_DEADLINE_S = 120, 10
LONGEST_RUN_S = 600
START_IN_S = 4.0
# with these seeds every kind strikes at the first attempts already
FAULTS5_SEED, FAULTS20_SEED = 79, 1
HEADLINES = ("wall_over_ideal", "limit_used", "refused", "lost", "paid_twice", "requests_per_second")
# what no other attempt at the same request mends: a prompt that is too long or not wanted, a key without credit or rights
FINAL = {"400_context", "422_context", "402", "403", "403_guardrail"}
MENDABLE = [kind for kind in REFUSALS + FREE + PAID if kind not in FINAL]
ORDER = {"model": MODEL, "characters": CHARACTERS, "in_flight": 64, "timeout_s": DEADLINE_S, "spoilt": False, "processes": 1, "process": 0}


class Client:
    """A client process of a way."""

    def __init__(self, way: Way, verb: str, order: Figures) -> None:
        # a file, since nobody reads a pipe while it runs
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `figures`
        command = [way.python, "-P", str(HERE / "ways" / f"{way.name}.py"), verb, json.dumps(order)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._errors, text=True)

    def figures(self) -> Figures:
        """What it printed last. Raises `NotMeasured` where it failed or did not end."""
        try:
            said, _ = self._process.communicate(timeout=LONGEST_RUN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise NotMeasured(f"not at its end after {LONGEST_RUN_S} s") from None
        with self._errors:
            self._errors.seek(0)
            if self._process.returncode:
                raise NotMeasured(f"exit code {self._process.returncode}: {last_words(self._errors.read())}")
        found: Figures = json.loads(said.splitlines()[-1])
        return found


def clients(way: Way, wire: Figures, database: str, order: Figures) -> list[Figures]:
    """Let so many processes share the work, all from the same moment on."""
    whole = {**order, **wire, "database": database, "start_at": 0.0}
    Client(way, "prepare", whole).figures()
    if order["processes"] > 1:
        whole["start_at"] = time.time() + START_IN_S
    return [one.figures() for one in [Client(way, "work", {**whole, "process": number}) for number in range(order["processes"])]]


def paced(way: Way, order: Figures, *, kind: str = "sqlite", faults: Mapping[str, float] | None = None, seed: int = 0) -> Figures:
    """One run against a limit."""
    with imitation(rps=order["rps"], tpm=order["tpm"], faults=faults, seed=seed) as wire, databases(kind) as fresh:
        done = clients(way, wire, fresh(), order)
        seen = account(wire)
    found = {**against_the_limit(seen, done, order, seed=seed), **against_the_bill(seen, done, order)}
    if faults:
        # a floor in the order of the starts means nothing where starts are repeated
        found |= {"wall_over_floor": None, **under_faults(seen, done, order)}
    if order["processes"] > 1:
        spans = [one["last_sent_at"] - one["first_sent_at"] for one in done]
        found["fair"] = min(spans) / max(spans)
    return {**found, **cost(done)}


def clean(way: Way) -> Iterator[tuple[str, Figures]]:
    """Requests bind; tokens to spare."""
    yield "clean", paced(way, {**ORDER, "requests": 1_000, "rps": 50, "tpm": MANY_TOKENS})


def tokens(way: Way) -> Iterator[tuple[str, Figures]]:
    """Tokens bind; twice as many requests would be allowed."""
    yield "tokens", paced(way, {**ORDER, "requests": 300, "rps": 20, "tpm": 2_040_000})


def faults5(way: Way) -> Iterator[tuple[str, Figures]]:
    """One attempt in twenty fails."""
    yield "faults5", faulty(way, 800, 0.05, seed=FAULTS5_SEED)


def faults20(way: Way) -> Iterator[tuple[str, Figures]]:
    """One attempt in five fails."""
    yield "faults20", faulty(way, 300, 0.20, seed=FAULTS20_SEED)


def faulty(way: Way, requests: int, share: float, *, seed: int) -> Figures:
    """Every kind of fault in equal parts."""
    order = {**ORDER, "requests": requests, "rps": 20, "tpm": MANY_TOKENS, "timeout_s": SHORT_DEADLINE_S, "spoilt": True}
    return paced(way, order, faults={kind: share / len(MENDABLE) for kind in MENDABLE}, seed=seed)


def unlimited(way: Way) -> Iterator[tuple[str, Figures]]:
    """No limit to speak of."""
    order = {**ORDER, "requests": 10_000 if way.name == "ours" else 2_000, "rps": NO_RPS, "tpm": NO_TPM}
    with lean(latency_s=0.05) as wire, databases("sqlite") as fresh:
        done = clients(way, wire, fresh(), order)
    [only] = done
    yield "unlimited", {"requests_per_second": only["requests"] / only["wall_s"], "lost": only["lost"], **cost(done)}


def shared(way: Way) -> Iterator[tuple[str, Figures]]:
    """Several processes and one limit, through one database."""
    for kind in ("sqlite", "postgresql"):
        for processes in (1, 2, 4):
            order = {**ORDER, "requests": 1_000, "rps": 50, "tpm": MANY_TOKENS, "processes": processes}
            yield f"shared, {kind}, {processes} processes", paced(way, order, kind=kind)


SCENARIOS: dict[str, Callable[[Way], Iterator[tuple[str, Figures]]]] = {
    "clean": clean,
    "tokens": tokens,
    "faults5": faults5,
    "faults20": faults20,
    "unlimited": unlimited,
    "shared": shared,
}
# the peers cannot share a limit between processes
OURS_ALONE = {"shared"}


def measured(name: str, ways: list[Way], runs: int) -> list[Figures]:
    """One row for each case of a scenario and each way."""
    found: dict[tuple[str, str], list[Figures]] = {}
    reasons: dict[str, str] = {}
    for run in range(runs):
        for way in ways:
            say(f"{name} · {way.name} · run {run + 1} of {runs}")
            try:
                for case, figures in SCENARIOS[name](way):
                    found.setdefault((case, way.name), []).append(figures)
                    say(f"  {case}: " + ", ".join(f"{key} {shown(figures[key])}" for key in HEADLINES if key in figures))
            except NotMeasured as failure:
                reasons[way.name] = str(failure)
                say(f"  not measured: {failure}")
    rows = [
        {"scenario": case, "way": way, "runs": len(each), "load": os.getloadavg()[0], **medians(each)}
        for (case, way), each in found.items()
    ]
    kept = {row["way"] for row in rows}
    return rows + [{"scenario": name, "way": way, "not_measured": reason} for way, reason in reasons.items() if way not in kept]


def table(rows: list[Figures]) -> str:
    """The rows of one scenario side by side, a column for each way and case."""
    names = list(dict.fromkeys(name for row in rows for name in row if name not in {"scenario", "way"}))
    lines = [["", *(f"{row['way']}{row['scenario'].partition(',')[2].replace(' processes', '')}" for row in rows)]]
    lines += [[name, *(shown(row.get(name)) for row in rows)] for name in names if any(row.get(name) is not None for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    )


def shown(value: Any) -> str:
    """A figure with four digits."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def say(line: str) -> None:
    """Tell whoever waits."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def ready(names: list[str], cache: Path) -> tuple[list[Way], list[Figures]]:
    """The ways that can be measured, and a row for each that cannot."""
    ways: list[Way] = []
    missing: list[Figures] = []
    for name in names:
        try:
            ways.append(Way(name, python_of(name, cache)))
        except NotMeasured as reason:
            missing.append({"scenario": "all", "way": name, "not_measured": str(reason)})
    return ways, missing


def main() -> int:
    """Measure what was asked for and print it, scenario by scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SCENARIOS))
    parser.add_argument("--ways", default=",".join(REQUIREMENTS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ways, missing = ready(arguments.ways.split(","), arguments.cache)
    show(missing, as_json=arguments.json)
    for name in arguments.only.split(","):
        can = [way for way in ways if way.name == "ours" or name not in OURS_ALONE]
        show(measured(name, can, arguments.runs), as_json=arguments.json)
    return 0


def show(rows: list[Figures], *, as_json: bool) -> None:
    """Print rows."""
    if as_json:
        print("\n".join(json.dumps(row) for row in rows), flush=True)
    elif rows:
        print(f"\n{rows[0]['scenario'].partition(',')[0]}\n{table(rows)}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
