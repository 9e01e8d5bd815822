"""Promises of the engine: who may write when, and one clear line for whatever a person can get wrong."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from nightclerk.errors import StoreError
from nightclerk.store import Store
from nightclerk.store.engine import connect, reading
from nightclerk.store.writer import Writer


def refusal(url: str) -> str:
    """The one line that a person reads about this URL."""
    with pytest.raises(StoreError) as caught:
        connect(url)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


def test_sqlite_is_opened_durable_and_strict(tmp_path: Path) -> None:
    """Every connection has the write-ahead log, full synchronisation and foreign keys, and the folder is made."""
    engine = connect(f"sqlite:///{tmp_path}/new/folder/night.db")
    with reading(engine) as one, reading(engine) as two:
        for conn in (one, two):
            values = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
            assert values == ["wal", 2, 1]
    engine.dispose()


def test_a_reader_does_not_wait_for_a_writer_and_sees_one_state(store: Store) -> None:
    """While a write transaction is open a read goes on at once, and sees none of it, not even in its second statement."""
    add = sa.text("INSERT INTO contents VALUES (:sha256, 1, 'text/plain', '2026-01-01 00:00:00')")
    count = sa.text("SELECT count(*) FROM contents")
    with reading(store.engine) as reader:
        assert reader.execute(count).scalar() == 0
        with store.engine.begin() as writer:
            writer.execute(add, {"sha256": "a"})
            assert store.read(lambda conn: conn.execute(count).scalar()) == 0
        assert reader.execute(count).scalar() == 0
    assert store.read(lambda conn: conn.execute(count).scalar()) == 1


def test_a_reader_cannot_write(store: Store) -> None:
    """A statement that writes is refused inside a read, and the connection can write again afterwards."""
    with pytest.raises(StoreError, match=r"read-?only"):
        store.read(lambda conn: conn.execute(sa.text("DELETE FROM contents")))
    assert store.write_now(lambda conn: conn.execute(sa.text("DELETE FROM contents")).rowcount) == 0


def test_a_write_transaction_takes_the_lock_at_once(tmp_path: Path) -> None:
    """Two threads that read and then write the same row in one transaction lose no update on SQLite."""
    engine = connect(f"sqlite:///{tmp_path}/night.db")
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        conn.exec_driver_sql("INSERT INTO counter VALUES (0)")

    def count_up() -> None:
        for _ in range(50):
            with engine.begin() as conn:
                number = conn.exec_driver_sql("SELECT n FROM counter").scalar()
                conn.exec_driver_sql("UPDATE counter SET n = ?", (number + 1,))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as conn:
        assert conn.exec_driver_sql("SELECT n FROM counter").scalar() == 200
    engine.dispose()


def test_opening_a_file_waits_for_whoever_is_making_it(tmp_path: Path) -> None:
    """A file that another process is just writing for the first time is opened as soon as that process is done."""
    other = sqlite3.connect(tmp_path / "night.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE t (n)")
    threading.Timer(0.2, other.commit).start()
    engine = connect(f"sqlite:///{tmp_path}/night.db")
    with reading(engine) as conn:
        assert conn.exec_driver_sql("SELECT * FROM t").all() == []
    engine.dispose()
    other.close()


@pytest.mark.parametrize("url", ["", "nonsense", "postgresql://clerk:secret@host:port/night", "sqlite:", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_is_none_is_explained(url: str) -> None:
    """A URL that cannot be read, or names no file, says how to write one and repeats no password."""
    message = refusal(url)
    assert "sqlite:////" in message
    assert "secret" not in message


def test_other_databases_are_refused_by_name() -> None:
    """A database that Nightclerk does not support is named."""
    assert "mysql" in refusal("mysql://clerk:secret@host/night")


def test_an_unescaped_password_is_not_shown() -> None:
    """What follows an @ inside a password would pass for a host name, so it is refused unseen."""
    message = refusal("postgresql://clerk:half@secret@host/night")
    assert "%40" in message
    assert "secret" not in message


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    """Some other file is refused and left alone."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(b"%PDF-1.7 " * 200)
    assert "not a database" in refusal(f"sqlite:///{path}")
    assert path.read_bytes() == b"%PDF-1.7 " * 200


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """A path below a file, and a folder in the place of the file, are clear errors."""
    (tmp_path / "file").write_text("")
    assert "folder cannot be made" in refusal(f"sqlite:///{tmp_path}/file/night.db")
    assert "must exist and be writable" in refusal(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_so(tmp_path: Path) -> None:
    """A folder without write permission is named as such."""
    tmp_path.chmod(0o500)
    assert "writable" in refusal(f"sqlite:///{tmp_path}/night.db")


def test_a_server_that_is_down_is_said_so() -> None:
    """No server at the address: one line, with the address and without the password."""
    message = refusal("postgresql://clerk:secret@127.0.0.1:9/night")
    assert re.search(r"clerk@127\.0\.0\.1:9/night.*(refused|failed)", message)
    assert "secret" not in message


def test_a_database_that_does_not_exist_is_said_so(postgres_url: str) -> None:
    """The server is there and the database is not."""
    missing = sa.make_url(postgres_url).set(database="missing", password="secret")
    message = refusal(missing.render_as_string(hide_password=False).replace("postgresql://", "postgres://"))
    assert 'database "missing" does not exist' in message
    assert "secret" not in message


def test_postgresql_without_its_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where psycopg is not installed, the message names what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "nightclerk[postgres]" in refusal("postgresql://clerk@host/night")


def test_an_error_shows_no_row(store: Store) -> None:
    """What a person reads about a failed statement never holds the values in it: they are a client's documents."""
    with pytest.raises(StoreError) as caught:
        store.write_now(lambda conn: conn.execute(sa.text("UPDATE nowhere SET text = :text"), {"text": "strictly confidential"}))
    told: BaseException | None = caught.value
    while told is not None:
        assert "confidential" not in str(told)
        told = told.__cause__


def test_a_locked_file_is_said_so(tmp_path: Path) -> None:
    """Another program that keeps the file locked is the reason given, with no traceback of a library."""
    engine = connect(f"sqlite:///{tmp_path}/night.db")
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20"))
    engine.dispose()
    other = sqlite3.connect(tmp_path / "night.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = Writer(engine, retry_waits_s=(0.01,))
    with pytest.raises(StoreError, match=r"database is locked .*another program"):
        writer.submit(lambda conn: conn.exec_driver_sql("CREATE TABLE t (n)")).result()
    other.close()
    writer.submit(lambda conn: conn.exec_driver_sql("CREATE TABLE t (n)")).result()
    writer.close()
    engine.dispose()
