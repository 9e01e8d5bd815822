"""Promises of the rows about families: made once, of what is there, in one collection, and never two rows for one finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from nightclerk.findings.families import Caption, Link, Passage, Reference, Supersession
from nightclerk.store import Store, families
from nightclerk.store import tables as t

Put = Callable[..., dict[str, Any]]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMED = Reference("Lease", date(2019, 1, 1), (1, 2))
TOLD = Caption("SUPPLY AGREEMENT", None, "amendment", 1, date(2020, 5, 2), None, ("alder",), (NAMED,))
PASSAGE = Passage(0, 9, (("7.2", "a"), ("schedule b",)), "Term", "replace", "old", "new", date(2021, 1, 1))


def paper(put: Put, name: str, *, scope: str = "", collection: str = "c") -> None:
    """A document of a collection with one present finding."""
    put(t.contents, sha256=name)
    put(t.documents, id=name, sha256=name, scope=scope, lineage_id=f"l{name}", text="Section 1 is deleted.", characters=21)
    put(t.document_sources, id=name, collection_id=collection, uri=name, name=name, sha256=name, document_id=name, status="seen")
    put(t.analyses, id=name, collection_id=collection, document_id=name, prompt_version_id="p", state="complete", settled_at=NOW)
    put(t.findings, id=name, analysis_id=name, category="Cap", state="present")
    put(t.evidence, id=name, finding_id=name, role="basis", match_level="exact", char_start=0, char_end=9, quote="Section 1")


def two(put: Put) -> None:
    """A collection with two documents."""
    put(t.prompt_versions, id="p", name="contract_review", version="v1", sha256="p")
    put(t.collections, id="c", name="c")
    for name in ("a", "b"):
        paper(put, name)


def related(store: Store, *found: Supersession, made: str | None = None) -> bool:
    """File a family of the two."""
    digest = made or store.read(families.made_of, "c", version="1")[0]
    store.write_now(families.file_captions, [(name, TOLD, [PASSAGE]) for name in ("a", "b")], version="1")
    known = store.read(families.papers, "c")
    links = [Link("la", "la", "base", None, None, "", 0), Link("lb", "la", "amendment", "la", TOLD.bases[0], "dated", 1)]
    return store.write_now(families.replace, "c", links, list(found), known, made=digest, version="1")


def test_a_caption_comes_back_as_it_was_filed(store: Store, put: Put) -> None:
    """Days, clauses and spans included."""
    two(put)
    assert related(store)
    _, told, [passage] = store.read(families.papers, "c")["la"]
    assert (told.caption, passage) == (TOLD, PASSAGE)


def test_families_are_made_again_only_of_something_new(store: Store, put: Put) -> None:
    """Another analysis, another file or another version of the reading, and nothing else."""
    two(put)
    assert not store.read(families.made_of, "c", version="1")[1]
    related(store)
    assert store.read(families.made_of, "c", version="1")[1]
    assert not store.read(families.made_of, "c", version="2")[1]
    paper(put, "d")
    assert not store.read(families.made_of, "c", version="1")[1]


def test_what_is_made_of_a_state_that_has_passed_is_not_filed(store: Store, put: Put) -> None:
    """Of two runs that end at once the later one makes them, of everything."""
    two(put)
    before = store.read(families.made_of, "c", version="1")[0]
    paper(put, "d")
    assert not related(store, made=before)
    assert store.read(lambda conn: conn.execute(sa.select(sa.func.count()).select_from(t.family_members)).scalar_one()) == 0


def test_a_confidential_collection_is_related_by_its_own_readings(store: Store, put: Put) -> None:
    """The same bytes read for others are no document of it, and its own none of theirs."""
    put(t.prompt_versions, id="p", name="contract_review", version="v1", sha256="p")
    put(t.collections, id="secret", name="secret", confidential=True)
    put(t.collections, id="c", name="c")
    paper(put, "own", scope="secret", collection="secret")
    put(t.documents, id="common", sha256="own", scope="", lineage_id="lcommon", characters=1)
    put(t.document_sources, id="s2", collection_id="c", uri="x", name="x", sha256="own", document_id="common", status="seen")
    seen = {name: [row[0] for row in store.read(families.uncaptioned, name, version="1", limit=9)] for name in ("secret", "c")}
    assert seen == {"secret": ["own"], "c": ["common"]}


def test_a_finding_that_is_superseded_more_than_once_has_one_row(store: Store, put: Put) -> None:
    """In `findings_current` and as a finding in `operative_terms`; what is uncertain ends nothing."""
    two(put)
    days = (date(2021, 1, 1), date(2022, 1, 1))
    changes = [Supersession("a", "lb", None, day, (0, 9), "Section 1 is changed", f"reads {day.year}") for day in days]
    unsure = Supersession("a", "lb", None, date(2020, 6, 1), (0, 9), "a part", certain=False)
    related(store, unsure, *changes)
    current = store.read(lambda conn: conn.execute(sa.text("SELECT superseded_on FROM findings_current WHERE finding_id = 'a'")).all())
    assert [str(row.superseded_on) for row in current] == ["2021-01-01"]
    rows = store.read(
        lambda conn: conn.execute(sa.text("SELECT kind, answer, starts_on, ends_on FROM operative_terms WHERE category = 'Cap'")).all()
    )
    told = sorted((row.kind, row.answer, str(row.starts_on), str(row.ends_on)) for row in rows)
    assert told == [
        ("finding", "", "None", "2021-01-01"),
        ("finding", "", "None", "None"),
        ("passage", "", "2020-06-01", "None"),
        ("passage", "reads 2021", "2021-01-01", "2022-01-01"),
        ("passage", "reads 2022", "2022-01-01", "None"),
    ]


def test_a_document_that_is_deleted_takes_its_rows_along(store: Store, put: Put) -> None:
    """Its caption, its place and what it supersedes; the other document's finding stands again."""
    two(put)
    related(store, Supersession("a", "lb", None, date(2021, 1, 1), (0, 9), "Section 1 is changed"))
    store.write_now(lambda conn: conn.execute(sa.update(t.document_sources).where(t.document_sources.c.id == "b").values(document_id=None)))
    store.write_now(lambda conn: conn.execute(sa.delete(t.documents).where(t.documents.c.id == "b")))
    left = [
        store.read(lambda conn, table=table: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
        for table in (t.document_captions, t.family_members, t.supersessions)
    ]
    assert left == [1, 1, 0]
