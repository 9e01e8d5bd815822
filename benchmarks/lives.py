"""One life of `nightclerk run` that ends by SIGKILL at a moment of its own; a fork, so that a short life is cheap."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

# what a run loads is loaded before the forks
import nightclerk.wiring  # noqa: F401
from nightclerk.cli import main as command_line
from nightclerk.providers.exchange import Exchange
from nightclerk.store.writer import Writer

# of the imitation, in seconds: most lives end while a few answers are on their way
LATENCY_S = 0.05
MOMENTS = ("row", "before_send", "in_flight", "reply", "commit", "committed", "any_time")
# how many events of its kind a life may see, and how many seconds it may last
MOST_EVENTS = {"row": 40, "before_send": 15, "in_flight": 15, "reply": 12, "commit": 50, "committed": 40}
LONGEST_LIFE_S = 1.5


def die() -> None:
    """As if somebody else had done it."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_in(seconds: float) -> None:
    """Die a little later, whatever this process does then."""
    timer = threading.Timer(seconds, die)
    timer.daemon = True
    timer.start()


def arm(moment: str, chance: random.Random) -> None:
    """Let this process die at a moment of this kind."""
    if moment == "any_time":
        return die_in(chance.uniform(0, LONGEST_LIFE_S))
    number = iter(range(chance.randint(1, MOST_EVENTS[moment]) - 1, -1, -1))
    soon = chance.uniform(0, 2 * LATENCY_S if moment == "in_flight" else 0.003)

    def happens() -> None:
        if next(number, 1) == 0:
            die_in(soon) if moment in {"in_flight", "commit"} else die()

    if moment == "commit":
        return sa.event.listen(sa.Engine, "commit", lambda _: happens())
    if moment in {"row", "committed"}:
        Writer._commit = around(Writer._commit, happens, before=moment == "row")  # type: ignore[method-assign]
    else:
        Exchange.post = around_call(Exchange.post, happens, before=moment != "reply")  # type: ignore[method-assign]
    return None


def around(function: Callable[..., Any], happens: Callable[[], None], *, before: bool) -> Callable[..., Any]:
    """The function with the event before or behind it."""

    def inner(*arguments: Any) -> Any:
        if before:
            happens()
        result = function(*arguments)
        if not before:
            happens()
        return result

    return inner


def around_call(function: Callable[..., Any], happens: Callable[[], None], *, before: bool) -> Callable[..., Any]:
    """The same of a coroutine."""

    async def inner(*arguments: Any, **options: Any) -> Any:
        if before:
            happens()
        result = await function(*arguments, **options)
        if not before:
            happens()
        return result

    return inner


def live(folder: Path, own: dict[str, str], *, moment: str = "", seed: object = 0) -> int:
    """One life of `nightclerk run`: a fork, so that it need not load everything anew; its exit code, or -9."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.environ.update(own)
    sys.argv = ["nightclerk", "run", str(folder), "--profile", "contract_review", "--collection", "kills", "--json"]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if moment:
        arm(moment, random.Random(f"{seed}"))
    try:
        command_line()
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(70)
    return 0
