"""One pass over the tags of a page as its parser writes them: the words that are shown, with marks for lines, pages, rows and items.

The parser's own writing of the page is a stream of tags in perfect order, so no stack of elements is needed and no depth is too great.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape

from nightclerk.ingest.html_facts import Facts
from nightclerk.ingest.html_pieces import Parts, parted
from nightclerk.ingest.html_rows import LINE, MOST_ROWSPAN, MOST_SPAN, PAGE, Span
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
    name_of,
    whole,
)
from nightclerk.ingest.html_writer import Writer

# what a tag does; the tag again if what it opens is not shown
Act = Callable[[], str | None]
# of a piece: the act of its tag, or the span of the cell that it opens; its text, and whether that is blank
Step = tuple[Act | Span | None, str, bool]
CELLS = frozenset(["td", "th"])


def _close_cell() -> None:
    """What ends a cell; only its name counts."""


class Walk(Writer):
    """Goes over the tags of a page, which do what they do to its text."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.hidden_characters = 0
        # what is not shown, a stretch each
        self.hidden: list[str] = []
        self._openings = self._acts_of_openings()
        self._special = self._specials()
        self._closings = self._acts_of_closings()

    def text(self, pieces: Sequence[str], parts: Mapping[str, Parts]) -> str:
        """The words of a page, with marks among them, from its pieces and what each of them is (`html_pieces.Page`)."""
        acts = {tag: self._act(tag) for tag in {tag for tag, _, _ in parts.values()}}
        steps: dict[str, Step | None] = {
            piece: (acts[tag], text, text.isspace()) if acts[tag] or text else None for piece, (tag, _, text) in parts.items()
        }
        self._go(steps, iter(pieces))
        return "".join(self._out)

    def _go(self, steps: Mapping[str, Step | None], stream: Iterator[str]) -> None:
        # cells and words, which are most of a filing, are dealt with here: a call for each takes longer than what it does
        out, outer = self._out, self._outer
        # most tags do nothing, and those are passed over
        for act, text, is_blank in filter(None, map(steps.__getitem__, stream)):
            if act is None:
                pass
            elif act is _close_cell:
                if outer:
                    if self._row is not None:
                        if len(out) == self._start and self._span[1] == 1:
                            self._row.empty += self._span[0]
                        else:
                            self._take_cell(self._row)
                    self._start, self._span, self._facts = outer.pop()
                    self._fresh = True
            elif isinstance(act, tuple):
                outer.append((self._start, self._span, self._facts))
                self._start, self._span, self._facts = len(out), act, ()
                self._fresh = True
            elif unseen := act():
                self._skip(unseen, text, stream)
                continue
            if not text:
                continue
            if self._preformatted or (self._row is None and self._table is not None):
                self._write(text)
            elif not is_blank:
                out.append(text)
                self._fresh = self._labelled = False
            elif not self._fresh:
                # the blanks between two blocks are layout of the source
                out.append(" ")

    def _act(self, tag: str) -> Act | Span | None:
        """What a tag does; None for the many that do nothing."""
        if tag.startswith("/"):
            return self._closings.get(tag[1:])
        name = name_of(tag)
        if name in SKIPPED:
            return (lambda: tag) if name not in VOID else None
        if (" style=" in tag or " hidden" in tag or name == "dialog") and name not in VOID and is_hidden(name, tag):
            return lambda: tag
        if name == "page" or "break-" in tag:
            return self._page_act(name, tag)
        return _span_of(name, tag) if name in CELLS else self._shown(name, tag)

    def _page_act(self, name: str, tag: str) -> Act | None:
        then = self._shown(name, tag)

        def turn() -> str | None:
            self._write(PAGE)
            return then() if then is not None else None

        return turn if breaks_page(name, tag) else then

    def _shown(self, name: str, tag: str) -> Act | None:
        act = self._openings.get(name)
        if act is not None:
            return act
        if name.startswith("ix:nonf"):
            return partial(self._note_fact, tag)
        special = self._special.get(name)
        return special(name, tag) if special is not None else None

    def _specials(self) -> dict[str, Callable[[str, str], Act | None]]:
        """Who tells what a tag does that has more to say than its name."""
        return {
            **dict.fromkeys(LISTS, lambda name, tag: partial(self._open_list, name, tag)),
            **dict.fromkeys(HEADINGS, lambda name, tag: partial(self._open_heading, _number_of(tag))),
            **dict.fromkeys(CELLS, lambda name, tag: partial(self._open_cell, _span_of(name, tag))),
            "li": lambda name, tag: partial(self._open_item, tag),
            "input": lambda name, tag: self._input_act(tag),
        }

    def _acts_of_closings(self) -> dict[str, Act]:
        return {
            **dict.fromkeys(LINES, self._line),
            **dict.fromkeys(PARAGRAPHS, self._paragraph),
            **dict.fromkeys(LISTS, self._close_list),
            **dict.fromkeys(PREFORMATTED, self._close_preformatted),
            **dict.fromkeys(CELLS, _close_cell),
            "tr": self._close_row,
            "table": self._close_table,
        }

    def _acts_of_openings(self) -> dict[str, Act]:
        return {
            **dict.fromkeys(LINES - LISTS - {"li"}, self._line),
            **dict.fromkeys(PARAGRAPHS - HEADINGS, self._paragraph),
            **dict.fromkeys(PREFORMATTED, self._open_preformatted),
            "br": self._break,
            "tr": self._open_row_of_table,
            "table": self._open_table,
        }

    def _skip(self, tag: str, text: str, stream: Iterator[str]) -> None:
        """Go to the end of something that is not shown, and count what a person would want to know of."""
        name, depth, characters = name_of(tag), 1, len(text.strip())
        counts = name not in SKIPPED
        words = [text]
        for piece in stream:
            inner, _, behind = parted(piece)
            if inner == f"/{name}":
                depth -= 1
                if not depth:
                    text = behind
                    break
            elif inner.startswith(name) and name_of(inner) == name:
                depth += 1
            elif inner.startswith("ix:"):
                # facts for machines, which a page hides by the hundred
                counts = False
            characters += len(behind.strip())
            words.append(behind)
        else:
            text = ""
        self.hidden_characters += characters if counts else 0
        self.hidden += [" ".join(words)] if counts and characters else []
        if text:
            self._write(text)

    def _input_act(self, tag: str) -> Act | None:
        found = attributes(tag)
        if found.get("type", "text").lower() not in {"text", "date", "number", "email", "tel", "url"} or not found.get("value"):
            return None
        return partial(self._write, escape(found["value"]))


def _number_of(tag: str) -> str:
    """The number that we ourselves gave a heading."""
    return attributes(tag).get("number", "").removeprefix(LINE) if LINE in tag else ""


def _span_of(name: str, tag: str) -> Span:
    if "span=" not in tag:
        return 1, 1, name == "th"
    found = attributes(tag)
    columns = min(max(whole(found.get("colspan"), 1), 1), MOST_SPAN)
    rows = min(max(whole(found.get("rowspan"), 1), 1), MOST_ROWSPAN)
    return columns, rows, name == "th"
