"""The documentation names what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
import yaml

from nightclerk.cli import cli
from nightclerk.settings import PREFIX, Settings
from nightclerk.store import Store

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))]


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
    for page in [repository / "README.md", *(repository / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_shows_can_be_typed(page: str) -> None:
    """Each `nightclerk ...` of a page names a command and options that there are."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"(?ms)^```(?:sh|bash)\n(.*?)^```", text))
    shown = re.findall(r"(?m)^(?:\.venv/bin/)?(nightclerk .*)$", blocks) + re.findall(r"`(nightclerk [^`|]*)`", text)
    for line in shown:
        typed = [word for word in shlex.split(line, comments=True)[1:] if word != "..."]
        parse(typed)


def parse(typed: list[str]) -> None:
    """Read a command line as click does, without running it."""
    command: click.Command = cli
    while isinstance(command, click.Group) and typed and not typed[0].startswith("-"):
        assert typed[0] in command.commands, typed
        command, typed = command.commands[typed[0]], typed[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in typed if word.startswith("-")} <= known, (command.name, typed)


def test_every_query_that_a_page_shows_runs(tmp_path: Path) -> None:
    """Each SQL statement of README and docs is one that the database takes."""
    blocks = [block for page in PAGES for block in re.findall(r"(?ms)^```sql\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"))]
    statements = [statement for block in blocks for statement in block.split(";") if statement.strip()]
    with Store.open(f"sqlite:///{tmp_path}/night.db") as store:
        for statement in statements:
            store.read(lambda conn, statement=statement: conn.execute(sa.text(statement)).all())
    assert len(statements) > 8
