"""Blocks: packed small and unpacked as they were."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.ingest.blocks import pack, unpack
from nightclerk.records import Block

PLACES = st.integers(0, 10**9)
BLOCKS = st.builds(
    Block,
    kind=st.sampled_from(["heading", "table_row", "footnote"]),
    char_start=PLACES,
    char_end=PLACES,
    number=st.text(max_size=8),
    table=st.none() | PLACES,
    row=st.none() | PLACES,
    cells=st.lists(PLACES, max_size=4).map(tuple),
    part=st.text(max_size=8),
    note=st.text(max_size=8),
)


@given(st.lists(BLOCKS, max_size=6))
def test_packing_loses_nothing(blocks: list[Block]) -> None:
    """What was packed is unpacked the same, whatever its words; no blocks take no bytes."""
    packed = pack(blocks)
    assert unpack(packed) == tuple(blocks)
    assert bool(packed) == bool(blocks)


def test_no_layout_has_no_blocks() -> None:
    """A row without a layout has no blocks."""
    assert unpack(None) == unpack(b"") == ()


@given(st.binary(min_size=1, max_size=64))
def test_a_damaged_layout_is_refused(noise: bytes) -> None:
    """Bytes that are no layout end in a ValueError, compressed or not."""
    whole = pack([Block("heading", 0, 1)])
    for content in (noise, zlib.compress(noise), whole[: len(whole) // 2] + noise):
        with pytest.raises(ValueError, match="no packed layout"):
            unpack(content)
