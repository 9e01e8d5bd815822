"""The command line as a person or a script meets it: one line per trouble, documented exit codes, JSON that parses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nightclerk.cli import cli

AGREEMENT = "SUPPLY AGREEMENT\n\n1. Governing Law. This Agreement shall be governed by the laws of the State of Oregon.\n"

Nightclerk = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def nightclerk(tmp_path: Path) -> Nightclerk:
    """Run the command line in a folder of its own, with a data folder and nothing else set."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTCLERK_")}

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"NIGHTCLERK_DATA_DIR": str(tmp_path / "data"), **environment}
        command = [sys.executable, "-m", "nightclerk", *arguments]
        return subprocess.run(command, cwd=tmp_path, env={**clean, **own}, capture_output=True, text=True, check=False)

    return call


@pytest.fixture
def contract(tmp_path: Path) -> str:
    """The path of a small contract."""
    path = tmp_path / "supply.txt"
    path.write_text(AGREEMENT, encoding="utf-8")
    return str(path)


def test_a_run_and_what_it_filed(nightclerk: Nightclerk, contract: str) -> None:
    """`run` ends with 0 and a summary; findings, costs, documents and the database are there to look at, as JSON too."""
    done = nightclerk("run", contract, "--profile", "contract_review")
    assert done.returncode == 0, done.stderr
    assert "complete" in done.stdout
    [law] = json.loads(nightclerk("findings", "--category", "governing law", "--json").stdout)
    assert law["quote"] == "This Agreement shall be governed by the laws of the State of Oregon."
    [cost] = json.loads(nightclerk("costs", "--json").stdout)
    assert (cost["calls"], cost["cost_usd"]) == (1, 0)
    [document] = json.loads(nightclerk("documents", "--json").stdout)
    assert document["status"] == "read"
    assert json.loads(nightclerk("documents", "--problems", "--json").stdout) == []
    assert nightclerk("db", "check").returncode == 0
    assert nightclerk("db", "upgrade").returncode == 0
    assert nightclerk("db", "path").stdout.startswith("sqlite:///")


def test_piped_output_is_lines_of_tabs(nightclerk: Nightclerk, contract: str) -> None:
    """Without a terminal rows are tab-separated lines under one heading."""
    nightclerk("run", contract, "--profile", "contract_review")
    heading, *rows = nightclerk("findings").stdout.splitlines()
    assert heading.split("\t") == ["document", "category", "state", "clause_path", "page", "quote"]
    assert all(len(row.split("\t")) == 6 for row in rows)
    assert rows


def test_an_estimate_spends_nothing(nightclerk: Nightclerk, contract: str) -> None:
    """`estimate` counts calls, tokens and a cost range, and files no run and no call."""
    result = json.loads(nightclerk("estimate", contract, "--profile", "contract_review", "--json").stdout)
    assert result["calls"] == 1
    assert 0 < result["low_nano_usd"] < result["high_nano_usd"]
    assert json.loads(nightclerk("costs", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        (["run", "/no/such/folder", "--profile", "contract_review"], {}, 2, "no file or folder at /no/such/folder"),
        (["run", "CONTRACT", "--profile", "no_such"], {}, 2, "no_such"),
        (["run", "CONTRACT", "--profile", "contract_review", "--provider", "mistral"], {}, 2, "NIGHTCLERK_API_KEY"),
        (["run", "CONTRACT", "--profile", "contract_review"], {"NIGHTCLERK_CHUNK_TOKENS": "many"}, 2, "NIGHTCLERK_CHUNK_TOKENS"),
        (["run", "CONTRACT", "--profile", "contract_review"], {"NIGHTCLERK_SOURCE_ROOTS": "/srv"}, 2, "source_roots"),
        (["run", "CONTRACT", "--profile", "contract_review", "--budget-usd", "lots"], {}, 2, "'lots' is not an amount"),
        (["run", "CONTRACT", "--profile", "contract_review"], {"NIGHTCLERK_DATA_DIR": "/proc/nowhere"}, 1, "NIGHTCLERK_DATA_DIR"),
        (["run", "CONTRACT", "--profile", "contract_review"], {"NIGHTCLERK_DATABASE_URL": "mysql://x"}, 1, "mysql"),
        (["settings", "show"], {"NIGHTCLERK_TIMEZONE": "Mars/Base"}, 2, "NIGHTCLERK_TIMEZONE"),
    ],
)
def test_every_trouble_is_one_line_and_an_exit_code(
    nightclerk: Nightclerk, contract: str, arguments: list[str], environment: dict[str, str], code: int, says: str
) -> None:
    """What a person can get wrong is said in one line on stderr, with the documented exit code and no traceback."""
    done = nightclerk(*(contract if argument == "CONTRACT" else argument for argument in arguments), **environment)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line and not line.startswith(("Usage:", "Try "))]) == 1


def test_an_empty_file_makes_the_run_fail_and_says_so(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """A run in which nothing could be read is failed and not complete; one in which something could is partial, with exit code 3."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "empty.txt").touch()
    alone = nightclerk("run", "inbox", "--profile", "contract_review")
    assert alone.returncode == 1
    assert "empty.txt: empty" in alone.stdout
    (tmp_path / "inbox" / "supply.txt").write_text(AGREEMENT, encoding="utf-8")
    assert nightclerk("run", "inbox", "--profile", "contract_review").returncode == 3


def test_a_secret_is_never_shown(nightclerk: Nightclerk) -> None:
    """`settings show` names the origin of each value and masks the key and a password in the database URL."""
    secret = {"NIGHTCLERK_API_KEY": "sk-secret", "NIGHTCLERK_DATABASE_URL": "postgresql://clerk:hunter2@localhost/x"}
    shown = nightclerk("settings", "show", **secret).stdout
    assert "sk-secret" not in shown
    assert "hunter2" not in shown
    assert "NIGHTCLERK_API_KEY\t**********\tenvironment" in shown


def test_a_document_cannot_speak_to_the_terminal(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """Control characters of a document do not reach the output."""
    text = AGREEMENT.replace("State of Oregon", "State of \x1b[31mOregon")
    (tmp_path / "red.txt").write_text(text, encoding="utf-8")
    nightclerk("run", "red.txt", "--profile", "contract_review")
    assert "\x1b" not in nightclerk("findings").stdout


def test_every_command_has_help_and_is_documented(repository: Path) -> None:
    """Each command says what it does, and the reference page names it."""
    page = (repository / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert command.help, name
        assert f"`nightclerk {name}" in page, name
