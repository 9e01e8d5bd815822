"""Promises of the writer: nothing is acknowledged before it is committed, nothing acknowledged is lost, one bad job harms no other."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from nightclerk.errors import StoreError
from nightclerk.store import Store
from nightclerk.store import tables as t
from nightclerk.store.engine import connect, reading
from nightclerk.store.rows import insert_new
from nightclerk.store.writer import GROUP_SIZE, Writer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def content(number: int) -> dict[str, Any]:
    """A row of the simplest table."""
    return {"sha256": f"{number:064}", "size_bytes": number, "media_type": "text/plain", "first_seen_at": NOW}


def add(conn: sa.Connection, number: int) -> int:
    """File one row; harmless when repeated."""
    return insert_new(conn, t.contents, [content(number)])


def numbers(conn: sa.Connection) -> list[int]:
    """The numbers filed."""
    return list(conn.execute(sa.select(t.contents.c.size_bytes).order_by(t.contents.c.size_bytes)).scalars())


def held(store: Store) -> tuple[threading.Event, threading.Event]:
    """Keep the writer busy: (set once it is, set it to let it go on)."""
    busy, go_on = threading.Event(), threading.Event()
    store.writer.submit(lambda _: busy.set() or go_on.wait(10))
    assert busy.wait(10)
    return busy, go_on


def count_commits(engine: sa.Engine) -> list[int]:
    """A list that gets one entry per commit from now on."""
    commits: list[int] = []
    sa.event.listen(engine, "commit", lambda _: commits.append(1))
    return commits


def test_thousands_of_jobs_are_written_in_order_in_few_commits(store: Store) -> None:
    """What is queued together shares commits of at most fifty, in the order of submission."""
    commits, order = count_commits(store.engine), []

    def job(number: int) -> Callable[[sa.Connection], int]:
        return lambda conn: order.append(number) or add(conn, number)

    _, go_on = held(store)
    futures = [store.writer.submit(job(number)) for number in range(3000)]
    go_on.set()
    assert sum(future.result(60) for future in futures) == 3000
    assert order == list(range(3000))
    assert store.read(numbers) == order
    assert 3000 / GROUP_SIZE <= len(commits) <= 3000 / GROUP_SIZE + 2


def test_a_job_is_acknowledged_only_after_the_commit(store: Store) -> None:
    """Whoever is told that a row is filed finds it, from any other connection, at that very moment."""
    found: list[bool] = []
    _, go_on = held(store)
    for number in range(20):
        future = store.writer.submit(lambda conn, number=number: add(conn, number))
        future.add_done_callback(lambda _, number=number: found.append(number in store.read(numbers)))
    go_on.set()
    store.write_now(add, 99)
    assert found == [True] * 20


def test_a_failing_job_fails_alone(store: Store) -> None:
    """Of a group, the jobs before and behind the failing ones are committed; each failure reaches its own caller, its rows nobody."""

    def half(conn: sa.Connection, number: int) -> None:
        add(conn, number)
        raise ValueError(f"job {number} gives up")

    def twice(conn: sa.Connection) -> None:
        conn.execute(sa.insert(t.contents), [content(7)])
        conn.execute(sa.insert(t.contents), [content(7)])

    _, go_on = held(store)
    good = [store.writer.submit(lambda conn, number=number: add(conn, number)) for number in range(3)]
    bad = store.writer.submit(lambda conn: half(conn, 5))
    broken = store.writer.submit(twice)
    wrong = store.writer.submit(lambda conn: conn.execute(sa.text("SELECT * FROM nowhere")))
    last = store.writer.submit(lambda conn: add(conn, 9))
    go_on.set()
    assert [future.result(10) for future in [*good, last]] == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="job 5 gives up"):
        bad.result(10)
    with pytest.raises(sa.exc.IntegrityError):
        broken.result(10)
    with pytest.raises(StoreError, match="nowhere"):
        wrong.result(10)
    assert store.read(numbers) == [0, 1, 2, 9]


def test_a_job_that_swallows_an_error_harms_no_other(store: Store) -> None:
    """PostgreSQL ends a transaction at its first error, even one that a job catches: the others of the group are filed all the same."""

    def swallow(conn: sa.Connection) -> None:
        with contextlib.suppress(sa.exc.IntegrityError):
            conn.execute(sa.insert(t.contents), [content(7), content(7)])

    _, go_on = held(store)
    futures = [store.writer.submit(lambda conn, number=number: add(conn, number)) for number in range(3)]
    swallowing = store.writer.submit(swallow)
    futures.append(store.writer.submit(lambda conn: add(conn, 9)))
    go_on.set()
    assert [future.result(10) for future in futures] == [1, 1, 1, 1]
    assert swallowing.exception(10) is None or isinstance(swallowing.exception(), StoreError)
    assert {0, 1, 2, 9} <= set(store.read(numbers))


def test_a_full_disk_fails_the_group_and_not_the_writer(tmp_path: Any) -> None:
    """When the disk is full each caller is told so in one line, what was committed stays, and later writes work again."""
    engine = connect(f"sqlite:///{tmp_path}/night.db")
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 40"))
    engine.dispose()
    writer = Writer(engine)
    writer.submit(lambda conn: conn.exec_driver_sql("CREATE TABLE t (n INTEGER, text TEXT)")).result()
    small = "INSERT INTO t VALUES (1, 'small')"
    writer.submit(lambda conn: conn.exec_driver_sql(small).rowcount).result()
    large = writer.submit(lambda conn: conn.exec_driver_sql("INSERT INTO t VALUES (2, ?)", ("x" * 1_000_000,)))
    with pytest.raises(StoreError, match=r"disk is full .*free some space"):
        large.result(10)
    writer.submit(lambda conn: conn.exec_driver_sql(small).rowcount).result(10)
    writer.close()
    with reading(engine) as conn:
        assert conn.exec_driver_sql("SELECT n FROM t").scalars().all() == [1, 1]
    engine.dispose()


def test_a_failing_commit_is_tried_again_and_then_told(store: Store) -> None:
    """A commit that fails for a passing reason is repeated with the whole group; one that keeps failing fails every job of it."""
    failures = 2
    tries: list[int] = []

    def fail(_conn: sa.Connection) -> None:
        tries.append(1)
        if len(tries) <= failures:
            raise busy_error(store.engine)

    sa.event.listen(store.engine, "commit", fail)
    writer = Writer(store.engine, retry_waits_s=(0.01, 0.01, 0.01))
    assert writer.submit(lambda conn: add(conn, 1)).result(10) == 1
    assert len(tries) == 3
    failures = 100
    both = [writer.submit(lambda conn, number=number: add(conn, number)) for number in (2, 3)]
    for future in both:
        with pytest.raises(StoreError):
            future.result(10)
    failures = 0
    assert writer.submit(lambda conn: add(conn, 4)).result(10) == 1
    writer.close()
    assert store.read(numbers) == [1, 4]


def busy_error(engine: sa.Engine) -> sa.exc.OperationalError:
    """The error that each driver raises for a lock or a lost connection."""
    if engine.dialect.name == "sqlite":
        import sqlite3

        cause: Exception = sqlite3.OperationalError("database is locked")
        cause.sqlite_errorcode = sqlite3.SQLITE_BUSY  # type: ignore[attr-defined]
    else:
        import psycopg

        cause = psycopg.OperationalError("the connection is lost")
    return sa.exc.OperationalError("COMMIT", {}, cause)


def test_a_lost_connection_is_made_again(postgres_url: str) -> None:
    """A PostgreSQL connection that the server ends in the middle of a job loses nothing: the group runs again."""
    with Store.open(postgres_url) as store:
        runs: list[int] = []

        def job(conn: sa.Connection) -> int:
            runs.append(1)
            if len(runs) == 1:
                own = conn.execute(sa.text("SELECT pg_backend_pid()")).scalar()
                store.read(lambda other: other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": own}))
            return add(conn, 1)

        assert store.write_now(job) == 1
        assert len(runs) == 2
        assert store.read(numbers) == [1]


def test_closing_writes_what_is_queued_and_refuses_more(store: Store) -> None:
    """Every job submitted before close() is answered; one submitted after it is refused at once."""
    _, go_on = held(store)
    futures = [store.writer.submit(lambda conn, number=number: add(conn, number)) for number in range(120)]
    go_on.set()
    store.writer.close()
    assert sum(future.result(0) for future in futures) == 120
    with pytest.raises(StoreError, match="closed"):
        store.write_now(add, 200)
    store.writer.close()


def test_a_cancelled_task_leaves_its_write(store: Store) -> None:
    """Cancelling whoever waits does not take the write back, and harms no other waiter."""

    async def main() -> int:
        _, go_on = held(store)
        waiting = asyncio.create_task(store.write(add, 1))
        other = asyncio.create_task(store.write(add, 2))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        assert waiting.cancelled()
        go_on.set()
        return await asyncio.wait_for(other, 10)

    assert asyncio.run(main()) == 1
    assert store.write_now(numbers) == [1, 2]


def test_the_loop_goes_on_while_the_database_works(store: Store) -> None:
    """Neither a slow read nor a slow write holds up the event loop."""

    def slow(conn: sa.Connection) -> int:
        time.sleep(0.3)
        return len(numbers(conn))

    async def main() -> float:
        worst, last = 0.0, time.monotonic()
        work = asyncio.gather(store.write(slow), store.aread(slow))
        while not work.done():
            await asyncio.sleep(0.005)
            worst, last = max(worst, time.monotonic() - last), time.monotonic()
        assert await work == [0, 0]
        return worst

    assert asyncio.run(main()) < 0.25


def test_a_write_inside_a_write_is_an_error_and_no_deadlock(store: Store) -> None:
    """A job that waits for another job would wait for ever; it is told so."""
    with pytest.raises(RuntimeError, match="one writer thread"):
        store.write_now(lambda conn: store.write_now(add, 1))


def test_a_job_that_wants_to_be_alone_is(store: Store) -> None:
    """It keeps its place in the order and shares its transaction with nobody; what it raises is its own."""
    commits, order = count_commits(store.engine), []
    _, go_on = held(store)

    def job(number: int) -> Callable[[sa.Connection], int]:
        return lambda conn: order.append((number, len(commits))) or add(conn, number)

    futures = [store.writer.submit(job(number), alone=number == 3) for number in range(6)]
    failing = store.writer.submit(lambda conn: conn.execute(sa.text("SELECT * FROM nowhere")), alone=True)
    go_on.set()
    assert [future.result(10) for future in futures] == [1] * 6
    with pytest.raises(StoreError, match="nowhere"):
        failing.result(10)
    base = order[0][1]
    assert order == [(0, base), (1, base), (2, base), (3, base + 1), (4, base + 2), (5, base + 2)]
