"""After a run: which documents of its collection belong together, and which of their findings another document supersedes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from nightclerk.findings.families import CAPTION, Caption, Passage, caption, changes, families, passages, supersessions
from nightclerk.store import Store
from nightclerk.store import families as rows

log = logging.getLogger(__name__)
AT_ONCE = 50
# of the openings' reading and of what is made of it; another one makes the families of every collection anew
FOLLOWED = f"{CAPTION}.1"


async def relate(store: Store, collection_id: str) -> None:
    """Read the openings that nobody has read yet, and file the families of a collection anew; the same rows whoever does it.

    Where nothing has come to the collection since they were made, nothing is done.

    Raises:
        StoreError: the database failed.
    """
    filed = False
    while not filed:
        made, filed = await store.aread(rows.made_of, collection_id, version=FOLLOWED)
        if not filed:
            await _caption(store, collection_id)
            filed = await _relate(store, collection_id, made)


async def _caption(store: Store, collection_id: str) -> None:
    while new := await store.aread(rows.uncaptioned, collection_id, version=CAPTION, limit=AT_ONCE):
        await store.write(rows.file_captions, await asyncio.to_thread(_read, new), version=CAPTION)


async def _relate(store: Store, collection_id: str, made: str) -> bool:
    """False where something came to the collection meanwhile."""
    known = await store.aread(rows.papers, collection_id)
    links = await asyncio.to_thread(families, [paper for _, paper, _ in known.values()])
    told = await store.aread(rows.members, collection_id, links, known)
    found = await asyncio.to_thread(lambda: [one for members in told for one in supersessions(members)])
    return await store.write(rows.replace, collection_id, links, found, known, made=made, version=FOLLOWED)


def _read(documents: Sequence[tuple[str, str, str]]) -> list[tuple[str, Caption, Sequence[Passage]]]:
    found: list[tuple[str, Caption, Sequence[Passage]]] = []
    for document_id, title, text in documents:
        try:
            told = caption(text, title=title)
            found.append((document_id, told, passages(text) if changes(told.kind) and told.kind != "restatement" else []))
        except Exception:
            # one odd opening must not keep a whole collection from being related, in this run and in every later one
            log.exception("the opening of document %s (%s) cannot be read: it is in no family", document_id, title)
            found.append((document_id, Caption(title[:300], None, "other", None, None, None, (), ()), []))
    return found
