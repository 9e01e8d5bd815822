"""Whether amendments are followed: families made of corpus contracts, run for real, and asked what held on three days.

    python benchmarks/families.py [--json] [--wrong 30]

To each labelled contract whose findings stand in numbered clauses two amendments are written, in wordings that amendments use, to some a
restatement, a namesake of another day with an amendment of its own, and an amendment of an agreement that is not there. All of them go through
a run with the rules analyst. Then: is each amendment tied to its agreement and to no other, and is the term of each changed clause right before
the first amendment, between the two and after both, and nothing else changed? German and French amendments, and the real
amendments of the corpus, are asked at the end. Every third wording was held back: nothing was tuned on it.
"""  # noqa: E501

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kin.foreign import foreign
from kin.papers import Case, Family, bases, families
from labelled import CORPUS, ROOT

REAL = {
    "cuad/txt/BellringBrandsInc_20190920_S-1_EX-10.12_11817081_EX-10.12_Manufacturing_Agreement3.txt": (
        "BellringBrandsInc_20190920_S-1_EX-10.12_11817081_EX-10.12_Manufacturing_Agreement1.txt"
    )
}


def run(folder: Path, home: Path) -> Path:
    """A run as a person would start it; the database."""
    own = {"NIGHTCLERK_DATA_DIR": str(home), "NIGHTCLERK_PROVIDER": "rules"}
    command = [sys.executable, "-m", "nightclerk", "run", str(folder), "--collection", "families", "--profile", "contract_review", "--json"]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"the run ended with exit code {done.returncode}:\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    return home / "nightclerk.db"


class Answers:
    """What the views say, once read."""

    def __init__(self, database: Path) -> None:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
            conn.row_factory = sqlite3.Row
            self.terms = [dict(row) for row in conn.execute("SELECT * FROM operative_terms")]
            self.links = {row["document"]: row for row in map(dict, conn.execute("SELECT * FROM amendment_chain"))}
        self.by_finding = {row["finding_id"]: row for row in self.terms if row["finding_id"]}
        self.by_family: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.terms:
            self.by_family[row["family_id"]].append(row)

    def holds(self, row: dict[str, Any], day: date) -> bool:
        """Whether a row is in force on a day."""
        return (row["starts_on"] is None or row["starts_on"] <= day.isoformat()) and (
            row["ends_on"] is None or row["ends_on"] > day.isoformat()
        )

    def stands(self, finding_id: str, day: date) -> bool:
        """Whether a finding of a base holds on a day; one of a document without a family always does."""
        row = self.by_finding.get(finding_id)
        return row is None or self.holds(row, day)

    def shown(self, case: Case, day: date) -> bool:
        """Whether the new wording of a case is to be read on a day, under the category of what it changes."""
        row = self.by_finding.get(case.target.finding_id)
        rows = self.by_family[row["family_id"]] if row else []
        said = (
            one["answer"] if one["kind"] == "passage" and one["answer"] else one["quote"]
            for one in rows
            if one["category"] == case.target.category and self.holds(one, day)
        )
        return any(case.mark in " ".join(words.split()) for words in said)


def days(family: Family) -> list[date]:
    """Before the first amendment, between the two, and after both."""
    starts = sorted({case.starts_on for case in family.cases})
    return [starts[0] - timedelta(days=30), starts[0] + timedelta(days=5), starts[-1] + timedelta(days=5)]


def wrong_of(answers: Answers, family: Family, case: Case) -> str:
    """What is wrong with one case, on any of the three days; empty where nothing is."""
    later = [
        one
        for one in family.cases
        if one.target == case.target and one.starts_on > case.starts_on and one.wording.does in ("whole", "delete", "words")
    ]
    earlier = [
        one
        for one in family.cases
        if one.target == case.target and one.starts_on < case.starts_on and one.wording.does in ("whole", "delete", "words")
    ]
    for day in days(family):
        begun, over = case.starts_on <= day, any(one.starts_on <= day for one in later)
        if case.wording.does != "keep":
            gone = begun or any(one.starts_on <= day for one in earlier)
            if answers.stands(case.target.finding_id, day) == gone:
                return f"the old term {'holds' if gone else 'does not hold'} on {day}"
        elif not later and not earlier and not answers.stands(case.target.finding_id, day):
            return f"the term does not hold on {day}, though nothing changes it"
        if case.wording.does in ("whole", "words") and answers.shown(case, day) != (begun and not over):
            return f"the new wording is {'not ' if begun and not over else ''}shown on {day}"
    return ""


