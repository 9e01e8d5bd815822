"""The source texts as a flat list of blocks: Markdown in, headings, paragraphs, tables and page breaks out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `kind` is heading, paragraph, table or break; `level` is a heading's rank or a paragraph's indent.

    `content` holds a heading's or paragraph's inline tokens; `rows` holds a table's cells, each a list of inline tokens.
    """

    kind: str
    level: int = 0
    content: tuple[Token, ...] = ()
    rows: tuple[tuple[tuple[Token, ...], ...], ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """Every block of a Markdown text, in order; the depth of a block quote is the indent, a rule is a page break."""
    indent, table, row = 0, [], []
    for before, token in _pairs(MARKDOWN.parse(text)):
        if token.type in {"blockquote_open", "blockquote_close"}:
            indent += token.nesting
        elif token.type == "hr":
            yield Block("break")
        elif token.type == "tr_close":
            table.append(tuple(row))
            row = []
        elif token.type == "table_close":
            yield Block("table", rows=tuple(table))
            table = []
        elif token.type == "inline":
            content = tuple(token.children or ())
            if before.type == "heading_open":
                yield Block("heading", int(before.tag[1:]), content)
            elif before.type == "paragraph_open":
                yield Block("paragraph", indent, content)
            else:
                row.append(content)


def _pairs(tokens: list[Token]) -> Iterator[tuple[Token, Token]]:
    """Each token with the one before it: what an inline token belongs to is only said by its opener."""
    return zip([tokens[0], *tokens], tokens, strict=False)


def markup(content: tuple[Token, ...]) -> str:
    """Inline tokens as HTML (`<strong>`, `<em>`, `<br />`), which both browsers and reportlab understand."""
    return MARKDOWN.renderer.render(list(content), MARKDOWN.options, {})


def plain(content: tuple[Token, ...]) -> str:
    """Inline tokens as bare text."""
    return "".join("\n" if token.type == "hardbreak" else token.content for token in content)
