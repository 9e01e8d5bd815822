"""The only room that speaks SQL: tables, engine, writer thread, writes, reads, schema upgrade."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

import sqlalchemy as sa

from nightclerk.errors import StoreError
from nightclerk.store.engine import connect, is_trouble, passes, reading, store_error
from nightclerk.store.upgrade import ensure_ready
from nightclerk.store.writer import RETRY_WAITS_S, Writer

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """One process's way to the database: reads in the caller's thread, writes in the one writer thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.writer = Writer(engine)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a database; an empty one gets its tables and views.

        Raises:
            StoreError: it cannot be used, or its tables are older or newer than this version of Nightclerk.
        """
        engine = connect(url)
        try:
            ensure_ready(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def read(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(conn, *args, **kwargs)` in a read-only transaction, here and now.

        Raises:
            StoreError: the database failed.
        """
        try:
            with reading(self.engine) as conn:
                return fn(conn, *args, **kwargs)
        except sa.exc.SQLAlchemyError as error:
            if is_trouble(error):
                raise store_error(error, self.engine) from error
            raise

    async def aread(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` in a thread, so that the loop goes on; a database that is away is waited for, as the writer does.

        Raises:
            StoreError: the database failed, or did not come back.
        """
        for wait_s in RETRY_WAITS_S:
            try:
                return await asyncio.to_thread(self.read, fn, *args, **kwargs)
            except StoreError as error:
                if error.__cause__ is None or not passes(error.__cause__):
                    raise
            await asyncio.sleep(wait_s)
        return await asyncio.to_thread(self.read, fn, *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(conn, *args, **kwargs)` in the writer thread; returns after the commit.

        `fn` may run more than once (see `Writer.submit`). A cancelled task leaves its write in the queue: it is still done.

        Raises:
            StoreError: the database failed, or the store is closed.
        """
        return await asyncio.wrap_future(self._submit(fn, *args, **kwargs))

    async def write_alone(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` in a transaction of its own, for a row that all processes change: nobody waits for the rest of a group to commit."""
        return await asyncio.wrap_future(self.writer.submit(lambda conn: fn(conn, *args, **kwargs), alone=True))

    def write_now(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` for code without a loop: waits for the commit."""
        return self._submit(fn, *args, **kwargs).result()

    def close(self) -> None:
        """Write what is queued and let go of the connections."""
        self.writer.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _submit(self, fn: Callable[Concatenate[sa.Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self.writer.submit(lambda conn: fn(conn, *args, **kwargs))
