"""From stored replies to findings: parse, locate, verify, merge, say what is absent, account for what was not answered.

Settling reads only the store, so it may be run again at any time and gives the same rows. It may ask further questions (`rounds`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nightclerk import chunk, findings, ingest, prompting, tokens
from nightclerk.ingest.language import language_of
from nightclerk.pipeline import hostile, identities, rounds
from nightclerk.pipeline.desk import Run
from nightclerk.pipeline.plan import question_rows
from nightclerk.pipeline.rounds import Part
from nightclerk.records import READABLE, Chunk, Finding, Page, Section
from nightclerk.store import analyses, sources
from nightclerk.text import Locator

# blocks that stand in the middle of a sentence where a page ends
FURNITURE = ("page_header", "page_footer", "footnote")


@dataclass(slots=True)
class _Reading:
    """What the replies of one analysis come to."""

    parts: list[Part]
    found: list[Finding] = field(default_factory=list)

    @property
    def gaps(self) -> list[Part]:
        """The parts that nobody has answered for."""
        return [part for part in self.parts if part.gap]

    @property
    def losses(self) -> list[Part]:
        """Parts of whose answer something could not be used: it is not asked again, but nothing is absent for sure."""
        return [part for part in self.parts if part.losses]

    @property
    def answered(self) -> set[str]:
        """The chunks that are answered in all their parts."""
        return {part.chunk.id for part in self.parts} - {part.chunk.id for part in self.gaps}


@dataclass(frozen=True, slots=True)
class _Paper:
    """One document on the table, folded once for all its quotes."""

    text: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]
    chunks: Sequence[Any]
    locator: Locator
    # passages that give orders to whoever reads it: those in its text, and those beside it
    planted: Sequence[findings.Planted] = ()
    beside: Sequence[findings.Planted] = ()


async def settle(run: Run, analysis_id: str, document: sources.StoredDocument) -> bool:
    """File what the replies say. True when further questions were written that want an answer first."""
    store = run.desk.store
    text, pages, sections = await store.aread(sources.document_parts, document.id)
    chunks = await store.aread(analyses.chunk_rows, analysis_id)
    replies = await store.aread(analyses.replies, analysis_id)
    layout = await store.aread(sources.layout, document.id)
    around = await hostile.surroundings(store, document.id)
    paper = await asyncio.to_thread(_paper, text, pages, sections, chunks, layout, around)
    reading = await asyncio.to_thread(_read_replies, run, paper, replies)
    if await _ask_again(run, analysis_id, paper, reading):
        return True
    found, outcome = await asyncio.to_thread(_conclude, run, paper, reading, document)
    await identities.file(store, analysis_id, found, document_id=document.id, text=text, outcome=outcome)
    return False


def _paper(
    text: str,
    pages: tuple[Page, ...],
    sections: tuple[Section, ...],
    chunks: Sequence[Any],
    layout: bytes | None,
    around: hostile.Surroundings,
) -> _Paper:
    return _Paper(text, pages, sections, chunks, _locator(text, layout), hostile.in_text(text, around), hostile.beside(around))


def _locator(text: str, layout: bytes | None) -> Locator:
    blocks = ingest.unpack(layout)
    furniture = [(block.char_start, block.char_end) for block in blocks if block.kind in FURNITURE]
    return Locator(text, furniture, [(*block.cells, block.char_end) for block in blocks if len(block.cells) > 1])


def _read_replies(run: Run, paper: _Paper, replies: Sequence[analyses.ReplyRow]) -> _Reading:
    reading = _Reading(rounds.parts(paper.chunks, replies, run.profile))
    for part in reading.parts:
        # a part that was halved leaves what it said to its first half, so the chunk is where a quote is looked for
        span = (part.chunk.char_start, part.chunk.char_end)
        asked = f"{part.start}-{part.end}"
        reading.found += findings.place(
            [hostile.as_written(answer) for answer in part.answers],
            locator=paper.locator,
            span=span,
            pages=paper.pages,
            sections=paper.sections,
            asked=asked,
        )
    # what a border cut in two was answered in halves
    seams = chunk.seams(paper.text, [part.end for part in reading.parts])
    verifier = findings.Verifier(paper.text, language_of(paper.text))
    reading.found = [verifier.verify(finding) for finding in findings.join_halves(reading.found, paper.text, seams)]
    reading.found = findings.distrusted(reading.found, paper.planted, paper.text)
    return reading


async def _ask_again(run: Run, analysis_id: str, paper: _Paper, reading: _Reading) -> bool:
    wanting = [part for part in reading.parts if part.next]
    if not wanting:
        return False
    pairs = await asyncio.to_thread(lambda: [rows for part in wanting for rows in _further(run, analysis_id, paper, part)])
    requests, questions = [request for request, _ in pairs], [question for _, question in pairs]
    # answered, though the reply is of no use: that is known only now, or another analysis that shares it has found it meanwhile
    useless = [(part.last, part.error) for part in wanting if part.last.usable or part.last.state == "answered"]
    await run.desk.store.write(analyses.replace_questions, useless, requests=requests, questions=questions)
    return True


def _further(run: Run, analysis_id: str, paper: _Paper, part: Part) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The questions that a part needs next."""
    whole = (part.start, part.end) == (part.chunk.char_start, part.chunk.char_end)
    spans = chunk.halves(paper.text, part.start, part.end) if part.next == "split" else [(part.start, part.end)]
    for start, end in spans:
        ask = hostile.question(run.profile, _piece(paper, part.chunk, start, end), len(paper.chunks), paper.planted)
        if part.next == "repair":
            ask = prompting.repaired(ask, part.last.answer or "", part.error)
        elif part.next == "continue":
            ask = prompting.continued(ask, part.kept)
        span = (None, None) if whole and part.next != "split" else (start, end)
        yield question_rows(run, analysis_id, part.chunk.id, ask, kind=part.next, round_=part.last.round + 1, span=span)


