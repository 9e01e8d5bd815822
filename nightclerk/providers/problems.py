"""From an answer that is not 200 to the error that says what to do about it.

Mistral's error bodies are not uniform: `message` is a string, a JSON string, an object or a list; `code` a string, a number or null;
a gateway in front may answer HTML. So the status decides first, then type, code and wording, and no body is ever assumed to be JSON.
The value that a validation error complains about is left out of the message: it may be the document's text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from nightclerk.errors import (
    CallError,
    ContentRefused,
    ContextTooLong,
    ModelGone,
    OutOfCredit,
    ProviderStop,
    Refused,
    RetryCall,
    ServerFailed,
    Unauthorised,
    Unprocessable,
)
from nightclerk.providers.reply import clean, request_id

_NO_CODES: Mapping[str, type[CallError | ProviderStop]] = {}
# what to look at, where the endpoint's words name no setting
ADVICE: Mapping[type[ProviderStop], str] = {
    Unauthorised: "; the endpoint does not accept NIGHTCLERK_API_KEY, or it belongs to another endpoint (NIGHTCLERK_ENDPOINT)"
}
MESSAGE_CHARACTERS = 300
ECHO_CHARACTERS = 32
DEEPEST = 6
RETRYABLE_4XX = frozenset({408, 409, 425})
# a gateway stopped waiting; the model behind it may have worked on, and then it is billed
GATEWAY_TIMEOUTS = frozenset({504, 524})
CONTEXT = re.compile(
    r"context[ _](is )?too long|maximum context|context[ _]length|context[ _]size|input too large|couldn't fit|prompt[ _](is )?too long"
    r"|model_context_exceeded|too large for model",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"spend(ing)?[ _]limit|usage limit reached|insufficient[ _](funds|credit|balance)|no usage left|payment required"
    r"|account inactive|monthly[ _](\w+[ _]){0,2}(limit|quota)|subscription_required",
    re.IGNORECASE,
)
GUARDRAIL = re.compile(r"guardrail|moderation|content[ _](policy|filter)", re.IGNORECASE)
MODEL = re.compile(r"invalid[ _]model|model[ _]not[ _](found|available)|unknown model", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error body says: one line for a person, and the provider's own type and code as text."""

    message: str
    type: str
    code: str | None


def problem_of(
    http_status: int,
    headers: Mapping[str, str],
    *,
    text: str,
    sent: str = "",
    now: datetime,
    codes: Mapping[str, type[CallError | ProviderStop]] = _NO_CODES,
) -> CallError | ProviderStop:
    """The error for an answer that is not 200.

    `headers` have lower-case names, `text` may be anything at all, `sent` is the text of the messages that were sent: what a server
    quotes of it is blanked before anybody reads the message, so that no document decides which error it is. `codes` are the errors of a
    provider whose own code says more than its status.
    """
    problem = read_problem(text)
    message = without_echo(problem.message, sent=sent)
    kind = _kind(http_status, problem, message=message, codes=codes)
    said = f"HTTP {http_status}: {message or 'no message'}"
    if issubclass(kind, ProviderStop):
        return kind(said + ADVICE.get(kind, ""))
    facts: dict[str, Any] = {"http_status": http_status, "code": problem.code, "provider_request_id": request_id(headers)}
    if issubclass(kind, RetryCall):
        facts["retry_after_s"] = retry_after_s(headers, now)
    return kind(said, billable=http_status in GATEWAY_TIMEOUTS, **facts)


def _kind(
    http_status: int, problem: Problem, *, message: str, codes: Mapping[str, type[CallError | ProviderStop]]
) -> type[CallError | ProviderStop]:
    told = f"{problem.type} {problem.code} {message}"
    coded = codes.get(problem.code or problem.type)
    if coded:
        # a code for whatever went wrong further up may stand for a prompt that is too long
        return ContextTooLong if issubclass(coded, ServerFailed) and CONTEXT.search(told) else coded
    stop = _stop(http_status, told, code=problem.code)
    if stop:
        return stop
    return Refused if http_status == 429 else _call_error(http_status, told)


def _stop(http_status: int, told: str, *, code: str | None) -> type[ProviderStop] | None:
    """The error that ends the run, if this is one."""
    if http_status == 402 or (http_status in {400, 401, 403, 429} and CREDIT.search(told)):
        return OutOfCredit
    if http_status == 401 or (http_status == 403 and not GUARDRAIL.search(told)):
        return Unauthorised
    if http_status == 404 or (http_status in {400, 422} and (code == "1500" or MODEL.search(told))):
        return ModelGone
    # every question would be answered with the same redirect
    return ProviderStop if 300 <= http_status < 400 else None


def _call_error(http_status: int, told: str) -> type[CallError]:
    if http_status >= 500 or http_status in RETRYABLE_4XX:
        return ServerFailed
    if http_status == 413 or CONTEXT.search(told):
        return ContextTooLong
    return ContentRefused if GUARDRAIL.search(told) else Unprocessable


def read_problem(text: str) -> Problem:
    """What an error body of any shape says."""
    body = _json(text)
    if not isinstance(body, dict):
        return Problem(_short(text), "", None)
    # OpenAI-compatible servers put it all one level down; some put a bare sentence there
    inner = body["error"] if isinstance(body.get("error"), dict) else body
    said = next((inner[key] for key in ("message", "detail", "error") if inner.get(key)), "")
    code = inner.get("code")
    kind = inner.get("type")
    return Problem(_short(_sentence(said)), kind if isinstance(kind, str) else "", None if code is None else clean(str(code))[:100])


def _sentence(said: object, depth: int = 0) -> str:
    """One line out of a message: a string, a JSON string, an object with `detail`, or a list of validation errors."""
    if depth > DEEPEST:
        return ""
    if isinstance(said, str):
        nested = _json(said) if said.lstrip()[:1] in {"{", "["} else None
        return said if nested is None else _sentence(nested, depth + 1)
    if isinstance(said, list):
        return "; ".join(_sentence(item, depth + 1) for item in said[:5])
    if not isinstance(said, dict):
        return str(said)
    if "msg" in said:
        places = said.get("loc")
        where = ".".join(str(part) for part in places) if isinstance(places, list) else ""
        return f"{where}: {said['msg']}".removeprefix(": ")
    inner = next((said[key] for key in ("detail", "message", "error") if said.get(key)), None)
    return f"an error with the fields {', '.join(sorted(map(str, said))[:10])}" if inner is None else _sentence(inner, depth + 1)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _short(text: str) -> str:
    """One line of plain text: tags of a gateway's HTML page, line ends and whatever is too long are gone."""
    bare = re.sub(r"<(style|script|head)\b.*?</\1>|<[^>]*>", " ", text[:20_000], flags=re.DOTALL | re.IGNORECASE)
    line = " ".join(clean(bare).split())
    return line if len(line) <= MESSAGE_CHARACTERS else line[: MESSAGE_CHARACTERS - 1] + "…"


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date); None where neither makes sense."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1_000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return _until(value, now) if seconds is None else seconds


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(http_date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def without_echo(message: str, *, sent: str) -> str:
    """The message with every longer passage cut out that also stands in what was sent: servers quote the request back at us."""
    sent = " ".join(sent.split())
    kept, position = [], 0
    while position < len(message):
        if message[position : position + ECHO_CHARACTERS] in sent and len(message) - position >= ECHO_CHARACTERS:
            kept.append("…")
            while position < len(message) and message[position : position + ECHO_CHARACTERS] in sent:
                position += 1
            position += ECHO_CHARACTERS - 1
        else:
            kept.append(message[position])
            position += 1
    return "".join(kept)
