"""Word 97-2003 documents: what LibreOffice makes of them, and what becomes of a LibreOffice that misbehaves."""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from compound_file import compound_file
from office_fixtures import open_document

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.detect import DOC
from nightclerk.records import Document

Read = Callable[..., Document]
SAMPLE = Path(__file__).parents[1] / "golden" / "doc" / "supply.doc"
LICENCE = Path(__file__).parents[1] / "golden" / "docx" / "licence.docx"
LIMITS = ingest.Limits(wall_s=1.5, cpu_s=5)
has_office = pytest.mark.skipif(not (shutil.which("soffice") or shutil.which("libreoffice")), reason="LibreOffice is not installed")


def _word(flags: int = 0) -> bytes:
    """The least that is a Word document: its first bytes, with the flags of [MS-DOC] 2.5.2."""
    return compound_file({"WordDocument": b"\xec\xa5\xc1\0" + bytes(6) + flags.to_bytes(2, "little") + bytes(500)})


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for everything temporary, which must be empty in the end."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a shell script on the PATH in the place of LibreOffice; it writes its children's process ids to the file that is returned."""

    def write(script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        program, told = folder / "soffice", tmp_path / "pids"
        program.write_text(f"#!/bin/sh\nTOLD='{told}'\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return told

    return write


def _all_gone(told: Path, *, patience_s: float = 10.0) -> bool:
    deadline = time.monotonic() + patience_s
    pids = [int(pid) for pid in told.read_text().split()]
    assert pids
    while any(_lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _lives(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        # what waits for a parent that never asks for it has ended all the same
        return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()[:1] not in {"", "Z"}
    return False


HANG = 'echo $$ >> "$TOLD"; sleep 600 & echo $! >> "$TOLD"; wait'


@has_office
def test_word_97_is_read(scratch: Path) -> None:
    """The text is that of the DOCX that LibreOffice makes: changes accepted, numbers before their paragraphs, notes, tables."""
    document = ingest.read(SAMPLE, ingest.inspect(SAMPLE).media_type, ingest.Limits())
    lines = ["".join(line.split()) for line in document.text.splitlines()]
    for line in ("1.Definitions", "1.1Goodsandspares", "2.1Terms", "(a)daily:", "iii.twice.", "(c)monthly.", "Goods|Price", "[1]Netoftax."):
        assert line in lines
    assert "never agreed" not in document.text
    assert (document.reader, document.media_type) == ("doc-2", DOC)
    assert document.reason == "6 characters of hidden text were left out"


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch, read_bytes: Read) -> None:
    """Without LibreOffice the document is unsupported, and due as soon as there is one."""
    monkeypatch.setenv("PATH", "/nonexistent")
    assert ingest.reader_fingerprint(DOC) == "none"
    with pytest.raises(SkipDocument, match="unsupported: a Word 97-2003 document: needs LibreOffice on the PATH, or save it as DOCX"):
        read_bytes("a.doc", _word())


def test_a_password_is_told(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """An encrypted document says so in its first bytes; LibreOffice is not started over it."""
    told = stand_in('echo $$ >> "$TOLD"')
    with pytest.raises(SkipDocument, match="encrypted: a Word document that needs a password"):
        read_bytes("a.doc", _word(flags=0x0100))
    assert not told.exists()


def test_nothing_comes_out(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """A document that LibreOffice cannot load is damaged."""
    stand_in("exit 0")
    with pytest.raises(SkipDocument, match="damaged: LibreOffice makes nothing of it"):
        read_bytes("a.doc", _word())


def test_what_comes_out_is_read_in_the_sandbox(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """The DOCX is read as any other, under the reader's own name; its folder is private, and the program sees no secrets."""
    told = stand_in(
        'for word; do out="$last"; last="$word"; done; [ -z "$NIGHTCLERK_API_KEY" ] || exit 1; '
        f'mkdir -p "$out"; cp "{LICENCE}" "$out/document.docx"; stat -c %a "$HOME" > "$TOLD"'
    )
    os.environ["NIGHTCLERK_API_KEY"] = "secret"
    try:
        document = read_bytes("a.doc", _word())
    finally:
        del os.environ["NIGHTCLERK_API_KEY"]
    assert "LICENCE AGREEMENT" in document.text
    assert document.reader == "doc-2"
    assert told.read_text().strip() == "700"


def test_a_hang_ends_at_the_limit(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """A LibreOffice that hangs is ended with everything that it has started."""
    told = stand_in(HANG)
    with pytest.raises(SkipDocument, match=r"failed: LibreOffice took longer than the limit of 1\.5 s"):
        read_bytes("a.doc", _word(), LIMITS)
    assert _all_gone(told)


def test_a_child_left_behind_is_ended(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """A program that ends and leaves a child running leaves nothing running."""
    told = stand_in('sleep 600 & echo $! >> "$TOLD"')
    with pytest.raises(SkipDocument, match="damaged: LibreOffice makes nothing of it"):
        read_bytes("a.doc", _word(), LIMITS)
    assert _all_gone(told)


def test_cpu_is_bounded(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """A loop ends at the limit of CPU seconds."""
    stand_in("while :; do :; done")
    with pytest.raises(SkipDocument, match="failed: LibreOffice took more than the limit of 1 CPU seconds"):
        read_bytes("a.doc", _word(), ingest.Limits(cpu_s=1, wall_s=60))


def test_files_are_bounded(scratch: Path, stand_in: Callable[[str], Path], read_bytes: Read) -> None:
    """No file grows beyond the memory limit."""
    stand_in('head -c 400000000 /dev/zero > "$HOME/large"; size=$(stat -c %s "$HOME/large"); [ "$size" -le 268435456 ] || exec sleep 600')
    with pytest.raises(SkipDocument, match="damaged"):
        read_bytes("a.doc", _word(), ingest.Limits(memory_mb=256, wall_s=30))


def test_nothing_outlives_a_killed_program(scratch: Path, stand_in: Callable[[str], Path], tmp_path: Path) -> None:
    """Where the program that asked is killed, LibreOffice is ended and the folder removed."""
    told = stand_in(HANG)
    path = tmp_path / "a.doc"
    path.write_bytes(_word())
    script = f"from pathlib import Path; from nightclerk import ingest; ingest.read(Path({str(path)!r}), {DOC!r}, ingest.Limits())"
    asker = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(scratch)})
    deadline = time.monotonic() + 30
    while not (told.exists() and len(told.read_text().split()) == 2):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    assert _all_gone(told)
    while list(scratch.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@has_office
def test_links_are_not_followed(tmp_path: Path, scratch: Path) -> None:
    """A picture that a document links to is not fetched: reading tells nobody that it was read."""
    asked: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - named by http.server

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        link = f'xlink:href="http://127.0.0.1:{server.server_port}/told.png" xlink:type="simple" xmlns:xlink="http://www.w3.org/1999/xlink"'
        body = f'<text:p>words<draw:frame text:anchor-type="as-char"><draw:image {link}/></draw:frame></text:p>'
        (tmp_path / "a.odt").write_bytes(open_document("text", body))
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = ["soffice", "--headless", profile, "--convert-to", "doc", "--outdir", tmp_path, tmp_path / "a.odt"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        if not asked:
            pytest.skip("this LibreOffice does not ask with its usual settings either")
        asked.clear()
        path = tmp_path / "a.doc"
        assert ingest.read(path, ingest.inspect(path).media_type, ingest.Limits()).text.strip() == "words"
        server.shutdown()
    assert asked == []
