"""DOCX: the accepted, the original and the marked-up view of a file with tracked changes, and who changed what."""
# ruff: noqa: E501 - XML stays on the line it is thought on

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from word_fixtures import BY_ANN, BY_BOB, deleted, inserted, numbered, numbers, p, r, table, tc, tr, word

from nightclerk import ingest
from nightclerk.records import Annotation, Document

Read = Callable[..., Document]
View = Literal["accepted", "original", "marked_up"]
VIEWS: tuple[View, ...] = ("accepted", "original", "marked_up")
GOLDEN = Path(__file__).parents[1] / "golden"
AMENDED = [GOLDEN / "docx" / "amended.docx", GOLDEN / "odt" / "supply.odt"]
ANN = datetime(2024, 5, 1, 10, tzinfo=UTC)


def _view(read: Read, body: str, view: View, **parts: str) -> Document:
    files = {f"{name}.xml": content for name, content in parts.items()}
    return read(
        "a.docx",
        word(body, parts=files, targets={f"rId{place}": name for place, name in enumerate(files)}),
        None,
        ingest.Options(view=view),
    )


def _texts(read: Read, body: str, **parts: str) -> list[str]:
    return [_view(read, body, view, **parts).text.strip("\n") for view in VIEWS]


def _notes(document: Document) -> list[tuple[str, str, str]]:
    return [(one.kind, one.author, one.text) for one in document.annotations]


@pytest.mark.parametrize("view", ["original", "marked_up"])
@pytest.mark.parametrize("path", AMENDED, ids=lambda path: path.name)
def test_golden_views(path: Path, view: View) -> None:
    """The other two views of a document with changes are as they were looked at and found right (the accepted one is a golden pair)."""
    document = ingest.read(path, ingest.inspect(path).media_type, ingest.Limits(), ingest.Options(view=view))
    found: dict[str, Any] = {
        "view": document.view,
        "text": document.text.split("\n"),
        "blocks": [
            [block.kind, block.number, document.text[block.char_start : block.char_end]] for block in ingest.unpack(document.layout)
        ],
        "annotations": [asdict(one) | {"made_at": one.made_at.isoformat() if one.made_at else None} for one in document.annotations],
    }
    expected = path.with_name(f"{path.name}.{view}.expected.json")
    if os.environ.get("NIGHTCLERK_UPDATE_GOLDENS"):
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_views_of_a_file_with_changes_differ() -> None:
    """The three readings of a file with changes have three texts; those of a file without have one."""
    changed = {
        ingest.read(AMENDED[0], ingest.inspect(AMENDED[0]).media_type, ingest.Limits(), ingest.Options(view=view)).text for view in VIEWS
    }
    assert len(changed) == 3


@pytest.mark.parametrize("view", ["original", "marked_up"])
def test_views_of_a_file_without_changes_are_equal(view: View, read_bytes: Read) -> None:
    """Without changes there is one text, whatever view is asked for."""
    body = p("a", properties=numbered()) + table(tr("b", "c")) + p("d")
    assert (
        _view(read_bytes, body, view, numbering=numbers("%1.")).text == _view(read_bytes, body, "accepted", numbering=numbers("%1.")).text
    )


def test_numbers_follow_the_view(read_bytes: Read) -> None:
    """A paragraph that a view lacks does not count in it; with both in the text, both count, as Word shows it."""
    body = p("a", properties=numbered()) + p(inserted("b"), properties=numbered() + f"<w:rPr><w:ins {BY_ANN}/></w:rPr>")
    body += p(deleted("c"), properties=numbered() + f"<w:rPr><w:del {BY_BOB}/></w:rPr>") + p("d", properties=numbered())
    accepted, original, marked_up = _texts(read_bytes, body, numbering=numbers("%1."))
    assert (accepted, original) == ("1. a\n2. b\n3. d", "1. a\n2. c\n3. d")
    assert marked_up == "1. a\n2. {++b¶++}\n3. {--c¶--}\n4. d"


def test_numbers_of_former_properties(read_bytes: Read) -> None:
    """In the original view a paragraph has the list it was in, the number that was kept, or none."""
    former = f"<w:pPrChange {BY_ANN}><w:pPr>{{}}</w:pPr></w:pPrChange>"
    body = p("a", properties=numbered() + former.format("")) + p("b", properties=former.format(numbered()))
    body += p("c", properties=numbered(0, f"<w:ins {BY_ANN}/>"))
    body += p("d", properties=numbered(0, '<w:numberingChange w:author="Ann" w:original="%1:4:2:)"/>'))
    accepted, original, _ = _texts(read_bytes, body, numbering=numbers("%1."))
    assert accepted == "1. a\nb\n2. c\n3. d"
    assert original == "a\n1. b\nc\niv) d"


def test_ends_of_paragraphs(read_bytes: Read) -> None:
    """A paragraph whose end was deleted, or was inserted, is one with the next in the views that lack the end."""
    body = (
        p("one ", properties=f"<w:rPr><w:del {BY_BOB}/></w:rPr>") + p("line", properties=f"<w:rPr><w:ins {BY_ANN}/></w:rPr>") + p(" more")
    )
    assert _texts(read_bytes, body) == ["one line\nmore", "one\nline more", "one {--¶--}\nline{++¶++}\nmore"]


