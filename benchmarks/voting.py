"""What votes are worth against a model that errs at random: how often the filed finding is right, and what stopping early saves.

    python benchmarks/voting.py [--err-share 0.3] [--invent-share 0.0] [--votes 1 3 5] [--documents 6] [--sections 60] [--seed 0] [--json]

The documents are made up: sections of one chunk each, of which some (--with-finding) hold one finding of one of four kinds (a clause, a
date, an amount, a yes) and the others none. The imitation server knows them; each finding of each answer goes wrong by itself with
--err-share, by the seed of the request (`tests/mistral_server/erring.py`), and right ones are worded and cut differently from sample to
sample. A run is that of a person: plan, calls over HTTP, parsing, locating, verifying, voting.

Printed for each number of votes: the share of right findings, which the binomial foretells (more than half of n samples right); the
calls, and what stopping early saved of n for each chunk; and by agreement, how many of the findings filed as present are right, beside
their confidence. Of a chunk with a finding on which each sample errs with chance p, no rule that waits for what is decided saves more than
`most_with_finding`; of a chunk without any, the first samples decide.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from math import comb, sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

PROFILE = """
name: voting
version: v1
title: Voting
purpose: Find what was agreed.
max_output_tokens: 2000
votes: {votes}
categories:
  - {{name: Law, kind: clause, question: Which law governs?, absence_matters: false}}
  - {{name: Signed, kind: date, question: When was it signed?, absence_matters: false}}
  - {{name: Cap, kind: money, question: How much at most?, absence_matters: false}}
  - {{name: Audit, kind: yes_no, question: May books be inspected?, absence_matters: false}}
