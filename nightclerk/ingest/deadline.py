"""A total time for one download. Timeouts of a client are for one silence each: a server that sends a byte a minute never meets them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

# of httpcore, when there is a new stream to a server; the second wraps the first
NEW_STREAM = (".connect_tcp.complete", ".start_tls.complete")


class Deadline:
    """Cuts the connections of a download when its time is over. A handshake and a connect end by their own timeouts."""

    def __init__(self) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._streams: list[Any] = []

    @contextmanager
    def running(self, seconds: float) -> Iterator[Deadline]:
        """The time runs while the block does."""
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield self
        finally:
            timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpcore calls at every step of a request: its extension `trace`."""
        if event.endswith(NEW_STREAM):
            with self._lock:
                self._streams.append(info["return_value"])
                if self.is_over:
                    self._cut()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            self._cut()

    def _cut(self) -> None:
        for stream in self._streams:
            # closing would not wake the thread that waits for bytes; the method of the plain socket leaves TLS as it is
            with suppress(OSError, ValueError):
                socket.socket.shutdown(stream.get_extra_info("socket"), socket.SHUT_RDWR)
