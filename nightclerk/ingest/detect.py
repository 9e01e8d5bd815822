"""What a file is, by its content first and its ending second."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
DOC = "application/msword"
RTF = "application/rtf"
MAIL = "message/rfc822"
OUTLOOK = "application/vnd.ms-outlook"
ZIP = "application/zip"
TAR = "application/x-tar"
GZIP = "application/gzip"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
# there is no text in them but that of the files they hold
ARCHIVES = frozenset([ZIP, TAR, GZIP, BZIP2, XZ])
EMPTY = "application/x-empty"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
UNKNOWN = "application/octet-stream"

# what is recognised and not read, by the name a person knows it under
KNOWN = {
    DOC: "a Word 97-2003 document",
    "application/vnd.ms-powerpoint": "a PowerPoint 97-2003 presentation",
    "application/x-ole-storage": "an OLE container without a known document inside",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "a PowerPoint presentation",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
    "application/epub+zip": "an e-book",
    ZIP: "a ZIP archive",
    TAR: "a tar archive",
    GZIP: "a gzip archive",
    BZIP2: "a bzip2 archive",
    XZ: "an xz archive",
    "application/x-7z-compressed": "a 7-Zip archive",
    "application/vnd.rar": "a RAR archive",
    "application/xml": "an XML file",
    "application/postscript": "a PostScript file",
    "image/gif": "a GIF image",
    "image/bmp": "a BMP image",
    "image/webp": "a WebP image",
    "image/heic": "a HEIC photo",
    "application/ms-tnef": "an Outlook winmail.dat, which holds what was attached to a message",
    "application/x-executable": "a program",
    UNKNOWN: "a binary file of an unknown kind",
}

HEAD_BYTES = 64 * 1024
WIDE_BYTES = 8 * 1024
# what no text has many of
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\x0b\x0c\r\x1a\x1b")
SIGNATURES = (
    (b"{\\rtf", RTF),
    (b"\x1f\x8b", GZIP),
    (b"BZh", BZIP2),
    (b"\xfd7zXZ\0", XZ),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"%!PS", "application/postscript"),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF8", "image/gif"),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    # BigTIFF, for files of more than 4 GB
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ\x90\x00", "application/x-executable"),
    # [MS-OXTNEF] 2.1.2
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
)
# where it takes more than the first bytes to tell
PATTERNS = (
    (re.compile(rb"BM....\0\0\0\0", re.DOTALL), "image/bmp"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftyp(?:hei[cx]|hev[cx]|mif1)", re.DOTALL), "image/heic"),
)
# POSIX.1: the field `magic` of the header
TAR_AT = 257
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# names of streams in an OLE directory are UTF-16; the first that is there decides
OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__properties_version1.0", OUTLOOK),
    ("WordDocument", DOC),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", XLS),
    ("Book", XLS),
)
OLE_ENDINGS = {".doc": DOC, ".dot": DOC, ".xls": XLS, ".xlt": XLS}
OPEN_XML_FOLDERS = (
    ("word/", DOCX),
    ("xl/workbook.bin", XLSB),
    ("xl/", XLSX),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
ENDINGS = {".docx": DOCX, ".docm": DOCX, ".dotx": DOCX, ".dotm": DOCX, ".xlsx": XLSX, ".xlsm": XLSX,
           ".xltx": XLSX, ".xlsb": XLSB, ".pptx": OPEN_XML_FOLDERS[-1][1], ".odt": ODT, ".ott": ODT, ".ods": ODS}  # fmt: skip
TEMPLATE = re.compile(r"-(?:template|master)\Z")
# the records at the end of a ZIP (APPNOTE 4.3.14 to 4.3.16): that of ZIP64, what leads to it, and the last, with the longest comment
ZIP64_BYTES, LOCATOR_BYTES = 56, 20
END_BYTES = ZIP64_BYTES + LOCATOR_BYTES + 22 + 65_536
# of some 100,000 files
MOST_DIRECTORY_BYTES = 8 << 20
MARKDOWN_ENDINGS = {".md", ".markdown", ".mdown", ".mkd"}
HTML_ENDINGS = {".htm", ".html", ".xhtml"}
MAIL_ENDINGS = {".eml", ".mht", ".mhtml"}
TEXT_ENDINGS = {".txt", ".text", ".asc", ".log", ".csv"} | MARKDOWN_ENDINGS
BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

MAIL_HEADER = re.compile(
    r"^(?:From|To|Cc|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Content-Type|Delivered-To|Reply-To|Sender|X-[\w-]+):[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
HEADER_LINE = re.compile(r"[!-9;-~]+:|[ \t]+\S|From ")
HTML_MARK = re.compile(
    r"<!doctype\s+html|<(?:html|head|body|title|meta|table|div|center|font|p|h[1-6]|article|section|span)\b[^>]*>", re.IGNORECASE
)
HTML_ROOT = re.compile(r"<!doctype\s+html|<(?:\w+:)?html\b", re.IGNORECASE)


def detect(path: Path) -> str:
    """The media type of a file.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    ending = path.suffix.lower()
    if not head:
        return EMPTY
    # Acrobat takes a header anywhere in the first 1024 bytes, and mail gateways prepend lines
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(OLE_MAGIC):
        return _ole(path, ending)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, ending)
    if head[TAR_AT : TAR_AT + 5] == b"ustar":
        return TAR
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    if _is_text(head, ending):
        return _text(head, ending)
    return next((media_type for pattern, media_type in PATTERNS if pattern.match(head)), UNKNOWN)