"""
FILLER = (
    "The parties have read this clause number {n} and agree that it says what they mean.",
    "Nothing in paragraph {n} of this part limits what the schedules to it provide.",
    "Each party bears its own costs of whatever it does under paragraph {n} of this part.",
    "Headings of paragraph {n} are there for convenience and do not bear on its reading.",
    "Whoever acts for a party under paragraph {n} shows a power of attorney on demand.",
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
PLACES = ("Oregon", "Utah", "Texas", "Maine", "Ohio", "Iowa", "Idaho", "Nevada")
FOUND = """
SELECT f.id, f.category, f.state, f.votes, f.votes_agreeing, f.confidence, e.quote, s.name, c.ordinal
FROM findings f JOIN evidence e ON e.finding_id = f.id JOIN analyses a ON a.id = f.analysis_id
JOIN document_sources s ON s.document_id = a.document_id
JOIN chunks c ON c.document_id = a.document_id AND c.chunking = a.chunking AND e.char_start >= c.char_start AND e.char_start < c.char_end
WHERE e.role = 'basis' AND e.ordinal = 0 ORDER BY s.name, e.char_start, f.id
"""
CHUNK_TOKENS = 300
SECTION = re.compile(r"^(\d+)\. Part\.", re.MULTILINE)


def section(number: int, chance: random.Random, share: float) -> tuple[str, dict[str, Any] | None]:
    """The text of a section that fills a chunk, and the finding in it: {category, quote, values as samples may give them}."""
    label = _label(number, chance) if chance.random() < share else None
    sentences = [line.format(n=number) for line in FILLER] * 2
    if label:
        sentences.insert(chance.randrange(1, len(sentences)), label["quote"])
    return f"{number}. Part. " + " ".join(sentences) + "\n\n", label


def _label(number: int, chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(["Law", "Signed", "Cap", "Audit"])
    if kind == "Law":
        quote = f"This agreement number {number} shall be governed by the laws of the State of {chance.choice(PLACES)} and no other law."
        return {"category": kind, "quote": quote, "said": [("", {})]}
    if kind == "Signed":
        year, month, day = 2000 + number % 25, chance.randint(1, 12), chance.randint(1, 28)
        written = f"{MONTHS[month - 1]} {day}, {year}"
        iso = f"{year}-{month:02}-{day:02}"
        said = [(written, {"date": iso}), (f"{day} {MONTHS[month - 1]} {year}", {"date": iso}), (iso, {"date": iso})]
        return {"category": kind, "quote": f"Agreement number {number} was signed by both parties on {written}.", "said": said}
    if kind == "Cap":
        millions = number + 1
        said = [
            (f"USD {millions:,} million", {"number": millions, "scale": "million", "currency": "USD"}),
            (f"USD {millions:,},000,000", {"number": millions * 1_000_000, "currency": "USD"}),
        ]
        return {
            "category": kind,
            "quote": f"The liability under agreement {number} shall not exceed USD {millions:,},000,000 in all.",
            "said": said,
        }
    quote = f"Under agreement {number} the Buyer may inspect the books that the Seller keeps at any time."
    return {"category": kind, "quote": quote, "said": [("Yes", {}), ("Yes, at any time", {})]}


def documents(folder: Path, count: int, sections: int, share: float, seed: int) -> dict[int, dict[str, Any] | None]:
    """Write the documents; the finding of each section by its number, None where it has none."""
    chance = random.Random(seed)
    labels: dict[int, dict[str, Any] | None] = {}
    folder.mkdir()
    for number in range(count):
        numbers = range(number * sections + 1, (number + 1) * sections + 1)
        made = {one: section(one, chance, share) for one in numbers}
        labels |= {one: label for one, (_, label) in made.items()}
        (folder / f"document {number:03}.txt").write_text("".join(text for text, _ in made.values()), encoding="utf-8")
    return labels


def answerer(labels: Mapping[int, dict[str, Any] | None]) -> Any:
    """The right answer to each request, worded by its seed."""
    from mistral_server.answers import asked_text

    from nightclerk.profiles.models import VALUE_FIELDS

    def answer(body: dict[str, Any]) -> str:
        found = []
        for match in SECTION.finditer(asked_text(body)):
            if label := labels[int(match[1])]:
                answer, value = label["said"][body["random_seed"] % len(label["said"])]
                rest = {"state": "present", "confidence": None, "answer": answer, "value": dict.fromkeys(VALUE_FIELDS) | value}
                found.append({"category": label["category"], "quote": label["quote"], **rest})
        return json.dumps({"findings": found})

    return answer


def run(home: Path, inbox: Path, votes: int, answer: Any, sections: int) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """(rows of findings, calls by section) of one run with so many votes."""
    from mistral_server import MistralServer
    from mistral_server.answers import asked_text

    from nightclerk import wiring
    from nightclerk.pipeline import Order, execute
    from nightclerk.settings import Settings

    folder = home / "profiles" / "voting" / "v1"
    folder.mkdir(parents=True)
    (folder / "profile.yaml").write_text(PROFILE.format(votes=votes), encoding="utf-8")
    calls: dict[int, int] = defaultdict(int)

    def counted(body: dict[str, Any]) -> str:
        numbers = [int(match[1]) for match in SECTION.finditer(asked_text(body))]
        assert len(numbers) == 1, "a chunk is to be a section"
        calls[numbers[0]] += 1
        return str(answer(body))

    with MistralServer(answer=counted, count=lambda text: (len(text) + 3) // 4, thinking_sentences=1) as server:
        settings = Settings(
            data_dir=home / "data",
            profile_path=[home / "profiles"],
            provider="mistral",
            endpoint=server.url,
            api_key=server.key,  # type: ignore[arg-type]
            requests_per_second=10_000,
            tokens_per_minute=10**9,
            chunk_tokens=CHUNK_TOKENS,
        )

        async def go() -> str:
            async with wiring.open_desk(settings) as desk:
                order = Order(sources=(inbox,), profile="voting", collection="voting", budget_nano_usd=10**12)
                return (await execute(desk, order))[1]

        state = asyncio.run(go())
        assert state == "complete", state
    import sqlalchemy as sa

    with wiring.open_store(settings) as store:
        rows = store.read(lambda conn: [dict(row) for row in conn.execute(sa.text(FOUND)).mappings()])
    for row in rows:
        row["section"] = int(re.findall(r"\d+", row["name"])[0]) * sections + row["ordinal"] + 1
    return rows, calls


def is_right(row: Mapping[str, Any], label: Mapping[str, Any] | None) -> bool:
    """Whether a finding is the one that stands in its section: same category, and a place within the labelled sentence."""
    return label is not None and row["category"] == label["category"] and row["quote"] in label["quote"]


def measure(home: Path, votes: int, sections: int, labels: Mapping[int, dict[str, Any] | None], answer: Any, err: float) -> dict[str, Any]:
    """One row of the result."""
    began = time.process_time()
    rows, calls = run(home / str(votes), home / "inbox", votes, answer, sections)
    present = [row for row in rows if row["state"] == "present"]
    right = {row["section"] for row in present if is_right(row, labels[row["section"]])}
    wanted = [number for number, label in labels.items() if label]
    expected = sum(comb(votes, k) * (1 - err) ** k * err ** (votes - k) for k in range(votes // 2 + 1, votes + 1))
    most = 1 - decided_after(votes, err) / votes
    return {
        "votes": votes,
        "labels": len(wanted),
        "right_share": round(len(right) / len(wanted), 4),
        "binomial": round(expected, 4),
        "standard_error": round(sqrt(expected * (1 - expected) / len(wanted)), 4),
        "present_wrong": len(present) - len(right),
        "states": _counted(row["state"] for row in rows),
        "calls": sum(calls.values()),
        "saved": round(1 - sum(calls.values()) / (votes * len(labels)), 4),
        "saved_with_finding": round(1 - sum(calls[number] for number in wanted) / (votes * len(wanted)), 4),
        "most_with_finding": round(most, 4),
        "saved_without": round(
            1 - sum(calls[n] for n, label in labels.items() if not label) / (votes * max(len(labels) - len(wanted), 1)), 4
        ),
        "calibration": calibration(present, labels),
        "cpu_s": round(time.process_time() - began, 1),
    }


def _counted(states: Any) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for state in states:
        counts[state] += 1
    return dict(counts)


def decided_after(votes: int, err: float) -> float:
    """How many of so many samples are asked on average until more than half agree, the fewest that any rule needs."""
    need = votes // 2 + 1
    return sum(
        k * comb(k - 1, need - 1) * ((1 - err) ** need * err ** (k - need) + err**need * (1 - err) ** (k - need))
        for k in range(need, votes + 1)
    )


def calibration(present: list[dict[str, Any]], labels: Mapping[int, dict[str, Any] | None]) -> list[dict[str, Any]]:
    """By agreement: how many findings are filed as present, the share of right ones, and the confidence that they have."""
    together: dict[tuple[Any, Any, Any], list[bool]] = defaultdict(list)
    for row in present:
        together[row["votes"], row["votes_agreeing"], row["confidence"]].append(is_right(row, labels[row["section"]]))
    return [
        {
            "votes": cast,
            "agreeing": agreeing,
            "confidence": confidence,
            "findings": len(rights),
            "precision": round(sum(rights) / len(rights), 4),
        }
        for (cast, agreeing, confidence), rights in sorted(together.items(), key=lambda item: str(item[0]))
    ]


def main() -> int:
    """Print the result; the exit code is 0 where accuracy is as the binomial says, within three standard errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--err-share", type=float, default=0.3)
    parser.add_argument("--invent-share", type=float, default=0.0)
    parser.add_argument("--with-finding", type=float, default=0.4, help="share of the sections that hold one")
    parser.add_argument("--votes", type=int, nargs="+", default=[1, 3, 5])
    parser.add_argument("--documents", type=int, default=6)
    parser.add_argument("--sections", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    from mistral_server.erring import Erring

    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        labels = documents(home / "inbox", arguments.documents, arguments.sections, arguments.with_finding, arguments.seed)
        right = answerer(labels)
        answer = Erring(right, arguments.err_share, invents=arguments.invent_share, seed=arguments.seed)
        rows = [measure(home, votes, arguments.sections, labels, answer, arguments.err_share) for votes in arguments.votes]
    result = {"err_share": arguments.err_share, "invent_share": arguments.invent_share, "chunks": len(labels), "results": rows}
    result["holds"] = all(abs(row["right_share"] - row["binomial"]) <= 3 * row["standard_error"] for row in rows)
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=2))
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
