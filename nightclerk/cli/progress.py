"""A run while it works: one line on a terminal, updated in place; a plain line now and then anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import click

from nightclerk.report import Live
from nightclerk.report.live import line

# in a log file a line every so often is enough
PLAIN_EVERY_S = 30.0


class Bar:
    """Shows a run on stderr; `in_place` is whether that is a terminal, and without `shown` it shows nothing."""

    def __init__(self, *, shown: bool, in_place: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._shown = shown
        self._in_place = in_place
        self._clock = clock
        self._said_at = clock()
        self._progress: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self._shown and self._in_place:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
            from rich.table import Column

            rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
            columns = (BarColumn(bar_width=16), TaskProgressColumn(), TextColumn("{task.description}", markup=False, table_column=rest))
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True, expand=True)
            self._task = self._progress.add_task("looking for documents", total=1.0)
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress:
            self._progress.stop()

    async def show(self, live: Live) -> None:
        """Show where the run stands."""
        if self._progress:
            self._progress.update(self._task, completed=live.share, description=line(live))
        elif self._shown and self._clock() - self._said_at >= PLAIN_EVERY_S:
            self._said_at = self._clock()
            click.echo(line(live), err=True)
