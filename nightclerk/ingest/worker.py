"""The reading process: `python -m nightclerk.ingest.worker`, started by the sandbox and by nobody else.

It loads the parsers once and stays single-threaded, so that forking it is safe and cheap. Each job, one line of JSON on stdin, is read by
a fork with limits of its own; the answer is one line of JSON on stdout. It is JSON and no pickle because a file that takes over a parser
must not take over the program that asked. When stdin closes, the asker is gone: the fork is killed and the process leaves.
"""

from __future__ import annotations

import base64
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
from nightclerk.ingest.language import identifier
from nightclerk.ingest.readers import READERS
from nightclerk.ingest.reading import compose
from nightclerk.records import Annotation, Document, Page, Section

Job = dict[str, Any]
STDIN, STDOUT, STDERR = 0, 1, 2
BLOCK_BYTES = 1 << 16
PARENT_CHECK_S = 5.0


def main() -> None:
    """Answer jobs until stdin closes."""
    for reader in READERS.values():
        pkgutil.resolve_name(reader.function)
    identifier()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    pending = b""
    while True:
        while b"\n" not in pending:
            pending += _more()
        line, pending = pending.split(b"\n", 1)
        _write(STDOUT, _answer(json.loads(line)) + b"\n")


def _more() -> bytes:
    """The next bytes from the asker; leave where there is none any more, even if a fork of it still holds our stdin open."""
    asker = os.getppid()
    while not select.select([STDIN], [], [], PARENT_CHECK_S)[0]:
        if os.getppid() != asker:
            sys.exit()
    return os.read(STDIN, BLOCK_BYTES) or sys.exit()


def _answer(job: Job) -> bytes:
    """The line that answers a job; where the reader's process crashes, that of the second reader, if the format has one."""
    line, why, crashed = _attempt(job)
    if crashed and job["fallback"]:
        line, second_why, _ = _attempt(job | {"function": job["fallback"]})
        why = f"{why}; then {second_why}"
    return line or _skip("failed", why)


def _attempt(job: Job) -> tuple[bytes, str, bool]:
    """Fork and wait: (the fork's own line, else how it ended, whether that was a crash)."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        _work(job, sender)
        os._exit(0)
    os.close(sender)
    line, cut_off, asker_gone = _receive(receiver, job)
    os.close(receiver)
    # a fork that has ended keeps its own exit status; one that has closed its pipe and goes on must not be waited for
    os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    if asker_gone:
        sys.exit()
    if line.endswith(b"\n"):
        return line[:-1], "", False
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
    """Inside the fork: read the file under its limits and write one line."""
    _confine(job)
    try:
        reading = pkgutil.resolve_name(job["function"])(Path(os.fsdecode(bytes.fromhex(job["path"]))), **job["options"])
        line = _encoded(compose(reading, job["reader"], job["media_type"], advice=job["advice"], view=job["view"]), reading.gaps)
    except SkipDocument as skip:
        line = _skip(skip.status, skip.reason)
    except MemoryError:
        line = _skip("failed", f"reading took more than the memory limit of {job['memory_mb']} MB")
    except RecursionError:
        line = _skip("damaged", "its structure is nested too deeply")
    except OSError as error:
        line = _skip("failed", f"cannot be opened: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on a strange file costs this file and is told with it
        line = _skip("damaged", f"cannot be read ({type(error).__name__}: {str(error)[:300]})")
    _write(sender, line + b"\n")


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


def _encoded(document: Document, gaps: list[str]) -> bytes:
    whole = {field.name: getattr(document, field.name) for field in fields(Document)}
    whole["pages"] = [[getattr(page, field.name) for field in fields(Page)] for page in document.pages]
    whole["sections"] = [[getattr(section, field.name) for field in fields(Section)] for section in document.sections]
    whole["annotations"] = [_annotation(one) for one in document.annotations]
    whole["layout"] = base64.b64encode(document.layout).decode()
    return json.dumps({"document": whole, "gaps": gaps}).encode()


def _annotation(annotation: Annotation) -> list[Any]:
    made_at = annotation.made_at.isoformat() if annotation.made_at else None
    return [annotation.kind, annotation.text, annotation.author, made_at, annotation.char_start, annotation.char_end]


def _skip(status: str, reason: str) -> bytes:
    return json.dumps({"skip": [status, reason.encode("utf-8", "replace").decode().replace("\0", "")]}).encode()


def _write(stream: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(stream, view) :]


if __name__ == "__main__":
    main()
