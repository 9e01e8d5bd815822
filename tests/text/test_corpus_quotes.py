"""Labelled quotes of real contracts, looked for in what a PDF reader makes of the same contract."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nightclerk.ingest.pdf import read
from nightclerk.text import Locator


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_quotes_stand_in_the_pdf_letter_by_letter(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every page of the contracts' PDFs is text or blank, and of their labelled quotes at least 99.5 in 100 stand in our text of them."""
    gold = [json.loads(line) for line in (corpus / "cuad" / "gold.jsonl").read_text("utf-8").splitlines()]
    readings = {path.stem: read(path) for path in (corpus / "cuad" / "pdf").glob("*.pdf")}
    assert {page.status for reading in readings.values() for page in reading.pages} <= {"text", "blank"}
    texts = {name: "".join(page.text for page in reading.pages) for name, reading in readings.items()}
    plain = {name: _letters(text) for name, text in texts.items()}
    missed = [row["quote"] for row in gold if _letters(row["quote"]) not in plain[row["document"]]]
    share = 1 - len(missed) / len(gold)
    with capsys.disabled():
        print(f"\n{len(gold)} quotes, {share:.2%} of them in the PDFs letter by letter")
    assert share >= 0.995, missed
    # what is looked for in a run is a span of the text; the shorter half of the contracts, to stay quick
    names = sorted(texts, key=lambda name: len(texts[name]))[:30]
    locators = {name: Locator(texts[name]) for name in names}
    quotes = [row for row in gold if row["document"] in locators]
    lost = [row["quote"] for row in quotes if locators[row["document"]].locate(row["quote"]) is None]
    assert len(quotes) > 300
    assert len(lost) <= len(quotes) / 100, lost


def test_altered_quotes_are_not_found(corpus: Path) -> None:
    """No labelled quote is located in its own contract once its first figure is another one, or its first "not" is gone."""
    gold = [json.loads(line) for line in (corpus / "cuad" / "gold.jsonl").read_text("utf-8").splitlines()]
    texts = {path.stem: Locator(path.read_bytes().decode()) for path in (corpus / "cuad" / "txt").glob("*.txt")}
    altered = 0
    for row in gold:
        locator, quote = texts[row["document"]], row["quote"]
        for changed in (quote.replace(" not ", " ", 1), quote.translate(str.maketrans("123456789", "234567891"))):
            if changed != quote and len(quote) > 60:
                altered += 1
                assert locator.locate(changed) is None, changed
    assert altered > 300
