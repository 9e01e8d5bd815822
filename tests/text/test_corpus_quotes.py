"""Labelled quotes of real contracts, looked for in what a PDF reader makes of the same contract."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2

from nightclerk.text import Locator


def _pdf_text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_quotes_of_another_transcript_are_found_in_the_pdf(corpus: Path) -> None:
    """At least 99 of 100 quotes taken from a contract's plain text are located in the text layer of its PDF."""
    gold = [json.loads(line) for line in (corpus / "cuad" / "gold.jsonl").read_text("utf-8").splitlines()]
    # the shorter half of the contracts, to stay quick
    names = sorted({row["document"] for row in gold}, key=lambda name: (corpus / "cuad" / "pdf" / f"{name}.pdf").stat().st_size)[:30]
    locators = {name: Locator(_pdf_text(corpus / "cuad" / "pdf" / f"{name}.pdf")) for name in names}
    quotes = [row for row in gold if row["document"] in locators]
    missed = [row["quote"] for row in quotes if locators[row["document"]].locate(row["quote"]) is None]
    assert len(quotes) > 300
    assert len(missed) <= len(quotes) / 100, missed


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
