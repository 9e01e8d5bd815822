"""What Mistral's batch endpoints say, read tolerantly: job cards, and lines of results, whose failures are documented nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from nightclerk.errors import CutOff
from nightclerk.providers.reply import clean

# of the metadata of a job: our own id of the batch, by which a job is known again whose id we never learnt
OUR_KEY = "nightclerk_batch"
ENDED = frozenset({"SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"})
REASON_CHARACTERS = 500
# a longer line is no answer of a model; of one that is longer this much is kept, to tell whose it is and whether it was billed
LONGEST_LINE_BYTES, KEPT_BYTES = 20_000_000, 1_000_000
# in a broken line; inside a text the quotes would be escaped
ANSWERED = re.compile(r'"status_code"\s*:\s*200\b')
_CUSTOM_ID = re.compile(rb'"custom_id"\s*:\s*"([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One job as the provider tells of it. `batch_id` is ours, empty in a job of somebody else; `errors` is one line.

    `counted` is whether it says how many of its requests were run; without that the counts are zero.
    """

    id: str
    status: str
    batch_id: str = ""
    input_files: tuple[str, ...] = ()
    output_file: str | None = None
    error_file: str | None = None
    completed: int = 0
    succeeded: int = 0
    failed: int = 0
    errors: str = ""
    counted: bool = True

    @property
    def ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of results. `custom_id` is empty where nobody can tell whose it is; `whole` is false where it broke off.

    `http_status` and `body` are the response's, `error` what stands beside it; one of them may be missing.
    """

    custom_id: str
    raw: str
    whole: bool = True
    http_status: int | None = None
    body: Any = None
    error: Any = None

    @property
    def answered(self) -> bool:
        """Whether it holds an answer: a success with a body."""
        return self.whole and self.http_status is not None and 200 <= self.http_status < 300 and self.body is not None


def job_of(card: Any) -> BatchJob:
    """The job in a card.

    Raises:
        CutOff: it is no job card.
    """
    if not isinstance(card, dict) or not isinstance(card.get("id"), str) or not card["id"] or not isinstance(card.get("status"), str):
        raise CutOff("the answer is no batch job")
    metadata = card.get("metadata")
    ours = metadata.get(OUR_KEY) if isinstance(metadata, dict) else None
    files = card.get("input_files")
    return BatchJob(
        id=card["id"],
        status=card["status"].upper()[:40],
        batch_id=ours if isinstance(ours, str) else "",
        input_files=tuple(name for name in files if isinstance(name, str)) if isinstance(files, list) else (),
        output_file=_name(card.get("output_file")),
        error_file=_name(card.get("error_file")),
        completed=_count(card, "completed_requests"),
        succeeded=_count(card, "succeeded_requests"),
        failed=_count(card, "failed_requests"),
        errors=_errors(card.get("errors")),
        counted=any(card.get(name) is not None for name in ("completed_requests", "succeeded_requests", "failed_requests")),
    )


def raw_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file from its beginning, as long as they are no longer than any answer; of longer ones the beginning."""
    file.seek(0)
    while line := file.readline(LONGEST_LINE_BYTES):
        whole = line.endswith(b"\n") or len(line) < LONGEST_LINE_BYTES
        yield line if whole else line[:KEPT_BYTES]
        while not whole:
            rest = file.readline(LONGEST_LINE_BYTES)
            whole = not rest or rest.endswith(b"\n")


def line_of(raw: bytes) -> BatchLine | None:
    """A line of a file of results; None for an empty one."""
    if not raw.strip():
        return None
    text = clean(raw.decode("utf-8", "replace"))
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        found = _CUSTOM_ID.search(raw)
        return BatchLine(found[1].decode() if found else "", text, whole=False)
    return row_of(row, text)


def row_of(row: Mapping[str, Any], text: str) -> BatchLine:
    """A result that was read already; `text` is how it stood there."""
    custom_id, response = row.get("custom_id"), row.get("response")
    response = response if isinstance(response, dict) else {}
    status, body, error = _status(response.get("status_code")), response.get("body"), row.get("error")
    if status is None and not error and isinstance(body, dict) and body.get("choices"):
        # a completion is an answer, whoever forgot to say so
        status = 200
    return BatchLine(custom_id if isinstance(custom_id, str) else "", text, http_status=status, body=body, error=error)


def _status(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def failure_of(line: BatchLine) -> tuple[int, str]:
    """(HTTP status, body) of a failed result, as if it had been answered in real time; 500 where no status is told."""
    error = line.error
    code = error.get("code") if isinstance(error, dict) else None
    status = line.http_status or (int(code) if isinstance(code, int | str) and str(code).isdigit() else 0)
    told = line.body if line.body not in (None, "") else {"message": error} if isinstance(error, str) else error
    # a failure that calls itself a success, or nothing, may work another time
    return status if 400 <= status < 600 else 500, told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def _errors(errors: Any) -> str:
    rows = errors if isinstance(errors, list) else []
    told = [f"{row.get('message')} ({row.get('count')} times)" if isinstance(row, dict) else str(row) for row in rows]
    return " ".join(clean("; ".join(told)).split())[:REASON_CHARACTERS]


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(card: Mapping[str, Any], name: str) -> int:
    value = card.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9 else 0
