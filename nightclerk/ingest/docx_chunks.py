"""Documents inside a DOCX that Word merges in when it opens it (altChunk): HTML, MHT, text and DOCX are read, the rest is named."""

from __future__ import annotations

import email
import email.errors
import email.policy
import io
from collections.abc import Callable

from nightclerk.errors import SkipDocument
from nightclerk.ingest import html
from nightclerk.ingest.docx_package import Element, Package, R
from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.manuscript import PAGE_BREAK, Manuscript

# more than anybody merges, and what nested documents could otherwise multiply to
MOST_CHUNKS = 50
MOST_CHARACTERS = 20_000_000
MOST_NAMED = 5
ZIP = b"PK\x03\x04"
HTML_HEAD, MAIL_HEAD = (b"<!doctype html", b"<html"), b"mime-version:"
HEAD_BYTES = 1024
# what the standard parser raises on headers that no standard knows
STRANGE = (ValueError, LookupError, AttributeError, TypeError, email.errors.MessageError)
Nested = Callable[[io.BytesIO], tuple[str, list[str]]]


class Chunks:
    """Reads embedded documents; `nested` gives the text of a DOCX inside a DOCX and what it lacks."""

    def __init__(self, script: Manuscript, package: Package, main: str, nested: Nested | None) -> None:
        self._script = script
        self._package = package
        # the part whose relations count
        self.part = main
        self._nested = nested
        self._count = 0
        self._unread: list[str] = []
        self._gaps: list[str] = []
        self._subdocuments: list[str] = []

    def chunk(self, node: Element) -> None:
        """Write an embedded document, as a part of its own."""
        target = self._package.relations(self.part).get(node.get(f"{R}id", ""), ("", ""))[1]
        self._count += 1
        try:
            text = self._text(target) if self._count <= MOST_CHUNKS else None
        except SkipDocument:
            text = None
        if text is None or len(text) > MOST_CHARACTERS:
            self._unread.append(target.rpartition("/")[2] or "not in the file")
            return
        start, outer = self._script.here, self._script.part
        self._script.part = target
        self._script.write(text.replace(PAGE_BREAK, "\n").strip("\n"))
        self._script.block("paragraph", start, note="embedded document")
        self._script.write("\n")
        self._script.part = outer

    def subdocument(self, node: Element) -> None:
        """Remember a document that this one only points to."""
        self._subdocuments.append(self._package.external(self.part).get(node.get(f"{R}id", ""), "").rpartition("/")[2] or "without a name")

    def gaps(self) -> list[str]:
        """What was not read."""
        listed = [
            ("embedded document", "altChunk", self._unread),
            ("subdocument", "another file", self._subdocuments),
        ]
        return self._gaps + [
            f"{len(names)} {what}{'s were' if len(names) > 1 else ' was'} not read ({why}: {', '.join(names[:MOST_NAMED])})"
            for what, why, names in listed
            if names
        ]

    def _text(self, target: str) -> str | None:
        data = self._package.data(target) if target else None
        ending = target.rpartition(".")[2].lower()
        if data is None:
            return None
        if data.startswith(ZIP):
            if self._nested is None:
                return None
            text, gaps = self._nested(io.BytesIO(data))
            self._gaps += gaps
            return text
        head = data[:HEAD_BYTES].lower()
        if ending in {"mht", "mhtml", "eml"} or MAIL_HEAD in head:
            page = _web_archive(data)
            return self._words(page) if page is not None else None
        if ending in {"htm", "html", "xhtml"} or any(sign in head for sign in HTML_HEAD):
            return self._words(decoded(data, declared=True))
        return decoded(data) if ending == "txt" else None

    def _words(self, page: str) -> str:
        reading = html.parsed(page)
        self._gaps += reading.gaps
        return "\n".join(part.text for part in reading.pages)


def _web_archive(data: bytes) -> str | None:
    """The page in a web archive (MHT), which travels like an e-mail; None where there is none."""
    try:
        message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
        body = message.get_body(("html",))
        content = body.get_content() if body is not None else None
    except STRANGE:
        return None
    return content if isinstance(content, str) else None
