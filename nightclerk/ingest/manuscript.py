"""A text while a reader writes it, piece by piece: what stands in it, what is kept beside it, and who changed what.

A place is a number of pieces: what is written before a place may still be altered, and the place stays where it is. Only in the end,
when everything is written, places become offsets of the folded text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nightclerk.ingest.binding import PAGE_BREAK, bound, counted, scanned
from nightclerk.ingest.manuscript_notes import Change, Entry, Span, made_at
from nightclerk.ingest.reading import Reading

__all__ = ["LINE_END", "PAGE_BREAK", "SHOWN", "SIGNS", "Change", "Manuscript", "counted", "made_at", "scanned"]

# what of the tracked changes stands in the text of a view
SHOWN = {
    "accepted": frozenset(["insertion", "move_to"]),
    "original": frozenset(["deletion", "move_from"]),
    "marked_up": frozenset(["insertion", "move_to", "deletion", "move_from"]),
}
# doubled signs in braces, as in CriticMarkup: no contract fills its blanks with them
SIGNS = {"insertion": ("{++", "++}"), "deletion": ("{--", "--}"), "move_to": ("{>>", ">>}"), "move_from": ("{<<", "<<}")}
LINE_END = "¶"
# pieces between the parts of one change: numbers, signs, what turned out empty
MOST_BETWEEN = 8
Walk = Callable[[], None]


@dataclass(slots=True)
class Manuscript:
    """The text of one view of a document. Readers append to `pieces`; `part` is the part of the file that they are in."""

    view: str
    pieces: list[str] = field(default_factory=list)
    part: str = ""
    _outer: list[str] | None = None
    _spans: list[Span] = field(default_factory=list)
    _entries: list[Entry] = field(default_factory=list)
    # pieces that no file holds: numbers, signs of changes
    _generated: set[int] = field(default_factory=set)
    _open: list[Change] = field(default_factory=list)

    @property
    def here(self) -> int:
        """The place where the text goes on."""
        return len(self.pieces if self._outer is None else self._outer)

    @property
    def aside_now(self) -> bool:
        """Whether what is written now is kept out of the text."""
        return self._outer is not None

    def shows(self, kind: str) -> bool:
        """Whether this kind of tracked change stands in the text."""
        return kind in SHOWN[self.view]

    def write(self, text: str) -> None:
        """Go on with a piece of text."""
        self.pieces.append(text)

    def slot(self) -> int:
        """An empty piece, to be filled with what is known later and is not the file's own words."""
        if self._outer is None:
            self._generated.add(len(self.pieces))
        self.pieces.append("")
        return len(self.pieces) - 1

    def text_at(self, place: int) -> str:
        """The piece at a place of the text."""
        return (self.pieces if self._outer is None else self._outer)[place]

    def since(self, start: int) -> str:
        """What was written since there were so many pieces."""
        return "".join(self.pieces[start:])

    def words_since(self, start: int) -> str:
        """The same without what is generated: numbers, signs of changes."""
        if self._outer is not None:
            return self.since(start)
        return "".join(self.pieces[place] for place in range(start, len(self.pieces)) if place not in self._generated)

    def aside(self, walk: Walk) -> str:
        """What a walk writes, kept out of the text."""
        if self._outer is not None:
            start = len(self.pieces)
            walk()
            return self.since(start)
        self._outer, self.pieces = self.pieces, []
        try:
            walk()
            return "".join(self.pieces)
        finally:
            self.pieces, self._outer = self._outer, None

    def apart(self, walk: Walk) -> str:
        """What a walk writes that stands nowhere in the text, such as a comment; changes in it have no place either."""
        entries, self._entries = self._entries, []
        text = self.aside(walk)
        for entry in self._entries:
            entry.start = entry.end = None
        self._entries = entries + self._entries
        return text

    def hold(self) -> None:
        """Keep what follows out of the text, until it is released."""
        if self._outer is None:
            self._outer, self.pieces = self.pieces, []

    def release(self) -> str:
        """Go on with the text; what was written since it was held."""
        text = "".join(self.pieces)
        if self._outer is not None:
            self.pieces, self._outer = self._outer, None
        return text

    def sign(self, kind: str, *, closing: bool = False) -> None:
        """Write the sign of a change where this view shows signs; nothing where there is nothing between the two."""
        if self.view != "marked_up" or kind not in SIGNS:
            return
        opening, last = SIGNS[kind][0], self._last
        if closing and last in self._generated and self.pieces[last] == opening:
            self.pieces[last] = ""
        else:
            self._sign(SIGNS[kind][closing])

    def changed(self, change: Change, walk: Walk) -> None:
        """Walk what was inserted, deleted or moved: into the text where this view shows it, and into an annotation in any case."""
        if change in self._open:
            # the cells of an inserted row say so again
            walk()
            return
        self._open.append(change)
        place = self.here
        if not self.shows(change.kind):
            self._note(change, self.aside(walk), place, place)
        else:
            opening, closing = SIGNS[change.kind] if self.view == "marked_up" else ("", "")
            goes_on = bool(opening) and self._closes(change)
            if goes_on:
                self.pieces[self._last] = ""
            else:
                self._sign(opening)
            place, start = self.here, len(self.pieces)
            walk()
            if opening and not goes_on and not self.since(start):
                self.pieces[start - 1] = ""
            elif closing and self.pieces[-1] == "\n":
                # a sign stands on the line that it ends
                self.pieces[-1] = ""
                self._sign(closing)
                self.write("\n")
            else:
                self._sign(closing)
            self._note(change, self.words_since(start), place, self.here)
        self._open.pop()

    def all_changed(self, changes: Sequence[Change], walk: Walk) -> None:
        """Walk within changes, one in the other."""
        if changes:
            self.changed(changes[0], lambda: self.all_changed(changes[1:], walk))
        else:
            walk()

    @property
    def open_changes(self) -> tuple[Change, ...]:
        """The changes that what is written now is a part of; for what belongs to them and is written later."""
        return tuple(self._open)

    def line_end(self, changes: Sequence[Change] = ()) -> None:
        """End a line; `changes` say that its end was inserted or deleted. Where this view lacks the end, the line goes on."""
        start, shown = self.here, all(self.shows(change.kind) for change in changes)
        if shown and self.view == "marked_up":
            for change in changes:
                # what is in an inserted row needs no sign of its own
                if change not in self._open:
                    self._end_sign(change)
            start = self.here
        if shown:
            self.pieces.append("\n")
        for change in changes:
            if change not in self._open:
                self._note(change, "\n", start, self.here)

    def _end_sign(self, change: Change) -> None:
        """Show that the end of a line was changed; within the signs of the words before it, if those were changed with it."""
        opening, closing = SIGNS[change.kind]
        if self._closes(change):
            self.pieces[self._last] = LINE_END + closing
        else:
            self._sign(opening + LINE_END + closing)

    def _closes(self, change: Change) -> bool:
        """Whether the last thing written is the closing sign of the same change."""
        return self._last in self._generated and self.pieces[self._last] == SIGNS[change.kind][1] and self._continues(change)

    def remark(self, change: Change, text: str, start: int | None = None, end: int | None = None) -> None:
        """Note what has no text of its own in any view: a change of format, hidden words; joined to the last one if it goes on there."""
        place = self.here
        self._note(change, text, place if start is None else start, place if end is None else end)

    def comment(self, author: str, made_at: datetime | None, text: str, span: tuple[int, int] | None) -> None:
        """Note a comment, and what it is anchored to."""
        start, end = span or (None, None)
        self._entries.append(Entry(Change("comment", author, made_at), text, start, end))

    def beside(self, change: Change, text: str) -> None:
        """Note what stands nowhere in the text."""
        self._entries.append(Entry(change, text, None, None))

    def block(
        self,
        kind: str,
        start: int,
        end: int | None = None,
        *,
        number: str = "",
        table: int | None = None,
        row: int | None = None,
        cells: Sequence[int] = (),
        note: str = "",
        begun: bool = False,
    ) -> None:
        """Note the nature of what was written since a place; what is kept out of the text has none, unless it had begun in it."""
        if self._outer is None or begun:
            self._spans.append(Span(kind, start, self.here if end is None else end, number, table, row, cells, self.part, note))

    def drop(self, start: int) -> None:
        """Take back what was written since a place; annotations of it stay there."""
        self._generated.difference_update(range(start, len(self.pieces)))
        del self.pieces[start:]
        self._spans = [span for span in self._spans if span.start < start]
        for entry in self._entries:
            if entry.start is not None and entry.end is not None:
                entry.start, entry.end = min(entry.start, start), min(entry.end, start)

    def trim(self, start: int, characters: str = "\n") -> None:
        """Strip what was written since there were so many pieces."""
        for places, stripped in ((range(start, len(self.pieces)), str.lstrip), (range(len(self.pieces) - 1, start - 1, -1), str.rstrip)):
            for place in places:
                self.pieces[place] = stripped(self.pieces[place], characters)
                if self.pieces[place]:
                    break

    def finish(self, title: str, gaps: list[str]) -> Reading:
        """The reading: pages, blocks and annotations in the order of the text."""
        return bound(self.pieces, self._spans, self._entries, title, gaps, SIGNS if self.view == "marked_up" else {})

    @property
    def _last(self) -> int:
        """The place of the last piece that is not empty; of the last one where none of the last few is."""
        end = len(self.pieces)
        return next((place for place in range(end - 1, max(end - MOST_BETWEEN, -1), -1) if self.pieces[place]), end - 1)

    def _sign(self, sign: str) -> None:
        if sign:
            self.pieces[self.slot()] = sign

    def _note(self, change: Change, text: str, start: int, end: int) -> None:
        last = self._entries[-1] if self._entries else None
        # words that the view shows and words that it lacks are two changes, even by one hand
        if last is not None and self._continues(change, start) and last.shown == (end > start):
            last.text += text
            last.end = end if last.shown else last.end
        elif text or change.lead:
            self._entries.append(Entry(change, text, start, end))

    def _continues(self, change: Change, start: int | None = None) -> bool:
        """Whether a change goes on where the last one, by the same hand at the same time, ended."""
        last = self._entries[-1] if self._entries else None
        if last is None or last.change != change or last.end is None:
            return False
        written = self.pieces if self._outer is None else self._outer
        between = range(last.end, self.here if start is None else start)
        return len(between) < MOST_BETWEEN and all(not written[place] or place in self._generated for place in between)
