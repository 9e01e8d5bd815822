"""The pages of a file that are pictures, each read in a process of its own; what becomes of each is said on the page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest.ocr_engines import Engine
from nightclerk.records import Document, Page

Job = dict[str, Any]
# runs a job in a child process: the document, and what was not read of it
Ask = Callable[[Job], tuple[Document, list[str]]]
UNREAD = {"needs_ocr", "garbled"}
# how many files' worth of time all pages of a file may take together
SHARE = 6
JOIN = "nightclerk.ingest.ocr:join"


def read_again(document: Document, gaps: list[str], job: Job, *, engine: Engine, ask: Ask) -> Document:
    """The document with those of its pages that are pictures read by OCR; `job` read it first, `ask` runs another."""
    pages = list(_read_pages(document, job, engine, ask))
    texts = [document.text[page.char_start : page.char_end] if text is None else text for page, text in pages]
    parts = [[text, page.label, page.status, page.reason] for text, (page, _) in zip(texts, pages, strict=True)]
    reading = {"pages": parts, "title": document.title, "language": document.language, "gaps": gaps}
    return ask(job | {"function": JOIN, "fallback": "", "options": {"reading": reading}})[0]


def _read_pages(document: Document, job: Job, engine: Engine, ask: Ask) -> Iterator[tuple[Page, str | None]]:
    """Each page as it is now, and its text where that is new."""
    limit_s = SHARE * job["wall_s"]
    deadline = time.monotonic() + limit_s
    ocr = job["options"] | {"module": engine.module, "languages": engine.languages}
    for page in document.pages:
        if page.status not in UNREAD:
            yield page, None
        elif time.monotonic() > deadline:
            yield replace(page, reason=f"{page.reason}; OCR of this file took longer than the limit of {limit_s:g} s"), None
        else:
            one = job | {"function": job["page_function"], "fallback": "", "options": ocr | {"page": page.index}}
            try:
                yield _merged(page, document.text[page.char_start : page.char_end], ask(one)[0])
            except SkipDocument as skip:
                yield replace(page, reason=f"{page.reason}; OCR failed: {skip.reason}"), None


def _merged(page: Page, text: str, found: Document) -> tuple[Page, str | None]:
    """The page as OCR left it. The few words of its text layer that OCR did not read, and what was typed over it, stay below."""
    [read] = found.pages
    if read.status != "ocr":
        blank = read.status == "blank" and not text.strip()
        return replace(page, status="blank" if blank else page.status, reason=f"{page.reason}; {read.reason}"), None
    seen = _letters(found.text)
    left = [line for line in text.splitlines() if _letters(line) not in seen]
    return replace(page, status="ocr", reason=read.reason), "".join(f"{line}\n" for line in [found.text.rstrip("\n"), *left])


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
