"""Messages: headers, words and attachments, whatever state they are in."""
# ruff: noqa: E501 - sources of documents stay whole

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from compound_file import compound_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_fixtures import outlook

from nightclerk.errors import SkipDocument
from nightclerk.ingest import eml
from nightclerk.ingest.mail import SMALL_PICTURE_BYTES
from nightclerk.records import Document

Read = Callable[..., Document]
HEAD = "From: a@x.example\r\nSubject: s\r\n"
LINES = [
    "From: a@x", "Subject: =?utf-8?b?//8=?=", "Subject: =?nope?q?x?=", "To: ,,<@>;:", "Date: never", "Content-Type: multipart/mixed; boundary=b",
    "Content-Type: multipart/alternative; boundary*0*=utf-9''b", "Content-Type: text/plain; charset=nope", "Content-Type: text/html; charset=",
    "Content-Type: ;;", "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: uuencode", "Content-Disposition: attachment; filename*=x''%ff",
    "Content-Disposition: ;", "Content-Type: message/rfc822", "Content-Type: message/partial", "Content-ID: <>", "", "--b", "--b--", "words", "=ff=", "\x00\x80é",
]  # fmt: skip


def _parts(*parts: str, kind: str = "mixed", boundary: str = "b") -> str:
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
        + "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
        + f"--{boundary}--\r\n"
    )


def _words(document: Document) -> str:
    return document.text.partition("\n\n")[2].strip()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\nK\xfcndigung", "Kündigung"),
        (b"Content-Type: text/plain; charset=nope\r\n\r\nK\xc3\xbcndigung", "Kündigung"),
        (
            b"Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.b64encode("срок".encode("koi8-r")),
            "срок",
        ),
        (b"Content-Type: text/html; charset=us-ascii\r\n\r\n<meta charset=windows-1252><p>\x80 5</p>", "€ 5"),
        (b"\r\nplain words", "plain words"),
    ],
)
def test_encodings(body: bytes, words: str, read_bytes: Read) -> None:
    """The named encoding is used if it fits, else the one that does."""
    assert _words(read_bytes("a.eml", HEAD.encode() + body)) == words


def test_the_form_that_says_something(read_bytes: Read) -> None:
    """Of alternatives the plain one is read; one without words gives way to HTML."""
    html = "Content-Type: text/html\r\n\r\n<p>from <b>HTML</b></p>"
    assert _words(read_bytes("a.eml", (HEAD + _parts("\r\nplain", html, kind="alternative")).encode())) == "plain"
    assert _words(read_bytes("a.eml", (HEAD + _parts("\r\n \r\n", html, kind="alternative")).encode())) == "from HTML"


def test_pictures_in_the_words_are_no_gap_unless_they_are_large(read_bytes: Read) -> None:
    """A logo is decoration; a large picture may be a page, and one that the words do not show came to be looked at."""

    def picture(name: str, size: int) -> str:
        content = base64.encodebytes(bytes(size)).decode()
        return f'Content-Type: image/png; name="{name}"\r\nContent-ID: <{name}>\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}'

    html = "Content-Type: text/html\r\n\r\n<p>words<img src='cid:logo'><img src=\"cid:page\">"
    message = HEAD + _parts(html, picture("logo", 500), picture("page", SMALL_PICTURE_BYTES), picture("photo", 500), kind="related")
    document = read_bytes("a.eml", message.encode())
    assert document.reason == "attachment page was not read; attachment photo was not read"
    assert "Attachments: page, photo\n" in document.text


def test_names_of_attachments_are_one_line(read_bytes: Read) -> None:
    """A name cannot forge a header or flood the text; one that is missing is told by its type."""
    long = 'Content-Type: application/pdf; name="a\r\n b' + "x" * 500 + '"\r\n\r\n-'
    document = read_bytes("a.eml", (HEAD + _parts(long, "Content-Type: application/pdf\r\n\r\n-")).encode())
    names = next(line for line in document.text.splitlines() if line.startswith("Attachments: "))
    assert names.endswith("x, without a name (application/pdf)")
    assert len(names) < 200


def test_encrypted_messages_say_so(read_bytes: Read) -> None:
    """S/MIME and PGP are named; what is only signed is read."""
    for kind in ("application/pkcs7-mime; smime-type=enveloped-data", "multipart/encrypted; boundary=b"):
        with pytest.raises(SkipDocument, match="encrypted: an encrypted e-mail"):
            read_bytes("a.eml", f"{HEAD}Content-Type: {kind}\r\n\r\n--b\r\n\r\nx\r\n--b--".encode())
    signature = "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\n-"
    assert read_bytes("a.eml", (HEAD + _parts("\r\nwords", signature, kind="signed")).encode()).status == "read"
    with pytest.raises(SkipDocument, match="encrypted: an encrypted e-mail"):
        read_bytes("a.msg", outlook({0x001A: "IPM.Note.SMIME", 0x0037: "s"}))


def test_messages_in_messages_are_bounded(read_bytes: Read) -> None:
    """Forwarded messages are read one in another; without end they are named and left."""
    message = HEAD + "\r\nthe core"
    for _ in range(3):
        message = HEAD + f"Content-Type: message/rfc822\r\n\r\n{message}"
    assert read_bytes("a.eml", message.encode()).text.count("From: a@x.example") == 4
    for _ in range(30):
        message = HEAD + f"Content-Type: message/rfc822\r\n\r\n{message}"
    assert read_bytes("a.eml", message.encode()).reason == "attachment in messages nested too deeply was not read"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_any_message_is_read(tmp_path: Path, lines: list[str]) -> None:
    """No sequence of header and body lines makes the reader raise."""
    path = tmp_path / "a.eml"
    path.write_bytes("\r\n".join(lines).encode("utf-8"))
    assert eml.read(path).pages[0].status in {"text", "blank"}


def test_outlook_bodies(read_bytes: Read) -> None:
    """The plain body is preferred; HTML in bytes is read in the encoding that fits; RTF only is told."""
    html = "<p>März</p>".encode()
    assert _words(read_bytes("a.msg", outlook({0x0037: "s", 0x1000: "plain", 0x1013: html}))) == "plain"
    assert _words(read_bytes("a.msg", outlook({0x0037: "s", 0x1000: " \r\n", 0x1013: html}))) == "März"
    document = read_bytes("a.msg", outlook({0x0037: "s", 0x1009: b"rtf"}))
    assert (document.text, document.status) == ("Subject: s\n", "partial")
    assert document.reason.startswith("its body is kept as RTF only")
    assert read_bytes("a.msg", outlook({0x001A: "IPM.Note"})).status == "empty"


def test_broken_outlook_messages(read_bytes: Read) -> None:
    """A message without its properties is damaged, and so is one that is cut off, unless it is read as far as it goes."""
    assert _status(read_bytes, compound_file({"__properties_version1.0": bytes(32)})) == "damaged"
    assert (
        read_bytes("a.msg", outlook({0x0037: "s", 0x1000: "body"}).replace(b"1\x000\x000\x000\x00", b"1\x000\x000\x001\x00")).status
        == "partial"
    )
    whole = outlook({0x0037: "Subject line", 0x1000: "body words"})
    assert {_status(read_bytes, whole[:end]) for end in range(600, len(whole), 256)} <= {"damaged", "empty", "read", "unsupported"}
    assert _status(read_bytes, whole[: len(whole) // 2]) in {"damaged", "unsupported"}


def _status(read: Read, content: bytes) -> str:
    try:
        return read("a.msg", content).status
    except SkipDocument as skip:
        return skip.status
