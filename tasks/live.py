"""A run in Prefect's UI while it works: one artifact, updated in place."""

from __future__ import annotations

from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

from nightclerk.report import Live
from nightclerk.report.live import line

# the first one after so long, too: a run that is over by then needs none
EVERY_S = 5.0


class Card:
    """The progress artifact of one run."""

    def __init__(self) -> None:
        self._id: UUID | None = None

    async def show(self, live: Live) -> None:
        """Show where the run stands."""
        percent = round(100 * live.share, 1)
        if self._id is None:
            self._id = await acreate_progress_artifact(percent, key="run-progress", description=line(live))
        else:
            await aupdate_progress_artifact(self._id, percent, description=line(live))
