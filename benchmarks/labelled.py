"""The labelled corpus beside this repository, as the fidelity benchmark needs it: its labels, and where they stand in what we read."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CORPUS = SHARED / "corpus"
PURPOSE = "Find every passage of an agreement that one of the labelled questions is about."


def load_scorer() -> ModuleType:
    """The corpus' own scorer."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "tools" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(slots=True)
class Label:
    """One labelled span: where it stands in the text file, and where in the text that was read, if that could be found out."""

    document: str
    category: str
    quote: str
    span: tuple[int, int]
    occurrences: int
    read_span: tuple[int, int] | None = None


class Documents:
    """The files of one corpus, their labels, and the text that the product reads in each."""

    def __init__(self, corpus: str, kind: str, scorer: ModuleType) -> None:
        from nightclerk.text import Alignment

        self._scorer = scorer
        self.files = sorted((CORPUS / corpus / kind).glob(f"*.{kind}"))
        self.texts: dict[str, str] = {self.name(path): path.read_bytes().decode() for path in (CORPUS / corpus / "txt").glob("*.txt")}
        self.documents = {self.name(path): _read(path) for path in self.files}
        self.read = {name: document.text for name, document in self.documents.items()}
        self.back = {name: Alignment(self.read[name], self.texts[name]) for name in self.read}
        there = {name: Alignment(self.texts[name], self.read[name]) for name in self.read}
        self.labels = [
            Label(row["document"], row["category"], row["quote"], (row["s"], row["e"]), row["occ"])
            for row in scorer.load_gold(CORPUS / corpus / "gold.jsonl")
            if row["document"] in self.read
        ]
        for label in self.labels:
            label.read_span = there[label.document].span(*label.span) or self._same_sign(label)

    def _same_sign(self, label: Label) -> tuple[int, int] | None:
        """Where a quote without letters stands, `[●]` for one: the same one by count, where both texts have as many."""
        before, after = self.texts[label.document], self.read[label.document]
        places = [match.start() for match in re.finditer(re.escape(label.quote), after)]
        number = before.count(label.quote, 0, label.span[0])
        if not label.quote.strip() or len(places) != before.count(label.quote):
            return None
        return places[number], places[number] + len(label.quote)

    def name(self, path: Path) -> str:
        """The name of a document without its endings."""
        return str(self._scorer.docname(path.name))

    def write(self, folder: Path) -> Path:
        """The labels and texts as the oracle wants them; those that were not found in the reading it cannot know."""
        (folder / "txt").mkdir(parents=True)
        for name, text in self.read.items():
            (folder / "txt" / f"{name}.txt").write_bytes(text.encode())
        rows = [
            {"document": label.document, "category": label.category, "quote": label.quote, "char_start": span[0], "char_end": span[1]}
            for label in self.labels
            if (span := label.read_span)
        ]
        path = folder / "labels.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path


def _read(path: Path) -> Any:
    from nightclerk import ingest

    return ingest.read(path, ingest.detect(path), ingest.Limits())


def write_profile(folder: Path, name: str, categories: list[str]) -> None:
    """A profile with these categories and nothing of its own; the form of its answers and its prompts are the contract review's."""
    shipped = ROOT / "prompts" / "contract_review" / "v1"
    target = folder / name / "v1"
    shutil.copytree(shipped, target)
    manifest = yaml.safe_load((shipped / "profile.yaml").read_text("utf-8"))
    entries = [{"name": category, "kind": "clause", "question": category, "absence_matters": False} for category in categories]
    manifest |= {"name": name, "title": name, "purpose": PURPOSE, "max_output_tokens": 30_000, "credits": [], "categories": entries}
    schema = json.loads((shipped / "schema.json").read_text("utf-8"))
    schema["properties"]["findings"]["items"]["properties"]["category"]["enum"] = categories
    (target / "profile.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    (target / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    (target / "rules.yaml").write_text("rules: []\n", encoding="utf-8")
    (target / "cases.yaml").write_text("cases: []\n", encoding="utf-8")
