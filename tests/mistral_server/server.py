"""Runs the imitation on loopback, in a thread of this process or as a process of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mistral_server.account import Account
from mistral_server.app import App
from mistral_server.batch_routes import VERBS
from mistral_server.behaviour import Behaviour
from mistral_server.faults import VERB_KINDS


class _Droppable(H11Protocol):
    """Hands the connection to the application, which has to be able to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        assert isinstance(self.config.app, App)
        self.config.app.connections += 1
        self.app_state = {**self.app_state, "transport": transport}


def configure(app: App) -> uvicorn.Config:
    """How uvicorn serves the imitation: one loop, no logs, no websockets."""
    return uvicorn.Config(
        app,
        http=_Droppable,
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_config=None,
        log_level="critical",
        backlog=2_048,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )


def listen(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one."""
    # asyncio switches Nagle's algorithm off only for sockets that say they are TCP; with it each answer waits 40 ms for an ACK
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    return sock


class MistralServer:
    """The imitation in a thread; the arguments are those of `Behaviour`. A context manager."""

    def __init__(self, **behaviour: Any) -> None:
        self.app = App(Behaviour(**behaviour))
        self._socket = listen()
        self._server = uvicorn.Server(configure(self.app))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without `/v1`."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def key(self) -> str:
        """The API key that is accepted."""
        return self.app.behaviour.key

    @property
    def account(self) -> Account:
        """What came in and what it cost."""
        return self.app.account

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self.app.connections

    def force(self, *kinds: str) -> None:
        """Strike the next requests with these faults, one each."""
        self.app.forced.extend(kinds)

    def force_at(self, verb: str, *kinds: str) -> None:
        """Strike the next calls of a verb of files or jobs (`batch_routes.VERBS`) with these faults (`faults.VERB_KINDS`), one each."""
        if verb not in VERBS or not set(kinds) <= set(VERB_KINDS):
            raise ValueError(f"no such verb or fault: {verb} {kinds}")
        self.app.forced_at[verb].extend(kinds)

    def advance(self, **order: Any) -> list[dict[str, Any]]:
        """Let batch jobs go on; the arguments are those of `Order`, without any every job comes to its end. The jobs as they are then."""
        answer = httpx.post(f"{self.url}/_batch/advance", json=order, timeout=60, trust_env=False)
        answer.raise_for_status()
        jobs: list[dict[str, Any]] = answer.json()
        return jobs

    def start(self) -> Self:
        """Start the thread and wait until it serves."""
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the imitation server did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop serving; requests that are being worked on are cut off."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
