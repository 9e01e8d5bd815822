"""The documentation names what there is."""

from __future__ import annotations

from pathlib import Path

import yaml

from nightclerk.settings import PREFIX, Settings


def test_every_setting_is_documented(repository: Path) -> None:
    """The settings page has a row for each setting."""
    page = (repository / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in page]
    assert not missing


def test_every_flow_is_documented(repository: Path) -> None:
    """The README or a page names each deployment."""
    deployments = yaml.safe_load((repository / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    pages = "".join(path.read_text(encoding="utf-8") for path in (repository / "docs").rglob("*.md"))
    missing = [entry["name"] for entry in deployments if f"`{entry['name']}`" not in pages]
    assert not missing


def test_the_readme_opens_with_the_two_commands(repository: Path) -> None:
    """A newcomer finds `make demo` and `make test` before anything else."""
    opening = (repository / "README.md").read_text(encoding="utf-8")[:600]
    assert "make demo" in opening
    assert "make test" in opening


def test_links_between_pages_lead_somewhere(repository: Path) -> None:
    """Every relative link of README and docs points to a file that is there."""
    import re

    for page in [repository / "README.md", *(repository / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
