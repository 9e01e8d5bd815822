"""Folded forms of a text that know the way back: every match in the folded text is an exact slice of the source.

The regular expressions are made for the characters that the text at hand really has, so that plain text is copied in long runs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nightclerk.text.characters import BROKEN_WORD, HYPHENS, character_class, fold_character, fold_cluster, is_mark, is_silent, is_space

# longest run of marks that is taken as one character: the limit of Unicode's stream-safe format (UAX #15); sorting more would be quadratic
_MARKS = 30
_JAMO = "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
_ASCII = frozenset(map(chr, range(128)))
_LINE_ENDS = frozenset("\n\r\f\v\x85\u2028\u2029")
Piece = tuple[int, int, str | None]


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text in pieces: runs copied character by character, and rewritten pieces that stand for one source span each.

    Piece k begins at `starts[k]` of `text` and at `sources[k]` of the source. `widths[k]` is the length of the source span behind a
    rewritten piece; 0 says that the piece is a copied run.
    """

    text: str
    starts: list[int]
    sources: list[int]
    widths: list[int]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The source span behind `text[start:end]`; None where that is empty or cuts through a rewritten piece (half of a ligature)."""
        if not 0 <= start < end <= len(self.text):
            return None
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        after_last = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.text)
        if (self.widths[first] and start > self.starts[first]) or (self.widths[last] and end < after_last):
            return None
        source_start = self.sources[first] + start - self.starts[first]
        return source_start, self.sources[last] + (self.widths[last] or end - self.starts[last])

    def place(self, source_index: int) -> int:
        """Where in `text` the source's character of that index went, or the next one that was not dropped."""
        piece = bisect_right(self.sources, source_index) - 1
        if piece < 0:
            return 0
        after = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
        if self.widths[piece]:
            return self.starts[piece] if source_index < self.sources[piece] + self.widths[piece] else after
        return min(self.starts[piece] + source_index - self.sources[piece], after)


def fold(source: str) -> Folded:
    """Fold white space, line-end hyphenation, quotes, dashes, ligatures, full-width forms, digits of all scripts, and case.

    Silent characters (zero-width, soft hyphens, tatweel, Arabic vowel signs) disappear. Linear in the length of the source.
    """
    alphabet = {character: fold_character(character) for character in set(source)}
    copied = source.translate({ord(character): folded for character, folded in alphabet.items() if len(folded) == 1})
    pattern = re.compile(_rewritten(alphabet))
    return _assemble(copied, _rewrites(pattern, source, copied))


def letters(folded: Folded) -> Folded:
    """What must agree whatever happened to layout and punctuation, from a folded text; offsets lead to that folded text.

    Kept are letters and digits of all scripts with their marks, currency and percent signs, ticked boxes, and signs that belong to a
    figure. What stands between two digits is kept too, so that 1.5, 1,5, 1 5 and 15 remain four different things.
    """
    text = folded.text
    # naming all of ASCII's punctuation makes one pattern serve nearly all texts
    dropped = character_class(character for character in _ASCII.union(text) if not _is_kept(character))
    pattern = re.compile(rf"[^{dropped}]+|(?<=\d)[{dropped}]++(?=\d)|(?<![^{dropped}])(?:-(?=\d)|[+<>=≤≥≠±](?= ?\d))")
    return _assemble(text, ((match.start(), match.end(), _gap(match.group())) for match in pattern.finditer(text)), keep_rest=False)


def _is_kept(character: str) -> bool:
    return character.isalnum() or is_mark(character) or character in "%‰‱$¢£¤¥€₩₹₽₺₴₪₫₦₱฿☐☑☒✓✔✕✖✗✘■□▢"


def _gap(run: str) -> str | None:
    """None copies the run; between two digits white space beside a dash or slash is layout, beside a point or comma it is not.

    The borders of table cells are layout as well: a row is quoted with them or with blanks.
    """
    if not run.strip(" |"):
        return " "
    if " " not in run or run == " " or "." in run or "," in run:
        return None
    return run.replace(" ", "")


def _rewritten(alphabet: dict[str, str]) -> str:
    """A pattern for everything that is not copied one to one; each alternative runs in linear time."""
    blank = character_class(c for c in alphabet if is_space(c) or (is_silent(c) and not is_mark(c)))
    silent = character_class(c for c in alphabet if is_silent(c))
    marks = character_class(c for c in alphabet if is_mark(c))
    several = character_class(c for c, folded in alphabet.items() if len(folded) > 1)
    parts = [rf"(?<=[^\W\d_])(?P<hyphen>[{re.escape(HYPHENS)}][{blank}]++)(?=[^\W\d_])"] if blank else []
    parts += [rf"[^{blank}{marks}][{marks}]{{1,{_MARKS}}}|[{marks}]{{2,{_MARKS}}}"] if marks else []
    parts += [rf"(?P<blank>[{blank}]{{2,}})"] if blank else []
    parts += [rf"[{silent}]"] if silent else []
    parts += [_JAMO] if any("\u1100" <= c <= "\u1112" for c in alphabet) else []
    parts += [rf"[{several}]"] if several else []
    return "|".join(parts) or r"(?!)"


def _rewrites(pattern: re.Pattern[str], source: str, copied: str) -> Iterator[Piece]:
    for match in pattern.finditer(source):
        start, end = match.span()
        folded = _rewrite(match.group(), match.lastgroup)
        if folded != copied[start:end]:
            yield start, end, folded


def _rewrite(run: str, kind: str | None) -> str:
    if kind == "hyphen":
        return "" if not _LINE_ENDS.isdisjoint(run) else "-" + _blank(run[1:])
    return _blank(run) if kind == "blank" else fold_cluster(run)


def _blank(run: str) -> str:
    """A run of white space and silent characters is one blank; nothing where a word was broken at the end of a line."""
    return " " if run[0] not in BROKEN_WORD and any(map(is_space, run)) else ""


def _assemble(copied: str, rewrites: Iterable[Piece], *, keep_rest: bool = True) -> Folded:
    """Join runs and rewritten pieces. With `keep_rest` the text between the pieces is copied, else it is dropped."""
    parts: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    widths: list[int] = []
    done = length = 0

    def add(text: str, source: int, width: int) -> None:
        nonlocal length
        if text:
            parts.append(text)
            starts.append(length)
            sources.append(source)
            widths.append(width)
            length += len(text)

    for start, end, folded in rewrites:
        if keep_rest:
            add(copied[done:start], done, 0)
        if folded is None:
            add(copied[start:end], start, 0)
        else:
            add(folded, start, end - start)
        done = end
    if keep_rest:
        add(copied[done:], done, 0)
    return Folded("".join(parts), starts, sources, widths)
