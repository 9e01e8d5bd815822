"""The guard of LibreOffice: `python office_guard.py JOB`, started by `office` and by nobody else; it needs nothing of the package.

LibreOffice gets a group of processes of its own, a profile and a home in the folder of the job, and the limits. When it ends, or runs
into a limit, or whoever asked is gone (stdin closes), the whole group is killed; in the last case the folder is removed, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import olefile

POLL_S = 0.05
STDIN = 0
# what Word sets in the first bytes of its main stream when the rest is encrypted ([MS-DOC] 2.5.2, FibBase.fEncrypted)
FLAGS_AT, ENCRYPTED = 10, 0x0100
# no macros, no links that are followed, and a proxy where nobody listens for whatever asks for the network all the same
SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def main() -> None:
    """Convert one document and answer with one line of JSON: `{}`, or why there is nothing."""
    job = json.loads(sys.argv[1])
    folder = Path(job["folder"])
    if is_encrypted(folder / "document.doc"):
        skip = ["encrypted", "a Word document that needs a password: save a copy without it"]
    else:
        skip = convert(job, folder)
    print(json.dumps({"skip": skip} if skip else {}))


def is_encrypted(path: Path) -> bool:
    """Whether a Word document says that it is encrypted; what is too damaged to say so is left to LibreOffice."""
    try:
        with olefile.OleFileIO(path) as ole:
            start = ole.openstream("WordDocument").read(FLAGS_AT + 2)
    except (OSError, ValueError, IndexError, TypeError):
        return False
    return len(start) == FLAGS_AT + 2 and bool(int.from_bytes(start[FLAGS_AT:], "little") & ENCRYPTED)


def convert(job: dict[str, Any], folder: Path) -> list[str]:
    """Run LibreOffice to its end or its limit; why there is no DOCX, or nothing."""
    process = start(job, folder)
    deadline = time.monotonic() + job["wall_s"]
    gone = False
    while process.poll() is None and time.monotonic() < deadline and not gone:
        gone = bool(select.select([STDIN], [], [], POLL_S)[0])
    late = process.returncode is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if gone:
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit()
    if late:
        return ["failed", f"LibreOffice took longer than the limit of {job['wall_s']:g} s"]
    if (folder / "made" / "document.docx").is_file():
        return []
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    # the kernel ends a process at the limit by its own clock, which is coarser than what it tells afterwards; LibreOffice's own starter
    # outlives the program that it started, so its signal is not the only sign
    if process.returncode == -signal.SIGXCPU or spent.ru_utime + spent.ru_stime >= job["cpu_s"] * 0.9:
        return ["failed", f"LibreOffice took more than the limit of {job['cpu_s']} CPU seconds"]
    return ["damaged", "LibreOffice makes nothing of it: save it again in Word, or as DOCX"]


def start(job: dict[str, Any], folder: Path) -> subprocess.Popen[bytes]:
    """LibreOffice on its way, in a group of its own."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(settings(), encoding="utf-8")
    memory_bytes = job["memory_mb"] << 20
    # what is set here is inherited by what is started here
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_s"], job["cpu_s"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", f"-env:UserInstallation={profile.as_uri()}"]
    return subprocess.Popen(  # noqa: S603 - the program found on the PATH, no shell
        [job["program"], *options, "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder / "made", folder / "document.doc"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"},
        process_group=0,
    )


def settings() -> str:
    """The profile's changes to LibreOffice's settings."""
    items = (
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema">{"".join(items)}</oor:items>\n'
    )


if __name__ == "__main__":
    main()
