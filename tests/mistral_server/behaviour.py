"""How an imitation behaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mistral_server import bodies
from mistral_server.answers import rules_answer
from mistral_server.faults import Latency
from mistral_server.models import Model
from mistral_server.ocr import Recognise, plain_pages
from nightclerk import tokens


@dataclass
class Behaviour:
    """How the server behaves. Without arguments: no limits, no latency, no faults, thinking and then the rules' answer.

    Args:
        key: the only API key that is accepted.
        models: what is served; a known retired model that is not named here answers 404, any other 400.
        answer: makes the answer's text from the request body.
        recognise: makes the Markdown of pages by index, from a file and the indices that were asked for.
        count: counts tokens.
        rps, burst, tpm: the limits; None is no limit.
        retry_after: in which form a refusal says how long to wait: seconds, date, ms or none.
        latency: seconds of work by (body hash, attempt).
        faults: the kind of fault by (body hash, attempt), or None.
        shapes: shapes of the answer, by turns.
        problem_shapes: shapes of a 422, by turns.
        context_status: 400 or 422 for a prompt that is too long.
        usage_details: whether `usage` has `prompt_tokens_details`, by turns.
        cached_share: which part of the prompt counts as cached, in blocks of 64 tokens.
        thinking_sentences: how much thinking there is, about.
        slow_s, hang_s: how late the fault `slow` answers, and when `hang` drops the connection.
    """

    key: str = "test-key-1234567890"
    models: Sequence[str | Model] = ("mistral-medium-3-5", "mistral-small-2603")
    answer: Callable[[dict[str, Any]], str] = rules_answer
    recognise: Recognise = plain_pages
    count: Callable[[str], int] = tokens.count
    rps: float | None = None
    burst: int = 5
    tpm: int | None = None
    retry_after: str = "seconds"
    latency: Callable[[str, int], float] = field(default_factory=Latency)
    faults: Callable[[str, int], str | None] = lambda _body, _attempt: None
    shapes: Sequence[str] = ("think_text",)
    problem_shapes: Sequence[str] = bodies.PROBLEM_SHAPES
    context_status: int = 400
    usage_details: Sequence[bool] = (True, False)
    cached_share: float = 0.0
    thinking_sentences: int = 8
    slow_s: float = 20.0
    hang_s: float = 20.0
