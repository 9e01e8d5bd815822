"""What reading costs beside the bare libraries that it stands on, and what a run over many documents keeps in memory.

    python benchmarks/reading.py [--pdf FOLDER] [--docx FOLDER] [--html FOLDER] [--rounds 5] [--documents 1000] [--json]

Each way of reading is a process of its own that reads one file first (its time is the cold start) and then, round by round and one way
after the other, the same files; what is printed are medians of the rounds. Ours is all that a run does between a file and its document:
what it is and its hash, a process with limits, the check of every page, the second reader, language, sections. The bare
libraries hand over text and nothing else; a file that they cannot read is counted as read by them. OCR is off, since it would be all that
one sees. Seconds mean little on a busy machine: CPU seconds of the ways, measured side by side, are what to compare; the load is printed.
Give it ordinary files: a bare library has no limits, and over a hostile file it may never end.

`many` is one run with the rules provider on SQLite, in one process, over copies of the files that differ in a comment: the memory of that
process while the run goes on must not grow with the number of documents.

Linux only: CPU and memory of other processes are read from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
INBOX = ROOT / "examples" / "inbox"
FOLDERS = {"pdf": CORPUS / "cuad" / "pdf", "docx": CORPUS / "docx", "html": CORPUS / "sec"}
ENDINGS = {"pdf": (".pdf",), "docx": (".docx",), "html": (".html", ".htm")}
# a format with few or small files is read so many times in a round that there is something to measure
REPEATS = {"pdf": 1, "docx": 10, "html": 3}
MARKS = (100, 250, 500, 1000)
DATABASE, WATCH_S = "nightclerk.db", 0.2
DONE = "SELECT count(*) FROM run_documents WHERE state IN ('complete', 'partial', 'unread')"
# bytes that make another file of a copy and do not change what is read
COMMENTS = {".pdf": "\n%{}\n", ".html": "<!-- {} -->", ".htm": "<!-- {} -->", ".md": "\n<!-- {} -->\n", ".txt": "\n{}\n"}
MOST_COPIED_BYTES = 400_000


def nightclerk(path: Path) -> int:
    """Read as a run reads; how many pages that gave."""
    from nightclerk import ingest
    from nightclerk.errors import SkipDocument

    try:
        return len(ingest.read(path, ingest.inspect(path).media_type, ingest.Limits()).pages)
    except SkipDocument:
        return 0


def pdfium(path: Path) -> int:
    """The text of every page by pypdfium2."""
    import pypdfium2

    file = pypdfium2.PdfDocument(path)
    for page in file:
        page.get_textpage().get_text_range()
    return len(file)


def pypdf(path: Path) -> int:
    """The text of every page by pypdf."""
    import pypdf as library

    return len([page.extract_text() for page in library.PdfReader(path).pages])


def python_docx(path: Path) -> int:
    """The text of paragraphs and tables by python-docx."""
    import docx

    document = docx.Document(str(path))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return bool(texts)


def lxml(path: Path) -> int:
    """The text of the whole page by lxml, hidden facts, scripts and all."""
    from lxml import html

    return bool(html.fromstring(path.read_bytes()).text_content())


# (name, function, files at once); the others are compared with the first two
OURS = [("nightclerk", nightclerk, 1), ("nightclerk, 2 at once", nightclerk, 2)]
WAYS: dict[str, list[tuple[str, Callable[[Path], int], int]]] = {
    "pdf": [*OURS, ("pypdfium2", pdfium, 1), ("pypdf", pypdf, 1)],
    "docx": [*OURS, ("python-docx", python_docx, 1)],
    "html": [*OURS, ("lxml text_content", lxml, 1)],
}


def tolerant(function: Callable[[Path], int], path: Path) -> int:
    """Pages read, or 0 where the library raised."""
    try:
        return function(path)
    except Exception:  # noqa: BLE001 - what a bare library cannot read is not what is measured
        return 0


def serve(kind: str, place: int, files: list[Path]) -> None:
    """Inside a way's process: the cold start, then a round for each line on stdin, then the memory."""
    _, function, at_once = WAYS[kind][place]
    started = time.perf_counter()
    tolerant(function, files[0])
    print(json.dumps({"cold_s": time.perf_counter() - started}), flush=True)
    with ThreadPoolExecutor(at_once) as pool:
        for _ in sys.stdin:
            started, cpu_s = time.perf_counter(), cpu_of_family()
            pages = sum(pool.map(partial(tolerant, function), files * REPEATS[kind]))
            result = {"seconds": time.perf_counter() - started, "cpu_s": cpu_of_family() - cpu_s, "pages": pages}
            print(json.dumps(result), flush=True)
    if function is nightclerk:
        from nightclerk.ingest import sandbox

        sandbox.close_idle()
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"peak_mb": peaks[0], "peak_mb_of_children": peaks[1]}), flush=True)


