"""How each server words what went wrong, by cause; a cause that a server never names is not in its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """An answer that is an error: status, JSON or HTML, headers."""

    status: int
    body: dict[str, Any] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def _nested(message: str, status: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "type": kind, **more}}


PROXY_429 = Problem(429, b"<html><body><h1>429 Too Many Requests</h1></body></html>", {"retry-after": "7"})
PROXY_503 = Problem(503, b"<html><head><title>503</title></head><body>Service Unavailable</body></html>", {"retry-after": "7"})

MISTRAL = {
    "unauthorised": Problem(401, {"detail": "Unauthorized"}),
    "no_credit": Problem(402, {"object": "error", "message": "Payment required", "type": "billing", "code": None}),
    "model_gone": Problem(400, {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"}),
    "too_long": Problem(400, {"object": "error", "message": "Prompt contains 9 tokens, too large for model with 8 maximum context length"}),
    "unprocessable": Problem(422, {"detail": [{"loc": ["body", "x"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]}),
    "limit": Problem(429, {"object": "error", "message": "Rate limit exceeded", "code": "1300"}, {"retry-after": "7"}),
    "down": Problem(500, {"object": "error", "message": "Internal server error", "type": "internal_server_error", "code": "3000"}),
    "unavailable": Problem(503, {"message": "Service unavailable"}, {"retry-after": "7"}),
}
VLLM = {
    "unauthorised": Problem(401, {"error": "Unauthorized"}),
    "model_gone": Problem(404, _nested("The model `x` does not exist.", 404, "NotFoundError", param="model")),
    "too_long": Problem(
        400, _nested("This model's maximum context length is 8 tokens. However, you requested 9 tokens.", 400, "BadRequestError")
    ),
    "unprocessable": Problem(
        400, {"object": "error", "message": "Invalid json_schema", "type": "BadRequestError", "param": None, "code": 400}
    ),
    "limit": PROXY_429,
    "down": Problem(500, _nested("EngineCore encountered an issue.", 500, "InternalServerError")),
    "unavailable": PROXY_503,
}
LLAMA_CPP = {
    "unauthorised": Problem(401, _nested("Invalid API Key", 401, "authentication_error")),
    "model_gone": Problem(404, _nested("File Not Found", 404, "not_found_error")),
    "too_long": Problem(
        400,
        _nested(
            "request (24031 tokens) exceeds the available context size (4096 tokens), try increasing it",
            400,
            "exceed_context_size_error",
            n_prompt_tokens=24_031,
            n_ctx=4_096,
        ),
    ),
    "unprocessable": Problem(400, _nested("unsupported content[].type", 400, "invalid_request_error")),
    "limit": PROXY_429,
    "down": Problem(500, _nested("[json.exception.parse_error.101] parse error", 500, "server_error")),
    "unavailable": Problem(503, _nested("Loading model", 503, "unavailable_error"), {"retry-after": "7"}),
}
OLLAMA = {
    "unauthorised": Problem(401, b"<html><body>401 Authorization Required</body></html>"),
    "model_gone": Problem(
        404, {"error": {"message": 'model "x" not found, try pulling it first', "type": "api_error", "param": None, "code": None}}
    ),
    "unprocessable": Problem(400, {"error": "invalid format: expected an object"}),
    "limit": PROXY_429,
    "down": Problem(500, {"error": "llama runner process has terminated"}),
    "unavailable": Problem(503, {"error": "server busy, please try again. maximum pending requests exceeded"}, {"retry-after": "7"}),
}
OPENROUTER = {
    "unauthorised": Problem(401, {"error": {"message": "No auth credentials found", "code": 401}}),
    "no_credit": Problem(402, {"error": {"message": "Insufficient credits", "code": 402}}),
    "model_gone": Problem(404, {"error": {"message": "No endpoints found for x.", "code": 404}}),
    "too_long": Problem(400, {"error": {"message": "This endpoint's maximum context length is 8 tokens.", "code": 400}}),
    "unprocessable": Problem(400, {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": "…"}}}),
    "limit": Problem(429, {"error": {"message": "Rate limit exceeded", "code": 429}}, {"retry-after": "7"}),
    "down": Problem(502, {"error": {"message": "Provider returned error", "code": 502}}),
    "unavailable": Problem(503, {"error": {"message": "No available provider", "code": 503}}, {"retry-after": "7"}),
    "down_in_200": Problem(200, {"error": {"message": "Upstream error", "code": 502}}),
    "limit_in_200": Problem(200, {"error": {"message": "Rate limit exceeded", "code": 429}}),
}


def _coded(status: int, code: str, message: str, **headers: str) -> Problem:
    return Problem(status, {"error": message, "message": message, "code": code}, headers)


PUTER = {
    "unauthorised": _coded(401, "token_auth_failed", "Authentication failed."),
    "token_missing": _coded(401, "token_missing", "Missing authentication token."),
    "forbidden": _coded(403, "permission_denied", "Permission denied."),
    "no_credit": Problem(402, {"error": "No usage left for request.", "code": "insufficient_funds"}, {"x-needs-upgrade": "true"}),
    "no_plan": _coded(402, "subscription_required", "A paid plan is needed."),
    "no_credit_in_200": Problem(
        200, {"success": False, "error": {"code": "insufficient_funds", "status": 402, "message": "No usage left."}}
    ),
    "model_gone": _coded(400, "bad_request", "Model not found: x"),
    "too_long": _coded(400, "upstream_failed", "Prompt contains 9 tokens, too large for model with 8 maximum context length"),
    "unprocessable": _coded(400, "bad_request", "messages must be an array"),
    "limit": _coded(429, "too_many_requests", "Too many requests.", **{"retry-after": "7"}),
    "limit_upstream": _coded(400, "upstream_rate_limited", "Upstream rate limit."),
    "limit_in_200": Problem(200, {"success": False, "error": {"code": "too_many_requests", "message": "Too many requests."}}),
    "down": _coded(400, "upstream_provider_unavailable", "The provider is not available."),
    "down_upstream": _coded(400, "upstream_failed", "The provider failed."),
    "down_key": _coded(500, "upstream_auth_failed", "Upstream authentication failed."),
    "unavailable": PROXY_503,
}
