"""One batch job and what is said about it."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mistral_server.batch_contract import Line

ENDED = ("SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one request: its line in the results, and what the job's `errors` say of it where it failed."""

    line: dict[str, Any]
    failure: str | None = None


@dataclass
class Job:
    """A job, from its creation on. `looks` counts how often it was shown since its last order; times are seconds of the server's clock."""

    endpoint: str
    model: str | None
    lines: list[Line]
    created_at: float
    timeout_hours: int
    input_files: list[str] = field(default_factory=list)
    metadata: dict[str, str] | None = None
    agent_id: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "QUEUED"
    looks: int = 0
    started_at: float | None = None
    completed_at: float | None = None
    results: list[Result] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    outputs: list[dict[str, Any]] | None = None
    output_file: str | None = None
    error_file: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in ENDED

    def card(self, *, inline: bool = False) -> dict[str, Any]:
        """The job as the contract has it; with its outputs where they are asked for and there are some."""
        failed = sum(result.failure is not None for result in self.results)
        errors = self.wrong + Counter(result.failure for result in self.results if result.failure)
        return {
            "id": self.id,
            "object": "batch",
            "input_files": self.input_files,
            "metadata": self.metadata,
            "endpoint": self.endpoint,
            "model": self.model,
            "agent_id": self.agent_id,
            "output_file": self.output_file,
            "error_file": self.error_file,
            "errors": [{"message": message, "count": count} for message, count in errors.items()],
            "outputs": self.outputs if inline else None,
            "status": self.status,
            "created_at": int(self.created_at),
            "started_at": None if self.started_at is None else int(self.started_at),
            "completed_at": None if self.completed_at is None else int(self.completed_at),
            "total_requests": len(self.lines),
            "completed_requests": len(self.results),
            "succeeded_requests": len(self.results) - failed,
            "failed_requests": failed,
        }
