"""How well defined terms and cross-references are found, against hand labels, and what it costs.

    python benchmarks/context.py [--characters 400000] [--json]

The labels are those of tests/golden/context; documents of a corpus that is not on this machine are left out and counted. The cost is that
of one survey of a contract of so many characters, made of numbered clauses with definitions and references, in CPU seconds, beside one pass
of a regular expression over the words of the same text.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import context_gold

from nightclerk.context import survey
from nightclerk.ingest.sections import find_sections

PROSE = (
    "The Company shall give notice of it to the other Party within thirty (30) days after the end of each Fiscal Year, and shall keep such "
    "books and records as are needed to show that it has done what it has undertaken to do, for as long as the law of the place where "
    "they are kept requires it. "
) * 6


def figures() -> dict[str, Any]:
    """Precision and recall by document and over all."""
    rows: dict[str, Any] = {}
    terms, references, absent = [], [], 0
    for path in context_gold.labels():
        gold = json.loads(path.read_text(encoding="utf-8"))
        try:
            found = context_gold.surveyed(gold)
        except FileNotFoundError:
            absent += 1
            continue
        pair = context_gold.terms(gold, found), context_gold.references(gold, found)
        # the documents that were written for the tests say nothing about others
        if "text" not in gold:
            terms.append(pair[0])
            references.append(pair[1])
        rows[path.stem] = {"terms": row(pair[0]), "references": row(pair[1])}
    return {
        "terms": row(context_gold.together(terms)),
        "references": row(context_gold.together(references)),
        "absent": absent,
        "documents": rows,
    }


def row(one: context_gold.Agreement) -> dict[str, Any]:
    """One agreement as a row."""
    counts = {"labelled": one.labelled, "found": one.found, "matched": one.matched}
    return {**counts, "precision": round(one.precision, 3), "recall": round(one.recall, 3), "wrong": list(one.wrong)}


def contract(characters: int) -> str:
    """A contract of numbered clauses, with about as many definitions and references as a merger agreement has in as much text."""
    clauses = []
    length = 0
    while length < characters:
        n = len(clauses) + 1
        small = f"under Section {max(1, n - 3)}.2 (a “Small Matter {n}”)"
        defines = f"{n}.1 “Permitted Matter {n}” means any matter that the Company may pursue {small}."
        asks = (
            f"{n}.2 Subject to Sections {n}.1 and {max(1, n - 1)}.1, the Company shall pursue every Permitted Matter {max(1, n - 2)} "
            "in good faith, as Exhibit A requires."
        )
        clauses.append(f"{n}. Matter {n}\n\n{defines}\n\n{asks} {PROSE}\n\n")
        length += len(clauses[-1])
    return "This Agreement (the “Agreement”) is made by Alderbrook Works Ltd. (the “Company”).\n\n" + "".join(clauses)


def cost(characters: int) -> dict[str, float]:
    """CPU seconds of one survey, and of one pass over the words: the least of three each."""
    text = contract(characters)
    sections = find_sections(text)
    word = re.compile(r"\w+")
    looking = min(_cpu(lambda: survey(text, sections)) for _ in range(3))
    passing = min(_cpu(lambda: sum(1 for _ in word.finditer(text))) for _ in range(3))
    return {
        "characters": len(text),
        "survey_cpu_s": round(looking, 3),
        "words_cpu_s": round(passing, 3),
        "ratio": round(looking / passing, 1),
    }


def _cpu(work: Any) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=400_000)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    result = {**figures(), "cost": cost(options.characters)}
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for name, found in [*result["documents"].items(), ("together, corpus only", result)]:
        for what in ("terms", "references"):
            one = found[what]
            shares = f"precision {one['precision']:.3f}, recall {one['recall']:.3f}"
            print(f"{name:24} {what:10} {one['matched']:4} of {one['labelled']:4}, {one['found']:4} found: {shares}")
    spent = result["cost"]
    print(f"survey of {spent['characters']:,} characters: {spent['survey_cpu_s']} CPU s, {spent['ratio']} passes over the words")


if __name__ == "__main__":
    main()
