"""Chunks: exact, gapless, never over the limit, on clause borders, and quick."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightclerk import tokens
from nightclerk.chunk import CHUNKING, cut
from nightclerk.ingest.sections import find_sections
from nightclerk.records import Chunk, Section


def _words(text: str) -> int:
    return len(text.split())


def _section(start: int, end: int, depth: int = 0, path: str = "") -> Section:
    return Section(start, "clause", path or f"{start}", "", depth, start, end)


def _check(text: str, chunks: list[Chunk], max_tokens: int, count: Callable[[str], int]) -> None:
    assert "".join(chunk.text for chunk in chunks) == text
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(first.char_end == second.char_start for first, second in pairwise(chunks))
    for chunk in chunks:
        assert chunk.text == text[chunk.char_start : chunk.char_end] != ""
        assert chunk.tokens == count(chunk.text)
        assert chunk.tokens <= max_tokens or len(chunk.text) == 1
    assert bool(chunks) == bool(text)


TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(["word ", "\n", "\n\n", "1. A\n\n", "(a) b\n\n", "  ", "日本語", "👩‍👩‍👧", "x" * 60, "ARTICLE I\n\n", ". "]),
        max_size=80,
    ).map("".join),
)


@given(
    TEXTS,
    st.integers(1, 60),
    st.sampled_from([len, _words, tokens.count, lambda text: len(text.encode()), lambda text: len(text) // 3 + 1]),
)
@settings(deadline=None, max_examples=300)
def test_chunks_are_the_text(text: str, max_tokens: int, count: Callable[[str], int]) -> None:
    """For any text, limit and way of counting: joined, the chunks are the text, none is empty and none is over the limit."""
    _check(text, cut(text, find_sections(text), max_tokens=max_tokens, count=count), max_tokens, count)


@given(st.text(min_size=1, max_size=200), st.lists(st.tuples(st.integers(0, 220), st.integers(0, 220), st.integers(0, 3)), max_size=12))
@settings(deadline=None)
def test_any_sections_will_do(text: str, spans: list[tuple[int, int, int]]) -> None:
    """Sections that overlap, are empty or lie outside of the text break nothing."""
    sections = [_section(min(start, end), max(start, end), depth) for start, end, depth in sorted(spans)]
    _check(text, cut(text, sections, max_tokens=9, count=len), 9, len)


def test_a_text_that_fits_is_one_chunk() -> None:
    """A short text is one chunk, whatever its sections; an empty one is none."""
    text = "1. A\n\n2. B\n"
    assert [chunk.text for chunk in cut(text, find_sections(text), max_tokens=100, count=len)] == [text]
    assert cut("", [], max_tokens=100, count=len) == []


def test_cuts_fall_on_the_greatest_border() -> None:
    """Where the next clause does not fit, the cut is before the last article of the chunk's later half, not before its last paragraph."""
    text = "a" * 10 + "b" * 10 + "c" * 10 + "d" * 10
    sections = [_section(0, 20, path="A"), _section(10, 20, 1), _section(20, 40, path="B"), _section(30, 40, 1, "B > d")]
    chunks = cut(text, sections, max_tokens=35, count=len)
    assert [(chunk.char_start, chunk.clause_path) for chunk in chunks] == [(0, "A"), (20, "B")]
    assert [chunk.text[0] for chunk in cut(text, sections, max_tokens=10, count=len)] == ["a", "b", "c", "d"]


def test_a_long_section_is_split_where_sentences_end() -> None:
    """Inside a section over the limit the library looks for paragraphs and sentences; the parts keep the section's path."""
    text = "1. Long. " + "This sentence has six words here. " * 40
    chunks = cut(text, find_sections(text), max_tokens=50, count=_words)
    assert len(chunks) > 4
    assert {chunk.clause_path for chunk in chunks} == {"1"}
    assert all(chunk.text.rstrip().endswith(".") for chunk in chunks)


@pytest.mark.parametrize("text", ["a" * 50_000, " " * 50_000 + "x", "\n" * 50_000, "日本" * 10_000, "1" * 20_000, "word " * 20_000])
def test_texts_without_borders(text: str) -> None:
    """A text without a single border is cut all the same, in time."""
    started = time.process_time()
    _check(text, cut(text, find_sections(text), max_tokens=200, count=tokens.count), 200, tokens.count)
    assert time.process_time() - started < 20


def test_limit_is_checked() -> None:
    """A limit of no tokens is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least 1"):
        cut("text", [], max_tokens=0, count=len)


def test_version() -> None:
    """The way of cutting has a name, under which chunks are filed."""
    assert CHUNKING == "sections-1"


def test_tokens_are_counted_a_few_times_only(corpus: Path) -> None:
    """Counting grows with the text and not with its square: each character of real contracts is counted a handful of times."""
    counted = 0

    def count(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return tokens.count(text)

    characters = 0
    for path in sorted((corpus / "cuad" / "txt").glob("*.txt"))[::6]:
        text = path.read_bytes().decode()
        characters += len(text)
        _check(text, cut(text, find_sections(text), max_tokens=8_000, count=count), 8_000, tokens.count)
    assert counted < 4 * characters


def test_no_long_text_is_counted_as_a_whole() -> None:
    """Counting takes many times the memory of the text, so a section of any length is counted in parts of a bounded one."""
    longest = 0

    def count(text: str) -> int:
        nonlocal longest
        longest = max(longest, len(text))
        return len(text) // 4 + 1

    text = "A" * 100_000
    _check(text, cut(text, [], max_tokens=100, count=count), 100, count)
    assert longest <= 20_000
