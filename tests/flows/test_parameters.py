"""What a person may type into the form."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from flows.parameters import Request
from nightclerk.errors import SourceNotAllowed, SourceNotFound
from nightclerk.pipeline import Order


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that a form may name."""
    root = tmp_path / "inbox"
    root.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCLERK_SOURCE_ROOTS", json.dumps([str(root)]))
    return root


def ordered(*sources: str) -> Order:
    """The order that a form with these sources makes."""
    return Request(sources=list(sources)).order(trigger="ui", triggered_by="", flow_run_id=None)


@pytest.mark.parametrize(
    "source", ["/etc/passwd", "ROOT/../../etc", "ROOT/out/passwd", "ROOT-of-another", "inbox", "~/inbox", "", "ROOT/a\0b"]
)
def test_what_lies_outside_the_roots_is_refused(root: Path, source: str) -> None:
    """Elsewhere, up and out, through a link, beside the root, or relative to who knows what: refused, also beside an allowed one."""
    (root / "out").symlink_to("/etc")
    with pytest.raises(SourceNotAllowed):
        ordered(str(root), source.replace("ROOT", str(root)))


def test_what_is_allowed_and_not_there_is_named(root: Path) -> None:
    """A path under a root that does not exist, or is longer than a path can be, is said to be missing."""
    for name in ("gone", "x" * 300):
        with pytest.raises(SourceNotFound, match=name):
            ordered(f"{root}/{name}")


@pytest.mark.parametrize("budget", [math.nan, math.inf, -1, 1e18])
def test_a_budget_is_an_amount(budget: float) -> None:
    """What is no amount, or more than anybody spends in a night, does not begin a run."""
    with pytest.raises(ValidationError):
        Request(sources=["/srv/inbox"], budget_usd=budget)


def test_a_budget_is_exact(root: Path) -> None:
    """0.1 USD is 100,000,000 nano-USD, whatever a float makes of it."""
    order = Request(sources=[str(root)], budget_usd=0.1).order(trigger="ui", triggered_by="", flow_run_id=None)
    assert order.budget_nano_usd == 100_000_000
