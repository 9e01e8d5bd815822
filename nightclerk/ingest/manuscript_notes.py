"""What a manuscript notes beside its text, by places in it: changes and who made them, the nature of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

# what programs write for an unknown time lies before
FIRST_YEAR, LAST_YEAR = 1900, 9998


@dataclass(slots=True)
class Change:
    """Who did what: the kind of an annotation, and when. `lead` stands before the text of a note of our own."""

    kind: str
    author: str = ""
    made_at: datetime | None = None
    lead: str = ""


@dataclass(slots=True)
class Entry:
    """One annotation, by places; None for what has no place."""

    change: Change
    text: str
    start: int | None
    end: int | None

    @property
    def shown(self) -> bool:
        """Whether anything of it stands in the text."""
        return self.start is not None and self.end is not None and self.end > self.start


@dataclass(slots=True)
class Span:
    """One block, by places."""

    kind: str
    start: int
    end: int
    number: str
    table: int | None
    row: int | None
    cells: Sequence[int]
    part: str
    note: str


def made_at(text: str) -> datetime | None:
    """A time of a file, taken for UTC where it names no zone; None for what is no time, or stands for an unknown one (year 1, 1601)."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
