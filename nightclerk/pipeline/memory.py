"""What earlier runs learnt of sources: the version of a remote file, the files in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nightclerk.ingest import Inner
from nightclerk.records import Source, utc_now
from nightclerk.store import Store, attachments
from nightclerk.store.attachments import Known


class Memory:
    """The store's knowledge of one collection's sources; blocks. `keeps` is whether what is learnt is filed."""

    def __init__(self, store: Store, collection_id: str, *, keeps: bool) -> None:
        self._store = store
        self._collection_id = collection_id
        self._keeps = keeps

    def known(self, uri: str) -> Known | None:
        """What lay at a remote place; None where it has to be downloaded to tell."""
        return self._store.read(attachments.known, self._collection_id, uri)

    def members(self, sha256: str, unpacker: str) -> list[Inner] | None:
        """The files that a content holds; None where nobody has looked yet."""
        rows = self._store.read(attachments.held, sha256, unpacker)
        return None if rows is None else [_inner(*row) for row in rows]

    def remember(self, source: Source, unpacker: str, members: Sequence[Inner]) -> None:
        """File what a content holds."""
        if not self._keeps:
            return
        contents = [_content(member.sha256, member.size_bytes, member.media_type) for member in members if member.sha256]
        self._store.write_now(
            attachments.remember,
            _content(source.sha256, source.size_bytes, source.media_type),
            contents,
            [_row(member) for member in members],
            unpacker=unpacker,
            now=utc_now(),
        )


def _content(sha256: str, size_bytes: int, media_type: str) -> Mapping[str, Any]:
    return {"sha256": sha256, "size_bytes": size_bytes, "media_type": media_type}


def _row(member: Inner) -> Mapping[str, Any]:
    reason = f"{member.status}: {member.reason}" if member.status else ""
    return {"ordinal": member.ordinal, "name": member.name, "sha256": member.sha256 or None, "reason": reason}


def _inner(ordinal: int, name: str, sha256: str | None, size_bytes: int | None, media_type: str | None, reason: str) -> Inner:
    status, _, why = reason.partition(": ")
    return Inner(ordinal, name, sha256 or "", size_bytes or 0, media_type or "", status, why)
