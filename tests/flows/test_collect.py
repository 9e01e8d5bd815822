"""The flows in batch: the nightly run hands its questions over, `collect` ends it, and Prefect's states say so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from batch_runs import contracts
from mistral_server import MistralServer

pytestmark = pytest.mark.xdist_group("prefect")

# a process of its own, as a worker would be, that runs the flows against the Prefect server of the tests
NIGHT = """
import asyncio, json, sys
from flows.collect import collect
from flows.nightly import nightly
from flows.parameters import Request

inbox = Request(sources=[sys.argv[1]], mode="batch")
states = [asyncio.run(nightly(inboxes=[inbox], return_state=True))]
states += [asyncio.run(collect(return_state=True)) for _ in range(3)]
print(json.dumps([[state.type.value, state.name, state.message] for state in states]))
"""


def test_a_night_in_batch(served: Any, tmp_path: Path, repository: Path) -> None:
    """`nightly` ends as Waiting, `collect` as Waiting while the job runs, and as Completed with the run complete once it has answered."""
    folder = contracts(tmp_path / "inbox", 2)
    with MistralServer(batch_polls=1) as server:
        given = {"DATA_DIR": str(tmp_path / "data"), "PROVIDER": "mistral", "ENDPOINT": server.url, "API_KEY": server.key}
        given |= {"SOURCE_ROOTS": json.dumps([str(tmp_path)]), "REQUESTS_PER_SECOND": "500"}
        environment = {f"NIGHTCLERK_{name}": value for name, value in given.items()}
        environment |= {"PREFECT_API_URL": f"http://127.0.0.1:{served.port}/api", "PREFECT_HOME": str(tmp_path / "prefect")}
        done = subprocess.run(
            [sys.executable, "-c", NIGHT, str(folder)],
            cwd=repository,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    night, early, late, idle = json.loads(done.stdout.splitlines()[-1])
    assert (night[:2], early[:2], late[:2]) == (["COMPLETED", "Waiting"], ["COMPLETED", "Waiting"], ["COMPLETED", "Completed"])
    assert "waiting, 2 questions are in batch jobs" in night[2]
    assert "inbox: complete" in late[2]
    assert idle == ["COMPLETED", "Completed", "no batch job is out and no run waits"]
