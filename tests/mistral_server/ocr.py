"""`POST /v1/ocr`: the request field by field, what may be sent, and the answer with its exact usage."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import pypdfium2 as pdfium
from pydantic import Field

from mistral_server import bodies
from mistral_server.contract import ResponseFormat, _Strict
from mistral_server.problems import Problem

# what comes back for each page that was asked for: (file, indices) -> Markdown by index; what is missing is left out of the answer
Recognise = Callable[[bytes, list[int]], Mapping[int, str]]
MOST_BYTES, MOST_PAGES = 50_000_000, 1_000
CONFIDENCE = 0.97
_DATA = re.compile(r"data:([\w.+/-]+);base64,([A-Za-z0-9+/=]*)")
_RANGES = re.compile(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*")


class DocumentUrl(_Strict):
    type: Literal["document_url"] = "document_url"
    document_url: str
    document_name: str | None = None


class ImageUrl(_Strict):
    type: Literal["image_url"] = "image_url"
    image_url: str | dict[str, Any]


class File(_Strict):
    type: Literal["file"] = "file"
    file_id: str


class OcrRequest(_Strict):
    """`POST /v1/ocr`."""

    model: str
    document: Annotated[DocumentUrl | ImageUrl | File, Field(discriminator="type")]
    pages: list[Annotated[int, Field(ge=0)]] | str | None = None
    table_format: Literal["markdown", "html"] | None = None
    extract_header: bool = False
    extract_footer: bool = False
    include_blocks: bool = True
    include_image_base64: bool | None = None
    image_limit: int | None = None
    image_min_size: int | None = None
    confidence_scores_granularity: Literal["page", "block", "word"] | None = None
    document_annotation_format: ResponseFormat | None = None
    document_annotation_prompt: str | None = None
    bbox_annotation_format: ResponseFormat | None = None


def plain_pages(content: bytes, pages: list[int]) -> Mapping[int, str]:
    """The Markdown of pages when a test does not care which."""
    return {page: f"# Page {page + 1}\n\nThe words of page {page + 1}." for page in pages}


def opened(request: OcrRequest) -> tuple[bytes, list[int]]:
    """The file of a request and the pages to read; raises `Problem` for what cannot be read."""
    content = _content(request)
    if len(content) > MOST_BYTES:
        raise Problem(413, bodies.error("Document exceeds the maximum size of 50 MB", "invalid_request_error", None))
    count = _count(content) if isinstance(request.document, DocumentUrl) else 1
    if count > MOST_PAGES:
        raise _bad(f"Document has {count} pages, more than {MOST_PAGES}")
    pages = _pages(request.pages, count)
    if any(page >= count for page in pages):
        raise _bad(f"pages are out of range, the document has {count}")
    return content, pages


def _content(request: OcrRequest) -> bytes:
    document = request.document
    if isinstance(document, File):
        raise Problem(404, bodies.error("File not found", "not_found_error", None))
    url = document.document_url if isinstance(document, DocumentUrl) else document.image_url
    found = _DATA.fullmatch(url) if isinstance(url, str) else None
    if not found:
        raise _bad("the document could not be fetched")
    try:
        content = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        raise _bad("the document is not base64") from None
    if isinstance(document, ImageUrl) and not content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        raise _bad("the image could not be decoded")
    return content


def _count(content: bytes) -> int:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        raise _bad("the document could not be opened") from None
    count = len(document)
    document.close()
    return count


def _pages(asked: list[int] | str | None, count: int) -> list[int]:
    if asked is None:
        return list(range(count))
    if isinstance(asked, list):
        return sorted(set(asked))
    if not _RANGES.fullmatch(asked):
        raise _bad("pages could not be parsed")
    ends = [[int(end) for end in part.split("-")] for part in asked.split(",")]
    return sorted({page for first, *last in ends for page in range(first, (last or [first])[0] + 1)})


def _bad(message: str) -> Problem:
    return Problem(400, bodies.error(message, "invalid_request_error", "3051"))


def answer(request: OcrRequest, markdown: Mapping[int, str], *, model: str, billed: int, size_bytes: int) -> dict[str, Any]:
    """The body of an answer."""
    return {
        "pages": [_page(request, index, text) for index, text in markdown.items()],
        "model": model,
        "document_annotation": None,
        "usage_info": {"pages_processed": billed, "doc_size_bytes": size_bytes},
    }


def _page(request: OcrRequest, index: int, text: str) -> dict[str, Any]:
    sure = {"average_page_confidence_score": CONFIDENCE, "minimum_page_confidence_score": CONFIDENCE / 2}
    return {
        "index": index,
        "markdown": text,
        "images": [],
        "tables": [],
        "hyperlinks": [],
        "header": None,
        "footer": None,
        "dimensions": {"dpi": 200, "height": 2339, "width": 1654},
        "confidence_scores": sure if request.confidence_scores_granularity else None,
    } | ({"blocks": []} if request.include_blocks else {})
