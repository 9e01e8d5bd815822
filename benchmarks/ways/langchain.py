"""LangChain's `abatch` with its own limiter and the SDK's retries, as its documentation shows it; see `benchmarks/dispatch.py`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))
from ways import question

# it comes first since it takes the time of the others
# isort: split

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_openai import ChatOpenAI

IMPORTED = question.imported()
BURST = 5
# as many attempts as Nightclerk makes
RETRIES = 5


class Levels(AsyncCallbackHandler):
    """Notes the memory at each answer."""

    def __init__(self, watch: question.Stopwatch) -> None:
        self._watch = watch

    async def on_llm_end(self, _response: Any, **_rest: Any) -> None:
        """An answer is there."""
        self._watch.level()


def chat(order: question.Order) -> ChatOpenAI:
    """The model; what OpenAI's contract does not have, or names in another way, goes into the body as it is."""
    limiter = InMemoryRateLimiter(requests_per_second=order["rps"], check_every_n_seconds=0.02, max_bucket_size=BURST)
    sample = question.body(order, 0)
    extra = {name: sample[name] for name in ("max_tokens", "stream", "random_seed")}
    return ChatOpenAI(
        model=order["model"],
        base_url=f"{order['url']}/v1",
        api_key=order["key"],
        temperature=sample["temperature"],
        timeout=order["timeout_s"],
        max_retries=RETRIES,
        rate_limiter=limiter,
        extra_body=extra,
    )


async def _work(order: question.Order) -> question.Figures:
    watch = question.Stopwatch()
    asked = [[HumanMessage(question.body(order, number)["messages"][0]["content"])] for number in range(order["requests"])]
    config: Any = {"max_concurrency": order["in_flight"], "callbacks": [Levels(watch)]}
    replies = await chat(order).abatch(asked, config, return_exceptions=True)
    figures = watch.stop()
    answers = [reply for reply in replies if isinstance(reply, AIMessage)]
    usages = [answer.response_metadata.get("token_usage") for answer in answers]
    answered = sum(question.usable(answer.content, answer.response_metadata.get("finish_reason")) for answer in answers)
    booked = sum(question.nano_usd(usage) for usage in usages if usage)
    return {**figures, **IMPORTED, "requests": len(asked), "lost": len(asked) - answered, "booked_nano_usd": booked}


if __name__ == "__main__":
    question.tell(lambda order: asyncio.run(_work(order)))
