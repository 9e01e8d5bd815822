"""What the dispatcher is handed: the open questions, and what every call of a run shares."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nightclerk.records import Price


@dataclass(frozen=True, slots=True)
class Job:
    """One open question, ready to be sent: `body` is the wire body, `purpose` the question's kind, tokens as counted here.

    `pages` is how many pages OCR is asked to read; such a call is billed by them and not by tokens.
    """

    question_id: str
    request_hash: str
    body: Mapping[str, Any]
    purpose: str
    document_id: str | None
    prompt_tokens: int
    max_output_tokens: int
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What every call of a run shares: who pays, who is asked, at which price, under which budgets. `mode` is realtime or batch."""

    run_id: str
    collection_id: str
    provider: str
    model_asked: str
    model: str
    price: Price
    budget_ids: tuple[str, ...]
    process_id: str
    mode: str = "realtime"


class Drain:
    """One draining of questions: its terms, and the first reason why nothing more may be sent for it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.stopped: Exception | None = None
        self._idle: set[asyncio.Task[Any]] = set()

    def stop(self, reason: Exception) -> None:
        """Send nothing more: jobs that only wait for something end at once, calls in flight run on to their end."""
        self.stopped = self.stopped or reason
        for task in self._idle:
            task.cancel()

    def go_on(self) -> None:
        """Raises the reason to stop, if there is one."""
        if self.stopped is not None:
            raise self.stopped

    @contextmanager
    def idling(self) -> Iterator[None]:
        """Around a wait during which a job has nothing in flight."""
        self.go_on()
        task = asyncio.current_task()
        assert task is not None
        self._idle.add(task)
        try:
            yield
        finally:
            self._idle.discard(task)
