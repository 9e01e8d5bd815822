"""The loop that everybody writes: a semaphore, httpx, and three more attempts with growing pauses; see `benchmarks/dispatch.py`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))
from ways import question

# it comes first since it takes the time of the others
# isort: split

import httpx

IMPORTED = question.imported()
RETRIES = 3
# answers take about half a second, so that many in flight make about the limit
SECONDS_EACH = 0.6


class Loop:
    """One run; `spent_nano_usd` is the price of every usage that it saw."""

    def __init__(self, order: question.Order, client: httpx.AsyncClient) -> None:
        self._order, self._client = order, client
        self._slots = asyncio.Semaphore(min(order["in_flight"], round(order["rps"] * SECONDS_EACH)))
        self.watch = question.Stopwatch()
        self.spent_nano_usd = 0

    async def ask(self, number: int) -> bool:
        """Whether a question was answered."""
        async with self._slots:
            for attempt in range(RETRIES + 1):
                if attempt:
                    await asyncio.sleep(2 ** (attempt - 1))
                try:
                    return await self._try(question.body(self._order, number))
                except (httpx.HTTPError, ValueError):
                    continue
        return False

    async def _try(self, body: dict[str, Any]) -> bool:
        response = await self._client.post("/v1/chat/completions", json=body)
        response.raise_for_status()
        reply = response.json()
        self.spent_nano_usd += question.nano_usd(reply.get("usage") or {"prompt_tokens": 0, "completion_tokens": 0})
        choice = reply["choices"][0]
        if not question.usable(choice["message"]["content"], choice["finish_reason"]):
            raise ValueError("no JSON")
        self.watch.level()
        return True


async def _work(order: question.Order) -> question.Figures:
    headers = {"authorization": f"Bearer {order['key']}"}
    limits = httpx.Limits(max_connections=order["in_flight"], max_keepalive_connections=order["in_flight"])
    async with httpx.AsyncClient(base_url=order["url"], headers=headers, timeout=order["timeout_s"], limits=limits) as client:
        loop = Loop(order, client)
        answered = await asyncio.gather(*(loop.ask(number) for number in range(order["requests"])))
        figures = loop.watch.stop()
    return {**figures, **IMPORTED, "requests": len(answered), "lost": answered.count(False), "booked_nano_usd": loop.spent_nano_usd}


if __name__ == "__main__":
    question.tell(lambda order: asyncio.run(_work(order)))
