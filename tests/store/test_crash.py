"""Promises about processes: what was acknowledged survives a kill, and two processes that write one database lose nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from nightclerk.store import Store
from nightclerk.store import tables as t

# Files numbered rows without end, several in flight, and prints each number once its write was acknowledged.
WRITE = """
import sys
from datetime import UTC, datetime
from nightclerk.store import Store
from nightclerk.store import tables as t
from nightclerk.store.rows import insert_new
store, start, count = Store.open(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
def add(conn, number):
    row = {"sha256": f"{number:064}", "size_bytes": number, "media_type": "", "first_seen_at": datetime.now(UTC)}
    return insert_new(conn, t.contents, [row])
for first in range(start, start + count, 7):
    futures = [(n, store.writer.submit(lambda conn, n=n: add(conn, n))) for n in range(first, min(first + 7, start + count))]
    for number, future in futures:
        assert future.result() == 1
        print(number, flush=True)
store.close()
"""


def start(url: str, first: int, count: int) -> subprocess.Popen[str]:
    """A process that writes rows."""
    return subprocess.Popen([sys.executable, "-c", WRITE, url, str(first), str(count)], stdout=subprocess.PIPE, text=True)


def numbers(conn: sa.Connection) -> set[int]:
    """The numbers filed."""
    return set(conn.execute(sa.select(t.contents.c.size_bytes)).scalars())


@pytest.mark.parametrize("acknowledged", [1, 150, 400])
def test_what_was_acknowledged_survives_a_kill(database_url: str, acknowledged: int) -> None:
    """A process killed in the middle of writing has lost no row that it was told is filed, and the database is sound."""
    with start(database_url, 0, 1_000_000) as process:
        assert process.stdout is not None
        told = {int(process.stdout.readline()) for _ in range(acknowledged)}
        process.send_signal(signal.SIGKILL)
        # the last line may be cut off
        told |= {int(line) for line in process.stdout if line.endswith("\n")}
    assert process.returncode == -signal.SIGKILL
    with Store.open(database_url) as store:
        assert told <= store.read(numbers)
        if store.engine.dialect.name == "sqlite":
            assert store.read(lambda conn: conn.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"


def test_two_processes_write_one_database(database_url: str) -> None:
    """Two processes that write at the same time both get every row filed, and neither is refused."""
    Store.open(database_url).close()
    started = [start(database_url, first, 700) for first in (0, 700)]
    printed: list[Any] = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert [len(lines.split()) for lines in printed] == [700, 700]
    with Store.open(database_url) as store:
        assert store.read(numbers) == set(range(1400))
