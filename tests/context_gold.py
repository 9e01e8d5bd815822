"""Definitions and references against hand labels: how many are found, how many of the found are labelled, and where references lead.

The labels (tests/golden/context) were written by reading, before the finder was run on them: every term that a document defines, by the
name it gives, and every reference to a numbered clause or an exhibit in the order of the text, with the clause that it leads to, `nowhere`
where the document has none of that number, or `other` where it is another document's. Both ends of a range count; `this Section` without a
number, headings, and tables of contents do not.

A label file with a `text` is a document written for this project and stands whole in the repository.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightclerk import ingest
from nightclerk.context import Survey, survey
from nightclerk.context.outline import parse_key
from nightclerk.ingest.sections import find_sections

TESTS = Path(__file__).resolve().parent
CORPUS = TESTS.parent.parent / "shared" / "corpus"
LABELS = TESTS / "golden" / "context"
WORD = re.compile(r"(?:Section|Clause|Abschnitt|Article|Artikel|§|第)\s?")
EXHIBIT = re.compile(r"(?:Exhibit|Schedule|Annexe?|Appendix|Anlage) (.*)")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was found of what was labelled, in one document or in several; `wrong` lists both sides of what differs."""

    labelled: int
    found: int
    matched: int
    wrong: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """The share of the labels that were found."""
        return self.matched / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that is labelled."""
        return self.matched / self.found if self.found else 1.0


def labels() -> list[Path]:
    """The files of labels, one per document."""
    return sorted(LABELS.glob("*.json"))


def surveyed(gold: dict[str, Any]) -> Survey:
    """The survey of a labelled document; raises FileNotFoundError where it is in a corpus that is not on this machine."""
    if "text" in gold:
        return survey(gold["text"], find_sections(gold["text"]), gold["language"])
    path = CORPUS / gold["document"]
    if not path.exists():
        raise FileNotFoundError(path)
    document = ingest.read(path, ingest.inspect(path).media_type, ingest.Limits(), ingest.Options())
    return survey(document.text, document.sections, gold["language"])


def terms(gold: dict[str, Any], found: Survey) -> Agreement:
    """The names of the defined terms."""
    return _agreement(Counter(gold["terms"]), Counter({term.name for term in found.terms}))


def references(gold: dict[str, Any], found: Survey) -> Agreement:
    """The references: number and where it leads to."""
    labelled = Counter((_number(label), {"other": "elsewhere"}.get(target, target)) for label, target in gold["references"])
    told = Counter(
        (("exhibit", one.label) if one.is_exhibit else parse_key(one.label), one.clause_path if one.where == "here" else one.where)
        for one in found.references
    )
    return _agreement(labelled, told)


def together(agreements: Iterable[Agreement]) -> Agreement:
    """The sums over documents."""
    every = list(agreements)
    wrong = tuple(line for one in every for line in one.wrong)
    return Agreement(sum(one.labelled for one in every), sum(one.found for one in every), sum(one.matched for one in every), wrong)


def _agreement(labelled: Counter[Any], found: Counter[Any]) -> Agreement:
    missing, surplus = labelled - found, found - labelled
    wrong = [f"missing {one}" for one in missing.elements()] + [f"surplus {one}" for one in surplus.elements()]
    return Agreement(labelled.total(), found.total(), (labelled & found).total(), tuple(wrong))


def _number(label: str) -> tuple[str, ...]:
    exhibit = EXHIBIT.fullmatch(label)
    if exhibit:
        return "exhibit", exhibit[1]
    number = WORD.sub("", label, count=1).replace("条", "")
    return (number,) if number.isalpha() and number.islower() else parse_key(number)
