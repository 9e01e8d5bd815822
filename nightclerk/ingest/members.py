"""What a file holds: a member of an archive, an attachment of a message or of a PDF, before it is a file of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nightclerk.errors import SkipDocument

# named in the database and not on a run's list: nobody would open it to read it
SKIPPED = "skipped"
DRIVE = re.compile(r"\A[A-Za-z]:")
LINK = ("unsupported", "a link or a device in an archive, which is not followed")


def too_large(size_bytes: int, most_bytes: int) -> SkipDocument:
    """What is said of a file beyond the size that is read."""
    return SkipDocument("too_large", f"{size_bytes / 1e6:.1f} MB, more than the {most_bytes / 1e6:g} MB allowed (NIGHTCLERK_MAX_FILE_MB)")


def below(name: str) -> str:
    """Where a member lies in what holds it: its path without a drive, a root or a way up."""
    parts = DRIVE.sub("", name.replace("\\", "/")).split("/")
    return "/".join(part for part in parts if part not in {"", ".", ".."})


@dataclass(frozen=True, slots=True)
class Member:
    """One file in another. `content` gives its bytes when it is called; `status` and `reason` say why it is not to be.

    `status` is `skipped` for what is no document, such as the logo in a signature, else one of those of documents.
    """

    name: str
    content: Callable[[], Iterable[bytes]] | None = None
    status: str = ""
    reason: str = ""
