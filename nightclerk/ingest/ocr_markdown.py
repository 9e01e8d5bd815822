"""From the Markdown of a page, as Mistral's OCR writes it, to plain text as our readers write it.

Only what is certainly a mark of the Markdown goes; what might be the page's own (blanks to fill in, asterisks, dollar signs) stays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

_TABLE_TAG = re.compile(r"<(/?)table\b[^<>]{0,1000}>", re.IGNORECASE)
_ROW_TAG = re.compile(r"</?(?:table|caption|thead|tbody|tfoot|tr|colgroup|col)\b[^<>]{0,1000}>", re.IGNORECASE)
_CELL_TAG = re.compile(r"<(/?)t[dh]\b[^<>]{0,1000}>", re.IGNORECASE)
CELL = "\x1f"
_TABLE_RULE = frozenset("|-: \t")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_HEADING = re.compile(r"#{1,6}[ \t]+")
_FENCE = re.compile(r"(?:```|~~~)\w*")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,300}\)")
_LINK = re.compile(r"(?<!\\)\[([^\[\]\n]{1,300})\]\(((?:https?://|mailto:|www\.)[^()\s]{1,1000})\)")
_RAISED = re.compile(r"\$\s{0,3}(?:\{\s{0,3}\}\s{0,3})?\^\{?([\w*†‡§]{1,5})\}?\s{0,3}\$")
_STRONG = re.compile(r"(?<![\\*])(\*{2,3})(?=[^\s*])([^\n]{1,2000}?)(?<=[^\s\\*])\1(?!\*)")
_STRESS = re.compile(r"(?<![\\\w*])\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s\\])\*(?![\w*])")
_BREAK = re.compile(r"<(?:br|/p|/div)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:b|i|u|s|em|strong|sup|sub|span|p|div|center|font|mark)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(markdown: str, tables: Mapping[str, str] | None = None) -> str:
    """The text of a page: headings as lines, table rows as cells divided by ` | `, pictures left out.

    `tables` are those that the Markdown only refers to, `[tbl-0.md](tbl-0.md)`, by their ids.
    """
    for name, content in (tables or {}).items():
        markdown = markdown.replace(f"[{name}]({name})", f"\n{content}\n")
    return "\n".join(line for part in _parts(markdown) for line in part)


def _parts(markdown: str) -> Iterator[Iterator[str]]:
    """The lines of the Markdown and, between them, the rows of its HTML tables."""
    position = depth = start = 0
    for tag in _TABLE_TAG.finditer(markdown):
        if not tag[1]:
            if not depth:
                yield _lines(markdown[position : tag.start()])
                start = tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield _html_rows(markdown[start : tag.end()])
            position = tag.end()
    # a table that is never closed is one all the same
    yield _html_rows(markdown[start:]) if depth else _lines(markdown[position:])


def _html_rows(table: str) -> Iterator[str]:
    """The rows of a table; what stands in it outside of any cell (a caption, say) is a line of its own."""
    marked = _CELL_TAG.sub(lambda tag: "" if tag[1] else CELL, " ".join(table.split()))
    for row in _ROW_TAG.sub("\n", marked).splitlines():
        outside, *cells = [" ".join(_inline(cell).split()) for cell in row.split(CELL)]
        if outside:
            yield outside
        if any(cells):
            yield " | ".join(cells).rstrip(" |")


def _lines(markdown: str) -> Iterator[str]:
    for line in markdown.splitlines():
        bare = line.strip()
        if _FENCE.fullmatch(bare):
            continue
        if not bare.startswith("|"):
            yield _inline(_HEADING.sub("", bare, count=1) if bare.startswith("#") else bare)
        elif not (set(bare) <= _TABLE_RULE and "-" in bare) and (row := _row(bare)):
            yield row


def _row(line: str) -> str:
    """A table's row; empty where all its cells are."""
    cells = [_inline(cell).replace("\n", " ").strip() for cell in _CELL_BORDER.split(line[1:])]
    return " | ".join(cells).rstrip(" |") if any(cells) else ""


def _inline(text: str) -> str:
    text = _RAISED.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    text = _STRESS.sub(r"\1", _STRONG.sub(r"\2", text))
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return _ESCAPED.sub(r"\1", _ENTITY.sub(lambda found: html.unescape(found[0]), text))
