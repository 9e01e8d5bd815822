"""A program that stands where tesseract would stand on the search path, for tests of what is done with its answers and its faults."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from nightclerk.ingest import ocr_engines, sandbox

PROGRAM = """#!{python}
import os, sys, time
if "--version" in sys.argv:
    print("tesseract 9.1.2\\n leptonica-1.0")
elif "--list-langs" in sys.argv:
    print("List of available languages (3):\\ndeu\\neng\\nosd")
else:
    picture = sys.stdin.buffer.read()
    assert picture.startswith(b"P5 "), picture[:9]
    {fault}
    sys.stdout.write({table!r})
"""
HEADING = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def table(paragraphs: Iterable[str], *, confidence: float) -> str:
    """The TSV of paragraphs, as tesseract writes it: rows for block, paragraph and line, then one for each word."""
    rows = [HEADING]
    for block, paragraph in enumerate(paragraphs, 1):
        rows += [f"2\t1\t{block}\t0\t0\t0\t0\t0\t9\t9\t-1\t\n", f"3\t1\t{block}\t1\t0\t0\t0\t0\t9\t9\t-1\t\n"]
        for number, line in enumerate(paragraph.splitlines(), 1):
            rows.append(f"4\t1\t{block}\t1\t{number}\t0\t0\t0\t9\t9\t-1\t\n")
            rows += [
                f"5\t1\t{block}\t1\t{number}\t{place}\t0\t0\t9\t9\t{confidence}\t{word}\n" for place, word in enumerate(line.split(), 1)
            ]
    return "".join(rows)


def install(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *paragraphs: str, confidence: float = 93.2, fault: str = "pass", name: str = "tesseract"
) -> None:
    """Put the program first on the search path; it reads these paragraphs in every picture, after `fault`, a Python statement."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(PROGRAM.format(python=sys.executable, fault=fault, table=table(paragraphs, confidence=confidence)), encoding="utf-8")
    program.chmod(0o755)
    use_path(monkeypatch, f"{folder}{os.pathsep}{os.environ['PATH']}")


def use_path(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Look for programs on another search path, here and in reading processes."""
    monkeypatch.setenv("PATH", path)
    forget()


def forget() -> None:
    """Look for engines anew, and read in new processes, which inherit the search path."""
    ocr_engines.find_engine.cache_clear()
    sandbox.close_idle()
