"""Promises of aligning two readings of one document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nightclerk.text import Alignment, fold, letters

LINE = "Either party may terminate this Agreement on thirty (30) days' notice."


def slice_of(text: str, span: tuple[int, int] | None) -> str | None:
    """What stands there."""
    return text[span[0] : span[1]] if span else None


def test_a_span_is_found_again_in_another_layout() -> None:
    """Line ends, blanks and page numbers before it do not matter."""
    after = "12\n\nAGREEMENT\n" + LINE.replace(" ", "\n", 3)
    start = LINE.index("thirty")
    assert slice_of(after, Alignment(LINE, after).span(start, start + 11)) == "thirty (30"


def test_of_equal_sentences_the_one_with_the_same_surroundings_is_taken() -> None:
    """A clause that stands twice is told apart by what stands around it, even where the two changed places."""
    before = f"Alpha. {LINE} Beta.\n\nGamma. {LINE} Delta."
    after = f"Gamma. {LINE} Delta.\n\nAlpha. {LINE} Beta."
    span = Alignment(before, after).span(7, 7 + len(LINE))
    assert span
    assert span[0] == after.rindex(LINE)
    assert slice_of(after, span) == LINE.rstrip(".")


def test_a_sentence_with_something_else_in_its_middle_is_found_by_its_ends() -> None:
    """A page number that one reading has within the sentence is no hindrance."""
    before = f"One. {LINE} Two."
    after = before.replace("Agreement on", "Agreement\n- 17 -\non")
    found = slice_of(after, Alignment(before, after).span(5, 5 + len(LINE)))
    assert found
    assert found.startswith("Either party")
    assert "17" in found
    assert "notice" in found


def test_what_is_not_there_is_not_found() -> None:
    """A clause that the other reading lacks has no place in it."""
    assert Alignment(f"Alpha. {LINE}", "Alpha. Beta.").span(7, 7 + len(LINE)) is None


@given(st.text(max_size=80), st.text(min_size=1, max_size=80), st.text(max_size=80), st.sampled_from(["\n", "  ", "\u00a0\n"]))
def test_what_is_found_has_the_same_letters(before: str, middle: str, after: str, blank: str) -> None:
    """Wherever a span is led to, the same letters and digits stand there, or it was found by its ends."""
    one = before + middle + after
    other = blank.join(one.split(" "))
    span = Alignment(one, other).span(len(before), len(before) + len(middle))
    if span and len(middle) < 32 and one != other:
        assert letters(fold(other[span[0] : span[1]])).text in letters(fold(one)).text


def test_a_short_span_that_was_lost_is_not_taken_for_another_one() -> None:
    """`New York` of a notice that the later reading lacks is not that of the governing law."""
    before = "Notices go to the office in New York by courier.\n\nThe law of New York governs."
    after = "The law of New York governs."
    alignment = Alignment(before, after)
    assert alignment.span(28, 36) is None
    assert slice_of(after, alignment.span(before.rindex("New"), before.rindex("New") + 8)) == "New York"
