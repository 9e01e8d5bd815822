"""One imitation on loopback, in threads of this process: checks what comes, does the work in its dialect, fails when it is told to."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from nightclerk import tokens
from other_servers.dialects import Dialect, Work
from other_servers.problems import Problem

# what can go wrong on the way, whatever the dialect
FAULTS = ("drop", "hang", "drip", "cut_body", "cut_json", "html", "huge", "empty", "redirect", "html_502", "gateway_504")
HUGE = b'{"choices": "' + b"x" * 10_000_000
PAID = frozenset({"drip", "cut_body", "cut_json"})


@dataclass
class OtherServer:
    """A server of one dialect. A context manager.

    Args:
        key: the key that is asked for; empty asks for none.
        form: in which form the thinking leaves.
        window: how many prompt tokens fit.
        changes: what to change of every piece of work, e.g. the model that did it.
        lists_models: whether there is a list of models; `lists` is one in the place of the dialect's own.
        about: what to change of a driver's metadata.
    """

    dialect: Dialect
    key: str = ""
    form: str = "none"
    window: int = 100_000
    text: str = '{"findings": ["x"]}'
    thinking: str = "Let me see.\nNothing else."
    changes: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] | None = None
    lists_models: bool = True
    lists: bytes = b""
    forced: deque[str] = field(default_factory=deque)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    billed: list[Work] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stopped = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"imitation": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without `/v1`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, body: Mapping[str, Any]) -> Problem:
        """The answer to a body, whatever its status; the work is billed."""
        asked = self.dialect.asked(body)
        if asked["model"] != self.dialect.model:
            return self.dialect.problems["model_gone"]
        if self.dialect.refuses(body):
            return self.dialect.problems["unprocessable"]
        prompt = tokens.count("".join(str(message["content"]) for message in asked["messages"]))
        if prompt > self.window and not self.dialect.cuts_prompts:
            return self.dialect.problems["too_long"]
        completion = tokens.count(self.text + (self.thinking if self.form != "none" else ""))
        work = Work(self.text, self.thinking, self.form, asked["model"], min(prompt, self.window), completion)
        self.billed.append(replace(work, **self.changes))
        answer = self.dialect.completion(self.billed[-1])
        if self.about is not None:
            answer["metadata"] = {**answer["metadata"], **self.about}
        return Problem(200, answer)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    imitation: OtherServer
    protocol_version = "HTTP/1.1"
    # with Nagle's algorithm each answer waits 40 ms for an ACK
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""

    def do_GET(self) -> None:
        """The list of models."""
        here = self.imitation
        models = here.dialect.models() if here.lists_models and self.path == here.dialect.list_path else None
        if here.dialect.list_needs_key and (problem := self._stopped_by()):
            self._send(problem)
        elif here.lists:
            self._send(Problem(200, here.lists))
        else:
            self._send(Problem(404, {"detail": "Not Found"}) if models is None else Problem(200, models))

    def do_POST(self) -> None:
        """A completion, or what is in its way."""
        here = self.imitation
        raw = self.rfile.read(int(self.headers["content-length"]))
        here.bodies.append(json.loads(raw))
        here.headers.append({name.lower(): value for name, value in self.headers.items()})
        fault = here.forced.popleft() if here.forced else ""
        if fault in here.dialect.problems:
            return self._send(here.dialect.problems[fault])
        if fault in {"quote", "quote_prompt"}:
            return self._send(self._quoting(fault, raw))
        if fault and fault not in PAID:
            return self._fail(fault)
        if self.path != here.dialect.chat_path:
            return self._send(Problem(404, {"detail": "Not Found"}))
        answer = self._stopped_by() or here.answer(here.bodies[-1])
        return self._fail(fault, answer) if fault else self._send(answer)

    def _stopped_by(self) -> Problem | None:
        here = self.imitation
        wrong = here.key and self.headers.get("authorization") != f"Bearer {here.key}"
        return here.dialect.problems["unauthorised"] if wrong else None

    def _quoting(self, fault: str, raw: bytes) -> Problem:
        """A refusal that quotes the key, or the prompt."""
        prompt = self.imitation.dialect.asked(json.loads(raw))["messages"][-1]["content"]
        return Problem(422, {"message": f"bad: {prompt if fault == 'quote_prompt' else self.headers['authorization']}"})

    def _fail(self, fault: str, answer: Problem | None = None) -> None:
        if fault in {"drop", "hang"}:
            self.imitation.stopped.wait(30 if fault == "hang" else 0)
            self.close_connection = True
            return None
        if answer is not None:
            return self._half(json.dumps(answer.body).encode(), fault)
        page = b"<html><head><title>Oops</title></head><body>A page about <b>nothing</b></body></html>"
        answers = {
            "html": Problem(200, page, {"x-request-id": "r-9"}),
            "huge": Problem(200, HUGE),
            "empty": Problem(200, b""),
            "redirect": Problem(307, b"", {"location": "https://elsewhere.invalid/login"}),
            "html_502": Problem(502, page),
            "gateway_504": Problem(504, page),
        }
        return self._send(answers[fault])

    def _half(self, body: bytes, fault: str) -> None:
        """Half of a body that was billed: as if it were the whole, or with the rest missing, or coming byte by byte for ever."""
        half = body[: len(body) // 2]
        if fault == "cut_json":
            return self._send(Problem(200, half))
        self._begin(200, {"content-type": "application/json", "content-length": str(len(body) + 10_000)})
        self.wfile.write(half)
        while fault == "drip" and not self.imitation.stopped.wait(0.02):
            try:
                self.wfile.write(b" ")
            except OSError:
                break
        self.close_connection = True
        return None

    def _send(self, problem: Problem) -> None:
        html = isinstance(problem.body, bytes)
        body = problem.body if isinstance(problem.body, bytes) else json.dumps(problem.body).encode()
        kind = "text/html" if html else "application/json"
        self._begin(problem.status, {"content-type": kind, "content-length": str(len(body)), **problem.headers})
        self.wfile.write(body)

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
