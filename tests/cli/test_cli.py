"""The command line as a person or a script meets it: one line per trouble, documented exit codes, JSON that parses."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mistral_server import MistralServer

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
    assert heading.split("\t") == ["document", "category", "state", "clause_path", "page", "pdf_page", "quote"]
    assert all(len(row.split("\t")) == 7 for row in rows)
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
        (["run", "CONTRACT", "--profile", "contract_review", "--budget-usd", "1e400"], {}, 2, "'1e400' is not an amount"),
        (["run", "", "--profile", "contract_review"], {}, 2, "the path is empty"),
        (["run", "x" * 300, "--profile", "contract_review"], {}, 2, "no file or folder at xxx"),
        (["run", "red\x1b[31m\nline", "--profile", "contract_review"], {}, 2, "no file or folder at red [31m line"),
        (["run", "CONTRACT", "--profile", "contract_review", "--model", "mistral-medium-3-5"], {}, 2, "--provider mistral"),
        (["settings", "show"], {"NIGHTCLERK_TIMEZONE": "Mars/Base"}, 2, "NIGHTCLERK_TIMEZONE"),
        (["settings", "show"], {"NIGHTCLERK_BUGET_USD": "1"}, 2, "NIGHTCLERK_BUDGET_USD is meant"),
        (["settings", "show"], {"NIGHTCLERK_BUDGET_USD": "1e400"}, 2, "NIGHTCLERK_BUDGET_USD"),
        (["settings", "show"], {"NIGHTCLERK_DATA_DIR": ""}, 2, "NIGHTCLERK_DATA_DIR"),
        (["settings", "show"], {"NIGHTCLERK_ENDPOINT": "http://[::bad"}, 2, "NIGHTCLERK_ENDPOINT"),
        (["findings", "--state", "absent"], {}, 2, "'absent' is not one of"),
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


def test_a_folder_without_a_file_is_said_to_be_one(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """A run that found nothing to read says so, and does not look like one that read everything."""
    (tmp_path / "inbox").mkdir()
    assert "there was no file to read" in nightclerk("run", "inbox", "--profile", "contract_review").stdout


def test_a_settings_file_that_is_no_text(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """A .env file that cannot be read is one line, too."""
    (tmp_path / ".env").write_bytes(b"NIGHTCLERK_MODEL=\xff\xfe\n")
    done = nightclerk("db", "path")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert ".env in the working folder" in done.stderr


def test_a_second_run_says_what_was_analysed_before(nightclerk: Nightclerk, contract: str) -> None:
    """Somebody who runs again, or with another model, is told why nothing was asked; the estimate of a model's price stays."""
    first = nightclerk("run", contract, "--profile", "contract_review").stdout
    second = nightclerk("run", contract, "--profile", "contract_review").stdout
    assert "analysed by an earlier run" not in first
    assert "1 analysed by an earlier run (NIGHTCLERK_REANALYSE)" in second
    estimate = json.loads(nightclerk("estimate", contract, "--profile", "contract_review", "--json").stdout)
    assert (estimate["calls"], estimate["calls_answered_before"]) == (0, 1)
    assert 0 < estimate["low_nano_usd"] < estimate["high_nano_usd"]


