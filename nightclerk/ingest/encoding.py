"""From bytes to characters: by mark, by proof, by declaration, by guess, in this order."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from nightclerk.errors import SkipDocument
from nightclerk.ingest.detect import BOMS

GUESS_BYTES = 256 * 1024
# UTF-8 with a few broken bytes (a file cut off, two files joined) is still UTF-8
BROKEN_SHARE = 0.001
DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|<\?xml[^>]*encoding\s*=\s*["'])\s*([\w.:-]+)""", re.IGNORECASE)
DECLARED_BYTES = 4096
# what browsers take these labels for, since that is what was meant
AS_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
SHIFTS = re.compile(rb"\x1b[$(]")
# more NULs than this are no accident
STRAY_SHARE = 0.05


def decoded(content: bytes, *, declared: bool = False) -> str:
    """The characters of a text file, line ends untouched, without its byte order mark.

    Args:
        content: the bytes of the file.
        declared: whether the bytes may name their own encoding, as HTML and XML do.

    Raises:
        SkipDocument: `damaged`, no encoding fits.
    """
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return content.decode(encoding, "replace")
    # ISO-2022 (ESC) and UTF-16 or 32 without a mark (NUL) are valid UTF-8 too, so these bytes forbid the proof
    if b"\0" in content:
        return content.decode(_with_nuls(content), "replace")
    if b"\x1b" in content and (name := _escaped(content)):
        return content.decode(name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        name = _declaration(content) if declared else ""
        return content.decode(name or _guess(content), "replace")


def _declaration(content: bytes) -> str:
    match = DECLARED.search(content[:DECLARED_BYTES])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else ""
        # zlib and rot13 are codecs, too, and fail here
        b"a".decode(name or "ascii")
    except (LookupError, ValueError):
        return ""
    # the bytes have just been shown to be none of it
    return "" if name.startswith("utf") else AS_MEANT.get(name, name)


def _with_nuls(content: bytes) -> str:
    """The encoding of bytes with NULs among them: UTF-8 with a few strays, or one of the wide encodings."""
    sample = content[:GUESS_BYTES]
    if sample.count(0) < len(sample) * STRAY_SHARE and _decodes(sample, "utf-8"):
        return "utf-8"
    sample = sample[: len(sample) // 4 * 4]
    for name in ("utf-32-le", "utf-32-be"):
        # hardly anything but UTF-32 is valid UTF-32
        if sample and _decodes(sample, name):
            return name
    # words have blanks and stops between them; read the wrong way round they have not
    scores = {name: sum(map(sample.decode(name, "replace").count, " ,.\n、。")) for name in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else "utf-8"


def _escaped(content: bytes) -> str:
    """Which ISO-2022 encoding it is, if its escapes are those of one."""
    return next((name for name in ("iso2022_jp", "iso2022_jp_2", "iso2022_kr") if SHIFTS.search(content) and _decodes(content, name)), "")


def _decodes(content: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(content)
    except UnicodeDecodeError:
        return False
    return True


def _guess(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    beyond = sum(character > "\x7f" for character in text)
    if text.count("\ufffd") <= min(len(text) * BROKEN_SHARE + 1, beyond / 2):
        return "utf-8"
    best = charset_normalizer.from_bytes(content[:GUESS_BYTES]).best()
    if best is None:
        raise SkipDocument("damaged", "its bytes are no text in a known encoding: save it as UTF-8")
    return best.encoding
