"""The results of a job that has ended: an output file, an error file, and how they may be spoilt."""

from __future__ import annotations

import json
from itertools import cycle
from typing import Any

from mistral_server.batch_job import Job
from mistral_server.behaviour import Behaviour
from mistral_server.files import File, Files

SPOILS = ("broken_line", "missing", "duplicate", "unknown", "no_custom_id", "blank_lines", "not_utf8")
Lines = list[dict[str, Any]]


class Press:
    """Prints results, never in the order of the requests."""

    def __init__(self, behaviour: Behaviour, files: Files) -> None:
        self._behaviour, self._files = behaviour, files
        self._spoils = cycle(behaviour.batch_spoils)

    def publish(self, job: Job) -> None:
        """Make the files of a job from what was run, and its inline outputs, which never hold what is no JSON."""
        good = [result.line for result in job.results if not result.failure]
        bad = [result.line for result in job.results if result.failure]
        where = self._behaviour.batch_errors
        spoil = next(self._spoils)
        output = _spoilt(_jumbled([result.line for result in job.results] if where != "error_file" else good), spoil)
        job.outputs = output
        job.output_file = self._file(job, _printed(output, spoil), "result")
        job.error_file = self._file(job, _printed(_jumbled(bad), None) if where != "output" else b"", "error")

    def _file(self, job: Job, content: bytes, kind: str) -> str | None:
        if not content:
            return None
        return self._files.add(File(content, f"{job.id}_{kind}.jsonl", "batch", f"batch_{kind}", source="mistral")).id


def _jumbled(lines: Lines) -> Lines:
    """Another order, always the same one; two or more lines never keep theirs."""
    return lines[1::2] + lines[0::2][::-1]


def _spoilt(lines: Lines, spoil: str | None) -> Lines:
    """Results with the one in their middle spoilt."""
    middle = len(lines) // 2
    if not lines:
        return lines
    if spoil == "missing":
        return lines[:middle] + lines[middle + 1 :]
    if spoil == "duplicate":
        return [*lines, lines[middle]]
    if spoil == "unknown":
        return [*lines, lines[middle] | {"custom_id": "nobody-asked-this"}]
    if spoil == "no_custom_id":
        return [*lines[:middle], lines[middle] | {"custom_id": None}, *lines[middle + 1 :]]
    return lines


def _printed(lines: Lines, spoil: str | None) -> bytes:
    printed = [json.dumps(line, ensure_ascii=False).encode() for line in lines]
    middle = len(printed) // 2
    if printed and spoil == "broken_line":
        printed[middle] = printed[middle][: len(printed[middle]) // 2]
    if printed and spoil == "not_utf8":
        printed[middle] = printed[middle].replace(b'"response"', b'"\xff\xfe", "response"')
    gap = b"\n\n" if spoil == "blank_lines" else b"\n"
    return b"".join(line + gap for line in printed)
