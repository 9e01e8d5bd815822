"""What is shown beside a chunk: the definitions that it needs and the clauses that it points to, within its tokens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nightclerk.context import Survey, passages, survey
from nightclerk.ingest.sections import find_sections

TEXT = """LOAN AGREEMENT

1. Definitions

1.1 “Margin” means 2.5 per cent a year, or the Default Margin.

1.2 “Default Margin” means 4 per cent a year.

1.3 “Business Day” means a day on which banks in Oslo are open.

2. Interest

2.1 The Borrower pays interest at the Margin on each Business Day, subject to Section 3.1. Margin is added to Margin.

3. Limits

3.1 Interest is never above the Legal Limit.

3.2 Nothing else limits it.

4. Law

4.1 “Legal Limit” means the limit that the law sets.
"""


def look(text: str = TEXT) -> Survey:
    """The survey of a text."""
    return survey(text, find_sections(text), "en")


def words(text: str) -> int:
    """Words, in the place of tokens."""
    return len(text.split())


def beside(start: str, end: str, tokens: int = 1_000) -> list[tuple[str, str, str]]:
    """(role, clause path, text) of what stands beside the part of the text between two words."""
    first = TEXT.index(start)
    found = passages(look(), first, TEXT.index(end, first) + len(end), max_tokens=tokens, count=words)
    return [(one.role, one.clause_path, one.text) for one in found]


def test_a_chunk_is_shown_the_definitions_of_its_terms_and_the_clauses_it_points_to() -> None:
    """And the definitions of the terms in those, in the order of the text."""
    assert beside("2. Interest", "added to Margin.") == [
        ("definition", "1 > 1.1", "“Margin” means 2.5 per cent a year, or the Default Margin."),
        ("definition", "1 > 1.2", "“Default Margin” means 4 per cent a year."),
        ("definition", "1 > 1.3", "“Business Day” means a day on which banks in Oslo are open."),
        ("context", "3 > 3.1", "3.1 Interest is never above the Legal Limit."),
        ("definition", "4 > 4.1", "“Legal Limit” means the limit that the law sets."),
    ]


def test_what_stands_in_the_chunk_is_not_shown_again() -> None:
    """Neither a definition nor a clause of its own."""
    assert [text for _, _, text in beside("1. Definitions", "added to Margin.")] == [
        "3.1 Interest is never above the Legal Limit.",
        "“Legal Limit” means the limit that the law sets.",
    ]


def test_what_is_used_most_comes_first_where_there_is_no_room_for_all() -> None:
    """Of four definitions the two of the terms that the chunk uses most."""
    names = ("Alder", "Birch", "Cedar", "Dogwood")
    chunk = "2. Trees\n\n" + " ".join(name for number, name in enumerate(names, 1) for _ in range(number))
    tree = "means a tree that stands in this old garden right now."
    defined = "".join(f"1.{number} “{name}” {tree}\n\n" for number, name in enumerate(names, 1))
    text = f"1. Definitions\n\n{defined}{chunk}"
    shown = passages(look(text), text.index("2. Trees"), len(text), max_tokens=105, count=words)
    assert [one.text.split("”")[0] for one in shown] == ["“Cedar", "“Dogwood"]


def test_no_tokens_show_nothing() -> None:
    """0 switches it off."""
    assert beside("2. Interest", "added to Margin.", tokens=0) == []


def test_a_long_clause_is_shown_from_its_beginning() -> None:
    """A clause that would take all the room is cut after a word."""
    text = "1. One\n\n1.1 As Section 2.1 says.\n\n2. Two\n\n2.1 " + "It goes on and on. " * 500
    (shown,) = passages(look(text), 0, text.index("2. Two"), max_tokens=400, count=words)
    assert shown.text.startswith("2.1 It goes on")
    assert words(shown.text) <= 400 * 0.35
    assert text[shown.char_start : shown.char_end] == shown.text


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, len(TEXT)), length=st.integers(1, 400), tokens=st.integers(0, 300))
def test_passages_are_outside_of_the_chunk_and_apart(start: int, length: int, tokens: int) -> None:
    """Each is its slice of the text, in order, none overlaps another or the chunk, all fit, and the same comes of the same."""
    found = passages(look(), start, start + length, max_tokens=tokens, count=words)
    assert found == passages(look(), start, start + length, max_tokens=tokens, count=words)
    assert sum(words(one.text) for one in found) <= tokens
    done = 0
    for one in found:
        assert TEXT[one.char_start : one.char_end] == one.text
        assert one.char_start >= done
        assert one.char_end <= start or one.char_start >= start + length
        done = one.char_end
