"""From stored replies to findings: parse, locate, merge, say what is absent, account for what was not answered.

Settling reads only the store, so it may be run again at any time and gives the same rows. It may ask further questions: a reply that
is no JSON is asked for once more, as another sample.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nightclerk import findings
from nightclerk.errors import BadAnswer
from nightclerk.pipeline.desk import Run
from nightclerk.pipeline.plan import question_rows
from nightclerk.records import READABLE, Chunk, Finding, Page, Section, utc_now
from nightclerk.store import analyses, sources
from nightclerk.text import Locator

PROBLEMS_NAMED = 5


@dataclass(slots=True)
class _Reading:
    """What the replies of one analysis come to."""

    found: list[Finding] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    gaps: dict[str, str] = field(default_factory=dict)
    # what of an answer could not be used: it was answered, so it is not asked again, but nothing is absent for sure
    losses: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    useless: list[tuple[analyses.ReplyRow, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Paper:
    """One document on the table, folded once for all its quotes."""

    text: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]
    chunks: Sequence[Any]
    locator: Locator


async def settle(run: Run, analysis_id: str, document: sources.StoredDocument) -> bool:
    """File what the replies say. True when further questions were written that want an answer first."""
    store = run.desk.store
    text, pages, sections = await store.aread(sources.document_parts, document.id)
    chunks = await store.aread(analyses.chunk_rows, analysis_id)
    replies = await store.aread(analyses.replies, analysis_id)
    paper = _Paper(text, pages, sections, chunks, await asyncio.to_thread(Locator, text))
    reading = await asyncio.to_thread(_read_replies, run, paper, replies)
    if await _ask_again(run, analysis_id, paper, reading):
        return True
    found, outcome = await asyncio.to_thread(_conclude, run, paper, reading, document)
    rows = [(findings.finding_id(analysis_id, finding), finding) for finding in found]
    await store.write(analyses.file_findings, analysis_id, rows, outcome=outcome, now=utc_now())
    return False


def _read_replies(run: Run, paper: _Paper, replies: Sequence[analyses.ReplyRow]) -> _Reading:
    reading = _Reading()
    by_chunk: dict[str, list[analyses.ReplyRow]] = {}
    for reply in replies:
        by_chunk.setdefault(reply.chunk_id, []).append(reply)
    for chunk in paper.chunks:
        for reply in by_chunk.get(chunk.id, []):
            _read_reply(run, paper, chunk, reply, reading)
        if chunk.id not in reading.answered:
            reading.gaps.setdefault(chunk.id, "not asked")
    return reading


def _read_reply(run: Run, paper: _Paper, chunk: Any, reply: analyses.ReplyRow, reading: _Reading) -> None:
    if chunk.id in reading.answered:
        return
    if reply.answer is None:
        reading.gaps[chunk.id] = reply.reason or "not answered yet"
        return
    try:
        # a truncated answer still holds complete items; the chunk stays a gap all the same
        parsed = findings.parse(reply.answer, run.profile, salvage=not reply.usable)
    except BadAnswer as bad:
        reading.gaps[chunk.id] = reply.unusable_reason or str(bad)
        # answered, though the reply is marked: another analysis that shares it has given it up meanwhile
        if reply.usable or reply.state == "answered":
            reading.useless.append((reply, str(bad)))
        return
    reading.found += findings.place(
        parsed.answers, locator=paper.locator, span=(chunk.char_start, chunk.char_end), pages=paper.pages, sections=paper.sections
    )
    if not reply.usable:
        reading.gaps[chunk.id] = reply.unusable_reason or reply.reason
        return
    reading.answered.add(chunk.id)
    reading.gaps.pop(chunk.id, None)
    if parsed.problems:
        (reading.notes if parsed.whole else reading.losses)[chunk.id] = "; ".join(parsed.problems[:PROBLEMS_NAMED])


async def _ask_again(run: Run, analysis_id: str, paper: _Paper, reading: _Reading) -> bool:
    if not reading.useless:
        return False
    useless = {reply.chunk_id for reply, _ in reading.useless if reply.kind == "ask"}
    pairs = [
        question_rows(run, analysis_id, chunk.id, _piece(paper, chunk), len(paper.chunks), kind="repair", sample=1)
        for chunk in paper.chunks
        if chunk.id in useless
    ]
    requests, questions = [request for request, _ in pairs], [question for _, question in pairs]
    await run.desk.store.write(analyses.replace_questions, reading.useless, requests=requests, questions=questions)
    return bool(questions)


def _piece(paper: _Paper, chunk: Any) -> Chunk:
    text = paper.text[chunk.char_start : chunk.char_end]
    return Chunk(chunk.ordinal, chunk.char_start, chunk.char_end, text, chunk.tokens, chunk.clause_path)


def _conclude(run: Run, paper: _Paper, reading: _Reading, document: sources.StoredDocument) -> tuple[list[Finding], dict[str, Any]]:
    complete = not reading.gaps and not reading.losses and document.status == "read"
    reason = "; ".join(filter(None, [document.reason, _gap_reason(paper, reading)]))
    categories = [category.name for category in run.profile.categories]
    found = findings.merge(reading.found, categories=categories)
    read = f"{_readable_pages(paper)} of {len(paper.pages)} pages, {len(reading.answered)} of {len(paper.chunks)} chunks"
    if reading.answered:
        # of a document that nobody has answered for, a row per category would say nothing
        found += findings.absences(categories, found, complete=complete, analyst=run.analyst, read=read, reason=reason)
    severity = {category.name: category.severity for category in run.profile.categories}
    found = [replace(finding, severity=severity.get(finding.category)) if finding.state == "present" else finding for finding in found]
    spans = {chunk.id: chunk.char_end - chunk.char_start for chunk in paper.chunks}
    state = "complete" if complete else "partial" if reading.answered else "failed"
    outcome = {
        "state": state,
        "reason": reason,
        "chunks_answered": len(reading.answered),
        "characters_answered": sum(spans[chunk] for chunk in reading.answered),
    }
    return found, outcome


def _gap_reason(paper: _Paper, reading: _Reading) -> str:
    """What was not answered, or not used of an answer, chunk by chunk."""
    told = [reading.gaps, reading.losses, reading.notes]
    parts = [(chunk, why[chunk.id]) for chunk in paper.chunks for why in told if chunk.id in why]
    return "; ".join(f"chunk {chunk.ordinal + 1} of {len(paper.chunks)}: {what}" for chunk, what in parts)


def _readable_pages(paper: _Paper) -> int:
    return sum(page.status in READABLE for page in paper.pages)
