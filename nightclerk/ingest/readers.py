"""The table of formats. A new one is a module with `read(path) -> Reading`, a line here and a golden pair under tests/golden.

Functions are named and not imported: only the child process that reads a file loads the parsers.
"""

from __future__ import annotations

from dataclasses import dataclass

from nightclerk.errors import SkipDocument
from nightclerk.ingest.detect import DOCX, EMPTY, ENCRYPTED_OFFICE, HTML, KNOWN, MARKDOWN, PDF, TEXT


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a format, and who is asked if that reader's process crashes.

    The fingerprint changes whenever the same file would get another text, other pages or other sections.
    """

    fingerprint: str
    function: str
    fallback: str = ""


READERS = {
    PDF: Reader("pdf-1", "nightclerk.ingest.pdf:read", "nightclerk.ingest.pdf:read_carefully"),
    DOCX: Reader("docx-1", "nightclerk.ingest.docx:read"),
    HTML: Reader("html-1", "nightclerk.ingest.html:read"),
    TEXT: Reader("text-1", "nightclerk.ingest.text:read"),
    MARKDOWN: Reader("text-1", "nightclerk.ingest.text:read"),
}


def reader_for(media_type: str) -> Reader:
    """The reader of a media type.

    Raises:
        SkipDocument: `unsupported`, `encrypted` or `empty`, with what the file is and what to do about it.
    """
    if media_type in READERS:
        return READERS[media_type]
    if media_type == EMPTY:
        raise SkipDocument("empty", "the file has no bytes")
    if media_type == ENCRYPTED_OFFICE:
        raise SkipDocument("encrypted", "an Office document that needs a password: save a copy without it")
    what = KNOWN.get(media_type, f"a file of type {media_type[:80]}")
    raise SkipDocument("unsupported", f"{what}: convert it to PDF, DOCX, HTML or text")


def reader_fingerprint(media_type: str) -> str:
    """The name and version of the reader of a media type, e.g. `pdf-1`; `none` where there is no reader."""
    return READERS[media_type].fingerprint if media_type in READERS else "none"
