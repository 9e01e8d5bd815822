"""From the results of a job to the ledger: each line to its call, by custom id, and what no line is about accounted for.

A reply is committed, with its usage, before anybody parses it. Everything may be done again: a call that is settled stays as it is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from nightclerk.dispatch.books import Books, Call
from nightclerk.dispatch.gathering import all_of
from nightclerk.dispatch.jobs import Job, Terms
from nightclerk.errors import GiveUpCall
from nightclerk.providers.batch_wire import BatchLine
from nightclerk.providers.mistral_batch import MistralBatches
from nightclerk.records import Price, Reply
from nightclerk.store import Store, batches, ledger

# lines that are settled together: the writer commits those that wait for it as one. A line may be 20 MB
BLOCK_LINES, BLOCK_CHARACTERS = 50, 20_000_000
# the status of a job of which nobody will ever know more
GONE = "GONE"


class Results:
    """Joins the results of one batch with its calls."""

    def __init__(self, store: Store, wire: MistralBatches, books: Books, batch: Any, calls: Mapping[str, Call], settled: set[str]) -> None:
        self._store = store
        self._wire = wire
        self._books = books
        self._batch = batch
        self._calls = dict(calls)
        self._settled = settled
        self._seen: set[str] = set()
        self._now: set[str] = set()
        self._odd: Counter[str] = Counter()

    @property
    def whole(self) -> bool:
        """Whether there was a result for as many requests as the job says it has some for."""
        batch = self._batch
        said = batch.requested if batch.provider_status == "SUCCESS" else min(batch.succeeded + batch.failed, batch.requested)
        return len(self._seen) >= int(said)

    @property
    def any(self) -> bool:
        """Whether there was one result of ours at all."""
        return bool(self._seen)

    def begin(self) -> None:
        """Take what comes for all results, from the first one on: what was odd about an earlier attempt to get them is forgotten."""
        self._now.clear()
        self._odd.clear()

    async def book(self, lines: Callable[[], Iterable[BatchLine]], *, last: bool) -> None:
        """Settle the calls that these lines answer; with all results here, or none to come, also those that they say have failed.

        What failed may have been answered in a later line, and what is broken here may come whole another time.
        """
        failed = False
        async for block in _blocks(lines()):
            known = list(self._known(block))
            answers = [line for line in known if line.answered]
            failed |= len(answers) < len(known)
            await self._settle_all(answers)
        async for block in _blocks(lines() if failed and (last or self.whole) else ()):
            await self._settle_all(block)

    async def _settle_all(self, lines: list[BatchLine]) -> None:
        first = {line.custom_id: line for line in reversed(lines) if line.custom_id in self._calls}
        self._settled.update(first)
        await all_of(self._settle(line, self._calls.pop(custom_id)) for custom_id, line in first.items())

    async def close(self) -> str:
        """Settle the calls that no line is about; returns what was odd about the results, empty where nothing was."""
        batch = self._batch
        # a job that ended before its time ran what it counts; where we have as many results, the rest was nobody's work
        untouched = self.whole and batch.provider_status in {"FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"}
        end = "is gone" if batch.provider_status == GONE else f"ended as {batch.provider_status}"
        told = f"the batch job {batch.provider_job_id or batch.id} {end}" + (f" ({batch.reason})" if batch.reason else "")
        left = iter(self._calls.values())
        while block := list(islice(left, BLOCK_LINES)):
            if untouched:
                await all_of(self._books.released(call, f"{told} before it was the turn of this request") for call in block)
            else:
                await all_of(self._books.unknown(call, f"{told} without a result for this request") for call in block)
        if self._calls and not untouched:
            self._odd["requests without a result"] = len(self._calls)
        return ", ".join(f"{count} {what}" for what, count in self._odd.items())

    def _known(self, block: Iterable[BatchLine]) -> Iterator[BatchLine]:
        """The lines about calls that are not settled yet."""
        for line in block:
            mine = line.custom_id in self._calls or line.custom_id in self._settled
            again = line.custom_id in self._now
            if mine:
                self._now.add(line.custom_id)
            if mine and line.whole:
                self._seen.add(line.custom_id)
            if not line.whole:
                self._odd["broken lines"] += 1
            if again:
                self._odd["results of requests that had one"] += 1
            elif not mine:
                self._odd["results that belong to no request"] += 1
            if line.custom_id in self._calls:
                yield line

    async def _settle(self, line: BatchLine, call: Call) -> None:
        failed = line.http_status is None or line.http_status >= 300
        body = await self._store.aread(batches.body, call.id) if failed else None
        outcome = await asyncio.to_thread(self._wire.outcome, line, self._batch.model, body)
        if isinstance(outcome, Reply):
            await self._books.answered(call, outcome, latency_ms=None)
        else:
            final = str(outcome) if isinstance(outcome, GiveUpCall) else ""
            await self._books.failed(call, outcome, latency_ms=None, final_reason=final)


async def _blocks(lines: Iterable[BatchLine]) -> AsyncIterator[list[BatchLine]]:
    """The lines, read off the loop, as many at once as memory has room for."""
    rest = iter(lines)
    while block := await asyncio.to_thread(_block, rest):
        yield block


def _block(lines: Iterator[BatchLine]) -> list[BatchLine]:
    block: list[BatchLine] = []
    characters = 0
    for line in islice(lines, BLOCK_LINES):
        block.append(line)
        characters += len(line.raw)
        if characters > BLOCK_CHARACTERS:
            break
    return block


def calls_of(conn: Any, batch: Any) -> dict[str, Call]:
    """The calls of a batch that are not settled, by id, on the terms that they were booked on."""
    rows = batches.calls_in_flight(conn, batch.id)
    if not rows:
        return {}
    first = rows[0]
    price = Price(**{name: value for name, value in batches.price(conn, first.price_id)._mapping.items() if name != "id"})
    terms = Terms(
        run_id=batch.run_id,
        collection_id=first.collection_id,
        provider=batch.provider,
        model_asked=first.model_asked,
        model=batch.model,
        price=price,
        budget_ids=tuple(ledger.budgets_of(conn, batch.run_id)),
        process_id=first.process_id,
        mode="batch",
    )
    return {row.id: Call(row.id, terms, _job(row), row.reserved_nano_usd) for row in rows}


def _job(row: Any) -> Job:
    return Job(row.question_id, row.request_hash, {}, row.purpose, row.document_id, row.prompt_tokens or 0, row.max_output_tokens or 0)
