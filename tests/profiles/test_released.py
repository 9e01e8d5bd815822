"""What was released stays as it was, and what is shipped is worth shipping."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from nightclerk import profiles
from nightclerk.providers.rules import answer

SHIPPED = profiles.available()


def test_released_versions_are_never_edited(repository: Path) -> None:
    """Each line of RELEASED.txt is a version and its hash; whoever wants a change makes a new version."""
    lines = [line.split() for line in (repository / "prompts" / "RELEASED.txt").read_text().splitlines() if line and line[0] != "#"]
    assert lines
    for name, sha256 in lines:
        assert profiles.load(name).sha256 == sha256, f"{name} was released: copy it to a new version instead of editing it"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_rules_find_what_the_cases_say(name: str) -> None:
    """On each worked example the rules find exactly the findings it lists."""
    profile = profiles.load(name)
    assert profile.cases
    for case in profile.cases:
        found = {(item["category"], item["quote"]) for item in answer(profile, case.text, (0, 1))["findings"]}
        assert found == {(item.category, item.quote) for item in case.findings}, case.name


@pytest.mark.parametrize("name", SHIPPED)
def test_shown_examples_are_short(name: str) -> None:
    """Examples in the prompt are paid with every chunk."""
    shown = [case for case in profiles.load(name).cases if case.show]
    assert 0 < sum(len(case.text) for case in shown) < 1_000


def test_every_category_has_a_rule() -> None:
    """Without a model there is still something to say about every category."""
    for name in SHIPPED:
        profile = profiles.load(name)
        assert {category.name for category in profile.categories} == {rule.category for rule in profile.rules}


def test_contract_review_has_the_categories_of_cuad(corpus: Path) -> None:
    """The 41 categories, by the names of the labelled corpus."""
    with (corpus / "cuad" / "gold.jsonl").open(encoding="utf-8") as lines:
        gold = {json.loads(line)["category"] for line in lines}
    assert {category.name for category in profiles.load("contract_review").categories} == gold


def test_the_questions_are_our_own_words(corpus: Path) -> None:
    """CUAD is credited for its categories; its sentences are not copied."""
    with (corpus / "cuad" / "category_descriptions.csv").open(encoding="utf-8-sig", newline="") as table:
        described = [row["Description"].removeprefix("Description: ").lower().split() for row in csv.DictReader(table)]
    runs = {" ".join(words[at : at + 8]) for words in described for at in range(len(words) - 7)}
    profile = profiles.load("contract_review")
    assert "CUAD" in profile.content["profile.yaml"]
    for category in profile.categories:
        words = category.question.lower().split()
        assert not runs & {" ".join(words[at : at + 8]) for at in range(len(words) - 7)}, category.name
