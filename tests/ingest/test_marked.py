"""Text with marks, and manuscripts: folding is the same with and without them, and what was marked is found again."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from nightclerk.ingest.manuscript import Change, Manuscript
from nightclerk.ingest.marked import DELIMITER, Marks, fold_at, fold_marked, plain, unmarked
from nightclerk.ingest.reading import Reading, fold

# all that folding folds, and words between
LAYOUT = st.sampled_from(
    [" ", "  ", "\t", "\u00a0", "\n", "\n\n", "\n\n\n", " \n ", "\r\n", "\r", "\u00ad", "\u200b", "\x00", "\f", "\u2028"]
)
WORDS = st.text("abxyz(1)|§é日", min_size=1, max_size=4)
PIECES = st.lists(st.one_of(LAYOUT, WORDS), max_size=30)


def _pages(text: str) -> list[str]:
    return [fold(page) for page in text.split("\f")]


@given(PIECES, st.data())
def test_marks_change_nothing(pieces: list[str], data: st.DataObject) -> None:
    """A marked text folds to the same pages, and each mark's span holds the words that were marked."""
    marks = Marks()
    start = data.draw(st.integers(0, len(pieces)))
    end = data.draw(st.integers(start, len(pieces)))
    number, inner = marks.around("".join(pieces[start:end]))
    folded = fold_marked("".join(pieces[:start]) + inner + "".join(pieces[end:]))
    assert folded.pages == _pages("".join(pieces))
    first, last = folded.spans[number]
    assert "".join("".join(folded.pages)[first:last].split()) == "".join(fold("".join(pieces[start:end]).replace("\f", "\n")).split())


@given(PIECES, st.lists(st.integers(0, 120), max_size=10))
def test_places_stay_in_order(pieces: list[str], numbers: list[int]) -> None:
    """Folded places keep their order and what stands before them, blanks aside."""
    text = "".join(pieces)
    places = sorted(min(number, len(text)) for number in numbers)
    pages, moved = fold_at(text, places)
    assert pages == _pages(text)
    assert moved == sorted(moved)
    joined = "".join(pages)
    for place, now in zip(places, moved, strict=True):
        before = text[:place].replace("\f", "\n")
        assert "".join(joined[:now].split()) == "".join(fold(before).split())


def test_a_file_cannot_forge_marks() -> None:
    """What a file holds of the delimiter is replaced, so only our own marks are marks."""
    forged = f"{DELIMITER}+0{DELIMITER}x"
    assert fold_marked(plain(forged)).spans == {}
    assert unmarked(Marks().around("x")[1]) == "x"


def test_a_mark_that_ends_nowhere_ends_with_the_text() -> None:
    """A half mark is a place; its span goes to the end."""
    _, marked = Marks().around("b")
    assert fold_marked("a" + marked[: marked.index("b") + 1] + "c").spans == {0: (1, 3)}


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", "insertion", "deletion"]), st.sampled_from(["Ann", "Bob"])), max_size=12))
def test_views_of_a_manuscript(parts: list[tuple[str, str, str]]) -> None:
    """Whatever the order of changes: each view has its words, and the words of a change are in its annotation or its span."""
    for view, kept in (("accepted", {"", "insertion"}), ("original", {"", "deletion"}), ("marked_up", {"", "insertion", "deletion"})):
        reading = _written(parts, view)
        found = "".join(page.text for page in reading.pages)
        if view != "marked_up":
            assert found == "".join(text for text, kind, _ in parts if kind in kept)
        for kind in ("insertion", "deletion"):
            said = "".join(one.text for one in reading.annotations if one.kind == kind)
            assert said == "".join(text for text, its_kind, _ in parts if its_kind == kind)
        for one in reading.annotations:
            assert found[one.char_start : one.char_end] == (one.text if one.kind in kept else "")


def _written(parts: list[tuple[str, str, str]], view: str) -> Reading:
    script = Manuscript(view)
    for text, kind, author in parts:
        if kind:
            script.changed(Change(kind, author), partial(script.write, text))
        else:
            script.write(text)
    return script.finish("", [])
