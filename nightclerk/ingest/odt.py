"""OpenDocument texts: a walker over content.xml with the same promises as that of DOCX.

The text is the accepted view: a deletion is kept apart from the body and an insertion is a part of it. Numbers of lists and headings
stand before them. A table row is one line, its cells divided by ` | `. Notes, headers and footers follow the body. Pages are those of
the last layout where the file keeps it, else the breaks that somebody set, else there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nightclerk.ingest.container import Element
from nightclerk.ingest.odt_numbering import Count, Numbering
from nightclerk.ingest.opendocument import LEFT_OUT, PAGE_BREAK, OpenDocument, attribute, local, styles_of, words
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters

HEADERS = ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")


def read(path: Path, *, view: str = "accepted") -> Reading:
    """Read an ODT; raises SkipDocument where it is damaged, encrypted or expands too far."""
    package = OpenDocument(path)
    content, styles = package.content(), package.xml("styles.xml")
    walker = _Walker(content, styles)
    for body in content.iterfind("{*}body/{*}text"):
        walker.blocks(body)
    walker.notes()
    if styles is not None:
        walker.furniture(styles)
    pages = [fold(page) for page in "".join(walker.lines).split(PAGE_BREAK)]
    gaps = [f"{walker.hidden_characters} characters of hidden text were left out"] if walker.hidden_characters else []
    return Reading([PageText(page, status="text" if has_letters(page) else "blank") for page in pages], package.title(), gaps=gaps)


class _Walker:
    """Walks blocks (paragraphs, lists, tables) and collects lines."""

    def __init__(self, content: Element, styles: Element | None) -> None:
        self.lines: list[str] = []
        self.hidden_characters = 0
        self._numbering = Numbering(content, styles)
        self._laid_out = next(content.iter("{*}soft-page-break"), None) is not None
        self._breaks, self._hidden = _break_styles(content, styles)
        self._boxes: list[Element] = []
        self._notes: list[tuple[str, Element]] = []
        self._endnotes = self._footnotes = 0

    def blocks(self, parent: Element, count: Count | None = None, depth: int = -1) -> None:
        """The paragraphs, lists and tables under an element, whatever they are wrapped in."""
        for node in parent:
            name = local(node)
            if name in {"p", "h"}:
                self._paragraph(node, self._numbering.heading(node) if name == "h" and count is None else "")
            elif name == "list":
                self._list(node, count, depth + 1)
            elif name == "table":
                self._table(node)
            elif name == "soft-page-break":
                self.lines.append(PAGE_BREAK)
            elif name and name not in LEFT_OUT:
                self.blocks(node, count, depth)

    def notes(self) -> None:
        """The texts of notes, in the order of their marks."""
        # a note may have notes of its own, which follow
        for mark, body in self._notes:
            self.lines.append(f"[{mark}] ")
            self.blocks(body)

    def furniture(self, styles: Element) -> None:
        """Each header and footer of the page styles, once."""
        seen = set()
        for page in styles.iterfind("{*}master-styles/{*}master-page"):
            for part in (node for node in page if local(node) in HEADERS):
                before = len(self.lines)
                self.blocks(part)
                text = "".join(self.lines[before:]).replace(PAGE_BREAK, "")
                self.lines[before:] = [text] if text.strip() and text not in seen else []
                seen.add(text)

    def _paragraph(self, node: Element, label: str) -> None:
        before, after = self._breaks.get(attribute(node, "style-name"), (False, False))
        text = words(node, self._special)
        if before and not self._laid_out:
            self.lines.append(PAGE_BREAK)
        self.lines.append(f"{label}{text}\n")
        if after and not self._laid_out:
            self.lines.append(PAGE_BREAK)
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.blocks(box)

    def _list(self, node: Element, outer: Count | None, depth: int) -> None:
        count = self._numbering.begin(node, outer)
        for item in node:
            first = next((block for block in item if local(block) in {"p", "h", "list"}), None)
            # an item that begins with a list of its own lends its number to nobody
            if local(item) == "list-item" and local(first) in {"p", "h"} if first is not None else False:
                assert first is not None
                self.lines.append(self._numbering.item(count, depth, item, attribute(first, "style-name")))
            self.blocks(item, count, depth)

    def _table(self, node: Element) -> None:
        for row in _unwrapped(node, "table-row"):
            cells = [self._inside(cell) for cell in _unwrapped(row, "table-cell")]
            self.lines.append(" | ".join(cells).rstrip(" |") + "\n")

    def _inside(self, cell: Element) -> str:
        outer, self.lines = self.lines, []
        self.blocks(cell)
        text, self.lines = "".join(self.lines), outer
        return text.strip("\n")

    def _special(self, node: Element) -> str | None:
        """The text of what is more than words: notes, boxes, page breaks, hidden words."""
        name = local(node)
        if name == "note":
            return self._note(node)
        if name == "soft-page-break":
            return PAGE_BREAK
        if name == "text-box":
            self._boxes.append(node)
            return ""
        if name == "hidden-paragraph" or (name == "span" and attribute(node, "style-name") in self._hidden):
            self.hidden_characters += len(words(node).strip())
            return ""
        return None

    def _note(self, node: Element) -> str:
        if attribute(node, "note-class") == "endnote":
            self._endnotes += 1
            mark = f"e{self._endnotes}"
        else:
            self._footnotes += 1
            mark = str(self._footnotes)
        self._notes += [(mark, body) for body in node.iterfind("{*}note-body")]
        return f"[{mark}]"


def _break_styles(*parts: Element | None) -> tuple[dict[str, tuple[bool, bool]], set[str]]:
    """({paragraph style: (page break before, after)}, the styles of hidden words)."""
    breaks, hidden = {}, set()
    for style in (style for part in parts for style in styles_of(part)):
        name = attribute(style, "name")
        for properties in style:
            before, after = attribute(properties, "break-before") == "page", attribute(properties, "break-after") == "page"
            if before or after:
                breaks[name] = (before, after)
            if local(properties) == "text-properties" and attribute(properties, "display") == "none":
                hidden.add(name)
    return breaks, hidden


def _unwrapped(parent: Element, name: str) -> Iterator[Element]:
    """Rows or cells under an element, through the groups around them, not into nested tables."""
    for node in parent:
        if local(node) == name:
            yield node
        elif local(node) in {"table-header-rows", "table-rows", "table-row-group", "soft-page-break"}:
            yield from _unwrapped(node, name)
