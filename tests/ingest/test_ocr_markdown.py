"""The Markdown of a page becomes text as our readers write it, and nothing of the page's own is lost with the marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk.ingest.ocr_markdown import plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# LEASE\n\n## 1. **Premises**", "LEASE\n\n1. Premises"),
        ("**Rent.** The *Tenant* pays ***promptly***.", "Rent. The Tenant pays promptly."),
        ("| Year | Rent |\n| --- | ---: |\n| 2025 | \\$1,250.00 |\n| 2026 | |", "Year | Rent\n2025 | $1,250.00\n2026"),
        ("![img-0.jpeg](img-0.jpeg)\n\nSigned", "\n\nSigned"),
        ("See [the filing](https://example.org/a_b).", "See the filing."),
        ("Section [3](a) and [Reserved](b)", "Section [3](a) and [Reserved](b)"),
        ("By: ________  Name: _______", "By: ________  Name: _______"),
        ("* Confidential treatment requested *", "* Confidential treatment requested *"),
        ("the sum of $12,500 and $3 per day", "the sum of $12,500 and $3 per day"),
        ("fees $^{1}$ and costs ${ }^{2}$", "fees 1 and costs 2"),
        ("AT&amp;T and AT&region, &#167; 5", "AT&T and AT&region, § 5"),
        ("one<br>two<sup>3</sup> <b>four</b>", "one\ntwo3 four"),
        ("a < b and c > d", "a < b and c > d"),
        ("# 5\n#5 stays", "5\n#5 stays"),
        ("| only a bar", "only a bar"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, text: str) -> None:
    """Headings, stress, links to pages and pictures lose their marks; blanks, asterisks and dollar signs of the page stay."""
    assert plain(markdown) == text


def test_html_tables_become_rows() -> None:
    """A table in HTML gives a line for each row; what stands in it outside of cells, or is never closed, is not lost."""
    rows = "<caption>Fees</caption><tr><th>Name</th><th>USD</th></tr>\n<tr><td>A<br>B</td><td>5</td></tr>"
    table = f"Before\n<table border=1>{rows}</table>\nAfter"
    assert plain(table).split() == ["Before", "Fees", "Name", "|", "USD", "A", "B", "|", "5", "After"]
    assert plain(table).split("\n")[:4] == ["Before", "Fees", "Name | USD", "A B | 5"]
    assert plain("<table><tr><td>one<td>two\nand the rest") == "one | two and the rest"
    assert plain("text </table> text") == "text </table> text"


def test_tables_that_stand_apart_are_put_in_their_place() -> None:
    """A table that the Markdown only refers to stands where it is referred to."""
    assert plain("Rent:\n[tbl-0.md](tbl-0.md)\nend", {"tbl-0.md": "| a | b |\n|---|---|\n| 1 | 2 |"}).split("\n") == [
        "Rent:",
        "",
        "a | b",
        "1 | 2",
        "",
        "end",
    ]


@given(st.lists(st.text("abc 12.,;:'%()§-", min_size=1).filter(lambda line: line == line.strip()), max_size=8))
def test_plain_text_stays_as_it_is(lines: list[str]) -> None:
    """Text without marks comes out as it went in, line by line."""
    text = "\n".join(lines)
    assert plain(text) == text


@given(st.text(st.sampled_from("a1|*#<>/tdrble[]()!`$^{}&;\\ \n-"), max_size=200))
def test_no_letter_outside_of_marks_is_lost(markdown: str) -> None:
    """Whatever is made of broken Markdown, each digit of it is still there unless it stands in a tag, a picture or a link."""
    bare = re.sub(r"<[^<>]*>|!\[[^\[\]\n]*\]\([^()\n]*\)|&[^;]*;", "", markdown)
    assert plain(markdown).count("1") >= (bare.count("1") if bare == markdown else 0)
