"""The reading process: `python -m nightclerk.ingest.worker`, started by the sandbox and by nobody else.

It loads each parser once, when the first file asks for it, and stays single-threaded, so that forking it is safe and cheap. Each job, one
line of JSON on stdin, is read by a fork with limits of its own. The answer on stdout is a line with two numbers of bytes, so much JSON, and
so much text in UTF-8 (`parcel`). It is no pickle because a file that takes over a parser must not take over the program that asked, and its
lengths are checked so that a fork cannot answer for the next file, too. When stdin closes, the asker is gone: the fork is killed and the
process leaves.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib
import json
import logging
import os
import pkgutil
import resource
import select
import signal
import sys
import time
import warnings
from dataclasses import fields
from pathlib import Path
from typing import Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest.reading import Reading, compose
from nightclerk.records import Annotation, Document, Page, Section

Job = dict[str, Any]
Parcel = tuple[bytes, bytes, bytes]
PAGE, SECTION = (tuple(field.name for field in fields(record)) for record in (Page, Section))
# two lengths and a blank, and the first byte behind them
LONGEST_LINE = 42
STDIN, STDOUT, STDERR = 0, 1, 2
BLOCK_BYTES = 1 << 16
PARENT_CHECK_S = 5.0
WARM = Path(__file__).parent / "warm"
# a fork lives for one file: collecting after every 700 objects costs it more than the garbage
GARBAGE_THRESHOLD = 50_000


def main() -> None:
    """Answer jobs until stdin closes."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    pending = b""
    while True:
        while b"\n" not in pending:
            pending += _more()
        line, pending = pending.split(b"\n", 1)
        job = json.loads(line)
        _load(job["function"])
        _write(STDOUT, _answer(job))


def _load(function: str) -> None:
    """Load a parser once for all files; one that cannot be loaded fails in the fork, which tells why."""
    module = function.partition(":")[0]
    if module not in sys.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            _warm(function)
        # what is here for good need not be looked at by the collector of each fork, which would copy the memory that it looks at
        gc.collect()
        gc.freeze()


def _warm(function: str) -> None:
    """Read a file of our own, so that what libraries set up at their first file is there in every fork and not made by each.

    This is for speed only: whatever may be wrong with the parser, its forks will tell of each file.
    """
    module, _, name = function.partition(":")
    sample = next(WARM.glob(f"{module.rpartition('.')[2]}.*"), None)
    if sample and name == "read":
        with contextlib.suppress(Exception):
            reading = pkgutil.resolve_name(function)(sample)
            _parcel(compose(reading, "", "", advice=""), reading.gaps)


def _more() -> bytes:
    """The next bytes from the asker; leave where there is none any more, even if a fork of it still holds our stdin open."""
    asker = os.getppid()
    while not select.select([STDIN], [], [], PARENT_CHECK_S)[0]:
        if os.getppid() != asker:
            sys.exit()
    return os.read(STDIN, BLOCK_BYTES) or sys.exit()


def _answer(job: Job) -> bytes:
    """What answers a job; where the reader's process crashes, what that of the second reader says, if the format has one."""
    answer, why, crashed = _attempt(job)
    if crashed and job["fallback"]:
        answer, second_why, _ = _attempt(job | {"function": job["fallback"]})
        why = f"{why}; then {second_why}"
    return answer or b"".join(_skip("failed", why))


