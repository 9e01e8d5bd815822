r"""RTF: striprtf decodes the characters; what it does not know of is settled before: changes, notes, tables, pages, hidden words.

The text is the accepted view: what `\deleted` marks is left out, what `\revised` marks stays. A table row is one line, its cells divided
by ` | `. Notes, text boxes, headers and footers follow the body. After the RTF Specification 1.9.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from nightclerk.ingest.html_rows import CELL as MARK
from nightclerk.ingest.html_rows import Cell
from nightclerk.ingest.html_tables import Notes
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters
from nightclerk.records import Block

PAGE_BREAK = "\f"
# a control character, which means nothing in the file itself
CELL = "\x02"
TOKEN = re.compile(
    r"\\bin(?P<binary>\d{1,9}) ?|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<code>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\\Z",
    re.DOTALL,
)
# what pictures, objects, fields and entries of an index are made of
DROPPED = frozenset(["pict", "fldinst", "objdata", "themedata", "colorschememapping", "datastore", "nonshppict", "shprslt", "xe", "tc"])
FURNITURE = frozenset(["header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"])
MOVED = FURNITURE | {"footnote", "shptxt"}
# striprtf would make `|` of a cell and blank lines of a page's end, and leave out old list numbers and the rows of inner tables
INSTEAD = {
    "page": r"\par \'0c",
    "cell": CELL,
    "nestcell": CELL,
    "row": r"\par ",
    "nestrow": r"}\par {\*\nesttableprops ",
    "sect": r"\par ",
    "pntext": "",
}
# they say how to read what follows, also where they stand in words that are left out
KEPT = frozenset(["f", "uc"])
TITLE = re.compile(r"\{\\title ([^{}]{1,500})\}")
CODE_PAGE = re.compile(r"\\ansicpg\d{1,5}")
# what programs append, which nobody misses
MOST_LEFT = 100
# in the names of fonts, which nobody reads
ESCAPES = re.compile(r"\\uc?-?\d*(?![a-zA-Z\d]) ?")
SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
HIGH = re.compile(r"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group: font, whether its text was deleted, is hidden, or is none; and what it becomes when it ends."""

    font: str = ""
    deleted: bool = False
    hidden: bool = False
    dropped: bool = False
    moved: str = ""

    @property
    def silent(self) -> bool:
        return self.deleted or self.hidden or self.dropped


def read(path: Path) -> Reading:
    """Read an RTF file; bytes that its code pages do not know become U+FFFD."""
    source, is_bytes = _characters(path.read_bytes())
    settler = _Settler(source.replace(CELL, ""), is_bytes)
    settler.run()
    head = settler.head()
    body, notes, others = settler.parts()
    texts = [_decoded(head, body)]
    texts += [f"[{place}] {_decoded(head, note)}" for place, note in enumerate(notes, start=1)]
    texts += [_decoded(head, other) for other in dict.fromkeys(others)]
    joined = "\n".join(text.strip(" \n") for text in texts if text.strip()).replace(CELL, MARK)
    pages, blocks = _with_rows([fold(page) for page in joined.split(PAGE_BREAK)])
    title = TITLE.search(settler.source)
    return Reading(
        [PageText(page, status="text" if has_letters(page) else "blank") for page in pages],
        _decoded(head, title[1]) if title else "",
        gaps=settler.gaps,
        blocks=blocks,
    )


def _with_rows(pages: list[str]) -> tuple[list[str], list[Block]]:
    """The pages with their rows of cells written out, and a block for each row."""
    written: list[str] = []
    rows: list[tuple[int, int, list[Cell]]] = []
    position = table = 0
    for page in pages:
        lines: list[str] = []
        start = position
        for line in page.split("\n"):
            cells = [(column, cell.strip()) for column, cell in enumerate(line.split(MARK)) if cell.strip()]
            plain = " | ".join(cell for _, cell in cells) if MARK in line else line
            if MARK in line and cells:
                rows.append((table, start, [Cell(column, column + 1, cell) for column, cell in cells]))
            table += MARK not in line and bool(rows) and rows[-1][0] == table
            if plain or MARK not in line:
                lines.append(plain)
                start += len(plain) + 1
        written.append("\n".join(lines))
        position += len(written[-1])
    return written, [block for _, group in groupby(rows, key=lambda row: row[0]) for block in _row_blocks(list(group))]


def _row_blocks(rows: list[tuple[int, int, list[Cell]]]) -> Iterator[Block]:
    notes = Notes([cells for _, _, cells in rows], "", lambda tag: tag)
    for number, (table, start, cells) in enumerate(rows):
        starts = list(accumulate([len(cell.text) + 3 for cell in cells[:-1]], initial=start))
        yield Block("table_row", start, starts[-1] + len(cells[-1].text), "", table, number, tuple(starts), note=notes.of(cells))


def _characters(content: bytes) -> tuple[str, bool]:
    r"""(the source, whether its characters above 0x7f are bytes in a code page). RTF is ASCII; some programs write UTF-8 all the same."""
    if not content.isascii() and b"\\bin" not in content:
        try:
            return content.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return content.decode("latin-1"), True


