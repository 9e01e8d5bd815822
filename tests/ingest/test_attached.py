"""The files in a file: taken out in the reading process, each once, whatever the file says of itself."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from nightclerk import ingest
from nightclerk.ingest import attachments, pdf_attached
from nightclerk.ingest.attachments import Inner, Listing

Unpack = Callable[..., Listing]
MEGABYTE = 1 << 20


@pytest.fixture
def unpack(tmp_path: Path) -> Iterator[Unpack]:
    """Write bytes under a name and take out what they hold; nothing may be left but what the spool keeps."""
    with closing(ingest.Spool(tmp_path / "spool", 100 * MEGABYTE)) as spool:

        def go(
            name: str,
            content: bytes,
            *,
            options: ingest.Options | None = None,
            only: tuple[int, ...] = (),
            max_file_mb: int = 50,
            wall_s: float = 60.0,
        ) -> Listing:
            path = tmp_path / name
            path.write_bytes(content)
            limits = ingest.Limits(max_file_mb=max_file_mb, cpu_s=20, wall_s=wall_s)
            listing = attachments.unpack(path, ingest.detect(path), spool, limits, options or ingest.Options(), only=only)
            assert not list(tmp_path.rglob("*.p*e")) + list(tmp_path.rglob("*.part"))
            return listing

        yield go


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def _found(listing: Listing) -> list[tuple[str, str]]:
    return [(member.name, member.status or member.media_type) for member in listing.members]


def test_a_zip_is_a_folder(unpack: Unpack) -> None:
    """The files of an archive come in its order with their folders, without litter, and without a way out of it."""
    content = _zip(
        ("deal/b.txt", b"words"),
        ("deal/", b""),
        ("a.txt", b"more words"),
        ("__MACOSX/deal/._b.txt", b"x"),
        ("deal/.DS_Store", b"x"),
        ("../../etc/passwd", b"words"),
        ("/root.txt", b"words"),
        ("C:\\Users\\me\\c.txt", b"words"),
        ("a\0b.txt", b"words"),
    )
    listing = unpack("a.zip", content)
    assert listing.trouble is None
    assert [member.name for member in listing.members] == ["deal/b.txt", "a.txt", "etc/passwd", "root.txt", "Users/me/c.txt", "a"]
    assert listing.members[0] == Inner(0, "deal/b.txt", listing.members[0].sha256, 5, "text/plain")


def test_names_of_any_bytes(unpack: Unpack) -> None:
    """Names that are UTF-8 without saying so are read as such, others as DOS wrote them; two of one name are two."""
    with pytest.warns(UserWarning, match="Duplicate"):
        content = _zip(
            ("caf\xe9.txt", b"1"), ("same.txt", b"2"), ("same.txt", b"3"), ("x" * 3_000 + ".txt", b"4"), ("two\nlines.txt", b"5")
        )
    unsaid = content.replace(struct.pack("<HH", 20, 0x800), struct.pack("<HH", 20, 0))
    assert unsaid != content
    names = [member.name for member in unpack("a.zip", unsaid).members]
    assert names[:3] == ["caf\xe9.txt", "same.txt", "same.txt"]
    assert len(names[3]) <= 500
    assert names[3].endswith("x.txt")
    dos = unsaid.replace("caf\xe9".encode(), b"caf\x82\x82")
    assert unpack("b.zip", dos).members[0].name == "caf\xe9\xe9.txt"


def test_what_is_not_unpacked_says_why(unpack: Unpack) -> None:
    """Bombs, files beyond the limit, locked files, links and damaged ones cost themselves alone."""
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    content = _zip((link, b"/etc/passwd"), ("bomb.txt", bytes(40 * MEGABYTE)), ("large.bin", bytes(60 * MEGABYTE)), ("good.txt", b"words"))
    listing = unpack("a.zip", content)
    assert _found(listing) == [
        ("link.txt", "unsupported"),
        ("bomb.txt", "too_large"),
        ("large.bin", "too_large"),
        ("good.txt", "text/plain"),
    ]
    assert all(member.reason for member in listing.members[:3])
    stored = _zip(("a.txt", b"words and more words"), ("b.txt", b"fine"), packed=zipfile.ZIP_STORED)
    assert _found(unpack("b.zip", stored.replace(b"more words\x50\x4b", b"less words\x50\x4b")))[0] == ("a.txt", "damaged")
    locked = bytearray(stored)
    locked[6] |= 1
    locked[stored.index(b"PK\x01\x02") + 8] |= 1
    assert _found(unpack("c.zip", bytes(locked))) == [("a.txt", "encrypted"), ("b.txt", "text/plain")]


def test_overlapping_files_are_a_bomb(unpack: Unpack) -> None:
    """A directory that names the same packed bytes many times expands no further than the archive as a whole may."""
    one = _zip(("a.txt", bytes(12 * MEGABYTE)))
    begin, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entry = one[begin:end]
    many = one[:begin] + entry * 200 + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(entry) * 200, begin, 0)
    listing = unpack("a.zip", many)
    statuses = [member.status for member in listing.members]
    assert statuses.count("too_large") >= 198
    assert listing.trouble is None


def test_a_broken_archive_is_told(unpack: Unpack) -> None:
    """What is no archive at all, and one with a list of files that nobody would make, say so as a whole."""
    listing = unpack("a.zip", b"PK\x03\x04" + b"garbage" * 100)
    assert listing.trouble
    assert (listing.trouble.status, listing.members) == ("damaged", [])


def test_more_files_than_anybody_reads(unpack: Unpack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most there may be, the list ends with a word about the rest."""
    monkeypatch.setattr(attachments, "MOST_MEMBERS", 20)
    listing = unpack("a.zip", _zip(*((f"{number}.txt", b"x") for number in range(40))))
    assert len(listing.members) == 21
    assert listing.members[-1].status == "too_large"
    assert "more than 20 files" in listing.members[-1].reason


