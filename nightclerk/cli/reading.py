"""What `nightclerk read` shows of a document, as rows: its head, pages, sections, generated numbers, changes and comments."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from nightclerk import ingest
from nightclerk.records import Document, Source

Row = dict[str, Any]
PAGES = ["page", "label", "status", "characters", "reason"]
SECTIONS = ["clause_path", "title", "page", "characters"]
NUMBERS = ["number", "page", "text"]
CHANGES = ["kind", "author", "made_at", "page", "clause_path", "text"]
# of a paragraph, enough to know it by
LEAD = 60


def head(source: Source, status: str, reason: str, document: Document | None) -> Row:
    """The file, and what became of it."""
    rows = document_head(document) if document else {}
    return {
        "file": source.name,
        "type": source.media_type,
        "bytes": source.size_bytes,
        "sha256": source.sha256,
        "status": status,
        "reason": reason,
    } | rows


def document_head(document: Document) -> Row:
    """Who read it how, and what it is."""
    return {
        "reader": document.reader,
        "view": document.view,
        "title": document.title,
        "language": document.language,
        "characters": len(document.text),
        "readable": f"{document.readable_share:.0%} of {len(document.pages)} pages",
    }


def pages(document: Document) -> list[Row]:
    """One row a page."""
    return [
        {
            "page": page.index + 1,
            "label": page.label,
            "status": page.status,
            "reason": page.reason,
            "characters": page.char_end - page.char_start,
            "char_start": page.char_start,
            "char_end": page.char_end,
        }
        for page in document.pages
    ]


def sections(document: Document) -> list[Row]:
    """The outline; `page` is where a section begins, by its printed label where it has one."""
    return [
        {
            "clause_path": section.clause_path,
            "title": section.title,
            "kind": section.kind,
            "depth": section.depth,
            "page": page_at(document, section.char_start),
            "characters": section.char_end - section.char_start,
            "char_start": section.char_start,
            "char_end": section.char_end,
        }
        for section in document.sections
    ]


def numbers(document: Document) -> list[Row]:
    """The labels that are not in the file and that Word or a browser would print, each with the beginning of what it numbers."""
    return [
        {
            "number": block.number.strip(),
            "page": page_at(document, block.char_start),
            "text": document.text[block.char_start + len(block.number) : block.char_end].strip()[:LEAD],
            "char_start": block.char_start,
        }
        for block in ingest.unpack(document.layout)
        if block.number.strip()
    ]


def changes(document: Document) -> list[Row]:
    """Tracked changes, comments and notes, in the order in which they stand."""
    return [
        {
            "kind": one.kind,
            "author": one.author,
            "made_at": one.made_at,
            "page": page_at(document, one.char_start) if one.char_start is not None else "",
            "clause_path": ingest.clause_path_at(document.sections, one.char_start) if one.char_start is not None else "",
            "text": one.text,
            "char_start": one.char_start,
            "char_end": one.char_end,
        }
        for one in document.annotations
    ]


def page_at(document: Document, place: int) -> str:
    """The page of a place, by its printed label where it has one."""
    found = bisect_right(document.pages, place, key=lambda page: page.char_start) - 1
    page = document.pages[found] if found >= 0 else None
    return (page.label or str(page.index + 1)) if page else ""
