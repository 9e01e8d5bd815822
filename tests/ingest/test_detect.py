"""What a file is: by its content, whatever its name says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest.detect import DOCX, EMPTY, ENCRYPTED_OFFICE, HTML, MARKDOWN, PDF, TEXT, UNKNOWN, detect
from nightclerk.records import Document

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
MAIL = b"Message-ID: <1@x>\r\nFrom: a@x\r\nTo: b@x\r\nSubject: Contract\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nSee attached.\r\n"


def _zip(*names: str, mimetype: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


CASES = [
    ("a.pdf", b"%PDF-1.7\n", PDF),
    ("a.txt", b"X-Gateway: yes\r\n\r\n%PDF-1.4\n", PDF),
    ("a.bin", _zip("[Content_Types].xml", "word/document.xml"), DOCX),
    ("a.docm", _zip("word/document.xml"), DOCX),
    ("a.docx", b"PK\x03\x04" + bytes(100), DOCX),
    ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le") + b"\0\0", ENCRYPTED_OFFICE),
    ("a.docx", OLE + "WordDocument".encode("utf-16-le") + b"\0\0", "application/msword"),
    ("a.xls", OLE + "WordDocument\0Workbook\0".encode("utf-16-le"), "application/vnd.ms-excel"),
    ("a", OLE + "WordDocument\0Workbook\0".encode("utf-16-le"), "application/msword"),
    ("a.xls", OLE + "__properties_version1.0\0Workbook\0".encode("utf-16-le"), "application/vnd.ms-outlook"),
    ("a", OLE + "worddocument\0".encode("utf-16-le"), "application/msword"),
    ("a", OLE + "__properties_version1.0".encode("utf-16-le") + b"\0\0", "application/vnd.ms-outlook"),
    ("a.docx", _zip("[Content_Types].xml", "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a", _zip("[Content_Types].xml", "xl/workbook.bin"), "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("a", _zip(mimetype="application/vnd.oasis.opendocument.spreadsheet-template"), "application/vnd.oasis.opendocument.spreadsheet"),
    ("a.ods", b"PK\x03\x04" + bytes(100), "application/vnd.oasis.opendocument.spreadsheet"),
    ("a.zip", _zip("contract.pdf"), "application/zip"),
    ("a", _zip(mimetype="application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    ("a.doc", b"{\\rtf1 x}", "application/rtf"),
    ("a.txt", b"<!DOCTYPE html><p>x", HTML),
    ("a", b'<?xml version="1.0"?>\n<!-- c --><html xmlns="http://www.w3.org/1999/xhtml">', HTML),
    ("a.htm", b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n<HTML><BODY>x", HTML),
    ("a.html", "\ufeff<html>x".encode("utf-16-le"), HTML),
    ("a.html", b"<p>no body tag</p>", HTML),
    ("a.txt", b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n<PAGE>\nwords", TEXT),
    ("a.xml", b'<?xml version="1.0"?><note/>', "application/xml"),
    ("a", MAIL, "message/rfc822"),
    ("a.eml", b"Subject: x\n\nwords", "message/rfc822"),
    ("a.txt", b"To: the Board\nFrom: Counsel\nDate: today\n\nSubject: merger\n", TEXT),
    ("a.md", b"# Title\n\nwords", MARKDOWN),
    ("a.txt", "Vertrag über Öl".encode("utf-16-le"), TEXT),
    ("a.txt", "تسري أحكام هذا العقد من تاريخ توقيعه".encode("utf-32-be"), TEXT),
    ("a.txt", "Договор вступает в силу с момента подписания".encode("utf-16-le"), TEXT),
    ("a.txt", b"words with a \x00 in them, and more words", TEXT),
    ("a", bytes(range(256)) * 4, UNKNOWN),
    ("a.txt", b"", EMPTY),
]


@pytest.mark.parametrize(("name", "content", "media_type"), CASES, ids=lambda value: value[:20] if isinstance(value, str) else None)
def test_detect(name: str, content: bytes, media_type: str, tmp_path: Path) -> None:
    """The content decides; the ending only where the content leaves it open."""
    path = tmp_path / name
    path.write_bytes(content)
    assert detect(path) == media_type


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (
            OLE + "PowerPoint Document".encode("utf-16-le") + b"\0\0",
            "unsupported",
            "a PowerPoint 97-2003 presentation: convert it to PDF, DOCX, HTML or text",
        ),
        (OLE + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "encrypted", "an Office document that needs a password"),
        (_zip("contract.pdf", "annex/", "annex/a.txt"), "unsupported", "a ZIP archive with 2 files: a run reads each file in it by itself"),
        (_zip("contract.pdf")[:-8], "unsupported", "a ZIP archive: a run reads each file in it by itself"),
        (bytes(range(256)), "unsupported", "a binary file of an unknown kind: convert"),
        (b"", "empty", "the file has no bytes"),
    ],
)
def test_what_is_not_read_says_why(content: bytes, status: str, reason: str, read_bytes: Callable[..., Document]) -> None:
    """A file without a reader ends with what it is and what to do."""
    with pytest.raises(SkipDocument) as skipped:
        read_bytes("a", content)
    assert skipped.value.status == status
    assert skipped.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x78\x9f\x3e\x22" + bytes(50), "winmail.dat"),
        (b"BM" + b"\x36\0\0\0" + bytes(50), "a BMP image"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(50), "a WebP image"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "a HEIC photo"),
    ],
)
def test_what_is_not_read_has_a_name(content: bytes, name: str, read_bytes: Callable[..., Document]) -> None:
    """What comes with a message or from a telephone is called by the name that a person knows."""
    with pytest.raises(SkipDocument, match=name):
        read_bytes("file.bin", content)


def test_fingerprints() -> None:
    """Each reader has a short name with a version; what has no reader has none."""
    assert ingest.reader_fingerprint(PDF) == "pdf-2"
    assert ingest.reader_fingerprint("image/gif") == "none"
