"""What a message becomes, whichever way it was stored: its headers, its words, and the names of what is attached to it.

Attachments are named and not read: a message with documents attached is `partial`. To read them as documents of their own, this is the
place that knows them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from nightclerk.ingest import html
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters

SHOWN_HEADERS = ("From", "To", "Cc", "Date", "Subject")
MOST_NAME = 120
SHOWN_ID = re.compile(r"""\bcid:([^"'\s<>)]+)""", re.IGNORECASE)
# a photographed page is larger
SMALL_PICTURE_BYTES = 100_000
# signatures of mail programs, and what they add to make themselves understood
NO_DOCUMENTS = frozenset(
    [
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "text/x-vcard",
        "text/vcard",
    ]
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; HTML shows it by its `content_id`."""

    name: str
    media_type: str = ""
    content_id: str = ""
    size_bytes: int = 0

    @property
    def label(self) -> str:
        """Its name on one line."""
        return " ".join(self.name.split())[:MOST_NAME] or f"without a name ({self.media_type or 'unknown type'})"

    def is_document(self, shown_ids: Collection[str]) -> bool:
        """Whether a person would open it to read it; a small picture among the words is the one of a signature."""
        is_shown = self.media_type.startswith("image/") and self.content_id.strip("<> ") in shown_ids
        return not (is_shown and self.size_bytes < SMALL_PICTURE_BYTES) and self.media_type not in NO_DOCUMENTS


@dataclass(slots=True)
class Finds:
    """What turns up on the way through a message: what is attached to it, and the ids of the pictures that its HTML shows."""

    attachments: list[Attachment] = field(default_factory=list)
    shown_ids: set[str] = field(default_factory=set)

    def html_words(self, source: str) -> str:
        """The words of an HTML body as a mail program shows them."""
        self.shown_ids.update(SHOWN_ID.findall(source))
        return "".join(page.text for page in html.parsed(source).pages)


def composed(headers: Sequence[tuple[str, str]], body: str, finds: Finds, gaps: Sequence[str] = ()) -> Reading:
    """The reading of a message from its headers (name, value), the text of its body and what turned up with it."""
    documents = [attachment.label for attachment in finds.attachments if attachment.is_document(finds.shown_ids)]
    lines = header_lines([*headers, ("Attachments", ", ".join(documents))])
    text = fold("\n".join([*lines, "", body])).strip() + "\n"
    missing = [f"attachment {label} was not read" for label in documents]
    title = next((value for name, value in headers if name == "Subject"), "")
    return Reading([PageText(text, status="text" if has_letters(text) else "blank")], title, gaps=[*gaps, *missing])


def header_lines(headers: Sequence[tuple[str, str]]) -> list[str]:
    """`Name: value` for each header that has a value."""
    return [f"{name}: {' '.join(value.split())}" for name, value in headers if has_letters(value)]
