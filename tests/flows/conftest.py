"""A real Prefect server that serves the deployments, as `make serve` starts it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flows_support import eventually

START_S = 150
AGREEMENT = "SUPPLY AGREEMENT\n\n1. Governing Law. This Agreement shall be governed by the laws of the State of Oregon.\n"


@dataclass
class Served:
    """A running `flows.serve`: where its API is, its inbox and the settings it runs with."""

    port: int
    inbox: Path
    environment: dict[str, str]

    def api(self, path: str, body: Any = None) -> Any:
        """One call to Prefect's REST API; a busy server that answers 503, or not in time, is asked again."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api{path}", data, {"content-type": "application/json"})
        for left in reversed(range(20)):
            try:
                with urllib.request.urlopen(request, timeout=30) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as error:
                if error.code != 503 or not left:
                    raise
            except (TimeoutError, urllib.error.URLError):
                # what makes something must not be made twice
                if not left or path.endswith("/create_flow_run"):
                    raise
            time.sleep(0.5)
        return None

    def deployments(self) -> dict[str, Any]:
        """The deployments by name."""
        return {found["name"]: found for found in self.api("/deployments/filter", {})}

    def wait_for_run(self, deployment_id: str, *, timeout_s: float = 120) -> Any:
        """The first flow run of a deployment that was started by hand and has ended."""
        query = {"deployments": {"id": {"any_": [deployment_id]}}, "flow_runs": {"expected_start_time": {"before_": _soon()}}}
        return eventually(lambda: next((run for run in self.api("/flow_runs/filter", query) if run["end_time"]), None), timeout_s)


def _soon() -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) + timedelta(minutes=5)).isoformat()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Served]:
    """`python -m flows.serve` on a free port, with a database and an inbox of its own."""
    folder = tmp_path_factory.mktemp("served")
    inbox = folder / "inbox"
    inbox.mkdir()
    (inbox / "supply.txt").write_text(AGREEMENT, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        "NIGHTCLERK_DATA_DIR": str(folder / "data"),
        "NIGHTCLERK_SOURCE_ROOTS": json.dumps([str(inbox)]),
        "NIGHTCLERK_PROVIDER": "rules",
        "PREFECT_HOME": str(folder / "prefect"),
    }
    log = (folder / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.serve", "--port", str(port)],
        cwd=repository,
        env={**os.environ, **own},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    found = Served(port, inbox, own)
    try:
        eventually(lambda: process.poll() is None and len(found.deployments()) == 4, START_S)
        yield found
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
        log.close()
