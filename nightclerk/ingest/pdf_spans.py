"""What a PDF's reader knows of stretches of the text while pages are put together, and where these came to stand in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nightclerk.ingest.marked import DELIMITER, Marks, fold_marked
from nightclerk.ingest.reading import fold
from nightclerk.records import Annotation, Block


@dataclass(frozen=True, slots=True)
class Assembled:
    """The pages' texts as they stay, and the spans of them, counted from the beginning of the first page."""

    pages: list[str]
    blocks: list[Block]
    annotations: list[Annotation]


class Spans:
    """Puts marks around text and keeps what each stands for."""

    def __init__(self) -> None:
        self._marks = Marks()
        self._blocks: dict[int, Block] = {}
        self._cells: dict[int, list[int]] = {}
        self._notes: dict[int, Annotation] = {}
        self._placeless: list[Annotation] = []
        self._tables = 0

    def block(self, kind: str, text: str) -> str:
        """The text, marked as a block."""
        number, marked = self._marks.around(text)
        self._blocks[number] = Block(kind, 0, 0)
        return marked

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        """The rows of a table, a line for each, with ` | ` between their cells."""
        lines = [self._row(cells, self._tables, place) for place, cells in enumerate(rows)]
        self._tables += 1
        return "".join(f"{line}\n" for line in lines)

    def _row(self, cells: Sequence[str], table: int, place: int) -> str:
        filled = len(cells) - next(place for place, cell in enumerate(reversed(cells)) if cell)
        around = [self._marks.around(cell) for cell in cells[:filled]]
        number, marked = self._marks.around(" | ".join(text for _, text in around))
        self._blocks[number] = Block("table_row", 0, 0, table=table, row=place)
        self._cells[number] = [cell for cell, _ in around]
        return marked

    def note(self, annotation: Annotation, text: str) -> str:
        """The text, marked as what an annotation is about."""
        number, marked = self._marks.around(text)
        self._notes[number] = annotation
        return marked

    def note_without_place(self, annotation: Annotation) -> None:
        """Keep an annotation that is about no words of the text."""
        self._placeless.append(annotation)

    def assemble(self, texts: Sequence[str]) -> Assembled:
        """Fold the pages and find every mark again."""
        pages: list[str] = []
        spans: dict[int, tuple[int, int]] = {}
        position = 0
        for text in texts:
            page, found = _folded(text)
            spans |= {number: (start + position, end + position) for number, (start, end) in found.items()}
            pages.append(page)
            position += len(page)
        blocks = [self._placed(number, *span, spans) for number, span in spans.items() if number in self._blocks]
        notes = [
            replace(self._notes[number], char_start=span[0], char_end=span[1]) for number, span in spans.items() if number in self._notes
        ]
        return Assembled(pages, sorted(blocks, key=lambda block: block.char_start), [*notes, *self._placeless])

    def _placed(self, number: int, start: int, end: int, spans: dict[int, tuple[int, int]]) -> Block:
        cells = tuple(spans[cell][0] for cell in self._cells.get(number, []) if cell in spans)
        return replace(self._blocks[number], char_start=start, char_end=end, cells=cells)


def _folded(text: str) -> tuple[str, dict[int, tuple[int, int]]]:
    """A page as it stays, ended by one line end, and the spans of its marks."""
    if DELIMITER not in text:
        return _ended(fold(text)), {}
    folded = fold_marked(text)
    page = _ended(folded.pages[0])
    dropped = len(folded.pages[0]) - len(folded.pages[0].lstrip("\n "))
    length = len(page)
    return page, {
        number: (min(max(start - dropped, 0), length), min(max(end - dropped, 0), length)) for number, (start, end) in folded.spans.items()
    }


def _ended(text: str) -> str:
    return text.strip("\n ") + "\n" if text.strip() else ""
