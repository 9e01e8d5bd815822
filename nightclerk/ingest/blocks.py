"""The blocks of a document, packed small for its row and unpacked for programs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from nightclerk.records import Block

NAMES = tuple(field.name for field in fields(Block))
# what no row of ours comes near, and what a damaged one must not expand to
MOST_BYTES = 256 << 20


def pack(blocks: Sequence[Block]) -> bytes:
    """The blocks as compressed JSON, one list per field; empty for none."""
    if not blocks:
        return b""
    columns = {name: [getattr(block, name) for block in blocks] for name in NAMES}
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), 3)


def unpack(layout: bytes | None) -> tuple[Block, ...]:
    """The blocks that were packed; raises ValueError for what is no packed layout."""
    if not layout:
        return ()
    try:
        expanded = zlib.decompressobj().decompress(layout, MOST_BYTES)
        columns = json.loads(expanded)
        rows = zip(*(columns[name] for name in NAMES), strict=True)
        return tuple(_block(dict(zip(NAMES, row, strict=True))) for row in rows)
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"this is no packed layout: {error}") from None


def _block(values: dict[str, Any]) -> Block:
    return Block(**values | {"cells": tuple(values["cells"])})