def test_a_limit_on_the_way_keeps_what_came(unpack: Unpack) -> None:
    """What was taken out before a limit stays, and the limit is what is told."""
    content = _zip(*((f"{number}.bin", bytes([number]) * 15 * MEGABYTE) for number in range(6)), packed=zipfile.ZIP_STORED)
    listing = unpack("a.zip", content, max_file_mb=100, wall_s=0.05)
    assert listing.trouble
    assert listing.trouble.reason == "reading took longer than the limit of 0.05 s"
    assert len(listing.members) < 6


def _tar(*members: tuple[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar(unpack: Unpack, mode: str) -> None:
    """A tar archive is a folder, too, packed or not; also one of its files alone can be had."""
    content = _tar(("deal/a.txt", b"words"), ("../b.txt", b"more"), ("._c.txt", b"x"), ("caf\udce9.txt", b"1"), mode=mode)
    listing = unpack("a.tar", content)
    assert listing.trouble is None
    assert [member.name for member in listing.members] == ["deal/a.txt", "b.txt", "caf\ufffd.txt"]
    assert [bool(member.sha256) for member in unpack("b.tar", content, only=(1,)).members] == [False, True, False]
    cut = unpack("c.tar", content[: len(content) // 2]) if mode != "w" else unpack("c.tar", content[:700])
    assert cut.trouble
    assert cut.trouble.status == "damaged"


def test_hostile_tars(unpack: Unpack) -> None:
    """Links and devices are named, bombs are left out, and one file packed alone is read within its limit."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, kind in (
            ("link.txt", tarfile.SYMTYPE),
            ("hard.txt", tarfile.LNKTYPE),
            ("tty", tarfile.CHRTYPE),
            ("pipe", tarfile.FIFOTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("bomb.txt")
        entry.size = 30 * MEGABYTE
        archive.addfile(entry, io.BytesIO(bytes(30 * MEGABYTE)))
        entry = tarfile.TarInfo("good.txt")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"words"))
    statuses = ["unsupported"] * 4 + ["too_large", "text/plain"]
    assert [status for _, status in _found(unpack("a.tgz", buffer.getvalue()))] == statuses
    assert _found(unpack("b.gz", gzip.compress(b"words"))) == [("content", "text/plain")]
    assert _found(unpack("c.gz", gzip.compress(bytes(30 * MEGABYTE)))) == [("content", "too_large")]
    assert _found(unpack("d.gz", gzip.compress(os.urandom(5_000))[:-20])) == [("content", "damaged")]


def test_only_what_is_wanted(unpack: Unpack) -> None:
    """Asked for one of many, the others are named and their bytes stay where they are."""
    listing = unpack("a.zip", _zip(("a.txt", b"1"), ("b.txt", b"2"), ("c.txt", b"3")), only=(1,))
    assert [bool(member.sha256) for member in listing.members] == [False, True, False]


def test_mails(unpack: Unpack) -> None:
    """A mail's documents come out, and the picture in its signature does not: it is named."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "a@x.example", "b@x.example", "Papers", "<1@x.example>"
    mail.set_content("See the contract.")
    mail.add_alternative('<p>See the contract. <img src="cid:logo"></p>', subtype="html")
    logo = b"\x89PNG\r\n\x1a\n" + bytes(500)
    mail.get_payload()[1].add_related(logo, "image", "png", cid="<logo>")  # type: ignore[union-attr,index]
    mail.add_attachment(b"%PDF-1.4 not quite", maintype="application", subtype="pdf", filename="contract.pdf")
    mail.add_attachment(b"words", maintype="text", subtype="plain", filename="../note.txt")
    assert _found(unpack("a.eml", mail.as_bytes())) == [
        ("contract.pdf", "application/pdf"),
        ("../note.txt", "text/plain"),
        ("without a name (image/png)", "skipped"),
    ]


def _pdf(*, attached: dict[str, bytes], pinned: dict[str, bytes] | None = None, password: str = "", packed: bool = False) -> bytes:
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    for name, content in attached.items():
        writer.add_attachment(name, content)
    for name, content in (pinned or {}).items():
        stream = DecodedStreamObject()
        stream.set_data(content)
        held = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
        specification = DictionaryObject(
            {NameObject("/Type"): NameObject("/Filespec"), NameObject("/UF"): TextStringObject(name), NameObject("/EF"): held}
        )
        box = ArrayObject([NumberObject(number) for number in (0, 0, 10, 10)])
        pin = DictionaryObject(
            {NameObject("/Subtype"): NameObject("/FileAttachment"), NameObject("/Rect"): box, NameObject("/FS"): specification}
        )
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(pin)])
    if password:
        writer.encrypt(password, algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_pdfs(unpack: Unpack) -> None:
    """What is attached to a PDF and what is pinned to its pages comes out once, with the password where it needs one."""
    content = _pdf(attached={"a.txt": b"words", "b.txt": b"more"}, pinned={"pinned.txt": b"pinned"})
    assert [name for name, _ in _found(unpack("a.pdf", content))] == ["a.txt", "b.txt", "pinned.txt"]
    locked = _pdf(attached={"a.txt": b"words"}, password="tulip")
    listing = unpack("b.pdf", locked)
    assert listing.trouble
    assert listing.trouble.status == "encrypted"
    assert _found(unpack("c.pdf", locked, options=ingest.Options(passwords=("rose", "tulip")))) == [("a.txt", "text/plain")]


def test_where_a_pdf_may_hide_files(tmp_path: Path) -> None:
    """A PDF without any is told at a glance; names with escapes, object streams and encryption hide nothing."""
    path = tmp_path / "a.pdf"

    def may_hold(content: bytes) -> bool:
        path.write_bytes(content)
        return pdf_attached.may_hold(path)

    import zlib

    plain = _pdf(attached={})
    held = b"<< /Type /Filespec /EF << /F 5 0 R >> >>"
    assert not may_hold(plain)
    assert not may_hold(plain + b"/EFG /REF /EF0")
    assert may_hold(plain + held)
    assert may_hold(plain + held.replace(b"/EF", b"/#45F"))
    for inner, expected in ((held, True), (b"<< /Type /Page >>", False)):
        packed = zlib.compress(inner)
        stream = b"<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\r\n%s\nendstream" % (len(packed), packed)
        assert may_hold(plain + stream) is expected
        assert may_hold(plain + stream.replace(b"FlateDecode", b"LZWDecode"))
    assert may_hold(_pdf(attached={}, password="x"))


@pytest.mark.parametrize("noise", [b"\xff" * 100, b"\0\0\0\2{}", struct.pack(">I", 5) + b"[1,2]", b"\0\0\0\1x", struct.pack(">I", 1 << 31)])
def test_a_sender_that_lies(noise: bytes, tmp_path: Path) -> None:
    """What makes no sense on the pipe ends the list and is told; it neither hangs nor raises."""
    with closing(ingest.Spool(tmp_path, MEGABYTE)) as spool:
        receiver = attachments._Receiver(io.BytesIO(noise), spool, MEGABYTE)
        receiver.run()
        assert receiver.trouble
        assert "broke off" in receiver.trouble.reason


def test_a_sender_that_sends_too_much(tmp_path: Path) -> None:
    """However many bytes come, no more are kept than may be."""
    header = json.dumps({"ordinal": 0, "name": "a"}).encode()
    frames = struct.pack(">I", len(header)) + header + (struct.pack(">I", MEGABYTE) + bytes(MEGABYTE)) * 3
    with closing(ingest.Spool(tmp_path, 2 * MEGABYTE)) as spool:
        receiver = attachments._Receiver(io.BytesIO(frames), spool, 10 * MEGABYTE)
        receiver.run()
        assert receiver.trouble
        assert not receiver.members
        assert not list(tmp_path.rglob("*.part"))


def test_a_tar_that_is_damaged_in_the_middle(unpack: Unpack) -> None:
    """A header that makes no sense, or says a negative size, is told, and not taken for the end of the archive."""
    whole = _tar(("a.txt", b"words"), ("b.txt", b"more"), ("c.txt", b"last"))
    garbled = whole[:1024] + b"garbage!" + whole[1032:]
    negative = tarfile.TarInfo("b.txt").tobuf().replace(b"00000000000\0", b"\xff" * 12, 1)
    summed = negative[:148] + b"        " + negative[156:]
    negative = negative[:148] + b"%06o\0 " % sum(summed) + negative[156:]
    for content in (garbled, whole[:1024] + negative + whole[1536:]):
        listing = unpack("a.tar", content)
        assert [member.name for member in listing.members] == ["a.txt"]
        assert listing.trouble
        assert listing.trouble.status == "damaged"


def _zip64(content: bytes, directory_bytes: int | None = None) -> bytes:
    """A ZIP whose end is told in the way of ZIP64, as programs write that do not know how much is to come."""
    end = content.rindex(b"PK\x05\x06")
    files, size_bytes, begin = struct.unpack("<10xHLL2x", content[end:])
    wide = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, files, files, directory_bytes or size_bytes, begin)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    narrow = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF) if directory_bytes is None else (files, files, size_bytes, begin)
    return content[:end] + wide + locator + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *narrow, 0)


def test_zip64(unpack: Unpack) -> None:
    """An archive in the way of ZIP64 is read; one whose list of files is too long says so, wherever it hides how long it is."""
    plain = _zip(("a.txt", b"words"))
    assert _found(unpack("a.zip", _zip64(plain))) == [("a.txt", "text/plain")]
    hidden = _zip64(plain, 100 * MEGABYTE)
    # a second mark inside of the record itself, where a search from the end finds it first
    end = plain.rindex(b"PK\x05\x06")
    marked = plain[: end + 12] + struct.pack("<L", 100 * MEGABYTE) + b"PK\x05\x06" + plain[end + 20 :]
    for content in (hidden, marked):
        listing = unpack("b.zip", content)
        assert listing.trouble
        assert "list of files is longer" in listing.trouble.reason
