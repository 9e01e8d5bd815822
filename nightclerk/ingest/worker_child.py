"""A fork of the reading process as that process sees it: asked for one file after the other, watched, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import Any, NamedTuple

from nightclerk.ingest import worker_reader
from nightclerk.ingest.worker_frames import BLOCK_BYTES, Frame, framed, missing, write

Job = dict[str, Any]
STDIN = 0
ID_BYTES = 8
ENDING_S = 1.0
NO_ANSWER = "the reading process gave an answer that is none"
# a line that a pipe takes at once, so that a fork that does not read cannot hold up the worker
MOST_JOB_BYTES = 4_096


class Outcome(NamedTuple):
    """What came of a file: the answer, else why there is none and whether the fork crashed over it."""

    frame: Frame | None
    why: str = ""
    crashed: bool = False


class Child:
    """A fork for a job, which it has got already; `beside` is the fork that waits meanwhile, whose pipes are not for this one."""

    def __init__(self, job: Job, beside: Child | None) -> None:
        self.files = 0
        self.limits = (job["memory_mb"], job["cpu_s"])
        inlet, self._jobs = os.pipe()
        self._answers, outlet = os.pipe()
        worker = os.getpid()
        job = self._identified(job)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                for ours in [self._jobs, self._answers, *(beside.pipes if beside else ())]:
                    os.close(ours)
                worker_reader.serve(job, inlet, outlet, worker)
                os._exit(0)
            finally:
                # nothing may bring it back into the loop of the worker
                os._exit(1)
        os.close(inlet)
        os.close(outlet)

    @property
    def pipes(self) -> tuple[int, int]:
        """Our ends of its two pipes."""
        return self._jobs, self._answers

    def takes(self, job: Job) -> bool:
        """Whether it may read a file: under the same limits, and with nothing left over from the one before."""
        if job["alone"] or self.limits != (job["memory_mb"], job["cpu_s"]) or len(json.dumps(job)) >= MOST_JOB_BYTES:
            return False
        return not select.select([self._answers], [], [], 0)[0]

    def hand(self, job: Job) -> None:
        """Give it the next file."""
        # a fork that is gone shows when it is asked for the answer
        with contextlib.suppress(BrokenPipeError):
            write(self._jobs, json.dumps(self._identified(job)).encode() + b"\n")

    def _identified(self, job: Job) -> Job:
        self._job_id = os.urandom(ID_BYTES).hex()
        return job | {"id": self._job_id}

    def answer(self, job: Job, deadline: float) -> Outcome:
        """Wait for the answer to the job that it has; one that does not give it is ended."""
        frame, cut_off = self._receive(job, deadline)
        self.files += 1
        return Outcome(frame) if frame else self._failed(job, cut_off)

    def _receive(self, job: Job, deadline: float) -> tuple[Frame | None, str]:
        """(what the fork answered, why it was cut off); neither where it ended without an answer."""
        data = bytearray()
        late = f"reading took longer than the limit of {job['wall_s']:g} s"
        while True:
            ready = select.select([self._answers, STDIN], [], [], max(deadline - time.monotonic(), 0))[0]
            if STDIN in ready:
                # one job at a time: anything here but the end would be a second asker
                self.end()
                sys.exit()
            block = os.read(self._answers, BLOCK_BYTES) if ready else b""
            if not block:
                return None, "" if ready else late
            data += block
            lacking = missing(data)
            if len(data) + max(lacking or 0, 0) > job["output_mb"] << 20:
                return None, f"its text is larger than the limit of {job['output_mb']} MB"
            if lacking == 0 and (frame := framed(data, self._job_id)):
                return frame, ""
            if lacking is not None and lacking <= 0:
                # how it ends tells more, if it ends
                deadline, late = min(deadline, time.monotonic() + ENDING_S), NO_ANSWER

    def _failed(self, job: Job, cut_off: str) -> Outcome:
        """End it; how it ended if it was not cut off."""
        status, cpu_s = self.end()
        if cut_off:
            return Outcome(None, cut_off, crashed=cut_off == NO_ANSWER)
        code = os.waitstatus_to_exitcode(status)
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        # what a fork used up for several files says nothing of the last
        if name == "SIGXCPU" or (self.files == 1 and cpu_s >= job["cpu_s"]):
            return Outcome(None, f"reading took more than the limit of {job['cpu_s']} CPU seconds")
        if name == "SIGKILL":
            # a fork that has read other files may have been killed while it waited, or for what it kept of them
            return Outcome(None, "the reading process was killed by the system (SIGKILL), probably for memory", crashed=self.files > 1)
        return Outcome(None, f"the parser died ({name}), possibly at the memory limit of {job['memory_mb']} MB", crashed=True)

    def end(self) -> tuple[int, float]:
        """Kill it and let go of it: its exit status, and the CPU seconds that it used."""
        # a fork that has ended keeps its own exit status; one that has closed its pipe and goes on must not be waited for
        os.kill(self.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        for pipe in self.pipes:
            os.close(pipe)
        return status, usage.ru_utime + usage.ru_stime
