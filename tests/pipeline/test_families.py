"""Promises of families in a run: an agreement, its amendment and its restatement answer for each day what held on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nightclerk import wiring
from nightclerk.findings.families import caption
from nightclerk.pipeline import Run
from nightclerk.settings import Settings
from nightclerk.store import families

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Run, str]]
Query = Callable[..., list[dict[str, Any]]]
PARTIES = "between Alderbrook Works Ltd., a Delaware corporation, and Quillmark Stores Inc., a New York corporation"
BASE = f"""SERVICES AGREEMENT

This Services Agreement is entered into as of March 3, 2023 {PARTIES}.

1. Governing Law. This Agreement shall be governed by the laws of the State of New York.

2. Limitation of Liability. In no event shall the aggregate liability of either party exceed USD 1,000,000.

3. Insurance. Provider shall maintain commercial general liability insurance of not less than USD 2,000,000 per occurrence.
"""
AMENDMENT = f"""AMENDMENT NO. 1 TO SERVICES AGREEMENT

This Amendment No. 1 is made as of June 12, 2024 {PARTIES}, and takes effect on July 1, 2024. It amends that certain Services Agreement
dated March 3, 2023.

1. Section 2 of the Agreement is deleted in its entirety and replaced by the following: "2. Limitation of Liability. In no event shall the
aggregate liability of either party exceed USD 5,000,000."

2. In Section 3 of the Agreement, "USD 2,000,000" is replaced by "USD 3,000,000".

3. This Amendment shall be governed by the laws of the State of New York.
"""
RESTATED = f"""AMENDED AND RESTATED SERVICES AGREEMENT

This Amended and Restated Services Agreement is entered into as of January 10, 2026 {PARTIES}, and amends and restates in its entirety that
certain Services Agreement dated March 3, 2023.

1. Governing Law. This Agreement shall be governed by the laws of the State of Texas.

2. Limitation of Liability. In no event shall the aggregate liability of either party exceed USD 9,000,000.
"""


@pytest.fixture
def settings(make_settings: Make) -> Settings:
    """Settings of the test's own."""
    return make_settings()


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    """The three of them; their names say nothing of their order."""
    folder = tmp_path / "deal"
    folder.mkdir()
    for name, text in {"c": BASE, "a": AMENDMENT, "b": RESTATED}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def holds(settings: Settings, day: date, category: str) -> list[str]:
    """What is in force on a day: the quotes, or the conformed wording."""
    with wiring.open_store(settings) as store:
        rows = store.read(families.terms, day, collection=None, category=category)
    return [" ".join((row["answer"] if row["kind"] == "passage" else row["quote"]).split()) for row in rows]


def test_the_operative_term_of_each_day_is_the_one_that_held_on_it(settings: Settings, run_order: RunOrder, deal: Path) -> None:
    """Before the amendment, after it, and after the restatement: three days, three caps on liability."""
    run_order(settings, deal)
    days = (date(2024, 1, 1), date(2025, 1, 1), date(2026, 2, 1))
    caps = [holds(settings, day, "Cap On Liability") for day in days]
    assert [[amount for amount in ("1,000,000", "5,000,000", "9,000,000") if f"USD {amount}" in " ".join(cap)] for cap in caps] == [
        ["1,000,000"],
        ["5,000,000"],
        ["9,000,000"],
    ]
    insurance = [holds(settings, day, "Insurance") for day in days]
    assert "not less than USD 2,000,000" in insurance[0][0]
    assert "not less than USD 3,000,000" in insurance[1][0]
    assert insurance[2] == []


def test_superseded_findings_are_kept_and_marked(settings: Settings, run_order: RunOrder, query: Query, deal: Path) -> None:
    """They stay in `findings_current`, with the day, the reason and the document that says otherwise."""
    run_order(settings, deal)
    [row] = query(
        settings,
        "SELECT superseded_on, superseded_because FROM findings_current WHERE document = 'c.txt' AND category = 'Cap On Liability'",
    )
    assert row == {"superseded_on": "2024-07-01", "superseded_because": "Section 2 is changed"}
    chain = query(settings, "SELECT place, document, relation, changes, supersedes FROM amendment_chain ORDER BY place")
    assert [(row["document"], row["relation"], row["changes"]) for row in chain] == [
        ("c.txt", "base", None),
        ("a.txt", "amendment", "c.txt"),
        ("b.txt", "restatement", "c.txt"),
    ]


def test_a_run_again_changes_nothing_and_what_is_missing_is_said(settings: Settings, run_order: RunOrder, query: Query, deal: Path) -> None:
    """Families are made anew after each run with the same rows; an amendment alone says which agreement it lacks."""
    run_order(settings, deal / "a.txt", collection="alone")
    [alone] = query(settings, "SELECT basis, quote FROM amendment_chain")
    assert alone["basis"] == "no document of the collection is the Services Agreement of 2023-03-03"
    assert " ".join(alone["quote"].split()) == "Services Agreement dated March 3, 2023"
    run_order(settings, deal)
    first = query(settings, "SELECT * FROM operative_terms ORDER BY document_id, char_start, category")
    run_order(settings, deal)
    assert query(settings, "SELECT * FROM operative_terms ORDER BY document_id, char_start, category") == first
    assert first


def test_one_odd_opening_does_not_keep_the_others_from_their_family(
    settings: Settings, run_order: RunOrder, query: Query, deal: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A document whose opening breaks the reading is in no family, which is said; the run ends, and so do its families."""
    (deal / "odd.txt").write_text("Odd opening", encoding="utf-8")

    def reads(text: str, *, title: str) -> object:
        if text.startswith("Odd"):
            raise IndexError("out of it")
        return caption(text, title=title)

    monkeypatch.setattr("nightclerk.pipeline.families.caption", reads)
    assert run_order(settings, deal)[1] == "complete"
    assert len(query(settings, "SELECT * FROM amendment_chain")) == 3
    assert "cannot be read: it is in no family" in caplog.text


def test_a_run_whose_families_fail_ends_and_says_so(
    settings: Settings, run_order: RunOrder, query: Query, deal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after the last document cannot leave a run open; its reason tells what is missing."""

    def fails(*_: object) -> object:
        raise RuntimeError("no order in it")

    monkeypatch.setattr("nightclerk.pipeline.families.families", fails)
    assert run_order(settings, deal)[1] == "complete"
    [run] = query(settings, "SELECT state, reason FROM runs")
    assert run["reason"] == "the families of its documents were not made anew: unexpected RuntimeError: no order in it"
