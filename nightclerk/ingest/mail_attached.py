"""What is attached to a message, as members of it. Runs in the reading process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from nightclerk.ingest import eml, msg, outlet
from nightclerk.ingest.mail import Attached
from nightclerk.ingest.members import Member


def of_eml(path: Path, *, most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The documents attached to an e-mail; raises SkipDocument as reading it does."""
    return _members(eml.attached(path))


def of_msg(path: Path, *, most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The documents attached to an Outlook message; raises SkipDocument as reading it does."""
    return _members(msg.attached(path))


def _members(attached: Iterable[Attached]) -> Iterator[Member]:
    """A message has no folders: a slash in a name is a part of it."""
    for name, _, content in attached:
        yield Member(name, partial(_whole, content))


def _whole(content: bytes) -> list[bytes]:
    return [content]


send_eml = partial(outlet.send, of_eml)
send_msg = partial(outlet.send, of_msg)
