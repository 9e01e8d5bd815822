"""Definitions and references against hand labels; what was reached once is kept."""

from __future__ import annotations

import json
from pathlib import Path

import context_gold
import pytest

# as `python benchmarks/context.py` prints them, with room for what another reading of a file changes
LEAST = 0.97


@pytest.mark.parametrize("path", context_gold.labels(), ids=lambda path: path.stem)
def test_labelled_documents_are_understood(path: Path) -> None:
    """Nearly every labelled term and reference is found and leads where the label says, and nearly nothing else is found."""
    gold = json.loads(path.read_text(encoding="utf-8"))
    try:
        found = context_gold.surveyed(gold)
    except FileNotFoundError:
        pytest.skip("the labelled corpus is not on this machine")
    terms, references = context_gold.terms(gold, found), context_gold.references(gold, found)
    assert min(terms.precision, terms.recall) >= LEAST, terms.wrong
    # one of few is much
    assert references.labelled - references.matched <= max(1, (1 - LEAST) * references.labelled), references.wrong
    assert references.found - references.matched <= max(1, (1 - LEAST) * references.found), references.wrong
