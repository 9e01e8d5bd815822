"""True passages of labelled documents: what falsified and faithful replies are made from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

# every fourth document is never looked at while checks are written
HELD_OUT_OF = 4
LEAST = 3
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Paper:
    """One document: its name, text, language and the names of its parties as labelled."""

    name: str
    text: str
    language: str
    parties: tuple[str, ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the part that nobody tunes on, by a hash of its name."""
        return int(hashlib.sha256(self.name.encode()).hexdigest(), 16) % HELD_OUT_OF == 0

    @cached_property
    def plain(self) -> str:
        """Its text in lower case, letters and digits only: what stands in it, however it is laid out."""
        return "".join(filter(str.isalnum, self.text.casefold()))

    def says(self, quote: str) -> bool:
        """Whether a quote stands in it, but for layout and punctuation."""
        return "".join(filter(str.isalnum, quote.casefold())) in self.plain


@dataclass(frozen=True)
class Passage:
    """A true quote of a document, and what it is about."""

    paper: Paper
    category: str
    quote: str


def passages(corpus: Path) -> Iterator[Passage]:
    """The labelled spans of CUAD, ContractNLI and MAUD, table rows of TAT-QA, and sentences of the documents in other languages."""
    folders = (_labelled(corpus / "cuad"), _nli(corpus / "contractnli"), _labelled(corpus / "maud"), _tables(corpus / "tatqa"))
    for found in (*folders, _other_languages(corpus / "multilingual")):
        # some labels are a sign or a blank
        yield from (passage for passage in found if sum(map(str.isalnum, passage.quote)) >= LEAST)


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _labelled(folder: Path) -> Iterator[Passage]:
    rows = _rows(folder / "gold.jsonl")
    parties: dict[str, list[str]] = {}
    for row in rows:
        if row["category"] == "Parties" and len(row["quote"]) < 60 and "\n" not in row["quote"]:
            parties.setdefault(row["document"], []).append(row["quote"].strip('"“”() '))
    papers = {name: _paper(folder / "txt", name, parties.get(name, [])) for name in {row["document"] for row in rows}}
    yield from (Passage(papers[row["document"]], row["category"], row["quote"]) for row in rows)


def _paper(folder: Path, name: str, parties: list[str]) -> Paper:
    path = folder / name if (folder / name).exists() else folder / f"{name}.txt"
    if not path.exists():
        path = folder / f"{Path(name).stem}.txt"
    with path.open(encoding="utf-8", newline="") as file:
        return Paper(name, file.read(), "en", tuple(dict.fromkeys(parties)))


def _nli(folder: Path) -> Iterator[Passage]:
    papers: dict[str, Paper] = {}
    for row in _rows(folder / "gold.jsonl"):
        paper = papers.setdefault(row["document"], _paper(folder / "txt", row["document"], []))
        for span in row["evidence"]:
            yield Passage(paper, row["category"], span["quote"])  # type: ignore[index]


def _tables(folder: Path) -> Iterator[Passage]:
    """Lines of a report that hold the answer to a question, where only one line does."""
    for row in _rows(folder / "qa.jsonl"):
        text = _text_of(folder / "html" / f"{row['document']}.html")
        answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
        lines = [line for line in text.splitlines() if all(str(answer) in line for answer in answers)]
        if len(lines) == 1 and len(lines[0]) < 1_500:
            yield Passage(Paper(row["document"], text, "en"), "Figure", lines[0].strip())


def _other_languages(folder: Path) -> Iterator[Passage]:
    papers = [Paper(path.stem, _text_of(path), path.stem[-2:]) for path in sorted(folder.glob("cc_*.html"))]
    statute = (folder / "de_statute_gmbhg.md").read_text(encoding="utf-8")
    papers.append(Paper("de_statute_gmbhg", _SPACE.sub(" ", statute), "de"))
    for paper in papers:
        yield from (Passage(paper, "Sentence", sentence) for sentence in _sentences(paper))


def _text_of(path: Path) -> str:
    """The text of a page, a line for each block and for each row of a table."""
    html = re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))
    html = re.sub(r"(?i)</(?:p|div|li|tr|h[1-6]|ol|ul|table)>|<br ?/?>", r"\g<0>&para;", html)
    body = LexborHTMLParser(html).body
    text = body.text(separator=" ") if body else ""
    return "\n".join(line for line in (_SPACE.sub(" ", line).strip() for line in text.split("¶")) if line)


def _sentences(paper: Paper) -> Iterator[str]:
    ends = r"(?<=[。])" if paper.language == "ja" else r"(?<=[a-zäöüßáéíóúñà-ÿء-ي)][.;])\s+(?=[A-ZÄÖÜÉ¿ء-ي(])"
    least, most = (15, 200) if paper.language == "ja" else (50, 400)
    for line in paper.text.split("\n"):
        yield from (sentence.strip() for sentence in re.split(ends, line) if least <= len(sentence.strip()) <= most)