def _piece(paper: _Paper, row: Any, start: int, end: int) -> Chunk:
    text = paper.text[start:end]
    path = row.clause_path if start == row.char_start else ingest.clause_path_at(paper.sections, start)
    return Chunk(row.ordinal, start, end, text, tokens.count(text), path)


def _conclude(run: Run, paper: _Paper, reading: _Reading, document: sources.StoredDocument) -> tuple[list[Finding], dict[str, Any]]:
    complete = not reading.gaps and not reading.losses and document.status == "read"
    left_out = hostile.unread(paper.planted, paper.chunks) if run.analyst == "model" else ""
    reason = "; ".join(filter(None, [document.reason, _gap_reason(paper, reading), left_out]))
    categories = [category.name for category in run.profile.categories]
    kind_of = {category.name: category.kind for category in run.profile.categories}
    found = findings.merge(reading.found, categories=categories, kinds=kind_of)
    read = f"{_readable_pages(paper)} of {len(paper.pages)} pages, {len(reading.answered)} of {len(paper.chunks)} chunks"
    if reading.answered:
        # of a document that nobody has answered for, a row per category would say nothing
        is_sure = complete and not left_out
        found += findings.absences(categories, found, complete=is_sure, analyst=run.analyst, read=read, reason=reason)
    kinds = {category.name: category for category in run.profile.categories}
    found = [findings.graded(finding, kinds) for finding in found]
    found += findings.planted_findings([*paper.planted, *paper.beside], paper.text, paper.pages, paper.sections)
    spans = {row.id: row.char_end - row.char_start for row in paper.chunks}
    state = "complete" if complete else "partial" if reading.answered else "failed"
    outcome = {
        "state": state,
        "reason": reason,
        "chunks_answered": len(reading.answered),
        "characters_answered": sum(spans[answered] for answered in reading.answered),
    }
    return found, outcome


def _gap_reason(paper: _Paper, reading: _Reading) -> str:
    """What was not answered, or not used of an answer, part by part."""
    told = [(part, what) for part in reading.parts for what in (part.gap, part.losses, part.notes) if what]
    return "; ".join(f"chunk {part.chunk.ordinal + 1} of {len(paper.chunks)}{_where(part)}: {what}" for part, what in told)


def _where(part: Part) -> str:
    whole = (part.start, part.end) == (part.chunk.char_start, part.chunk.char_end)
    return "" if whole else f", characters {part.start:,} to {part.end:,}"


def _readable_pages(paper: _Paper) -> int:
    return sum(page.status in READABLE for page in paper.pages)
