"""Inside of a fork of the reading process: read a file under its limits, answer, and where nothing speaks against it wait for the next.

A fork and the memory that it touches for the first time cost more than most files do, so a fork reads several, one after the other. It goes
on only after a file that became a document and left it as it was: the same open files, threads, folder, environment and settings, hardly
more memory. After anything else, and after MOST_FILES, it leaves, and the next file gets a fresh one.
"""

from __future__ import annotations

import base64
import ctypes
import gc
import json
import locale
import logging
import os
import pkgutil
import resource
import signal
import sys
import threading
import time
import warnings
from dataclasses import fields
from decimal import getcontext
from itertools import count
from operator import attrgetter
from pathlib import Path
from typing import Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest.reading import Reading, compose
from nightclerk.ingest.worker_frames import BLOCK_BYTES, LEAVES, STAYS, TROUBLED, Parcel, parcel, send, skip
from nightclerk.records import Annotation, Document, Page, Section

Job = dict[str, Any]
PAGE, SECTION = (attrgetter(*(field.name for field in fields(record))) for record in (Page, Section))
STREAMS = (0, 1, 2)
# of what a fork costs the fiftieth part is nothing; what a file that takes a fork over could still forge are these files
MOST_FILES = 50
# over what it had at first; a fresh fork is worth less than the memory that the next file may take
MOST_GROWTH_BYTES = 150 << 20
# a limit of whole seconds counts from what was used before; less than this much of a second is rounded off
ROUNDED_OFF_S = 0.05
PR_SET_PDEATHSIG = 1
SIZES = Path("/proc/self/statm")
OPEN_FILES = Path("/dev/fd")


def serve(job: Job, inlet: int, outlet: int, worker: int) -> None:
    """Answer a job and, unless it is to have a fork of its own, those that come through the inlet, one to a line."""
    _confine(job, worker)
    before, size_bytes = _footing(), _size_bytes()
    for files in count(1):
        _limit_cpu(job)
        answer, is_document = _answer(job)
        stays = is_document and not job["alone"] and files < MOST_FILES
        stays = stays and _size_bytes() - size_bytes <= MOST_GROWTH_BYTES and _is_as_before(before)
        send(outlet, answer, job["id"], STAYS if stays else LEAVES if is_document else TROUBLED)
        del answer
        if not stays:
            return
        job = _next(inlet)


def _next(inlet: int) -> Job:
    line = bytearray()
    while not line.endswith(b"\n"):
        block = os.read(inlet, BLOCK_BYTES)
        if not block:
            os._exit(0)
        line += block
    job: Job = json.loads(line)
    return job


def _answer(job: Job) -> tuple[Parcel, bool]:
    """What came of a file, and whether that is a document."""
    try:
        found = pkgutil.resolve_name(job["function"])(Path(os.fsdecode(bytes.fromhex(job["path"]))), **job["options"])
        return (told(found, job) if "reader" in job else parcel({"value": found})), True
    except SkipDocument as skipped:
        return skip(skipped.status, skipped.reason), False
    except MemoryError:
        return skip("failed", f"reading took more than the memory limit of {job['memory_mb']} MB"), False
    except RecursionError:
        return skip("damaged", "its structure is nested too deeply"), False
    except OSError as error:
        return skip("failed", f"cannot be opened: {error.strerror or error}"), False
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on a strange file costs this file and is told with it
        return skip("damaged", f"cannot be read ({type(error).__name__}: {str(error)[:300]})"), False


def _confine(job: Job, worker: int) -> None:
    """Nothing to write to but the answer, the limits, and an end when the process that forked it ends."""
    _end_with(worker)
    devnull = os.open(os.devnull, os.O_RDWR)
    for stream in STREAMS:
        os.dup2(devnull, stream)
    os.close(devnull)
    memory_bytes = job["memory_mb"] << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # a reader writes no files
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _end_with(worker: int) -> None:
    """Be killed when the worker dies, where the system knows that; elsewhere the worker's group is killed, and the inlet closes."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker:
        os._exit(0)


def _limit_cpu(job: Job) -> None:
    """The soft limit ends the process with SIGXCPU; a fork for one file ends with SIGKILL a second later, if it has caught that."""
    soft_s = int(time.process_time() + 1 - ROUNDED_OFF_S) + job["cpu_s"]
    hard_s = resource.getrlimit(resource.RLIMIT_CPU)[1] if not job["alone"] else soft_s + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft_s, hard_s))


def _is_as_before(before: tuple[object, ...]) -> bool:
    if _footing() != before:
        # what a library has left in a cycle may hold a file open
        gc.collect()
    return _footing() == before


def _footing() -> tuple[object, ...]:
    """What a library could change for all files after the one that it reads."""
    umask = os.umask(0o077)
    os.umask(umask)
    return (
        sorted(os.listdir(OPEN_FILES)),  # noqa: PTH208 - only the names, and of every file
        threading.active_count(),
        _folder(),
        umask,
        hash(frozenset(os.environ.items())),
        locale.setlocale(locale.LC_ALL),
        sys.getrecursionlimit(),
        logging.root.manager.disable,
        len(logging.root.handlers),
        len(warnings.filters),
        tuple(sys.path),
        getcontext().prec,
        [signal.getsignal(number) for number in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGCHLD)],
        gc.isenabled(),
    )


def _folder() -> tuple[int, int] | None:
    """Which folder is the working folder, whatever its name is by now; None where it cannot be looked at."""
    try:
        found = os.stat(".")  # noqa: PTH116 - asked of every file
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _size_bytes() -> int:
    """The address space in use; where the system does not tell, the most memory that there was in use."""
    try:
        return int(SIZES.read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        # in bytes on macOS, which has no /proc
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def told(reading: Reading, job: Job) -> Parcel:
    """The document that a reading becomes."""
    document = compose(reading, job["reader"], job["media_type"], advice=job["advice"], view=job["view"])
    whole = {field.name: getattr(document, field.name) for field in fields(Document) if field.name != "text"}
    whole["pages"] = list(map(PAGE, document.pages))
    whole["sections"] = list(map(SECTION, document.sections))
    whole["annotations"] = [_annotation(one) for one in document.annotations]
    whole["layout"] = base64.b64encode(document.layout).decode()
    return parcel({"document": whole, "gaps": reading.gaps}, document.text)


def _annotation(annotation: Annotation) -> list[Any]:
    made_at = annotation.made_at.isoformat() if annotation.made_at else None
    return [annotation.kind, annotation.text, annotation.author, made_at, annotation.char_start, annotation.char_end]
