"""What the way from a right answer to a filed finding loses: an oracle behind the real wire, and what comes out against what it knows.

    python benchmarks/fidelity.py [--part txt pdf] [--corpus cuad contractnli maud] [--chunk-tokens 8000] [--losses 20] [--json]

The imitation server answers each request with the labelled spans that stand in the chunk it asks about, worded as the labels word them.
All else is a run as a person would start it: reading, chunks, calls over HTTP, parsing, locating, checking, merging. From text files the
`located` measure of the corpus' scorer says what came through; from the PDFs of the same contracts `one_to_one`, with the spans led from
the PDF's text to the text file's by letters and digits. What is lost is named with the stage that lost it, and what was filed twice is
counted. The corpus lies beside this repository; without it there is nothing to measure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labelled import CORPUS, ROOT, Documents, Label, load_scorer, write_profile

ENOUGH = 0.995
# exit codes of a run that has read something: complete, and partial where a page or an answer is missing
RAN = (0, 3)
MEASURE = {"txt": "located", "pdf": "one_to_one"}
FINDINGS = """
SELECT s.name AS document, f.id, f.category, f.state, e.claimed_quote, e.quote, e.char_start, e.char_end, e.match_level, e.role
FROM findings f JOIN analyses a ON a.id = f.analysis_id JOIN document_sources s ON s.document_id = a.document_id
JOIN evidence e ON e.finding_id = f.id ORDER BY f.id, e.ordinal
"""


@contextmanager
def server(labels: Path) -> Iterator[dict[str, str]]:
    """The oracle as a process of its own: {"url", "key"}."""
    arguments = ["--oracle", str(labels), "--count", "quarter", "--thinking-sentences", "2"]
    process = subprocess.Popen([sys.executable, "-m", "mistral_server", *arguments], cwd=ROOT / "tests", stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def run(folder: Path, profile: str, home: Path, wire: dict[str, str], chunk_tokens: int) -> int:
    """`nightclerk run` as a person would start it; its exit code."""
    own = {
        "NIGHTCLERK_DATA_DIR": str(home / "data"),
        "NIGHTCLERK_PROFILE_PATH": json.dumps([str(home / "profiles")]),
        "NIGHTCLERK_PROVIDER": "mistral",
        "NIGHTCLERK_ENDPOINT": wire["url"],
        "NIGHTCLERK_API_KEY": wire["key"],
        "NIGHTCLERK_REQUESTS_PER_SECOND": "1000",
        "NIGHTCLERK_TOKENS_PER_MINUTE": str(10**9),
        "NIGHTCLERK_CHUNK_TOKENS": str(chunk_tokens),
        "NIGHTCLERK_BUDGET_USD": "1000",
    }
    command = [sys.executable, "-m", "nightclerk", "run", str(folder), "--profile", profile, "--json"]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode not in RAN:
        raise SystemExit(f"the run ended with exit code {done.returncode}:\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    return done.returncode


def filed(database: Path, docname: Any) -> list[dict[str, Any]]:
    """One row per finding with evidence: its pieces joined; other places that say the same are no part of it."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        conn.row_factory = sqlite3.Row
        rows = conn.execute(FINDINGS).fetchall()
    found: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        if row["role"] == "basis":
            found[row["id"]].append(row)
    return [_finding(pieces, docname) for pieces in found.values()]


def _finding(pieces: list[sqlite3.Row], docname: Any) -> dict[str, Any]:
    placed = [piece for piece in pieces if piece["char_start"] is not None]
    return {
        "document": docname(pieces[0]["document"]),
        "category": pieces[0]["category"],
        "state": pieces[0]["state"],
        "level": pieces[0]["match_level"],
        "claimed": pieces[0]["claimed_quote"],
        "quote": " ".join(piece["quote"] for piece in placed),
        "span": (min(p["char_start"] for p in placed), max(p["char_end"] for p in placed)) if placed else None,
    }


