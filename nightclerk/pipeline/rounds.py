"""What is asked next where an answer could not be used or broke off: repair it, continue it, or ask about halves of its text.

A part is a span of a chunk that is asked about as one: the whole chunk, or a half of a part whose answers broke off before they said
anything new. Every reply that was paid for counts with the complete items that it holds, and no prompt is sent twice. Where the profile
wants a second pass, a part that was answered is asked about once more, for what its answer has missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nightclerk import findings
from nightclerk.dispatch.books import TRUNCATED
from nightclerk.errors import BadAnswer
from nightclerk.profiles import Profile
from nightclerk.records import Answer
from nightclerk.store.analyses import ReplyRow

MOST_REPAIRS = 1
MOST_CONTINUES = 3
# a shorter text than this has no room for findings that fill an answer
LEAST_CHARACTERS = 1_000
PROBLEMS_NAMED = 5
TOOLS_REFUSED = "the reply asks for tools, and none were offered: they were not called"

Next = Literal["", "repair", "continue", "split", "second"]


@dataclass(slots=True)
class Part:
    """One part, and what its replies come to."""

    chunk: Any
    start: int
    end: int
    replies: list[ReplyRow] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    # what the second pass has added
    missed: list[Answer] = field(default_factory=list)
    # why it is not answered; empty once it is
    gap: str = "not asked"
    # items that could not be used of an answer that is whole otherwise
    losses: str = ""
    notes: str = ""
    next: Next = ""
    error: str = ""

    @property
    def last(self) -> ReplyRow:
        """The newest of its questions, with its reply."""
        return self.replies[-1]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """(category, quote) of what its replies have said so far."""
        return list(dict.fromkeys((answer.category, answer.quote) for answer in [*self.answers, *self.missed]))


def parts(chunks: Sequence[Any], replies: Sequence[ReplyRow], profile: Profile, *, second: bool = False) -> list[Part]:
    """Every part that is not asked about in halves by now, in the order of the text, with its replies read; `second`: in two passes."""
    by_chunk: dict[str, dict[tuple[int, int], Part]] = {}
    for chunk in chunks:
        whole = (chunk.char_start, chunk.char_end)
        by_chunk[chunk.id] = {whole: Part(chunk, *whole)}
    for reply in sorted(replies, key=lambda reply: reply.round):
        found = by_chunk.get(reply.chunk_id)
        if found is not None:
            whole = next(iter(found))
            span = whole if reply.char_start is None or reply.char_end is None else (reply.char_start, reply.char_end)
            found.setdefault(span, Part(found[whole].chunk, *span)).replies.append(reply)
    return [part for found in by_chunk.values() for part in _leaves([_read(part, profile, second=second) for part in found.values()])]


def _leaves(read: list[Part]) -> list[Part]:
    """The parts without halves; what a part said before it was halved stands with its first half."""
    read.sort(key=lambda part: (part.start, -part.end))
    leaves: list[Part] = []
    carried: list[Answer] = []
    for place, part in enumerate(read):
        halved = place + 1 < len(read) and read[place + 1].end <= part.end and read[place + 1].start >= part.start
        if halved:
            carried += part.answers
        else:
            part.answers = carried + part.answers
            carried = []
            leaves.append(part)
    return leaves


def _read(part: Part, profile: Profile, *, second: bool) -> Part:
    _read_first(part, [reply for reply in part.replies if reply.kind != "second"], profile)
    again = [reply for reply in part.replies if reply.kind == "second"]
    if second and not part.gap:
        if again:
            _read_second(part, again[-1], profile)
        else:
            part.next = "second"
    return part


def _read_second(part: Part, reply: ReplyRow, profile: Profile) -> None:
    """Add what the second pass found. It is not repaired or continued: what it does not say whole is a loss."""
    if reply.answer is None:
        part.gap = f"second pass: {reply.reason or 'not answered yet'}"
        return
    try:
        parsed = findings.parse(reply.answer, profile, salvage=not reply.usable)
    except BadAnswer as bad:
        part.losses = "; ".join(filter(None, [part.losses, f"second pass: {bad}"]))
        return
    part.missed += parsed.answers
    broken = "" if reply.usable else reply.unusable_reason or ""
    if problems := "; ".join(filter(None, [broken, _named(parsed.problems)])):
        if parsed.whole and not broken:
            part.notes = "; ".join(filter(None, [part.notes, f"second pass: {problems}"]))
        else:
            part.losses = "; ".join(filter(None, [part.losses, f"second pass: {problems}"]))


def _read_first(part: Part, replies: Sequence[ReplyRow], profile: Profile) -> None:
    for reply in replies:
        known = len(part.kept)
        part.next, part.error = "", ""
        if reply.answer is None:
            part.gap = reply.reason or "not answered yet"
            break
        try:
            parsed = findings.parse(reply.answer, profile, salvage=not reply.usable)
        except BadAnswer as bad:
            part.gap = reply.unusable_reason or str(bad)
            part.error = str(bad)
            part.next = _after(part, reply, new=False)
            continue
        part.answers += parsed.answers
        if reply.usable:
            problems = _named([*([TOOLS_REFUSED] if reply.finish_reason == "tool_calls" else []), *parsed.problems])
            part.gap = ""
            part.losses, part.notes = ("", problems) if parsed.whole else (problems, "")
            break
        part.gap = part.error = reply.unusable_reason or reply.reason
        part.next = _after(part, reply, new=len(part.kept) > known)


def _named(problems: Sequence[str]) -> str:
    more = len(problems) - PROBLEMS_NAMED
    return "; ".join([*problems[:PROBLEMS_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _after(part: Part, reply: ReplyRow, *, new: bool) -> Next:
    """What to ask after a reply of no use; nothing where all has been tried."""
    count = [earlier.kind for earlier in part.replies].count
    if reply.finish_reason not in TRUNCATED:
        return "repair" if count("repair") < MOST_REPAIRS else ""
    if new and count("continue") < MOST_CONTINUES:
        return "continue"
    return "split" if part.end - part.start >= 2 * LEAST_CHARACTERS else ""
