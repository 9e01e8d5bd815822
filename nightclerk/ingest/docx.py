"""DOCX: a walker over the XML that leaves nothing out and puts in what Word would print.

The text is the accepted view: insertions and moves in, deletions out. Automatic numbers stand before their paragraphs. A table row is
one line, its cells divided by ` | `. Notes, headers and footers follow the body. Pages are Word's own last rendering where the file
keeps it, else the breaks that somebody typed, else there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docx.opc.coreprops import CoreProperties
from docx.oxml.coreprops import CT_CoreProperties
from docx.oxml.parser import parse_xml
from lxml import etree

from nightclerk.errors import SkipDocument
from nightclerk.ingest.docx_numbering import Numbering
from nightclerk.ingest.docx_package import Element, Package, R, W
from nightclerk.ingest.docx_runs import checkbox, choice_of, symbol
from nightclerk.ingest.docx_styles import Styles, value
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters

PAGE_BREAK = "\f"
# deletions and the source of a move are no part of the accepted text; properties hold no text but former values
LEFT_OUT = {
    "del",
    "moveFrom",
    "pPr",
    "rPr",
    "tblPr",
    "trPr",
    "tcPr",
    "sdtPr",
    "sdtEndPr",
    "sectPr",
    "instrText",
    "delText",
    "rt",
    "tblGrid",
}
PLAIN = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
NOTES = ("footnote", "endnote")
FALSE = {"0", "false", "off"}


def read(path: Path, *, view: str = "accepted") -> Reading:
    """Read a DOCX; raises SkipDocument where its container or its main part is damaged or expands too far."""
    package = Package(path)
    main = package.document()
    root = package.xml(main)
    assert root is not None
    rendered = next(root.iter(f"{W}lastRenderedPageBreak"), None) is not None
    walker = _Walker(Numbering(package.related(main, "numbering"), Styles(package.related(main, "styles"))), rendered)
    for body in root.iter(f"{W}body"):
        walker.blocks(body)
    walker.parts(package, main, root)
    pages = [fold(page) for page in "".join(walker.lines).split(PAGE_BREAK)]
    return Reading([PageText(page, status="text" if has_letters(page) else "blank") for page in pages], _title(package), gaps=walker.gaps())


class _Walker:
    """Walks blocks (paragraphs, tables) and runs, and collects lines."""

    def __init__(self, numbering: Numbering, rendered: bool) -> None:
        self.lines: list[str] = []
        self.hidden_characters = 0
        self.embedded = 0
        self._numbering = numbering
        self._rendered = rendered
        self._boxes: list[Element] = []
        self._carried = ""
        self._note_marks: dict[str, list[str]] = {kind: [] for kind in NOTES}

    def gaps(self) -> list[str]:
        """What is in the file and was left out of the text."""
        found = []
        if self.hidden_characters:
            found.append(f"{self.hidden_characters} characters of hidden text were left out")
        if self.embedded:
            found.append(f"{self.embedded} embedded document{'s were' if self.embedded > 1 else ' was'} not read (altChunk)")
        return found

    def blocks(self, parent: Element) -> None:
        """The paragraphs and tables under an element, whatever they are wrapped in."""
        for node in parent:
            name = _local(node)
            if name == "p":
                self._paragraph(node)
            elif name == "tbl":
                self._table(node)
            elif name == "altChunk":
                self.embedded += 1
            elif name == "AlternateContent":
                self.blocks(choice_of(node))
            elif name == "sectPr":
                self._section_break(node)
            elif name not in LEFT_OUT:
                self.blocks(node)

    def parts(self, package: Package, main: str, root: Element) -> None:
        """Notes in the order of their marks, then each header and footer that a section uses, once."""
        for kind in NOTES:
            notes = package.related(main, f"{kind}s")
            by_id = {value(note, "id"): note for note in notes.iterfind(f"{W}{kind}")} if notes is not None else {}
            for place, key in enumerate(self._note_marks[kind], start=1):
                if key in by_id:
                    self.lines.append(f"[{_mark(kind, place)}] ")
                    self.blocks(by_id[key])
        relations = package.relations(main)
        seen = set()
        for reference in root.iter(f"{W}headerReference", f"{W}footerReference"):
            part = package.xml(relations.get(reference.get(f"{R}id", ""), ("", ""))[1])
            before = len(self.lines)
            if part is not None:
                self.blocks(part)
            text = "".join(self.lines[before:]).replace(PAGE_BREAK, "")
            self.lines[before:] = [text] if text.strip() and text not in seen else []
            seen.add(text)

    def _paragraph(self, node: Element) -> None:
        properties = node.find(f"{W}pPr")
        text = self._carried + self._runs(node)
        self._carried = ""
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            # the paragraph's end is deleted: what is left of it begins the next one, whose number it takes
            self._carried = text
            return
        if properties is not None and _on(properties.find(f"{W}pageBreakBefore")) and not self._rendered:
            self.lines.append(PAGE_BREAK)
        section_end = properties.find(f"{W}sectPr") if properties is not None else None
        # Word gives no number to an empty paragraph that only carries a section break
        label = self._numbering.label(node) if section_end is None or text.strip() else ""
        self.lines.append(f"{label}{text}\n")
        if section_end is not None:
            self._section_break(section_end)
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.blocks(box)

    def _section_break(self, node: Element) -> None:
        kind = value(node.find(f"{W}type"))
        parent = node.getparent()
        last = parent is not None and _local(parent) == "body"
        if not self._rendered and not last and kind != "continuous":
            self.lines.append(PAGE_BREAK)

    def _table(self, node: Element) -> None:
        for row in _unwrapped(node, "tr"):
            if row.find(f"{W}trPr/{W}del") is None:
                cells = [self._inside(cell) for cell in _unwrapped(row, "tc")]
                self.lines.append(" | ".join(cells).rstrip(" |") + "\n")

    def _inside(self, cell: Element) -> str:
        """The text of one cell; gridSpan is a number from the file and is never expanded."""
        outer, self.lines = self.lines, []
        self.blocks(cell)
        text, self.lines = "".join(self.lines), outer
        return text.strip("\n")

    def _runs(self, parent: Element) -> str:
        return "".join(self._inline(node) for node in parent)

    def _inline(self, node: Element) -> str:
        name = _local(node)
        special: Callable[[Element], str] | None = getattr(self, f"_on_{name}", None)
        if special is not None:
            return special(node)
        if name in LEFT_OUT:
            return ""
        return PLAIN[name] if name in PLAIN else self._runs(node)

    def _on_t(self, node: Element) -> str:
        return node.text or ""

    def _on_r(self, node: Element) -> str:
        text = self._runs(node)
        if _on(node.find(f"{W}rPr/{W}vanish")):
            self.hidden_characters += len(text.strip())
            return ""
        return text

    def _on_br(self, node: Element) -> str:
        if value(node, "type") == "page" and not self._rendered:
            return PAGE_BREAK
        return "\n"

    def _on_lastRenderedPageBreak(self, node: Element) -> str:  # noqa: N802 - named by the element
        return PAGE_BREAK

    def _on_sym(self, node: Element) -> str:
        return symbol(value(node, "char"))

    def _on_fldChar(self, node: Element) -> str:  # noqa: N802 - named by the element
        return checkbox(node)

    def _on_footnoteReference(self, node: Element) -> str:  # noqa: N802 - named by the element
        return self._note("footnote", node)

    def _on_endnoteReference(self, node: Element) -> str:  # noqa: N802 - named by the element
        return self._note("endnote", node)

    def _on_AlternateContent(self, node: Element) -> str:  # noqa: N802 - named by the element
        return self._runs(choice_of(node))

    def _on_txbxContent(self, node: Element) -> str:  # noqa: N802 - named by the element
        self._boxes.append(node)
        return ""

    def _note(self, kind: str, node: Element) -> str:
        marks = self._note_marks[kind]
        marks.append(value(node, "id"))
        return f"[{_mark(kind, len(marks))}]"


def _mark(kind: str, place: int) -> str:
    return str(place) if kind == "footnote" else f"e{place}"


def _unwrapped(parent: Element, name: str) -> list[Element]:
    """Rows or cells under an element, through content controls and custom XML around them, not into nested tables."""
    found = []
    for node in parent:
        local = _local(node)
        if local == name:
            found.append(node)
        elif local in {"sdt", "sdtContent", "customXml", "ins", "moveTo", "bookmarkStart"}:
            found.extend(_unwrapped(node, name))
    return found


def _local(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _on(node: Element | None) -> bool:
    """Whether a switch such as `w:vanish` is there and not turned off."""
    return node is not None and value(node) not in FALSE


def _title(package: Package) -> str:
    """The title among the core properties; they are parsed with python-docx's classes, which know their types."""
    try:
        root = next((package.xml(target) for kind, target in package.relations("").values() if kind == "core-properties"), None)
    except SkipDocument:
        return ""  # a document is worth reading without its title
    core = parse_xml(etree.tostring(root)) if root is not None else None
    return CoreProperties(core).title if isinstance(core, CT_CoreProperties) else ""
