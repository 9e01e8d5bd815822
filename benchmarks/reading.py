"""What reading costs beside the bare libraries that it stands on: pages a second, and memory at its peak.

    python benchmarks/reading.py [--pdf FOLDER] [--docx FOLDER] [--html FOLDER] [--json]

Each way of reading runs in a process of its own over the same files, one after the other on the same machine, so that the ratios mean
something where seconds do not. Ours is all that a run does between a file and its document: a process with limits for each file, the
check of every page, the second reader, sections. The bare libraries hand over text and nothing else; a file that they cannot read is
counted as read by them. OCR is off, since it would be all that one sees. Give it ordinary files: a bare library has no limits, and over
a hostile file it may never end.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
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


def nightclerk(path: Path) -> int:
    """Read as a run reads; how many pages that gave."""
    from nightclerk import ingest
    from nightclerk.errors import SkipDocument

    with contextlib.suppress(SkipDocument):
        return len(ingest.read(path, ingest.inspect(path).media_type, ingest.Limits()).pages)
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


# (name, function, files at once), the first of each format is what the others are compared with
WAYS: dict[str, list[tuple[str, Callable[[Path], int], int]]] = {
    "pdf": [("nightclerk", nightclerk, 1), ("nightclerk, 2 at once", nightclerk, 2), ("pypdfium2", pdfium, 1), ("pypdf", pypdf, 1)],
    "docx": [("nightclerk", nightclerk, 1), ("python-docx", python_docx, 1)],
    "html": [("nightclerk", nightclerk, 1), ("lxml text_content", lxml, 1)],
}


def tolerant(function: Callable[[Path], int], path: Path) -> int:
    """Pages read, or 0 where the library raised."""
    try:
        return function(path)
    except Exception:  # noqa: BLE001 - what a bare library cannot read is not what is measured
        return 0


def measure(kind: str, place: int, files: list[Path]) -> dict[str, Any]:
    """Read the files in this process: seconds by the wall clock and of CPU, pages, MB at the peak of the largest process."""
    _, function, at_once = WAYS[kind][place]
    started = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        pages = sum(pool.map(partial(tolerant, function), files))
    seconds = time.perf_counter() - started
    if function is nightclerk:
        from nightclerk.ingest import sandbox

        sandbox.close_idle()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(one.ru_utime + one.ru_stime for one in used)
    return {"seconds": seconds, "cpu_s": cpu_s, "pages": pages, "peak_mb": max(one.ru_maxrss for one in used) / 1024}


def compare(kind: str, files: list[Path]) -> dict[str, Any]:
    """Every way of reading one format, each in a process of its own."""
    # the first reading brings the files into the system's cache, for all alike
    size_mb = sum(len(path.read_bytes()) for path in files) / 1e6
    found: dict[str, Any] = {}
    for place, (name, _, _) in enumerate(WAYS[kind]):
        command = [sys.executable, __file__, "--measure", kind, str(place)]
        done = subprocess.run(command, input="\n".join(map(str, files)), stdout=subprocess.PIPE, text=True, check=True)
        found[name] = json.loads(done.stdout)
    ours = found["nightclerk"]
    for one in found.values():
        one["mb_per_s"] = size_mb / one["seconds"]
        one["speed_to_ours"] = ours["seconds"] / one["seconds"]
        # on a busy machine only this one says anything
        one["cpu_to_ours"] = one["cpu_s"] / ours["cpu_s"]
        if kind == "pdf":
            one["pages_per_s"] = ours["pages"] / one["seconds"]
    return {"files": len(files), "mb": size_mb, **found}


def files_in(kind: str, folder: Path) -> list[Path]:
    """The files of a format under a folder, or among the sample documents where it is not there."""
    return sorted(path for path in (folder if folder.is_dir() else INBOX).rglob("*") if path.suffix.lower() in ENDINGS[kind])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind, folder in FOLDERS.items():
        parser.add_argument(f"--{kind}", type=Path, default=folder)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        kind, place = arguments.measure
        print(json.dumps(measure(kind, int(place), [Path(line) for line in sys.stdin.read().splitlines()])))
        return 0
    result = {kind: compare(kind, files) for kind in FOLDERS if (files := files_in(kind, getattr(arguments, kind)))}
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
