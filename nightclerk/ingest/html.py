"""HTML, XHTML and inline XBRL filings: a walk over what is shown, without the hidden facts.

selectolax parses (136 MB/s, and a page of 20,000 nested divs keeps its text); the walk uses no recursion for the same reason. A table
row is one line, its cells divided by ` | `. Numbers of lists, which browsers print and files do not hold, stand before their items.
Pages are CSS page breaks where the file has them, else there is one.
"""

from __future__ import annotations

import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.numerals import formatted
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters

PAGE_BREAK = "\f"
SKIPPED = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "ix:header",
        "ix:hidden",
        "svg",
        "select",
        "datalist",
        "object",
        "iframe",
        "audio",
        "video",
    ]
)
LINES = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "pre",
        "section",
        "summary",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "document",
        "type",
        "sequence",
        "filename",
        "description",
        "text",
    ]
)
PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "table"])
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
BREAK_BEFORE = re.compile(r"break-before\s*:\s*(?:always|page|left|right)", re.IGNORECASE)
BREAK_AFTER = re.compile(r"break-after\s*:\s*(?:always|page|left|right)", re.IGNORECASE)
WHITE = re.compile(r"\s+")
LIST_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal"}
LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
LIST_STYLES = {"lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter", "upper-latin": "upperLetter",
               "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "decimal-leading-zero": "decimalZero", "none": "none"}  # fmt: skip
# filings give a currency sign and a closing bracket cells of their own
OPENING, CLOSING = frozenset("$€£¥(") | {"($", "(€", "(£", "US$"}, frozenset(")%") | {")%", "%)"}


def read(path: Path) -> Reading:
    """Read an HTML file; raises SkipDocument where its bytes are no text in a known encoding."""
    return parsed(decoded(path.read_bytes(), declared=True))


def parsed(source: str) -> Reading:
    """Read the source of an HTML document."""
    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    root = tree.root
    pages = [fold(page) for page in _Walk().text(root).split(PAGE_BREAK)] if root is not None else []
    # a break before the first word and after the last makes no page
    texts = [PageText(page.strip("\n ") + "\n", status="text" if has_letters(page) else "blank") for page in pages if page.strip()]
    language = (root.attributes.get("lang") or "") if root is not None else ""
    return Reading(texts or [PageText("", status="blank")], title.text() if title is not None else "", language[:20])


class _Walk:
    """One pass over a tree in document order, entering and leaving each element that is shown."""

    def __init__(self) -> None:
        self._out: list[str] = []
        # the lines so far of each open cell's surroundings, the cells so far of each open row, the next count of each open list
        self._outer: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._lists: list[tuple[str, int]] = []
        self._preformatted = 0

    def text(self, root: LexborNode) -> str:
        """The text of everything that is shown."""
        node, depth = root, 0
        while True:
            shown = self._enter(node)
            child = node.child if shown else None
            if child is not None:
                node, depth = child, depth + 1
                continue
            if shown:
                self._leave(node)
            while depth and node.next is None:
                parent = node.parent
                assert parent is not None
                node, depth = parent, depth - 1
                self._leave(node)
            following = node.next
            if not depth or following is None:
                return "".join(self._out)
            node = following

    def _enter(self, node: LexborNode) -> bool:
        """Write what stands before the node's children; False leaves it and them out."""
        if node.is_text_node:
            self._write(node.text_content or "")
            return False
        name = node.tag
        if not node.is_element_node or name is None or name in SKIPPED:
            return False
        attributes = node.attributes
        style = attributes.get("style") or ""
        if "hidden" in attributes or (style and HIDDEN.search(style)):
            return False
        if name == "page" or (style and BREAK_BEFORE.search(style)):
            self._out.append(PAGE_BREAK)
        self._open(name, attributes, style)
        return True

    def _open(self, name: str, attributes: dict[str, str | None], style: str) -> None:
        if name == "br":
            self._out.append("\n")
        self._new_line(name)
        if name == "tr":
            self._rows.append([])
        elif name in {"td", "th"}:
            self._outer.append(self._out)
            self._out = []
        elif name in {"ol", "ul", "menu", "dir"}:
            self._lists.append((_list_form(name, attributes, style), _whole(attributes.get("start"), 1)))
        elif name == "li" and self._lists:
            self._out.append(self._item(attributes))
        elif name == "pre":
            self._preformatted += 1

    def _write(self, text: str) -> None:
        folded = text if self._preformatted else WHITE.sub(" ", text)
        # the blanks between two blocks are layout of the source
        if folded != " " or (self._out and not self._out[-1].endswith("\n")):
            self._out.append(folded)

    def _new_line(self, name: str) -> None:
        if name in PARAGRAPHS:
            self._out.append("\n\n")
        elif name in LINES and self._out and not self._out[-1].endswith("\n"):
            self._out.append("\n")

    def _item(self, attributes: dict[str, str | None]) -> str:
        form, count = self._lists[-1]
        count = _whole(attributes.get("value"), count)
        self._lists[-1] = (form, count + 1)
        if form in {"none", "bullet"}:
            return "• " if form == "bullet" else ""
        return f"{formatted(count, form)}. "

    def _leave(self, node: LexborNode) -> None:
        name = node.tag or ""
        if name in {"td", "th"}:
            cell = "".join(self._out).strip()
            self._out = self._outer.pop()
            self._rows[-1].append(cell) if self._rows else self._out.append(f"{cell} ")
        elif name == "tr":
            self._out.append(" | ".join(_joined(self._rows.pop())))
        elif name in {"ol", "ul", "menu", "dir"}:
            self._lists.pop()
        elif name == "pre":
            self._preformatted -= 1
        self._new_line(name)
        style = node.attributes.get("style")
        if style and BREAK_AFTER.search(style):
            self._out.append(PAGE_BREAK)


def _joined(cells: list[str]) -> list[str]:
    """The filled cells of a row, `$` and `)` joined to their figures."""
    joined: list[str] = []
    for cell in cells:
        if joined and (cell in CLOSING or joined[-1] in OPENING):
            joined[-1] += cell
        elif cell.strip("\u00a0\u200b "):
            joined.append(cell)
    return joined


def _list_form(name: str, attributes: dict[str, str | None], style: str) -> str:
    match = LIST_STYLE.search(style)
    if name != "ol":
        return "none" if match and match[1].lower() == "none" else "bullet"
    if match:
        return LIST_STYLES.get(match[1].lower(), "decimal")
    return LIST_FORMS.get(attributes.get("type") or "", "decimal")


def _whole(text: str | None, default: int) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default
