"""Which verb of the Files and Batch APIs a request is, and what answers it."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mistral_server.batch_jobs import Jobs
from mistral_server.batch_run import Runner
from mistral_server.batch_states import Order, Progress
from mistral_server.desk import Desk
from mistral_server.files import Files
from mistral_server.paging import query_of
from mistral_server.problems import Problem

_ROUTES = {
    "upload_file": ("POST", r"/v1/files"),
    "list_files": ("GET", r"/v1/files"),
    "get_file": ("GET", r"/v1/files/([^/]+)"),
    "download_file": ("GET", r"/v1/files/([^/]+)/content"),
    "delete_file": ("DELETE", r"/v1/files/([^/]+)"),
    "create_job": ("POST", r"/v1/batch/jobs"),
    "list_jobs": ("GET", r"/v1/batch/jobs"),
    "get_job": ("GET", r"/v1/batch/jobs/([^/]+)"),
    "cancel_job": ("POST", r"/v1/batch/jobs/([^/]+)/cancel"),
    "delete_job": ("DELETE", r"/v1/batch/jobs/([^/]+)"),
}
VERBS = tuple(_ROUTES)


def verb_of(method: str, path: str) -> tuple[str, str] | None:
    """The verb of a request and the id in its path, if it is one of these."""
    for verb, (wanted, pattern) in _ROUTES.items():
        if method == wanted and (found := re.fullmatch(pattern, path)):
            return verb, found[1] if found.groups() else ""
    return None


class BatchDesk:
    """Answers the verbs of files and jobs."""

    def __init__(self, desk: Desk, forced: deque[str]) -> None:
        self.files = Files(desk, desk.behaviour.file_bytes)
        self.jobs = Jobs(desk, self.files, Progress(desk.behaviour, Runner(desk, forced), self.files))

    async def answer(self, verb: str, ident: str, scope: Mapping[str, Any], raw: bytes) -> tuple[bytes, str]:
        """The content and its type; raises `Problem`."""
        if verb == "download_file":
            return self.files.find(ident).content, "application/octet-stream"
        return json.dumps(await self._said(verb, ident, scope, raw), ensure_ascii=False).encode(), "application/json"

    async def _said(self, verb: str, ident: str, scope: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
        query = query_of(scope["query_string"])
        if verb == "upload_file":
            return self.files.upload(dict(scope["headers"]).get(b"content-type", b"").decode(), raw)
        if verb == "create_job":
            return self.jobs.create(raw)
        if verb in {"list_files", "list_jobs"}:
            return self.files.listed(query) if verb == "list_files" else await self.jobs.listed(query)
        if verb == "get_job":
            return await self.jobs.get(ident, query)
        if verb == "get_file":
            return self.files.find(ident).card() | {"deleted": False}
        return {"delete_file": self.files.delete, "cancel_job": self.jobs.cancel, "delete_job": self.jobs.delete}[verb](ident)

    async def advance(self, raw: bytes) -> bytes:
        """What a test says; the jobs as they are then."""
        try:
            order = Order.model_validate_json(raw or b"{}")
        except ValidationError as invalid:
            raise Problem(422, {"detail": invalid.errors(include_url=False)}) from None
        return json.dumps(await self.jobs.advance(order)).encode()
