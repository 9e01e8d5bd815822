"""The Files API: upload, list, retrieve, content, delete."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mistral_server import bodies
from mistral_server.desk import Desk, detail
from mistral_server.multipart import Part, parts
from mistral_server.paging import Query, page

PURPOSES = ("fine-tune", "batch", "ocr")
SAMPLE_TYPES = {"fine-tune": "instruct", "batch": "batch_request", "ocr": "ocr_input"}
KEPT_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class File:
    """One stored file."""

    content: bytes
    filename: str
    purpose: str
    sample_type: str
    source: str = "upload"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: int = field(default_factory=lambda: int(time.time()))

    def card(self) -> dict[str, Any]:
        """What is said about a file."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "sample_type": self.sample_type,
            "num_lines": sum(bool(line.strip()) for line in self.content.splitlines()),
            "mimetype": "application/jsonl",
            "source": self.source,
            "signature": None,
            "expires_at": self.created_at + KEPT_S,
            "visibility": "workspace",
        }


class Files:
    """All files of a workspace."""

    def __init__(self, desk: Desk, most_bytes: int) -> None:
        self._desk, self._most_bytes = desk, most_bytes
        self._files: dict[str, File] = {}
        self.deleted: set[str] = set()

    def add(self, file: File) -> File:
        """Keep a file."""
        self._files[file.id] = file
        return file

    def find(self, file_id: str) -> File:
        """A file that is there; 404 for any other."""
        if file_id not in self._files:
            raise self._desk.rejected(404, bodies.error(f"File {file_id} not found", "not_found_error", None))
        return self._files[file_id]

    def has(self, file_id: str) -> bool:
        """Whether a file is there."""
        return file_id in self._files

    def left(self) -> list[dict[str, Any]]:
        """What is still stored: what nobody deleted."""
        return [file.card() for file in self._files.values()]

    def upload(self, content_type: str, raw: bytes) -> dict[str, Any]:
        """Keep an uploaded file; 422 for a wrong form, 413 for a file that is too large."""
        try:
            form = parts(content_type, raw)
        except ValueError as wrong:
            raise self._desk.unprocessable([detail("file", str(wrong), None)]) from None
        upload, purpose = self._checked(form)
        if len(upload.content) > self._most_bytes:
            message = f"The size of individual files can be a maximum of {self._most_bytes} bytes"
            raise self._desk.rejected(413, bodies.error(message, "invalid_request_error", None))
        return self.add(File(upload.content, upload.filename or "", purpose, SAMPLE_TYPES[purpose])).card()

    def _checked(self, form: Mapping[str, Part]) -> tuple[Part, str]:
        if extra := form.keys() - {"file", "purpose", "visibility", "expiry"}:
            raise self._desk.unprocessable([detail(name, "Extra inputs are not permitted", None) for name in sorted(extra)])
        upload = form.get("file")
        if upload is None or not upload.filename:
            raise self._desk.unprocessable([detail("file", "Field required", None)])
        purpose = form["purpose"].content.decode(errors="replace") if "purpose" in form else "fine-tune"
        if purpose not in PURPOSES:
            raise self._desk.unprocessable([detail("purpose", f"Input should be one of {', '.join(PURPOSES)}", purpose)])
        return upload, purpose

    def listed(self, query: Query) -> dict[str, Any]:
        """The newest first, a page at a time."""
        cards = [file.card() for file in reversed(self._files.values())]
        for name in ("purpose", "sample_type", "source"):
            if wanted := query.get(name):
                cards = [card for card in cards if card[name] in wanted]
        if wanted := query.get("search"):
            cards = [card for card in cards if wanted[0] in card["filename"]]
        total = {} if query.get("include_total") == ["false"] else {"total": len(cards)}
        return {"object": "list", "data": page(self._desk, cards, query), **total}

    def delete(self, file_id: str) -> dict[str, Any]:
        """Forget a file."""
        self.find(file_id)
        del self._files[file_id]
        self.deleted.add(file_id)
        return {"id": file_id, "object": "file", "deleted": True}
