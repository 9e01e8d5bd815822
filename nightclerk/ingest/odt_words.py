"""The words of an OpenDocument text, line by line, with what was changed in them as one view shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nightclerk.ingest.container import Element
from nightclerk.ingest.manuscript import LINE_END, PAGE_BREAK, Change, Manuscript
from nightclerk.ingest.odt_changes import Comments, Region, lines_of, regions_of
from nightclerk.ingest.opendocument import LEFT_OUT, MOST_BLANKS, PLAIN, WHITE, attribute, local, whole, words

HIDDEN = Change("note", lead="hidden text: ")
NO_LABEL = ""
OBJECTS = frozenset(["object", "object-ole", "image"])
# the leaves of MathML
SIGNS = tuple(f"{{*}}{name}" for name in ("mi", "mn", "mo", "mtext", "ms"))


@dataclass(frozen=True, slots=True)
class Line:
    """What a paragraph is: who says its number, and the kind and note of its block; no kind for one of the body."""

    label: Callable[[], str] = lambda: NO_LABEL
    kind: str = ""
    note: str = ""


class Words:
    """Writes lines. An insertion goes on over the ends of lines until its mark ends it."""

    def __init__(self, content: Element, view: str, hidden_styles: set[str], part: Callable[[str], Element | None]) -> None:
        """`part` gives the root of another part of the file, or None."""
        self.unread_objects = self.pictures = 0
        self._part = part
        self.script = Manuscript(view)
        self.comments = Comments(self.script)
        self.hidden_characters = 0
        self.boxes: list[Element] = []
        # (kind, mark, body) of each note
        self.notes: list[tuple[str, str, Element]] = []
        self._hidden = hidden_styles
        self._regions = regions_of(content)
        # where the changes that go on began: (place, number of pieces)
        self._begun: dict[str, tuple[int, int]] = {}
        self._restored: set[str] = set()
        self._held = ""
        self._joined = False
        self._line = Line()
        # the place of the number of this line; None where it began aside
        self._start: int | None = None
        self._counts = {"footnote": 0, "endnote": 0}

    def line(self, node: Element, line: Line) -> None:
        """Write a paragraph; one that follows a line whose end this view lacks goes on with that, and takes no number."""
        self._line = line
        self._begin()
        for region in self._inserting():
            self.script.sign(region.change.kind)
        self.walk(node)
        for region in reversed(self._inserting()):
            if self.script.view == "marked_up":
                self.script.pieces[self.script.slot()] = LINE_END
            self.script.sign(region.change.kind, closing=True)
        self._end()
        self._joined = bool(self._held)

    def walk(self, node: Element) -> None:
        """The words in an element."""
        write = self.script.write
        write(WHITE.sub(" ", node.text or ""))
        for child in node:
            name = local(child)
            if name == "s":
                self.script.write(" " * min(whole(attribute(child, "c"), 1), MOST_BLANKS))
            elif name in PLAIN:
                self.script.write(PLAIN[name])
            else:
                self.mark(child)
            self.script.write(WHITE.sub(" ", child.tail or ""))

    def mark(self, node: Element) -> None:
        """What is more than words: changes, comments, notes, boxes, page breaks, hidden words."""
        name = local(node)
        if name in {"change", "change-start", "change-end"}:
            self._change(name, attribute(node, "change-id"))
        elif name == "annotation":
            self.comments.begin(node)
        elif name == "annotation-end":
            self.comments.end(node)
        elif name == "note":
            self._note(node)
        elif name == "soft-page-break":
            self.script.write(PAGE_BREAK)
        elif name == "text-box":
            self.boxes.append(node)
        elif name in OBJECTS:
            self._object(node)
        elif name == "ruby":
            self._ruby(node)
        elif name == "hidden-paragraph" or (name == "span" and attribute(node, "style-name") in self._hidden):
            text = self.script.aside(lambda: self.walk(node))
            self.hidden_characters += len(text.strip())
            self.script.remark(HIDDEN, text)
        elif name and name not in LEFT_OUT:
            self.walk(node)

    def end(self) -> None:
        """End what goes on, as if its mark stood here."""
        for key in list(self._begun):
            self._change("change-end", key)

    def _begin(self) -> None:
        """Begin a line with its number, if this view has it."""
        self._start = None
        if not self._joined and not self.script.aside_now:
            self._start = self.script.slot()
            self.script.pieces[self._start] = self._line.label()

    def _end(self) -> None:
        """End a line; what begins in the text and ends aside is still what it was."""
        if self._start is not None and self._line.kind:
            number = self.script.text_at(self._start).strip()
            self.script.block(self._line.kind, self._start, number=number, note=self._line.note, begun=True)
        self.script.write("\n")

    def _inserting(self) -> list[Region]:
        return [self._regions[key] for key in self._begun if self._regions[key].change.kind == "insertion"]

    def _change(self, name: str, key: str) -> None:
        region = self._regions.get(key)
        if region is None or key in self._restored:
            return
        change = region.change
        if name == "change":
            # once: deletions that refer to each other would multiply without end
            self._restored.add(key)
            self.script.changed(change, lambda: self._deleted(region.content))
        elif name == "change-start":
            self.script.sign(change.kind)
            self._begun[key] = self.script.here, len(self.script.pieces)
            if change.kind == "insertion" and not self.script.shows("insertion") and not self.script.aside_now:
                self._held = key
                self.script.hold()
        elif key in self._begun:
            place, start = self._begun.pop(key)
            text, end = "", self.script.here
            if self._held == key:
                text, self._held = self.script.release(), ""
            elif change.kind == "insertion":
                text = self.script.words_since(start)
            self.script.remark(change, text, place, end)
            self.script.sign(change.kind, closing=True)

    def _deleted(self, content: Element) -> None:
        """What was deleted, with the ends of its lines; lines that this view shows are numbered like the line they stand in."""
        for place, line in enumerate(lines_of(content)):
            if place:
                self._end()
                self._begin()
            self.walk(line)

    def _note(self, node: Element) -> None:
        kind = "endnote" if attribute(node, "note-class") == "endnote" else "footnote"
        if self.script.aside_now:
            # a note in deleted words was deleted with them
            body = " ".join(words(part) for part in node.iterfind("{*}note-body"))
            self.script.write(f" [{kind}: {body}]")
            return
        self._counts[kind] += 1
        mark = f"e{self._counts[kind]}" if kind == "endnote" else str(self._counts[kind])
        self.notes += [(kind, mark, body) for body in node.iterfind("{*}note-body")]
        self.script.write(f"[{mark}]")

    def _object(self, node: Element) -> None:
        """An equation as its author typed it, or its signs one by one; what else is embedded is counted."""
        if local(node) == "image":
            beside = node.getparent()
            self.pictures += beside is None or not any(local(other) in {"object", "object-ole"} for other in beside)
            return
        target = attribute(node, "href").removeprefix("./").rstrip("/")
        root = next((child for child in node if local(child) == "math"), None)
        if root is None and target:
            root = self._part(f"{target}/content.xml")
        if root is None or local(root) != "math":
            self.unread_objects += not self.script.aside_now
            return
        typed = next((found.text or "" for found in root.iter("{*}annotation")), "")
        self.script.write(typed or "".join(sign.text or "" for sign in root.iter(*SIGNS)))

    def _ruby(self, node: Element) -> None:
        """The words; how they are pronounced, which stands above them in small letters, beside them."""
        start = self.script.here
        for part in node:
            if local(part) == "ruby-base":
                self.walk(part)
        said = "".join(words(part) for part in node if local(part) == "ruby-text")
        self.script.remark(Change("note", lead="reading: "), said, start)
