"""The pages about profiles say all there is, and their example works as printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

from nightclerk import profiles
from nightclerk.profiles.models import Case, CaseBook, Category, Manifest, Rule, RuleBook
from nightclerk.profiles.templates import VARIABLES
from nightclerk.providers.rules import answer


def test_every_key_is_documented(repository: Path) -> None:
    """Whatever may be written into a profile stands on the reference page."""
    page = (repository / "docs" / "reference" / "profiles.md").read_text(encoding="utf-8")
    models = (Manifest, Category, Rule, RuleBook, Case)
    keys = {key for model in models for key in model.model_fields} | set(VARIABLES)
    assert {key for key in keys if f"`{key}`" not in page} == set()
    assert set(CaseBook.model_fields) == {"cases"}


def test_every_category_is_documented(repository: Path) -> None:
    """The tables of the shipped profiles are those of their files."""
    page = (repository / "docs" / "reference" / "profiles.md").read_text(encoding="utf-8")
    for name in profiles.available():
        for item in profiles.load(name).categories:
            assert f"| {item.name} | `{item.kind}` | {'yes' if item.absence_matters else ''} | {item.severity or ''} |" in page


def test_the_example_works_as_printed(repository: Path, tmp_path: Path) -> None:
    """Somebody who types the how-to gets a profile that loads and finds what its case says."""
    page = (repository / "docs" / "how-to" / "write-a-profile.md").read_text(encoding="utf-8")
    folder = tmp_path / "lease_check" / "v1"
    folder.mkdir(parents=True)
    for name, text in re.findall(r"^`lease_check/v1/([a-z.]+)`\n\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    enum = re.search(r'^"enum": (\[.*\])$', page, re.MULTILINE)
    assert enum
    schema = json.loads(profiles.load("contract_review").content["schema.json"])
    schema["properties"]["findings"]["items"]["properties"]["category"]["enum"] = json.loads(enum[1])
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    profile = profiles.load("lease_check", [tmp_path])
    for case in profile.cases:
        found = {(item["category"], item["quote"]) for item in answer(profile, case.text, (0, 1))["findings"]}
        assert found == {(item.category, item.quote) for item in case.findings}
