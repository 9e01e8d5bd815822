"""What a person may type into the form."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from flows.parameters import Request
from nightclerk.errors import BadUsage, SourceNotAllowed, SourceNotFound
from nightclerk.pipeline import Order


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that a form may name."""
    root = tmp_path / "inbox"
    root.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCLERK_SOURCE_ROOTS", json.dumps([str(root), "memory://deals/inbox", "https://docs.example/filings/"]))
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


@pytest.mark.parametrize(
    ("source", "collection"),
    [
        ("memory://deals/inbox", "memory://deals/inbox"),
        ("https://docs.example/filings/10-k.htm?id=7", "https://docs.example/filings"),
    ],
)
def test_a_url_under_a_root_is_taken(root: Path, source: str, collection: str) -> None:
    """A URL is a source like a folder, and gives the collection its name where nobody does."""
    order = ordered(source, str(root))
    assert [str(getattr(place, "uri", place)) for place in order.sources] == [source, str(root)]
    assert order.collection == collection


@pytest.mark.parametrize(
    "source",
    [
        "memory://deals",
        "memory://deals/inbox-2",
        "memory://deals/inbox/../secret",
        "https://docs.example/other",
        "http://docs.example/filings/a",
        "https://docs.example@evil.example/filings/a",
        "https://clerk:tulip@docs.example/filings/a",
        "https://docs.example/filings/a?X-Amz-Signature=tulip",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "zip://x::memory://deals/inbox/a.zip",
    ],
)
def test_a_url_outside_the_roots_is_refused(root: Path, source: str) -> None:
    """Elsewhere, up, another scheme or server, a chain, a secret: refused, and the secret is not repeated."""
    with pytest.raises(BadUsage) as error:
        ordered(source)
    assert "tulip" not in str(error.value)


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


def test_the_mode_of_a_form(root: Path) -> None:
    """A form says how its questions are sent, and takes nothing else for it."""
    order = Request(sources=[str(root)], mode="batch").order(trigger="schedule", triggered_by="", flow_run_id=None)
    assert order.mode == "batch"
    with pytest.raises(ValidationError):
        Request(sources=[str(root)], mode="cheap")  # type: ignore[arg-type]
