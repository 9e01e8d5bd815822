"""Rows about analyses, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from dispatch_office import PRICE

from nightclerk.errors import SettingsError
from nightclerk.records import Evidence, Finding, utc_now
from nightclerk.store import Store, analyses
from nightclerk.store import tables as t

Put = Callable[..., dict[str, Any]]
COUNTS = {"state": "partial", "reason": "", "chunks_answered": 1, "characters_answered": 1}


def analysis(put: Put) -> str:
    """One analysis of one document."""
    put(t.collections, id="c" * 32, name="c")
    put(t.contents, sha256="0" * 64)
    put(t.documents, id="d" * 32, sha256="0" * 64, lineage_id="1" * 32)
    put(t.prompt_versions, id="p" * 32)
    put(t.analyses, id="a" * 32, collection_id="c" * 32, document_id="d" * 32, prompt_version_id="p" * 32, state="open")
    return "a" * 32


def test_whatever_a_page_prints_as_its_number_can_be_filed(store: Store, put: Put) -> None:
    """A page label of any length does not cost the findings of a document."""
    identity = analysis(put)
    evidence = Evidence("q", "q", 0, 1, "exact", page_index=0, page_label="x" * 500, last_page_index=0, last_page_label="x" * 500)
    finding = Finding("Governing Law", "present", "", (evidence,))
    put(t.finding_identities, id="i" * 32, collection_id="c" * 32, lineage_id="1" * 32)
    store.write_now(analyses.file_findings, identity, [("f" * 32, finding)], identities={"f" * 32: "i" * 32}, outcome=COUNTS, now=utc_now())
    kept = store.read(lambda conn: conn.execute(sa.select(t.evidence.c.page_label)).scalar_one())
    assert kept == "x" * 60


def test_what_is_settled_is_settled_for_this_run(store: Store, put: Put) -> None:
    """An analysis counts as done for a run only if it was settled since the run began and leaves no question open."""
    identity, began = analysis(put), utc_now()
    assert store.read(analyses.settled_since, identity, began) is None
    store.write_now(analyses.file_findings, identity, [], identities={}, outcome=COUNTS, now=utc_now())
    assert store.read(analyses.settled_since, identity, began) == ("partial", "")
    assert store.read(analyses.settled_since, identity, utc_now() + timedelta(seconds=1)) is None
    put(t.requests, hash="h" * 64)
    put(t.questions, id="q" * 32, analysis_id=identity, request_hash="h" * 64, state="open")
    assert store.read(analyses.settled_since, identity, began) is None


@pytest.mark.parametrize(
    "change", [{"input_nano_usd": 3_000}, {"cached_nano_usd": 0}, {"output_nano_usd": 1}, {"batch_percent": 100}, {"page_nano_usd": 9}]
)
def test_a_day_has_one_price(store: Store, change: dict[str, int]) -> None:
    """A price that stands with other amounts is refused and both are told, since calls may have been billed at it."""
    for _ in range(2):
        store.write_now(analyses.ensure_price, PRICE)
    with pytest.raises(SettingsError, match=r"fake-1 of fake from 2026-01-01 on stands in the books as 2/0\.2/5 USD per million tokens"):
        store.write_now(analyses.ensure_price, replace(PRICE, **change))
    assert store.read(lambda conn: conn.execute(sa.select(sa.func.count()).select_from(t.prices)).scalar()) == 1
