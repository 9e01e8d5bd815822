"""After a run: which documents of its collection belong together, and which of their findings another document supersedes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nightclerk.findings.families import CAPTION, Caption, Passage, caption, changes, families, passages, supersessions
from nightclerk.store import Store
from nightclerk.store import families as rows

AT_ONCE = 50


async def relate(store: Store, collection_id: str) -> None:
    """Read the openings that nobody has read yet, and file the families of a collection anew; the same rows whoever does it.

    Raises:
        StoreError: the database failed.
    """
    while new := await store.aread(rows.uncaptioned, collection_id, version=CAPTION, limit=AT_ONCE):
        await store.write(rows.file_captions, await asyncio.to_thread(_read, new), version=CAPTION)
    known = await store.aread(rows.papers, collection_id)
    links = await asyncio.to_thread(families, [paper for _, paper, _ in known.values()])
    told = await store.aread(rows.members, collection_id, links, known)
    found = await asyncio.to_thread(lambda: [one for family in told for members in family for one in supersessions(members)])
    await store.write(rows.replace, collection_id, links, found, known)


def _read(documents: Sequence[tuple[str, str, str]]) -> list[tuple[str, Caption, Sequence[Passage]]]:
    found: list[tuple[str, Caption, Sequence[Passage]]] = []
    for document_id, title, text in documents:
        told = caption(text, title=title)
        found.append((document_id, told, passages(text) if changes(told.kind) else []))
    return found
