"""Batch mode on the command line: a run that waits says what to do, `collect` does it, `batches` shows and ends it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from batch_runs import contracts
from click.testing import CliRunner, Result
from mistral_server import MistralServer

from nightclerk.cli import cli

RUN = ("run", "--profile", "contract_review", "--collection", "deal")


class Desk:
    """The command line in this process, in a folder of its own."""

    def __init__(self, folder: Path, server: MistralServer) -> None:
        self.environment = {
            "NIGHTCLERK_DATA_DIR": str(folder / "data"),
            "NIGHTCLERK_PROVIDER": "mistral",
            "NIGHTCLERK_ENDPOINT": server.url,
            "NIGHTCLERK_API_KEY": server.key,
            "NIGHTCLERK_REQUESTS_PER_SECOND": "500",
        }

    def __call__(self, *arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(cli, arguments, env={**self.environment, **environment}, standalone_mode=False)

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self(*arguments, "--json").stdout)


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the machine is read."""
    monkeypatch.chdir(tmp_path)


def test_run_collect_and_batches(tmp_path: Path) -> None:
    """`run --mode batch` ends with 0 and the next step, `batches` lists the job, `collect` ends the run, and then nothing is left to do."""
    folder = contracts(tmp_path / "in", 3)
    with MistralServer(batch_polls=1) as server:
        nightclerk = Desk(tmp_path, server)
        done = nightclerk(*RUN, str(folder), "--mode", "batch")
        assert done.return_value == 0, done.output
        assert "3 questions are in batch jobs; `nightclerk collect` fetches the answers" in done.stdout
        assert "0 unfinished, 3 waiting for batch jobs" in done.stdout
        assert "contract 00" not in done.stdout
        [job] = nightclerk.json("batches")
        assert (job["state"], job["requests"], job["in_flight"], job["collection"]) == ("submitted", 3, 3, "deal")
        assert job["reserved_usd"] > 0
        early = nightclerk("collect")
        assert early.return_value == 0
        assert "1 run waits and 1 batch job is out" in early.stdout
        ended = nightclerk("collect", NIGHTCLERK_PROVIDER="rules")
        assert ended.return_value == 0
        assert f"run {job['run_id'][:8]} complete" in ended.stdout
        assert "no batch job is out" in ended.stdout
    again = nightclerk("collect", NIGHTCLERK_PROVIDER="puter", NIGHTCLERK_API_KEY="")
    assert (again.return_value, again.stdout) == (0, "no batch job is out and no run waits\n")
    [cost] = nightclerk.json("costs")
    assert cost["batch_cost_usd"] == cost["cost_usd"] > 0


def test_collect_as_json_and_its_exit_code(tmp_path: Path) -> None:
    """What ended is told as JSON, and a partial run is exit code 3."""
    folder = contracts(tmp_path / "in", 2)
    (folder / "empty.txt").touch()
    with MistralServer(batch_polls=0) as server:
        nightclerk = Desk(tmp_path, server)
        nightclerk(*RUN, str(folder), "--mode", "batch")
        done = nightclerk("collect", "--wait", "--json")
    assert done.return_value == 3
    told = json.loads(done.stdout)
    assert [run["state"] for run in told["ended"]] == ["partial"]
    assert (told["waiting"], told["jobs"], told["problems"]) == (0, 0, [])


def test_cancel_by_the_beginning_of_an_id(tmp_path: Path) -> None:
    """`batches cancel` takes the beginning of a run's id, refuses what fits none or does not wait, and `collect` then ends the run."""
    folder = contracts(tmp_path / "in", 2)
    with MistralServer(batch_polls=None) as server:
        nightclerk = Desk(tmp_path, server)
        nightclerk(*RUN, str(folder), "--mode", "batch")
        [job] = nightclerk.json("batches")
        assert "no runs begin with 'zzz'" in str(nightclerk("batches", "cancel", "zzz").exception)
        assert "cancelled" in nightclerk("batches", "cancel", job["run_id"][:10]).stdout
        server.advance()
        told = nightclerk.json("collect")
        assert [run["state"] for run in told["ended"]] == ["interrupted"]
        assert "waits for no batch job" in str(nightclerk("batches", "cancel", job["run_id"]).exception)
        assert server.account.cost_nano_usd == 0


def test_an_estimate_in_batch_is_half(tmp_path: Path) -> None:
    """`estimate --mode batch` tells what the batch jobs would cost."""
    folder = contracts(tmp_path / "in", 2)
    with MistralServer() as server:
        nightclerk = Desk(tmp_path, server)
        arguments = ("estimate", str(folder), "--profile", "contract_review")
        full, half = nightclerk.json(*arguments), nightclerk.json(*arguments, "--mode", "batch")
        assert "within hours, in batch jobs" in nightclerk(*arguments, "--mode", "batch").stdout
    assert half["high_nano_usd"] == full["high_nano_usd"] // 2


def test_the_key_of_another_provider_is_not_sent(tmp_path: Path) -> None:
    """With jobs out and another provider set, `collect` says what to set instead of trying that provider's key."""
    folder = contracts(tmp_path / "in", 1)
    with MistralServer(batch_polls=0) as server:
        nightclerk = Desk(tmp_path, server)
        nightclerk(*RUN, str(folder), "--mode", "batch")
        calls = server.account.verbs.total()
        refused = nightclerk("collect", NIGHTCLERK_PROVIDER="puter")
        assert "NIGHTCLERK_PROVIDER is puter: set NIGHTCLERK_PROVIDER=mistral" in str(refused.exception)
        assert server.account.verbs.total() == calls
