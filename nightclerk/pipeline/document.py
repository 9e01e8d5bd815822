"""One document of a run, from its bytes to its findings: read, plan, dispatch, settle; or, in batch, as far as its open questions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from nightclerk.dispatch import Job
from nightclerk.errors import SkipDocument, StopRun, StoreError
from nightclerk.pipeline import intake, ocr, plan, settle
from nightclerk.pipeline.desk import Entry, Outcome, Run
from nightclerk.records import utc_now
from nightclerk.store import analyses, runs, sources

log = logging.getLogger(__name__)
STATE_OF = {"complete": "complete", "partial": "partial", "failed": "unfinished"}
# how often a document looks whether another run has finished the analysis that it waits for
JOIN_POLL_S = 0.5
IN_BATCH = "its questions are in a batch job, or go into the next one"


async def analyse_document(run: Run, entry: Entry) -> Outcome:
    """Take one document through the whole way. It always ends as a row with a state and, but for `complete`, a reason.

    Where questions of it are left for a batch job, that state is `waiting`.

    A reason to stop the whole run is kept in `run.stopped`; an error that nobody foresaw costs this document and is logged.
    """
    async with run.gate:
        if run.stopped:
            return await _unfinished(run, entry, str(run.stopped))
        try:
            return await _analyse(run, entry)
        except StopRun as stop:
            run.stopped = run.stopped or stop
            return await _unfinished(run, entry, str(stop))
        except SkipDocument as skip:
            return await _unfinished(run, entry, str(skip))
        except Exception as error:
            log.exception("unexpected error in %s", entry.name)
            reason = f"unexpected {type(error).__name__}: {error}"
            return await _unfinished(run, entry, reason)


async def _analyse(run: Run, entry: Entry) -> Outcome:
    earlier = await intake.earlier_analysis(run, entry)
    if earlier:
        await run.desk.store.write(sources.link_source, entry.source_id, earlier.document_id)
        return await _finish(run, entry, earlier.state, earlier.reason, document_id=earlier.document_id, analysis_id=earlier.analysis_id)
    document = await ocr.read_pictures(run, entry, await intake.read_source(run, entry))
    if entry.document and document.status == "read":
        # an archive: what it holds is on the list by itself
        return await _finish(run, entry, "complete", document.reason, document_id=document.id)
    if not intake.is_readable(document):
        return await _finish(run, entry, "unread", f"{document.status}: {document.reason}", document_id=document.id)
    planned = await plan.plan(run, document.id)
    await plan.file(run, planned)
    await _claim(run, entry, planned.analysis_id, document.id)
    # a copy of the document, or another run meanwhile, has asked all there is to ask: what failed then fails no better now
    outcome = await run.desk.store.aread(analyses.settled_since, planned.analysis_id, run.started_at)
    if outcome is None:
        await plan.expect(run, planned)
        await run.desk.store.write(analyses.reopen_failed, planned.analysis_id)
        if not await work_out(run, planned.analysis_id, document):
            return await _finish(run, entry, "waiting", IN_BATCH)
        outcome = await run.desk.store.aread(analyses.outcome, planned.analysis_id)
    state, reason = outcome
    return await _finish(run, entry, STATE_OF[state], reason)


async def _claim(run: Run, entry: Entry, analysis_id: str, document_id: str) -> None:
    """Take the analysis, once whoever works on it has given it back or is gone."""
    while not await run.desk.store.write(
        runs.claim,
        entry.run_document_id,
        analysis_id=analysis_id,
        document_id=document_id,
        owner=run.desk.process_id,
        now=utc_now(),
    ):
        await asyncio.sleep(JOIN_POLL_S)


async def work_out(run: Run, analysis_id: str, document: sources.StoredDocument) -> bool:
    """Ask and settle until nothing is open: True. False where what is open waits for a batch job; then nothing is settled yet."""
    asking = True
    while asking:
        if await _ask(run, analysis_id, document):
            return False
        asking = await settle.settle(run, analysis_id, document)
    return True


async def _ask(run: Run, analysis_id: str, document: sources.StoredDocument) -> int:
    """Have the open questions answered; returns how many are left for a batch job."""
    jobs = await _open_jobs(run, analysis_id, document.id)
    if run.defers:
        return len(await run.desk.dispatcher.answer_from_store(run.terms, jobs))
    try:
        await run.desk.dispatcher.drain(run.terms, jobs)
    except StopRun:
        # what was answered before the stop is paid for, so it is worth its findings; what it would ask now, the next run asks
        while await settle.settle(run, analysis_id, document):
            pass
        raise
    return len(await _open_jobs(run, analysis_id, document.id)) if jobs else 0


async def _open_jobs(run: Run, analysis_id: str, document_id: str) -> Sequence[Job]:
    rows = await run.desk.store.aread(analyses.open_jobs, analysis_id)
    return [
        Job(
            question_id=row.id,
            request_hash=row.request_hash,
            body=row.body,
            purpose=row.kind,
            document_id=document_id,
            prompt_tokens=row.prompt_tokens,
            max_output_tokens=row.max_output_tokens,
        )
        for row in rows
    ]


async def _unfinished(run: Run, entry: Entry, reason: str) -> Outcome:
    """Leave the document to the next run. Where the database takes no word of it, the end of the run, or its recovery, says so."""
    try:
        return await _finish(run, entry, "unfinished", reason)
    except StoreError as error:
        run.stopped = run.stopped or error
        return Outcome(entry.name, "unfinished", reason)


async def _finish(
    run: Run, entry: Entry, state: str, reason: str, *, document_id: str | None = None, analysis_id: str | None = None
) -> Outcome:
    await run.desk.store.write(
        runs.finish_document, entry.run_document_id, state=state, reason=reason, document_id=document_id, analysis_id=analysis_id
    )
    return Outcome(entry.name, state, reason)
