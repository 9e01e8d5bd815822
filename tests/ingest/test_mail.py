"""Messages: headers, words and attachments, whatever state they are in."""
# ruff: noqa: E501 - sources of documents stay whole

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from compound_file import compound_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_fixtures import outlook, outlook_tree

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import eml, msg
from nightclerk.ingest.mail import MOST_ATTACHED, SMALL_PICTURE_BYTES, Attached
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


def _attached(message: bytes) -> list[Attached]:
    """What is handed out to be read as documents of their own."""
    with tempfile.NamedTemporaryFile(suffix=".msg" if message.startswith(b"\xd0\xcf") else ".eml") as file:
        file.write(message)
        file.flush()
        return list((msg if file.name.endswith(".msg") else eml).attached(Path(file.name)))


def _parts_of(document: Document) -> list[tuple[str, str]]:
    return [(block.part, document.text[block.char_start : block.char_end]) for block in ingest.unpack(document.layout)]


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
    assert document.status == "read"
    assert [name for name, _, _ in _attached(message.encode())] == ["page", "photo"]
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


def test_attached_files_are_handed_out(read_bytes: Read) -> None:
    """Files of a message and of those inside of it come with name, type and bytes; they are no gap of the message."""
    file = "Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCg=="
    inner = "Content-Type: message/rfc822\r\n\r\n" + HEAD + _parts("\r\ninner words", file.replace("a.csv", "b.csv"), boundary="c")
    message = (HEAD + _parts("\r\nwords", file, inner)).encode()
    assert _attached(message) == [("a.csv", "text/csv", b"a,b\n"), ("b.csv", "text/csv", b"a,b\n")]
    document = read_bytes("a.eml", message)
    assert (document.status, "Attachments: a.csv, b.csv\n" in document.text) == ("read", True)


def test_outlook_messages_in_messages_are_words(read_bytes: Read) -> None:
    """An Outlook message inside of one is read with it, its files are handed out with the others; a file that is only a link is a gap."""
    file: dict[int, str | bytes] = {0x3707: "fees.csv", 0x370E: "text/csv", 0x3701: b"a,b"}
    link: dict[int, str | bytes] = {0x3707: "plan.docx"}
    inside = outlook_tree({0x0037: "Inner", 0x1000: "inner words"}, [file], inner=True)
    message = outlook({0x0037: "Outer", 0x1000: "outer words"}, [file, link], inside=inside)
    document = read_bytes("a.msg", message)
    assert document.text.endswith("outer words\n\nAttached message\nSubject: Inner\n\ninner words\n")
    assert document.reason == "attachment plan.docx was not read"
    assert _attached(message) == [("fees.csv", "text/csv", b"a,b")] * 2
    assert ("attached message 1", "inner words") in _parts_of(document)


def test_attached_files_are_bounded(read_bytes: Read) -> None:
    """No message hands out more than a thousand files; what it holds back is a gap, told in a few words."""
    message = (HEAD + _parts(*["Content-Type: text/csv; name=a.csv\r\n\r\n1"] * (MOST_ATTACHED + 50))).encode()
    assert len(_attached(message)) == MOST_ATTACHED
    assert read_bytes("a.eml", message).reason.endswith("; and 30 more")


def test_parts_of_a_message_are_blocks(read_bytes: Read) -> None:
    """Headers, quoted lines and messages inside are told apart from what the sender wrote."""
    body = "\r\nI agree.\r\n> two years?\r\n> or three\r\n\r\nAnna"
    document = read_bytes("a.eml", (HEAD + _parts(body, "Content-Type: message/rfc822\r\n\r\nSubject: t\r\n\r\nours")).encode())
    assert _parts_of(document) == [
        ("headers", "From: a@x.example\nSubject: s"),
        ("quoted reply", "> two years?\n> or three\n"),
        ("attached message 1", "Attached message\nSubject: t"),
        ("attached message 1", "ours"),
    ]


def test_rows_of_a_body_are_blocks(read_bytes: Read) -> None:
    """A table in an HTML body is told as in a page."""
    html = "Content-Type: text/html\r\n\r\n<p>Fees in thousands</p><table><tr><td><td>2024<td>2023<tr><td>Fee<td>$5<td>(4)</table>"
    document = read_bytes("a.eml", (HEAD + html).encode())
    row = ingest.unpack(document.layout)[-1]
    assert document.text[row.char_start : row.char_end] == "Fee | $5 | (4)"
    assert row.note == "Fees in thousands; currency: $; columns: | 2024 | 2023"


def test_a_document_that_says_it_is_text(read_bytes: Read) -> None:
    """A PDF that is declared to be words, and has no name, is attached and not read as letters of another alphabet."""
    pdf = b"%PDF-1.4\n" + bytes(range(128, 256)) * 20
    part = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(pdf).decode()
    message = ("Subject: s\r\n" + _parts("Content-Type: text/plain\r\n\r\nSee below.", part)).encode()
    assert _words(read_bytes("a.eml", message)) == "See below."
    assert _attached(message) == [("without a name (text/plain)", "text/plain", pdf)]


@pytest.mark.parametrize(("kind", "said"), [('message/partial; id="a"; number=1; total=3', "sent in several"),
                                            ('message/external-body; access-type="ftp"', "kept elsewhere")])  # fmt: skip
def test_half_a_message_says_so(kind: str, said: str, read_bytes: Read) -> None:
    """A piece of a message, and one whose body lies elsewhere, are partial."""
    message = f"Subject: s\r\nFrom: a@x.example\r\nContent-Type: {kind}\r\n\r\nSubject: inner\r\n\r\nHalf of the words.\r\n"
    document = read_bytes("a.eml", message.encode())
    assert document.status == "partial"
    assert said in document.reason
    assert "Half of the words." in document.text
