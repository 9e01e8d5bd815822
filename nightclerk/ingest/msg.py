"""Outlook messages (.msg), by oxmsg. The transport headers are preferred where the message kept them: they hold the addresses.

Messages in the message are words of it; what else is attached comes from `attached`, to be read as documents of their own.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from oxmsg import Message
from oxmsg.attachment import Attachment as OutlookAttachment
from oxmsg.domain import constants as c
from oxmsg.properties import Properties

from nightclerk.errors import SkipDocument
from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.mail import Attached, Attachment, Finds, Words, composed, handed_out, header_lines
from nightclerk.ingest.reading import Reading, has_letters

# what oxmsg and olefile raise on properties that are missing, cut off or in an encoding that nobody knows
STRANGE = (ValueError, LookupError, AttributeError, TypeError, AssertionError, struct.error, OSError, HeaderParseError)
ENCRYPTED = "IPM.Note.SMIME"
SIGNED = "IPM.Note.SMIME.MultipartSigned"
# messages in messages in messages: forwarded is deep, this is a trap
MOST_DEPTH = 20
MESSAGE_INSIDE = "__substg1.0_3701000D"
INNER_HEADER_BYTES = 24


def read(path: Path) -> Reading:
    """Read an Outlook message; raises SkipDocument, `encrypted` or `damaged`."""
    message, finds, gaps = _opened(path), Finds(), list[str]()
    words = list(_words(message, finds, gaps))
    return composed(_headers(message), words, finds, path.stat().st_size, gaps)


def attached(path: Path) -> Iterator[Attached]:
    """(name, media type as declared, content) of each file attached to a message or to those inside of it, at most 1,000."""
    return handed_out(found(path), path.stat().st_size)


def found(path: Path) -> Finds:
    """What is attached to a message or to those inside of it.

    Raises SkipDocument as `read` does. Whoever calls it bounds memory and time: the message is in memory, and so are the files.
    """
    finds = Finds()
    for _ in _words(_opened(path), finds, []):
        pass
    return finds


def _opened(path: Path) -> Message:
    try:
        message = Message.load(str(path))
        is_hollow = not any(True for _ in message.properties)
    except STRANGE as error:
        raise SkipDocument("damaged", f"the Outlook message cannot be opened ({str(error)[:200]}): save it again in Outlook") from None
    if is_hollow:
        raise SkipDocument("damaged", "the Outlook message holds nothing that can be read: save it again in Outlook")
    kind = _text(lambda: message.message_class)
    if kind.startswith(ENCRYPTED) and not kind.startswith(SIGNED):
        raise SkipDocument("encrypted", "an encrypted e-mail: save a copy that is decrypted")
    return message


class _Inner(Message):
    """A message inside of another one, whose properties begin at another place ([MS-OXMSG] 2.4.1.2)."""

    @property
    def properties(self) -> Properties:
        return Properties(self._storage, properties_header_offset=INNER_HEADER_BYTES)


def _words(message: Message, finds: Finds, gaps: list[str], label: str = "", depth: int = 0) -> Iterator[Words]:
    """The body of a message and the messages inside of it; what else is attached is noted, and in `gaps` what could not be read."""
    storages = list[Any](message._storage.iter_attachment_storages())
    inner = [(storage, next((one for one in storage.storages if one.name == MESSAGE_INSIDE), None)) for storage in storages]
    finds.attachments += [_attachment(OutlookAttachment(storage)) for storage, held in inner if held is None or depth >= MOST_DEPTH]
    yield _body(message, finds, gaps, label)
    for _, held in inner:
        if held is not None and depth < MOST_DEPTH:
            forwarded, name = _Inner(held), finds.next_message(label)
            yield Words("\n".join(["Attached message", *header_lines(_headers(forwarded))]), name)
            yield from _words(forwarded, finds, gaps, name, depth + 1)


def _body(message: Message, finds: Finds, gaps: list[str], label: str) -> Words:
    html_body = _html(message, finds, label)
    try:
        text = message.body or ""
    except STRANGE as error:
        text = ""
        gaps.append(f"its plain body is damaged ({str(error)[:100]})")
    words = Words(text, label) if has_letters(text) or html_body is None else html_body
    if not has_letters(words.text) and _bytes(lambda: message.properties.binary_prop_value(c.PID_RTF_COMPRESSED)):
        gaps.append("its body is kept as RTF only, which was not read: save it as HTML or text in Outlook")
    return words


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


def _html(message: Message, finds: Finds, label: str) -> Words | None:
    """The words of the HTML body, whose bytes may be in another encoding than the message says."""
    content = _bytes(lambda: message.properties.binary_prop_value(c.PID_HTML))
    try:
        source = content.decode("utf-8") or _text(lambda: message.html_body)
    except UnicodeDecodeError:
        source = _text(lambda: message.html_body) or decoded(content, declared=True)
    return finds.html_words(source, label) if source else None


def _attachment(entry: OutlookAttachment) -> Attachment:
    def stored(pid: int) -> str:
        return _text(lambda: entry.properties.str_prop_value(pid))

    # a message that is attached has a display name only
    name = stored(c.PID_ATTACH_LONG_FILENAME) or stored(c.PID_ATTACH_FILENAME) or stored(c.PID_DISPLAY_NAME)
    return Attachment(name, stored(c.PID_ATTACH_MIME_TAG), stored(c.PID_ATTACH_CONTENT_ID), _content(entry))


def _content(entry: OutlookAttachment) -> bytes | None:
    """The attached bytes; None where the message holds a link to a file, an embedded object, or nothing that can be read."""
    try:
        return entry.file_bytes
    except STRANGE:
        return None


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
