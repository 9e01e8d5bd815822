"""HTML: what a browser shows, and nothing that it hides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nightclerk.records import Document

Read = Callable[..., Document]


def _text(read: Read, body: str) -> str:
    return read("a.html", f"<!DOCTYPE html><html><body>{body}</body></html>".encode()).text.strip()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>a &amp; b&nbsp;&#8217;s</p>\n<p>c\n d</p>", "a & b ’s\n\nc d"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("a<br>b<script>x()</script><style>y</style><!-- z -->", "a\nb"),
        ("<span style='DISPLAY : NONE'>x</span><p hidden>y</p><template>z</template>a", "a"),
        ("<ix:header><ix:hidden>000</ix:hidden></ix:header>Net <ix:nonFraction>12</ix:nonFraction>%", "Net 12%"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<ol start=3><li>c<li value=7>g</ol><ul><li>x</ul><ol type=i><li>one<li>two</ol>", "3. c\n7. g\n• x\ni. one\nii. two"),
        ("<ol style='list-style-type:lower-alpha'><li>a<ol><li>in</ol><li>b</ol>", "a. a\n1. in\nb. b"),
        ("<ol style='list-style:none'><li>(a) own number</ol>", "(a) own number"),
        ("<h1>Title</h1><p>a<sup>(1)</sup></p>", "Title\n\na(1)"),
    ],
)
def test_blocks(body: str, text: str, read_bytes: Read) -> None:
    """Blocks are lines, hidden parts are left out, list numbers are put in."""
    assert _text(read_bytes, body) == text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("<tr><td>Revenue<td>$<td>1,204<td><tr><td>Loss<td>$<td>(17<td>)", "Revenue | $1,204\nLoss | $(17)"),
        ("<tr><td><p>a</p><p>b</p></td><td>c</td></tr>", "a\n\nb | c"),
        ("<tr><td>a<table><tr><td>x<td>y</table><td>b", "a\n\nx | y | b"),
        ("<tr><td colspan=100000000>wide<td rowspan=100000000>tall", "wide | tall"),
        ("<tr><td>&nbsp;<td><td>only", "only"),
    ],
)
def test_tables(rows: str, text: str, read_bytes: Read) -> None:
    """A row is a line; signs and brackets in cells of their own join their figures; spans expand nothing."""
    assert _text(read_bytes, f"<table>{rows}</table>") == text


def test_pages(read_bytes: Read) -> None:
    """Page breaks of the style sheet are pages; blank ones are none."""
    document = read_bytes(
        "a.html",
        b"<html><p style='page-break-before:always'>one</p><hr style='page-break-after: always'><div style='break-before:page'>two",
    )
    assert [document.text[page.char_start : page.char_end].strip() for page in document.pages] == ["one", "two"]


def test_depth(read_bytes: Read) -> None:
    """Text inside 20,000 nested blocks is read."""
    assert _text(read_bytes, "<div>" * 20_000 + "core" + "</div>" * 20_000) == "core"


def test_no_text(read_bytes: Read) -> None:
    """A page that shows nothing is a document without words."""
    document = read_bytes("a.html", b"<html><body><script>words()</script></body></html>")
    assert (document.status, len(document.pages)) == ("empty", 1)