def test_a_reader_that_went_away_changes_no_exit_code(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """`nightclerk run ... | head` ends as the run did, without a traceback; a full disk behind stdout is one line."""
    (tmp_path / "empty.txt").touch()
    command = '{ "$0" -m nightclerk run . --profile contract_review --json; echo $? >&2; } | true'
    environment = {**os.environ, "NIGHTCLERK_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(["sh", "-c", command, sys.executable], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == "1\n"
    buffered = {name: value for name, value in environment.items() if name != "PYTHONUNBUFFERED"}
    for environment in (buffered, buffered | {"PYTHONUNBUFFERED": "1"}):
        with Path("/dev/full").open("w") as full:
            command_line = [sys.executable, "-m", "nightclerk", "profiles"]
            full_disk = subprocess.run(
                command_line, cwd=tmp_path, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert full_disk.returncode == 1
        assert full_disk.stderr.count("\n") == 1


def test_json_can_be_parsed_in_any_locale(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """Where stdout is not UTF-8, JSON comes in ASCII and loses no character."""
    (tmp_path / "Vertrag 漢字.txt").write_text(AGREEMENT, encoding="utf-8")
    nightclerk("run", "Vertrag 漢字.txt", "--profile", "contract_review")
    [document] = json.loads(nightclerk("documents", "--json", PYTHONIOENCODING="latin-1").stdout)
    assert document["document"] == "Vertrag 漢字.txt"


def test_a_narrow_terminal_gets_blocks_and_a_wide_one_a_table(nightclerk: Nightclerk, contract: str, tmp_path: Path) -> None:
    """Columns are never squeezed to a letter or two: where a table does not fit, each row is a block of lines."""
    nightclerk("run", contract, "--profile", "contract_review")
    wide, narrow = (on_terminal(["findings"], columns=columns, data=tmp_path / "data") for columns in (160, 50))
    assert "│ supply.txt │" in wide
    assert re.search(r"document +supply\.txt\r\n", narrow)
    assert "This Agreement shall be governed by the laws of the State of Oregon." in narrow


def test_a_run_on_a_terminal_is_one_line_that_moves(contract: str, tmp_path: Path) -> None:
    """Documents, spend, rate and share of the limit stand on one line that is written again and again and gone at the end."""
    with MistralServer(latency=lambda *_: 2.5) as server:
        reach = {"NIGHTCLERK_PROVIDER": "mistral", "NIGHTCLERK_ENDPOINT": server.url, "NIGHTCLERK_API_KEY": server.key}
        shown = on_terminal(["run", contract, "--profile", "contract_review"], columns=200, data=tmp_path / "data", **reach)
    moving, _, summary = shown.rpartition("\x1b[2K")
    assert re.search(
        r"0 of 1 documents \| 0\.00 of 5\.00 USD \| \d+% of the limit \| [\d.]+ calls/s, \d+ tokens/min \| 1 in flight", moving
    )
    # the only line end is the one with which it ends
    assert moving.count("\n") <= 1
    assert re.match(r"run \w{8} complete\r\n", summary.lstrip("\r"))


def on_terminal(arguments: list[str], *, columns: int, data: Path, **more: str) -> str:
    """What a command shows on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    own = {"NIGHTCLERK_DATA_DIR": str(data), "TERM": "xterm", "PYTHONUTF8": "1", "COLUMNS": "", **more}
    environment = {**os.environ, **own}
    command = [sys.executable, "-m", "nightclerk", *arguments]
    process = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    # a terminal whose other end was closed is an error on Linux and an end elsewhere
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65_536):
            shown += part
    os.close(ours)
    assert process.wait() == 0
    return shown.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_whoever_stops_a_run_it_is_booked_as_interrupted(tmp_path: Path, contract: str, number: signal.Signals) -> None:
    """Ctrl-C, the end of a session and a service manager's stop close the run: no traceback, exit code 130, the call in flight at risk."""
    with MistralServer(latency=lambda _body, _attempt: 60.0) as server:
        own = {
            "NIGHTCLERK_DATA_DIR": str(tmp_path / "data"),
            "NIGHTCLERK_PROVIDER": "mistral",
            "NIGHTCLERK_ENDPOINT": server.url,
            "NIGHTCLERK_API_KEY": server.key,
        }
        command = [sys.executable, "-m", "nightclerk", "run", contract, "--profile", "contract_review"]
        process = subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not asked(tmp_path / "data") and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.strip() == "stopped"
    with sqlite3.connect(tmp_path / "data" / "nightclerk.db") as conn:
        assert conn.execute("SELECT state FROM runs").fetchall() == [("interrupted",)]
        assert conn.execute("SELECT state, cost_basis FROM calls").fetchall() == [("lost", "at_risk")]


def asked(data: Path) -> bool:
    """Whether a call is in flight."""
    try:
        with sqlite3.connect(f"file:{data / 'nightclerk.db'}?mode=ro", uri=True) as conn:
            return bool(conn.execute("SELECT COUNT(*) FROM calls").fetchone()[0])
    except sqlite3.OperationalError:
        return False


def test_the_model_that_was_chosen_is_named(nightclerk: Nightclerk, contract: str) -> None:
    """A run whose model is another one than asked for says which, and what that does to the price."""
    with MistralServer() as server:
        reach = {"NIGHTCLERK_ENDPOINT": server.url, "NIGHTCLERK_API_KEY": server.key}
        shown = nightclerk("run", contract, "--profile", "contract_review", "--provider", "mistral", **reach).stdout
    assert "magistral is mistral-medium-3-5 at this endpoint today" in shown
    assert "7.50 USD output instead of 5.00" in shown


def test_a_secret_is_never_shown(nightclerk: Nightclerk) -> None:
    """`settings show` names the origin of each value and masks the key and a password in the database URL."""
    secret = {"NIGHTCLERK_API_KEY": "sk-secret", "NIGHTCLERK_DATABASE_URL": "postgresql://clerk:hunter2@localhost/x"}
    shown = nightclerk("settings", "show", **secret).stdout
    assert "sk-secret" not in shown
    assert "hunter2" not in shown
    assert "NIGHTCLERK_API_KEY\t**********\tenvironment" in shown


def test_a_document_cannot_speak_to_the_terminal(nightclerk: Nightclerk, tmp_path: Path) -> None:
    """Control characters of a document or of its name do not reach the output."""
    text = AGREEMENT.replace("State of Oregon", "State of \x1b[31mOregon")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "red.txt").write_text(text, encoding="utf-8")
    (inbox / "esc\x1b[31m\nline.txt").touch()
    shown = nightclerk("run", "inbox", "--profile", "contract_review").stdout
    assert "esc [31m line.txt: empty" in shown
    assert "\x1b" not in shown + nightclerk("findings").stdout + nightclerk("documents", "--problems").stdout


def test_every_command_has_help_and_is_documented(repository: Path) -> None:
    """Each command says what it does, and the reference page names it."""
    page = (repository / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert command.help, name
        assert f"`nightclerk {name}" in page, name
