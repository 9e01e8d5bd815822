"""OpenDocument texts: a walker over content.xml with the same promises and the same three views as that of DOCX.

What was deleted is kept apart from the body, what was inserted is a part of it between two marks. Numbers of lists and headings stand
before them. A table row is one line, its cells divided by ` | `. Notes, headers and footers follow the body. Pages are those of the last
layout where the file keeps it, else the breaks that somebody set, else there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nightclerk.ingest.container import Element
from nightclerk.ingest.manuscript import PAGE_BREAK, counted, scanned
from nightclerk.ingest.odt_numbering import Count, Numbering
from nightclerk.ingest.odt_words import Line, Words
from nightclerk.ingest.opendocument import LEFT_OUT, OpenDocument, attribute, local, styles_of, whole
from nightclerk.ingest.reading import Reading

FURNITURE = {"header": "page_header", "footer": "page_footer"}
VARIANTS = ("", "-left", "-first")
ROW_GROUPS = frozenset(["table-header-rows", "table-rows", "table-row-group", "soft-page-break"])


def read(path: Path, *, view: str = "accepted") -> Reading:
    """Read an ODT; raises SkipDocument where it is damaged, encrypted or expands too far.

    Args:
        path: the file.
        view: `accepted`, `original` or `marked_up`.
    """
    package = OpenDocument(path)
    content, styles = package.content(), package.xml("styles.xml")
    walker = _Walker(content, styles, view, package)
    for body in content.iterfind("{*}body/{*}text"):
        walker.blocks(body)
    walker.notes()
    if styles is not None:
        walker.furniture(styles)
    walker.words.comments.write()
    reading = walker.script.finish(package.title(), walker.gaps())
    return scanned(reading, walker.words.pictures)


class _Walker:
    """Walks blocks (paragraphs, lists, tables) and writes lines."""

    def __init__(self, content: Element, styles: Element | None, view: str, package: OpenDocument) -> None:
        self._breaks, hidden = _break_styles(content, styles)
        self.words = Words(content, view, hidden, package.xml)
        self.script = self.words.script
        self._numbering = Numbering(content, styles)
        self._laid_out = next(content.iter("{*}soft-page-break"), None) is not None
        self._tables = 0
        # what numbers the next paragraph
        self._item: Line | None = None

    def blocks(self, parent: Element, count: Count | None = None, depth: int = -1) -> None:
        """The paragraphs, lists and tables under an element, whatever they are wrapped in."""
        for node in parent:
            name = local(node)
            if name in {"p", "h"}:
                self._line(node, count)
            elif name == "list":
                self._list(node, count, depth + 1)
            elif name == "table":
                self._table(node)
            elif name == "soft-page-break":
                self.script.write(PAGE_BREAK)
            elif name in {"change", "change-start", "change-end", "annotation", "annotation-end"}:
                self.words.mark(node)
            elif name and name not in LEFT_OUT:
                self.blocks(node, count, depth)

    def gaps(self) -> list[str]:
        """What is in the file and not in the text."""
        found = []
        if self.words.hidden_characters:
            found.append(f"{self.words.hidden_characters} characters of hidden text were left out")
        if self.words.unread_objects:
            found.append(f"{counted(self.words.unread_objects, 'embedded object')} not read")
        return found

    def notes(self) -> None:
        """The texts of notes, in the order of their marks."""
        self.words.end()
        # a note may have notes of its own, which follow
        for kind, mark, body in self.words.notes:
            start = self.script.here
            self.script.write(f"[{mark}] ")
            self.blocks(body)
            self.script.block(kind, start)

    def furniture(self, styles: Element) -> None:
        """Each header and footer of the page styles, once."""
        names = {f"{name}{variant}": kind for name, kind in FURNITURE.items() for variant in VARIANTS}
        seen = set()
        self.script.part = "styles.xml"
        for page in styles.iterfind("{*}master-styles/{*}master-page"):
            for part in (node for node in page if local(node) in names):
                start = self.script.here
                self.blocks(part)
                pieces = self.script.pieces
                pieces[start:] = [piece.replace(PAGE_BREAK, "") for piece in pieces[start:]]
                text = self.script.since(start)
                if text.strip() and text not in seen:
                    self.script.block(names[local(part)], start)
                else:
                    self.script.drop(start)
                seen.add(text)

    def _line(self, node: Element, count: Count | None) -> None:
        """A paragraph or a heading; in a list, the first of an item has its number."""
        item, self._item = self._item, None
        if item is not None:
            self._paragraph(node, item)
        elif local(node) == "h" and count is None:
            level = whole(attribute(node, "outline-level"), 1)
            self._paragraph(node, Line(lambda: self._numbering.heading(node), "heading", f"level {level}"))
        else:
            self._paragraph(node, Line())

    def _paragraph(self, node: Element, line: Line) -> None:
        before, after = self._breaks.get(attribute(node, "style-name"), (False, False))
        if before and not self._laid_out:
            self.script.write(PAGE_BREAK)
        self.words.line(node, line)
        if after and not self._laid_out:
            self.script.write(PAGE_BREAK)
        boxes, self.words.boxes = self.words.boxes, []
        for box in boxes:
            start = self.script.here
            self.blocks(box)
            self.script.block("text_box", start)

    def _list(self, node: Element, outer: Count | None, depth: int) -> None:
        count = self._numbering.begin(node, outer)
        for item in node:
            first = next((block for block in item if local(block) in {"p", "h", "list"}), None)
            # an item that begins with a list of its own lends its number to nobody
            if first is not None and local(item) == "list-item" and local(first) in {"p", "h"}:
                style = attribute(first, "style-name")
                self._item = Line(partial(self._numbering.item, count, depth, item, style), "list_item", f"level {depth + 1}")
            self.blocks(item, count, depth)
            self._item = None

    def _table(self, node: Element) -> None:
        number = self._tables
        self._tables += 1
        for place, row in enumerate(_unwrapped(node, "table-row")):
            start = self.script.here
            cells: list[int] = []
            for cell in _unwrapped(row, "table-cell"):
                self.script.write(" | " if cells else "")
                cells.append(len(self.script.pieces))
                self.blocks(cell)
                self.script.trim(cells[-1])
            # the dividers after the last cell with words in it
            while len(cells) > 1 and not self.script.since(cells[-1]).strip():
                self.script.pieces[cells.pop() - 1] = ""
            self.script.block("table_row", start, table=number, row=place, cells=cells)
            self.script.write("\n")


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
        elif local(node) in ROW_GROUPS:
            yield from _unwrapped(node, name)
