"""Promises of the schema: the migrations give what is declared, an upgrade keeps every row, and versions are told apart."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from nightclerk.errors import StoreError
from nightclerk.store import Store
from nightclerk.store.engine import connect, reading
from nightclerk.store.tables import UtcDateTime, metadata
from nightclerk.store.upgrade import MIGRATIONS, VERSION_TABLE, check, current, ensure_ready, head, upgrade

SAMPLES = {
    int: 7,
    float: 0.25,
    bool: True,
    datetime: datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
    date: date(2026, 2, 3),
    bytes: b"\x00\xff",
    dict: {"größe": [1, None, "§ 7"]},
}


def structure(conn: sa.Connection) -> dict[str, Any]:
    """Everything that a database says about our tables, names of constraints included."""
    inspector = sa.inspect(conn)
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(map(str, inspector.get_foreign_keys(table))),
            "unique": sorted(map(str, inspector.get_unique_constraints(table))),
            "indexes": sorted(map(str, inspector.get_indexes(table))),
            "checks": inspector.get_check_constraints(table),
        }
        for table in metadata.tables
    }


def sample(column: sa.Column[Any]) -> Any:
    """A value for a column; text is the same in a column and in what it refers to, so that one row a table fits together."""
    kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
    return "x" * min(getattr(column.type, "length", None) or 8, 20) if kind is str else SAMPLES[kind]


def fill(conn: sa.Connection) -> None:
    """One row in every table, with a value in every column."""
    for table in metadata.sorted_tables:
        own = {column.name: sample(column) for column in table.columns}
        parents = {column.name: sample(key.column) for column in table.columns for key in column.foreign_keys}
        conn.execute(sa.insert(table), own | parents)


def contents(conn: sa.Connection) -> dict[str, list[Any]]:
    """Every row of every table."""
    return {name: [tuple(row) for row in conn.execute(sa.select(table))] for name, table in metadata.tables.items()}


def a_later_version(tmp_path: Path, body: str) -> Path:
    """The migrations with one more behind them, as a later release would bring it."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    following = f"{int(head()) + 1:04}"
    text = f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{following}"\ndown_revision = "{head()}"\n'
    (folder / "versions" / f"{following}_later.py").write_text(f"{text}def upgrade():\n    {body}\n")
    return folder


def test_migrations_give_exactly_the_declared_schema(database_url: str) -> None:
    """Columns, types, defaults, keys, constraints and indexes with their names are the same by migration and by declaration."""
    with Store.open(database_url) as store:
        assert check(store.engine) == []
        migrated = store.read(structure)
        views = store.read(lambda conn: sa.inspect(conn).get_view_names())
        with store.engine.begin() as conn:
            for view in sorted(views, key=lambda name: name not in {"review_queue", "findings_current", "run_summary"}):
                conn.exec_driver_sql(f"DROP VIEW IF EXISTS {view}" + (" CASCADE" if conn.dialect.name == "postgresql" else ""))
            metadata.drop_all(conn)
            metadata.create_all(conn)
        assert store.read(structure) == migrated


def test_migration_files_are_one_line_of_numbered_words() -> None:
    """Every migration is NNNN_words.py, its revision is its number, and each follows the one before."""
    files = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert all(re.fullmatch(r"\d{4}(_[a-z0-9]+)+\.py", name) for name in files)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())[::-1]
    assert [revision.revision for revision in revisions] == [name[:4] for name in files]
    assert [revision.revision for revision in revisions] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [revision.down_revision for revision in revisions] == [None, *(revision.revision for revision in revisions[:-1])]
    assert revisions[-1].revision == head()


def test_view_files_are_numbered_and_have_names_of_their_own() -> None:
    """Every view is NN_name.sql and no two share a number or a name, or the name of a table."""
    files = [path.name for path in (MIGRATIONS / "views").iterdir()]
    assert all(re.fullmatch(r"\d\d_[a-z_]+\.sql", name) for name in files)
    assert len({name[:2] for name in files}) == len({name[3:] for name in files}) == len(files)
    assert not {name[3:-4] for name in files} & set(metadata.tables)


