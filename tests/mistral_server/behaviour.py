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
        tool_calls: makes the calls of tools that an answer asks for beside its text, or None.
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
        huge_bytes: how long the fault `huge` makes an answer.
        regional: a regional endpoint, which has no files and no batch jobs: 404.
        file_bytes: the largest file that can be uploaded.
        batch_polls: how many looks (get or list) show a job unfinished; None waits for `MistralServer.advance`.
        batch_ends: how jobs end, by turns: a status; all but SUCCESS run nothing more.
        batch_partial: whether a job that ended before its time has files of what was run; it is billed in either case.
        batch_errors: where failed requests stand: error_file, output (file and inline) or both.
        batch_error_shapes: shapes of a failed request, by turns: response, error or both.
        batch_spoils: what is wrong with the output of a job, by turns: None or one of `batch_results.SPOILS`.
        batch_filters_metadata: whether the list of jobs minds the metadata that it is asked for.
        verb_faults: the kind of fault by (verb of files and jobs, how often it was called), or None.
    """

    key: str = "test-key-1234567890"
    models: Sequence[str | Model] = ("mistral-medium-3-5", "mistral-small-2603")
    answer: Callable[[dict[str, Any]], str] = rules_answer
    tool_calls: Callable[[dict[str, Any]], list[dict[str, Any]] | None] = lambda _body: None
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
    huge_bytes: int = 10_000_000
    regional: bool = False
    file_bytes: int = 512_000_000
    batch_polls: int | None = 2
    batch_ends: Sequence[str] = ("SUCCESS",)
    batch_partial: bool = True
    batch_errors: str = "error_file"
    batch_error_shapes: Sequence[str] = ("response", "error", "both")
    batch_spoils: Sequence[str | None] = (None,)
    batch_filters_metadata: bool = True
    verb_faults: Callable[[str, int], str | None] = lambda _verb, _call: None
