"""What a batch job is made of, field by field, as the published specification has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from mistral_server.contract import _Strict

MOST_INLINE, MOST_REQUESTS = 10_000, 100_000
Endpoint = Literal[
    "/v1/chat/completions",
    "/v1/embeddings",
    "/v1/fim/completions",
    "/v1/moderations",
    "/v1/chat/moderations",
    "/v1/ocr",
    "/v1/classifications",
    "/v1/chat/classifications",
    "/v1/conversations",
    "/v1/audio/transcriptions",
]
Key = Annotated[str, Field(min_length=1, max_length=32)]
Value = Annotated[str, Field(min_length=1, max_length=512)]


class Line(_Strict):
    """One request of a job: an item of `requests`, or a line of an input file."""

    custom_id: str | None = None
    body: dict[str, Any]


class CreateJob(_Strict):
    """`POST /v1/batch/jobs`."""

    endpoint: Endpoint
    input_files: list[str] | None = None
    requests: Annotated[list[Line], Field(max_length=MOST_INLINE)] | None = None
    model: str | None = None
    agent_id: str | None = None
    metadata: dict[Key, Value] | None = None
    timeout_hours: Annotated[int, Field(ge=1, le=168)] = 24


def lines_of(contents: Iterable[bytes]) -> tuple[list[Line], Counter[str]]:
    """The requests of input files, and what is wrong with lines that are none, with how often."""
    lines, wrong = [], Counter[str]()
    for content in contents:
        for number, raw in enumerate(content.split(b"\n"), 1):
            if not raw.strip():
                continue
            try:
                lines.append(Line.model_validate_json(raw))
            except ValidationError as invalid:
                wrong[f"Invalid line {number} of the input file: {invalid.errors()[0]['msg']}"] += 1
    return lines, wrong


def problems_of(lines: list[Line], model: str | None) -> Counter[str]:
    """What is wrong with requests that are right one by one: more than one model, none, ids that are not unique, too many."""
    wrong = Counter[str]()
    models = {str(line.body.get("model", model)) for line in lines} | {str(model or line.body.get("model")) for line in lines}
    if len(models) > 1:
        wrong["A batch job has exactly one model"] += 1
    elif models == {"None"}:
        wrong["No model is given, neither on the job nor in its requests"] += 1
    seen = Counter(line.custom_id for line in lines if line.custom_id is not None)
    if again := sum(count - 1 for count in seen.values()):
        wrong["Duplicate custom_id"] += again
    if not lines:
        wrong["The batch has no requests"] += 1
    if len(lines) > MOST_REQUESTS:
        wrong[f"A batch job has at most {MOST_REQUESTS} requests"] += 1
    return wrong


def one_model(lines: list[Line], model: str | None) -> str | None:
    """The model of a job that says none itself."""
    return model or next((line.body["model"] for line in lines if isinstance(line.body.get("model"), str)), None)
