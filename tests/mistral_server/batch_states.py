"""How a job goes on: with every look at it, or when a test says so; never with time alone."""

from __future__ import annotations

import time
from itertools import cycle

from pydantic import BaseModel, ConfigDict, Field

from mistral_server.batch_job import ENDED, Job
from mistral_server.batch_results import Press
from mistral_server.batch_run import Runner
from mistral_server.behaviour import Behaviour
from mistral_server.files import Files


class Order(BaseModel):
    """What a test says: `POST /_batch/advance`. Without any field every unfinished job goes on to its end."""

    model_config = ConfigDict(extra="forbid")

    job_id: str | None = None
    requests: int | None = Field(default=None, ge=0)
    end: str | None = Field(default=None, pattern=f"^({'|'.join(ENDED)})$")
    hours: float | None = Field(default=None, ge=0)


class Progress:
    """Moves jobs through their states.

    Of `batch_polls` looks the first shows a job QUEUED, the others RUNNING with an even share of the requests run, and the next one its
    end. With None it waits for orders. A job whose hours are over ends at the next look; a cancelled one at the second look after.
    """

    def __init__(self, behaviour: Behaviour, runner: Runner, files: Files) -> None:
        self._behaviour, self._runner, self._files = behaviour, runner, files
        self._press = Press(behaviour, files)
        self._ends = cycle(behaviour.batch_ends)
        self._hours = 0.0

    def now(self) -> float:
        """Seconds since the epoch, and the hours that tests let pass."""
        return time.time() + self._hours * 3_600

    def pass_hours(self, hours: float) -> None:
        """Let hours pass."""
        self._hours += hours

    async def look(self, job: Job) -> None:
        """What happens to a job that is about to be shown."""
        async with job.lock:
            if not job.ended:
                job.looks += 1
                await self._looked_at(job)

    async def _looked_at(self, job: Job) -> None:
        polls = self._behaviour.batch_polls
        if self.now() >= job.created_at + job.timeout_hours * 3_600:
            self._end(job, "TIMEOUT_EXCEEDED")
        elif polls is None:
            pass
        elif job.status == "CANCELLATION_REQUESTED":
            if job.looks > min(polls, 1):
                self._end(job, "CANCELLED")
        elif job.looks > polls:
            await self._finish(job, next(self._ends))
        elif job.looks > 1:
            await self._go_on(job, len(job.lines) * (job.looks - 1) // polls)

    async def obey(self, job: Job, order: Order) -> None:
        """What a test wants of one job; an ended job stays as it is."""
        async with job.lock:
            if order.requests is not None:
                await self._go_on(job, len(job.results) + order.requests)
            if order.end:
                await self._finish(job, order.end)
            elif order.requests is None:
                await self._finish(job, "CANCELLED" if job.status == "CANCELLATION_REQUESTED" else next(self._ends))

    async def _go_on(self, job: Job, upto: int) -> None:
        """Run some requests, or fail a job that cannot be run."""
        if job.ended:
            return
        if missing := [name for name in job.input_files if not self._files.has(name)]:
            job.wrong[f"Input file {missing[0]} not found"] += 1
        if job.wrong:
            self._end(job, "FAILED")
            return
        if job.status == "QUEUED":
            job.status = "RUNNING"
        job.started_at = job.started_at or self.now()
        await self._runner.run(job, upto)

    async def _finish(self, job: Job, status: str) -> None:
        """End a job; only success runs what is left."""
        if status == "SUCCESS":
            await self._go_on(job, len(job.lines))
        if job.ended:
            return
        if status == "FAILED":
            job.wrong["The batch job failed"] += 1
        self._end(job, status)

    def _end(self, job: Job, status: str) -> None:
        job.status, job.completed_at = status, self.now()
        if job.results and (status == "SUCCESS" or self._behaviour.batch_partial):
            self._press.publish(job)
