"""Reading a file in a child process with limits: a parser that hangs, bursts or crashes costs one file and never the run.

Each call takes a warm reading process (`worker`) from a pool or starts one, so as many files are read at once as threads call `read`.
The processes are programs of their own, started by exec: nothing of the caller's threads, locks, open files, main module or secrets in
the environment gets into them, and they end when the caller ends, however it ends. POSIX only (fork and resource limits).
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nightclerk.errors import SkipDocument
from nightclerk.ingest import heap, ocr_pages, office
from nightclerk.ingest.readers import AS_IS, Options, Reader, reader_for
from nightclerk.records import Annotation, Document, Page, Section

# what a parser may need from the environment; keys and database passwords are not among it
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TESSDATA_PREFIX")
# files are read side by side; threads of numeric libraries would each reserve address space, and spin more than they help
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
# glibc keeps what a parser frees and asks for again, instead of giving it back to the system each time
KEPT_HEAP = {"MALLOC_TRIM_THRESHOLD_": str(256 << 20), "MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TOP_PAD_": str(1 << 20)}
MOST_IDLE = os.cpu_count() or 1
# the worker keeps the wall-clock limit itself; this is for the case that it cannot (stopped, swapped out)
GRACE_S = 30.0
NO_ANSWER = "the reading process gave an answer that is none"


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: address space in MiB, CPU seconds, seconds by the wall clock, MB of file, and MiB of what came of it.

    Each page that OCR reads may take as much again, and all of them together `ocr_pages.SHARE` times the seconds by the wall clock.
    """

    memory_mb: int = 2_048
    cpu_s: int = 120
    wall_s: float = 600.0
    max_file_mb: int = 200
    output_mb: int = 256


def read(path: Path, media_type: str, limits: Limits, options: Options = AS_IS) -> Document:
    """Read one file in a child process. Blocks; call it from as many threads as files shall be read at once.

    The document's status is `read`, or `partial`, `needs_ocr`, `empty` or `damaged` with a reason where its pages are known and not
    all of them could be read.

    Raises:
        SkipDocument: nothing of the file could be read; its status and reason say why.
    """
    reader = reader_for(media_type, path)
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        raise SkipDocument("failed", f"cannot be opened: {error.strerror or error}") from None
    if size_bytes > limits.max_file_mb * 1_000_000:
        raise SkipDocument(
            "too_large", f"{size_bytes / 1e6:.1f} MB, more than the {limits.max_file_mb} MB allowed (NIGHTCLERK_MAX_FILE_MB)"
        )
    if reader.through_office:
        with office.converted(path, memory_mb=limits.memory_mb, cpu_s=limits.cpu_s, wall_s=limits.wall_s) as copy:
            return run(reader, copy, media_type, limits, options)
    return run(reader, path, media_type, limits, options)


def run(reader: Reader, path: Path, media_type: str, limits: Limits, options: Options = AS_IS) -> Document:
    """Run one reader on one file in a child process, then OCR on its pages that are pictures; raises SkipDocument as `read` does."""
    job = {
        "function": reader.function,
        "fallback": reader.fallback,
        "page_function": reader.page_function,
        "options": {name: getattr(options, name) for name in reader.takes},
        "view": reader.view_with(options),
        "advice": reader.advice_with(options),
        "reader": reader.fingerprint_with(options),
        "path": os.fsencode(path).hex(),
        "media_type": media_type,
        "alone": False,
        "memory_mb": limits.memory_mb,
        "cpu_s": limits.cpu_s,
        "wall_s": limits.wall_s,
        "output_mb": limits.output_mb,
    }
    document, gaps = _run(job, limits)
    way = ocr_pages.way(options.engine, options.answers) if reader.page_function else None
    if way and any(page.status in ocr_pages.UNREAD for page in document.pages):
        return ocr_pages.read_again(document, gaps, job, way=way, ask=lambda later: _run(later | {"alone": True}, limits))
    return document


def call(function: str, path: Path, options: dict[str, Any], limits: Limits) -> Any:
    """What a function that gives no reading makes of a file, as JSON takes it, in a child process; raises SkipDocument."""
    job = {
        "function": function,
        "fallback": "",
        "options": options,
        "path": os.fsencode(path).hex(),
        "alone": True,
        "memory_mb": limits.memory_mb,
        "cpu_s": limits.cpu_s,
        "wall_s": limits.wall_s,
        "output_mb": limits.output_mb,
    }
    return _answer(job, limits)[0]["value"]


