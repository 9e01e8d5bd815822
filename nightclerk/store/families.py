"""Rows about documents that belong together: their captions, the members of a family, and what supersedes which finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from nightclerk.findings.families import Caption, Link, Member, Paper, Passage, Reference, Supersession, Term
from nightclerk.records import derived_id
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new


def made_of(conn: sa.Connection, collection_id: str, *, version: str) -> tuple[str, bool]:
    """(digest of what the families of a collection are made of, whether they have been made of it already)."""
    a, s, c = t.analyses.c, t.document_sources.c, t.collections.c
    settled = conn.execute(
        sa.select(sa.func.count(), sa.func.max(a.settled_at)).where(a.collection_id == collection_id, a.settled_at.is_not(None))
    ).one()
    contents = conn.execute(
        sa.select(s.sha256).distinct().where(s.collection_id == collection_id, s.sha256.is_not(None)).order_by(s.sha256)
    )
    now = derived_id("families", version, *map(str, settled), *contents.scalars())
    return now, conn.execute(sa.select(c.families_of).where(c.id == collection_id)).scalar_one_or_none() == now


def uncaptioned(conn: sa.Connection, collection_id: str, *, version: str, limit: int) -> list[tuple[str, str, str]]:
    """(document id, title, text) of readings of a collection's files whose opening has not been read in this version."""
    d, c = t.documents.c, t.document_captions.c
    query = (
        sa.select(d.id, d.title, d.text)
        .where(d.id.in_(_seen(collection_id)), d.characters > 0)
        .where(~sa.select(c.document_id).where(c.document_id == d.id, c.version == version).exists())
        .order_by(d.id)
        .limit(limit)
    )
    return [(row.id, row.title, row.text) for row in conn.execute(query)]


def file_captions(conn: sa.Connection, found: Sequence[tuple[str, Caption, Sequence[Passage]]], *, version: str) -> None:
    """File what documents say of themselves, in the place of an older version."""
    ids = [document_id for document_id, _, _ in found]
    conn.execute(sa.delete(t.document_captions).where(t.document_captions.c.document_id.in_(ids)))
    insert_new(conn, t.document_captions, [_caption_row(*one, version) for one in found])


def papers(conn: sa.Connection, collection_id: str) -> dict[str, tuple[str, Paper, list[Passage]]]:
    """Lineage -> (document id, caption, passages) of a collection: of several readings the newest that was analysed, else the newest."""
    d, c, a = t.documents, t.document_captions, t.analyses
    settled = sa.select(sa.func.max(a.c.settled_at)).where(a.c.document_id == d.c.id, a.c.collection_id == collection_id)
    query = (
        sa.select(d.c.id, d.c.lineage_id, c)
        .select_from(d.join(c, c.c.document_id == d.c.id))
        .where(d.c.id.in_(_seen(collection_id)))
        .order_by(settled.correlate(d).scalar_subquery().asc().nulls_first(), d.c.read_at, d.c.id)
    )
    # later ones take the place of earlier ones
    return {row.lineage_id: (row.id, Paper(row.lineage_id, _caption(row)), _passages(row.passages)) for row in conn.execute(query)}


def members(
    conn: sa.Connection, collection_id: str, links: Sequence[Link], known: Mapping[str, tuple[str, Paper, list[Passage]]]
) -> list[list[Member]]:
    """The families of several documents, each once for every profile and provider that has findings of it, in the order of effect."""
    families: dict[str, list[Link]] = {}
    for link in sorted(links, key=lambda one: one.place):
        families.setdefault(link.family_id, []).append(link)
    found = [family for family in families.values() if len(family) > 1]
    told = _told(conn, collection_id, {known[link.lineage_id][0]: link.lineage_id for family in found for link in family})
    return [
        [_member(link, known, terms) for link in family]
        for family in found
        for terms in told.values()
        if any(link.lineage_id in terms for link in family)
    ]


def replace(
    conn: sa.Connection,
    collection_id: str,
    links: Sequence[Link],
    found: Sequence[Supersession],
    known: Mapping[str, tuple[str, Paper, list[Passage]]],
    *,
    made: str,
    version: str,
) -> bool:
    """File the families of a collection and what supersedes what, in the place of what stood there.

    All or nothing; False where `made`, the digest of what they were made of, is true no longer.
    """
    c = t.collections.c
    conn.execute(sa.select(c.id).where(c.id == collection_id).with_for_update(key_share=True)).all()
    if made_of(conn, collection_id, version=version)[0] != made:
        return False
    for table in (t.supersessions, t.family_members):
        conn.execute(sa.delete(table).where(table.c.collection_id == collection_id))
    insert_new(conn, t.family_members, [_member_row(collection_id, link, known[link.lineage_id][0]) for link in links])
    numbers: Counter[tuple[str, bool]] = Counter()
    rows = []
    for one in found:
        number = numbers[one.finding_id, one.certain]
        numbers[one.finding_id, one.certain] += 1
        rows.append(_supersession_row(collection_id, one, known[one.by_lineage_id][0], number if one.certain else -1 - number))
    insert_new(conn, t.supersessions, rows)
    conn.execute(sa.update(t.collections).where(c.id == collection_id).values(families_of=made))
    return True


def chains(conn: sa.Connection, *, collection: str | None) -> list[dict[str, Any]]:
    """Rows of the view `amendment_chain`."""
    query = """
        SELECT * FROM amendment_chain WHERE CAST(:collection AS TEXT) IS NULL OR collection = :collection
        ORDER BY collection, family, family_id, place"""
    return [dict(row) for row in conn.execute(sa.text(query), {"collection": collection}).mappings()]


