"""Sections measured on what people read in real contracts and filings, not on the grammar that finds them."""

from __future__ import annotations

from pathlib import Path

import section_gold


def test_starts_and_paths(corpus: Path) -> None:
    """Of the places a lawyer would cite nearly all are found, hardly anything else is, and their paths are the printed ones."""
    each = [section_gold.compare(path, corpus) for path in section_gold.labels()]
    both = section_gold.total(each)
    assert both.labelled > 400
    assert both.recall >= 0.98
    assert both.precision >= 0.98
    assert both.exactness >= 0.98
    # no layout is given up for the others
    assert min(min(agreement.recall, agreement.precision, agreement.exactness) for agreement in each) >= 0.9


def test_clauses_of_known_quotes(corpus: Path) -> None:
    """Quotes that others labelled lie in the clause that the contract prints around them."""
    count, wrong = section_gold.clauses("known", corpus)
    assert count == 100
    assert len(wrong) <= 3, wrong


def test_clauses_of_fresh_quotes(corpus: Path) -> None:
    """So do quotes of a sample that was drawn when the finder was done."""
    count, wrong = section_gold.clauses("fresh", corpus)
    assert count == 60
    assert len(wrong) <= 3, wrong


def test_clauses_of_quotes_of_mixed_agreements(corpus: Path) -> None:
    """So do quotes of merger agreements and non-disclosure agreements, many of which are items of lists inside a sentence."""
    count, wrong = section_gold.clauses("mixed", corpus)
    assert count == 60
    assert len(wrong) <= 2, wrong


def test_a_citation_has_one_form() -> None:
    """Dots, blanks and case make no other citation; another letter does."""
    assert section_gold.as_cited("2 > (d) > 1.") == section_gold.as_cited("2 (D) > 1")
    assert section_gold.as_cited("2 > (d)") != section_gold.as_cited("2 > (c)")
