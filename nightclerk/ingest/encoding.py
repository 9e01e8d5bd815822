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
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")


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
        return content.decode(_wide(content) or "utf-8", "replace")
    if b"\x1b" not in content:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            pass
    name = _declaration(content) if declared else ""
    return content.decode(name or _guess(content), "replace")


def _declaration(content: bytes) -> str:
    match = DECLARED.search(content[:DECLARED_BYTES])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else ""
    except (LookupError, ValueError):
        return ""
    # the bytes have just been shown to be none of it
    return "" if name.startswith("utf") else AS_MEANT.get(name, name)


def _wide(content: bytes) -> str:
    """Which of UTF-16 and 32 it is, if any: most of the units below U+0100 have their NULs at the same places."""
    sample = content[: GUESS_BYTES - GUESS_BYTES % 4]
    columns = [sample[place::4].count(0) / max(len(sample) // 4, 1) for place in range(4)]
    patterns = {"utf-32-le": (0, 0, 1, 1), "utf-32-be": (1, 1, 0, 0), "utf-16-le": (0, 1, 0, 1), "utf-16-be": (1, 0, 1, 0)}
    for name in WIDE:
        high = [share for share, expected in zip(columns, patterns[name], strict=True) if expected]
        low = [share for share, expected in zip(columns, patterns[name], strict=True) if not expected]
        if name.startswith("utf-32") and min(high[0] + high[1], 2) < 1.9 and not min(high) > 0.6:
            continue
        if min(high) > 0.4 and max(low) < min(high) / 2:
            return name
    return ""


def _guess(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    beyond = sum(character > "\x7f" for character in text)
    if text.count("\ufffd") <= min(len(text) * BROKEN_SHARE + 1, beyond / 2):
        return "utf-8"
    best = charset_normalizer.from_bytes(content[:GUESS_BYTES]).best()
    if best is None:
        raise SkipDocument("damaged", "its bytes are no text in a known encoding: save it as UTF-8")
    return best.encoding
