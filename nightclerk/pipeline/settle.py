"""From stored replies to findings: parse, locate, verify, merge, say what is absent, account for what was not answered.

Settling reads only the store, so it may be run again at any time and gives the same rows. It may ask further questions (`rounds`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nightclerk import chunk, findings, ingest, prompting, tokens
from nightclerk.ingest.language import language_of
from nightclerk.pipeline import hostile, identities, votes
from nightclerk.pipeline.beside import Beside
from nightclerk.pipeline.desk import Run
from nightclerk.pipeline.plan import question_rows
from nightclerk.pipeline.rounds import Part
from nightclerk.records import READABLE, Ask, Chunk, Finding, Page, Section
from nightclerk.store import analyses, attachments, sources
from nightclerk.text import Locator

Rows = tuple[dict[str, Any], dict[str, Any]]
# blocks that stand in the middle of a sentence where a page ends
FURNITURE = ("page_header", "page_footer", "footnote")


@dataclass(slots=True)
class _Reading:
    """What the replies of one analysis come to; `parts` are those that speak for their chunks, `wanted` the samples to ask next."""

    parts: list[Part]
    found: list[Finding] = field(default_factory=list)
    lost: Sequence[str] = ()
    wanted: Sequence[tuple[Any, int]] = ()

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
    aside: Beside
    # names of the files that belong to it
    attached: Sequence[str] = ()
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
    attached = await store.aread(attachments.names_beside, document.id) if run.profile.document_checks else []
    paper = await asyncio.to_thread(_paper, run, text, pages, sections, chunks, layout, around, attached)
    second = run.profile.second_pass and run.analyst == "model"
    samples = await asyncio.to_thread(votes.read, chunks, replies, run.profile, second=second)
    if await _ask_again(run, analysis_id, paper, [part for parts in samples.values() for part in parts if part.next]):
        return True
    reading = await asyncio.to_thread(_read_replies, run, paper, samples)
    if await _ask_further(run, analysis_id, paper, reading.wanted):
        return True
    found, outcome = await asyncio.to_thread(_conclude, run, paper, reading, document)
    await identities.file(store, analysis_id, found, document_id=document.id, text=text, outcome=outcome)
    return False


def _paper(
    run: Run,
    text: str,
    pages: tuple[Page, ...],
    sections: tuple[Section, ...],
    chunks: Sequence[Any],
    layout: bytes | None,
    around: hostile.Surroundings,
    attached: Sequence[str],
) -> _Paper:
    planted = hostile.in_text(text, around)
    aside = Beside(run.profile, text, sections, planted)
    return _Paper(text, pages, sections, chunks, _locator(text, layout), aside, attached, planted, hostile.beside(around))


def _locator(text: str, layout: bytes | None) -> Locator:
    blocks = ingest.unpack(layout)
    furniture = [(block.char_start, block.char_end) for block in blocks if block.kind in FURNITURE]
    return Locator(text, furniture, [(*block.cells, block.char_end) for block in blocks if len(block.cells) > 1])


def _read_replies(run: Run, paper: _Paper, samples: Mapping[int, Sequence[Part]]) -> _Reading:
    """What all samples together come to: a vote where the profile wants one."""
    poll = votes.Poll(paper.chunks, samples, votes.samples(run))
    if votes.samples(run) == 1:
        reading = _Reading(poll.accounted({}))
        reading.found = [finding for finding, _ in _found(paper, samples[0])]
        return reading
    tally = poll.count([poll.ballot(sample, _found(paper, parts)) for sample, parts in samples.items()], run.profile)
    return _Reading(poll.accounted(tally.wanted), tally.found, tally.lost, poll.further(tally.wanted))


def _found(paper: _Paper, parts: Sequence[Part]) -> list[tuple[Finding, int]]:
    """What one sample found, located and verified, each with the ordinal of the chunk that it was asked about."""
    placed, chunk_of = [], {}
    for part in parts:
        # a second pass has seen the list of the first, and a part may be a half: what one answer lists apart is told by the name
        for name, answers in ((f"{part.start}-{part.end}", part.answers), (f"{part.start}-{part.end} again", part.missed)):
            chunk_of[name] = part.chunk.ordinal
            placed += findings.place(
                [hostile.as_written(answer) for answer in answers],
                locator=paper.locator,
                # a part that was halved leaves what it said to its first half, so the chunk is where a quote is looked for
                span=(part.chunk.char_start, part.chunk.char_end),
                pages=paper.pages,
                sections=paper.sections,
                asked=name,
                beside=paper.aside.passages((part.start, part.end), (part.chunk.char_start, part.chunk.char_end)) if answers else (),
            )
    # what a border cut in two was answered in halves
    seams = chunk.seams(paper.text, [part.end for part in parts])
    verifier = findings.Verifier(paper.text, language_of(paper.text))
    verified = [verifier.verify(finding) for finding in findings.join_halves(placed, paper.text, seams)]
    return [(finding, chunk_of[finding.asked]) for finding in findings.distrusted(verified, paper.planted, paper.text)]


async def _ask_again(run: Run, analysis_id: str, paper: _Paper, wanting: Sequence[Part]) -> bool:
    # answered, though the reply is of no use: that is known only now, or another analysis that shares it has found it meanwhile
    useless = [(part.last, part.error) for part in wanting if part.next != "second" and (part.last.usable or part.last.state == "answered")]
    return await _ask(run, useless, lambda: [rows for part in wanting for rows in _further(run, analysis_id, paper, part)])


async def _ask_further(run: Run, analysis_id: str, paper: _Paper, wanted: Sequence[tuple[Any, int]]) -> bool:
    """Ask for further samples about chunks."""

    def rows() -> Iterator[Rows]:
        for row, sample in wanted:
            ask = _question(run, paper, row, row.char_start, row.char_end)
            yield question_rows(run, analysis_id, row.id, votes.as_sample(run, ask, sample), kind="vote")

    return await _ask(run, [], rows)


async def _ask(run: Run, useless: Sequence[tuple[analyses.ReplyRow, str]], rows: Callable[[], Iterable[Rows]]) -> bool:
    pairs = await asyncio.to_thread(lambda: list(rows()))
    requests, questions = [request for request, _ in pairs], [question for _, question in pairs]
    if questions:
        await run.desk.store.write(analyses.replace_questions, useless, requests=requests, questions=questions)
    return bool(questions)


def _further(run: Run, analysis_id: str, paper: _Paper, part: Part) -> Iterator[Rows]:
    """The questions that a part needs next."""
    whole = (part.start, part.end) == (part.chunk.char_start, part.chunk.char_end)
    spans = chunk.halves(paper.text, part.start, part.end) if part.next == "split" else [(part.start, part.end)]
    for start, end in spans:
        ask = votes.as_sample(run, _question(run, paper, part.chunk, start, end), part.last.sample)
        if part.next == "repair":
            ask = prompting.repaired(ask, part.last.answer or "", part.error)
        elif part.next == "continue":
            ask = prompting.continued(ask, part.kept)
        elif part.next == "second":
            ask = prompting.missed(ask, part.kept)
        span = (None, None) if whole and part.next != "split" else (start, end)
        yield question_rows(run, analysis_id, part.chunk.id, ask, kind=part.next, round_=part.last.round + 1, span=span)


def _question(run: Run, paper: _Paper, row: Any, start: int, end: int) -> Ask:
    """The question about a span of a chunk, as the plan asks about chunks."""
    return hostile.question(
        run.profile, _piece(paper, row, start, end), len(paper.chunks), paper.planted, paper.aside.passages((start, end))
    )


def _piece(paper: _Paper, row: Any, start: int, end: int) -> Chunk:
    text = paper.text[start:end]
    path = row.clause_path if start == row.char_start else ingest.clause_path_at(paper.sections, start)
    return Chunk(row.ordinal, start, end, text, tokens.count(text), path)


def _conclude(run: Run, paper: _Paper, reading: _Reading, document: sources.StoredDocument) -> tuple[list[Finding], dict[str, Any]]:
    complete = not reading.gaps and not reading.losses and document.status == "read"
    left_out = hostile.unread(paper.planted, paper.chunks) if run.analyst == "model" else ""
    reason = "; ".join(filter(None, [document.reason, _gap_reason(paper, reading), findings.lost_line(reading.lost), left_out]))
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
    found += paper.aside.remarks(paper.pages, paper.attached)
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
