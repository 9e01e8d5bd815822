"""A progress bar on a terminal; nothing at all anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from nightclerk.pipeline import Outcome


class Bar:
    """Counts documents as they end."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._progress: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self._shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("reading documents", total=None)
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress:
            self._progress.stop()

    def update(self, outcome: Outcome | None, total: int) -> None:
        """Show how many documents there are, or that one more has ended."""
        if self._progress:
            self._progress.update(self._task, total=total, advance=1 if outcome else 0)
