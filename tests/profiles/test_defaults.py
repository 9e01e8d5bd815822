"""Promises of a profile that is one file: what it leaves out is made from its categories, and asks what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightclerk import profiles
from nightclerk.errors import ProfileError
from nightclerk.findings import graded
from nightclerk.profiles import Profile
from nightclerk.prompting import ask
from nightclerk.records import Chunk, Evidence, Finding, Value

ONE_FILE = """
name: loans
version: v1
title: Loans
purpose: Find what a loan costs.
max_output_tokens: 1000
answer_language: French
votes: 3
second_pass: true
model: {temperature: 0.2, top_p: 0.9, effort: low}
categories:
  - name: Principal
    kind: money
    question: How much is lent?
    absence_matters: true
    currencies: [USD, EUR]
    severity: low
    severity_rules:
      - {severity: high, at_least: 1000000}
      - {severity: medium, states: [not_present, no_match]}
    examples:
      - {text: "The Lender lends USD 5,000.", quote: "USD 5,000", answer: "5,000 dollars"}
  - name: Rate
    kind: percentage
    question: What is the interest?
    absence_matters: false
    unit: percent a year
    period: duration
    votes: 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a profile that is one file."""
    made = tmp_path / "loans" / "v1"
    made.mkdir(parents=True)
    (made / "profile.yaml").write_text(ONE_FILE, encoding="utf-8")
    return made


@pytest.fixture
def loans(folder: Path) -> Profile:
    """That profile."""
    return profiles.load("loans", [folder.parents[1]])


def test_what_a_profile_leaves_out_is_made_for_it(loans: Profile) -> None:
    """Instructions, schema, rules and cases are there, and what was made is kept with the profile, so that it can be asked again."""
    assert json.loads(loans.content["schema.json"])["properties"]["findings"]["items"]["properties"]["category"]["enum"] == [
        "Principal",
        "Rate",
    ]
    assert loans.rules == loans.cases == ()
    assert profiles.restore("loans", "v1", loans.content) == loans


def test_the_made_schema_is_that_of_the_released_profiles() -> None:
    """Beyond the names of its categories it is the one that a person wrote."""
    released = profiles.load("contract_review/v1")
    made = profiles.schema.made(released.categories)
    assert json.loads(made) == json.loads(released.content["schema.json"])


def test_what_a_category_says_is_asked(loans: Profile) -> None:
    """Unit, currencies, period, examples and the language of answers stand in the prompt; the document in none but its own marks."""
    asked = ask(loans, Chunk(0, 0, 9, "Some text", 2), 1)
    for said in ("one of USD, EUR", "in percent a year", "period_start", "The Lender lends USD 5,000.", '"5,000 dollars"'):
        assert said in asked.user
    assert "in French" in asked.system
    assert (asked.temperature, asked.top_p, asked.effort) == (0.2, 0.9, "low")
    assert "Some text" not in asked.system


def test_an_example_whose_quote_does_not_stand_in_its_text_is_refused(folder: Path) -> None:
    """The file and the category are named."""
    manifest = folder / "profile.yaml"
    manifest.write_text(ONE_FILE.replace('quote: "USD 5,000"', 'quote: "EUR 5,000"'), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"categories\.Principal\.examples\.0: the quote 'EUR 5,000' does not stand in its text"):
        profiles.load("loans", [folder.parents[1]])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("second_pass: true", "tools: [lookup_section]", r"profile\.yaml: tools: Extra inputs are not permitted"),
        ("temperature: 0.2", "temperature: 0", r"profile\.yaml: votes: at model\.temperature 0 all samples are the same"),
    ],
)
def test_what_would_have_no_effect_is_refused(folder: Path, before: str, after: str, said: str) -> None:
    """A key that nothing works by, and a vote of samples that cannot differ, are errors and not silence."""
    (folder / "profile.yaml").write_text(ONE_FILE.replace(before, after), encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        profiles.load("loans", [folder.parents[1]])


@pytest.mark.parametrize(
    ("state", "value", "severity"),
    [
        ("present", Value(number=1.5, scale="million"), "high"),
        ("present", Value(number=5_000.0), "low"),
        ("present", Value(), "low"),
        ("not_present", Value(), "medium"),
        ("unclear", Value(number=2e6), None),
    ],
)
def test_severity_follows_the_rules_of_the_category(loans: Profile, state: str, value: Value, severity: str | None) -> None:
    """The first rule that holds, the number with its scale; else the category's own for what is present."""
    kinds = {category.name: category for category in loans.categories}
    finding = Finding("Principal", state, "", (Evidence("q", "q", 0, 1, "exact"),), value)  # type: ignore[arg-type]
    assert graded(finding, kinds).severity == severity
