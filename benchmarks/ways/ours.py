"""Nightclerk's dispatcher as a client process: `ours.py prepare '<order>'`, then `ours.py work '<order>'`; see `benchmarks/dispatch.py`."""

from __future__ import annotations

import resource
import sys
import time

_BEGAN = time.perf_counter()

import asyncio  # noqa: E402
import json  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from pydantic import SecretStr  # noqa: E402

from nightclerk.dispatch import Concurrency, Dispatcher, Job, Limiter, Share  # noqa: E402
from nightclerk.providers.mistral import Mistral  # noqa: E402
from nightclerk.records import new_id, utc_now  # noqa: E402
from nightclerk.store import Store, processes  # noqa: E402


def memory_mb() -> float:
    """The resident memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


IMPORTED = {
    "import_s": time.perf_counter() - _BEGAN,
    "imported_mb": memory_mb(),
    "unwanted_imports": sorted({"prefect", "tiktoken", "mistral_common", "openai"} & {name.partition(".")[0] for name in sys.modules}),
}

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from dispatch_office import Office, open_office  # noqa: E402

from nightclerk.store import tables as t  # noqa: E402

# a document's worth of calls, so that bodies are in memory only while they are asked
BLOCK = 50
AT_ONCE = 4


def body(order: dict[str, Any], number: int) -> dict[str, Any]:
    """The wire body of one question: 12,000 characters, no two alike."""
    text = f"[{number}] " + "The Supplier shall deliver no later than 30 days after the order date. " * 180
    messages = [{"role": "user", "content": text[: order["characters"]]}]
    return {"model": order["model"], "messages": messages, "max_tokens": 4_000, "temperature": 0.7, "stream": False, "random_seed": 0}


def blocks(order: dict[str, Any], mine: list[Job]) -> Iterator[list[Job]]:
    """The filed questions with their bodies, block by block."""
    tokens = order["characters"] // 4 + 10
    for start in range(0, len(mine), BLOCK):
        block = mine[start : start + BLOCK]
        yield [Job(job.question_id, job.request_hash, body(order, int(job.body["key"][1:])), "ask", None, tokens, 4_000) for job in block]


async def drained(order: dict[str, Any], office: Office, mine: list[Job]) -> dict[str, Any]:
    """Drain everything, several documents at a time; what it took."""
    await asyncio.sleep(max(0.0, order["start_at"] - time.time()))
    began_at, began, cpu = time.time(), time.perf_counter(), time.process_time()
    provider = Mistral(order["url"], SecretStr(order["key"]), max_in_flight=order["in_flight"])
    share = Share(office.store, f"mistral/{order['model']}")
    limiter = Limiter(order["rps"], order["tpm"], concurrency=Concurrency(order["in_flight"]), share=share)
    dispatcher = Dispatcher(provider, office.store, limiter, max_in_flight=order["in_flight"], call_timeout_s=120, max_attempts=6)
    work, levels = blocks(order, mine), []

    async def document_after_document() -> None:
        for block in work:
            await dispatcher.drain(office.terms, block)
            levels.append(memory_mb())

    await asyncio.gather(*(document_after_document() for _ in range(AT_ONCE)))
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    await provider.aclose()
    return {"began_at": began_at, "wall_s": wall_s, "cpu_s": cpu_s, "memory_mb": [levels[0], levels[len(levels) // 4], levels[-1]]}


def prepare(order: dict[str, Any]) -> dict[str, Any]:
    """File the questions of all processes."""
    with Store.open(order["database"]) as store:
        office = Office(store, store.write_now(open_office, 10**15))
        office.ask(order["requests"])
    return {}


def work(order: dict[str, Any]) -> dict[str, Any]:
    """Answer every `processes`-th question, from the `process`-th on."""
    with Store.open(order["database"]) as store:
        office = Office.reopen(store)
        process_id = store.write_now(processes.register, new_id(), now=utc_now())
        office.terms = replace(office.terms, process_id=process_id)
        mine = office.jobs_again()[order["process"] :: order["processes"]]
        figures = asyncio.run(drained(order, office, mine))
        own = [call for call in office.calls() if call["process_id"] == process_id]
        asked = {job.question_id for job in mine}
        states = [row["state"] for row in office.rows(t.questions) if row["id"] in asked]
    sent = [call["sent_at"].timestamp() for call in own]
    return {
        **figures,
        **IMPORTED,
        "requests": len(mine),
        "lost": len(mine) - states.count("answered"),
        "attempts": len(own),
        "known_nano_usd": sum(call["cost_nano_usd"] for call in own),
        "at_risk_nano_usd": sum(call["at_risk_nano_usd"] for call in own),
        "first_sent_at": min(sent),
        "last_sent_at": max(sent),
    }


if __name__ == "__main__":
    print(json.dumps({"prepare": prepare, "work": work}[sys.argv[1]](json.loads(sys.argv[2]))))