def test_an_end_before_a_table_or_a_cell_ends_there(read_bytes: Read) -> None:
    """What has no next paragraph stays one of its own; if nothing is left of it, there is none, and no number."""
    gone = f"<w:rPr><w:del {BY_BOB}/></w:rPr>"
    body = p("left", properties=gone) + table(tr(tc(p("x") + p(deleted("y"), properties=numbered() + gone)), "z"))
    assert _view(read_bytes, body, "accepted", numbering=numbers("%1.")).text == "left\nx | z\n"


def test_runs_of_one_change_are_one(read_bytes: Read) -> None:
    """Neighbouring runs by one author at one time are one change; another time, another hand or words between them make two."""
    later = BY_ANN.replace("10:00", "10:01")
    body = p(inserted("a"), inserted("b"), inserted("c", later), deleted("d"), deleted("e"), "-", deleted("f"))
    assert _notes(_view(read_bytes, body, "accepted")) == [
        ("insertion", "Ann", "ab"),
        ("insertion", "Ann", "c"),
        ("deletion", "Bob", "de"),
        ("deletion", "Bob", "f"),
    ]
    assert _view(read_bytes, body, "marked_up").text == "{++ab++}{++c++}{--de--}-{--f--}\n"


def test_changes_stand_where_they_are(read_bytes: Read) -> None:
    """The span of a change holds its words where the view shows them, and is an empty place where it does not."""
    body = p("before ", inserted("new"), deleted("old"), " after")
    for view, kind in (("accepted", "insertion"), ("original", "deletion")):
        document = _view(read_bytes, body, view)  # type: ignore[arg-type]
        for one in document.annotations:
            assert one.char_start is not None
            assert document.text[one.char_start : one.char_end] == (one.text if one.kind == kind else "")
            assert one.char_start in {7, 10}


def test_times(read_bytes: Read) -> None:
    """A time is taken as the file writes it, the true UTC of newer files first; nonsense and unknown times are none."""

    def ins(more: str) -> str:
        return f'<w:ins w:author="A" {more}>{r("x")}</w:ins>'

    moments = ["2024-05-01T10:00:00Z", "2024-05-01T10:00:00+02:00", "2024-05-01T10:00:00", "1601-01-01T00:00:00Z", "soon", ""]
    body = p(*(f"{ins(f'w:date={chr(34)}{moment}{chr(34)}')}{r('-')}" for moment in moments))
    body += p(ins('w:date="2024-05-01T12:00:00Z" w16du:dateUtc="2024-05-01T10:00:00Z"'))
    found = [one.made_at for one in _view(read_bytes, body, "accepted").annotations]
    assert found == [ANN, datetime.fromisoformat(moments[1]), ANN, None, None, None, ANN]


def test_formats_are_told(read_bytes: Read) -> None:
    """A change of format says what is new and what was before, and covers what it was done to."""
    change = f"<w:rPrChange {BY_ANN}><w:rPr><w:i/></w:rPr></w:rPrChange>"
    body = p("x", r("fat", f'<w:b/><w:sz w:val="24"/>{change}'), r("ter", f'<w:b/><w:sz w:val="24"/>{change}'))
    document = _view(read_bytes, body, "original")
    assert document.annotations == (Annotation("format", "format: b, sz=24; was i", "Ann", ANN, 1, 7),)


def test_comments_say_what_they_answer(read_bytes: Read) -> None:
    """A reply stands where what it answers stands, and names its author; a settled comment says so."""
    anchored = p('<w:commentRangeStart w:id="1"/>', "words", '<w:commentRangeEnd w:id="1"/>')
    comments = f'<w:comments><w:comment w:id="1" w:author="Ann"><w:p w14:paraId="A">{r("Why?")}</w:p></w:comment><w:comment w:id="2" w:author="Bob"><w:p w14:paraId="B">{r("So.")}</w:p></w:comment></w:comments>'
    extended = (
        '<w15:commentsEx><w15:commentEx w15:paraId="A" w15:done="1"/><w15:commentEx w15:paraId="B" w15:paraIdParent="A"/></w15:commentsEx>'
    )
    document = _view(read_bytes, anchored, "accepted", comments=comments, commentsExtended=extended)
    assert document.text == "words\n"
    assert document.annotations == (
        Annotation("comment", "(resolved) Why?", "Ann", None, 0, 5),
        Annotation("comment", "(reply to Ann) So.", "Bob", None, 0, 5),
    )


def test_signs_of_a_file_are_no_changes(read_bytes: Read) -> None:
    """Words that look like our signs are a file's own words; only annotations are changes."""
    document = _view(read_bytes, p("{++not a change++}", inserted("one")), "marked_up")
    assert document.text == "{++not a change++}{++one++}\n"
    assert _notes(document) == [("insertion", "Ann", "one")]
