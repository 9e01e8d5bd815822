"""One pass over the tags of a page as its parser writes them: the words that are shown, with marks for lines, pages, rows and items.

The parser's own writing of the page is a stream of tags in perfect order, so no stack of elements is needed and no depth is too great.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from html import escape

from nightclerk.ingest.html_facts import Facts
from nightclerk.ingest.html_tables import BLANK, LINE, MOST_ROWSPAN, MOST_SPAN, OPEN, PAGE, SEP, Renderer, Row, Table
from nightclerk.ingest.html_tags import (
    HEADINGS,
    LINES,
    LISTS,
    PARAGRAPHS,
    PREFORMATTED,
    SKIPPED,
    VOID,
    attributes,
    breaks_page,
    is_hidden,
    is_item,
    list_form,
    name_of,
    own_form,
    whole,
)
from nightclerk.ingest.numerals import formatted

# what a tag does; whether what follows is not shown
Act = Callable[[], bool | None]
# a cell with more facts is a text, and says them itself
MOST_FACTS = 9
# how an empty cell ends, which is one tag from its beginning to its end
CELL_END = "</td>"
# of a block, before it is known where it stands: kind, number, table, row, note
Known = tuple[str, str, int | None, int | None, str]


def _skips() -> bool:
    return True


class Walk:
    """The words of a page; `known` are the marked parts by number."""

    def __init__(self, facts: Facts) -> None:
        self.known: list[Known] = []
        self.hidden_characters = 0
        self._out: list[str] = []
        self._fresh = True
        self._outer: list[tuple[list[str], tuple[int, int, bool], tuple[str, ...]]] = []
        self._tables: list[tuple[Table | None, Row | None]] = []
        self._table: Table | None = None
        self._row: Row | None = None
        self._cell: tuple[int, int, bool] = (1, 1, False)
        self._facts: tuple[str, ...] = ()
        self._lists: list[tuple[str, int, int]] = []
        self._labelled = False
        self._preformatted = 0
        self._renderer = Renderer(self._open_row, facts.words)

    def text(self, tokens: list[str]) -> str:
        """The words of a page, from (text, tag, text, ..., tag, text), with marks among them."""
        tags, texts = tokens[1::2], tokens[2::2]
        acts = {tag: self._act(tag) for tag in set(tags)}
        stream = zip(tags, texts, strict=True)
        for tag, text in stream:
            act = acts[tag]
            if act is not None and act():
                self._skip(tag, text, stream)
            elif text:
                self._write(text)
        return "".join(self._out)

    def _write(self, text: str) -> None:
        if text.isspace() and not self._preformatted:
            # the blanks between two blocks are layout of the source
            if not self._fresh:
                self._out.append(" ")
        else:
            words = text.replace("\n", LINE) if self._preformatted else text
            if self._table is not None and self._row is None:
                # a caption, or the end of a page between two rows
                self._table.rows.append(words)
            else:
                self._out.append(words)
            self._fresh = self._labelled = False

    def _act(self, tag: str) -> Act | None:
        """What a tag does; None for the many that do nothing."""
        name = name_of(tag)
        if tag.startswith("</"):
            return self._closing(name)
        if name in SKIPPED:
            return _skips if name not in VOID else None
        if name not in VOID and is_hidden(name, tag):
            return None if tag.endswith(CELL_END) else _skips
        if name == "page" or "break-" in tag:
            return self._page_act(name, tag)
        return self._shown(name, tag)

    def _page_act(self, name: str, tag: str) -> Act | None:
        then = self._shown(name, tag)

        def turn() -> bool | None:
            self._write(PAGE)
            return then() if then is not None else None

        return turn if breaks_page(name, tag) else then

    def _shown(self, name: str, tag: str) -> Act | None:
        if name == "br":
            return self._break
        if name in {"td", "th"}:
            return self._cell_act(name, tag)
        if name in LISTS:
            return partial(self._open_list, name, tag)
        if name == "li":
            return partial(self._open_item, tag)
        if name == "input":
            return self._input_act(tag)
        if name.startswith("ix:nonf"):
            return partial(self._note_fact, tag)
        return self._plain_act(name, tag)

    def _plain_act(self, name: str, tag: str) -> Act | None:
        if name == "table":
            return self._open_table
        if name == "tr":
            return self._open_row_of_table
        if name in PREFORMATTED:
            return self._open_preformatted
        if name in HEADINGS:
            number = attributes(tag).get("number", "") if LINE in tag else ""
            return partial(self._open_heading, number.removeprefix(LINE))
        return self._closing(name)

    def _closing(self, name: str) -> Act | None:
        special: dict[str, Act] = {"table": self._close_table, "tr": self._close_row, "td": self._close_cell, "th": self._close_cell}
        if name in special:
            return special[name]
        if name in PREFORMATTED:
            return self._close_preformatted
        if name in LISTS:
            return self._close_list
        return self._paragraph if name in PARAGRAPHS else self._line if name in LINES else None

    def _skip(self, tag: str, text: str, stream: Iterator[tuple[str, str]]) -> None:
        """Go to the end of something that is not shown, and count what a person would want to know of."""
        name, depth, characters = name_of(tag), 1, len(text.strip())
        counts = name not in SKIPPED
        opening, closing = f"<{name}", f"</{name}>"
        for inner, behind in stream:
            if inner == closing:
                depth -= 1
                if not depth:
                    text = behind
                    break
            elif inner.startswith(opening) and name_of(inner) == name and not inner.endswith(closing):
                depth += 1
            elif inner.startswith("<ix:"):
                # facts for machines, which a page hides by the hundred
                counts = False
            characters += len(behind.strip())
        else:
            text = ""
        self.hidden_characters += characters if counts else 0
        if text:
            self._write(text)

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
        parts = self._renderer.parts(self._table, "".join(self._out[-12:])[-600:])
        self._table, self._row = self._tables.pop()
        if self._row is not None and parts:
            self._row.has_table = True
        self._out += parts
        self._paragraph()

    def _open_row_of_table(self) -> None:
        if self._table is not None:
            self._row = Row()

    def _close_row(self) -> None:
        if self._table is not None and self._row is not None:
            self._table.rows.append(self._row)
            self._row = None

    def _cell_act(self, name: str, tag: str) -> Act:
        found = attributes(tag) if "span=" in tag else {}
        columns = min(max(whole(found.get("colspan"), 1), 1), MOST_SPAN)
        rows = min(max(whole(found.get("rowspan"), 1), 1), MOST_ROWSPAN)
        return partial(self._empty_cell if tag.endswith(CELL_END) else self._open_cell, (columns, rows, name == "th"))

    def _open_cell(self, cell: tuple[int, int, bool]) -> None:
        self._outer.append((self._out, self._cell, self._facts))
        self._out, self._cell, self._facts = [], cell, ()
        self._fresh = True

    def _close_cell(self) -> None:
        if not self._outer:
            return
        parts, facts, cell = self._out, self._facts, self._cell
        self._out, self._cell, self._facts = self._outer.pop()
        if not parts:
            self._empty_cell(cell)
        elif self._row is not None:
            self._row.cells.append((parts, *cell, facts))
        self._fresh = True

    def _empty_cell(self, cell: tuple[int, int, bool]) -> None:
        if self._row is not None:
            cells = self._row.cells
            if cell[1] > 1:
                cells.append(([], *cell, ()))
            elif cells and isinstance(cells[-1], int):
                cells[-1] += cell[0]
            else:
                cells.append(cell[0])
        self._fresh = True

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

    def _input_act(self, tag: str) -> Act | None:
        found = attributes(tag)
        if found.get("type", "text").lower() not in {"text", "date", "number", "email", "tel", "url"} or not found.get("value"):
            return None
        return partial(self._write, escape(found["value"]))