def test_upgrading_a_filled_database_keeps_every_row(store: Store) -> None:
    """An upgrade with nothing to migrate makes the views anew and leaves every row of every table."""
    store.write_now(fill)
    before = store.read(contents)
    assert all(len(rows) == 1 for rows in before.values())
    upgrade(store.engine)
    assert store.read(contents) == before
    assert check(store.engine) == []


def test_rebuilding_a_referenced_table_keeps_the_rows_that_refer_to_it(store: Store, tmp_path: Path) -> None:
    """A later migration that rebuilds parents (SQLite's only way to alter) deletes none of their children, and keys hold afterwards."""
    store.write_now(fill)
    before = store.read(contents)
    body = """for table in ("documents", "analyses", "findings", "calls", "runs"):
        with op.batch_alter_table(table, recreate="auto") as batch:
            batch.alter_column("reason" if table in ("documents", "analyses", "runs") else "state", type_=sa.String(999))
            batch.add_column(sa.Column("added_later", sa.Text, nullable=True))"""
    later = a_later_version(tmp_path, body)
    upgrade(store.engine, migrations=later)
    assert store.read(contents) == before
    assert current(store.engine) == head(later)
    with store.engine.begin() as conn:
        conn.execute(sa.delete(metadata.tables["evidence"]))
        with pytest.raises(sa.exc.IntegrityError):
            conn.execute(sa.text("UPDATE analyses SET document_id = 'nobody'"))


def test_a_failing_upgrade_changes_nothing(store: Store, tmp_path: Path) -> None:
    """A migration that fails half-way leaves tables, rows, views and version as they were, and one line says why."""
    store.write_now(fill)
    before = store.read(structure), store.read(contents)
    later = a_later_version(tmp_path, 'op.drop_table("evidence"); op.execute("INSERT INTO nowhere VALUES (1)")')
    with pytest.raises(StoreError, match="nowhere"):
        upgrade(store.engine, migrations=later)
    assert (store.read(structure), store.read(contents)) == before
    assert check(store.engine) == []


def test_an_upgrade_that_breaks_references_is_refused(tmp_path: Path) -> None:
    """On SQLite, where foreign keys are off while tables are rebuilt, rows that would refer to nothing stop the upgrade."""
    with Store.open(f"sqlite:///{tmp_path}/night.db") as store:
        store.write_now(fill)
        with pytest.raises(StoreError, match="missing row of documents"):
            upgrade(store.engine, migrations=a_later_version(tmp_path, 'op.execute("DELETE FROM documents")'))
        assert len(store.read(contents)["documents"]) == 1


def test_a_database_behind_is_told_to_upgrade(database_url: str, tmp_path: Path) -> None:
    """A filled database of an older version is not changed behind a person's back; the message names the command."""
    engine = connect(database_url)
    ensure_ready(engine)
    later = a_later_version(tmp_path, "pass")
    needed = head(later)
    with pytest.raises(StoreError, match=rf"at version {head()} .* needs {needed}.*`nightclerk db upgrade`"):
        ensure_ready(engine, migrations=later)
    assert check(engine, migrations=later) == [f"version: {head()} instead of {needed}; run `nightclerk db upgrade`"]
    upgrade(engine, migrations=later)
    ensure_ready(engine, migrations=later)
    engine.dispose()


def test_a_database_ahead_is_left_alone(database_url: str) -> None:
    """A database of a newer version is neither opened nor upgraded."""
    engine = connect(database_url)
    ensure_ready(engine)
    with engine.begin() as conn:
        conn.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '0999'"))
    for step in (ensure_ready, upgrade):
        with pytest.raises(StoreError, match=r"0999.*install the newer"):
            step(engine)
    engine.dispose()


