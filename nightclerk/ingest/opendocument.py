"""What OpenDocument texts and spreadsheets share: the package, the words of a paragraph, and the names of its elements.

After OASIS OpenDocument 1.3, parts 2 (packages) and 3 (schema). Elements are known by their local names: texts name nothing alike in
two of the namespaces that matter here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from nightclerk.errors import SkipDocument
from nightclerk.ingest.container import Container, Element

PAGE_BREAK = "\f"
MOST_BLANKS = 100
# in the file they are layout of the XML (19.2 of part 3: "white space processing")
WHITE = re.compile(r"[ \t\r\n]+")
PLAIN = {"tab": "\t", "line-break": "\n"}
# changes hold what was deleted; annotations, ruby and the sources of indexes are not in the text that is printed
LEFT_OUT = frozenset(
    [
        "tracked-changes", "annotation", "annotation-end", "ruby-text", "object", "object-ole", "forms", "title", "desc", "sequence-decls",
        "variable-decls", "user-field-decls", "dde-connection-decls", "number", "note-citation", "hidden-text", "event-listeners", "script",
        "table-of-content-source", "alphabetical-index-source", "illustration-index-source", "table-index-source", "user-index-source",
        "bibliography-source", "object-index-source",
    ]
)  # fmt: skip


class OpenDocument(Container):
    """The parts of one OpenDocument file."""

    def __init__(self, path: Path) -> None:
        """Open the container; raises SkipDocument, `encrypted`, `damaged` or `too_large`."""
        super().__init__(path)
        manifest = self.xml("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise SkipDocument("encrypted", "an OpenDocument file that needs a password: save a copy without it")

    def content(self) -> Element:
        """The root of the content; raises SkipDocument where there is none."""
        root = self.xml("content.xml")
        if root is None:
            raise SkipDocument("damaged", "there is no content.xml in its container")
        return root

    def title(self) -> str:
        """The title among its metadata."""
        try:
            meta = self.xml("meta.xml")
        except SkipDocument:
            return ""  # a document is worth reading without its title
        return next((node.text or "" for node in meta.iter("{*}title")), "") if meta is not None else ""


def words(node: Element, special: Callable[[Element], str | None] = lambda node: None) -> str:
    """The text in an element; `special` may answer for elements inside it, with None to leave them to the common rules."""
    parts = [WHITE.sub(" ", node.text or "")]
    for child in node:
        name = local(child)
        own = special(child)
        if own is not None:
            parts.append(own)
        elif name == "s":
            parts.append(" " * min(whole(attribute(child, "c"), 1), MOST_BLANKS))
        elif name in PLAIN:
            parts.append(PLAIN[name])
        elif name and name not in LEFT_OUT:
            parts.append(words(child, special))
        parts.append(WHITE.sub(" ", child.tail or ""))
    return "".join(parts)


def styles_of(root: Element | None) -> Iterator[Element]:
    """The automatic and the common styles in a part, in this order."""
    if root is not None:
        for parent in [*root.iterfind("{*}automatic-styles"), *root.iterfind("{*}styles")]:
            yield from parent


def local(node: Element) -> str:
    """The name of an element without its namespace; empty for what is none."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def attribute(node: Element | None, name: str) -> str:
    """The value of an attribute by its local name; empty where either is missing."""
    if node is None:
        return ""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), "")


def whole(text: str, default: int) -> int:
    """A whole number from 0 on, or the default where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default
