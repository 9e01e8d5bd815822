"""What a message becomes, whichever way it was stored: its headers, its words, and the names of what is attached to it.

What is attached is named here and read as documents of their own, which `eml.attached` and `msg.attached` hand out. What they cannot hand
out stays a gap of the message.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nightclerk.ingest import html
from nightclerk.ingest.reading import PageText, Reading, fold, has_letters
from nightclerk.records import Block

SHOWN_HEADERS = ("From", "To", "Cc", "Date", "Subject")
MOST_NAME = 120
# (name, media type as declared, content) of a file that came with a message
Attached = tuple[str, str, bytes]
# nobody sends so many; a list of more is cut and told
MOST_ATTACHED, MOST_GAPS = 1_000, 20
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
# lines that were answered, and what mail programs write above a message that they quote whole
QUOTED = re.compile(
    r"(?:^>[^\n]*(?:\n|\Z))+|^-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine) ?-{2,}\n.*", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; HTML shows it by its `content_id`. Its content is None where it cannot be had."""

    name: str
    media_type: str = ""
    content_id: str = ""
    content: bytes | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """Its name on one line, cut in the middle if it is long."""
        name = " ".join(self.name.split())
        short = f"{name[: MOST_NAME - 20]}…{name[-19:]}" if len(name) > MOST_NAME else name
        return short or f"without a name ({self.media_type or 'unknown type'})"

    def is_document(self, shown_ids: Collection[str]) -> bool:
        """Whether a person would open it to read it; a small picture among the words is the one of a signature."""
        is_shown = self.media_type.startswith("image/") and self.content_id.strip("<> ") in shown_ids
        return not (is_shown and len(self.content or b"") < SMALL_PICTURE_BYTES) and self.media_type not in NO_DOCUMENTS


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of a message: its text, the blocks of that, and the part of the message that it is, where that is not the body."""

    text: str
    part: str = ""
    blocks: tuple[Block, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(slots=True)
class Finds:
    """What turns up on the way through a message: what is attached to it, the ids of the pictures it shows, how many messages it holds."""

    attachments: list[Attachment] = field(default_factory=list)
    shown_ids: set[str] = field(default_factory=set)
    messages: int = 0

    def html_words(self, source: str, part: str = "") -> Words:
        """The words of an HTML body as a mail program shows them."""
        self.shown_ids.update(SHOWN_ID.findall(source))
        reading = html.parsed(source)
        return Words("".join(page.text for page in reading.pages), part, tuple(reading.blocks), tuple(reading.gaps))

    def next_message(self, part: str) -> str:
        """What a message inside of this one, or of its part, is called."""
        self.messages += 1
        return f"{part}, attached message {self.messages}".removeprefix(", ")

    def documents(self) -> list[Attachment]:
        """What a person would open to read it."""
        return [attachment for attachment in self.attachments if attachment.is_document(self.shown_ids)]

    def left_out(self) -> list[str]:
        """The names of what came with it and is no document: signatures, contact cards, logos."""
        return [attachment.label for attachment in self.attachments if not attachment.is_document(self.shown_ids)]


def handed_out(finds: Finds, most_bytes: int) -> Iterator[Attached]:
    """The attached documents with their contents, at most MOST_ATTACHED and in all `most_bytes`."""
    for attachment in _kept(finds.documents(), most_bytes):
        yield attachment.label, attachment.media_type, attachment.content or b""


def composed(
    headers: Sequence[tuple[str, str]], words: Iterable[Words], finds: Finds, most_bytes: int, gaps: Sequence[str] = ()
) -> Reading:
    """The reading of a message from its headers (name, value), its words and what turned up; `most_bytes` as in `handed_out`."""
    stretches = list(words)
    documents = finds.documents()
    names = ", ".join(document.label for document in documents[:MOST_ATTACHED])
    head = Words("\n".join(header_lines([*headers, ("Attachments", names)])), "headers")
    text, blocks = _laid_out([head, *stretches])
    found = dict.fromkeys(gap for stretch in stretches for gap in stretch.gaps)
    kept = set(map(id, _kept(documents, most_bytes)))
    missing = [f"attachment {document.label} was not read" for document in documents if id(document) not in kept]
    if len(missing) > MOST_GAPS:
        missing = [*missing[:MOST_GAPS], f"and {len(missing) - MOST_GAPS} more"]
    title = next((value for name, value in headers if name == "Subject"), "")
    page = PageText(text, status="text" if has_letters(text) else "blank")
    return Reading([page], title, gaps=[*gaps, *found, *missing], blocks=blocks)


def _kept(documents: Sequence[Attachment], most_bytes: int) -> Iterator[Attachment]:
    """Those whose content can be handed out: parts that share their bytes to seem more than the file holds are not."""
    for document in documents[:MOST_ATTACHED]:
        if document.content is not None and len(document.content) <= most_bytes:
            most_bytes -= len(document.content)
            yield document


def _laid_out(stretches: Sequence[Words]) -> tuple[str, list[Block]]:
    """The text of the stretches, a blank line between them, and the blocks over it."""
    texts: list[str] = []
    blocks: list[Block] = []
    position = 0
    for stretch in stretches:
        folded = fold(stretch.text)
        text = folded.strip()
        if text:
            blocks += _blocks(stretch, text, position, len(folded) - len(folded.lstrip()))
            texts.append(text)
            position += len(text) + 2
    return "\n\n".join(texts) + "\n", blocks


def _blocks(stretch: Words, text: str, position: int, lead: int) -> Iterator[Block]:
    """The blocks of a stretch whose stripped text begins at a position; `lead` characters were stripped before it."""
    if stretch.part:
        yield Block("paragraph", position, position + len(text), part=stretch.part)
    for match in QUOTED.finditer(text):
        part = f"{stretch.part}, quoted reply".removeprefix(", ")
        yield Block("paragraph", position + match.start(), position + match.end(), part=part)
    shift = position - lead
    for block in stretch.blocks:
        end = min(block.char_end + shift, position + len(text))
        cells = tuple(min(cell + shift, end) for cell in block.cells)
        yield replace(block, char_start=block.char_start + shift, char_end=end, cells=cells, part=stretch.part)


def header_lines(headers: Sequence[tuple[str, str]]) -> list[str]:
    """`Name: value` for each header that has a value."""
    return [f"{name}: {' '.join(value.split())}" for name, value in headers if has_letters(value)]
