"""The end of a manuscript: its pieces become pages, and places in it offsets of the folded text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from nightclerk.ingest.manuscript_notes import Entry, Span
from nightclerk.ingest.marked import fold_at
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters
from nightclerk.records import Annotation, Block

PAGE_BREAK = "\f"
Signs = Mapping[str, tuple[str, str]]


def bound(
    pieces: Sequence[str],
    spans: Sequence[Span],
    entries: Sequence[Entry],
    title: str,
    gaps: list[str],
    signs: Signs,
) -> Reading:
    """The reading of a manuscript: pages, blocks and annotations in the order of the text; `signs` are those of the view, by kind."""
    offsets = [0, *accumulate(map(len, pieces))]
    places = sorted(_places(spans, entries))
    pages, moved = fold_at("".join(pieces), [offsets[place] for place in places], PAGE_BREAK)
    where = dict(zip(places, moved, strict=True))
    text = "".join(pages)
    blocks = [block for span in spans if (block := _block(span, where, text)).char_start < block.char_end]
    annotations = [_annotation(entry, where, text, signs) for entry in entries]
    blocks.sort(key=lambda block: (block.char_start, -block.char_end))
    annotations.sort(key=lambda one: (one.char_start is None, one.char_start or 0, one.char_end or 0))
    texts = [PageText(page, status="text" if has_letters(page) else "blank") for page in pages]
    return Reading(texts, title, gaps=gaps, blocks=blocks, annotations=annotations)


def counted(count: int, what: str) -> str:
    """`1 picture was`, `2 pictures were`."""
    return f"{count} {what}{'s were' if count > 1 else ' was'}"


def scanned(reading: Reading, pictures: int) -> Reading:
    """The reading of a document; pictures and not a letter are most likely a scan, which nobody has read."""
    if not pictures or any(page.status == "text" for page in reading.pages):
        return reading
    pages = [replace(page, status="needs_ocr", reason="pictures only: save the document as PDF") for page in reading.pages]
    return replace(reading, pages=pages, gaps=[*reading.gaps, f"{counted(pictures, 'picture')} not read: save the document as PDF"])


def _places(spans: Sequence[Span], entries: Sequence[Entry]) -> set[int]:
    of_blocks = {place for span in spans for place in (span.start, span.end, *span.cells)}
    return of_blocks | {place for entry in entries for place in (entry.start, entry.end) if place is not None}


def _trimmed(start: int, end: int, text: str) -> tuple[int, int]:
    """A span without the blanks at its edges, unless it holds nothing else; folded text has no long runs of them."""
    first, last = start, end
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return (first, last) if first < last else (start, end)


def _block(span: Span, where: dict[int, int], text: str) -> Block:
    start, end = _trimmed(where[span.start], where[span.end], text)
    cells = tuple(min(max(where[cell], start), end) for cell in span.cells)
    # what is printable needs no folding
    number = span.number if span.number.isprintable() else fold(span.number)
    number = " ".join(number.split())
    return Block(span.kind, start, end, number, span.table, span.row, cells, span.part, span.note)


def _annotation(entry: Entry, where: dict[int, int], text: str, signs: Signs) -> Annotation:
    change = entry.change
    words = fold(change.lead + entry.text)
    if entry.start is None or entry.end is None:
        return Annotation(change.kind, words, change.author, change.made_at)
    start, end = _trimmed(where[entry.start], max(where[entry.start], where[entry.end]), text)
    opening, closing = signs.get(change.kind, ("", ""))
    inside = text[start:end]
    # the sign that closes a change stands on the line that the change ends
    if closing and inside.endswith(closing) and inside.count(closing) > inside.count(opening):
        end -= len(closing)
    return Annotation(change.kind, words, change.author, change.made_at, start, end)
