"""Claims about sentences in six languages: each ends in the state that a careful reader would give it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nightclerk.findings.verify import Verifier
from nightclerk.records import Evidence, Finding

with (Path(__file__).parent / "claims.tsv").open(encoding="utf-8", newline="") as table:
    CASES = [tuple(row.values()) for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]
STATES = {"stands": {"present"}, "contradicted": {"contradicted"}, "unverified": {"unverified"}, "caught": {"contradicted", "unverified"}}


def checked(source: str, answer: str, language: str = "") -> Finding:
    """A finding whose quote is the whole source, checked."""
    evidence = Evidence(source, source, 0, len(source), "exact")
    return Verifier(source, language).verify(Finding("c", "present", answer, (evidence,)))


@pytest.mark.parametrize(("language", "source", "claim", "expected"), CASES)
def test_a_claim_ends_as_a_careful_reader_would_say(language: str, source: str, claim: str, expected: str) -> None:
    """In the language that the document is known to be in."""
    found = checked(source, claim, "" if language == "other" else language)
    assert found.state in STATES[expected], found.evidence[0].checks_failed
