"""What the rules are worth on contracts that lawyers labelled, measured by the corpus' own scorer."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from nightclerk import profiles
from nightclerk.providers.rules import answer

# about 8,000 Mistral tokens
CHUNK_CHARACTERS = 36_000


def _chunks(text: str) -> list[tuple[int, int]]:
    """Spans of at most that many characters, cut at empty lines where there are any."""
    spans, start = [], 0
    while start < len(text):
        end = min(len(text), start + CHUNK_CHARACTERS)
        blank = text.rfind("\n\n", start + CHUNK_CHARACTERS // 2, end) if end < len(text) else -1
        spans.append((start, blank if blank > 0 else end))
        start = spans[-1][1]
    return spans


def _rows(document: Path) -> list[tuple[str, str, str, int, int]]:
    profile = profiles.load("contract_review")
    text = document.read_bytes().decode("utf-8")
    spans = _chunks(text)
    rows = []
    for number, (start, end) in enumerate(spans):
        for item in answer(profile, text[start:end], (number, len(spans)))["findings"]:
            place = text.index(item["quote"], start, end)
            rows.append((document.stem, item["category"], item["quote"], place, place + len(item["quote"])))
    return rows


def test_the_rules_hold_their_quality_on_cuad(corpus: Path, tmp_path: Path) -> None:
    """Half of what they find is right and they find half of what there is, by the CUAD protocol; every quote is grounded."""
    cuad, table, result = corpus / "cuad", tmp_path / "findings.csv", tmp_path / "score.json"
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["document", "category", "quote", "char_start", "char_end"])
        for document in sorted((cuad / "txt").glob("*.txt")):
            writer.writerows(_rows(document))
    command = [sys.executable, corpus.parent / "tools" / "score.py", "--gold", cuad / "gold.jsonl", "--texts", cuad / "txt"]
    subprocess.run([*command, "--findings", table, "--json", result], check=True, capture_output=True)
    score = json.loads(result.read_text())
    micro = score["cuad"]["micro"]
    assert micro["precision"] >= 0.5
    assert micro["recall"] >= 0.5
    assert score["grounding"]["verbatim"] == score["grounding"]["offsets_exact"] == 1.0