def cpu_of_family() -> float:
    """CPU seconds of this process and all that descend from it, living and ended, with what they waited for."""
    spent: dict[str, tuple[str, float]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        spent[status.parent.name] = (values[1], sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK"))
    total, waiting = time.process_time(), [str(os.getpid())]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, (its_parent, _) in spent.items() if its_parent == parent]
        total += sum(spent[pid][1] for pid in children)
        waiting += children
    return total


class Way:
    """One way of reading, in its process."""

    def __init__(self, kind: str, place: int, files: list[Path]) -> None:
        self.rounds: list[dict[str, float]] = []
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve", kind, str(place), *map(str, files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.cold_s = self._told()["cold_s"]

    def read(self) -> None:
        """One round."""
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)
        self.rounds.append(self._told())

    def result(self) -> dict[str, float]:
        """The medians of the rounds, the cold start and the memory; ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        medians = {name: statistics.median(one[name] for one in self.rounds) for name in self.rounds[0]}
        told = self._told()
        self._process.wait()
        return medians | {"cold_s": self.cold_s} | told

    def _told(self) -> dict[str, float]:
        assert self._process.stdout is not None
        told: dict[str, float] = json.loads(self._process.stdout.readline())
        return told


def compare(kind: str, files: list[Path], rounds: int) -> dict[str, Any]:
    """Every way of reading one format, round by round."""
    # the first reading brings the files into the system's cache, for all alike
    size_mb = sum(len(path.read_bytes()) for path in files) / 1e6 * REPEATS[kind]
    ways = [Way(kind, place, files) for place in range(len(WAYS[kind]))]
    for _ in range(rounds):
        for way in ways:
            way.read()
    found = {name: way.result() for (name, _, _), way in zip(WAYS[kind], ways, strict=True)}
    one, two = (found[name] for name, _, _ in OURS)
    for each in found.values():
        each["mb_per_s"] = size_mb / each["seconds"]
        if kind == "pdf":
            each["pages_per_s"] = one["pages"] / each["seconds"]
            each["pages_per_cpu_s"] = one["pages"] / each["cpu_s"]
        # how fast we are beside it: per core, and by the wall clock with two files at once
        each["ours_per_core"] = each["cpu_s"] / one["cpu_s"]
        each["ours_2_at_once"] = each["seconds"] / two["seconds"]
    return {"files": len(files) * REPEATS[kind], "mb": size_mb, "rounds": rounds, **found}


def copies(folder: Path, files: list[Path], count: int) -> None:
    """So many files, each with bytes of its own; a comment at the end of a ZIP is its last field."""
    files = [path for path in files if path.stat().st_size <= MOST_COPIED_BYTES]
    for number in range(count):
        path = files[number % len(files)]
        copy = folder / f"{number:05}-{path.name}"
        shutil.copyfile(path, copy)
        with copy.open("rb+") as file:
            if path.suffix.lower() == ".docx":
                file.seek(-2, os.SEEK_END)
                file.write(b"\x05\x00" + b"%05d" % number)
            else:
                file.seek(0, os.SEEK_END)
                file.write(COMMENTS[path.suffix.lower()].format(number).encode())


def many(count: int, files: list[Path]) -> dict[str, Any]:
    """`nightclerk run` over so many documents: MB of this process when so many of them were done, and at its peak."""
    from nightclerk.cli import main as command

    with tempfile.TemporaryDirectory() as temporary:
        inbox = Path(temporary) / "inbox"
        inbox.mkdir()
        copies(inbox, files, count)
        os.environ |= {"NIGHTCLERK_DATA_DIR": f"{temporary}/data", "NIGHTCLERK_PROVIDER": "rules"}
        code: int | None = None
        memory: dict[int, float] = {}
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(Path(temporary) / "data" / DATABASE, memory, over), daemon=True)
        watcher.start()
        started = time.perf_counter()
        sys.argv = ["nightclerk", "run", str(inbox), "--profile", "contract_review", "--json"]
        with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.suppress(SystemExit):
            code = command()
        seconds = time.perf_counter() - started
        over.set()
        watcher.join()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"documents": count, "exit_code": code, "seconds": seconds, "mb_after_documents": memory, "peak_mb": peak_mb}


def _watch(database: Path, memory: dict[int, float], over: threading.Event) -> None:
    """Note the memory whenever the next of MARKS is reached, and at the end."""
    ended = last = False
    while not last:
        last = ended
        ended = over.wait(WATCH_S)
        done = _done(database)
        if done and (ended or any(done >= mark > max(memory, default=0) for mark in MARKS)):
            memory[done] = _resident_mb()


def _done(database: Path) -> int:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
            return int(connection.execute(DONE).fetchone()[0])
    except sqlite3.OperationalError:
        # not made yet
        return 0


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def files_in(kind: str, folder: Path) -> list[Path]:
    """The files of a format under a folder, or among the sample documents where it is not there."""
    return sorted(path for path in (folder if folder.is_dir() else INBOX).rglob("*") if path.suffix.lower() in ENDINGS[kind])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind, folder in FOLDERS.items():
        parser.add_argument(f"--{kind}", type=Path, default=folder)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--documents", type=int, default=1000, help="documents of the run that shows the memory; 0 leaves it out")
    parser.add_argument("--json", action="store_true", help="print the figures on one line")
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        kind, place, *files = arguments.serve
        serve(kind, int(place), [Path(name) for name in files])
        return 0
    found = {kind: files_in(kind, getattr(arguments, kind)) for kind in FOLDERS}
    result: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    result |= {kind: compare(kind, files, arguments.rounds) for kind, files in found.items() if files}
    if arguments.documents:
        result["many"] = many(arguments.documents, [path for files in found.values() for path in files])
    result["load_after"] = os.getloadavg()[0]
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
