"""One writing thread per process: what is queued together is committed together, and nobody is told before the commit.

SQLite has one writer at a time and each commit waits for the disk, so fifty rows a commit write many times as fast as one; the loop
that sends calls never waits for a disk either.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from nightclerk.errors import StoreError
from nightclerk.store.engine import is_trouble, passes, store_error

T = TypeVar("T")

GROUP_SIZE = 50
# a PostgreSQL that is restarted, or moved to another machine, is back within half a minute
RETRY_WAITS_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


class _Broken(Exception):
    """A job swallowed an error that ended the transaction of its whole group."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sa.Connection], Any]
    alone: bool = False
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs jobs in a thread of its own, in the order in which they were submitted.

    Args:
        engine: the database.
        retry_waits_s: the pauses between attempts at a commit while the database is away. They are waited once for each outage, and no
            longer than all of them together, however long an attempt takes; after that each commit is tried once, until one succeeds.
    """

    def __init__(self, engine: sa.Engine, *, retry_waits_s: Sequence[float] = RETRY_WAITS_S) -> None:
        self._engine = engine
        self._waits = tuple(retry_waits_s)
        self._waited = 0
        self._away_since: float | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._next: _Job | None = None
        self._closed = False
        self._door = threading.Lock()
        # a daemon: a process that ends without close() must not hang; what it queued was never acknowledged
        self._thread = threading.Thread(target=self._work, name="nightclerk-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sa.Connection], T], *, alone: bool = False) -> Future[T]:
        """Queue one job and return the future of its result, which resolves after the commit.

        The job shares a transaction with its neighbours, and what it raises is its own future's alone: then the group is rolled back and
        runs again with a savepoint around each job. So a job may run more than once (a failed commit is tried again as well), and must
        be a function of its arguments that does no harm when repeated. A queued job cannot be cancelled. With `alone` it gets a transaction
        of its own: for a row that all processes change, so that nobody waits for the rest of a group.

        Raises:
            StoreError: the writer is closed. The future raises it where the database failed.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write cannot wait for another write: both would need the one writer thread")
        entry = _Job(job, alone)
        # running from the start: Future.cancel() then has no effect, so a cancelled task leaves its write in the queue
        entry.future.set_running_or_notify_cancel()
        with self._door:
            if self._closed:
                raise StoreError("the store is closed, so nothing can be written any more")
            self._jobs.put(entry)
        return entry.future

    def close(self) -> None:
        """Write what is queued, then stop. Closing twice is harmless."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while group := self._next_group():
            self._write(group)

    def _next_group(self) -> list[_Job]:
        """The jobs that wait now, at least one; empty once closed and drained. While a group commits, the next one gathers."""
        if self._next is not None:
            [group, self._next] = [[self._next], None]
            return group
        group = []
        while len(group) < GROUP_SIZE:
            try:
                job = self._jobs.get(block=not group)
            except queue.Empty:
                break
            if job is None:
                # the mark of close() stays for the next round: nothing can be queued behind it
                self._jobs.put(None)
                break
            if job.alone:
                if not group:
                    return [job]
                self._next = job
                break
            group.append(job)
        return group

    def _write(self, group: list[_Job]) -> None:
        try:
            answers = self._commit(group)
        except BaseException as error:  # noqa: BLE001 - handed to the callers; the thread must outlive it
            if len(group) > 1 and not passes(error):
                # one job broke the transaction of all (a full disk, an error that it swallowed): each gets one of its own
                for job in group:
                    self._write([job])
                return
            answers = [self._failed(job, error) for job in group]
        for answer in answers:
            answer()

    def _commit(self, group: list[_Job]) -> list[Callable[[], None]]:
        """How to answer each job, once the transaction that holds them all is committed."""
        while True:
            began = time.monotonic()
            try:
                answers = self._try(group)
                self._waited, self._away_since = 0, None
                return answers
            except sa.exc.DBAPIError as error:
                if not passes(error) or not self._wait(began):
                    raise

    def _wait(self, tried_at: float) -> bool:
        """Wait for a database that is away; False once an outage has lasted for all the waits there are."""
        self._away_since = tried_at if self._away_since is None else self._away_since
        lasts_s = time.monotonic() - self._away_since
        if self._waited >= len(self._waits) or lasts_s > sum(self._waits):
            return False
        time.sleep(self._waits[self._waited])
        self._waited += 1
        return True

    def _try(self, group: list[_Job]) -> list[Callable[[], None]]:
        """A savepoint costs as much as a statement, and hardly any job fails: so the first try does without them."""
        try:
            with self._engine.begin() as conn:
                answers: list[Callable[[], None]] = [partial(job.future.set_result, job.work(conn)) for job in group]
                if _sound(conn):
                    return answers
                raise _Broken
        except BaseException as error:
            alone = len(group) == 1 and not isinstance(error, _Broken)
            if passes(error) or alone:
                raise
        with self._engine.begin() as conn:
            return [self._run(conn, job) for job in group]

    def _run(self, conn: sa.Connection, job: _Job) -> Callable[[], None]:
        savepoint = conn.begin_nested()
        try:
            result = job.work(conn)
            savepoint.commit()
        except BaseException as error:
            if passes(error) or not _in_transaction(conn):
                raise
            savepoint.rollback()
            return self._failed(job, error)
        return partial(job.future.set_result, result)

    def _failed(self, job: _Job, error: BaseException) -> Callable[[], None]:
        told = store_error(error, self._engine) if isinstance(error, Exception) and is_trouble(error) else error
        return partial(job.future.set_exception, told)


def _in_transaction(conn: sa.Connection) -> bool:
    """Whether the group's transaction is still open: SQLite rolls it back by itself on some errors, such as a full disk."""
    return bool(getattr(conn.connection.dbapi_connection, "in_transaction", True))


def _sound(conn: sa.Connection) -> bool:
    """Whether a commit would commit: on PostgreSQL the end of a failed transaction rolls it back and says nothing."""
    info = getattr(conn.connection.dbapi_connection, "info", None)
    # https://www.postgresql.org/docs/current/libpq-status.html: PQTRANS_IDLE and PQTRANS_INTRANS
    return _in_transaction(conn) if info is None else int(info.transaction_status) in {0, 2}
