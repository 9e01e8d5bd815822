"""A run that waits: its planned questions go into jobs, and once those have answered, its documents go on to their findings.

The first job of a run, the jobs of its follow-up questions and the run's end are one loop (`advance`) over what stands in the store. So it
makes no difference who goes on with a run: the process that began it, or any `collect` after it.
"""

from __future__ import annotations

import logging

from nightclerk.dispatch.gathering import all_of
from nightclerk.errors import CallError, ProviderStop, SkipDocument, StopRun
from nightclerk.pipeline import settle
from nightclerk.pipeline.batch_mode import LEAST_REQUESTS, REALTIME
from nightclerk.pipeline.desk import Run
from nightclerk.pipeline.document import IN_BATCH, STATE_OF, work_out
from nightclerk.pipeline.lifecycle import finish_run
from nightclerk.records import utc_now
from nightclerk.store import analyses, batches, runs, sources, waiting
from nightclerk.store.waiting import Waiting

log = logging.getLogger(__name__)
MOST_ROUNDS = 3
CONFIDENTIAL = (
    f"the collection {{name}} was marked confidential after the run had begun, so what is still open goes into no batch job; {REALTIME} "
    "and run again"
)


async def hand_over(run: Run) -> None:
    """After its documents were planned: put a run's open questions into jobs, or in `auto`, where they are few, ask them now."""
    if not run.defers or run.stopped:
        return
    store = run.desk.store
    if run.mode == "auto":
        left = await store.aread(waiting.wishes, run.id)
        if len(left) < LEAST_REQUESTS:
            await ask_now(run, f"mode auto is realtime here: {len(left)} questions are too few for a batch job")
    await store.write(runs.wait_for_batches, run.id)
    if run.defers:
        await _submit(run)
    await _until_still(run)


async def ask_now(run: Run, reason: str) -> None:
    """Send the questions of a run one by one from here on."""
    run.defers = False
    low, high = run.forecast.in_realtime()
    store = run.desk.store
    await store.write(runs.change_mode, run.id, mode="realtime", reason=reason)
    await store.write(runs.add_estimate, run.id, low_nano_usd=low, high_nano_usd=high)


async def advance(run: Run) -> str:
    """Go on with a run that waits, as far as that is possible now; returns its state, `waiting` while a job holds its questions.

    In `auto` whatever a job did not answer is asked in real time; in `batch` it goes into the next one.
    """
    await _until_still(run)
    counts = await run.desk.store.aread(runs.count_documents, run.id)
    if type(run.stopped) is ProviderStop and counts.get("waiting"):
        # the provider is away for a while: whoever comes next ends it
        return "waiting"
    return await finish_run(run)


async def _until_still(run: Run) -> None:
    """Go on until nothing moves, also nothing that another process has answered, or left to ask, while we were looking."""
    for _ in range(MOST_ROUNDS):
        await _go_on(run)
        left = await run.desk.store.aread(waiting.standing, run.id, owner=run.desk.process_id)
        if run.stopped or left.elsewhere or not (left.ready or (left.wishes and not run.cancelled)):
            return


async def _go_on(run: Run) -> None:
    """Settle what is answered and ask what is open, until nothing moves any more without a job."""
    while not run.stopped and (ready := await run.desk.store.aread(waiting.ready, run.id)):
        ended = sum(await all_of(_go_on_with(run, one) for one in ready))
        if run.stopped or run.cancelled:
            return
        moved = await _submit(run) if run.defers else 0
        if not ended and not moved:
            return


async def _go_on_with(run: Run, one: Waiting) -> bool:
    """Take a document on; True where it has ended, False where it waits on. A fault that nobody foresaw costs this document."""
    async with run.gate:
        if run.stopped:
            return False
        taken = await run.desk.store.write(
            runs.resume, one.run_document_id, analysis_id=one.analysis_id, owner=run.desk.process_id, now=utc_now()
        )
        if not taken:
            return False
        state, reason = await _outcome(run, one)
        await run.desk.store.write(runs.finish_document, one.run_document_id, state=state, reason=reason)
        return state != "waiting"


async def _outcome(run: Run, one: Waiting) -> tuple[str, str]:
    """(state, reason) of a document that we hold the lease on."""
    try:
        return await _worked_out(run, one)
    except StopRun as stop:
        run.stopped = run.stopped or stop
        return "waiting", str(stop)
    except SkipDocument as skip:
        return "unfinished", str(skip)
    except Exception as error:
        log.exception("unexpected error in %s", one.name)
        reason = f"unexpected {type(error).__name__}: {error}"
        return "unfinished", reason


async def _worked_out(run: Run, one: Waiting) -> tuple[str, str]:
    store = run.desk.store
    settled = await store.aread(analyses.settled_since, one.analysis_id, run.started_at)
    if settled is None:
        document = await store.aread(sources.stored_document, one.document_id)
        if not await work_out(run, one.analysis_id, document):
            if not run.cancelled:
                return "waiting", IN_BATCH
            # what was answered is paid for, so it is worth its findings
            while await settle.settle(run, one.analysis_id, document):
                pass
            return "unfinished", "cancelled before it was answered whole"
        settled = await store.aread(analyses.outcome, one.analysis_id)
    state, reason = settled
    return STATE_OF[state], reason


async def _submit(run: Run) -> int:
    """Book what is open and have its jobs created; returns how many questions were booked, or given up.

    What does not fit under a budget stops the run, which still waits for what is in its jobs: their true-up may make room.
    """
    desk = run.desk
    assert desk.batches is not None
    if await desk.store.aread(sources.scope_of, run.collection_id):
        run.stopped = run.stopped or StopRun(CONFIDENTIAL.format(name=run.order.collection))
        return 0
    moved = 0
    try:
        moved = await desk.batches.book(run.terms)
    except StopRun as full:
        run.stopped = run.stopped or full
    for batch_id in await desk.store.aread(batches.of_run, run.id):
        try:
            await desk.batches.tend(batch_id)
        except (CallError, ProviderStop) as refused:
            await _refused(run, refused)
    return moved


async def _refused(run: Run, error: CallError | ProviderStop) -> None:
    """The provider does not take the job: `auto` asks in real time, `batch` stops with the reason."""
    if run.mode == "auto":
        await ask_now(run, f"mode auto is realtime here: the batch job was refused: {error}")
    else:
        run.stopped = run.stopped or StopRun(f"the provider refused the batch job: {error}; {REALTIME}")
