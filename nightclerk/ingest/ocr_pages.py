"""The pages of a file that are pictures, each read in a process of its own; what becomes of each is said on the page."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest.ocr_engines import Answers, Engine
from nightclerk.records import Annotation, Document, Page

Job = dict[str, Any]
# runs a job in a child process: the document, and what was not read of it
Ask = Callable[[Job], tuple[Document, list[str]]]
UNREAD = {"needs_ocr", "garbled"}
ANSWER = "nightclerk.ingest.ocr_answer:read_answer"
# how many files' worth of time all pages of a file may take together
SHARE = 6
JOIN = "nightclerk.ingest.ocr_join:join"
# the job that reads a page, or why there is none
Way = Callable[[Page, Job], Job | str]


def way(engine: Engine | None, answers: Answers | None) -> Way | None:
    """How pictures of pages are read: from the answers of an endpoint, by an engine, or not at all."""
    if answers is not None:
        return lambda page, job: _from_answers(answers, page, job)
    return None if engine is None else lambda page, job: _by_engine(engine, page, job)


def _by_engine(engine: Engine, page: Page, job: Job) -> Job:
    options = job["options"] | {"module": engine.module, "languages": engine.languages, "page": page.index}
    return job | {"function": job["page_function"], "fallback": "", "options": options}


def _from_answers(answers: Answers, page: Page, job: Job) -> Job | str:
    found = answers.pages.get(page.index, f"{answers.model} was not asked for it")
    if isinstance(found, str):
        return found
    options = {"page": page.index, "answer": asdict(found) | {"model": answers.model}, "passwords": job["options"].get("passwords", ())}
    return job | {"function": ANSWER, "fallback": "", "options": options}


def read_again(document: Document, gaps: list[str], job: Job, *, way: Way, ask: Ask) -> Document:
    """The document with those of its pages that are pictures read by OCR; `job` read it first, `ask` runs another."""
    pages = list(_read_pages(document, job, way, ask))
    texts = [document.text[page.char_start : page.char_end] if text is None else text for page, text in pages]
    reading = {
        "pages": [[text, page.label, page.status, page.reason] for text, (page, _) in zip(texts, pages, strict=True)],
        "spans": [[page.char_start, page.char_end] for page in document.pages],
        "title": document.title,
        "language": document.language,
        "gaps": gaps,
        "layout": base64.b64encode(document.layout).decode(),
        "annotations": [_annotation(one) for one in document.annotations],
    }
    return ask(job | {"function": JOIN, "fallback": "", "options": {"reading": reading}})[0]


def _annotation(one: Annotation) -> list[Any]:
    made_at = one.made_at.isoformat() if one.made_at else None
    return [one.kind, one.text, one.author, made_at, one.char_start, one.char_end]


def _read_pages(document: Document, job: Job, way: Way, ask: Ask) -> Iterator[tuple[Page, str | None]]:
    """Each page as it is now, and its text where that is new."""
    limit_s = SHARE * job["wall_s"]
    deadline = time.monotonic() + limit_s
    for page in document.pages:
        one = way(page, job) if page.status in UNREAD else None
        if one is None:
            yield page, None
        elif isinstance(one, str):
            yield replace(page, reason=f"{page.reason}; {one}"), None
        elif time.monotonic() > deadline:
            yield replace(page, reason=f"{page.reason}; OCR of this file took longer than the limit of {limit_s:g} s"), None
        else:
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
