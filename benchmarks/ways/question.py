"""What every way is asked and how it is measured, with nothing but the standard library: each way runs in an environment of its own."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_BEGAN = time.perf_counter()
CLAUSE = "The Supplier shall deliver no later than 30 days after the order date. "
# nano-USD per token
INPUT, OUTPUT = 2_000, 5_000

Order = dict[str, Any]
Figures = dict[str, Any]


def body(order: Order, number: int, again: int = 0) -> dict[str, Any]:
    """The wire body of one question: 12,000 characters, no two alike; put `again`, it has another seed."""
    text = f"[{number}] " + CLAUSE * (order["characters"] // len(CLAUSE) + 1)
    messages = [{"role": "user", "content": text[: order["characters"]]}]
    return {"model": order["model"], "messages": messages, "max_tokens": 4_000, "temperature": 0.7, "stream": False, "random_seed": again}


def text_of(content: Any) -> str:
    """The answer's text, of a string or of a list of chunks."""
    if isinstance(content, str):
        return content
    return "".join(chunk.get("text", "") for chunk in content or [] if isinstance(chunk, dict) and chunk.get("type") == "text")


def usable(content: Any, finish_reason: str | None) -> bool:
    """Whether an answer is whole and the JSON that was asked for."""
    try:
        return finish_reason == "stop" and isinstance(json.loads(text_of(content))["findings"], list)
    except (ValueError, KeyError, TypeError):
        return False


def nano_usd(usage: dict[str, Any]) -> int:
    """The price of an answer by its usage."""
    return int(usage["prompt_tokens"]) * INPUT + int(usage["completion_tokens"]) * OUTPUT


def memory_mb() -> float:
    """The resident memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def imported() -> Figures:
    """What the imports took; to be called right after them."""
    return {"import_s": time.perf_counter() - _BEGAN, "imported_mb": memory_mb()}


class Stopwatch:
    """Wall, CPU and memory, from now on."""

    def __init__(self) -> None:
        self._began_at, self._began, self._cpu = time.time(), time.perf_counter(), time.process_time()
        self._levels: list[float] = []

    def level(self) -> None:
        """Note the memory."""
        self._levels.append(memory_mb())

    def stop(self) -> Figures:
        """The figures: memory after the first answers, after a quarter of them and at the end."""
        took = {"wall_s": time.perf_counter() - self._began, "cpu_s": time.process_time() - self._cpu}
        self.level()
        quarter = self._levels[len(self._levels) // 4]
        return {"began_at": self._began_at, **took, "memory_mb": [self._levels[0], quarter, self._levels[-1]]}


def tell(work: Callable[[Order], Figures], *, prepare: Callable[[Order], Figures] = lambda _order: {}) -> None:
    """Do what the command line says, `prepare` or `work`, with its order, and print the figures as the last line."""
    figures = {"prepare": prepare, "work": work}[sys.argv[1]](json.loads(sys.argv[2]))
    print("\n" + json.dumps(figures), flush=True)
    # a peer's threads may outlive its work, and its figures are told
    os._exit(0)
