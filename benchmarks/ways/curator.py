"""Bespoke Labs' curator, told the limits and to pause for a second (its default is ten); see `benchmarks/dispatch.py`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))
from ways import question

# it comes first since it takes the time of the others
# isort: split

# neither its telemetry nor its viewer
os.environ |= {"TELEMETRY_ENABLED": "false", "CURATOR_VIEWER": "0", "CURATOR_DISABLE_RICH_DISPLAY": "1", "HF_HUB_OFFLINE": "1"}
# says where the tokenizer's file is, which litellm brings along and curator would download
import litellm.litellm_core_utils.default_encoding  # noqa: F401
from bespokelabs import curator

IMPORTED = question.imported()
RETRIES = 5


class Reader(curator.LLM):  # type: ignore[misc]
    """Asks the rows as they are; an answer is the whole reply, since its content may be a list."""

    return_completions_object = True

    def prompt(self, input: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: A002 - curator's own name
        """The messages of one row."""
        return [{"role": "user", "content": input["text"]}]

    def parse(self, input: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - curator's own name
        """One row of the result."""
        choice = response["choices"][0]
        return {"number": input["number"], "usable": question.usable(choice["message"]["content"], choice["finish_reason"])}


def _work(order: question.Order) -> question.Figures:
    sample = question.body(order, 0)
    limits = {"max_requests_per_minute": round(order["rps"] * 60), "max_tokens_per_minute": order["tpm"]}
    patience = {"seconds_to_pause_on_rate_limit": 1, "max_retries": RETRIES, "request_timeout": order["timeout_s"]}
    watch = question.Stopwatch()
    reader = Reader(
        model_name=order["model"],
        backend="openai",
        generation_params={name: value for name, value in sample.items() if name not in {"model", "messages"}},
        backend_params={
            "base_url": f"{order['url']}/v1",
            "api_key": order["key"],
            "max_concurrent_requests": order["in_flight"],
            "require_all_responses": False,
            **limits,
            **patience,
        },
    )
    rows = [{"number": n, "text": question.body(order, n)["messages"][0]["content"]} for n in range(order["requests"])]
    watch.level()
    with tempfile.TemporaryDirectory() as folder:
        result = reader(rows, working_dir=folder)
        figures = watch.stop()
    answered = sum(bool(row["usable"]) for row in result.dataset)
    booked = round((result.cost_info.total_cost or 0) * 10**9)
    return {**figures, **IMPORTED, "requests": len(rows), "lost": len(rows) - answered, "booked_nano_usd": booked}


if __name__ == "__main__":
    question.tell(_work)
