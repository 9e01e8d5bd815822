"""Which engine reads pictures of pages here: the program tesseract if it is installed, else the package rapidocr, else none."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

# what a fingerprint of a reader that may use OCR has and that of one without has not
MARK = "+"
# how the names of an endpoint's models begin
REMOTE = "mistral-"
# before what tells readings apart that lack answers of an endpoint which may come yet
LACKING = "~"
MOST_LANGUAGES = 8
NO_LANGUAGE = {"osd", "equ", "snum"}
ANSWER_S = 20.0


@dataclass(frozen=True, slots=True)
class Engine:
    """An OCR engine: `module` reads with it, `languages` are tesseract's codes joined by `+`, empty where the engine knows them all."""

    name: str
    version: str
    module: str
    languages: str = ""

    @property
    def fingerprint(self) -> str:
        """What of the engine decides which text it reads."""
        return "-".join(part for part in (self.name, self.version, self.languages) if part)


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What an endpoint read of one page: Markdown, its confidence from 0 to 1 where it told it, the tables that stand beside the Markdown.

    `note` is what else is to be said of the page.
    """

    markdown: str
    confidence: float | None = None
    tables: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the model of an endpoint read of the pages that are pictures, by index from 0, or why it did not.

    `lacking` names, as a short hash, the requests that got no answer and may get one yet; empty where there is none.
    """

    model: str
    pages: Mapping[int, PageAnswer | str]
    lacking: str = ""

    @property
    def fingerprint(self) -> str:
        """What of the answers decides which text is read."""
        return f"{self.model}{LACKING}{self.lacking}" if self.lacking else self.model


@cache
def find_engine() -> Engine | None:
    """The engine that reads pictures of pages here; looked for once in the life of the program."""
    return _tesseract() or _rapidocr()


def _tesseract() -> Engine | None:
    if not shutil.which("tesseract"):
        return None
    found = re.search(r"\d+(?:\.\d+)+", _told("--version"))
    codes = [line.strip() for line in _told("--list-langs").splitlines()[1:]]
    languages = sorted(code for code in codes if code and code not in NO_LANGUAGE and "/" not in code)
    if len(languages) > MOST_LANGUAGES:
        # each language costs its own time on every line; with all 120 installed nobody has chosen
        languages = [code for code in languages if code == "eng"] or languages[:1]
    return Engine("tesseract", found[0], "nightclerk.ingest.ocr_tesseract", "+".join(languages)) if found and languages else None


def _told(option: str) -> str:
    try:
        command = ["tesseract", option]
        # its version 3 answers on stderr
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=ANSWER_S, check=False)  # noqa: S603 - fixed
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _rapidocr() -> Engine | None:
    if not find_spec("rapidocr") or not find_spec("onnxruntime") or not rapidocr_models():
        return None
    return Engine("rapidocr", version("rapidocr"), "nightclerk.ingest.ocr_rapidocr")


def rapidocr_models() -> dict[str, Path]:
    """The models in rapidocr's own wheel, by task; empty if one is missing, for then the package would ask the network."""
    spec = find_spec("rapidocr")
    folder = Path(spec.origin or "").parent / "models" if spec else Path()
    found = {task: sorted(folder.glob(f"*_{task}_*.onnx")) for task in ("det", "rec")}
    return {task: paths[0] for task, paths in found.items()} if spec and all(found.values()) else {}
