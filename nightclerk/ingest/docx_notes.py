"""Footnotes and endnotes of a DOCX, which follow the body in the order of their marks, and its headers and footers, each once."""

from __future__ import annotations

from collections.abc import Callable

from nightclerk.ingest.docx_package import Element, Package, R, W
from nightclerk.ingest.docx_styles import value
from nightclerk.ingest.manuscript import PAGE_BREAK, Change, Manuscript

NOTES = ("footnote", "endnote")
FURNITURE = {f"{W}headerReference": "page_header", f"{W}footerReference": "page_footer"}
# notes that are lines and words of Word's own
SEPARATORS = frozenset(["separator", "continuationSeparator", "continuationNotice"])
Handler = Callable[[Element], None]
Begin = Callable[[Element, str], None]


class Notes:
    """The marks of notes as they are met, and the notes themselves."""

    def __init__(self, script: Manuscript, story: Handler) -> None:
        self._script = script
        self._story = story
        self._by_id: dict[str, dict[str, Element]] = {kind: {} for kind in NOTES}
        # (id, mark, the changes that it is a part of) of each note in the text
        self._marks: dict[str, list[tuple[str, str, tuple[Change, ...]]]] = {kind: [] for kind in NOTES}
        self._counts = dict.fromkeys(NOTES, 0)
        self._met: set[tuple[str, str]] = set()
        self._parts = dict.fromkeys(NOTES, "")

    def handlers(self) -> dict[str, Handler]:
        """Who answers for which element."""
        return {f"{W}{kind}Reference": lambda node, kind=kind: self._mark(kind, node) for kind in NOTES}  # type: ignore[misc]

    def load(self, package: Package, main: str, begin: Begin) -> None:
        """Learn the notes that there are."""
        for kind in NOTES:
            target = next((target for other, target in package.relations(main).values() if other == f"{kind}s"), "")
            root = package.part(target)
            if root is not None:
                begin(root, target)
                self._parts[kind] = target
                self._by_id[kind] = {value(note, "id"): note for note in root.iter(f"{W}{kind}") if value(note, "type") not in SEPARATORS}

    def _mark(self, kind: str, node: Element) -> None:
        key = value(node, "id")
        first = (kind, key) not in self._met
        self._met.add((kind, key))
        if self._script.aside_now:
            # what a deleted mark referred to was deleted with it
            if first and key in self._by_id[kind]:
                self._script.write(f" [{kind}: ")
                start = len(self._script.pieces)
                self._story(self._by_id[kind][key])
                self._script.trim(start)
                self._script.write("]")
            return
        if value(node, "customMarkFollows") in {"1", "true", "on"}:
            # its mark is in the words that follow, and Word does not count it
            self._marks[kind].append((key, "*", self._script.open_changes))
            return
        self._counts[kind] += 1
        mark = f"e{self._counts[kind]}" if kind == "endnote" else str(self._counts[kind])
        self._marks[kind].append((key, mark, self._script.open_changes))
        self._script.write(f"[{mark}]")

    def write(self, enter: Callable[[str], None]) -> None:
        """The notes in the order of their marks; those without a mark, which Word does not print, beside the text."""
        for kind in NOTES:
            enter(self._parts[kind])
            written = set()
            # a note may have notes of its own, which follow
            for key, mark, changes in self._marks[kind]:
                note = self._by_id[kind].get(key)
                if note is not None and key not in written:
                    written.add(key)
                    start = self._script.here
                    self._script.write(f"[{mark}] ")
                    self._script.all_changed(changes, lambda note=note: self._story(note))  # type: ignore[misc]
                    self._script.block(kind, start)
            for key, note in self._by_id[kind].items():
                if (kind, key) not in self._met:
                    text = self._script.aside(lambda note=note: self._story(note)).strip()  # type: ignore[misc]
                    if text:
                        self._script.remark(Change("note", lead=f"{kind} without a mark: "), text)

    def furniture(self, package: Package, main: str, sections: list[Element], begin: Begin) -> None:
        """Each header and footer that a section refers to, once, even if two have the same words."""
        relations, seen, texts = package.relations(main), set(), set()
        for reference in (node for section in sections for node in section if node.tag in FURNITURE):
            target = relations.get(reference.get(f"{R}id", ""), ("", ""))[1]
            part = package.part(target) if target not in seen else None
            seen.add(target)
            if part is None:
                continue
            begin(part, target)
            place, start = self._script.here, len(self._script.pieces)
            self._story(part)
            pieces = self._script.pieces
            pieces[start:] = [piece.replace(PAGE_BREAK, "") for piece in pieces[start:]]
            text = self._script.since(start)
            if text.strip() and text not in texts:
                self._script.block(FURNITURE[reference.tag], place)
            else:
                self._script.drop(start)
            texts.add(text)
