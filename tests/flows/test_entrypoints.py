"""The deployments can be loaded as the night will load them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOYMENTS = yaml.safe_load((Path(__file__).parents[2] / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda entry: entry["name"])
def test_every_entrypoint_is_a_module_that_imports(deployment: dict[str, Any]) -> None:
    """Each entrypoint names a module, loads without a placeholder, and takes the parameters that the file gives it."""
    from prefect.flows import load_flow_from_entrypoint

    module, _, name = deployment["entrypoint"].partition(":")
    assert not module.endswith(".py")
    flow = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    assert flow.fn.__module__ == module
    assert flow.fn.__name__ == name
    flow.validate_parameters(deployment.get("parameters", {}) or _needed(flow))


def _needed(flow: Any) -> dict[str, Any]:
    return {"request": {"sources": ["/srv/inbox"]}} if "request" in flow.parameters.properties else {}


def test_a_night_without_inboxes_is_refused() -> None:
    """A schedule that reads nothing every night, green, is not to be had."""
    from prefect.exceptions import ParameterTypeError

    from flows.nightly import nightly

    with pytest.raises(ParameterTypeError, match="at least 1 item"):
        nightly.validate_parameters({"inboxes": []})


def test_a_broken_flow_import_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module entrypoint with a broken import raises when it is loaded, not when the night comes."""
    from prefect.flows import load_flow_from_entrypoint

    (tmp_path / "broken_flow.py").write_text(
        "import no_such_module\nfrom prefect import flow\n@flow\ndef broken(): ...\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load_flow_from_entrypoint("broken_flow:broken", use_placeholder_flow=False)


def test_every_flow_file_has_a_deployment_or_serves_one() -> None:
    """No flow is forgotten in prefect.yaml."""
    named = {entry["entrypoint"].partition(":")[0].removeprefix("flows.") for entry in DEPLOYMENTS}
    files = {path.stem for path in (Path(__file__).parents[2] / "flows").glob("*.py")}
    assert files - named == {"__init__", "parameters", "work", "serve"}
