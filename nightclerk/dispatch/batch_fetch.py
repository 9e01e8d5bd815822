"""Getting the results of a job: downloaded whole, to disk, and only then read; again where they broke off or are not all there."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from nightclerk.dispatch.batch_results import Results
from nightclerk.dispatch.patience import backoff_s
from nightclerk.errors import CallError, CallTimeout, CutOff, Missing, StoreError
from nightclerk.providers.mistral_batch import MistralBatches

log = logging.getLogger(__name__)
MOST_DOWNLOADS = 4
# what cannot be read today may be there whole tomorrow; whatever else goes wrong passes, or is for a person
UNREADABLE = (Missing, CutOff, CallTimeout)


class Fetch:
    """Fetches the results of one job that has ended.

    Args:
        wire: the provider's batch endpoints.
        batch: the job.
        folder: for files on their way; they have no names, so none is left behind, whatever becomes of this process.
        sleep: waits for seconds.
        last: whether nobody will fetch them again, so that whatever can be had is taken.
    """

    def __init__(self, wire: MistralBatches, batch: Any, folder: Path, *, sleep: Callable[[float], Awaitable[None]], last: bool) -> None:
        self._wire = wire
        self._batch = batch
        self._folder = folder
        self._sleep = sleep
        self._last = last

    async def into(self, results: Results) -> None:
        """Book all results; what breaks off, or holds fewer than the job says there are, is fetched again a few times.

        Raises:
            Missing, CutOff, CallTimeout: they are not there, or what is there can never be all of them.
            CallError: they cannot be had now.
            StoreError: they cannot be written to disk.
        """
        for number in range(1, MOST_DOWNLOADS + 1):
            results.begin()
            try:
                await self._once(results, last=number == MOST_DOWNLOADS)
            except Missing:
                raise
            except CallError:
                if number == MOST_DOWNLOADS:
                    raise
            if results.whole:
                return
            if number < MOST_DOWNLOADS:
                await self._sleep(backoff_s(number))
        if not results.any and not self._last:
            raise CutOff("what came for the results of the batch job holds not one of them")

    async def _once(self, results: Results, *, last: bool) -> None:
        batch, wire = self._batch, self._wire
        with ExitStack() as open_files:
            spools: list[BinaryIO] = []
            for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
                spools.append(open_files.enter_context(spooled(self._folder)))
                await self._taken(wire.download(file_id, spools[-1], requests=batch.requested))
            if spools:
                await results.book(lambda: chain.from_iterable(map(wire.lines, spools)), last=last)
                return
            card = open_files.enter_context(spooled(self._folder))
            await self._taken(wire.download_card(batch.provider_job_id, card))
            await results.book(lambda: wire.card_lines(card), last=last)

    async def _taken(self, download: Awaitable[None]) -> None:
        try:
            await download
        except UNREADABLE as error:
            if not self._last:
                raise
            log.warning("the results of batch %s are taken as far as they came: %s", self._batch.id, error)


@contextmanager
def spooled(folder: Path) -> Iterator[BinaryIO]:
    """A file without a name; raises `StoreError` where the disk does not take it, or what is written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            yield file
    except OSError as error:
        raise StoreError(f"what goes to or comes from a batch job cannot be written to {folder}: {error.strerror or error}") from None
