"""Reaching the database: SQLite by default, PostgreSQL for several machines; whatever goes wrong is one clear line."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import OperationalError as SqliteOperationalError
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from nightclerk.errors import StoreError

BUSY_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 10
# a machine that is gone without a word answers nothing, and TCP by itself waits for it a quarter of an hour
SILENT_S = 30

# A reader must not take SQLite's write lock, and must see one snapshot on PostgreSQL; on both it cannot write.
_READ_OPTIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "sqlite": {"nightclerk_read": True},
        "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    }
)
_SQLITE_BUSY = 5
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection lost, serialization, deadlock, shutdown, start-up, lock
_PASSING_SQLSTATES = ("08", "40001", "40P01", "53300", "55P03", "57P")
_ADVICE = (
    ("unable to open database file", "the folder must exist and be writable"),
    ("readonly database", "the file and its folder must be writable"),
    ("file is not a database", "it is some other kind of file, or encrypted; give Nightclerk a file of its own"),
    ("malformed", "the file is damaged; restore it from a backup"),
    ("disk is full", "free some space and start again: what was committed is safe"),
    ("No space left", "free some space and start again: what was committed is safe"),
    ("disk I/O error", "the disk is full or fails: free some space, look at the system's log, and start again; what was committed is safe"),
    ("database is locked", f"another program has been writing for over {BUSY_TIMEOUT_S} s"),
    ("no such table", "run `nightclerk db upgrade`"),
    ("does not exist", "create it, or correct the URL"),
)


def connect(url: str) -> sa.Engine:
    """Open a database and try it once.

    Args:
        url: `sqlite:////folder/file.db` (the folder is made where it is missing) or `postgresql://user:password@host/database`.

    Returns:
        An engine. On SQLite each transaction it begins takes the write lock at once, except inside `reading`: a deferred
        transaction that reads and then writes fails at once, whatever the busy timeout (https://www.sqlite.org/lang_transaction.html).

    Raises:
        StoreError: the URL, the file or the server is of no use; the message names neither password nor statement.
    """
    parsed = _parse(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    try:
        with reading(engine) as conn:
            conn.execute(sa.text("SELECT count(*) FROM sqlite_master" if engine.dialect.name == "sqlite" else "SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise store_error(error, engine) from error
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A read-only transaction on one snapshot; on SQLite it waits for no writer and holds none up."""
    with engine.connect() as conn:
        yield conn.execution_options(**_READ_OPTIONS[engine.dialect.name])


def store_error(error: Exception, engine: sa.Engine) -> StoreError:
    """Trouble with the database as one line for a person: which database, what it said, what to do.

    Only the database's own first message is used: its details and SQLAlchemy's text carry rows, and rows carry documents.
    """
    said = _message(error)
    advice = next((f" ({what})" for mark, what in _ADVICE if mark in said), "")
    told = StoreError(f"database {_name(engine.url)}: {said}{advice}")
    told.__cause__ = error
    return told


def is_trouble(error: BaseException) -> bool:
    """Whether the database is to blame; a row that breaks a constraint or a type is the caller's own error and stays as it is."""
    own = isinstance(error, (sa.exc.IntegrityError, sa.exc.DataError))
    return isinstance(error, (sa.exc.DBAPIError, sa.exc.TimeoutError)) and not own


def passes(error: BaseException) -> bool:
    """Whether trying the same transaction again may work: a lock, a lost connection, a server that is starting."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    if isinstance(error.orig, SqliteOperationalError):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == _SQLITE_BUSY
    sqlstate = getattr(error.orig, "sqlstate", None)
    # without a state the server never answered: libpq could not connect, or lost the connection
    unreachable = isinstance(error, sa.exc.OperationalError) and sqlstate is None
    return error.connection_invalidated or unreachable or (sqlstate or "").startswith(_PASSING_SQLSTATES)


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError("the database URL cannot be read; write sqlite:////folder/file.db or postgresql://user:password@host/db") from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql", "postgres"}:
        raise StoreError(f"a {parsed.get_backend_name()} database is not supported; use a sqlite: or postgresql: URL")
    if "@" in (parsed.host or ""):
        # the "host" holds the rest of a password, so it must not reach any message
        raise StoreError("the database URL cannot be read: write @ as %40 and / as %2F in the password")
    return parsed


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:" or "uri" in url.query:
        raise StoreError("SQLite needs a file, since several threads and processes share it: sqlite:////folder/nightclerk.db")
    path = Path(url.database).expanduser().absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"database {path}: its folder cannot be made: {error.strerror}") from error
    engine = sa.create_engine(
        url.set(drivername="sqlite", database=str(path)),
        pool_size=8,
        max_overflow=56,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_S},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # None: the module must not begin transactions by itself, `_begin_sqlite` does
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_write_ahead_log(connection: Any) -> None:
    """Beside a writer this change fails at once, whatever the busy timeout, so two first openings of one file would collide."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except SqliteOperationalError as error:
            if error.sqlite_errorcode & 0xFF != _SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(conn: sa.Connection) -> None:
    reads = conn.get_execution_options().get("nightclerk_read", False)
    conn.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
    conn.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError("PostgreSQL needs the package psycopg: pip install 'nightclerk[postgres]'") from None
    options: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "nightclerk"}
    # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    options |= {"tcp_user_timeout": SILENT_S * 1_000, "keepalives_idle": SILENT_S, "keepalives_interval": 10, "keepalives_count": 3}
    given = {name: value for name, value in options.items() if name not in url.query}
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=given,
    )


def _name(url: sa.URL) -> str:
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return sa.URL.create("postgresql", username=url.username, host=url.host, port=url.port, database=url.database).render_as_string()


def _message(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    return " ".join((primary or str(original)).split())[:300]
