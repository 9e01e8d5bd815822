"""Filing findings under the identities that they have had before: a rerun, a new prompt or a new reading renames nothing."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nightclerk import findings
from nightclerk.findings import ABSENT, Known
from nightclerk.records import Finding, derived_id, utc_now
from nightclerk.store import Store, analyses, identities
from nightclerk.store.identities import Filed
from nightclerk.text import Alignment

Named = list[tuple[str, Finding]]


async def file(
    store: Store, analysis_id: str, found: Sequence[Finding], *, document_id: str, text: str, outcome: Mapping[str, Any]
) -> None:
    """File the findings of an analysis, each under its identity; `text` is that of the document's reading.

    Raises:
        StoreError: the database failed.
    """
    rows = [(findings.finding_id(analysis_id, finding), finding) for finding in found]
    where = await store.aread(identities.lineage, analysis_id)
    while True:
        expected = await store.aread(identities.count, where)
        filed = await store.aread(identities.filed, where)
        earlier = await store.aread(identities.texts, sorted({row.document_id for row in filed} - {document_id}))
        names = await asyncio.to_thread(_names, rows, filed, earlier, document_id, text)
        if await store.write(file_named, analysis_id, rows, where, names, expected, outcome):
            return


def _names(rows: Named, filed: Sequence[Filed], earlier: Mapping[str, str], document_id: str, text: str) -> dict[str, str]:
    """The identity of each finding; one that nobody knows yet gets an identity of its own, the same whoever settles it."""
    names = findings.recognised(rows, _known(filed, earlier, document_id, text))
    return {finding_id: names.get(finding_id) or derived_id("identity", finding_id) for finding_id, _ in rows}


def _known(filed: Sequence[Filed], earlier: Mapping[str, str], document_id: str, text: str) -> Iterator[Known]:
    alignments = {document: Alignment(before, text) for document, before in earlier.items()}
    together: defaultdict[tuple[str, str], list[Filed]] = defaultdict(list)
    for row in filed:
        together[row.identity_id, row.finding_id].append(row)
    for rows in together.values():
        first, spans, claims = rows[0], [], []
        for row in rows:
            if row.char_start is None or row.char_end is None:
                claims.append(" ".join(row.claimed_quote.split()))
            elif row.document_id == document_id:
                spans.append((row.char_start, row.char_end))
            elif found := alignments[row.document_id].span(row.char_start, row.char_end):
                spans.append(found)
        yield Known(first.identity_id, first.category, first.state in ABSENT, tuple(spans), tuple(filter(None, claims)), first.fingerprint)


def file_named(
    conn: Any,
    analysis_id: str,
    rows: Named,
    where: identities.Lineage,
    names: Mapping[str, str],
    expected: int,
    outcome: Mapping[str, Any],
) -> bool:
    """All or nothing; False where somebody else has filed identities of this document meanwhile, which may be the same ones."""
    identities.hold(conn, where)
    if identities.count(conn, where) != expected:
        return False
    now = utc_now()
    identities.ensure(conn, where, [(names[finding_id], finding.category) for finding_id, finding in rows], now=now)
    analyses.file_findings(conn, analysis_id, rows, identities=names, outcome=outcome, now=now)
    return True
