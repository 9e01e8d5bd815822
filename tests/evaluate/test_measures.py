"""Promises of scoring: what counts as right, by each measure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.errors import SourceNotFound
from nightclerk.evaluate import Found, Gold, Label, judge, read_gold, score

TEXT = "Either party may terminate on thirty days notice. The law of Ohio governs. The law of Ohio governs."


def gold(*labels: Label, documents: frozenset[str] = frozenset({"d"})) -> Gold:
    """Labels of one document."""
    return Gold("g", "0" * 64, Path(), documents, labels)


def label(quote: str, category: str = "Law", start: int | None = None, **more: Any) -> Label:
    """A label, at its place in the text."""
    start = TEXT.index(quote) if start is None and quote in TEXT else start
    return Label("d", category, quote, start, None if start is None else start + len(quote), **more)


def found(quote: str, category: str = "Law", start: int | None = None, **more: Any) -> Found:
    """A finding, at its place in the text."""
    start = TEXT.index(quote) if start is None and quote in TEXT else start
    return Found("d", category, quote, start, None if start is None else start + len(quote), **more)


def counts(labels: Gold, *findings: Found) -> dict[str, tuple[int, int, int]]:
    """(right, wrong, missed) of each measure."""
    scores = score(labels, findings, located=True)
    return {name: (one.right, one.false, one.missed) for name in scores.by_category for one in [scores.total(name)]}


def test_a_quote_with_a_few_words_more_is_right() -> None:
    """Half of the words of both together is enough, in any of the measures."""
    assert counts(gold(label("The law of Ohio governs")), found("The law of Ohio governs.")) == {
        "jaccard": (1, 0, 0),
        "one_to_one": (1, 0, 0),
        "located": (1, 0, 0),
        "detection": (1, 0, 0),
    }


def test_a_finding_serves_one_label() -> None:
    """Two findings of one label: the second is wrong where each serves one."""
    told = counts(gold(label("The law of Ohio governs.")), found("The law of Ohio governs."), found("law of Ohio governs."))
    assert told["jaccard"] == (1, 0, 0)
    assert told["one_to_one"] == (1, 1, 0)


def test_the_place_counts_where_it_is_asked_for() -> None:
    """The same words elsewhere are right by their words and wrong by their place."""
    second = TEXT.rindex("The law")
    told = counts(gold(label("The law of Ohio governs.")), found("The law of Ohio governs.", start=second))
    assert told["one_to_one"] == (1, 0, 0)
    assert told["located"] == (0, 1, 1)


def test_another_category_and_a_flagged_finding_are_not_found() -> None:
    """What was found under another name, or did not stand, is missed; a category without labels is nobody's."""
    told = counts(
        gold(label("The law of Ohio governs.")),
        found("The law of Ohio governs.", "Notice"),
        found("The law of Ohio governs.", flagged=True),
    )
    assert told["jaccard"] == (0, 0, 1)


def test_documents_without_labels_are_not_counted() -> None:
    """What is found in them is neither right nor wrong."""
    stranger = Found("e", "Law", "The law of Ohio governs.", 0, 9)
    assert counts(gold(label("The law of Ohio governs.")), stranger)["jaccard"] == (0, 0, 1)


def test_flags_and_confidence_are_judged_by_the_labels() -> None:
    """Which share of the wrong findings was flagged, and how many of a confidence are right."""
    right = {
        "document": "d.txt",
        "category": "Law",
        "quote": "The law of Ohio governs.",
        "char_start": 50,
        "char_end": 74,
        "answer": "Ohio",
    }
    wrong = right | {"quote": "thirty days notice", "char_start": 30, "char_end": 48}
    rows = [
        right | {"state": "present", "confidence": 0.95},
        wrong | {"state": "contradicted", "confidence": 0.9},
        wrong | {"quote": "Either party", "state": "present", "confidence": 0.6},
    ]
    told = judge(gold(label("The law of Ohio governs.", answer="Ohio")), "r", rows, {"d": TEXT}, cost_nano_usd=5).as_dict()
    assert (told["wrong_findings_flagged"], told["right_findings_flagged"], told["answers_right"]) == (0.5, 0.0, 1.0)
    assert told["calibration"] == [
        {"confidence_from": 0.5, "findings": 1, "right": 0.0},
        {"confidence_from": 0.95, "findings": 1, "right": 1.0},
    ]


def test_offsets_of_another_text_are_not_compared() -> None:
    """A PDF is not the TXT that was labelled: there is no `located` then."""
    rows = [
        {
            "document": "d.pdf",
            "category": "Law",
            "quote": "The law of Ohio governs.",
            "char_start": 9,
            "char_end": 33,
            "answer": "",
            "state": "present",
        }
    ]
    told = judge(
        gold(label("The law of Ohio governs.")), "r", [rows[0] | {"confidence": None}], {"d": "other " + TEXT}, cost_nano_usd=0
    ).as_dict()
    assert "located" not in told["micro"]
    assert told["micro"]["one_to_one"]["right"] == 1


@given(
    st.lists(st.sampled_from(["a b", "a b c", "c d", "d e f"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["a b", "b c", "c d e"]), max_size=6),
)
def test_one_to_one_never_counts_more_than_there_is(labels: list[str], quotes: list[str]) -> None:
    """Right and missed are the labels, right and wrong the findings; the stricter measure finds no more than the other."""
    told = counts(gold(*(Label("d", "Law", one) for one in labels)), *(Found("d", "Law", one, None, None) for one in quotes))
    right, wrong, missed = told["one_to_one"]
    assert (right + missed, right + wrong) == (len(labels), len(quotes))
    assert right <= told["jaccard"][0]


ROWS = {
    "own": (
        {"document": "a.txt", "category": "Law", "quote": "q", "char_start": 1, "char_end": 2, "answer": "x"},
        [("a", "Law", "q", "x")],
    ),
    "nli": (
        {
            "document": "a.pdf",
            "category": "Return",
            "choice": "Contradiction",
            "evidence": [{"quote": "q", "char_start": 1, "char_end": 2}],
        },
        [("a", "Return", "q", "No")],
    ),
    "nothing": ({"document": "a.pdf", "category": "Return", "choice": "NotMentioned", "evidence": []}, []),
    "question": ({"document": "a", "question": "How much?", "answer": ["1", "2"]}, [("a", "*", "1", None), ("a", "*", "2", None)]),
}


@pytest.mark.parametrize("form", ROWS)
def test_labels_of_each_form_are_read(form: str, tmp_path: Path) -> None:
    """The project's own rows, and those of the corpora that people label with."""
    row, labels = ROWS[form]
    (tmp_path / "gold.jsonl").write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    read = read_gold(tmp_path)
    assert [(one.document, one.category, one.quote, one.answer) for one in read.labels] == labels
    assert read.documents == {"a"}


@pytest.mark.parametrize("content", ["", "\n", "{", "[]", '{"category": "x"}', '{"document": "a"}', '{"document": "a", "quote": "q"}'])
def test_what_is_no_label_is_named_with_its_line(content: str, tmp_path: Path) -> None:
    """One line says which file and which line."""
    (tmp_path / "gold.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(SourceNotFound, match=r"gold\.jsonl"):
        read_gold(tmp_path)
