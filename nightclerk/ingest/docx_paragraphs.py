"""The paragraphs of a DOCX: their numbers, their ends, which may be deleted, inserted or hidden, and the page breaks that they bring."""

from __future__ import annotations

from collections.abc import Callable

from nightclerk.ingest.docx_changes import Shape, change_of, difference, shape_of
from nightclerk.ingest.docx_drawings import Drawings
from nightclerk.ingest.docx_numbering import Numbering, former_label
from nightclerk.ingest.docx_package import Element, W
from nightclerk.ingest.docx_styles import Look, Styles, on, value
from nightclerk.ingest.manuscript import PAGE_BREAK, Manuscript

Handler = Callable[[Element], None]
NO_SHAPE = Shape()


class Paragraphs:
    """Writes paragraphs. One whose end this view lacks waits for the next, with which it is one paragraph."""

    def __init__(
        self, script: Manuscript, styles: Styles, numbering: Numbering, drawings: Drawings, inline: Handler, *, rendered: bool
    ) -> None:
        self._script = script
        self._styles = styles
        self._numbering = numbering
        self._drawings = drawings
        self._inline = inline
        self._rendered = rendered
        self.waiting: list[tuple[Element, Shape]] = []
        self.sections: list[Element] = []
        # whether to look for changed and hidden ends of paragraphs
        self.careful = False
        # whether the style of the paragraph that is being written hides its words
        self.style_hides = False

    def paragraph(self, node: Element) -> None:
        """Write a paragraph, or let it wait."""
        properties = node.find(f"{W}pPr")
        shape = shape_of(properties, self._script.view, careful=self.careful) if properties is not None else NO_SHAPE
        # what ends a section ends a paragraph, hidden or not
        hidden = shape.section is None and (shape.hidden_end or self._look(shape).hidden)
        if hidden or not all(self._script.shows(change.kind) for change in shape.ends):
            self.waiting.append((node, shape))
            return
        waiting, self.waiting = self.waiting, []
        self._write(waiting, node, shape)

    def _look(self, shape: Shape) -> Look:
        return self._styles.look(shape.style)

    def flush(self) -> None:
        """Write what waits for a paragraph that does not come; what of it is empty was deleted whole."""
        if self.waiting:
            *waiting, (node, shape) = self.waiting
            self.waiting = []
            self._write(waiting, node, shape, last=True)

    def section_break(self, node: Element) -> None:
        """Begin a page, unless the section goes on on the same, or is the document's last, or Word has said where its pages begin."""
        self.sections.append(node)
        for change in node.iterfind(f"{W}sectPrChange"):
            self._script.remark(change_of(change, "format", f"section format: {difference(change, node)}"), "")
        parent = node.getparent()
        inner = parent is None or parent.tag != f"{W}body"
        if not self._rendered and inner and value(node.find(f"{W}type")) != "continuous":
            self._script.write(PAGE_BREAK)

    def _write(self, waiting: list[tuple[Element, Shape]], node: Element, shape: Shape, *, last: bool = False) -> None:
        script, final = self._script, shape
        look = self._look(shape)
        pieces_before = len(script.pieces)
        if not self._rendered and (on(shape.page_break) if shape.page_break is not None else look.page_break):
            script.write(PAGE_BREAK)
        start, slot = script.here, script.slot()
        for earlier, its_shape in waiting:
            before = len(script.pieces)
            self.style_hides = self._look(its_shape).hidden
            self._inline(earlier)
            # the words of a line whose end is hidden come first, and with them its number: a heading that its clause follows
            if its_shape.hidden_end and slot == before - 1 and script.since(before).strip():
                shape, look = its_shape, self._look(its_shape)
            self._end_of_line(its_shape)
        self.style_hides = self._look(final).hidden
        self._inline(node)
        written = script.since(slot).strip()
        if last and not written:
            self._end_of_line(shape)
            script.pieces[pieces_before:] = [""] * (len(script.pieces) - pieces_before)
            self._drawings.boxes()
            return
        # Word gives no number to an empty paragraph that only carries a section break, and none to one that is not there
        if not script.aside_now and (shape.section is None or written):
            self._label(start, slot, shape, look)
        for change in shape.formats:
            script.remark(change, "", start)
        if last:
            self._end_of_line(shape)
        script.line_end([] if last else shape.ends)
        if shape.section is not None:
            self.section_break(shape.section)
        self._drawings.boxes()

    def _end_of_line(self, shape: Shape) -> None:
        """Note what was done to the end of a line that this view lacks."""
        if shape.ends:
            self._script.line_end(shape.ends)

    def _label(self, start: int, slot: int, shape: Shape, look: Look) -> None:
        """Fill the slot before the words with the number, and note what kind of paragraph it is."""
        if shape.former_label is not None:
            label, depth = former_label(shape.former_label), shape.depth or 0
        else:
            label, depth = self._numbering.label(shape.style, look, shape.number_id, shape.depth)
        self._script.pieces[slot] = label
        level = shape.heading(look)
        if level:
            self._script.block("heading", start, number=label.strip(), note=f"level {level}")
        elif label:
            self._script.block("list_item", start, number=label.strip(), note=f"level {depth + 1}")
