"""What the tags of a page do to its text: lines, paragraphs, lists, tables and their cells, with marks for what is a block."""

from __future__ import annotations

from nightclerk.ingest.html_facts import Facts
from nightclerk.ingest.html_rows import BLANK, LINE, OPEN, SEP, Row, Span, Table
from nightclerk.ingest.html_tables import Renderer
from nightclerk.ingest.html_tags import attributes, is_item, list_form, own_form, whole
from nightclerk.ingest.numerals import formatted

# a cell with more facts is a text, and says them itself
MOST_FACTS = 9
# how far back the words above a table are looked for
PARTS_ABOVE, CHARACTERS_ABOVE = 12, 600
# of a block, before it is known where it stands: kind, number, table, row, note
Known = tuple[str, str, int | None, int | None, str]


class Writer:
    """The text of a page while it is written; `known` are its marked parts by number."""

    def __init__(self, facts: Facts) -> None:
        self.known: list[Known] = []
        self._out: list[str] = []
        # whether the text is at the beginning of a line
        self._fresh = True
        # of the cell that is open: where its words begin in `_out`, its span, the tags of its facts; and of those around it
        self._start = 0
        self._span: Span = (1, 1, False)
        self._facts: tuple[str, ...] = ()
        self._outer: list[tuple[int, Span, tuple[str, ...]]] = []
        self._tables: list[tuple[Table | None, Row | None]] = []
        self._table: Table | None = None
        self._row: Row | None = None
        self._lists: list[tuple[str, int, int]] = []
        self._labelled = False
        self._preformatted = 0
        self._renderer = Renderer(self._open_row, facts.words)

    def _write(self, text: str) -> None:
        if text.isspace() and not self._preformatted:
            if not self._fresh:
                self._out.append(" ")
            return
        words = text.replace("\n", LINE) if self._preformatted else text
        if self._row is None and self._table is not None:
            # a caption, or the end of a page between two rows
            self._table.rows.append(words)
        else:
            self._out.append(words)
        self._fresh = self._labelled = False

    def _line(self) -> None:
        if not self._fresh:
            self._out.append(LINE)
            self._fresh = True

    def _break(self) -> None:
        self._out.append(LINE)
        self._fresh = True

    def _paragraph(self) -> None:
        if not self._labelled:
            self._out.append(BLANK)
            self._fresh = True

    def _mark(self, kind: str, number: str = "") -> str:
        self.known.append((kind, number, None, None, ""))
        return f"{OPEN}{len(self.known) - 1}{SEP}{number}"

    def _open_heading(self, number: str) -> None:
        self._out.append(BLANK + self._mark("heading", number))
        self._fresh = not number

    def _open_row(self, table: int, row: int, note: str) -> int:
        self.known.append(("table_row", "", table, row, note))
        return len(self.known) - 1

    def _open_preformatted(self) -> None:
        self._line()
        self._preformatted += 1

    def _close_preformatted(self) -> None:
        self._preformatted = max(0, self._preformatted - 1)
        self._line()

    def _open_table(self) -> None:
        self._paragraph()
        self._tables.append((self._table, self._row))
        self._table, self._row = Table(), None

    def _close_table(self) -> None:
        if self._table is None:
            return
        above = self._out[max(self._start, len(self._out) - PARTS_ABOVE) :]
        parts = self._renderer.parts(self._table, "".join(above)[-CHARACTERS_ABOVE:])
        self._table, self._row = self._tables.pop()
        if self._row is not None and parts:
            self._row.has_table = True
        self._out += parts
        self._paragraph()

    def _open_row_of_table(self) -> None:
        if self._table is not None:
            self._row = self._table.begin()

    def _close_row(self) -> None:
        if self._table is not None and self._row is not None:
            self._table.end(self._row)
            self._row = None

    def _open_cell(self, span: Span) -> None:
        self._outer.append((self._start, self._span, self._facts))
        self._start, self._span, self._facts = len(self._out), span, ()
        self._fresh = True

    def _take_cell(self, row: Row) -> None:
        row.add(self._out[self._start :], self._span, self._facts)
        del self._out[self._start :]

    def _note_fact(self, tag: str) -> None:
        self._facts = (*self._facts[:MOST_FACTS], tag)

    def _open_list(self, name: str, tag: str) -> None:
        self._line()
        found = attributes(tag)
        step = -1 if "reversed" in found else 1
        self._lists.append((list_form(name, tag), whole(found.get("start"), 1), step))

    def _close_list(self) -> None:
        if self._lists:
            self._lists.pop()
        self._line()

    def _open_item(self, tag: str) -> None:
        self._line()
        if not is_item(tag):
            return
        form, count, step = self._lists[-1] if self._lists else ("bullet", 1, 1)
        count = whole(attributes(tag).get("value"), count) if "value" in tag else count
        if self._lists:
            self._lists[-1] = (form, count + step, step)
        form = own_form(tag) or form
        if form != "none":
            number = "•" if form == "bullet" else f"{formatted(count, form)}."
            self._out.append(f"{self._mark('list_item', number)} ")
            self._fresh = self._labelled = True
