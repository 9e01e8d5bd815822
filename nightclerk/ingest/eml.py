"""E-mail as it travels (RFC 5322, MIME): .eml, and web pages saved as .mht. Plain words are preferred to HTML, as their sender wrote them.

Messages in the message are words of it; what else is attached comes from `attached`, to be read as documents of their own.
The standard parser reads it; broken headers and encodings are common, so nothing here trusts a declaration.
"""

from __future__ import annotations

import email
import email.errors
import email.policy
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from nightclerk.errors import SkipDocument
from nightclerk.ingest.detect import is_binary
from nightclerk.ingest.encoding import decoded
from nightclerk.ingest.mail import (
    SHOWN_HEADERS,
    SMALL_PICTURE_BYTES,
    Attached,
    Attachment,
    Finds,
    Words,
    composed,
    handed_out,
    header_lines,
)
from nightclerk.ingest.reading import Reading, has_letters

# messages in messages in messages: forwarded is deep, this is a trap
MOST_DEPTH = 20
ENCRYPTED = frozenset(["multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"])
LEAST_TO_GUESS = 32
ELSEWHERE = {
    "message/partial": "it is one piece of a message that was sent in several: ask for the whole",
    "message/external-body": "a part of it is kept elsewhere and was not fetched",
}
# what the standard parser raises on headers that no standard knows
STRANGE = (ValueError, LookupError, AttributeError, TypeError, email.errors.MessageError)


def read(path: Path) -> Reading:
    """Read a message; raises SkipDocument `encrypted` for S/MIME and PGP, and `damaged` where it has neither headers nor words."""
    message = _message(path)
    finds = Finds()
    words = list(_words(message, finds))
    return composed(_headers(message), words, finds, path.stat().st_size, _elsewhere(message))


def attached(path: Path) -> Iterator[Attached]:
    """(name, media type as declared, content) of each file attached to a message or to those inside of it, at most 1,000."""
    return handed_out(found(path), path.stat().st_size)


def found(path: Path) -> Finds:
    """What is attached to a message or to those inside of it.

    Raises SkipDocument as `read` does. Whoever calls it bounds memory and time: the message is in memory, and so are the files.
    """
    finds = Finds()
    for _ in _words(_message(path), finds):
        pass
    return finds


def _message(path: Path) -> Message:
    # the standard parser knows no byte order mark and no wide characters
    content = decoded(path.read_bytes()).encode("utf-8", "surrogatepass") if _is_wide(path) else path.read_bytes()
    message = email.message_from_bytes(content.lstrip(b"\r\n"), policy=email.policy.default)
    if message.get_content_type() in ENCRYPTED and _smime_kind(message) != "signed-data":
        raise SkipDocument("encrypted", "an encrypted e-mail: save a copy that is decrypted")
    return message


def _elsewhere(message: Message) -> list[str]:
    """Of a message that was sent in pieces (RFC 2046, 5.2.2), or kept elsewhere (5.2.3), what says that this is not all of it."""
    kinds = {part.get_content_type() for part in message.walk()}
    return [gap for kind, gap in ELSEWHERE.items() if kind in kinds]


def _is_wide(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1024)
    return head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or b"\0" in head


def _smime_kind(message: Message) -> str:
    return str(message.get_param("smime-type") or "").lower()


def _headers(message: Message) -> list[tuple[str, str]]:
    return [(name, ", ".join(_header_values(message, name))) for name in SHOWN_HEADERS]


def _header_values(message: Message, name: str) -> list[str]:
    """The values of a header; one that the parser cannot make sense of as it stands in the file."""
    try:
        return [str(value) for value in message.get_all(name, [])]
    except STRANGE:
        return [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]


def _words(message: Message, finds: Finds, label: str = "", depth: int = 0) -> Iterator[Words]:
    """The texts of a part and of those inside it, in order; what is no text is noted as attached. `label` names the message inside."""
    kind = message.get_content_type()
    if depth > MOST_DEPTH:
        finds.attachments.append(Attachment("in messages nested too deeply", kind))
    elif kind == "multipart/alternative":
        yield from _alternative(message, finds, label, depth)
    elif message.is_multipart():
        if kind == "message/rfc822" or not kind.startswith("multipart/"):
            yield from _forwarded(message, finds, label, depth)
        else:
            for inner in _parts(message):
                yield from _words(inner, finds, label, depth + 1)
    elif kind in {"text/plain", "text/html"} and not _is_attached(message) and not is_binary(_content(message)):
        try:
            text = _text(message)
        except SkipDocument:
            finds.attachments.append(Attachment("with words in an unknown encoding", kind))
        else:
            yield finds.html_words(text, label) if kind == "text/html" else Words(text, label)
    elif not _is_resource(message):
        finds.attachments.append(_attachment(message))


def _alternative(part: Message, finds: Finds, label: str, depth: int) -> Iterator[Words]:
    """One of several forms of the same words, plain if it says anything; what else hangs on the others (pictures, files) is noted."""
    forms = [(inner, list(_words(inner, finds, label, depth + 1))) for inner in _parts(part)]
    said = [(inner, words) for inner, words in forms if any(has_letters(stretch.text) for stretch in words)]
    plain = next((words for inner, words in said if inner.get_content_type() == "text/plain"), None)
    yield from plain if plain is not None else said[-1][1] if said else []


def _forwarded(part: Message, finds: Finds, label: str, depth: int) -> Iterator[Words]:
    """A message that is attached as such is words, too: its headers and its body."""
    for inner in _parts(part):
        name = finds.next_message(label)
        if inner.keys():
            yield Words("\n".join(["Attached message", *header_lines(_headers(inner))]), name)
        yield from _words(inner, finds, name, depth + 1)


def _parts(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _is_attached(part: Message) -> bool:
    return _disposition(part) == "attachment" or bool(_name(part))


def _is_resource(part: Message) -> bool:
    """Whether a part is what a saved web page is made of: style sheets, scripts, fonts and small pictures with an address."""
    if not part.get("Content-Location") or _disposition(part) == "attachment":
        return False
    kind = part.get_content_type()
    small = kind.startswith("image/") and len(_attachment(part).content or b"") < SMALL_PICTURE_BYTES
    return small or kind in {"text/css", "text/javascript", "application/javascript"} or kind.startswith("font/")


def _disposition(part: Message) -> str:
    try:
        return (part.get_content_disposition() or "").lower()
    except STRANGE:
        return ""


def _name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except STRANGE:
        return "with a name that cannot be read"


def _attachment(part: Message) -> Attachment:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else None
    return Attachment(_name(part), part.get_content_type(), str(part.get("Content-ID") or ""), content)


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    """The words of a part: in the encoding that it names if that fits, else in the one that does."""
    content = _content(part)
    try:
        return content.decode(part.get_content_charset() or "")
    except STRANGE:
        return _guessed(content, declared=part.get_content_type() == "text/html")


def _guessed(content: bytes, *, declared: bool) -> str:
    """The words in an encoding that fits; a handful of bytes beyond ASCII is too few to guess from, and mostly Western."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        few = sum(byte > 0x7F for byte in content) < LEAST_TO_GUESS
        return content.decode("cp1252", "replace") if few and not declared else decoded(content, declared=declared)
