"""Sections against hand labels: how many of the labelled starts are found, how many of the found are labelled, and how many paths agree.

The labels (tests/golden/sections) were written by reading, not by running the finder: every place a lawyer or an analyst would cite, with
the path that the document prints. A label without a path is a place that may be cited and need not: a run-in `(i)` in the middle of a
sentence, a heading without a number. tests/golden/clauses.json does the same for quotes that others labelled: the clause that each stands
in as the contract prints it, in three random samples: `known` (its errors were looked at), `fresh` (drawn afterwards) and `mixed` (drawn
from three collections of agreements; 45 of its 60 were right at first sight, and its errors were looked at, too).
`python tests/section_gold.py` prints the figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nightclerk import ingest
from nightclerk.ingest.sections import clause_path_at, find_sections
from nightclerk.records import Section

TESTS = Path(__file__).resolve().parent
CORPUS = TESTS.parent.parent / "shared" / "corpus"
LABELS = TESTS / "golden" / "sections"
CLAUSES = TESTS / "golden" / "clauses.json"
ORNAMENT = re.compile(r"[\s\"“*_#|]*")
UNCITED = {"preamble", "contents"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was found in one document or in several: counts of starts and of paths, and what went wrong."""

    labelled: int
    found: int
    matched: int
    same_path: int
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    other_path: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """The share of the labelled starts that were found."""
        return self.matched / self.labelled

    @property
    def precision(self) -> float:
        """The share of the found starts that are labelled."""
        return self.matched / self.found

    @property
    def exactness(self) -> float:
        """The share of the matched starts that have the labelled path."""
        return self.same_path / self.matched


def labels() -> list[Path]:
    """The files of labels, one per document."""
    return sorted(LABELS.glob("*.json"))


def compare(labelled: Path, corpus: Path) -> Agreement:
    """One document's sections against its labels."""
    gold = json.loads(labelled.read_text(encoding="utf-8"))
    text, sections = _read(gold["source"], gold["document"], corpus)
    start, end = gold["characters"] or (0, len(text))
    cited, optional = {}, set()
    for place, path in _places(text, gold["sections"], start):
        cited.update({place: path}) if path else optional.add(place)
    found = {_place(text, section.char_start): section.clause_path for section in sections if section.kind not in UNCITED}
    found = {place: path for place, path in found.items() if start <= place < end and place not in optional}
    matched = cited.keys() & found.keys()
    other = [place for place in sorted(matched) if as_cited(found[place]) != as_cited(cited[place])]
    return Agreement(
        len(cited),
        len(found),
        len(matched),
        len(matched) - len(other),
        tuple(f"{place} {cited[place]}" for place in sorted(cited.keys() - matched)),
        tuple(f"{place} {found[place]}" for place in sorted(found.keys() - matched)),
        tuple(f"{place} {found[place]} and not {cited[place]}" for place in other),
    )


def total(agreements: list[Agreement]) -> Agreement:
    """The counts of several documents together."""
    return Agreement(*(sum(getattr(each, name) for each in agreements) for name in ("labelled", "found", "matched", "same_path")))


def clauses(sample: str, corpus: Path) -> tuple[int, list[str]]:
    """How many quotes of a sample lie in the clause that their contract prints around them, and those that do not."""
    rows = json.loads(CLAUSES.read_text(encoding="utf-8"))[sample]
    outlines: dict[str, tuple[str, list[Section]]] = {}
    wrong = []
    for document, category, start, words, printed in rows:
        if document not in outlines:
            outlines[document] = _read("text", document, corpus)
        text, sections = outlines[document]
        if not " ".join(text[start : start + 400].split()).startswith(words):
            raise LookupError(f"{words!r} does not stand at {start} of {document}")
        found = clause_path_at(sections, start)
        if as_cited(found) != as_cited(printed):
            wrong.append(f"{document[:24]} {start} {category}: {found!r} and not {printed!r}")
    return len(rows), wrong


def as_cited(path: str) -> str:
    """A path as a citation, however it is set: `2 > (d) > 1.` and `2(d) > 1` are the same."""
    parts = [part.strip(" .").lower() for part in path.split(" > ")]
    return re.sub(r"[\s.]*>\(|\s+\(", "(", ">".join(parts))


def _read(source: str, document: str, corpus: Path) -> tuple[str, list[Section]]:
    if source == "sec":
        filing = ingest.read(corpus / "sec" / f"{document}.html", "text/html", ingest.Limits())
        return filing.text, list(filing.sections)
    collection, _, name = document.rpartition("/")
    text = (corpus / (collection or "cuad") / "txt" / f"{name}.txt").read_bytes().decode()
    return text, find_sections(text)


def _places(text: str, rows: list[list[str]], start: int) -> Iterator[tuple[int, str]]:
    """Where each label begins: at the first place after the label before it where its words stand, however they are spaced or celled."""
    for path, words in rows:
        match = re.compile(r"[\s|]+".join(re.escape(word) for word in words.split() if word != "|")).search(text, start)
        if match is None:
            raise LookupError(f"{words!r} does not stand after {start}")
        start = match.start() + 1
        yield _place(text, match.start()), path


def _place(text: str, start: int) -> int:
    """A start without the signs that may stand before a heading."""
    match = ORNAMENT.match(text, start)
    return match.end() if match else start


def main() -> None:
    """Print the figures, and with them every difference."""
    agreements = []
    for path in labels():
        agreement = compare(path, CORPUS)
        agreements.append(agreement)
        print(f"{path.stem[:24]:24} {agreement.matched}/{agreement.labelled} found, {agreement.found} in all, {agreement.same_path} paths")
        for name in ("missing", "surplus", "other_path"):
            for each in getattr(agreement, name):
                print(f"    {name:10} {each}")
    both = total(agreements)
    print(f"{both.labelled} labels: recall {both.recall:.3f}, precision {both.precision:.3f}, paths {both.exactness:.3f}")
    for sample in ("known", "fresh", "mixed"):
        count, wrong = clauses(sample, CORPUS)
        print(f"{sample} quotes: {count - len(wrong)} of {count} in their printed clause", *wrong, sep="\n    ")


if __name__ == "__main__":
    main()