def _run(job: dict[str, Any], limits: Limits) -> tuple[Document, list[str]]:
    """What one job in a child process gives: a document, and what was not read of it."""
    told, text = _answer(job, limits)
    try:
        return _decoded(told, text.decode())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SkipDocument("failed", NO_ANSWER) from None


def _answer(job: dict[str, Any], limits: Limits) -> tuple[dict[str, Any], bytes]:
    """The answer of a child process to a job, JSON and text; raises the SkipDocument that it may be."""
    line = json.dumps(job).encode() + b"\n"
    # a waiting worker may have been killed by anything; a new one that dies died of this file
    answer = _ask(_take(), line, limits) or _ask(_Worker(), line, limits)
    heap.file_done()
    if not answer:
        raise SkipDocument("failed", "the reading process died over it, twice")
    head, text = answer
    try:
        told: dict[str, Any] = json.loads(head)
        skipped = told.get("skip")
    except (ValueError, AttributeError, RecursionError):
        raise SkipDocument("failed", NO_ANSWER) from None
    if skipped:
        raise SkipDocument(*skipped)
    return told, text


def _ask(worker: _Worker, line: bytes, limits: Limits) -> tuple[bytes, bytes] | None:
    """The answer of a worker, which goes back to the pool; None if it died."""
    answer = worker.ask(line, limits.wall_s + GRACE_S)
    if answer and len(_idle) < MOST_IDLE:
        _idle.append(worker)
    else:
        worker.close()
    return answer


def _decoded(answer: dict[str, Any], text: str) -> tuple[Document, list[str]]:
    whole = answer["document"]
    pages = tuple(Page(*values) for values in whole.pop("pages"))
    sections = tuple(Section(*values) for values in whole.pop("sections"))
    annotations = tuple(map(_annotation, whole.pop("annotations")))
    layout = base64.b64decode(whole.pop("layout"))
    return Document(text=text, pages=pages, sections=sections, annotations=annotations, layout=layout, **whole), answer["gaps"]


def _annotation(values: list[Any]) -> Annotation:
    kind, text, author, made_at, start, end = values
    return Annotation(kind, text, author, datetime.fromisoformat(made_at) if made_at else None, start, end)


class _Worker:
    """One reading process, asked by one thread at a time."""

    def __init__(self) -> None:
        environment = ONE_THREAD | KEPT_HEAP | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        # what this program can import the worker can; -P keeps a docx.py that lies in the working folder out of it
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nightclerk.ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )

    def ask(self, line: bytes, patience_s: float) -> tuple[bytes, bytes] | None:
        """The JSON and the text that answer a line; None if the process died or was killed for want of an answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watchdog = threading.Timer(patience_s, self._kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            lengths = self._process.stdout.readline()
            if not lengths.endswith(b"\n"):
                return None
            head_bytes, text_bytes = map(int, lengths.split())
            head, text = self._process.stdout.read(head_bytes), self._process.stdout.read(text_bytes)
            return (head, text) if (len(head), len(text)) == (head_bytes, text_bytes) else None
        except BrokenPipeError:
            return None
        finally:
            watchdog.cancel()

    def close(self) -> None:
        """Tell the process to leave, and wait until it has; a fork that it may have left behind in the middle of a file goes with it."""
        with contextlib.suppress(BrokenPipeError):
            self._process.__exit__(None, None, None)
        self._kill()

    def _kill(self) -> None:
        # it leads a session of its own, so its process group is it and its fork
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def forget(self) -> None:
        """Let go of a process that belongs to the parent of this one."""
        self._process.returncode = 0


# append and pop of a deque are atomic, so threads share it without a lock that a fork could find taken
_idle: deque[_Worker] = deque()


def _take() -> _Worker:
    try:
        return _idle.pop()
    except IndexError:
        return _Worker()


@atexit.register
def close_idle() -> None:
    """End the reading processes that wait for work."""
    while _idle:
        _idle.pop().close()


def _forget_all() -> None:
    while _idle:
        _idle.pop().forget()


# a fork of this program must not talk to its parent's workers
os.register_at_fork(after_in_child=_forget_all)
