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
EMPTY = "application/x-empty"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
UNKNOWN = "application/octet-stream"

# what is recognised and not read, by the name a person knows it under
KNOWN = {
    "application/msword": "a Word 97-2003 document",
    "application/vnd.ms-excel": "an Excel 97-2003 workbook",
    "application/vnd.ms-powerpoint": "a PowerPoint 97-2003 presentation",
    "application/vnd.ms-outlook": "an Outlook message",
    "application/x-ole-storage": "an OLE container without a known document inside",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "an Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "a PowerPoint presentation",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
    "application/epub+zip": "an e-book",
    "application/zip": "a ZIP archive",
    "application/gzip": "a gzip archive",
    "application/x-7z-compressed": "a 7-Zip archive",
    "application/vnd.rar": "a RAR archive",
    "application/rtf": "an RTF document",
    "message/rfc822": "an e-mail message",
    "application/xml": "an XML file",
    "application/postscript": "a PostScript file",
    "image/png": "a PNG image",
    "image/jpeg": "a JPEG image",
    "image/gif": "a GIF image",
    "image/tiff": "a TIFF image",
    "application/x-executable": "a program",
    UNKNOWN: "a binary file of an unknown kind",
}

HEAD_BYTES = 64 * 1024
WIDE_BYTES = 8 * 1024
SIGNATURES = (
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"%!PS", "application/postscript"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ\x90\x00", "application/x-executable"),
)
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# names of streams in an OLE directory are UTF-16; the first that is there decides
OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
)
OPEN_XML_FOLDERS = (
    ("word/", DOCX),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
ENDINGS = {".docx": DOCX, ".docm": DOCX, ".dotx": DOCX, ".dotm": DOCX, ".xlsx": OPEN_XML_FOLDERS[1][1], ".pptx": OPEN_XML_FOLDERS[2][1]}
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
        return _ole(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, ending)
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    return _text(head, ending) if _is_text(head, ending) else UNKNOWN


def _ole(path: Path) -> str:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for name, media_type in OLE_STREAMS:
            if content.find(name.encode("utf-16-le") + b"\0\0") >= 0:
                return media_type
    return "application/x-ole-storage"


def _zip(path: Path, ending: str) -> str:
    """Look into the container; a damaged one is what its ending says, so that its reader can say how it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= 100:
                return archive.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return ENDINGS.get(ending, "application/zip")
    if "[Content_Types].xml" in names or ending in ENDINGS:
        for folder, media_type in OPEN_XML_FOLDERS:
            if any(name.replace("\\", "/").lstrip("/").startswith(folder) for name in names):
                return media_type
        return ENDINGS.get(ending, "application/zip")
    return "application/zip"


def _is_text(head: bytes, ending: str) -> bool:
    if any(head.startswith(bom) for bom, _ in BOMS):
        return True
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\x0b\x0c\r\x1a\x1b")
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
        return "message/rfc822"
    return MARKDOWN if ending in MARKDOWN_ENDINGS else TEXT


def _is_mail(text: str, ending: str) -> bool:
    headers = re.split(r"\r?\n\r?\n", text[:8192], maxsplit=1)[0]
    known = len({name.lower() for name in MAIL_HEADER.findall(headers)})
    if ending in MAIL_ENDINGS:
        return known >= 1
    lines = headers.splitlines()
    # a contract's cover note has "To:" and "Date:" too: without the ending every line must be a header and enough of them known
    return known >= 3 and "message-id" in headers.lower() and all(HEADER_LINE.match(line) for line in lines)
