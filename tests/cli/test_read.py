"""`nightclerk read`: what the reader sees, on a terminal that a document cannot reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
AGREEMENT = (
    "SUPPLY AGREEMENT\n\nThis Agreement is made between the parties named below.\n\n1. Term. The term begins at once.\n\n2. Law. Oregon.\n"
)

Read = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Run `nightclerk read` in a folder of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTCLERK_")}

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"NIGHTCLERK_DATA_DIR": str(tmp_path / "data"), "PYTHONIOENCODING": "utf-8", **environment}
        command = [sys.executable, "-m", "nightclerk", "read", *arguments]
        return subprocess.run(command, cwd=tmp_path, env={**clean, **own}, capture_output=True, text=True, encoding="utf-8", check=False)

    return call


def test_what_a_person_sees(read: Read, tmp_path: Path) -> None:
    """Type, reader, language, status, pages and the outline are shown; the database is not even made."""
    (tmp_path / "supply.txt").write_text(AGREEMENT, encoding="utf-8")
    done = read("supply.txt")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    head = dict(line.split(maxsplit=1) for line in lines[: lines.index("")])
    assert (head["type"], head["status"], head["language"]) == ("text/plain", "read", "en")
    assert head["reader"].startswith("text-")
    assert [line.split("\t")[:2] for line in lines if line.startswith(("1\tTerm", "2\tLaw"))] == [["1", "Term"], ["2", "Law"]]
    assert "begins at once" not in done.stdout
    assert not (tmp_path / "data").exists()


def test_json_holds_all_of_it(read: Read, tmp_path: Path) -> None:
    """`--json --text` gives the text and the offsets of pages and sections in it."""
    (tmp_path / "supply.txt").write_text(AGREEMENT + "\f3. End.\n", encoding="utf-8")
    told = json.loads(read("supply.txt", "--json", "--text").stdout)
    assert [page["page"] for page in told["pages"]] == [1, 2]
    assert "".join(told["text"][page["char_start"] : page["char_end"]] for page in told["pages"]) == told["text"]
    law = next(section for section in told["sections"] if section["clause_path"] == "2")
    assert told["text"][law["char_start"] : law["char_end"]].startswith("2. Law.")
    assert next(section for section in told["sections"] if section["clause_path"] == "3")["page"] == "2"
    assert told["problems"] == []
    assert "text" not in json.loads(read("supply.txt", "--json").stdout)


def test_a_document_cannot_speak_to_the_terminal(read: Read, tmp_path: Path) -> None:
    """Escape sequences, C1 controls and direction marks of a text, a title or a name reach stdout in no form of output."""
    evil = "1. Te\x1b[31mrm \x9b2J. A \u202egnol\u202c \x7f clause begins here.\n\n2. Law. Oregon.\n"
    (tmp_path / "re\x1b[31md.txt").write_text(evil, encoding="utf-8")
    for options in ([], ["--text"], ["--json"], ["--json", "--text"]):
        done = read("re\x1b[31md.txt", *options)
        assert done.returncode == 0, done.stderr
        assert not set("\x1b\x9b\u202e\u202c\x7f") & set(done.stdout), options
    assert json.loads(read("re\x1b[31md.txt", "--json", "--text").stdout)["text"] == evil


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("empty.txt", b"", 1, "empty"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(64), 1, "damaged"),
        ("photo.gif", b"GIF89a" + bytes(64), 1, "unsupported"),
        ("damaged.pdf", b"%PDF-1.7\nnothing", 1, "damaged"),
        ("../nowhere.txt", None, 2, "no file or folder"),
        (".", None, 2, "is a folder"),
    ],
)
def test_what_is_not_read(read: Read, tmp_path: Path, name: str, content: bytes | None, code: int, says: str) -> None:
    """What cannot be read is told with its status and reason and ends with 1; what is no file ends with 2."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = read(name)
    assert done.returncode == code
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_scan_among_pages_is_partial(read: Read) -> None:
    """A PDF of which a page is a picture ends with 3, with that page among the problems, when OCR is off."""
    done = read(str(REPOSITORY / "tests" / "golden" / "pdf" / "supply.pdf"), "--json", NIGHTCLERK_OCR="off")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (3, "partial")
    assert "needs_ocr" in {page["status"] for page in told["problems"]}
    assert all(page["reason"] or told["reason"] for page in told["problems"])
