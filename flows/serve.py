"""`make serve`: a Prefect server on this machine, and the deployments of `prefect.yaml` served from this process.

Schedules and parameters can be changed in the UI afterwards; the file holds what they start with.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import yaml

# beside the packages in a source tree, among the flows where they are installed
PLACES = (Path(__file__).parent.parent / "prefect.yaml", Path(__file__).parent / "prefect.yaml")
PREFECT_YAML = next(path for path in PLACES if path.exists())
START_S = 120


def environment(port: int) -> dict[str, str]:
    """What Prefect has to be told: nothing leaves the machine, and the UI finds its API on this port."""
    api = f"http://127.0.0.1:{port}/api"
    return {
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_UI_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # the second UI calls an analytics host from the browser and hides the Resume button
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
    }


def deployments() -> list[Any]:
    """The deployments of `prefect.yaml`, ready to be served; a broken import fails here and not at night."""
    from prefect import Flow
    from prefect.flows import load_flow_from_entrypoint

    served = []
    for entry in yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8"))["deployments"]:
        flow: Flow[Any, Any] = load_flow_from_entrypoint(entry["entrypoint"], use_placeholder_flow=False)
        options = {name: entry.get(name) for name in ("description", "tags", "parameters")}
        served.append(flow.to_deployment(entry["name"], schedules=_schedules(entry), **options))
    return served


def _schedules(entry: dict[str, Any]) -> list[Any]:
    from prefect.schedules import Cron

    return [Cron(item["cron"], timezone=item["timezone"]) for item in entry.get("schedules", [])]


def main() -> None:
    """Start the server, wait until it answers, and serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4200)
    port = parser.parse_args().port
    os.environ.update(environment(port))
    server = subprocess.Popen([sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)])  # noqa: S603
    try:
        _wait_until_healthy(server, port)
        print(f"\nPrefect UI: http://127.0.0.1:{port}/deployments\n", flush=True)
        from prefect import serve

        serve(*deployments())
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"the Prefect server ended with code {server.returncode}; is port {port} taken? try --port")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    sys.exit(f"the Prefect server did not answer within {START_S} s")


if __name__ == "__main__":
    main()
