"""What of the findings is right: pairs of labels and findings, counted by three measures.

`jaccard`: a label is found when a finding of its document and category has a token-set Jaccard of at least 0.5; a finding that fits none
is false (CUAD's protocol, arXiv 2103.06268). `one_to_one`: each finding serves one label at most. `located`: besides, the places overlap.
`detection`: is a category found in the documents that have it, wherever?
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nightclerk.evaluate.gold import ANY, Gold, Label

MEASURES = ("jaccard", "one_to_one", "located", "detection")
ALIKE = 0.5
# a party's name may be quoted with so many words around it
WORDS_BESIDE = 6
_DROPPED = str.maketrans("", "", ".,;:")


@dataclass(frozen=True, slots=True)
class Found:
    """One located finding; `flagged` where it did not stand: contradicted, unverified or unclear."""

    document: str
    category: str
    quote: str
    char_start: int | None
    char_end: int | None
    answer: str = ""
    confidence: float | None = None
    flagged: bool = False


@dataclass(slots=True)
class Score:
    """Counts of one category under one measure, and what follows from them."""

    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right of all that was found."""
        return self.right / (self.right + self.false) if self.right + self.false else float(not self.missed)

    @property
    def recall(self) -> float:
        """Found of all that is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: Score) -> None:
        """Count those of another one, too."""
        self.right += other.right
        self.false += other.false
        self.missed += other.missed


@dataclass(slots=True)
class Scores:
    """All scores of an evaluation: measure -> category -> counts, the pairs that were matched, and who answered right."""

    by_category: dict[str, dict[str, Score]] = field(default_factory=lambda: {name: defaultdict(Score) for name in MEASURES})
    correct: set[int] = field(default_factory=set)
    answers: Score = field(default_factory=Score)

    def total(self, measure: str) -> Score:
        """The counts of all categories."""
        whole = Score()
        for one in self.by_category[measure].values():
            whole.add(one)
        return whole


def score(gold: Gold, found: Sequence[Found], *, located: bool) -> Scores:
    """Compare findings with labels, document by document and category by category; findings of unlabelled documents are not counted.

    Findings that are flagged count as not found. `located` is False where the offsets of both are of different texts.
    """
    labels = _together(gold.labels, gold)
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, one in enumerate(found):
        if one.document in gold.documents and not one.flagged:
            groups[one.document, _key(one.category)].append(number)
    names = {_key(label.category): label.category for label in gold.labels}
    scores = Scores()
    for document, category in sorted({*labels, *groups}):
        if category == ANY or category in names:
            wanted = labels.get((document, category), [])
            numbers = (
                groups.get((document, category), [])
                if category != ANY
                else [n for key in groups if key[0] == document for n in groups[key]]
            )
            _count(scores, names.get(category, category), wanted, [(number, found[number]) for number in numbers], located=located)
    return scores


def _together(labels: Iterable[Label], gold: Gold) -> Mapping[tuple[str, str], list[Label]]:
    groups: defaultdict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        groups[label.document, _key(label.category)].append(label)
    return groups


def _key(category: str) -> str:
    return category if category == ANY else " ".join(re.findall(r"[^\W_]+", category.casefold()))


def _count(scores: Scores, category: str, labels: Sequence[Label], found: Sequence[tuple[int, Found]], *, located: bool) -> None:
    fits = {
        (i, k): likeness
        for i, label in enumerate(labels)
        for k, (_, one) in enumerate(found)
        if (likeness := _likeness(label, one, category))
    }
    hit_labels, hit_found = {i for i, _ in fits}, {k for _, k in fits}
    surplus = 0 if category == ANY else len(found) - len(hit_found)
    scores.by_category["jaccard"][category].add(Score(len(hit_labels), surplus, len(labels) - len(hit_labels)))
    scores.correct |= {found[k][0] for k in hit_found}
    if category != ANY:
        there, said = bool(labels), bool(found)
        scores.by_category["detection"][category].add(Score(int(there and said), int(said and not there), int(there and not said)))
    for measure in ("one_to_one", "located"):
        if measure == "located" and not located:
            continue
        pairs = _pairs(labels, found, fits, category, located=measure == "located")
        surplus = 0 if category == ANY else len(found) - len(pairs)
        scores.by_category[measure][category].add(Score(len(pairs), surplus, len(labels) - len(pairs)))
        if measure == "one_to_one":
            _answers(scores, [(labels[i], found[k][1]) for i, k in pairs])


def _pairs(
    labels: Sequence[Label], found: Sequence[tuple[int, Found]], fits: Mapping[tuple[int, int], float], category: str, *, located: bool
) -> list[tuple[int, int]]:
    """Each label with at most one finding and the reverse, the most alike first, then those whose places overlap."""
    ranked = sorted(
        (
            (likeness, _overlap(labels[i], found[k][1]), -i, -k)
            for (i, k), likeness in fits.items()
            if (not located or _in_place(labels[i], found[k][1])) and (_key(category) != "parties" or _is_short(labels[i], found[k][1]))
        ),
        reverse=True,
    )
    pairs: list[tuple[int, int]] = []
    for *_, i, k in ranked:
        if all(-i != one and -k != other for one, other in pairs):
            pairs.append((-i, -k))
    return pairs


def _answers(scores: Scores, pairs: Iterable[tuple[Label, Found]]) -> None:
    """Of matched labels that have an answer: how many findings give the same."""
    for label, one in pairs:
        if label.answer is not None:
            same = label.answer.casefold().strip(" .") == one.answer.casefold().strip(" .").split(",")[0].split(";")[0].strip(" .")
            scores.answers.add(Score(right=int(same), false=int(not same)))


def _likeness(label: Label, one: Found, category: str) -> float:
    if label.quote == one.quote:
        return 1.0
    if label.category == ANY:
        return float(_folded(label.quote) in _folded(one.quote))
    first, second = _tokens(label.quote), _tokens(one.quote)
    both = len(first | second)
    likeness = len(first & second) / both if both else 0.0
    if likeness >= ALIKE:
        return likeness
    return ALIKE if _key(category) == "parties" and label.quote in one.quote else 0.0


def _is_short(label: Label, one: Found) -> bool:
    first, second = _tokens(label.quote), _tokens(one.quote)
    return len(first & second) >= ALIKE * len(first | second) or len(second) <= len(first) + WORDS_BESIDE


def _in_place(label: Label, one: Found) -> bool:
    return label.char_start is None or label.occurrences > 1 or _overlap(label, one)


def _overlap(label: Label, one: Found) -> bool:
    if label.char_start is None or label.char_end is None or one.char_start is None or one.char_end is None:
        return False
    return min(label.char_end, one.char_end) > max(label.char_start, one.char_start)


def _tokens(text: str) -> frozenset[str]:
    return frozenset(text.translate(_DROPPED).lower().replace("/", " ").split())


def _folded(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.casefold()))