def collateral(answers: Answers, family: Family) -> list[tuple[str, str]]:
    """(document, finding) that hold no longer on the last day although no instruction touches them."""
    touched = frozenset().union(*(case.changes for case in family.cases))
    last = days(family)[-1]
    found = []
    for finding_id, _, quote in family.base.others:
        if finding_id not in touched and not answers.stands(finding_id, last):
            row = answers.by_finding[finding_id]
            found.append((f"{row['superseded_by']}: {row['reason']}", " ".join(quote.split())[:60]))
    return found


def links(answers: Answers, made: list[Family]) -> dict[str, Any]:
    """Precision and recall of the links, with what is wrong."""
    wanted = dict(link for family in made for link in family.links)
    found = {name: row["changes"] for name, row in answers.links.items() if row["relation"] != "base" and row["changes"]}
    right = [name for name, base in found.items() if wanted.get(name, REAL_BY_NAME.get(name)) == base]
    all_wanted = {name: base for name, base in wanted.items() if base}
    return {
        "found": len(found),
        "wanted": len(all_wanted),
        "precision": round(len(right) / max(len(found), 1), 4),
        "recall": round(sum(found.get(name) == base for name, base in all_wanted.items()) / max(len(all_wanted), 1), 4),
        "wrong": [f"{name} -> {base}" for name, base in found.items() if name not in right],
        "missed": [
            f"{name}: {answers.links[name]['basis'] if name in answers.links else 'no family'}"
            for name, base in all_wanted.items()
            if found.get(name) != base
        ],
        "same_parties_other_agreement_left_alone": sum(base is None and name not in found for name, base in wanted.items()),
    }


REAL_BY_NAME = {Path(name).name: base for name, base in REAL.items()}


def terms(answers: Answers, made: list[Family], most: int) -> dict[str, Any]:
    """Per wording how many of its instructions have the right term on each of the three days."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for family in made:
        for case in family.cases:
            told = wrong_of(answers, family, case)
            key = f"{case.wording.does}: {case.wording.name}{' (held back)' if case.wording.held else ''}"
            counts[key]["wrong" if told else "right"] += 1
            if told:
                wrong.append(f"{key} | {case.document} | {case.target.label} {case.target.category} | {told}")
    aside = [one for family in made for one in collateral(answers, family)]
    tuned, held = ([count for key, count in counts.items() if ("held back" in key) == which] for which in (False, True))
    unchanged = sum(len(family.base.others) for family in made)
    return {
        "instructions": sum(sum(count.values()) for count in counts.values()),
        "right": _share([*tuned, *held]),
        "right_held_back": _share(held),
        "unchanged_findings": unchanged - len({f for family in made for case in family.cases for f in case.changes}),
        "wrongly_superseded": len(aside),
        "by_wording": {key: f"{count['right']} of {sum(count.values())}" for key, count in sorted(counts.items())},
        "examples": {"wrong": wrong[:most], "wrongly_superseded": [" | ".join(one) for one in aside[:most]]},
    }


def _share(counts: list[Counter[str]]) -> float:
    return round(sum(count["right"] for count in counts) / max(1, sum(sum(count.values()) for count in counts)), 4)


def measure(keep: Path | None, most: int) -> dict[str, Any]:
    """Everything."""
    with tempfile.TemporaryDirectory() as name:
        home = keep or Path(name)
        folder = home / "papers"
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted((CORPUS / "cuad" / "txt").glob("*.txt")):
            (folder / path.name).write_bytes(path.read_bytes())
        made = families(bases(run(folder, home / "data"), CORPUS / "cuad"), folder)
        answers = Answers(run(folder, home / "data"))
    return {
        "families": len(made),
        "documents": sum(len(family.links) for family in made) + 60,
        "links": links(answers, made),
        "terms": terms(answers, made, most),
        "other_languages": foreign(),
    }


def main() -> int:
    """Measure; the exit code is 2 without the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", type=int, default=30, help="how many of the wrong ones are listed")
    parser.add_argument("--keep", type=Path, help="a new folder for the papers and the database, to look at afterwards")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"there is no corpus at {CORPUS}", file=sys.stderr)
        return 2
    result = measure(arguments.keep, arguments.wrong)
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    result["cpu_s"] = round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 1)
    print(json.dumps(result, indent=None if arguments.json else 2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
