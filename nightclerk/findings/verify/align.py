"""Two texts side by side: which tokens of a claim stand in the source in the same order, and what differs between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from nightclerk.findings.verify.reading import Token

# of the claim's tokens, and of its words, that must stand in the source in order for the claim to be a copy of it
_COPY_SHARE = 0.7
_COPY_TOKENS = 4
# tokens beside a match that are looked at where the claim begins or ends
_BESIDE = 4
# tokens that are laid side by side: the time is their product where a text repeats itself
LONGEST, _SOURCE = 1_000, 2_000
# tokens of the source that a claim may leave out in one place, beyond what it says there instead
_GAP = 30


@dataclass(frozen=True, slots=True)
class Difference:
    """Tokens of the claim and of the source that stand at one place and differ. `gap`: a stretch that the claim leaves out."""

    claimed: Sequence[Token]
    source: Sequence[Token]
    before: Token | None
    after: Token | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a claim lies on its source: `share` of the claim's tokens found in order, and the places where the two differ."""

    share: float
    differences: tuple[Difference, ...]
    copied: bool


def align(claimed: Sequence[Token], source: Sequence[Token]) -> Alignment:
    """Lay a claim on its source."""
    claimed, source = claimed[:LONGEST], source[:_SOURCE]
    source = _window(claimed, source)
    codes = _matcher(claimed, source).get_opcodes()
    matched = sum(end - start for tag, start, end, _, _ in codes if tag == "equal")
    share = matched / len(claimed) if claimed else 0.0
    first = next((code for code in codes if code[0] == "equal"), None)
    last = next((code for code in reversed(codes) if code[0] == "equal"), None)
    if not first or not last:
        return Alignment(0.0, (), copied=False)
    copied = share >= _COPY_SHARE and len(claimed) >= _COPY_TOKENS
    return Alignment(share, tuple(_differences(codes, claimed, source)), copied)


def _matcher(claimed: Sequence[Token], source: Sequence[Token]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [token.key for token in claimed], [token.key for token in source], autojunk=False)


def _window(claimed: Sequence[Token], source: Sequence[Token]) -> Sequence[Token]:
    """The part of the source that the claim lies on: where most of it matches without a long gap, and a little around it.

    Without this the first words of a claim (The Seller shall) would match those of an earlier sentence.
    """
    best, current = (0, 0, 0, 0, 0), (0, 0, 0, 0, 0)
    for ours, theirs, size in _matcher(claimed, source).get_matching_blocks():
        size_so_far, first, start, last, end = current
        near = theirs - end <= _GAP + ours - last and size_so_far
        current = (
            (size_so_far + size, first, start, ours + size, theirs + size) if near else (size, ours, theirs, ours + size, theirs + size)
        )
        best = max(best, current, key=lambda cluster: cluster[0])
    _, first, start, last, end = best
    return source[max(0, start - first - _BESIDE) : end + len(claimed) - last + _BESIDE]


def _differences(
    codes: Sequence[tuple[str, int, int, int, int]], claimed: Sequence[Token], source: Sequence[Token]
) -> Iterator[Difference]:
    for number, (tag, start, end, source_start, source_end) in enumerate(codes):
        if tag == "equal":
            continue
        if number == 0:
            # what the source says before the claim begins is not the claim's, but for its last words
            source_start = max(source_start, source_end - (end - start) - _BESIDE)
        if number == len(codes) - 1:
            source_end = min(source_end, source_start + (end - start) + (_BESIDE if end > start else 2))
        before = claimed[start - 1] if start else None
        after = claimed[end] if end < len(claimed) else None
        yield Difference(claimed[start:end], source[source_start:source_end], before, after)
