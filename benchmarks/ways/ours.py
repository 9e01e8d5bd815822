"""Nightclerk's dispatcher as a client process: `ours.py prepare '<order>'`, then `ours.py work '<order>'`; see `benchmarks/dispatch.py`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "benchmarks"), str(ROOT / "tests")]
from ways import question  # noqa: E402

# it comes first since it takes the time of the others
# isort: split

import sqlalchemy as sa  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from nightclerk.dispatch import Concurrency, Dispatcher, Job, Limiter, Share  # noqa: E402
from nightclerk.providers.mistral import Mistral  # noqa: E402
from nightclerk.records import new_id, utc_now  # noqa: E402
from nightclerk.store import Store, processes  # noqa: E402

IMPORTED = {
    **question.imported(),
    "unwanted_imports": sorted({"prefect", "tiktoken", "mistral_common", "openai"} & {name.partition(".")[0] for name in sys.modules}),
}

from dispatch_office import Office, open_office  # noqa: E402

from nightclerk.store import tables as t  # noqa: E402

# documents as they come: no two end together, and bodies are in memory only while they are asked
CHUNKS = (8, 40, 16, 32, 24)
AT_ONCE = 16
# an answer of no use is asked for again, as the pipeline does by a repair or the rest of the text
ROUNDS = 4


@dataclass
class Work:
    """The share of one process; `numbers` says which question each job puts."""

    order: question.Order
    office: Office
    numbers: dict[str, int] = field(default_factory=dict)

    def documents(self, mine: Sequence[Job]) -> Iterator[list[Job]]:
        """The filed questions with their bodies, document by document."""
        left = iter(mine)
        for size in cycle(CHUNKS):
            block = list(islice(left, size))
            if not block:
                return
            yield [self.job(job, int(job.body["key"][1:])) for job in block]

    def job(self, filed: Job, number: int, again: int = 0) -> Job:
        """A filed question with the body that puts it."""
        self.numbers[filed.question_id] = number
        body = question.body(self.order, number, again)
        return replace(filed, body=body, prompt_tokens=self.order["characters"] // 4 + 10, max_output_tokens=body["max_tokens"])

    async def answer(self, dispatcher: Dispatcher, jobs: list[Job]) -> None:
        """Drain the questions of a document, and where faults spoil answers those of no use again."""
        await dispatcher.drain(self.office.terms, jobs)
        for again in range(1, ROUNDS if self.order["spoilt"] else 1):
            spoilt = [number for number, usable in self.replies([job.question_id for job in jobs]) if not usable]
            if not spoilt:
                return
            filed = self.office.ask(len(spoilt), prefix=new_id())
            jobs = [self.job(job, number, again) for job, number in zip(filed, spoilt, strict=True)]
            await dispatcher.drain(self.office.terms, jobs)

    def replies(self, question_ids: Sequence[str]) -> list[tuple[int, bool]]:
        """(number, whether it is usable) of each reply to these questions."""
        calls, replies = t.calls.c, t.replies.c
        asked = sa.select(calls.question_id, replies.answer, replies.finish_reason).join(t.replies, replies.call_id == calls.id)
        rows = self.office.store.read(lambda conn: conn.execute(asked.where(calls.question_id.in_(question_ids))).all())
        return [(self.numbers[row.question_id], question.usable(row.answer, row.finish_reason)) for row in rows]


async def drained(work: Work, mine: Sequence[Job]) -> question.Figures:
    """Drain everything, several documents at a time; what it took."""
    order, office = work.order, work.office
    await asyncio.sleep(max(0.0, order["start_at"] - question.time.time()))
    watch = question.Stopwatch()
    provider = Mistral(order["url"], SecretStr(order["key"]), max_in_flight=order["in_flight"])
    share = Share(office.store, f"mistral/{order['model']}")
    limiter = Limiter(order["rps"], order["tpm"], concurrency=Concurrency(order["in_flight"]), share=share)
    limits = {"max_in_flight": order["in_flight"], "call_timeout_s": order["timeout_s"], "max_attempts": 6}
    dispatcher, left = Dispatcher(provider, office.store, limiter, **limits), work.documents(mine)

    async def document_after_document() -> None:
        for jobs in left:
            await work.answer(dispatcher, jobs)
            watch.level()

    await asyncio.gather(*(document_after_document() for _ in range(AT_ONCE)))
    figures = watch.stop()
    await provider.aclose()
    return figures


def prepare(order: question.Order) -> question.Figures:
    """File the questions of all processes."""
    with Store.open(order["database"]) as store:
        office = Office(store, store.write_now(open_office, 10**15))
        office.ask(order["requests"])
    return {}


def work(order: question.Order) -> question.Figures:
    """Answer every `processes`-th question, from the `process`-th on."""
    with Store.open(order["database"]) as store:
        office = Office.reopen(store)
        process_id = store.write_now(processes.register, new_id(), now=utc_now())
        office.terms = replace(office.terms, process_id=process_id)
        mine = office.jobs_again()[order["process"] :: order["processes"]]
        doing = Work(order, office)
        figures = asyncio.run(drained(doing, mine))
        ids = list(doing.numbers)
        answered = {number for start in range(0, len(ids), 500) for number, usable in doing.replies(ids[start : start + 500]) if usable}
        own = [call for call in office.calls() if call["process_id"] == process_id]
    return {**figures, **IMPORTED, "requests": len(mine), "lost": len(mine) - len(answered), **booked(own)}


def booked(calls: list[dict[str, Any]]) -> question.Figures:
    """What the ledger says, and when the first and the last call was sent."""
    sent = [call["sent_at"].timestamp() for call in calls]
    return {
        "booked_nano_usd": sum(call["cost_nano_usd"] for call in calls),
        "at_risk_nano_usd": sum(call["at_risk_nano_usd"] for call in calls),
        "estimated_calls": sum(call["cost_basis"] in {"estimate", "at_risk"} for call in calls),
        "first_sent_at": min(sent),
        "last_sent_at": max(sent),
    }


if __name__ == "__main__":
    question.tell(work, prepare=prepare)
