"""The schema: migrations run to the newest version, views made anew, and what is there compared with what is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import nightclerk
from nightclerk.errors import StoreError
from nightclerk.store.engine import is_trouble, reading, store_error
from nightclerk.store.tables import metadata

MIGRATIONS = Path(nightclerk.__file__).parent.parent / "migrations"
VERSION_TABLE = "nightclerk_version"

# Two processes that open one empty PostgreSQL database must not both make its tables; the number is this lock's only name.
_UPGRADE_LOCK = 0x6E696768
_UTC_SPAN = re.compile(r"\butc_(day|month)\(([\w.]+)\)")
# what a view's file may say and the dialects spell differently: the day and the month of a moment, in UTC
_SPELT = {
    ("sqlite", "day"): r"date(\2)",
    ("sqlite", "month"): r"strftime('%Y-%m', \2)",
    ("postgresql", "day"): r"CAST(\2 AT TIME ZONE 'UTC' AS date)",
    ("postgresql", "month"): r"to_char(\2 AT TIME ZONE 'UTC', 'YYYY-MM')",
}


def head(migrations: Path = MIGRATIONS) -> str:
    """The newest version that this code knows, e.g. `0001`: the number of the last migration file, since history has one line."""
    return max(path.name[:4] for path in (migrations / "versions").glob("[0-9]*.py"))


def current(engine: sa.Engine) -> str | None:
    """The version that the database is at, None where Nightclerk has made no tables in it."""
    with reading(engine) as conn:
        if not sa.inspect(conn).has_table(VERSION_TABLE):
            return None
        return conn.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


def ensure_ready(engine: sa.Engine, *, migrations: Path = MIGRATIONS) -> None:
    """Make the tables of an empty database; refuse one of another version.

    Raises:
        StoreError: the database is behind or ahead of this code, holds tables of somebody else, or fails.
    """
    with _trouble_told(engine):
        found, known = current(engine), head(migrations)
        if found is None:
            upgrade(engine, migrations=migrations)
        elif found < known:
            raise StoreError(f"the database is at version {found} and this Nightclerk needs {known}: run `nightclerk db upgrade`")
        elif found > known:
            raise _ahead(found, known)


def upgrade(engine: sa.Engine, *, migrations: Path = MIGRATIONS) -> None:
    """Bring the database to the newest version: views dropped, migrations run, views made; all of it or nothing.

    Views go first because SQLite cannot rebuild a table that a view reads.

    Raises:
        StoreError: the database is ahead of this code, holds tables of somebody else, or fails; it is then as it was before.
    """
    with _trouble_told(engine), engine.connect() as conn, _foreign_keys_off(conn), conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        _refuse_foreign(conn, head(migrations))
        views = _views(migrations)
        for name in reversed(views):
            conn.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
        _run_migrations(conn, migrations)
        for name, select in views.items():
            conn.exec_driver_sql(f"CREATE VIEW {name} AS {_for_dialect(select, conn.dialect.name)}")
        _refuse_broken_references(conn)


def check(engine: sa.Engine, *, migrations: Path = MIGRATIONS) -> list[str]:
    """What differs from this code, one line each; empty where version, tables, columns, constraints, indexes and views are as declared."""
    with _trouble_told(engine):
        found, known = current(engine), head(migrations)
        if found is not None and found > known:
            return [str(_ahead(found, known))]
        if found != known:
            # all else that differs follows from it
            return [f"version: {found or 'none'} instead of {known}; run `nightclerk db upgrade`"]
        with reading(engine) as conn:
            there = set(sa.inspect(conn).get_view_names())
            context = MigrationContext.configure(conn, opts={"compare_type": True, "include_name": _ours, "version_table": VERSION_TABLE})
            differences = compare_metadata(context, metadata)
    missing = [f"view {name} is missing" for name in _views(migrations) if name not in there]
    return missing + [f"schema: {difference}" for difference in differences]


def _run_migrations(conn: sa.Connection, migrations: Path) -> None:
    config = Config()
    # Alembic's configuration interpolates percent signs
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _views(migrations: Path) -> dict[str, str]:
    """Each view's name and its SELECT, in the order of the files `NN_name.sql`."""
    files = sorted((migrations / "views").glob("*.sql"))
    return {path.stem.partition("_")[2]: path.read_text(encoding="utf-8") for path in files}


def _for_dialect(select: str, dialect: str) -> str:
    """`utc_day(column)` and `utc_month(column)` in a view's file are the things that have no common spelling."""
    return _UTC_SPAN.sub(lambda found: found.expand(_SPELT[dialect, found[1]]), select)


def _refuse_foreign(conn: sa.Connection, known: str) -> None:
    inspector = sa.inspect(conn)
    if inspector.has_table(VERSION_TABLE):
        found = conn.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant
        if found and found > known:
            raise _ahead(found, known)
        return
    if taken := sorted(set(inspector.get_table_names()) & set(metadata.tables)):
        raise StoreError(f"the database holds tables that Nightclerk did not make ({', '.join(taken)}): give it a database of its own")


def _ahead(found: str, known: str) -> StoreError:
    return StoreError(f"the database is at version {found} and this Nightclerk knows {known}: install the newer Nightclerk")


def _refuse_broken_references(conn: sa.Connection) -> None:
    if conn.dialect.name == "sqlite" and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise StoreError(f"the upgrade would leave a row of {broken[0]} that refers to a missing row of {broken[2]}: nothing was changed")


@contextmanager
def _foreign_keys_off(conn: sa.Connection) -> Iterator[None]:
    """Rebuilding a table drops it, and SQLite would then delete every row that refers to it (https://www.sqlite.org/lang_altertable.html)."""
    if conn.dialect.name != "sqlite":
        yield
        return
    # on the driver's connection, since the setting is without effect inside a transaction
    driver = conn.connection.dbapi_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _trouble_told(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        if is_trouble(error):
            raise store_error(error, engine) from error
        raise


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tables of others in the same PostgreSQL database are none of our business."""
    return kind != "table" or name in metadata.tables
