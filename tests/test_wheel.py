"""What is installed is what is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source tree without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(repository)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_prompts_migrations_and_views(wheel: Path, repository: Path) -> None:
    """Every tracked data file of prompts and migrations is inside, and so are flows, tasks and the domain."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("prompts", "migrations", "flows", "tasks", "nightclerk"):
        for path in (repository / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(repository).as_posix() in inside
    assert "flows/prefect.yaml" in inside


def test_the_wheel_runs_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere and run from there, it makes a database with views and reads a document with a shipped profile."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    (tmp_path / "supply.txt").write_text(
        "SUPPLY AGREEMENT\n\n1. This Agreement shall be governed by the laws of Oregon.\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": str(site), "NIGHTCLERK_DATA_DIR": str(tmp_path / "data")}
    program = (
        "import sys; import nightclerk; "
        f"assert nightclerk.__file__.startswith({str(site)!r}), nightclerk.__file__; "
        "sys.argv = ['nightclerk', 'run', 'supply.txt', '--profile', 'contract_review']; from nightclerk.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "complete" in done.stdout