def _attempt(job: Job) -> tuple[bytes, str, bool]:
    """Fork and wait: (the fork's own answer, else how it ended, whether that was a crash)."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        _work(job, sender)
        os._exit(0)
    os.close(sender)
    answer, cut_off, asker_gone = _receive(receiver, job)
    os.close(receiver)
    # a fork that has ended keeps its own exit status; one that has closed its pipe and goes on must not be waited for
    os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    if asker_gone:
        sys.exit()
    if is_whole(answer):
        return answer, "", False
    if cut_off:
        return b"", cut_off, False
    return _cause(status, usage.ru_utime + usage.ru_stime, job)


def _receive(receiver: int, job: Job) -> tuple[bytes, str, bool]:
    """(what the fork wrote, why it was cut off, whether the asker is gone)."""
    deadline = time.monotonic() + job["wall_s"]
    blocks: list[bytes] = []
    size_bytes = 0
    while True:
        left_s = deadline - time.monotonic()
        ready = select.select([receiver, STDIN], [], [], max(left_s, 0))[0]
        if STDIN in ready:
            # one job at a time: anything here but the end would be a second asker
            return b"", "", True
        if not ready:
            return b"", f"reading took longer than the limit of {job['wall_s']:g} s", False
        block = os.read(receiver, BLOCK_BYTES)
        blocks.append(block)
        size_bytes += len(block)
        if not block:
            return b"".join(blocks), "", False
        if size_bytes > job["output_mb"] << 20:
            return b"", f"its text is larger than the limit of {job['output_mb']} MB", False


def _cause(status: int, cpu_s: float, job: Job) -> tuple[bytes, str, bool]:
    name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit code {os.waitstatus_to_exitcode(status)}"
    if name == "SIGXCPU" or cpu_s >= job["cpu_s"]:
        return b"", f"reading took more than the limit of {job['cpu_s']} CPU seconds", False
    if name == "SIGKILL":
        return b"", "the reading process was killed by the system (SIGKILL), probably for memory", False
    return b"", f"the parser died ({name}), possibly at the memory limit of {job['memory_mb']} MB", True


def _work(job: Job, sender: int) -> None:
    """Inside the fork: read the file under its limits and write what came of it."""
    _confine(job)
    try:
        found = pkgutil.resolve_name(job["function"])(Path(os.fsdecode(bytes.fromhex(job["path"]))), **job["options"])
        answer = _read(job, found) if "reader" in job else parcel({"value": found})
    except SkipDocument as skip:
        answer = _skip(skip.status, skip.reason)
    except MemoryError:
        answer = _skip("failed", f"reading took more than the memory limit of {job['memory_mb']} MB")
    except RecursionError:
        answer = _skip("damaged", "its structure is nested too deeply")
    except OSError as error:
        answer = _skip("failed", f"cannot be opened: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on a strange file costs this file and is told with it
        answer = _skip("damaged", f"cannot be read ({type(error).__name__}: {str(error)[:300]})")
    for part in answer:
        _write(sender, part)


def _read(job: Job, reading: Reading) -> Parcel:
    document = compose(reading, job["reader"], job["media_type"], advice=job["advice"], view=job["view"])
    return _parcel(document, reading.gaps)


def _confine(job: Job) -> None:
    devnull = os.open(os.devnull, os.O_RDWR)
    for stream in (STDIN, STDOUT, STDERR):
        os.dup2(devnull, stream)
    memory_bytes = job["memory_mb"] << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # the soft limit ends the process with SIGXCPU, the hard one, a second later, with SIGKILL
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_s"], job["cpu_s"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # a reader writes no files
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def parcel(told: dict[str, Any], text: str = "") -> Parcel:
    """What goes over the pipe: a line with the two lengths, JSON, and apart from it the text, which may be long."""
    head, body = json.dumps(told).encode(), text.encode()
    return b"%d %d\n" % (len(head), len(body)), head, body


def is_whole(answer: bytes) -> bool:
    """Whether it is one parcel and nothing else."""
    line, _, rest = answer[:LONGEST_LINE].partition(b"\n")
    lengths = line.split(b" ")
    if not rest or len(lengths) != 2 or not all(length.isdigit() for length in lengths):
        return False
    return len(line) + 1 + sum(map(int, lengths)) == len(answer)


def _parcel(document: Document, gaps: list[str]) -> Parcel:
    whole = {field.name: getattr(document, field.name) for field in fields(Document) if field.name != "text"}
    whole["pages"] = [[getattr(page, name) for name in PAGE] for page in document.pages]
    whole["sections"] = [[getattr(section, name) for name in SECTION] for section in document.sections]
    whole["annotations"] = [_annotation(one) for one in document.annotations]
    whole["layout"] = base64.b64encode(document.layout).decode()
    return parcel({"document": whole, "gaps": gaps}, document.text)


def _annotation(annotation: Annotation) -> list[Any]:
    made_at = annotation.made_at.isoformat() if annotation.made_at else None
    return [annotation.kind, annotation.text, annotation.author, made_at, annotation.char_start, annotation.char_end]


def _skip(status: str, reason: str) -> Parcel:
    return parcel({"skip": [status, reason.encode("utf-8", "replace").decode().replace("\0", "")]})


def _write(stream: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(stream, view) :]


if __name__ == "__main__":
    main()
