"""What walks from one room to the next: frozen records, and the ids they are filed under."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

NANO = 1_000_000_000
# statuses of a page that was read: its text layer, its picture by OCR, or nothing because there is nothing on it
READABLE = ("text", "ocr", "blank")
# roles of the evidence that a finding stands on
GROUNDS = ("basis", "definition", "context")


MatchLevel = Literal["exact", "folded", "letters", "across", "parts", "fuzzy", "none"]
FindingState = Literal["present", "not_present", "no_match", "unclear", "contradicted", "unverified"]


def new_id() -> str:
    """A fresh id, 32 hexadecimal characters, made by the client so that no insert has to be read back."""
    return uuid.uuid4().hex


def derived_id(*parts: object) -> str:
    """The id that the same parts always get, 32 hexadecimal characters; doing the work again then meets its own row."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


def utc_now() -> datetime:
    """The time now, in UTC and aware of it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was found: where it is and what bytes it holds. `path` is where it lay when it was looked at."""

    uri: str
    path: Path
    name: str
    media_type: str
    sha256: str
    size_bytes: int
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: `text[char_start:char_end]`. `status` is text, ocr, blank, needs_ocr or garbled."""

    index: int
    label: str
    char_start: int
    char_end: int
    status: str = "text"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: heading and body. `clause_path` is what people cite, e.g. `Article VII > 7.2 > (b)`."""

    ordinal: int
    kind: str
    clause_path: str
    title: str
    depth: int
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document's text with a nature of its own: `text[char_start:char_end]`. Plain paragraphs of the body need none.

    `kind` is one of heading, paragraph, list_item, table_row, page_header, page_footer, footnote, endnote, text_box, form_field. `number`
    is a label that the file does not hold and Word or a browser would print; it stands in the text, and the block begins with it.
    `cells` are the offsets at which the cells of a row begin; `table` and `row` count from 0. `part` names the part of the file that it
    came from, where that is not the body; `note` says what else a reader knows (the unit of a table, the context of a fact).
    """

    kind: str
    char_start: int
    char_end: int
    number: str = ""
    table: int | None = None
    row: int | None = None
    cells: tuple[int, ...] = ()
    part: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What somebody did to a document or wrote about it: a tracked change, a comment, a note on a page.

    `kind` is one of insertion, deletion, move_from, move_to, format, comment, note. `text` is what was inserted, deleted or said.
    The span is where it stands in the document's text: empty for a deletion that the view leaves out, None where it has no place.
    """

    kind: str
    text: str
    author: str = ""
    made_at: datetime | None = None
    char_start: int | None = None
    char_end: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One reading of a file: one text, which never changes afterwards, and its parts as spans of it.

    `status` is one of read, partial, encrypted, needs_ocr, damaged, empty, unsupported, too_large, failed; every status but `read`
    comes with a `reason`. `reader` names the reader and its version: another fingerprint is another reading. `view` is `as_is`, or
    `accepted`, `original` or `marked_up` for a file that can hold tracked changes. `layout` are its blocks as `ingest.blocks` packs them.
    """

    text: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]
    reader: str
    media_type: str
    view: str = "as_is"
    title: str = ""
    language: str = ""
    status: str = "read"
    reason: str = ""
    annotations: tuple[Annotation, ...] = ()
    layout: bytes = b""

    @property
    def readable_share(self) -> float:
        """The share of pages whose status is one of READABLE, 0 to 1; 0 where nothing could be read."""
        if not self.pages:
            return 0.0
        return sum(page.status in READABLE for page in self.pages) / len(self.pages)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of a document, on clause borders: `document.text[char_start:char_end] == text`."""

    ordinal: int
    char_start: int
    char_end: int
    text: str
    tokens: int
    clause_path: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of the document that a question shows beside its chunk: `document.text[char_start:char_end] == text`.

    `role` is `definition` of a term that the chunk uses, or `context`, a clause that it points to.
    """

    char_start: int
    char_end: int
    text: str
    role: Literal["definition", "context"]
    clause_path: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, ready for any provider: messages, the schema of the answer, and what may be spent on it.

    `chunk_text` is the bare text of the chunk, `position` its (ordinal from 0, count of chunks in the document). `temperature`, `top_p` and
    `effort` are the profile's, None where the catalog's hold.
    """

    profile: str
    version: str
    prompt_sha256: str
    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    chunk_text: str
    position: tuple[int, int]
    max_output_tokens: int
    prompt_tokens: int
    sample: int = 0
    temperature: float | None = None
    top_p: float | None = None
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider says it used, in tokens; of OCR, in pages.

    Thinking is inside `completion_tokens`; `thinking_tokens` is our own estimate.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    thinking_tokens: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call brought, before anybody interprets it. `usage` is None where the provider sent none."""

    raw_body: str
    answer: str
    thinking: str
    finish_reason: str
    model_served: str
    usage: Usage | None
    http_status: int = 200
    provider_request_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Price:
    """One model's price from a day on, in nano-USD per token (2 USD per million tokens = 2,000) and per page that OCR reads."""

    provider: str
    model: str
    valid_from: date
    input_nano_usd: int
    cached_nano_usd: int
    output_nano_usd: int
    batch_percent: int
    page_nano_usd: int
    source: str
    retrieved_on: date

    @property
    def id(self) -> str:
        """The id of its row in `prices`."""
        return derived_id("price", self.provider, self.model, self.valid_from.isoformat())


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the catalog knows about a model. `reasoning` is prompt_mode, effort or none; `batchable` whether batch jobs can ask it."""

    id: str
    provider: str
    context_tokens: int
    max_output_tokens: int
    reasoning: str
    structured_output: bool
    temperature: float
    top_p: float | None
    retired_on: date | None
    replacement: str | None
    source: str
    batchable: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Where a quote stands in the source, and how closely: `source[char_start:char_end]`.

    `claim` are the words of the quote that stand there, where it stands in several pieces; empty means all of them.
    """

    char_start: int
    char_end: int
    level: MatchLevel
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """The typed value of an answer; what does not apply stays None. `text` is the value as the answer words it."""

    text: str | None = None
    number: float | None = None
    unit: str | None = None
    scale: str | None = None
    currency: str | None = None
    day: date | None = None
    duration: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    period_instant: date | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One item of a parsed reply, before its quote was looked for in the source."""

    category: str
    state: FindingState
    quote: str
    answer: str
    value: Value = Value()
    confidence: float | None = None
    rule_id: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing of an answer or a quote that does not stand in the source.

    `check` is what was looked at (quote, figure, scale, unit, currency, date, party, term, negation, modality, exception, reference,
    language, instruction), `result` is contradicted or unverified, `says` names the two readings in a sentence.
    """

    check: str
    result: Literal["contradicted", "unverified"]
    claimed: str
    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One cited span of a finding. `quote` is the source's own slice; it is empty where the claim was not found.

    `role` is `basis` for what the finding stands on, in several pieces where its quote stands so; `definition` or `context` where that is
    not in the chunk that was asked about but in a passage shown beside it; and `repeat` for another place or another answer that says the
    same. `checks_passed` names what was looked at and stands in the source, `checks_failed` says what does not.
    """

    claimed_quote: str
    quote: str
    char_start: int | None
    char_end: int | None
    match_level: MatchLevel
    clause_path: str = ""
    page_index: int | None = None
    page_label: str | None = None
    last_page_index: int | None = None
    last_page_label: str | None = None
    role: str = "basis"
    checks_passed: tuple[str, ...] = ()
    checks_failed: tuple[Check, ...] = ()

    @property
    def is_ground(self) -> bool:
        """Whether the finding stands on it, wherever it was shown."""
        return self.role in GROUNDS


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer about one document, with the evidence it stands on.

    `asked` names the question that it answers, within its analysis: what one answer lists apart was told apart by whoever answered.
    `votes` is how many samples had a say, `votes_agreeing` how many of them say this; None where there was no vote.
    """

    category: str
    state: FindingState
    answer: str
    evidence: tuple[Evidence, ...]
    value: Value = Value()
    confidence: float | None = None
    rule_id: str | None = None
    severity: str | None = None
    asked: str = ""
    votes: int | None = None
    votes_agreeing: int | None = None
