"""The requests that have pages of a file read by the OCR endpoint: which pages go together, in which form, under which hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightclerk import ingest, prompting
from nightclerk.dispatch import Job
from nightclerk.pipeline.desk import Ocr
from nightclerk.providers import mistral_ocr
from nightclerk.records import derived_id, utc_now

# a request that fails for good costs at most so many pages
BLOCK_PAGES = 50


@dataclass(frozen=True, slots=True)
class Block:
    """Pages of one file, by index from 0, that are asked for together: the form they are sent in, the name of that, the request's hash."""

    pages: tuple[int, ...]
    form: ingest.OcrForm
    name: str
    request_hash: str
    body: Mapping[str, Any]

    @property
    def question_id(self) -> str:
        """The id of its question; who asks the same has the same question."""
        return derived_id("question", "ocr", self.request_hash)

    def place_of(self, index: int) -> int | None:
        """The page of the file behind a page of the answer: what was cut out is counted anew. None for what was not asked for."""
        if self.form.cut or "pages" not in self.body:
            return self.pages[index] if index < len(self.pages) else None
        return index if index in self.pages else None


def blocks_of(scope: str, ocr: Ocr, path: Path, *, sha256: str, media_type: str, pages: Sequence[int]) -> Iterator[Block]:
    """The requests that these pages take, each for as many as one request shall hold; the file has to lie at the path."""
    most = min(BLOCK_PAGES, ocr.model.most_pages)
    form = ingest.ocr_form(path, media_type, pages=len(pages), most_pages=most, most_bytes=ocr.model.most_bytes)
    for start in range(0, len(pages), form.most_pages):
        block = tuple(pages[start : start + form.most_pages])
        name = mistral_ocr.named(form.media_type, sha256, cut=block if form.cut else ())
        whole = not form.cut and form.media_type == media_type == "application/pdf"
        body = mistral_ocr.wire(ocr.model.id, name, pages=block if whole else ())
        request_hash = prompting.request_hash(scope, ocr.endpoint.name, ocr.model.id, 0, body)
        yield Block(block, form, name, request_hash, body)


def request_row(scope: str, ocr: Ocr, block: Block) -> dict[str, Any]:
    """The `requests` row of a block: it is billed by pages and has no tokens."""
    return {
        "hash": block.request_hash,
        "scope": scope,
        "provider": ocr.endpoint.name,
        "model": ocr.model.id,
        "sample": 0,
        "body": dict(block.body),
        "prompt_tokens": 0,
        "max_output_tokens": 0,
        "created_at": utc_now(),
    }


def question_row(block: Block) -> dict[str, Any]:
    """The `questions` row of a block; there is no analysis yet."""
    return {
        "id": block.question_id,
        "analysis_id": None,
        "kind": "ocr",
        "chunk_id": None,
        "request_hash": block.request_hash,
        "state": "open",
        "created_at": utc_now(),
    }


def job(block: Block, document_id: str) -> Job:
    """What the dispatcher is handed."""
    return Job(
        question_id=block.question_id,
        request_hash=block.request_hash,
        body=block.body,
        purpose="ocr",
        document_id=document_id,
        prompt_tokens=0,
        max_output_tokens=0,
        pages=len(block.pages),
    )
