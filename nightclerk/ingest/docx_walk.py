"""The walk over the XML of a DOCX: paragraphs, runs and tables, whatever they are wrapped in, as one view shows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lxml import etree

from nightclerk.ingest.docx_changes import KINDS, TRACKED, change_of, difference
from nightclerk.ingest.docx_chunks import Chunks, Nested
from nightclerk.ingest.docx_comments import Comments
from nightclerk.ingest.docx_drawings import A, Drawings
from nightclerk.ingest.docx_fields import Fields
from nightclerk.ingest.docx_math import PROPERTIES, Equations, M
from nightclerk.ingest.docx_notes import Notes
from nightclerk.ingest.docx_numbering import Numbering
from nightclerk.ingest.docx_package import Element, Package, W
from nightclerk.ingest.docx_paragraphs import Paragraphs
from nightclerk.ingest.docx_runs import ALTERNATE, choice_of, font_text, is_symbols, symbol
from nightclerk.ingest.docx_styles import Styles, on, value
from nightclerk.ingest.docx_tables import Tables
from nightclerk.ingest.docx_unseen import unseen
from nightclerk.ingest.manuscript import PAGE_BREAK, Change, Manuscript

Handler = Callable[[Element], None]
R = f"{W}r"
# properties, codes and instructions hold no text but former values
LEFT_OUT = tuple(
    f"{W}{name}"
    for name in (
        "pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr", "sdtEndPr", "tblGrid", "tblPrEx", "fldData", "customXmlPr",
        "smartTagPr", "rubyPr", "proofErr", "bookmarkStart", "bookmarkEnd", "permStart", "permEnd", "softHyphen",
    )
)  # fmt: skip
PLAIN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
STRAYS = (R, f"{W}t", f"{W}hyperlink", f"{W}fldSimple", f"{M}oMath", f"{M}oMathPara", f"{W}smartTag")
# of attributes and wherever they are, which is found in half the time: what is found in vain is only walked with more care
NAMES = {"w": W[1:-1]}
SYMBOL_FONTS = etree.XPath(
    "boolean(//w:rFonts/@w:ascii[starts-with(., 'Wingdings') or starts-with(., 'Symbol') or . = 'Webdings'])", namespaces=NAMES
)
PALE = etree.XPath("boolean(//w:color/@w:val[. = 'FFFFFF' or . = 'ffffff'] or //w:sz/@w:val < 3)", namespaces=NAMES)
NO_PROPERTIES = etree.Element(f"{W}rPr")
UNSEEN = Change("note", lead="hidden text: ")


class Walker:
    """Walks the parts of one document in the order in which they are read, and writes its manuscript."""

    def __init__(self, package: Package, main: str, view: str, *, rendered: bool, nested: Nested | None):
        """`rendered` says that the file holds Word's own page breaks; `nested` reads a DOCX inside this one."""
        self.script = Manuscript(view)
        self.fields = Fields(self.script, self.inline)
        self.drawings = Drawings(self.script, package, self.story)
        self.notes = Notes(self.script, self.story)
        self.comments = Comments(self.script)
        self.chunks = Chunks(self.script, package, main, nested)
        self.hidden_characters = 0
        self._main = main
        self._rendered = rendered
        self._styles = Styles(package.related(main, "styles"))
        numbering = Numbering(package.related(main, "numbering"))
        self._paragraphs = Paragraphs(self.script, self._styles, numbering, self.drawings, self.inline, rendered=rendered)
        self._tables = Tables(self.script, self.story, self._block, self.fields.form)
        self._in_runs = self._run_handlers()
        self._in_blocks = self._block_handlers()
        self._struck = 0

    @property
    def sections(self) -> list[Element]:
        """The properties of each section of the body, in order."""
        return self._paragraphs.sections

    def begin(self, root: Element, part: str) -> None:
        """Begin a part. One without changes, hidden words and fonts of symbols is walked without looking for them."""
        self.enter(part)
        self.fields.prepare(root)
        self._paragraphs.careful |= next(root.iter(*TRACKED, f"{W}vanish", f"{W}specVanish"), None) is not None
        if self._paragraphs.careful or self._styles.hides or SYMBOL_FONTS(root) or PALE(root):
            self._in_runs[R] = self._run

    def enter(self, part: str) -> None:
        """Go on in a part that was begun; the body, which blocks do not name, is the part without a name."""
        self.script.part = part.rpartition("/")[2] if part != self._main else ""
        self.drawings.part = self.chunks.part = part

    def story(self, parent: Element) -> None:
        """The blocks of what begins and ends with paragraphs of its own: a body, a cell, a box, a note."""
        outer, self._paragraphs.waiting = self._paragraphs.waiting, []
        self._blocks(parent)
        self._paragraphs.flush()
        self._paragraphs.waiting = outer

    def inline(self, parent: Element) -> None:
        """The words under an element, whatever they are wrapped in."""
        handlers = self._in_runs
        for node in parent:
            handler = handlers.get(node.tag)
            if handler is None:
                self.inline(node)
            else:
                handler(node)

    def _blocks(self, parent: Element) -> None:
        for node in parent:
            self._block(node)

    def _block(self, node: Element) -> None:
        handler = self._in_blocks.get(node.tag)
        if handler is None:
            self._blocks(node)
        else:
            handler(node)

    def _run_handlers(self) -> dict[str, Handler]:
        handlers: dict[str, Handler] = dict.fromkeys((*LEFT_OUT, *PROPERTIES), _nothing)
        for helper in (Equations(self.script, self.inline), self.drawings, self.fields, self.comments, self.notes):
            handlers |= helper.handlers()
        words = handlers[f"{W}t"]
        return (
            handlers
            | {tag: partial(self._plain, text) for tag, text in PLAIN.items()}
            | {tag: partial(self._changed, kind, self.inline) for tag, kind in KINDS.items()}
            | {
                f"{M}t": words,
                f"{A}t": words,
                f"{W}delText": self._deleted,
                f"{W}br": self._break,
                f"{W}lastRenderedPageBreak": partial(self._plain, PAGE_BREAK),
                f"{W}sym": lambda node: self.script.write(symbol(value(node, "char"), value(node, "font"))),
                f"{W}ruby": self._ruby,
                f"{W}subDoc": self.chunks.subdocument,
                ALTERNATE: lambda node: self.inline(choice_of(node)),
            }
        )

    def _block_handlers(self) -> dict[str, Handler]:
        return {
            **dict.fromkeys(LEFT_OUT, _nothing),
            **dict.fromkeys(STRAYS, self._stray),
            **self.comments.handlers(),
            **{tag: partial(self._changed, kind, self._blocks) for tag, kind in KINDS.items()},
            f"{W}p": self._paragraphs.paragraph,
            f"{W}tbl": self._table,
            f"{W}sdt": self._control,
            f"{W}sectPr": self._section,
            f"{W}altChunk": self._chunk,
            f"{W}subDoc": self.chunks.subdocument,
            ALTERNATE: lambda node: self._blocks(choice_of(node)),
        }

    def _plain(self, text: str, node: Element) -> None:
        self.script.pieces.append(text)

    def _changed(self, kind: str, walk: Handler, node: Element) -> None:
        struck = kind in {"deletion", "move_from"}
        self._struck += struck
        self.script.changed(change_of(node, kind), lambda: walk(node))
        self._struck -= struck

    def _deleted(self, node: Element) -> None:
        """Deleted words; outside of a deletion, against the schema, they count as deleted all the same."""
        if not node.text:
            return
        if self._struck or self.script.aside_now:
            self.script.write(node.text)
        else:
            self.script.changed(Change("deletion"), lambda: self.script.write(node.text or ""))

    def _run(self, node: Element) -> None:
        """A run whose properties matter: it may be hidden, in a font of symbols, or have another format than before."""
        properties = node.find(f"{W}rPr")
        if properties is None:
            properties = NO_PROPERTIES
        former = properties.find(f"{W}rPrChange")
        before = former.find(f"{W}rPr") if former is not None and self.script.view == "original" else None
        if self._hidden(properties if before is None else before):
            text = self.script.aside(lambda: self.inline(node))
            self.hidden_characters += len(text.strip()) if not self.script.aside_now else 0
            self.script.remark(UNSEEN, text)
            return
        start, place = len(self.script.pieces), self.script.here
        self.inline(node)
        font = value(properties.find(f"{W}rFonts"), "ascii")
        if is_symbols(font):
            self.script.pieces[start:] = [font_text(piece, font) for piece in self.script.pieces[start:]]
        cause = unseen(node, properties, self._styles)
        if cause:
            self.script.remark(Change("note", lead=f"not seen on the page, {cause}: "), self.script.since(start), place)
        if former is not None:
            self.script.remark(change_of(former, "format", f"format: {difference(former, properties)}"), "", place)

    def _hidden(self, properties: Element) -> bool:
        switch = properties.find(f"{W}vanish")
        if switch is not None:
            return on(switch)
        if not self._styles.hides:
            return False
        # a switch that both styles of a run turn on is off again (ECMA-376 part 1, 17.7.3)
        return self._paragraphs.style_hides != self._styles.hides_run(value(properties.find(f"{W}rStyle")))

    def _break(self, node: Element) -> None:
        self.script.write(PAGE_BREAK if value(node, "type") == "page" and not self._rendered else "\n")

    def _ruby(self, node: Element) -> None:
        """The words; how they are pronounced, which stands above them in small letters, beside them."""
        start = self.script.here
        for base in node.iterfind(f"{W}rubyBase"):
            self.inline(base)
        reading = node.find(f"{W}rt")
        if reading is not None and not self.script.aside_now:
            said = self.script.aside(lambda: self.inline(reading))
            self.script.remark(Change("note", lead="reading: "), said, start)

    def _stray(self, node: Element) -> None:
        """Words outside of any paragraph: against the schema, and not to be lost."""
        handler = self._in_runs.get(node.tag)
        before = len(self.script.pieces)
        if handler is None:
            self.inline(node)
        else:
            handler(node)
        if self.script.since(before):
            self.script.write("\n")
        self.drawings.boxes()

    def _table(self, node: Element) -> None:
        self._paragraphs.flush()
        self._tables.table(node)

    def _control(self, node: Element) -> None:
        start = self.script.here
        for content in node.iterfind(f"{W}sdtContent"):
            self._blocks(content)
        self.fields.form(node, start)

    def _section(self, node: Element) -> None:
        self._paragraphs.flush()
        self._paragraphs.section_break(node)

    def _chunk(self, node: Element) -> None:
        self._paragraphs.flush()
        self.chunks.chunk(node)


def _nothing(node: Element) -> None:
    """What holds no text."""
