"""Outlook messages (.msg), by oxmsg. The transport headers are preferred where the message kept them: they hold the addresses."""

from __future__ import annotations

import struct
from collections.abc import Callable
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from pathlib import Path

from oxmsg import Message
from oxmsg.attachment import Attachment as OutlookAttachment
from oxmsg.domain import constants as c

from nightclerk.errors import SkipDocument
from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.mail import Attachment, Finds, composed
from nightclerk.ingest.reading import Reading, has_letters

# what oxmsg and olefile raise on properties that are missing, cut off or in an encoding that nobody knows
STRANGE = (ValueError, LookupError, AttributeError, TypeError, AssertionError, struct.error, OSError, HeaderParseError)
ENCRYPTED = "IPM.Note.SMIME"
SIGNED = "IPM.Note.SMIME.MultipartSigned"


def read(path: Path) -> Reading:
    """Read an Outlook message; raises SkipDocument, `encrypted` or `damaged`."""
    try:
        message = Message.load(str(path))
        attached = [*message.attachments]
        is_hollow = not any(True for _ in message.properties)
    except STRANGE as error:
        raise SkipDocument("damaged", f"the Outlook message cannot be opened ({str(error)[:200]}): save it again in Outlook") from None
    if is_hollow:
        raise SkipDocument("damaged", "the Outlook message holds nothing that can be read: save it again in Outlook")
    kind = _text(lambda: message.message_class)
    if kind.startswith(ENCRYPTED) and not kind.startswith(SIGNED):
        raise SkipDocument("encrypted", "an encrypted e-mail: save a copy that is decrypted")
    finds = Finds([_attachment(entry) for entry in attached])
    html_body = _html(message, finds)
    gaps: list[str] = []
    try:
        text = message.body or ""
    except STRANGE as error:
        text = ""
        gaps.append(f"its plain body is damaged ({str(error)[:100]})")
    text = text if has_letters(text) else html_body
    if not has_letters(text) and _bytes(lambda: message.properties.binary_prop_value(c.PID_RTF_COMPRESSED)):
        gaps.append("its body is kept as RTF only, which was not read: save it as HTML or text in Outlook")
    return composed(_headers(message), text, finds, gaps)


def _headers(message: Message) -> list[tuple[str, str]]:
    def sent_with(name: str) -> str:
        return _text(lambda: _unfolded(message.message_headers.get(name)))

    def stored(pid: int) -> str:
        return _text(lambda: message.properties.str_prop_value(pid))

    return [
        ("From", _text(lambda: _unfolded(message.sender))),
        ("To", sent_with("To") or stored(c.PID_DISPLAY_TO)),
        ("Cc", sent_with("Cc") or stored(c.PID_DISPLAY_CC)),
        ("Date", sent_with("Date") or _text(lambda: message.sent_date)),
        ("Subject", _text(lambda: message.subject)),
    ]


def _unfolded(value: str | None) -> str:
    """A transport header with its encoded words decoded (RFC 2047)."""
    return str(make_header(decode_header(value))) if value else ""


def _html(message: Message, finds: Finds) -> str:
    """The words of the HTML body, whose bytes may be in another encoding than the message says."""
    content = _bytes(lambda: message.properties.binary_prop_value(c.PID_HTML))
    try:
        source = content.decode("utf-8") or _text(lambda: message.html_body)
    except UnicodeDecodeError:
        source = _text(lambda: message.html_body) or decoded(content, declared=True)
    return finds.html_words(source) if source else ""


def _attachment(entry: OutlookAttachment) -> Attachment:
    def stored(pid: int) -> str:
        return _text(lambda: entry.properties.str_prop_value(pid))

    # a message that is attached has a display name only
    name = stored(c.PID_ATTACH_LONG_FILENAME) or stored(c.PID_ATTACH_FILENAME) or stored(c.PID_DISPLAY_NAME)
    return Attachment(name, stored(c.PID_ATTACH_MIME_TAG), stored(c.PID_ATTACH_CONTENT_ID), len(_bytes(lambda: entry.file_bytes)))


def _text(value: Callable[[], object]) -> str:
    """A property as text, empty where it is missing or broken: a message is worth reading without it."""
    try:
        return str(value() or "")
    except STRANGE:
        return ""


def _bytes(value: Callable[[], bytes | None]) -> bytes:
    try:
        return value() or b""
    except STRANGE:
        return b""