def comparable(documents: Documents, kind: str, found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Labels and findings as the scorer takes them. From PDFs both are words of the text file, without signs at their ends."""
    gold = [
        _row(documents, kind, label.document, label.category, label.span, label.quote) | {"occ": label.occurrences}
        for label in documents.labels
    ]
    rows = []
    for one in found:
        span = documents.back[one["document"]].span(*one["span"])
        rows.append(_row(documents, kind, one["document"], one["category"], span, one["quote"]))
    return gold, rows


def _row(documents: Documents, kind: str, document: str, category: str, span: tuple[int, int] | None, quote: str) -> dict[str, Any]:
    if kind == "pdf":
        quote = re.sub(r"^\W+|\W+$", "", documents.texts[document][slice(*span)] if span else quote)
    start, end = span or (None, None)
    return {"document": document, "category": category, "quote": quote, "s": start, "e": end}


def losses(documents: Documents, found: list[dict[str, Any]], chunks: dict[str, list[int]]) -> list[dict[str, str]]:
    """Each label that no finding in state `present` covers by half, with the stage that lost it."""
    by_place = defaultdict(list)
    for one in found:
        by_place[one["document"], catname(one["category"])].append(one)
    told = []
    for label in documents.labels:
        near = by_place[label.document, catname(label.category)]
        if stage := _stage(label, near, chunks[label.document]):
            told.append({"stage": stage, "document": label.document[:40], "category": label.category, "quote": label.quote[:60]})
    return told


def _stage(label: Label, near: list[dict[str, Any]], borders: list[int]) -> str:
    if label.read_span is None:
        return "reading"
    start, end = label.read_span
    placed = [one for one in near if one["span"] and likeness(one["span"], label.read_span) >= 0.5]
    same = [one for one in near if plain(one["claimed"]) == plain(label.quote)]
    states = {one["state"] for one in [*placed, *same]}
    if "present" in states:
        return ""
    if any(one["level"] == "none" for one in same):
        return "locating"
    if states:
        return f"verifying: {', '.join(sorted(states))}"
    return "chunking" if any(start < border < end for border in borders) else "merging"


def likeness(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The common part of two spans, of both together."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(common, 0) / (max(one[1], other[1]) - min(one[0], other[0]))


def plain(text: str) -> str:
    """Letters and digits only."""
    return "".join(filter(str.isalnum, text.casefold()))


def catname(name: str) -> str:
    """A category's name without case and punctuation."""
    return plain(name)


def duplicates(found: list[dict[str, Any]], labels: list[Label]) -> list[str]:
    """Findings beyond the first of one category at one place or with the same words, as far as the labels do not list them so often."""
    listed = Counter((label.document, catname(label.category), plain(label.quote)) for label in labels)
    seen = Counter((one["document"], catname(one["category"]), plain(one["quote"])) for one in found)
    return [f"{key[0][:40]}: {key[1]}: {key[2][:40]}" for key, count in seen.items() if count > max(1, listed[key])]


def chunk_borders(database: Path, docname: Any) -> dict[str, list[int]]:
    """The places inside each document where it was cut."""
    query = "SELECT s.name, c.char_start FROM chunks c JOIN document_sources s ON s.document_id = c.document_id WHERE c.char_start > 0"
    borders: dict[str, list[int]] = defaultdict(list)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        for name, start in conn.execute(query):
            borders[docname(name)].append(start)
    return borders


def measure(corpus: str, kind: str, chunk_tokens: int, most: int) -> dict[str, Any]:
    """One corpus from one kind of file: run it and compare."""
    scorer = load_scorer()
    documents = Documents(corpus, kind, scorer)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = "contract_review" if corpus == "cuad" else f"labels_{corpus}"
        if corpus != "cuad":
            write_profile(home / "profiles", profile, sorted({label.category for label in documents.labels}))
        with server(documents.write(home / "oracle")) as wire:
            code = run(CORPUS / corpus / kind, profile, home, wire, chunk_tokens)
        database = home / "data" / "nightclerk.db"
        found = filed(database, scorer.docname)
        borders = chunk_borders(database, scorer.docname)
    present = [one for one in found if one["state"] == "present" and one["span"]]
    gold, rows = comparable(documents, kind, present)
    result = scorer.score(gold, rows, documents.texts)[MEASURE[kind]]["micro"]
    lost, twice = losses(documents, found, borders), duplicates(present, documents.labels)
    return {
        "measure": MEASURE[kind],
        "documents": len(documents.files),
        "labels": len(gold),
        "findings": len(rows),
        "precision": round(result["precision"], 4),
        "recall": round(result["recall"], 4),
        "duplicates": len(twice),
        "crossing_a_chunk": _crossing(documents, borders, lost),
        "crossing_a_page": _crossing(documents, page_borders(documents), lost),
        "levels": dict(Counter(one["level"] for one in found)),
        "states": dict(Counter(one["state"] for one in found)),
        "lost": dict(Counter(one["stage"] for one in lost)),
        "exit_code": code,
        "holds": min(result["precision"], result["recall"]) >= ENOUGH and not twice,
        "examples": {"lost": lost[:most], "twice": twice[:most]},
    }


def page_borders(documents: Documents) -> dict[str, list[int]]:
    """The places inside each document where a page begins."""
    return {name: [page.char_start for page in document.pages[1:]] for name, document in documents.documents.items()}


def _crossing(documents: Documents, borders: dict[str, list[int]], lost: list[dict[str, str]]) -> dict[str, int]:
    """How many labels cross a border, and how many of them are lost."""
    gone = {(one["document"], one["category"], one["quote"]) for one in lost}
    crossing = [
        label
        for label in documents.labels
        if label.read_span and any(label.read_span[0] < border < label.read_span[1] for border in borders.get(label.document, []))
    ]
    return {"labels": len(crossing), "lost": sum((label.document[:40], label.category, label.quote[:60]) in gone for label in crossing)}


def main() -> int:
    """Measure each corpus; the exit code is 0 where every mark holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=sorted(MEASURE), default=sorted(MEASURE))
    parser.add_argument("--corpus", nargs="+", choices=["cuad", "contractnli", "maud"], default=["cuad", "contractnli", "maud"])
    parser.add_argument("--chunk-tokens", type=int, default=8_000)
    parser.add_argument("--losses", type=int, default=20, help="how many of what was lost are listed")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"there is no corpus at {CORPUS}", file=sys.stderr)
        return 2
    pairs = [(corpus, kind) for kind in arguments.part for corpus in arguments.corpus if (CORPUS / corpus / kind).is_dir()]
    result: dict[str, Any] = {f"{corpus} {kind}": measure(corpus, kind, arguments.chunk_tokens, arguments.losses) for corpus, kind in pairs}
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    result["cpu_s"] = round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 1)
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=2))
    return 0 if all(result[f"{corpus} {kind}"]["holds"] for corpus, kind in pairs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
