"""Where each peer is installed: a virtual environment of its own, made once and kept in a cache folder, never in the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

# what to install for each way, at the versions that the figures were taken with; ours runs where the benchmark runs
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "ours": (),
    "langchain": ("langchain-core==1.7.2", "langchain-openai==1.7.3"),
    "semaphore": ("httpx==0.28.1",),
    "curator": ("bespokelabs-curator==0.1.31",),
}
CACHE = Path(os.environ.get("BENCHMARK_CACHE", Path.home() / ".cache" / "nightclerk-benchmarks"))


class NotMeasured(Exception):
    """A way could not be measured; says why in one line."""


def python_of(way: str, cache: Path) -> str:
    """The interpreter of a way, with what it needs installed from the index that pip is configured for.

    Raises:
        NotMeasured: it cannot be installed.
    """
    wanted = REQUIREMENTS[way]
    if not wanted:
        return sys.executable
    folder = cache / f"{way}-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:8]}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"installing {', '.join(wanted)} into {folder}", file=sys.stderr, flush=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])
        (folder / "ready").touch()
    return str(folder / "bin" / "python")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"cannot be installed: {last_words(done.stderr)}")


def last_words(text: str) -> str:
    """The last line that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("WARNING", "[notice]"))]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1][:300]
