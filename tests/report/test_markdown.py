"""The artifact of a run: whatever a file, an endpoint or a form calls itself, it stays text in somebody's browser."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nightclerk.report import RunReport, markdown
from nightclerk.report.markdown import ROWS, harmless

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# code spans are no place for the addresses that renderers make links of
ADDRESS = re.compile(r"https?://|www\.|\w@\w", re.IGNORECASE)
MARKUP = "` `` | \\ ![x]( http://evil.example www.evil.example a@evil.example ) [ ] <img src=x> * _ ~~ &lt; # - 1. name .pdf $x$ {{ ---"
PIECES = [*MARKUP.split(), " ", "\n", "\n```\n", "\x1b[31m", "\u202e", "\\|"]
HOSTILE = st.lists(st.sampled_from(PIECES)).map("".join)
SUMMARY = {
    "run_id": "0" * 32,
    "profile": "contract_review",
    "collection": "inbox",
    "state": "partial",
    "reason": "of 2 documents: 1 unread",
    "documents": 2,
    "documents_complete": 1,
    "documents_partial": 0,
    "documents_unread": 1,
    "documents_open": 0,
    "calls": 1,
    "cache_hits": 0,
    "cost_usd": 0.0,
    "at_risk_usd": 0.0,
    "budget_usd": 5.0,
}


def report(*names: str, **summary: Any) -> RunReport:
    """A report about documents of these names, none of which could be read."""
    problems = [
        {"document": name, "state": "unread", "reason": name, "pages": 1, "pages_readable": 0, "analysed_before": 0} for name in names
    ]
    return RunReport({**SUMMARY, **summary}, problems, [{"category": name, "findings": 1, "documents": 1} for name in names], [], None)


def shape(text: str) -> list[tuple[str, list[str]]]:
    """What a renderer makes of a text: its blocks, and the kinds of what stands in a line."""
    return [(token.type, [child.type for child in token.children or [] if child.type != "text"]) for token in RENDERER.parse(text)]


@given(st.one_of(HOSTILE, st.text(max_size=80)))
@example("`] ![x](http://evil.example/p.png) |")
def test_nothing_that_is_named_becomes_markup(name: str) -> None:
    """The page has the same blocks whatever a document, a category, a reason or a collection is called, and no link, image or HTML."""
    page = markdown(report(name, collection=name, reason=f"stopped: {name}"))
    kinds = {kind for _, line in shape(page) for kind in line}
    assert kinds <= {"strong_open", "strong_close", "code_inline", "softbreak"}
    assert [block for block, _ in shape(page)] == [block for block, _ in shape(markdown(report("plain")))]


@given(HOSTILE)
def test_no_bare_address_is_left_to_be_linked(name: str) -> None:
    """What some renderers make links of by themselves stands in code."""
    outside = re.sub(r"`[^`]*`", "", harmless(name))
    assert not ADDRESS.search(outside)


def test_an_ordinary_name_reads_as_it_stands() -> None:
    """Only what could be markup is set in code type."""
    assert harmless("signed/MSA Tallowmere (counterpart).pdf") == "signed/MSA Tallowmere (counterpart).pdf"
    assert harmless("no text on pages 1, 2: needs OCR") == "no text on pages 1, 2: needs OCR"


def test_a_long_list_is_cut_and_says_so() -> None:
    """Prefect's artifacts are for people; what does not fit is in SQL."""
    page = markdown(report(*(f"scan {number}.pdf" for number in range(ROWS + 7))))
    assert page.count("(+7 more, in SQL)") == 2