class _Settler:
    """One pass over the tokens, which go as they are to the sink of the group they stand in, or not at all."""

    def __init__(self, source: str, is_bytes: bool) -> None:
        self.source = source
        self.hidden_characters = 0
        self.gaps: list[str] = []
        self._is_bytes = is_bytes
        self._sink: list[str] = []
        self._body = self._sink
        self._stack: list[tuple[_State, list[str]]] = []
        self._state = _State()
        self._notes: list[str] = []
        self._boxes: list[str] = []
        self._furniture: list[str] = []

    def run(self) -> None:
        """Settle the source up to the end of its outer group."""
        position = 0
        while position < len(self.source):
            match = TOKEN.match(self.source, position)
            if match is None:
                return
            position = match.end() + int(match["binary"] or 0)
            if match["brace"]:
                self._brace(match[0])
                if not self._stack:
                    break
            elif match["word"]:
                self._word(match)
            elif not self._state.silent:
                self._sink.append(
                    HIGH.sub(_escaped, match[0]) if self._is_bytes and match["text"] else match[0] if not match["binary"] else ""
                )
            elif self._state.hidden and not self._state.dropped and match["text"]:
                self.hidden_characters += len(match["text"].strip())
        self._end(len(self.source[position:].strip("} \t\r\n\0")))

    def _end(self, left_characters: int) -> None:
        """Close what is open, and note what that means."""
        if self.hidden_characters:
            self.gaps.append(f"{self.hidden_characters} characters of hidden text were left out")
        if self._stack:
            self.gaps.append("the file is cut off or damaged: a group in it does not end")
        if left_characters > MOST_LEFT:
            self.gaps.append(f"{left_characters} characters after the end of the RTF were not read")
        while self._stack:
            self._brace("}")

    def head(self) -> str:
        """The code page and the fonts, which say what the bytes of every part mean."""
        page = CODE_PAGE.search(self.source)
        return f"\\ansi{page[0] if page else ''} {self._fonts()}"

    def parts(self) -> tuple[str, list[str], list[str]]:
        """(body, notes, text boxes and then headers and footers)."""
        return "".join(self._body), self._notes, self._boxes + self._furniture

    def _fonts(self) -> str:
        start = self.source.find("{\\fonttbl")
        depth = 0
        for match in re.finditer(r"\\[{}]|[{}]", self.source[start:]) if start >= 0 else ():
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if not depth:
                return ESCAPES.sub("", self.source[start : start + match.end()]).encode("ascii", "replace").decode()
        return ""

    def _brace(self, brace: str) -> None:
        if brace == "{":
            self._sink.append("{")
            self._stack.append((self._state, self._sink))
            self._state = replace(self._state, moved="")
            return
        ended, sink = self._state.moved, self._sink
        self._state, self._sink = self._stack.pop()
        if ended:
            # a mark that was not deleted has a text that was not
            self._target(ended).append("".join(sink))
        if ended == "footnote":
            self._sink.append(f"}}[{len(self._notes)}]{{")
        self._sink.append("}")

    def _target(self, kind: str) -> list[str]:
        return self._notes if kind == "footnote" else self._boxes if kind == "shptxt" else self._furniture

    def _word(self, match: re.Match[str]) -> None:
        word, on = match["word"], match["number"] != "0"
        if word in DROPPED:
            self._state = replace(self._state, dropped=True)
        elif word in {"deleted", "mvf"}:
            self._state = replace(self._state, deleted=on)
        elif word == "v":
            self._state = replace(self._state, hidden=on)
        elif word == "plain":
            self._state = replace(self._state, deleted=False, hidden=False)
        elif word in MOVED and not self._state.silent and not self._state.moved:
            self._sink = [f"\\f{self._state.font} " if self._state.font else ""]
            self._state = replace(self._state, moved=word)
            return
        elif word == "f":
            self._state = replace(self._state, font=match["number"] or "")
        if not self._state.silent or word in KEPT:
            self._sink.append(_harmless(match) if word in {"u", "uc"} else INSTEAD.get(word, match[0]))


def _harmless(match: re.Match[str]) -> str:
    r"""`\u` and `\uc` with numbers that they may have: a sign of 16 bits, though some programs write a whole code point."""
    number = int(match["number"] or 1)
    if match["word"] == "uc" or match["number"] is None:
        return f"\\{match['word']}{number} "
    return f"\\u{number} " if -0x8000 <= number <= 0x10FFFF else "\\u65533 "


def _escaped(match: re.Match[str]) -> str:
    return f"\\'{ord(match[0]):02x}"


def _decoded(head: str, part: str) -> str:
    # the body brings its own outer group; what was moved has none
    text: str = rtf_to_text(f"{{\\rtf1{head}{part}}}", errors="replace")  # type: ignore[no-untyped-call]
    whole = SURROGATES.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
    return whole.replace(MARK, "\ufffd")
