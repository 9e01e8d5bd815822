"""What is attached to a message, as members of it. Runs in the reading process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nightclerk.ingest import eml, msg, outlet
from nightclerk.ingest.mail import MOST_ATTACHED, Finds, handed_out
from nightclerk.ingest.members import SKIPPED, Member


def of_eml(path: Path, *, most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The documents attached to an e-mail; raises SkipDocument as reading it does."""
    return _members(eml.found(path), path)


def of_msg(path: Path, *, most_file_bytes: int, most_bytes: int) -> Iterator[Member]:
    """The documents attached to an Outlook message; raises SkipDocument as reading it does."""
    return _members(msg.found(path), path)


def _members(finds: Finds, path: Path) -> Iterator[Member]:
    """A message has no folders: a slash in a name is a part of it. What is left out comes last, and is named."""
    for name, _, content in handed_out(finds, path.stat().st_size):
        yield Member(name, partial(_whole, content))
    for name in finds.left_out()[:MOST_ATTACHED]:
        yield Member(name, None, SKIPPED, "a signature, a contact card, or a small picture among the words")


def _whole(content: bytes) -> list[bytes]:
    return [content]


send_eml = partial(outlet.send, of_eml)
send_msg = partial(outlet.send, of_msg)
