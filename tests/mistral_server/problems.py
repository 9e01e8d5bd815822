"""Answers that are not 200: refusals, failures and what is wrong with a request."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from mistral_server import bodies


@dataclass
class Problem(Exception):
    """An answer that is not 200."""

    status: int
    body: dict[str, Any] | bytes
    headers: dict[str, str] = field(default_factory=dict)


def refusal(kind: str, wait_s: float) -> Problem:
    """A 429 of this kind; `Retry-After` in whole seconds, rounded up, at least 1."""
    seconds = max(1, math.ceil(wait_s))
    forms = {
        "429": (bodies.REFUSED, {"retry-after": str(seconds)}),
        "429_date": (bodies.REFUSED, {"retry-after": formatdate(math.ceil(time.time()) + seconds, usegmt=True)}),
        "429_ms": (bodies.REFUSED, {"retry-after-ms": str(math.ceil(wait_s * 1_000))}),
        "429_capacity": (bodies.CAPACITY, {}),
    }
    body, headers = forms.get(kind, (bodies.REFUSED_BARE, {}))
    return Problem(429, body, headers)


def failure(fault: str | None) -> Problem | None:
    """The answer to a fault that has one of its own."""
    broken = bodies.error("Internal server error", "internal_server_error", "3000")
    overloaded = bodies.error("Service unavailable", "service_unavailable", None)
    failures: dict[str | None, Problem] = {
        "400_context": Problem(400, too_long(400, 200_000, 131_072)),
        "422_context": Problem(422, too_long(422, 200_000, 131_072)),
        "401": Problem(401, bodies.UNAUTHORISED[0]),
        "404": Problem(404, bodies.error("Not found", "not_found_error", None)),
        "402": Problem(402, {"message": "Payment required"}),
        "403": Problem(403, {"message": "This model is not available on your tier"}),
        "403_guardrail": Problem(403, bodies.error("Request blocked by guardrail", "guardrail_violation", None)),
        "500": Problem(500, broken),
        "502": Problem(502, bodies.HTML),
        "503": Problem(503, overloaded),
        "504": Problem(504, {"message": "The upstream server is timing out"}),
        "529": Problem(529, overloaded),
    }
    return failures.get(fault)


def too_long(status: int, prompt: int, context: int) -> dict[str, Any]:
    """What is said to a prompt that does not fit, in one of its two wordings."""
    if status == 422:
        return bodies.error("context too long: the prompt couldn't fit with truncation", "invalid_request_error", None)
    message = f"Prompt contains {prompt} tokens, too large for model with {context} maximum context length"
    return bodies.error(message, "invalid_request_error", "3051", 400)