def is_binary(head: bytes) -> bool:
    """Whether the first bytes are those of a file of its own, whatever it was declared to be."""
    return head.startswith((b"%PDF-", OLE_MAGIC, b"PK\x03\x04", *(signature for signature, _ in SIGNATURES)))


def _ole(path: Path, ending: str) -> str:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        # names of streams are the same in any case
        found = [
            media_type
            for name, media_type in OLE_STREAMS
            if any(content.find(f"{spelling}\0".encode("utf-16-le")) >= 0 for spelling in (name, name.lower()))
        ]
    # a workbook with a letter embedded in it holds the streams of both
    if ending in OLE_ENDINGS and OLE_ENDINGS[ending] in found and found[0] in OLE_ENDINGS.values():
        return OLE_ENDINGS[ending]
    return found[0] if found else "application/x-ole-storage"


def _zip(path: Path, ending: str) -> str:
    """Look into the container; a damaged one is what its ending says, so that its reader can say how it is damaged."""
    if directory_bytes(path) > MOST_DIRECTORY_BYTES:
        return ENDINGS.get(ending, ZIP)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= 100:
                return TEMPLATE.sub("", archive.read("mimetype").decode("ascii", "replace").strip())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return ENDINGS.get(ending, ZIP)
    if "[Content_Types].xml" in names or ending in ENDINGS:
        for folder, media_type in OPEN_XML_FOLDERS:
            if any(name.replace("\\", "/").lstrip("/").startswith(folder) for name in names):
                return media_type
        return ENDINGS.get(ending, ZIP)
    return ZIP


def directory_bytes(path: Path) -> int:
    """How large the directory of a ZIP says it is, since it is read as a whole: the largest of all that could be taken for its end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES))
        tail = file.read(END_BYTES)
    # no two of them overlap
    return max((_directory_bytes(tail, end.start()) for end in re.finditer(rb"PK\x05\x06", tail)), default=0)


def _directory_bytes(tail: bytes, end: int) -> int:
    """What the record at a position says, or that of ZIP64 before it, which Python prefers whatever the other says."""
    locator = end - LOCATOR_BYTES
    wide = locator - ZIP64_BYTES
    if wide >= 0 and tail.startswith(b"PK\x06\x07", locator) and tail.startswith(b"PK\x06\x06", wide):
        return int.from_bytes(tail[wide + 40 : wide + 48], "little")
    return int.from_bytes(tail[end + 12 : end + 16], "little")


def files_inside(path: Path) -> str:
    """How many files a ZIP holds, in words: `with 3 files`; empty where it does not say."""
    try:
        if directory_bytes(path) > MOST_DIRECTORY_BYTES:
            return "with very many files"
        with zipfile.ZipFile(path) as archive:
            count = sum(not entry.is_dir() for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return ""
    return f"with {count} file{'' if count == 1 else 's'}"


def _is_text(head: bytes, ending: str) -> bool:
    if any(head.startswith(bom) for bom, _ in BOMS):
        return True
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls <= len(head) * 0.02:
        return True
    return _is_wide(head) or (ending in TEXT_ENDINGS and controls <= len(head) * 0.3)


def _is_wide(head: bytes) -> bool:
    """Whether it is UTF-16 or UTF-32 without a mark: read so, it is nothing but letters with blanks between them."""
    sample = head[: min(len(head), WIDE_BYTES) // 4 * 4]
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        printable = sum(character.isprintable() or character in "\t\n\r\f" for character in text) - text.count("\ufffd")
        blanks = sum(map(text.count, " \n、。"))
        if text and printable >= len(text) * 0.98 and blanks >= len(text) * 0.02:
            return True
    return False


def _text(head: bytes, ending: str) -> str:
    encoding = next((name for bom, name in BOMS if head.startswith(bom)), "latin-1")
    text = head.decode(encoding, "ignore").replace("\0", "").lstrip()
    if text.startswith("<"):
        if HTML_ROOT.search(text[:8192]) or (ending in HTML_ENDINGS and HTML_MARK.search(text[:8192])):
            return HTML
        if text.startswith("<?xml"):
            return "application/xml"
        if ending not in TEXT_ENDINGS and HTML_MARK.match(text):
            return HTML
    elif ending in HTML_ENDINGS and HTML_MARK.search(text[:8192]):
        return HTML
    if _is_mail(text, ending):
        return MAIL
    return MARKDOWN if ending in MARKDOWN_ENDINGS else TEXT


def _is_mail(text: str, ending: str) -> bool:
    headers = re.split(r"\r?\n\r?\n", text[:8192], maxsplit=1)[0]
    known = len({name.lower() for name in MAIL_HEADER.findall(headers)})
    if ending in MAIL_ENDINGS:
        return known >= 1
    lines = headers.splitlines()
    # a contract's cover note has "To:" and "Date:" too: without the ending every line must be a header and enough of them known
    return known >= 3 and "message-id" in headers.lower() and all(HEADER_LINE.match(line) for line in lines)
