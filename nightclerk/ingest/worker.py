"""The reading process: `python -m nightclerk.ingest.worker`, started by the sandbox and by nobody else.

It loads each parser once, when the first file asks for it, reads nobody's file itself and stays single-threaded, so that forking it is safe
and cheap. Each job, one line of JSON on stdin, is read by a fork with limits (`worker_child`, `worker_reader`). A fork goes on to the next
file while nothing speaks against it; OCR and unpacking have one to a job. Where a fork that has read other files before has no document of
this one, a fresh fork reads it again, so that no file pays for those before it. The answer on stdout is a line with two lengths, JSON and
text (`worker_frames`). When stdin closes, the asker is gone: the fork is killed and the process leaves.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import logging
import os
import pkgutil
import select
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nightclerk.ingest.worker_child import Child, Outcome
from nightclerk.ingest.worker_frames import BLOCK_BYTES, STAYS, TROUBLED, send, skip
from nightclerk.ingest.worker_reader import told

Job = dict[str, Any]
STDIN, STDOUT = 0, 1
PARENT_CHECK_S = 5.0
WARM = Path(__file__).parent / "warm"
# a fork lives for a few files: collecting after every 700 objects costs it more than the garbage
GARBAGE_THRESHOLD = 50_000


def main() -> None:
    """Answer jobs until stdin closes."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    forks = Forks()
    try:
        for job in _jobs():
            if _load(job["function"]):
                # one that waits has not what was loaded since
                forks.dismiss()
            _answer(forks, job)
    finally:
        forks.dismiss()


def _jobs() -> Iterator[Job]:
    pending = b""
    while True:
        while b"\n" not in pending:
            pending += _more()
        line, pending = pending.split(b"\n", 1)
        yield json.loads(line)


def _load(function: str) -> bool:
    """Load a parser once for all files, if it is not there yet; whether it was not.

    One that cannot be loaded fails in the fork, which tells why.
    """
    module = function.partition(":")[0]
    if module in sys.modules:
        return False
    with contextlib.suppress(ImportError):
        importlib.import_module(module)
        _warm(function)
    # what is here for good need not be looked at by the collector of each fork, which would copy the memory that it looks at
    gc.collect()
    gc.freeze()
    return True


def _warm(function: str) -> None:
    """Read a file of our own, so that what libraries set up at their first file is there in every fork and not made by each.

    This is for speed only: whatever may be wrong with the parser, its forks will tell of each file.
    """
    module, _, name = function.partition(":")
    sample = next(WARM.glob(f"{module.rpartition('.')[2]}.*"), None)
    if sample and name == "read":
        with contextlib.suppress(Exception):
            told(pkgutil.resolve_name(function)(sample), {"reader": "", "media_type": "", "advice": "", "view": ""})


def _more() -> bytes:
    """The next bytes from the asker; leave where there is none any more, even if a fork of it still holds our stdin open."""
    asker = os.getppid()
    while not select.select([STDIN], [], [], PARENT_CHECK_S)[0]:
        if os.getppid() != asker:
            sys.exit()
    return os.read(STDIN, BLOCK_BYTES) or sys.exit()


def _answer(forks: Forks, job: Job) -> None:
    """Answer a job; where the reader's process crashes, with what that of the second reader says, if the format has one."""
    deadline = time.monotonic() + job["wall_s"]
    frame, why, crashed = forks.read(job, deadline)
    if crashed and job["fallback"]:
        frame, second_why, _ = forks.read(job | {"function": job["fallback"], "alone": True}, deadline)
        why = f"{why}; then {second_why}"
    send(STDOUT, frame.parcel if frame else skip("failed", why))


class Forks:
    """The forks that read, of which at most one waits for its next file."""

    def __init__(self) -> None:
        self._waiting: Child | None = None

    def read(self, job: Job, deadline: float) -> Outcome:
        """Have a file read: by the fork that waits, and by a fresh one where there is none or it fails for what may be its own reasons."""
        if job["alone"]:
            return self._ask(Child(job, beside=self._waiting), job, deadline)
        child, self._waiting = self._waiting, None
        if child and child.takes(job):
            child.hand(job)
            found = self._ask(child, job, deadline)
            if not found.crashed and (found.frame is None or found.frame.word != TROUBLED):
                return found
        elif child:
            child.end()
        return self._ask(Child(job, beside=None), job, deadline)

    def _ask(self, child: Child, job: Job, deadline: float) -> Outcome:
        """What a fork says of the job that it has; it waits for the next one, or is at its end."""
        found = child.answer(job, deadline)
        if found.frame and found.frame.word == STAYS and not job["alone"]:
            self._waiting = child
        elif found.frame:
            child.end()
        return found

    def dismiss(self) -> None:
        """Let go of the fork that waits."""
        if self._waiting:
            self._waiting.end()
            self._waiting = None


if __name__ == "__main__":
    main()
