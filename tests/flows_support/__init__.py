"""Waiting for what a server does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest


def eventually(probe: Callable[[], Any], timeout_s: float) -> Any:
    """The first truthy value of a probe; fails after the timeout with the last thing that went wrong."""
    deadline, trouble = time.monotonic() + timeout_s, None
    while time.monotonic() < deadline:
        try:
            if value := probe():
                return value
        except OSError as error:
            trouble = error
        time.sleep(0.5)
    pytest.fail(f"nothing within {timeout_s:.0f} s; last trouble: {trouble}")
