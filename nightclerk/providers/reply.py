"""Reads the body of a successful chat completion, in every shape that Mistral's models and their servings are known to answer.

`content` is a string, a list of chunks, or null. Thinking comes as `thinking` chunks (any number, in any place, possibly empty), as
`<think>` or `[THINK]` at the head of the text (the opening mark may be missing), or in a field of its own beside the content, under one of
several names. `usage` may be missing, or lack details. Nothing here interprets the answer; what cannot be read as a completion is a
`CutOff` with the body kept, since it may have been billed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nightclerk.errors import CutOff
from nightclerk.records import Reply, Usage

MOST_TOKENS = 1_000_000_000  # no call uses more; a larger figure is a provider's mistake and would not fit a database integer
THINKING_MARKS = (("<think>", "</think>"), ("[THINK]", "[/THINK]"))
THINKING_FIELDS = ("reasoning", "reasoning_content", "thinking")
TOOL_CALLS = "tool_calls"
LIMIT_HEADERS = ("x-ratelimit-", "retry-after")


def read_reply(raw_body: str, *, http_status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """The reply in a body; `headers` have lower-case names.

    Raises:
        CutOff: the body is no chat completion (broken JSON, another shape); billable, and the body is kept.
    """
    headers = headers or {}
    return reply_of(_completion(raw_body, http_status, headers), raw_body, http_status=http_status, headers=headers)


def reply_of(body: Mapping[str, Any], raw_body: str, *, http_status: int, headers: Mapping[str, str]) -> Reply:
    """The reply in a completion that was parsed; `raw_body` is what is kept of it."""
    choice = _dict(_first(body.get("choices")))
    message = _dict(choice.get("message"))
    text, chunk_thinking = _content(message.get("content"))
    answer, marked_thinking = _split_thinking(text)
    thinking = clean(chunk_thinking + marked_thinking or _field_thinking(message))
    return Reply(
        raw_body=clean(raw_body),
        answer=clean(answer),
        thinking=thinking,
        finish_reason=_finish_reason(choice, message),
        model_served=_word(body.get("model"), 100),
        usage=_usage(body.get("usage"), thinking, answer_characters=len(answer)),
        http_status=http_status,
        provider_request_id=request_id(headers) or _word(body.get("id"), 200) or None,
        headers={name: value for name, value in headers.items() if name.startswith(LIMIT_HEADERS)},
    )


def _finish_reason(choice: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """Why the answer ended; one that came to its end and asks for tools says that, whatever its server calls it."""
    said = _word(choice.get("finish_reason"), 40)
    return TOOL_CALLS if message.get("tool_calls") and said in {"stop", ""} else said


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id to quote to the provider's support, from lower-case headers."""
    return _word(headers.get("x-request-id") or headers.get("request-id"), 200) or None


def clean(text: str) -> str:
    """Text that every database takes: without NUL characters and halves of surrogate pairs, which JSON can carry."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode() if text else text


def _completion(raw_body: str, http_status: int, headers: Mapping[str, str]) -> dict[str, Any]:
    try:
        body = json.loads(raw_body)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict) and (_first(body.get("choices")) or isinstance(body.get("usage"), dict)):
        return body
    raise no_completion(raw_body, http_status, headers)


def no_completion(raw_body: str, http_status: int, headers: Mapping[str, str]) -> CutOff:
    """The error for a success whose body is no completion; billable, and the body is kept."""
    return CutOff(
        f"the answer is no chat completion ({len(raw_body)} characters)",
        http_status=http_status,
        billable=True,
        provider_request_id=request_id(headers),
        raw_body=clean(raw_body),
    )


def _content(content: object) -> tuple[str, str]:
    """(text, thinking) of a content; unknown kinds of chunk are passed over."""
    if isinstance(content, str):
        return content, ""
    text, thinking = [], []
    for chunk in content if isinstance(content, list) else []:
        if isinstance(chunk, str):
            text.append(chunk)
        elif isinstance(chunk, dict) and chunk.get("type") == "text":
            text.append(_text(chunk.get("text")))
        elif isinstance(chunk, dict) and chunk.get("type") == "thinking":
            thinking.append(_inner_text(chunk.get("thinking")))
    return "".join(text), "".join(thinking)


def _inner_text(thinking: object) -> str:
    if isinstance(thinking, str):
        return thinking
    chunks = thinking if isinstance(thinking, list) else []
    return "".join(chunk if isinstance(chunk, str) else _text(_dict(chunk).get("text")) for chunk in chunks)


def _split_thinking(text: str) -> tuple[str, str]:
    """(answer, thinking) of a text that may begin with thinking in marks. Marks further in are the answer's own (a quote, say)."""
    text, thinking = _unopened(text)
    while opened := next((marks for marks in THINKING_MARKS if text.lstrip().startswith(marks[0])), None):
        # without a closing mark the answer was cut off while thinking
        inside, _, text = text.lstrip()[len(opened[0]) :].partition(opened[1])
        thinking += inside.strip("\n")
    return text.lstrip("\n") if thinking else text, thinking


def _unopened(text: str) -> tuple[str, str]:
    """(rest, thinking) of a text whose opening mark stood in the prompt, as some chat templates have it. JSON does not begin that way."""
    if text.lstrip()[:1] in {"{", "[", "<", "`", ""}:
        return text, ""
    for opening, closing in THINKING_MARKS:
        inside, mark, rest = text.partition(closing)
        if mark and opening not in inside:
            return rest, inside.strip("\n")
    return text, ""


def _field_thinking(message: Mapping[str, Any]) -> str:
    """vLLM and OpenRouter write `reasoning`, llama.cpp and older vLLM `reasoning_content`; where several stand, they are the same text."""
    told = next((text for name in THINKING_FIELDS if (text := _inner_text(message.get(name)))), "")
    return told or _inner_text(message.get("reasoning_details"))


def _usage(raw: object, thinking: str, *, answer_characters: int) -> Usage | None:
    """The usage, or None where it is missing or cannot be true: a cost must never be booked from a figure nobody could have meant."""
    usage = _dict(raw)
    prompt, completion, total = (_tokens(usage.get(name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if completion is None and prompt and total is not None and total >= prompt:
        completion = total - prompt
    if not prompt or completion is None or (answer_characters and completion == 0):
        return None
    cached = _tokens(_dict(usage.get("prompt_tokens_details")).get("cached_tokens")) or 0
    # no provider counts thinking apart; it gets its share of the characters, an estimate that nothing is billed by
    share = len(thinking) / ((len(thinking) + answer_characters) or 1)
    return Usage(prompt, completion, cached_tokens=min(cached, prompt), thinking_tokens=round(completion * share))


def _tokens(value: object) -> int | None:
    """A count of tokens; some servers write it as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_TOKENS or value != int(value):
        return None
    return int(value)


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _word(value: object, length: int) -> str:
    """A short text that fits its column."""
    return clean(_text(value))[:length]
