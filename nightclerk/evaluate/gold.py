"""Labelled documents: a folder with `gold.jsonl` (or `qa.jsonl`) and the documents beside it.

Read are the project's own rows and CUAD's and MAUD's, one label a line (`document`, `category`, `quote`, and where known `char_start`,
`char_end`, `answer`); ContractNLI's, one hypothesis a line with its `evidence` and `choice` (Koreeda, Manning, arXiv 2110.01799); and
TAT-QA's, one question a line with its `answer` (Zhu et al., arXiv 2105.07624), which belong to no category.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightclerk.errors import SourceNotFound

FILES = ("gold.jsonl", "qa.jsonl")
# where the documents lie, the first that is there; the folder itself where none is
FOLDERS = ("txt", "documents", "pdf", "html", "docx")
# a label that any category may answer
ANY = "*"
_ENDING = re.compile(r"(?:\.(?:txt|pdf|html?|docx?|md|eml|rtf|odt|xlsx?))+\Z", re.IGNORECASE)
_CHOICES = {"Entailment": "Yes", "Contradiction": "No"}


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that a person found in a document; offsets are those of the labelled text, None where it has none."""

    document: str
    category: str
    quote: str
    char_start: int | None = None
    char_end: int | None = None
    answer: str | None = None
    occurrences: int = 1


@dataclass(frozen=True, slots=True)
class Gold:
    """A labelled corpus. `sha256` is of its file of labels, `folder` holds the documents, `documents` are all that were labelled."""

    name: str
    sha256: str
    folder: Path
    documents: frozenset[str]
    labels: tuple[Label, ...]


def read_gold(root: Path, *, documents: Path | None = None) -> Gold:
    """Read the labels of a folder.

    Args:
        root: the folder, or its file of labels.
        documents: where the documents lie, if not beside the labels.

    Raises:
        SourceNotFound: no labels, or none that can be read; the message names the line.
    """
    path = root if root.is_file() else next((root / name for name in FILES if (root / name).is_file()), root / FILES[0])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceNotFound(f"{path}: no labels can be read there: {error.strerror}; --gold takes a folder with {FILES[0]}") from None
    rows = list(_rows(path, content))
    folder = documents or next((path.parent / name for name in FOLDERS if (path.parent / name).is_dir()), path.parent)
    labels = tuple(label for number, row in rows for label in _labels(path, number, row))
    if not rows:
        raise SourceNotFound(f"{path}: holds no label")
    named = frozenset(plain_name(str(row["document"])) for _, row in rows)
    return Gold(path.parent.name, hashlib.sha256(content).hexdigest(), folder, named, labels)


def plain_name(name: str) -> str:
    """A document's name without folder and endings, as labels and files are compared."""
    return _ENDING.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])


def _rows(path: Path, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceNotFound(f"{path}, line {number}: not JSON: {error}") from None
        if not isinstance(row, dict) or not isinstance(row.get("document"), str):
            raise SourceNotFound(f"{path}, line {number}: no object with a document")
        yield number, row


def _labels(path: Path, number: int, row: dict[str, Any]) -> Iterator[Label]:
    document = plain_name(row["document"])
    try:
        if "evidence" in row:
            for item in row["evidence"]:
                span = (item.get("char_start"), item.get("char_end"))
                yield Label(document, row["category"], item["quote"], *span, answer=_CHOICES.get(row.get("choice", "")))
        elif "quote" in row:
            span = (row.get("char_start"), row.get("char_end"))
            yield Label(document, row["category"], row["quote"], *span, answer=row.get("answer"), occurrences=row.get("occurrences", 1))
        elif "answer" in row:
            answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
            yield from (Label(document, ANY, str(answer)) for answer in answers if str(answer).strip())
        elif "category" not in row:
            raise KeyError("category")
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceNotFound(f"{path}, line {number}: no label of a known form: {error}") from None
