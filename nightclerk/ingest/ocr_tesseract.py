"""Reading a picture with the program tesseract, by pipes: it gets the pixels and gives a table of words."""

from __future__ import annotations

import resource
import signal
import subprocess
from itertools import groupby

from nightclerk.errors import SkipDocument
from nightclerk.ingest.ocr import Image, Recognised

DPI = 300
# real pages had 0.93 and more, blurred ones that nobody can read 0.34 and less
SURE = 0.6
WORD = "5"
COLUMNS = 12


def recognise(image: Image, *, languages: str) -> Recognised:
    """The text of an image and tesseract's mean confidence.

    Raises:
        SkipDocument: tesseract failed or ran into a limit, which it inherits from this process.
    """
    command = ["tesseract", "stdin", "stdout", "-l", languages, "--dpi", str(image.dpi), "-c", "tessedit_create_tsv=1"]
    picture = b"P5 %d %d 255\n" % (image.width, image.height) + image.pixels
    done = subprocess.run(command, input=picture, capture_output=True, check=False)  # noqa: S603 - no shell, fixed arguments
    if done.returncode:
        raise SkipDocument("failed", _trouble(done.returncode, done.stderr.decode("utf-8", "replace").strip()))
    return parse(done.stdout.decode("utf-8", "replace"))


def parse(table: str) -> Recognised:
    """The words of tesseract's TSV as lines, with a blank line between blocks and paragraphs, and their mean confidence."""
    rows = [line.split("\t") for line in table.splitlines()]
    words = [row for row in rows if len(row) == COLUMNS and row[0] == WORD and row[11].strip()]
    lines: list[str] = []
    for number, (_, paragraph) in enumerate(groupby(words, key=lambda row: row[1:4])):
        lines += [""] if number else []
        lines += [" ".join(row[11].strip() for row in line) for _, line in groupby(paragraph, key=lambda row: row[4])]
    weights = [len(row[11].strip()) for row in words]
    sure = sum(max(float(row[10]), 0.0) * weight for row, weight in zip(words, weights, strict=True))
    return Recognised("\n".join(lines), sure / sum(weights) / 100 if words else 0.0)


def _trouble(code: int, told: str) -> str:
    if code == -signal.SIGXCPU:
        return f"tesseract took more than the limit of {resource.getrlimit(resource.RLIMIT_CPU)[0]} CPU seconds"
    if code < 0:
        return f"tesseract died ({signal.Signals(-code).name}), possibly at the memory limit"
    return f"tesseract failed ({told[-200:] or f'exit code {code}'})"