def test_somebody_elses_tables_are_left_alone(database_url: str) -> None:
    """A database with a table of one of our names and none of our history is refused; other tables in it do not matter."""
    engine = connect(database_url)
    with engine.begin() as conn:
        conn.execute(sa.text("CREATE TABLE flow_run (id INTEGER)"))
        conn.execute(sa.text("CREATE TABLE runs (id INTEGER)"))
    with pytest.raises(StoreError, match=r"did not make \(runs\)"):
        ensure_ready(engine)
    with engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE runs"))
    ensure_ready(engine)
    assert check(engine) == []
    engine.dispose()


def test_first_openings_at_once_make_one_schema(database_url: str) -> None:
    """Processes that open an empty database at the same moment do not make its tables twice, and none of them fails."""
    code = "import sys; from nightclerk.store import Store; input('ready\\n'); Store.open(sys.argv[1]).close()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen([sys.executable, "-c", code, database_url], text=True, **pipes) for _ in range(4)]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in started] == [""] * 4
    engine = connect(database_url)
    assert check(engine) == []
    engine.dispose()


def test_check_names_what_differs(store: Store) -> None:
    """A missing view, a missing index and a column too many are each named."""
    with store.engine.begin() as conn:
        conn.execute(sa.text("DROP VIEW coverage"))
        conn.execute(sa.text("DROP INDEX ix_calls_state"))
        conn.execute(sa.text("ALTER TABLE limits ADD COLUMN stray INTEGER"))
    problems = "\n".join(check(store.engine))
    assert re.search("coverage", problems)
    assert re.search("ix_calls_state", problems)
    assert re.search("stray", problems)


def test_a_view_of_a_persons_own_is_kept_or_named(store: Store) -> None:
    """A view that a person made is never dropped: the upgrade keeps it, or stops and names it (PostgreSQL, when it reads one of ours)."""
    with store.engine.begin() as conn:
        conn.execute(sa.text("CREATE VIEW my_costs AS SELECT day, cost_usd FROM cost_by_day"))
    if store.engine.dialect.name == "postgresql":
        with pytest.raises(StoreError, match="cost_by_day"):
            upgrade(store.engine)
    else:
        upgrade(store.engine)
    with reading(store.engine) as conn:
        assert conn.execute(sa.text("SELECT * FROM my_costs")).all() == []


def the_first_version(tmp_path: Path) -> Path:
    """The migrations as they were first released; views came and changed with the versions, so they are left out."""
    folder = tmp_path / "first"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("*.sql", "000[2-9]_*.py"))
    (folder / "views").mkdir(exist_ok=True)
    return folder


def test_a_filled_database_of_the_first_version_becomes_one_of_this(database_url: str, tmp_path: Path) -> None:
    """Every row that the first version filed is there after the upgrade, and what it read of a DOCX is the accepted view."""
    engine = connect(database_url)
    upgrade(engine, migrations=the_first_version(tmp_path))
    first = sa.MetaData()
    first.reflect(engine)
    names = {table.name for table in first.sorted_tables} & set(metadata.tables)
    with engine.begin() as conn:
        for table in metadata.sorted_tables:
            if table.name in names:
                known = [column for column in table.columns if column.name in first.tables[table.name].columns]
                own = {column.name: sample(column) for column in known}
                parents = {column.name: sample(key.column) for column in known for key in column.foreign_keys}
                conn.execute(sa.insert(table).values(own | parents))
        conn.execute(sa.text("UPDATE documents SET view = 'as_is', reader = 'docx-1'"))
    upgrade(engine)
    assert check(engine) == []
    with reading(engine) as conn:
        assert {
            name for name in names if conn.execute(sa.select(sa.func.count()).select_from(metadata.tables[name])).scalar() == 1
        } == names
        assert conn.execute(sa.text("SELECT view FROM documents")).scalar() == "accepted"
    engine.dispose()
