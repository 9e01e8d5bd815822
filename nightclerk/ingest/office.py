"""Word 97-2003 documents, by LibreOffice where it is installed: it turns them into DOCX in a private folder, and the DOCX is read.

LibreOffice runs under a guard (`office_guard`), a program of its own that sets the limits, watches the clock and this program, and leaves
neither a process nor a folder behind, however one of the three ends.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from nightclerk.errors import SkipDocument

PROGRAMS = ("soffice", "libreoffice")
GUARD = Path(__file__).with_name("office_guard.py")
# the guard keeps the limit itself; this is for the case that it cannot
GRACE_S = 30.0


def program() -> str:
    """Where LibreOffice is; empty where it is not on the PATH."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), "")


@contextlib.contextmanager
def converted(path: Path, *, memory_mb: int, cpu_s: int, wall_s: float) -> Iterator[Path]:
    """The path of a DOCX made of a Word 97-2003 document, which lasts as long as the context.

    Raises:
        SkipDocument: `encrypted`, `damaged` (LibreOffice makes nothing of it), or `failed` at a limit.
    """
    with tempfile.TemporaryDirectory(prefix="nightclerk-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # LibreOffice writes a lock file beside what it opens
        shutil.copyfile(path, folder / "document.doc")
        job = {"program": program(), "folder": name, "memory_mb": memory_mb, "cpu_s": cpu_s, "wall_s": wall_s}
        answer = json.loads(_guarded(json.dumps(job), wall_s + GRACE_S) or '{"skip": ["failed", "LibreOffice was killed over it"]}')
        if "skip" in answer:
            raise SkipDocument(*answer["skip"])
        yield folder / "made" / "document.docx"


def _guarded(job: str, patience_s: float) -> bytes:
    """What the guard answers. Its stdin stays open until then: that it closes tells the guard that nobody waits any more."""
    command = [sys.executable, "-I", str(GUARD), job]
    with subprocess.Popen(  # noqa: S603 - this Python and a file of this package
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as guard:
        assert guard.stdout is not None
        watchdog = threading.Timer(patience_s, guard.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            return guard.stdout.read()
        finally:
            watchdog.cancel()
