"""Where a list ends that is one sentence: behind the stop of its last item the text is that of the clause around the list again."""

from __future__ import annotations

import re

from nightclerk.ingest.marks import LIST, Mark
from nightclerk.ingest.sections_titles import title_of

# `(a) ...; and (b) ...`: the item behind such a word is the last of its sentence
LAST = re.compile(r"[;,][ \t\r\n]{0,20}(?:and/or|and|or),?[ \t\r\n]*\Z", re.IGNORECASE)
LOOK_BACK, LONGEST_ITEM = 40, 4_000
PARAGRAPH_END = r"\.[”\"’)\]]{0,3}[ \t]*(?:\r?\n[ \t]*){2,99}(?=\S)"
PARAGRAPH = re.compile(PARAGRAPH_END)
SENTENCE = re.compile(rf"{PARAGRAPH_END}|\.[”\"’)\]]{{0,3}}\s+(?=[“\"]?[A-Z])")
# behind an item the next one may begin a sentence, too
ITEM_END = re.compile(rf"{PARAGRAPH_END}|\.[”\"’)\]]{{0,3}}\s+(?=[“\"]?[A-Z]|\()")
AGREED, LONGEST_RECITALS = re.compile(r"now,?\s{1,9}therefore\b", re.IGNORECASE), 20_000
LAST_WORD = re.compile(r"(?<!\w)\w*+\Z")
ABBREVIATIONS = frozenset(
    [
        *("inc", "corp", "co", "ltd", "llc", "no", "nos", "sec", "secs", "art", "arts", "mr", "mrs", "ms", "messrs", "dr", "st"),
        *("vs", "jr", "sr", "al", "seq", "cf", "approx", "dept"),
    ]
)


def end_of_list(text: str, mark: Mark) -> int:
    """Where the clause goes on behind the last item of a list; 0 where an item is not known to be the last, or goes on itself.

    An item in running text ends with its sentence, an item of its own paragraph with that.
    """
    if mark.run_end:
        return mark.run_end
    if mark.rank < LIST or not LAST.search(text, max(0, mark.start - LOOK_BACK), mark.start):
        return 0
    if title_of(text, mark):
        # an item with a heading of its own has sentences of its own
        return 0
    return _end(SENTENCE if mark.inline else PARAGRAPH, text, mark.end, mark.end + LONGEST_ITEM)


def end_of_recitals(text: str, mark: Mark) -> int:
    """Where the words stand by which the parties begin to agree; 0 where the mark opens no recitals."""
    agreed = AGREED.search(text, mark.end, mark.end + LONGEST_RECITALS) if mark.kind == "recitals" else None
    return agreed.start() if agreed else 0


def sentence_end(text: str, start: int) -> int:
    """Where the sentence after the one at `start` begins; 0 if that is far off."""
    return _end(SENTENCE, text, start, start + LONGEST_ITEM)


def is_sentence(text: str, start: int, end: int) -> bool:
    """Whether no sentence ends between two places."""
    return end - start <= LONGEST_ITEM and not _end(ITEM_END, text, start, end)


def _end(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    # a sentence that ends right before the place counts, too
    return next((stop.end() for stop in pattern.finditer(text, start, end + 1) if not _is_abbreviated(text, stop.start())), 0)


def _is_abbreviated(text: str, stop: int) -> bool:
    """Whether a full stop ends a shortened word or an initial."""
    word = LAST_WORD.search(text[max(0, stop - LOOK_BACK) : stop])
    assert word is not None
    return word[0].lower() in ABBREVIATIONS or (len(word[0]) == 1 and word[0].isalpha())
