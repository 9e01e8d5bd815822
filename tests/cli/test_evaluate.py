"""`nightclerk evaluate`: what a person or a pipeline of checks gets to see."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CONTRACT = "SERVICES AGREEMENT\n\n1. Governing Law. This Agreement shall be governed by the laws of the State of New York.\n"
QUOTE = "This Agreement shall be governed by the laws of the State of New York."


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """One labelled contract."""
    (tmp_path / "gold" / "txt").mkdir(parents=True)
    (tmp_path / "gold" / "txt" / "one.txt").write_text(CONTRACT, encoding="utf-8")
    start = CONTRACT.index(QUOTE)
    row = {"document": "one", "category": "Governing Law", "quote": QUOTE, "char_start": start, "char_end": start + len(QUOTE)}
    (tmp_path / "gold" / "gold.jsonl").write_text(json.dumps(row), encoding="utf-8")
    return tmp_path / "gold"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it."""
    command = [sys.executable, "-m", "nightclerk", *arguments]
    return subprocess.run(
        command, cwd=folder, env={"NIGHTCLERK_DATA_DIR": str(folder / "data")}, capture_output=True, text=True, check=False
    )


def test_scores_are_printed_and_filed(labelled: Path) -> None:
    """By category and as a whole, with the cost; the same in SQL, to be compared with other prompts and models."""
    done = run(labelled.parent, "evaluate", "contract_review", "--gold", "gold", "--json")
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert told["categories"]["Governing Law"]["located"] == {
        "right": 1,
        "false": 0,
        "missed": 0,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
    }
    again = run(labelled.parent, "evaluate", "contract_review", "--gold", "gold", "--min-f1", "0.9")
    assert again.returncode == 0
    assert "one_to_one   precision 1.000  recall 1.000  F1 1.000" in again.stdout


def test_a_score_under_the_threshold_fails(labelled: Path) -> None:
    """Exit code 1 and one line, for use in checks before a prompt is released."""
    with (labelled / "gold.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps({"document": "one", "category": "Governing Law", "quote": "Something that is not found at all"}))
    done = run(labelled.parent, "evaluate", "contract_review", "--gold", "gold", "--min-f1", "0.9")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == "nightclerk: one_to_one F1 is 0.667, under 0.9"


def test_a_folder_without_labels_is_bad_usage(tmp_path: Path) -> None:
    """Exit code 2, and what was looked for."""
    done = run(tmp_path, "evaluate", "contract_review", "--gold", str(tmp_path))
    assert done.returncode == 2
    assert "gold.jsonl" in done.stderr
