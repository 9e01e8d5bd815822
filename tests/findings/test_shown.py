"""Evidence in passages that were shown beside a chunk: where it is looked for, and that such findings keep places of their own."""

from __future__ import annotations

import pytest

from nightclerk.findings import finding_id, merge, place
from nightclerk.records import Answer, Finding, Passage
from nightclerk.text import Locator

TEXT = (
    "1. The rate is five per cent. 2. Interest is paid at the Margin. 3. “Margin” means five per cent. 4. Nothing is said of five per cent."
)
CHUNK = (TEXT.index("2."), TEXT.index("3."))
SHOWN = Passage(TEXT.index("“Margin”"), TEXT.index(" 4."), "“Margin” means five per cent.", "definition", "3")


def found(*quotes: str, beside: tuple[Passage, ...] = (SHOWN,)) -> list[Finding]:
    """The findings of one answer about the chunk."""
    answers = [Answer("Interest", "present", quote, quote) for quote in quotes]
    return place(answers, locator=Locator(TEXT), span=CHUNK, pages=(), sections=(), asked="2", beside=beside)


@pytest.mark.parametrize(
    ("quote", "role", "start"),
    [
        ("Interest is paid at the Margin", "basis", TEXT.index("Interest")),
        ("five per cent", "definition", TEXT.index("five per cent.", CHUNK[1])),
        ("five PER cent", "definition", TEXT.index("five per cent.", CHUNK[1])),
        ("Margin", "basis", TEXT.index("Margin")),
        ("Nothing is said", "basis", TEXT.index("Nothing")),
    ],
)
def test_the_chunk_comes_first_then_what_was_shown_then_the_rest(quote: str, role: str, start: int) -> None:
    """And the role says which of them it was."""
    (finding,) = found(quote)
    assert [(item.role, item.char_start) for item in finding.evidence] == [(role, start)]


def test_what_was_not_shown_is_no_context() -> None:
    """Without the passage the quote stands elsewhere in the document."""
    assert [item.role for finding in found("five per cent", beside=()) for item in finding.evidence] == ["basis"]


def test_findings_on_context_are_told_apart_by_their_place() -> None:
    """Two passages are two findings with ids of their own, and one that two answers quote is one."""
    first, other = found("“Margin” means five", "five per cent")
    assert finding_id("a", first) != finding_id("a", other)
    assert len(merge([first, *found("“Margin” means five")])) == 1