def terms(conn: sa.Connection, as_of: date, *, collection: str | None, category: str | None) -> list[dict[str, Any]]:
    """Rows of the view `operative_terms` that hold on a day."""
    query = """
        SELECT * FROM operative_terms
        WHERE (starts_on IS NULL OR starts_on <= :day) AND (ends_on IS NULL OR ends_on > :day)
            AND (CAST(:collection AS TEXT) IS NULL OR collection = :collection)
            AND (CAST(:category AS TEXT) IS NULL OR LOWER(category) = LOWER(:category))
        ORDER BY collection, family, category, starts_on, document, char_start"""
    typed = sa.text(query).bindparams(sa.bindparam("day", type_=sa.Date))
    return [dict(row) for row in conn.execute(typed, {"day": as_of, "collection": collection, "category": category}).mappings()]


def _seen(collection_id: str) -> sa.Select[Any]:
    """The documents of a collection: of its contents, in the readings that are its own where it is confidential, else in the common ones."""  # noqa: E501
    s, d, c = t.document_sources.c, t.documents.c, t.collections.c
    contents = sa.select(s.sha256).where(s.collection_id == collection_id, s.sha256.is_not(None))
    scope = sa.select(sa.case((c.confidential, c.id), else_="")).where(c.id == collection_id).scalar_subquery()
    return sa.select(d.id).where(d.sha256.in_(contents), d.scope == scope)


def _told(conn: sa.Connection, collection_id: str, documents: Mapping[str, str]) -> dict[tuple[str, str], dict[str, list[Term]]]:
    """The present findings of some documents (document id -> lineage), by (profile, provider) and lineage."""
    f = sa.table(
        "findings_current",
        *map(sa.column, ("finding_id", "category", "char_start", "char_end", "clause_path", "quote", "document_id", "profile", "provider")),
        *map(sa.column, ("collection_id", "state", "evidence_ordinal")),
    ).c
    query = (
        sa.select(f.finding_id, f.category, f.char_start, f.char_end, f.clause_path, f.quote, f.document_id, f.profile, f.provider)
        .where(f.collection_id == collection_id, f.document_id.in_(list(documents)), f.state == "present")
        .where(f.evidence_ordinal == 0, f.char_start.is_not(None))
    )
    asked: dict[tuple[str, str], dict[str, list[Term]]] = {}
    # ordered here: with an ORDER BY of theirs SQLite would plan the view's many joins anew
    for row in sorted(conn.execute(query), key=lambda one: (one.char_start, one.finding_id)):
        terms = asked.setdefault((row.profile, row.provider), {}).setdefault(documents[row.document_id], [])
        terms.append(Term(row.finding_id, row.category, row.char_start, row.char_end, row.clause_path or "", row.quote))
    return asked


def _member(link: Link, known: Mapping[str, tuple[str, Paper, list[Passage]]], terms: Mapping[str, list[Term]]) -> Member:
    _, paper, passages = known[link.lineage_id]
    return Member(link.lineage_id, link.relation, paper.caption.effective_on, tuple(terms.get(link.lineage_id, ())), tuple(passages))


def _caption_row(document_id: str, told: Caption, passages: Sequence[Passage], version: str) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "version": version,
        "title": told.title,
        "kind": told.kind,
        "number": told.number,
        "dated": told.dated,
        "effective_on": told.effective_on,
        "names": list(told.names),
        "bases": [[one.title, one.dated.isoformat() if one.dated else None, *one.span] for one in told.bases],
        "passages": [
            [
                *(one.char_start, one.char_end, [list(key) for key in one.clauses], one.term, one.act, one.former, one.latter),
                one.starts_on.isoformat() if one.starts_on else None,
            ]
            for one in passages
        ],
    }


def _caption(row: Any) -> Caption:
    bases = tuple(Reference(title, date.fromisoformat(day) if day else None, (start, end)) for title, day, start, end in row.bases)
    return Caption(row.title, None, row.kind, row.number, row.dated, row.effective_on, tuple(row.names), bases)


def _passages(rows: Sequence[Sequence[Any]]) -> list[Passage]:
    return [
        Passage(start, end, tuple(map(tuple, clauses)), term, act, former, latter, date.fromisoformat(day) if day else None)
        for start, end, clauses, term, act, former, latter, day in rows
    ]


def _member_row(collection_id: str, link: Link, document_id: str) -> dict[str, Any]:
    named = link.reference
    return {
        "collection_id": collection_id,
        "lineage_id": link.lineage_id,
        "family_id": link.family_id,
        "document_id": document_id,
        "relation": link.relation,
        "base_id": link.base_id,
        "place": link.place,
        "named": " of ".join(filter(None, [named.title, named.dated.isoformat() if named.dated else ""])) if named else "",
        "char_start": named.span[0] if named else None,
        "char_end": named.span[1] if named else None,
        "basis": link.basis,
    }


def _supersession_row(collection_id: str, one: Supersession, by_document_id: str, ordinal: int) -> dict[str, Any]:
    return {
        "finding_id": one.finding_id,
        "ordinal": ordinal,
        "collection_id": collection_id,
        "by_document_id": by_document_id,
        "by_finding_id": one.by_finding_id,
        "starts_on": one.starts_on,
        "char_start": one.passage[0] if one.passage else None,
        "char_end": one.passage[1] if one.passage else None,
        "reason": one.reason,
        "reads": one.reads,
    }
