"""Collecting: every batch job as far as it is, then every run that waits as far as it goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from nightclerk.errors import BadUsage, CallError, ProviderStop
from nightclerk.pipeline.batch_reopen import reopen
from nightclerk.pipeline.batch_run import advance
from nightclerk.pipeline.desk import Desk
from nightclerk.store import batches, waiting

log = logging.getLogger(__name__)
# between two looks at jobs that take hours: soon at first, every five minutes in the end
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0


@dataclass(slots=True)
class Collected:
    """What one look came to.

    `ended` has (run id, state) of each run that ended, `waiting` is how many wait on, `jobs` how many jobs are out. `problems` are for a
    person, `delays` pass by themselves.
    """

    ended: list[tuple[str, str]] = field(default_factory=list)
    waiting: int = 0
    jobs: int = 0
    problems: list[str] = field(default_factory=list)
    delays: list[str] = field(default_factory=list)

    def then(self, later: Collected) -> Collected:
        """Both looks as one: what ended in either, and how things stand at the later one."""
        return Collected([*self.ended, *later.ended], later.waiting, later.jobs, later.problems, later.delays)


async def collect(desk: Desk) -> Collected:
    """Tend every batch and go on with every run that waits. Two at once are safe: each takes what the other has not taken.

    Raises:
        BadUsage: the settings lead to no endpoint that has batch jobs.
        ProviderStop: the endpoint refuses the key, or cannot be reached.
        StoreError: the database failed.
    """
    try:
        return await _look(desk)
    except CallError as away:
        raise ProviderStop(str(away)) from None


async def _look(desk: Desk) -> Collected:
    """As `collect`; raises `CallError` where the endpoint is away for a while."""
    result = Collected()
    store = desk.store
    if desk.batches is None:
        raise BadUsage("there are batch jobs to collect, and the settings lead to no endpoint that has any")
    try:
        # under which names models answer today: without them an answer could be taken for another model's
        await desk.provider.served_models()
    except (CallError, ProviderStop) as error:
        return await _unreached(desk, error)
    for batch_id in await store.aread(batches.to_tend):
        try:
            await desk.batches.tend(batch_id)
        except (CallError, ProviderStop) as refused:
            result.problems.append(str(refused))
    return await _runs(desk, result)


async def _unreached(desk: Desk, error: CallError | ProviderStop) -> Collected:
    """The endpoint does not say which models it serves, so nothing is collected now; what it keeps no more by now is given up."""
    assert desk.batches is not None
    told = f"the endpoint does not say which models it serves, so nothing is collected now: {error}"
    if await desk.batches.give_up_old(told):
        return await _runs(desk, Collected(problems=[told]))
    raise ProviderStop(told) if isinstance(error, ProviderStop) else CallError(told)


async def _runs(desk: Desk, result: Collected) -> Collected:
    for run_id in await desk.store.aread(waiting.waiting_runs):
        await _advance(desk, run_id, result)
    result.jobs = len(await desk.store.aread(batches.to_tend))
    result.problems = list(dict.fromkeys(result.problems))
    result.delays += [reason for reason in await desk.store.aread(batches.reasons) if reason not in result.problems]
    return result


async def _advance(desk: Desk, run_id: str, result: Collected) -> None:
    if await desk.store.aread(waiting.awaited, run_id) and not await desk.store.aread(waiting.ready, run_id):
        # all that it has open is out
        result.waiting += 1
        return
    try:
        run = await reopen(desk, run_id)
    except (BadUsage, ProviderStop) as error:
        result.problems.append(f"run {run_id}: {error}")
        result.waiting += 1
        return
    state = await advance(run)
    if state != "waiting":
        result.ended.append((run_id, state))
        return
    result.waiting += 1
    if run.stopped:
        # only an endpoint that is away for a while has no error of its own
        passes = type(run.stopped) is ProviderStop
        (result.delays if passes else result.problems).append(f"run {run_id[:8]}: {run.stopped}")


async def collect_all(desk: Desk, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncIterator[Collected]:
    """Look again and again, after longer and longer pauses, until nothing waits or is out, or what is in the way does not pass."""
    pause_s = FIRST_PAUSE_S
    result = Collected()
    while True:
        try:
            result = await _look(desk)
        except CallError as away:
            result = Collected(waiting=max(1, result.waiting), jobs=result.jobs, delays=[str(away)])
        yield result
        if result.problems or not (result.waiting or result.jobs):
            return
        await sleep(pause_s)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
