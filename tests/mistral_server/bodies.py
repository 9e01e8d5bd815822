"""Every shape of answer and every shape of error that the contract knows."""

from __future__ import annotations

import json
from typing import Any

SHAPES = ("think_text", "split", "string", "think_tag", "think_token", "reasoning", "reasoning_content", "unknown_chunk")
PROBLEM_SHAPES = ("detail", "json_string", "object", "list")

UNAUTHORISED: tuple[dict[str, Any], ...] = (
    {"detail": "Unauthorized"},
    {"message": "Unauthorized", "request_id": "933f0000000000000000000000000000"},
)
REFUSED_BARE = {"message": "Requests rate limit exceeded"}
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr>gateway</body></html>"


def error(message: str, kind: str, code: str | None, status: int | None = None) -> dict[str, Any]:
    """The shape of the error glossary."""
    raw = {} if status is None else {"raw_status_code": status}
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code, **raw}


REFUSED = error("Rate limit exceeded", "rate_limited", "1300", 429)
CAPACITY = error("Service tier capacity exceeded for this model.", "service_tier_capacity_exceeded", "3505")


def unprocessable(details: list[dict[str, Any]], shape: object) -> dict[str, Any]:
    """A 422 in one of its four shapes."""
    if shape == "json_string":
        return error(json.dumps({"detail": details}), "internal_error_proxy", "1000")
    if shape == "object":
        return error("", "invalid_request_error", None) | {"message": {"detail": details}}
    if shape == "list":
        messages = [detail["msg"] for detail in details]
        return {"object": "Error", "detail": details, "message": messages, "type": "invalid_request_error", "code": 3001}
    return {"detail": details}


def message(answer: str, thinking: str, shape: str) -> dict[str, Any]:
    """The assistant's message in one of its shapes; where the answer was cut off in the thinking, marks stay open."""
    return {"role": "assistant", "tool_calls": None, "content": _content(answer, thinking, shape)} | (
        {shape: thinking} if shape in {"reasoning", "reasoning_content"} else {}
    )


def _content(answer: str, thinking: str, shape: str) -> str | list[dict[str, Any]]:
    if shape == "think_tag":
        return f"<think>\n{thinking}\n</think>\n{answer}" if answer else f"<think>\n{thinking}"
    if shape == "think_token":
        return f"[THINK]{thinking}[/THINK]{answer}" if answer else f"[THINK]{thinking}"
    if shape in {"string", "reasoning", "reasoning_content"}:
        return answer
    half = len(answer) // 2 if shape == "split" else 0
    chunks = [_think(thinking)]
    if half:
        chunks += [{"type": "text", "text": answer[:half]}, _think("")]
    if shape == "unknown_chunk":
        chunks.append({"type": "reference", "reference_ids": [1]})
    return chunks + ([{"type": "text", "text": answer[half:]}] if answer else [])


def _think(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}] if text else []}
