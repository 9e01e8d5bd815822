"""The figures of one run: by the server's books, by the client's, and by the clock."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

from dispatch_servers import BURST, HERE, LATENCY_S, TOKEN_BURST_S
from ways import question

sys.path.insert(0, str(HERE.parent / "tests"))
from mistral_server.faults import Latency

Figures = dict[str, Any]
Entry = dict[str, Any]

# what is billed and of no use to anybody
WASTED = frozenset({"drop_mid_body", "truncated_body", "slow", "drop_late", "length", "thinking_only", "bad_json"})
# of these bills no client can know: nothing of the answer came before its deadline, as with a request that never was worked on
UNSEEN = frozenset({"slow", "drop_late"})
AGAIN = range(5)


def against_the_limit(seen: Figures, done: list[Figures], order: Figures, *, seed: int = 0) -> Figures:
    """How near to the limit it came."""
    entries = sorted((entry for entry in seen["entries"] if entry["status"] != 429), key=lambda entry: entry["received_at"])
    latencies = [Latency(LATENCY_S, seed)(entry["body_sha256"], entry["attempt"]) for entry in entries]
    span_s = entries[-1]["received_at"] - entries[0]["received_at"]
    tokens = sum(entry["prompt_tokens"] + entry["completion_tokens"] for entry in entries)
    rps, per_second = order["rps"], order["tpm"] / 60
    used = {"requests": len(entries) / (BURST + rps * span_s), "tokens": tokens / (per_second * (TOKEN_BURST_S + span_s))}
    began_at = min(one["began_at"] for one in done)
    wall_s = max(one["began_at"] + one["wall_s"] for one in done) - began_at
    floor_s = max(max(0, number + 1 - BURST) / rps + latency for number, latency in enumerate(latencies))
    ideal_s = max(order["requests"] / rps, tokens / per_second) + sum(latencies) / len(latencies)
    return {
        "wall_s": wall_s,
        "wall_over_floor": wall_s / floor_s,
        "wall_over_ideal": wall_s / ideal_s,
        "limit_used": max(used.values()),
        "refused": sum(entry["status"] == 429 and not entry["fault"] for entry in seen["entries"]),
        "first_request_s": min(entry["received_at"] for entry in seen["entries"]) - began_at,
    }


def against_the_bill(seen: Figures, done: list[Figures], order: Figures) -> Figures:
    """What was lost, what was paid for and of what use it was, and whether the client's books say so."""
    billed = [entry for entry in seen["entries"] if entry["prompt_tokens"] and entry["cost_nano_usd"]]
    questions = _questions(order)
    bills = Counter(questions.get(entry["body_sha256"], entry["body_sha256"]) for entry in billed)
    bill = sum(question.nano_usd(entry) for entry in billed)
    return {
        "lost": sum(one["lost"] for one in done),
        "paid_twice": sum(bills.values()) - len(bills),
        "paid_for_nothing": sum(entry["fault"] in WASTED for entry in billed),
        "books_over_bill": sum(one["booked_nano_usd"] for one in done) / bill,
    }


def under_faults(seen: Figures, done: list[Figures], order: Figures) -> Figures:
    """How many faults there were, and how the books stand to answers that the client never saw or that named no usage."""
    billed = [entry for entry in seen["entries"] if entry["cost_nano_usd"]]
    bill = sum(question.nano_usd(entry) for entry in billed)
    came = sum(question.nano_usd(entry) for entry in billed if entry["fault"] not in UNSEEN)
    known = sum(one["booked_nano_usd"] for one in done)
    risks = [one["at_risk_nano_usd"] for one in done if "at_risk_nano_usd" in one]
    return {
        "faults": sum(seen["faults"].values()),
        "kinds_of_faults": len(seen["faults"]),
        "books_over_what_came": known / came,
        "bracket_holds": known <= bill <= known + sum(risks) if risks else None,
        "at_risk_over_bill": sum(risks) / bill if risks else None,
        "calls_marked": sum(one["estimated_calls"] for one in done) if risks else None,
    }


def cost(done: list[Figures]) -> Figures:
    """CPU for each request, and memory: after the imports, at the end, and by how much it grew from a quarter of the calls on."""
    return {
        "cpu_ms_a_request": 1_000 * sum(one["cpu_s"] for one in done) / sum(one["requests"] for one in done),
        "import_s": done[0]["import_s"],
        "imported_mb": done[0]["imported_mb"],
        "unwanted_imports": ", ".join(done[0].get("unwanted_imports", [])) or None,
        "memory_mb": max(one["memory_mb"][-1] for one in done),
        "memory_growth_mb": max(one["memory_mb"][-1] - one["memory_mb"][1] for one in done),
    }


def medians(runs: list[Figures]) -> Figures:
    """The median of each figure; a promise holds where it held in all runs."""
    return {name: _middle([run[name] for run in runs]) for name in runs[0]}


def _middle(values: list[Any]) -> Any:
    if isinstance(values[0], bool):
        return all(values)
    return median(values) if isinstance(values[0], int | float) else values[0]


def _questions(order: Figures) -> Mapping[str, int]:
    """Which question a body puts, by its hash: one may be put again with another seed."""
    bodies = ((number, question.body(order, number, again)) for number in range(order["requests"]) for again in AGAIN)
    return {_sha256(body): number for number, body in bodies}


def _sha256(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
